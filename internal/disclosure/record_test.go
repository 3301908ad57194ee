package disclosure

import (
	"fmt"
	"strings"
	"testing"

	"tocsin/internal/bulletin"
	"tocsin/internal/verdict"
)

// released is a bulletin with its verdicts on record.
func released(b bulletin.Bulletin) bulletin.Bulletin {
	b.Decision = &bulletin.Decision{ID: b.ID, Status: bulletin.Public, Verdicts: map[string]bulletin.Judged{
		Disclose: bulletin.Judge(Builtin().Bulletin(b, today)),
		Notify:   bulletin.Judge(Builtin().AnyTailnet(b, today)),
	}}
	return b
}

// shown writes a difference as disclose required→held (fix_available yes→no; fix yes→no).
func shown(all []Difference) string {
	var out []string
	for _, d := range all {
		var parts []string
		for _, f := range d.Facts {
			parts = append(parts, fmt.Sprintf("%s %s→%s", f.Name, f.Was, f.Is))
		}
		for _, c := range d.Clauses {
			part := fmt.Sprintf("%s %s→%s", c.ID, c.Was, c.Is)
			if c.Reworded {
				part += " in other words"
			}
			parts = append(parts, part)
		}
		turned := ""
		if d.Turned() {
			turned = "!"
		}
		out = append(out, fmt.Sprintf("%s %s→%s%s (%s)", d.Question, d.Was, d.Is, turned, strings.Join(parts, "; ")))
	}
	return strings.Join(out, "\n")
}

// What has changed since a release: facts, sentences, verdicts. The record stands.
func TestChanged(t *testing.T) {
	same := Builtin()
	for _, c := range []struct {
		name   string
		then   func(*bulletin.Bulletin) // at release
		now    func(*bulletin.Bulletin)
		rules  func(*Rules)
		want   string
		stands verdict.Outcome // of disclose, by the record
	}{
		{"nothing", nil, nil, nil, "", verdict.Required},
		{"an answer that turns nothing", nil, func(b *bulletin.Bulletin) { b.DataVisible = said("unknown") }, nil,
			"disclose required→required (data_visible no→unknown; data no→unknown)\n" +
				"notify required→required (tailnet_data_visible no→unknown; tailnet-data no→unknown)", verdict.Required},
		{"the fix was taken back", nil, func(b *bulletin.Bulletin) { b.Affected[0].Unfixed = "does not work" }, nil,
			"disclose required→held! (fix_available yes→no; fix yes→no)", verdict.Required},
		{"less severe than it was", nil, func(b *bulletin.Bulletin) { b.Severity = bulletin.Low }, nil,
			"notify required→not_required! (severity high→low; severe-action yes→no)", verdict.Required},
		{"the fix came", func(b *bulletin.Bulletin) { b.Affected[0].Unfixed = "in work" }, func(b *bulletin.Bulletin) { b.Affected[0].Unfixed = "" }, nil,
			"disclose held→required (fix_available no→yes; fix no→yes)", verdict.Held},
		{"more severe than it was", func(b *bulletin.Bulletin) { b.Severity = bulletin.Low }, func(b *bulletin.Bulletin) { b.Severity = bulletin.High }, nil,
			"notify not_required→required! (severity low→high; severe-action no→yes)", verdict.Required},
		{"a rule is gone", nil, nil, func(r *Rules) { r.Notify.Any = r.Notify.Any[1:] },
			"notify required→not_required! (severe-action yes→)", verdict.Required},
		{"a rule is new", nil, nil, func(r *Rules) {
			r.Disclose.All = append(r.Disclose.All, verdict.Clause{ID: "severe", When: all(is("severity", "critical")), Otherwise: verdict.NotRequired})
		}, "disclose required→not_required! (severity →high; severe →no)", verdict.Required},
		{"a rule in other words", nil, nil, func(r *Rules) { r.Disclose.All[0].Quote = "is what we speak of" },
			"disclose required→required (scope yes→yes in other words)", verdict.Required},
		{"overridden then", func(b *bulletin.Bulletin) { b.Overrides.Disclose = override(verdict.NotRequired) }, nil, nil, "", verdict.NotRequired},
		{"overridden then, not now", func(b *bulletin.Bulletin) { b.Overrides.Disclose = override(verdict.NotRequired) },
			func(b *bulletin.Bulletin) { b.Overrides.Disclose = nil }, nil, "disclose not_required→required ()", verdict.NotRequired},
		{"overridden now", nil, func(b *bulletin.Bulletin) { b.Overrides.Notify = override(verdict.NotRequired) }, nil,
			"notify required→not_required! ()", verdict.Required},
	} {
		b := windowsBug()
		if c.then != nil {
			c.then(&b)
		}
		b = released(b)
		if c.now != nil {
			c.now(&b)
		}
		rules := Builtin()
		if c.rules != nil {
			c.rules(&rules)
		}
		if got := shown(rules.Changed(b, today)); got != c.want {
			t.Errorf("%s:\n%s\nwant\n%s", c.name, got, c.want)
		}
		if got := Standing(b, rules.Bulletin(b, today)); got != c.stands {
			t.Errorf("%s: %s stands, want %s", c.name, got, c.stands)
		}
	}
	b := windowsBug()
	if got := same.Changed(b, today); got != nil {
		t.Errorf("never released: %v", got)
	}
	if got := Standing(b, same.Bulletin(b, today)); got != verdict.Required {
		t.Errorf("never released: %s", got)
	}
	b.Decision = &bulletin.Decision{}
	if got := same.Changed(b, today); got != nil {
		t.Errorf("a record without verdicts: %v", got)
	}
	if got := Standing(b, same.Bulletin(b, today)); got != verdict.Required {
		t.Errorf("a record without verdicts: %s", got)
	}
}

