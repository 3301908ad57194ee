package evidence

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base32"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strings"

	"tocsin/internal/notify"
	"tocsin/internal/tailnet"
)

// ReturnPath makes the address that a letter's bounces go to, and knows it again:
//
//	bounces+mzxw6ytboi5dcmrtgq2tmnzyhe2dknrx@example.com
//
// The name behind the plus is 32 letters and digits, a to z and 2 to 7, which every server
// keeps; it stays itself in upper case. It holds which plan and which row, sealed with the
// plan key: a tag of 80 bits over both, and both hidden under a pad that hangs on the tag.
// So it says nothing about the tailnet, nor that two letters are of one plan, and nobody
// makes one without the key.
type ReturnPath struct {
	Key  []byte
	Base tailnet.Address // bounces@example.com
}

// Octets of a name.
const (
	tagOctets  = 10
	planOctets = 6
	rowOctets  = 4
	nameOctets = tagOctets + planOctets + rowOctets
	nameLength = nameOctets * 8 / 5 // characters
)

const mark = "+" // parts the mailbox from the name (RFC 5233 §1)

var encoding = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// Reference is what an authenticated name says.
type Reference struct {
	Row  int // number of the row within its plan; 0: of no row, but of the letter to ourselves
	plan [planOctets]byte
}

// Errors of [ReturnPath.Parse].
var (
	// ErrForeign says that an address is not a return path of ours.
	ErrForeign = errors.New("not an address that bounces of letters come to")
	// ErrForged says that it has the form of one, a name of the right length and letters, and
	// was not made with this key. People and lists use other names behind a plus.
	ErrForged = errors.New("the name in the return path is forged or damaged: it was not made with this plan key")
)

// Make makes the return path of a row's letter; of row 0, that of the letter to ourselves.
func (r ReturnPath) Make(plan notify.PlanID, row int) (tailnet.Address, error) {
	if row < 0 || uint64(row) > 1<<(8*rowOctets)-1 {
		return "", fmt.Errorf("%d is not the number of a row", row)
	}
	var inner [planOctets + rowOctets]byte
	named := r.plan(plan)
	copy(inner[:], named[:])
	binary.BigEndian.PutUint32(inner[planOctets:], uint32(row))
	tag := r.tag(inner[:])
	name := encoding.EncodeToString(append(tag, r.hidden(inner[:], tag)...))
	local, domain, _ := strings.Cut(string(r.Base), "@")
	made, err := tailnet.ParseAddress(local + mark + name + "@" + domain)
	if err != nil {
		return "", fmt.Errorf("the return path made of %q: %w", r.Base, err)
	}
	return made, nil
}

// Parse reads the name of a return path, in whatever case it came back.
func (r ReturnPath) Parse(address string) (Reference, error) {
	name, ours := r.name(address)
	if !ours {
		return Reference{}, ErrForeign
	}
	data, err := encoding.DecodeString(name)
	if err != nil || len(name) != nameLength || len(data) != nameOctets { // line ends are passed over in decoding
		return Reference{}, ErrForeign
	}
	tag := data[:tagOctets]
	inner := r.hidden(data[tagOctets:], tag)
	if subtle.ConstantTimeCompare(tag, r.tag(inner)) != 1 {
		return Reference{}, ErrForged
	}
	return Reference{int(binary.BigEndian.Uint32(inner[planOctets:])), [planOctets]byte(inner)}, nil
}

// name is the part behind the plus, of an address that begins and ends as ours do.
func (r ReturnPath) name(address string) (string, bool) {
	local, domain, _ := strings.Cut(strings.ToLower(string(r.Base)), "@")
	rest, mailbox := strings.CutPrefix(strings.ToLower(address), local+mark)
	name, host := strings.CutSuffix(rest, "@"+domain)
	return name, mailbox && host && local != ""
}

// Of reports whether a reference is to a row of a plan.
func (r ReturnPath) Of(ref Reference, plan notify.PlanID) bool { return r.plan(plan) == ref.plan }

// Among finds, of some plans, the one that a reference is to.
func (r ReturnPath) Among(plans []notify.PlanID) func(Reference) (notify.PlanID, bool) {
	named := make(map[[planOctets]byte]notify.PlanID, len(plans))
	for _, id := range plans {
		named[r.plan(id)] = id
	}
	return func(ref Reference) (notify.PlanID, bool) {
		id, found := named[ref.plan]
		return id, found
	}
}

func (r ReturnPath) plan(id notify.PlanID) [planOctets]byte {
	return [planOctets]byte(r.keyed("plan", []byte(id.String())))
}

func (r ReturnPath) tag(inner []byte) []byte { return r.keyed("tag", inner)[:tagOctets] }

// hidden lays a pad over plan and row, or takes it off.
func (r ReturnPath) hidden(inner, tag []byte) []byte {
	out := make([]byte, len(inner))
	subtle.XORBytes(out, inner, r.keyed("pad", tag))
	return out
}

// keyed is an HMAC for one of the purposes here; the key serves others elsewhere.
func (r ReturnPath) keyed(purpose string, data []byte) []byte {
	h := hmac.New(sha256.New, r.Key)
	_, _ = io.WriteString(h, "tocsin return path "+purpose+"\x00") // a hash never fails to write
	_, _ = h.Write(data)
	return h.Sum(nil)
}
