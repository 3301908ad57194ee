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

// A confirmation counts from the day on which it was given: one that is dated in the
// future, or on a day that nobody can read, is none.
func TestClaimOfAnotherDay(t *testing.T) {
	for at, want := range map[string]string{
		today.Format(time.DateOnly):                     "yes",
		today.Format(time.RFC3339):                      "yes",
		today.Add(time.Second).Format(time.RFC3339Nano): "no",
		today.AddDate(0, 0, 1).Format(time.DateOnly):    "no",
		"2031-01-01": "no",
		"soon":       "no",
	} {
		b := windowsBug()
		b.UsersAffected = bulletin.Answer{Word: "none_confirmed", By: "A", At: at, Basis: "logs"}
		b.Exploited = bulletin.Answer{Word: "confirmed_none", By: "A", At: at, Basis: "logs"}
		facts := bulletinFacts(&b, today)
		for _, name := range []string{"none_affected_confirmed", "not_exploited_confirmed"} {
			if f := facts.Find(name); f.Value != want || (f.Note != "") != (want == "no") {
				t.Errorf("%s at %s: %+v", name, at, f)
			}
		}
	}
}
