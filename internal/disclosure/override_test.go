package disclosure

import (
	"testing"

	"tocsin/internal/bulletin"
	"tocsin/internal/verdict"
)

func override(o verdict.Outcome) *verdict.Override {
	return &verdict.Override{Outcome: o, Reason: "the vendor asked us to", By: "A. Example", Position: here}
}

// An override of one question departs from that question's verdict, shows what the
// rules say all the same, and never goes against the law.
func TestOverrides(t *testing.T) {
	require := bulletin.Legal{Regime: "A", Applies: verdict.Yes, Effect: bulletin.Require}
	may := bulletin.Legal{Regime: "A", Applies: verdict.Unknown, Effect: bulletin.Require}
	wait := bulletin.Legal{Regime: "B", Applies: verdict.Yes, Effect: bulletin.Delay, Deadline: future}
	waited := bulletin.Legal{Regime: "B", Applies: verdict.Yes, Effect: bulletin.Delay, Deadline: past}
	for _, c := range []struct {
		name        string
		bulletin    func(*bulletin.Bulletin)
		override    verdict.Outcome
		rules, want verdict.Outcome // of both questions
		against     bool
	}{
		{"not required, though it is", func(*bulletin.Bulletin) {}, verdict.NotRequired, verdict.Required, verdict.NotRequired, false},
		{"required, though it is not", thirdParty, verdict.Required, verdict.NotRequired, verdict.Required, false},
		{"not required, and the law asks", regimes(require), verdict.NotRequired, verdict.Required, verdict.Required, true},
		{"not required, and the law asks for somebody else's", both(thirdParty, regimes(require)), verdict.NotRequired, verdict.Required, verdict.Required, true},
		{"not required, and the law may ask", both(thirdParty, regimes(may)), verdict.NotRequired, verdict.Undetermined, verdict.Undetermined, true},
		{"required, and the law asks to wait", regimes(wait), verdict.Required, verdict.Held, verdict.Held, false},
		{"required, though nothing asks for it, and the law asks to wait", both(thirdParty, regimes(wait)), verdict.Required, verdict.NotRequired, verdict.Held, false},
		{"required, and the wait is over", both(thirdParty, regimes(waited)), verdict.Required, verdict.NotRequired, verdict.Required, false},
		{"not required, and the law asks to wait", regimes(wait), verdict.NotRequired, verdict.Held, verdict.NotRequired, false},
	} {
		b := windowsBug()
		c.bulletin(&b)
		b.Overrides = bulletin.Overrides{Disclose: override(c.override)}
		disclose, notify := Builtin().Bulletin(b, today), Builtin().AnyTailnet(b, today)
		if disclose.Outcome != c.rules || disclose.Stands() != c.want || disclose.AgainstLaw() != c.against || notify.Override != nil || notify.Stands() != c.rules {
			t.Errorf("%s: disclose %s, stands %s, against the law %v; notify %s", c.name, disclose.Outcome, disclose.Stands(), disclose.AgainstLaw(), notify.Stands())
		}
		b.Overrides = bulletin.Overrides{Notify: override(c.override)}
		disclose, notify = Builtin().Bulletin(b, today), Builtin().AnyTailnet(b, today)
		if notify.Outcome != c.rules || notify.Stands() != c.want || notify.AgainstLaw() != c.against || disclose.Override != nil || disclose.Stands() != c.rules {
			t.Errorf("%s: notify %s, stands %s, against the law %v; disclose %s", c.name, notify.Outcome, notify.Stands(), notify.AgainstLaw(), disclose.Stands())
		}
	}
}

func thirdParty(b *bulletin.Bulletin) { b.Scope = said("third_party") }

func regimes(all ...bulletin.Legal) func(*bulletin.Bulletin) {
	return func(b *bulletin.Bulletin) { b.Legal, b.LegalAssessed = all, true }
}

func both(changes ...func(*bulletin.Bulletin)) func(*bulletin.Bulletin) {
	return func(b *bulletin.Bulletin) {
		for _, change := range changes {
			change(b)
		}
	}
}

