package disclosure

import (
	"slices"
	"strings"
	"testing"

	"tocsin/internal/verdict"
)

// The vocabulary defines the facts that proofs are made of: all of them, in their order.
func TestVocabularyIsComplete(t *testing.T) {
	b := blank()
	facts := append(bulletinFacts(&b, today), tailnetFacts(b, TailnetFacts{Affected: verdict.Yes}, "")...)
	all := Vocabulary()
	if len(facts) != len(all) {
		t.Fatalf("%d facts, %d definitions", len(facts), len(all))
	}
	for i, d := range all {
		if facts[i].Name != d.Name || !slices.Equal(facts[i].Domain, d.Domain) {
			t.Errorf("the fact %s %v is defined as %s %v", facts[i].Name, facts[i].Domain, d.Name, d.Domain)
		}
		one := strings.HasPrefix(d.Name, "tailnet_")
		if slices.Contains(d.Questions, Disclose) == one || !slices.Contains(d.Questions, Notify) {
			t.Errorf("%s may be asked for in %v", d.Name, d.Questions)
		}
	}
	for _, r := range []verdict.Rules{Builtin().Disclose, Builtin().Notify} {
		for _, name := range r.Asks() {
			if d, found := Define(name); !found || !slices.Contains(d.Questions, r.Question) {
				t.Errorf("%s asks for %s, which is not to be had there", r.Question, name)
			}
		}
	}
}

// Every definition says enough to ask the question and to write the answer down.
func TestVocabularyCanBeAsked(t *testing.T) {
	for _, d := range Vocabulary() {
		if d.Meaning == "" || d.Key == "" || d.When.Yes == "" || !strings.HasSuffix(d.Ask, "?") || len(d.Answers) == 0 {
			t.Errorf("%s is not defined: %+v", d.Name, d)
		}
		values := make(map[string]bool)
		for _, a := range d.Answers {
			values[a.Value] = true
			if a.Value != "unknown" && !slices.Contains(d.Domain, a.Value) || a.Value == "unknown" && d.When.Unknown == "" {
				t.Errorf("%s: the answer %q gives the value %q", d.Name, a.Word, a.Value)
			}
			if a.Meaning == "" || a.Word != "" && a.Write != "legal: none" && !strings.Contains(a.Write, a.Word) || a.Basis != strings.Contains(a.Write, "basis:") {
				t.Errorf("%s: the answer %q: %+v", d.Name, a.Word, a)
			}
		}
		for _, v := range d.Domain {
			if !values[v] && d.Name != "tailnet_affected" {
				t.Errorf("%s: no answer gives %s", d.Name, v)
			}
		}
	}
}

func TestHint(t *testing.T) {
	for fact, want := range map[string]string{
		"user_action": "action", "severity": "severity", "weather": "weather",
		"fix_available": "in each row of affected: fixed: 1.66.1 with available: 2026-05-03, or deployed: 2026-05-03, or remedy: TEXT",
	} {
		if got := Hint(fact); got != want {
			t.Errorf("%s: %q, want %q", fact, got, want)
		}
	}
	if _, found := Define("weather"); found {
		t.Error("weather is defined")
	}
}
