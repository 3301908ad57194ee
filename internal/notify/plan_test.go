package notify

import (
	"slices"
	"strings"
	"testing"

	"tocsin/internal/tailnet"
)

func TestParsePlanID(t *testing.T) {
	for _, text := range []string{"TS-2026-004/1", "TS-2026-004/12"} {
		id, err := ParsePlanID(text)
		if err != nil || id.String() != text {
			t.Errorf("%s: %v, %v", text, id, err)
		}
	}
	for _, text := range []string{"", "/", "TS-2026-004", "TS-2026-004/", "/1", "TS-2026-004/0", "TS-2026-004/-1", "TS-2026-004/+1",
		"TS-2026-004/01", "TS-2026-004/1 ", "TS-2026-004/ 1", "TS-2026-004/1/2", "TS-2026-004/1x", "TS-2026-004/99999999999999999999", "TS-2026-004/١"} {
		if id, err := ParsePlanID(text); err == nil || !strings.Contains(err.Error(), "TS-2026-004/1") {
			t.Errorf("%q became %v (%v)", text, id, err)
		}
	}
}

// TestDriftNames is F44: what changed since planning has a name.
func TestDriftNames(t *testing.T) {
	then := Inputs{"bulletin": "1", "policy": "2", "templates": "3", "inventory": "4"}
	for _, c := range []struct {
		now  Inputs
		want []string
	}{
		{Inputs{"bulletin": "1", "policy": "2", "templates": "3"}, nil},
		{Inputs{"bulletin": "1", "policy": "x", "templates": "3", "address": "9"}, []string{"address", "policy"}},
		{Inputs{"bulletin": "1", "templates": "3"}, []string{"policy"}},
		{Inputs{"templates": "x", "bulletin": "x", "policy": "x", "inventory": "x"}, []string{"bulletin", "policy", "templates"}},
	} {
		if got := then.Drift(c.now); !slices.Equal(got, c.want) {
			t.Errorf("drift to %v is %v, want %v", c.now, got, c.want)
		}
	}
}

// TestSealIsInjective: no two sequences of texts run together into one digest.
func TestSealIsInjective(t *testing.T) {
	digests := make(map[string][]string)
	for _, texts := range [][]string{nil, {""}, {"", ""}, {"a", "b"}, {"ab"}, {"a", "", "b"}, {"1:a"}, {"1:a1:b"}, {"a1:b"}, {"b", "a"}} {
		digester := NewDigester()
		digester.Add(texts...)
		if other, twice := digests[digester.Sum()]; twice {
			t.Errorf("%q and %q have one digest", texts, other)
		}
		digests[digester.Sum()] = texts
	}
	if (Inputs{"a": "b", "c": "d"}).Digest() == (Inputs{"a": "bc", "": "d"}).Digest() {
		t.Error("two different inputs have one digest")
	}
}

// TestMessageID is F35: fixed for a row of a plan, another for any other row, plan
// or key, and nothing of the tailnet shows in it.
func TestMessageID(t *testing.T) {
	key, plan := []byte("key"), PlanID{"TS-2026-007", 1}
	base := MessageID(key, plan, "acme", "a@acme.example", "example.com")
	if again := MessageID(key, plan, "acme", "a@acme.example", "example.com"); again != base {
		t.Errorf("%s, then %s", base, again)
	}
	if local, domain, _ := strings.Cut(base, "@"); len(local) != 32 || domain != "example.com" || strings.Contains(base, "acme") {
		t.Errorf("Message-ID is %s", base)
	}
	others := map[string]string{
		"key":      MessageID([]byte("kez"), plan, "acme", "a@acme.example", "example.com"),
		"number":   MessageID(key, PlanID{"TS-2026-007", 2}, "acme", "a@acme.example", "example.com"),
		"bulletin": MessageID(key, PlanID{"TS-2026-008", 1}, "acme", "a@acme.example", "example.com"),
		"tailnet":  MessageID(key, plan, "acme2", "a@acme.example", "example.com"),
		"address":  MessageID(key, plan, "acme", "b@acme.example", "example.com"),
		"shifted":  MessageID(key, plan, "acmea", "@acme.example", "example.com"),
	}
	seen := map[string]string{base: "the first"}
	for what, id := range others {
		if other, twice := seen[id]; twice {
			t.Errorf("another %s has the Message-ID of %s", what, other)
		}
		seen[id] = what
	}
}

// TestTwoTailnetsOneAddress is F28: the key of a letter is the tailnet.
func TestTwoTailnetsOneAddress(t *testing.T) {
	s := one(t, hosted(true))
	for _, id := range []tailnet.ID{"acme", "other"} {
		s.Tailnet(tailnet.Tailnet{ID: id, OwnerEmail: "same@example.com"})
	}
	rows, err := rowsOf(s, Tell)
	if err != nil {
		t.Fatal(err)
	}
	seen := make(map[string]bool)
	for e, err := range press(t, hosted(true)).Entries(Plan{ID: PlanID{"TS-2026-007", 1}, Created: planned}, streamed(rows)) {
		if err != nil || e.Address != "same@example.com" || e.Digest != Digest(e.Message) {
			t.Errorf("%+v, %v", e, err)
		}
		seen[e.MessageID] = true
	}
	if len(seen) != 2 {
		t.Errorf("two tailnets got %d letters", len(seen))
	}
}

func TestStandingsHaveWords(t *testing.T) {
	for _, s := range Standings {
		if s.Words() == "" {
			t.Errorf("%s has no words", s)
		}
	}
}