// What was released to few and must be told to everybody by now has turned; what was
// published while it was held has not.
func TestTurnedOfFew(t *testing.T) {
	for _, c := range []struct {
		released bulletin.Status
		then     func(*bulletin.Bulletin)
		want     bool
	}{
		{bulletin.Private, func(b *bulletin.Bulletin) { b.Affected[0].Unfixed = "in work" }, true}, // held → required
		{bulletin.Private, func(b *bulletin.Bulletin) { b.Scope = said("third_party") }, true},     // not required → required
		{bulletin.Private, nil, false}, // required → required
		{bulletin.Public, func(b *bulletin.Bulletin) { b.Affected[0].Unfixed = "in work" }, false},                 // held → required
		{bulletin.Public, func(b *bulletin.Bulletin) { b.Overrides.Disclose = override(verdict.Required) }, false}, // required all along
	} {
		b := windowsBug()
		if c.then != nil {
			c.then(&b)
		}
		b = released(b)
		b.Decision.Status = c.released
		now := windowsBug()
		now.Decision = b.Decision
		turned := false
		for _, d := range Builtin().Changed(now, today) {
			turned = turned || d.Question == Disclose && d.Turned()
		}
		if turned != c.want {
			t.Errorf("released as %s, %s: turned %v", c.released, b.Decision.Verdicts[Disclose].Verdict, turned)
		}
	}
}

// An override that did not stand at release, for the law or a delay was in its way, is
// not what was acted on.
func TestOverrideThatDidNotStand(t *testing.T) {
	delay := []bulletin.Legal{{Regime: "GDPR", Applies: verdict.Yes, Effect: bulletin.Delay}}
	ask := []bulletin.Legal{{Regime: "GDPR", Applies: verdict.Yes, Effect: bulletin.Require}}
	for _, c := range []struct {
		says  verdict.Outcome
		legal []bulletin.Legal
		want  verdict.Outcome
	}{
		{verdict.Required, delay, verdict.Held},
		{verdict.NotRequired, ask, verdict.Required},
		{verdict.NotRequired, delay, verdict.NotRequired},
		{verdict.Required, nil, verdict.Required},
	} {
		b := windowsBug()
		b.Overrides.Disclose, b.Legal, b.LegalAssessed = override(c.says), c.legal, true
		b = released(b)
		now := Builtin().Bulletin(b, today)
		if got := Standing(b, now); got != c.want || got != now.Stands() {
			t.Errorf("overridden as %s under %v: %s stands, want %s", c.says, c.legal, got, c.want)
		}
		for _, d := range Builtin().Changed(b, today) {
			t.Errorf("overridden as %s: nothing has changed, and %+v is shown", c.says, d)
		}
		if o := b.Decision.Verdicts[Disclose].Override; o.Verdict != c.says || (o.Stood == "") != (c.says == c.want) {
			t.Errorf("on record: %+v", o)
		}
	}
}
