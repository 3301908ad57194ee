package notify

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"io"
	"iter"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"tocsin/internal/affected"
	"tocsin/internal/tailnet"
)

// Inputs are the digests, hex SHA-256 each, of what a plan was made from, by name:
// bulletin, policy, rules, templates, inventory, … Where one of them
// differs at sending time the plan is not what was reviewed, and the name says why.
type Inputs map[string]string

// Digest of the inputs as a whole. Two plans with equal inputs are the same plan.
func (in Inputs) Digest() string {
	digester := NewDigester()
	for _, name := range slices.Sorted(maps.Keys(in)) {
		digester.Add(name, in[name])
	}
	return digester.Sum()
}

// Inputs that are treated apart.
const (
	InventoryInput = "inventory" // is not read again for sending
	StatusInput    = "status"    // counts to the last letter: withdrawing stops a plan
	ToldInput      = "told"      // what tailnets had been told before; is not read again for sending
	RevisionInput  = "revision"  // the number of it, see [Revision]; the bulletin's own digest covers the rest
)

// Without is the inputs but for some.
func (in Inputs) Without(names ...string) Inputs {
	rest := maps.Clone(in)
	for _, name := range names {
		delete(rest, name)
	}
	return rest
}

// Drift names the inputs that differ or that only one side has, sorted; but for those
// that are not read again.
func (in Inputs) Drift(now Inputs) []string {
	all := make(Inputs)
	maps.Copy(all, in)
	maps.Copy(all, now)
	var out []string
	for _, name := range slices.Sorted(maps.Keys(all.Without(InventoryInput, ToldInput, RevisionInput))) {
		if then, is := in[name], now[name]; then != is || then == "" {
			out = append(out, name)
		}
	}
	return out
}

// Digester digests a sequence of texts so that no two different sequences agree: each
// text is preceded by its length.
type Digester struct{ h hash.Hash }

// NewDigester begins an empty sequence.
func NewDigester() Digester { return Digester{&buffered{Hash: sha256.New()}} }

// buffered is a hash that takes many short texts at a time.
type buffered struct {
	hash.Hash
	waiting []byte
}

// WriteString never fails, as no hash does.
func (b *buffered) WriteString(text string) (int, error) {
	if b.waiting = append(b.waiting, text...); len(b.waiting) >= 1<<12 {
		b.flush()
	}
	return len(text), nil
}

// Write goes after what waits.
func (b *buffered) Write(data []byte) (int, error) {
	b.flush()
	return b.Hash.Write(data)
}

// Sum appends the digest of all that was written so far.
func (b *buffered) Sum(to []byte) []byte {
	b.flush()
	return b.Hash.Sum(to)
}

func (b *buffered) flush() {
	_, _ = b.Hash.Write(b.waiting)
	b.waiting = b.waiting[:0]
}

// Add appends texts.
func (s Digester) Add(texts ...string) {
	for _, text := range texts {
		for _, part := range [...]string{strconv.Itoa(len(text)), ":", text} {
			_, _ = io.WriteString(s.h, part) // a hash never fails to write
		}
	}
}

// Sum is the digest so far, hex SHA-256.
func (s Digester) Sum() string { return hex.EncodeToString(s.h.Sum(nil)) }

// Head adds what a plan's head says, but for its kind and its tables, which the ledger adds
// as it keeps them, and for its digest and its counts, which follow from the rows.
func (s Digester) Head(p Plan) {
	s.Add(p.ID.String(), p.Created.Format(time.RFC3339), p.Deadline.Format(time.RFC3339),
		p.Transport, string(p.Undetermined), p.Inputs.Digest())
}

// Row adds one row with the digest of its letter; empty where it gets none.
func (s Digester) Row(e Entry) {
	s.Add(string(e.Tailnet), e.Name, ofKind(string(e.Standing), e.Kind))
	s.list(e.Clauses)
	s.list(e.Missing)
	s.Add(string(e.Address), string(e.Reason))
	s.list(e.Trace)
	s.Add(strconv.Itoa(e.Nodes), e.MessageID, e.Digest)
}

// ofKind is a word with the kind after it. First notices are as they were before there was
// any other kind, so that what was frozen then still verifies.
func ofKind(word string, k Kind) string {
	if k == "" || k == FirstNotice {
		return word
	}
	return word + " " + string(k)
}

// list adds texts after their number, so that none runs over into the next list.
func (s Digester) list(texts []string) {
	s.Add(strconv.Itoa(len(texts)))
	s.Add(texts...)
}

// Digest is the hex SHA-256 of some bytes.
func Digest(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// MessageID makes the Message-ID of a row's letter, without angle brackets: a keyed
// hash, so that it says nothing about the tailnet and is the same on every attempt
// (RFC 5322 §3.6.4).
func MessageID(key []byte, plan PlanID, id tailnet.ID, to tailnet.Address, domain string) string {
	digester := Digester{hmac.New(sha256.New, key)}
	digester.Add("message-id", plan.String(), string(id), string(to))
	return digester.Sum()[:32] + "@" + domain
}

// DigestRows digests the rows of a survey: what the inventory and the findings came to,
// and all of it that letters show.
func DigestRows(rows iter.Seq2[Row, error]) (string, error) {
	digester := NewDigester()
	for r, err := range rows {
		if err != nil {
			return "", err
		}
		digester.Row(bare(r))
		digester.Add(r.Tailnet.Language)
		digester.match(r)
	}
	return digester.Sum(), nil
}

// match adds what a row says of its tailnet, each list after its number.
func (s Digester) match(r Row) {
	m := r.Match
	s.Add(m.Affected.String(), m.Found.String(), m.Evidence)
	s.Add(strconv.Itoa(len(m.Hits)))
	for _, h := range m.Hits {
		s.node(h.Node)
		s.Add(indices(h), h.Affected.String(), h.Evidence, string(h.Found))
	}
	s.Add(strconv.Itoa(len(r.Named)))
	for _, n := range r.Named {
		s.node(n)
	}
	s.Add(strconv.Itoa(len(r.Users)))
	for _, u := range r.Users {
		s.Add(u.ID, u.Login, u.Role)
	}
	s.Add(strconv.Itoa(len(m.Findings)))
	for _, f := range m.Findings {
		s.Add(f.Node, f.User, string(f.Status), f.DataVisible.String(), f.FirstSeen, f.LastSeen, f.Tell, f.Done, f.DoneAt)
	}
}

// Told adds what a row owes to the letters before it.
func (s Digester) Told(r Row) {
	s.Add(string(r.Tailnet.ID), r.Tailnet.Name(), ofKind(string(r.Standing), r.Kind), string(r.Contact.Address), string(r.Contact.Reason))
	s.list(r.Changed)
	s.list(r.Earlier)
	s.Add(strconv.FormatBool(r.Doubtful), strconv.FormatBool(r.Cleared))
}

// indices are those of the affected rows of a hit, as one text.
func indices(h affected.Hit) string {
	var rows []string
	for row := range h.Rows {
		rows = append(rows, strconv.Itoa(row))
	}
	return strings.Join(rows, " ")
}

func (s Digester) node(n tailnet.Node) {
	s.Add(n.ID, n.Name, n.User, n.OS, n.Product, n.Version, n.LastSeen)
}
