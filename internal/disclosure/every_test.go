package disclosure

import (
	"fmt"
	"testing"
	"time"

	"tocsin/internal/bulletin"
	"tocsin/internal/source"
	"tocsin/internal/verdict"
	"tocsin/internal/version"
)

// The expectations of this file were written from the sentences of the policy and
// the conventions that package disclosure states, not from the rules (F18).

// truths are the values a fact can turn out to have.
func truths(t verdict.Truth) []bool {
	switch t {
	case verdict.Yes:
		return []bool{true}
	case verdict.No:
		return []bool{false}
	}
	return []bool{true, false}
}

var all3 = []verdict.Truth{verdict.Yes, verdict.No, verdict.Unknown}

// agreed is the one outcome of all.
func agreed(outcomes map[verdict.Outcome]bool) verdict.Outcome {
	if len(outcomes) > 1 {
		return verdict.Undetermined
	}
	for o := range outcomes {
		return o
	}
	return ""
}

func fixRow(t verdict.Truth) bulletin.Affected {
	row := bulletin.Affected{Product: "client", Versions: version.Range{Fixed: "1.66.1"}, Available: today}
	switch t {
	case verdict.No:
		row.Available = today.Add(time.Hour)
	case verdict.Unknown:
		row.Available = time.Time{}
	}
	return row
}

func answer(t verdict.Truth) bulletin.Answer { return bulletin.Answer{Word: t.String()} }

// "We will disclose a security vulnerability when a fix is available and any of the
// following is true" — for every combination of what is known.
func TestEveryBulletin(t *testing.T) {
	combinations := 0
	for _, scope := range []string{"", "own", "third_party"} {
		for _, confirmed := range []int{0, 1, 2, 3} { // bit 0: nobody affected, bit 1: not exploited
			for _, fix := range all3 {
				for _, action := range all3 {
					for _, data := range all3 {
						for _, routine := range append(all3, verdict.Truth(99)) {
							b := bulletin.Bulletin{
								Scope:       bulletin.Answer{Word: scope},
								Affected:    []bulletin.Affected{fixRow(fix)},
								Action:      bulletin.Action{Required: action},
								DataVisible: answer(data),
							}
							known := routine
							if routine == 99 { // nobody asked: assumed no
								known = verdict.No
							} else {
								b.RoutinePatch = answer(routine)
							}
							if confirmed&1 != 0 {
								b.UsersAffected = word("none_confirmed")
							}
							if confirmed&2 != 0 {
								b.Exploited = word("confirmed_none")
							}
							want := disclosed(scope != "third_party", confirmed&1 != 0, fix, action, data, known)
							if got := Builtin().Bulletin(b, today).Outcome; got != want {
								t.Errorf("scope %q, confirmed %b, fix %s, action %s, data %s, routine %s: %s, want %s",
									scope, confirmed, fix, action, data, known, got, want)
							}
							combinations++
						}
					}
				}
			}
		}
	}
	t.Logf("%d combinations", combinations)
}

func disclosed(ours, nobodyAffected bool, fix, action, data, routine verdict.Truth) verdict.Outcome {
	outcomes := make(map[verdict.Outcome]bool)
	for _, fix := range truths(fix) {
		for _, action := range truths(action) {
			for _, data := range truths(data) {
				for _, routine := range truths(routine) {
					cannotConfirm := !nobodyAffected && !routine
					switch {
					case !ours || !action && !data && !cannotConfirm:
						outcomes[verdict.NotRequired] = true
					case fix:
						outcomes[verdict.Required] = true
					default:
						outcomes[verdict.Held] = true
					}
				}
			}
		}
	}
	return agreed(outcomes)
}

