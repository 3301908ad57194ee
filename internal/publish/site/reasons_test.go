package site

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"tocsin/internal/bulletin"
	"tocsin/internal/disclosure"
	"tocsin/internal/verdict"
)

const (
	actionQuote  = "User action is needed to fix the vulnerability"
	confirmQuote = "We cannot confirm that no users were affected by the vulnerability"
	policyHref   = "/trust/security-policies/incident-disclosure/"
	policyTitle  = "Incident disclosure and notification policy"
)

func rendererOf(t *testing.T, s whole) *Renderer {
	t.Helper()
	r, err := New(s.Site)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func published(t *testing.T, b bulletin.Bulletin) bulletin.Published {
	t.Helper()
	p, err := b.Publish()
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// onRecord gives a bulletin the decision that the rules make about it at an instant.
func onRecord(b bulletin.Bulletin, rules disclosure.Rules, at time.Time) bulletin.Bulletin {
	b.Decision = &bulletin.Decision{ID: b.ID, Status: b.Status, Verdicts: map[string]bulletin.Judged{
		disclosure.Disclose: bulletin.Judge(rules.Bulletin(b, at)),
	}}
	return b
}

func sentenceOf(kind, clause, quote string) Reason {
	return Reason{Kind: kind, Quote: quote, Policy: policyTitle, Href: policyHref + "#clause-disclose-" + clause, key: "disclose/" + clause}
}

func TestReasons(t *testing.T) {
	rules, soon := disclosure.Builtin(), day("2026-05-03")
	overridden := func(outcome verdict.Outcome) func(*bulletin.Bulletin) {
		return func(b *bulletin.Bulletin) {
			b.Overrides.Disclose = &verdict.Override{Outcome: outcome, Reason: "Readers asked.", By: "the team"}
		}
	}
	quiet := func(b *bulletin.Bulletin) { // nothing that the policy asks to publish
		b.Action = bulletin.Action{Required: verdict.No}
		b.UsersAffected = bulletin.Answer{Word: "none_confirmed", By: "the team", At: "2026-05-01", Basis: "logs"}
	}
	unfixed := func(b *bulletin.Bulletin) { b.Affected[0].Deployed, b.Affected[0].Unfixed = time.Time{}, "no fix yet" }
	action, confirm := sentenceOf("promise", "action", actionQuote), sentenceOf("promise", "cannot-confirm", confirmQuote)
	override := Reason{Kind: "override", Text: "Readers asked.", By: "the team"}
	partial := Reason{Kind: "partial", Text: "Readers asked.", By: "the team"}
	waiting := sentenceOf("waiting", "fix", "when a fix is available")
	tests := map[string]struct {
		change []func(*bulletin.Bulletin)
		want   []Reason
		cites  string
	}{
		"promises":                      {nil, []Reason{action, confirm}, "disclose/action disclose/cannot-confirm"},
		"nothing that asks for it":      {[]func(*bulletin.Bulletin){quiet}, nil, ""},
		"a fact that nobody knows":      {[]func(*bulletin.Bulletin){quiet, func(b *bulletin.Bulletin) { b.DataVisible.Word = "unknown" }}, nil, ""},
		"an override":                   {[]func(*bulletin.Bulletin){quiet, overridden(verdict.Required)}, []Reason{override}, ""},
		"an override that says no":      {[]func(*bulletin.Bulletin){quiet, overridden(verdict.NotRequired)}, nil, ""},
		"an override that adds nothing": {[]func(*bulletin.Bulletin){overridden(verdict.Required)}, []Reason{action, confirm}, "disclose/action disclose/cannot-confirm"},
		"it was held":                   {[]func(*bulletin.Bulletin){unfixed}, nil, ""},
		"it was held, and released": {[]func(*bulletin.Bulletin){unfixed, overridden(verdict.Required)},
			[]Reason{partial, waiting, action, confirm}, "disclose/action disclose/cannot-confirm"},
		"the law": {[]func(*bulletin.Bulletin){quiet, func(b *bulletin.Bulletin) {
			b.Legal = []bulletin.Legal{{Regime: "GDPR", Applies: verdict.Yes, Effect: bulletin.Require}}
		}}, []Reason{sentenceOf("law", "legal", "those requirements will take precedence over this policy")}, "disclose/legal"},
		"the law beside promises": {[]func(*bulletin.Bulletin){func(b *bulletin.Bulletin) {
			b.Legal = []bulletin.Legal{{Regime: "GDPR", Applies: verdict.Yes, Effect: bulletin.Require}}
		}}, []Reason{sentenceOf("law", "legal", "those requirements will take precedence over this policy")}, "disclose/legal"},
		"an exemption, overridden": {[]func(*bulletin.Bulletin){quiet, overridden(verdict.Required), func(b *bulletin.Bulletin) {
			b.RoutinePatch = bulletin.Answer{Word: "yes"}
		}}, []Reason{override, sentenceOf("exemption", "routine", "not notify users for routine security patching of dependencies")}, ""},
		"withdrawn": {[]func(*bulletin.Bulletin){func(b *bulletin.Bulletin) { b.Status = bulletin.Withdrawn }}, nil, ""},
	}
	r := rendererOf(t, governed(t))
	for name, test := range tests {
		b := promised("TS-2026-001")
		for _, change := range test.change {
			change(&b)
		}
		for kind, b := range map[string]bulletin.Bulletin{"by its dates": b, "on record": onRecord(b, rules, soon.AddDate(0, 0, 2))} {
			p := published(t, b)
			if diff := cmp.Diff(test.want, r.reasons(p), cmp.AllowUnexported(Reason{}), cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("%s, %s (-want +got):\n%s", name, kind, diff)
			}
			if got := strings.Join(r.cites(p), " "); got != test.cites {
				t.Errorf("%s, %s: cites %q, want %q", name, kind, got, test.cites)
			}
		}
	}
}

// What was decided stands as it was: neither the facts nor the rules of today are asked again.
func TestReasonsOfRecord(t *testing.T) {
	b := onRecord(promised("TS-2026-001"), disclosure.Builtin(), day("2026-05-05"))
	b.Action = bulletin.Action{Required: verdict.No} // came to light later
	r := rendererOf(t, governed(t))
	if got := r.cites(published(t, b)); len(got) != 2 || got[0] != "disclose/action" {
		t.Errorf("cites %q", got)
	}
	b.Decision.Verdicts = nil // of what was released before there were verdicts, nothing is made up
	if got := r.reasons(published(t, b)); got != nil {
		t.Errorf("reasons without a verdict: %v", got)
	}
}

// A record may quote a sentence that is another by now: it is shown as it was applied, without a
// link, and counts for no rule of today.
func TestReasonsInOtherWords(t *testing.T) {
	const old = "You have to do something about it"
	b := onRecord(promised("TS-2026-001"), disclosure.Builtin(), day("2026-05-05"))
	clauses := b.Decision.Verdicts[disclosure.Disclose].Clauses
	for i := range clauses {
		if clauses[i].Clause == "action" {
			clauses[i].Quote = old
		}
		if clauses[i].Clause == "cannot-confirm" {
			clauses[i].Clause = "doubt" // the sentence is the same, and the rules call it otherwise now
		}
	}
	r := rendererOf(t, governed(t))
	want := []Reason{{Kind: "promise", Quote: old, Policy: policyTitle, Changed: true}, sentenceOf("promise", "cannot-confirm", confirmQuote)}
	if diff := cmp.Diff(want, r.reasons(published(t, b)), cmp.AllowUnexported(Reason{})); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got := r.cites(published(t, b)); len(got) != 1 || got[0] != "disclose/cannot-confirm" {
		t.Errorf("cites %q", got)
	}
	page, err := r.Bulletin(Notice{Bulletin: published(t, b)})
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{old, "as it stood when we published this", `cite="` + policyHref + `#clause-disclose-cannot-confirm"`} {
		if !strings.Contains(string(page.Data), part) {
			t.Errorf("the page does not say %s", part)
		}
	}
}

// Where the rules still quote what the page does not hold, there is nothing to link to.
func TestReasonsThatThePageLost(t *testing.T) {
	s := governed(t)
	s.Policies[0].Body = []byte(strings.Replace(string(s.Policies[0].Body), actionQuote+", for", "For", 1))
	r := rendererOf(t, s)
	got := r.reasons(published(t, promised("TS-2026-001")))
	want := []Reason{{Kind: "promise", Quote: actionQuote, Policy: policyTitle, Changed: true}, sentenceOf("promise", "cannot-confirm", confirmQuote)}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(Reason{})); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// Whatever the rules make of the little that is left of it, a withdrawn bulletin has no reasons.
func TestReasonsOfWithdrawn(t *testing.T) {
	s := governed(t)
	s.Rules.Disclose.Delay, s.Rules.Disclose.First, s.Rules.Disclose.All, s.Rules.Disclose.Except = nil, nil, nil, nil
	b := promised("TS-2026-001")
	b.Status = bulletin.Withdrawn
	if got := rendererOf(t, s).cites(published(t, b)); got != nil {
		t.Errorf("cites %q", got)
	}
}

// A site without the policy's page shows the words and no link.
func TestReasonsWithoutPolicy(t *testing.T) {
	s := governed(t)
	s.Policies = s.Policies[1:]
	r := rendererOf(t, s)
	got := r.reasons(published(t, promised("TS-2026-001")))
	want := []Reason{{Kind: "promise", Quote: actionQuote}, {Kind: "promise", Quote: confirmQuote}}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(Reason{})); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// The instant of the verdict comes from the bulletin: a fix that was available later counts.
func TestDecidedAt(t *testing.T) {
	b := promised("TS-2026-001")
	b.Affected = append(b.Affected, bulletin.Affected{Product: "client", Available: day("2026-06-01")})
	if got := decidedAt(b); !got.Equal(day("2026-06-01")) {
		t.Errorf("decided at %s", got)
	}
	b.Affected = nil
	if got := decidedAt(b); !got.Equal(b.Published) {
		t.Errorf("decided at %s", got)
	}
}

// Every kind of reason is worded, and hostile words stay words.
func TestReasonsOnPage(t *testing.T) {
	s := governed(t)
	b := promised("TS-2026-001")
	b.Affected[0].Deployed, b.Affected[0].Unfixed = time.Time{}, "no fix yet"
	b.Overrides.Disclose = &verdict.Override{Outcome: verdict.Required, Reason: "<script>alert(1)</script>", By: "A <b>"}
	page, err := rendererOf(t, s).Bulletin(Notice{Bulletin: published(t, b)})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"Why we published this", "Our policy would have let this wait.", "&lt;script&gt;alert(1)&lt;/script&gt;", "A &lt;b&gt;", "What the policy would have waited for", "Our policy asks us to publish when this is true:"} {
		if !strings.Contains(string(page.Data), want) {
			t.Errorf("the page does not say %s", want)
		}
	}
}
