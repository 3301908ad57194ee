package notify

import (
	"strings"
	"testing"

	"tocsin/internal/tailnet"
)

// TestCommitmentCovers: a commitment is to everything that an entry says about people and
// to its letter, each in its own place, and to nothing else; the digest of the plan covers
// the rest.
func TestCommitmentCovers(t *testing.T) {
	salt := []byte(strings.Repeat("s", SaltOctets))
	entry := func() Entry {
		return Entry{
			Tailnet: "t.example", Name: "Name", Standing: Mailed, Clauses: []string{"c"}, Missing: []string{"m"}, Address: "o@t.example",
			Reason: tailnet.Owner, Trace: []string{"one", "two"}, Nodes: 3, MessageID: "id@example.com", Digest: "digest", Message: []byte("letter"),
		}
	}
	sealed := func(e Entry) string {
		digester := NewDigester()
		digester.Committed(e, Commitment(salt, e))
		return digester.Sum()
	}
	for what, c := range map[string]struct {
		change   func(*Entry)
		personal bool
	}{
		"name":         {func(e *Entry) { e.Name = "Other" }, true},
		"address":      {func(e *Entry) { e.Address = "x@t.example" }, true},
		"reason":       {func(e *Entry) { e.Reason = tailnet.SecurityContact }, true},
		"trace":        {func(e *Entry) { e.Trace = []string{"one two"} }, true},
		"trace longer": {func(e *Entry) { e.Trace, e.MessageID = []string{"one", "two", "id@example.com"}, "" }, true},
		"digest":       {func(e *Entry) { e.Digest = "other" }, true},
		"shifted":      {func(e *Entry) { e.Name, e.Address = "Nameo", "@t.example" }, true},
		"tailnet":      {func(e *Entry) { e.Tailnet = "u.example" }, false},
		"standing":     {func(e *Entry) { e.Standing = Unreachable }, false},
		"clauses":      {func(e *Entry) { e.Clauses = nil }, false},
		"missing":      {func(e *Entry) { e.Missing = []string{"m", "n"} }, false},
		"nodes":        {func(e *Entry) { e.Nodes = 4 }, false},
		"Message-ID":   {func(e *Entry) { e.MessageID = "other@example.com" }, true},
	} {
		then, now := entry(), entry()
		c.change(&now)
		if changed := Commitment(salt, then) != Commitment(salt, now); changed != c.personal {
			t.Errorf("%s: another commitment %v", what, changed)
		}
		if sealed(then) == sealed(now) {
			t.Errorf("%s: the digest is the same", what)
		}
	}
	other := []byte(strings.Repeat("t", SaltOctets))
	one, again := Commitment(salt, entry()), Commitment(salt, entry())
	if one != again {
		t.Error("a commitment is not the same twice")
	}
	if one == Commitment(other, entry()) {
		t.Error("the salt does not count")
	}
	if got := Commitment(salt, entry()); len(got) != 64 {
		t.Errorf("%q is no SHA-256", got)
	}
}