// "We will notify users directly when we can confirm that the tailnet was affected,
// and any of the following is true": no fix, no exemption and no date changes it.
func TestEveryTailnet(t *testing.T) {
	visible := map[string]verdict.Truth{"": verdict.Unknown, "no": verdict.No, "unknown": verdict.Unknown, "yes": verdict.Unknown, "yes for listed": verdict.Unknown, "yes for all": verdict.Yes}
	for _, ours := range []bool{true, false} {
		for _, affected := range all3 {
			for _, action := range all3 {
				for _, severity := range []bulletin.Severity{"", "unrated", "critical", "high", "medium", "low", "none"} {
					for data, seen := range visible {
						for exempt := range 8 {
							b := bulletin.Bulletin{Severity: severity, Action: bulletin.Action{Required: action}, Affected: []bulletin.Affected{fixRow(all3[exempt%3])}}
							if _, err := fmt.Sscanf(data, "%s for %s", &b.DataVisible.Word, &b.VisibleFor); err != nil {
								b.DataVisible.Word = data
							}
							if !ours {
								b.Scope.Word = "third_party"
							}
							if exempt&1 != 0 {
								b.RoutinePatch = answer(verdict.Yes)
							}
							if exempt&2 != 0 {
								b.UsersAffected, b.Exploited = word("none_confirmed"), word("confirmed_none")
							}
							if exempt&4 != 0 {
								b.RoutinePatch = answer(verdict.Unknown)
							}
							want := notified(ours, affected, action, severity, seen)
							if got := Builtin().Tailnet(b, TailnetFacts{Affected: affected}).Outcome; got != want {
								t.Errorf("ours %v, affected %s, action %s, severity %q, data %q, exemptions %b: %s, want %s",
									ours, affected, action, severity, data, exempt, got, want)
							}
						}
					}
				}
			}
		}
	}
}

func notified(ours bool, affected, action verdict.Truth, severity bulletin.Severity, seen verdict.Truth) verdict.Outcome {
	severe := verdict.Of(severity == "critical" || severity == "high")
	if severity == "" || severity == "unrated" {
		severe = verdict.Unknown
	}
	outcomes := make(map[verdict.Outcome]bool)
	for _, affected := range truths(affected) {
		for _, action := range truths(action) {
			for _, severe := range truths(severe) {
				for _, seen := range truths(seen) {
					outcome := verdict.NotRequired
					if ours && affected && (action && severe || seen) {
						outcome = verdict.Required
					}
					outcomes[outcome] = true
				}
			}
		}
	}
	return agreed(outcomes)
}

// Of several rows, the proof shows the one that is waited for.
func TestTheRowThatIsWaitedFor(t *testing.T) {
	row := func(line int, change func(*bulletin.Affected)) bulletin.Affected {
		a := fixRow(verdict.Yes)
		a.Position = source.Position{File: "b.md", Line: line}
		change(&a)
		return a
	}
	fixed := func(*bulletin.Affected) {}
	for _, c := range []struct {
		name  string
		rows  []bulletin.Affected
		line  int
		value string
	}{
		{"all fixed", []bulletin.Affected{row(10, fixed), row(11, fixed)}, 10, "yes"},
		{"the second is unfixed", []bulletin.Affected{row(10, fixed), row(11, func(a *bulletin.Affected) { a.Unfixed = "in work" })}, 11, "no"},
		{"the second comes tomorrow", []bulletin.Affected{row(10, fixed), row(11, func(a *bulletin.Affected) { a.Available = today.Add(24 * time.Hour) })}, 11, "no"},
		{"the second is a release candidate", []bulletin.Affected{row(10, fixed), row(11, func(a *bulletin.Affected) { a.Channel = "rc" })}, 11, "no"},
		{"the second has a stopgap and a fix", []bulletin.Affected{row(10, fixed), row(11, func(a *bulletin.Affected) { a.Stopgap = "Wait." })}, 10, "yes"},
		{"the second has no date", []bulletin.Affected{row(10, fixed), row(11, func(a *bulletin.Affected) { a.Available = time.Time{} })}, 11, "unknown"},
		{"one waits, one has no date: no is stronger", []bulletin.Affected{row(10, func(a *bulletin.Affected) { a.Available = time.Time{} }), row(11, func(a *bulletin.Affected) { a.Unfixed = "in work" })}, 11, "no"},
		{"unfixed, but there is a remedy", []bulletin.Affected{row(10, fixed), row(11, func(a *bulletin.Affected) { a.Unfixed, a.Remedy = "never", "Turn it off." })}, 10, "yes"},
	} {
		b := windowsBug()
		b.Affected = c.rows
		got := Builtin().Bulletin(b, today).Facts.Find("fix_available")
		if got.Value != c.value || got.Position.Line != c.line {
			t.Errorf("%s: %s by line %d, want %s by line %d", c.name, got.Value, got.Position.Line, c.value, c.line)
		}
	}
}

