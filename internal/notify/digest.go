package notify

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"tocsin/internal/tailnet"
)

// Inputs are the digests, hex SHA-256 each, of what a plan was made from, by name:
// bulletin, policy, rules, templates, sender, inventory, … Where one of them
// differs at sending time the plan is not what was reviewed, and the name says why.
type Inputs map[string]string

// Digest of the inputs as a whole. Two plans with equal inputs are the same plan.
func (in Inputs) Digest() string {
	seal := NewSeal()
	for _, name := range slices.Sorted(maps.Keys(in)) {
		seal.Add(name, in[name])
	}
	return seal.Sum()
}

// Drift names the inputs that differ, sorted. Names that only one side has are
// left out: an inventory is not read again for sending.
func (in Inputs) Drift(now Inputs) []string {
	var out []string
	for _, name := range slices.Sorted(maps.Keys(in)) {
		if other, both := now[name]; both && other != in[name] {
			out = append(out, name)
		}
	}
	return out
}

// Seal digests a sequence of texts so that no two different sequences agree: each
// text is preceded by its length.
type Seal struct{ h hash.Hash }

// NewSeal begins an empty sequence.
func NewSeal() Seal { return Seal{sha256.New()} }

// Add appends texts.
func (s Seal) Add(texts ...string) {
	for _, text := range texts {
		_, _ = io.WriteString(s.h, strconv.Itoa(len(text))+":") // a hash never fails to write
		_, _ = io.WriteString(s.h, text)
	}
}

// Sum is the digest so far, hex SHA-256.
func (s Seal) Sum() string { return hex.EncodeToString(s.h.Sum(nil)) }

// Head adds what a plan's head says, without its digest.
func (s Seal) Head(p Plan) {
	s.Add(p.ID.String(), p.Created.Format(time.RFC3339), p.Deadline.Format(time.RFC3339),
		p.Transport, string(p.Undetermined), p.Inputs.Digest())
}

// Row adds one row with the digest of its letter; empty where it gets none.
func (s Seal) Row(e Entry) {
	s.Add(string(e.Tailnet), e.Name, string(e.Standing), strings.Join(e.Clauses, " "), strings.Join(e.Missing, " "),
		string(e.Address), string(e.Reason), strconv.Itoa(e.Nodes), e.MessageID, e.Digest)
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
	seal := Seal{hmac.New(sha256.New, key)}
	seal.Add("message-id", plan.String(), string(id), string(to))
	return seal.Sum()[:32] + "@" + domain
}

// SealRows digests the rows of a survey: what the inventory came to.
func SealRows(rows []Row) string {
	seal := NewSeal()
	for _, r := range rows {
		seal.Row(bare(r))
		for _, h := range r.Match.Hits {
			seal.Add(h.Node.ID, h.Node.Name, h.Node.OS, h.Node.Version, h.Evidence)
		}
		seal.Add(r.Tailnet.Language)
	}
	return seal.Sum()
}