// Telling is required of tailnets that are affected, and of no others; sparing spares
// all of them (F29).
func TestOverrideOfTailnets(t *testing.T) {
	for _, c := range []struct {
		affected       verdict.Truth
		override, want verdict.Outcome
	}{
		{verdict.Yes, verdict.Required, verdict.Required},
		{verdict.Unknown, verdict.Required, verdict.Undetermined},
		{verdict.No, verdict.Required, verdict.NotRequired},
		{verdict.Yes, verdict.NotRequired, verdict.NotRequired},
		{verdict.Unknown, verdict.NotRequired, verdict.NotRequired},
		{verdict.No, verdict.NotRequired, verdict.NotRequired},
	} {
		b := windowsBug()
		b.Overrides.Notify = override(c.override)
		if got := Builtin().Tailnet(b, TailnetFacts{Affected: c.affected}, today).Stands(); got != c.want {
			t.Errorf("affected %s, overridden as %s: %s, want %s", c.affected, c.override, got, c.want)
		}
	}
}

// A rule that is not in force yet decides nothing; from its instant on it does.
func TestRulesComeIntoForce(t *testing.T) {
	rules := Builtin()
	rules.Disclose.Any[0].Since = future // user action
	rules.Notify.Any[0].Since = future   // severe action
	b := windowsBug()
	b.UsersAffected = word("none_confirmed")
	if p, q := rules.Bulletin(b, today), rules.AnyTailnet(b, today); p.Outcome != verdict.NotRequired || q.Outcome != verdict.NotRequired {
		t.Errorf("before: disclose %s, notify %s", p.Outcome, q.Outcome)
	}
	if p, q := rules.Bulletin(b, future), rules.AnyTailnet(b, future); p.Outcome != verdict.Required || q.Outcome != verdict.Required {
		t.Errorf("from then on: disclose %s, notify %s", p.Outcome, q.Outcome)
	}
	if at := rules.At(today); at.Policy != Policy || len(at.Disclose.Any) != 2 || len(at.Notify.Any) != 1 || len(rules.Disclose.Any) != 3 {
		t.Errorf("%+v", at)
	}
}

// Routine patching does not go with user action or visible data: both sentences hold,
// the promise wins, and the pair is named.
func TestContradictions(t *testing.T) {
	b := windowsBug()
	b.RoutinePatch, b.DataVisible, b.VisibleFor = said("yes"), said("yes"), "all"
	for question, c := range map[string]struct {
		proof verdict.Proof
		want  []string
	}{
		"disclose": {Builtin().Bulletin(b, today), []string{"routine/action", "routine/data"}},
		"notify":   {Builtin().AnyTailnet(b, today), []string{"routine/severe-action", "routine/tailnet-data"}},
	} {
		var got []string
		for _, x := range c.proof.Contradictions() {
			got = append(got, x.Exemption.ID+"/"+x.Promise.ID)
		}
		if c.proof.Outcome != verdict.Required || len(got) != 2 || got[0] != c.want[0] || got[1] != c.want[1] {
			t.Errorf("%s: %s, %v; want %v", question, c.proof.Outcome, got, c.want)
		}
	}
}

// What is asked first: unknown facts before those that are only assumed, and nothing
// that can change nothing.
func TestOpen(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*bulletin.Bulletin)
		want   []string
	}{
		{"a new bulletin", func(b *bulletin.Bulletin) { *b = blank() }, []string{
			"tailnet_data_visible", "severity", "user_action", "fix_available",
			"legal", "in_scope", "legal_delay", "none_affected_confirmed", "routine_dependency_patch"}},
		{"all but the law, scope and routine", func(*bulletin.Bulletin) {}, []string{"legal", "in_scope", "legal_delay"}},
		{"everything", func(b *bulletin.Bulletin) {
			b.LegalAssessed, b.Scope, b.RoutinePatch = true, said("own"), said("no")
		}, nil},
	} {
		b := windowsBug()
		c.change(&b)
		got := Builtin().Open(b, today)
		if len(got) != len(c.want) {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
			continue
		}
		for i := range got {
			if got[i] != c.want[i] {
				t.Errorf("%s: %v, want %v", c.name, got, c.want)
				break
			}
		}
	}
}