// A fact says where it stands, or why it stands nowhere; never both, never neither.
func TestFactsSayWhereTheyStand(t *testing.T) {
	here := source.Position{File: "b.md", Line: 5}
	stated := windowsBug()
	stated.Scope, stated.RoutinePatch = word("own"), word("no")
	for _, a := range []*bulletin.Answer{&stated.Scope, &stated.RoutinePatch, &stated.DataVisible, &stated.UsersAffected, &stated.Exploited} {
		a.Position = here
	}
	stated.Action.Position, stated.Affected[0].Position = here, here
	stated.Places = source.Places{"severity": here}
	for name, b := range map[string]bulletin.Bulletin{"everything stated": stated, "nothing stated": {}} {
		for _, proof := range []verdict.Proof{Builtin().Bulletin(b, today), Builtin().Tailnet(b, TailnetFacts{Affected: verdict.Yes}), Builtin().AnyTailnet(b)} {
			for _, f := range proof.Facts {
				if (f.Note == "") != (f.Position == here) {
					t.Errorf("%s, %s, %s: note %q, position %v", name, proof.Question, f.Name, f.Note, f.Position)
				}
			}
		}
	}
	for name, want := range map[string]string{
		"legal": "not assessed, counted as no", "legal_delay": "not assessed, counted as no", "in_scope": "assumed", "user_action": "not stated yet",
		"none_affected_confirmed": "not asked yet", "not_exploited_confirmed": "not asked yet", "routine_dependency_patch": "assumed",
		"fix_available": "no affected rows yet", "data_visible": "not asked yet",
	} {
		if got := Builtin().Bulletin(bulletin.Bulletin{}, today).Facts.Find(name).Note; got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	proof := Builtin().AnyTailnet(stated)
	if got := proof.Facts.Find("tailnet_affected"); got.Value != "yes" || got.Note != "for the sake of the question" {
		t.Errorf("%+v", got)
	}
	if got := Builtin().Tailnet(stated, TailnetFacts{Affected: verdict.Unknown}).Facts.Find("tailnet_affected"); got.Value != "unknown" || got.Note != "by the inventory" {
		t.Errorf("%+v", got)
	}
}

// The exemption that decided is cited, and so is the promise that was not outweighed.
func TestDecidingClauses(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*bulletin.Bulletin)
		want   string
	}{
		"action, and users unknown": {func(*bulletin.Bulletin) {}, "[action cannot-confirm]"},
		"routine: only the action":  {func(b *bulletin.Bulletin) { b.RoutinePatch = word("yes") }, "[action]"},
		"routine, no action":        {func(b *bulletin.Bulletin) { noAction(b); b.RoutinePatch = word("yes") }, "[routine]"},
		"third party":               {func(b *bulletin.Bulletin) { b.Scope = word("third_party") }, "[scope]"},
		"no fix":                    {func(b *bulletin.Bulletin) { b.Affected[0].Unfixed = "in work" }, "[fix]"},
		"both confirmations": {func(b *bulletin.Bulletin) {
			noAction(b)
			b.UsersAffected, b.Exploited = word("none_confirmed"), word("confirmed_none")
		}, "[not-exploited]"},
		"one confirmation is no exemption": {func(b *bulletin.Bulletin) {
			noAction(b)
			b.UsersAffected, b.Exploited = word("none_confirmed"), word("no_evidence")
		}, "[action data cannot-confirm]"},
		"facts are missing": {func(b *bulletin.Bulletin) { b.Affected = nil }, "[]"},
	} {
		b := windowsBug()
		c.change(&b)
		ids := []string{}
		for _, clause := range Builtin().Bulletin(b, today).Deciding() {
			ids = append(ids, clause.ID)
		}
		if got := fmt.Sprint(ids); got != c.want {
			t.Errorf("%s: decided by %s, want %s", name, got, c.want)
		}
	}
}
