package disclosure

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"tocsin/internal/bulletin"
	"tocsin/internal/source"
	"tocsin/internal/verdict"
	"tocsin/internal/version"
)

// cell is one way to fill in one part of a bulletin, and the facts that it gives by the
// table of docs/decisions.md.
type cell struct {
	name  string
	write func(*bulletin.Bulletin)
	facts map[string]string
	note  string // of the first fact by name, where no file states it or more is to be said
	none  bool   // no file states the fact
}

// here is where everything of these bulletins is stated.
var here = source.Position{File: "content/bulletins/TS-2026-004.md", Line: 7, Column: 3}

func said(word string) bulletin.Answer { return bulletin.Answer{Word: word, Position: here} }

func vouched(word string) bulletin.Answer {
	return bulletin.Answer{Word: word, By: "A. Example", At: "2026-05-01", Basis: "logs", Position: here}
}

func is1(fact, value string) map[string]string { return map[string]string{fact: value} }

func nothing(*bulletin.Bulletin) {}

// fixCells: `fix_available`.
func fixCells() []cell {
	rows := func(rows ...bulletin.Affected) func(*bulletin.Bulletin) {
		for i := range rows {
			rows[i].Product, rows[i].Position = "client", here
		}
		return func(b *bulletin.Bulletin) { b.Affected = rows }
	}
	fixed := bulletin.Affected{Versions: version.Range{Fixed: "1.66.1"}, Available: today}
	with := func(change func(*bulletin.Affected)) bulletin.Affected {
		a := fixed
		change(&a)
		return a
	}
	tomorrow := with(func(a *bulletin.Affected) { a.Available = today.Add(24 * time.Hour) })
	undated := with(func(a *bulletin.Affected) { a.Available = time.Time{} })
	unfixed := bulletin.Affected{Unfixed: "in work"}
	yes, no, unknown := is1("fix_available", "yes"), is1("fix_available", "no"), is1("fix_available", "unknown")
	return []cell{
		{"fixed and available", rows(fixed), yes, "", false},
		{"in a store", rows(with(func(a *bulletin.Affected) { a.Channel = "store" })), yes, "", false},
		{"deployed", rows(bulletin.Affected{Deployed: today}), yes, "", false},
		{"a remedy", rows(bulletin.Affected{Remedy: "Turn it off."}), yes, "", false},
		{"unfixed with a remedy", rows(bulletin.Affected{Unfixed: "never", Remedy: "Turn it off."}), yes, "", false},
		{"every row", rows(fixed, bulletin.Affected{Deployed: today}, bulletin.Affected{Remedy: "Turn it off."}), yes, "", false},
		{"unfixed", rows(unfixed), no, "client: unfixed: in work", false},
		{"only a stopgap", rows(bulletin.Affected{Stopgap: "Wait."}), no, "client: a stopgap is no fix", false},
		{"rc", rows(with(func(a *bulletin.Affected) { a.Channel = "rc" })), no, "client: rc is not for users yet", false},
		{"unstable", rows(with(func(a *bulletin.Affected) { a.Channel = "unstable" })), no, "client: unstable is not for users yet", false},
		{"available tomorrow", rows(tomorrow), no, "client: 1.66.1 is available from 2026-05-05", false},
		{"deployed tomorrow", rows(bulletin.Affected{Deployed: today.Add(time.Hour)}), no, "client: deployed from 2026-05-04T01:00:00Z", false},
		{"one row waits", rows(fixed, unfixed), no, "client: unfixed: in work", false},
		{"one row waits, of one nothing is known", rows(undated, tomorrow), no, "client: 1.66.1 is available from 2026-05-05", false},
		{"no rows", nothing, unknown, "no affected rows yet", true},
		{"no date", rows(undated), unknown, "client: nothing says since when 1.66.1 is available", false},
		{"last_affected alone", rows(bulletin.Affected{Versions: version.Range{LastAffected: "1.66.0"}}), unknown,
			"client: nothing says which version has the fix, or since when it is deployed", false},
		{"of one row nothing is known", rows(fixed, bulletin.Affected{}), unknown,
			"client: nothing says which version has the fix, or since when it is deployed", false},
	}
}

func actionCells() []cell {
	action := func(required verdict.Truth) func(*bulletin.Bulletin) {
		return func(b *bulletin.Bulletin) {
			b.Action = bulletin.Action{Required: required, Position: here}
			b.Places.Set("action", here)
		}
	}
	return []cell{
		{"a text, or required yes or some", action(verdict.Yes), is1("user_action", "yes"), "", false},
		{"none", action(verdict.No), is1("user_action", "no"), "", false},
		{"asked, not known", action(verdict.Unknown), is1("user_action", "unknown"), "", false},
		{"absent", nothing, is1("user_action", "unknown"), "not stated yet", true},
	}
}

// dataCells: `data_visible` of the bulletin, and what it says of a tailnet without
// findings.
func dataCells() []cell {
	data := func(word, to string) func(*bulletin.Bulletin) {
		return func(b *bulletin.Bulletin) { b.DataVisible, b.VisibleFor = said(word), to }
	}
	both := func(all, one string) map[string]string {
		return map[string]string{"data_visible": all, "tailnet_data_visible": one}
	}
	return []cell{
		{"yes, for all", data("yes", "all"), both("yes", "yes"), "", false},
		{"yes, for listed, and nothing is listed", data("yes", "listed"), both("yes", "unknown"), "", false},
		{"yes", data("yes", ""), both("yes", "unknown"), "", false},
		{"no", data("no", ""), both("no", "no"), "", false},
		{"no, for all", data("no", "all"), both("no", "no"), "", false},
		{"no, looked at again", func(b *bulletin.Bulletin) {
			b.DataVisible = said("no")
			b.DataVisible.NextCheck = "2026-05-06"
		}, both("no", "no"), "", false},
		{"unknown", data("unknown", ""), both("unknown", "unknown"), "", false},
		{"unknown, for all", data("unknown", "all"), both("unknown", "unknown"), "", false},
		{"unknown, looked at again", func(b *bulletin.Bulletin) {
			b.DataVisible = said("unknown")
			b.DataVisible.NextCheck = "2026-05-06"
		}, both("unknown", "unknown"), "looked at again 2026-05-06", false},
		{"absent", nothing, both("unknown", "unknown"), "not asked yet", true},
	}
}

// claimCells: the strong word counts with by, at and basis, each of them; anything else
// is no.
func claimCells(fact string, of func(*bulletin.Bulletin) *bulletin.Answer, strong string, others ...string) []cell {
	answer := func(a bulletin.Answer) func(*bulletin.Bulletin) {
		return func(b *bulletin.Bulletin) { *of(b) = a }
	}
	cells := []cell{
		{fact + " confirmed", answer(vouched(strong)), is1(fact, "yes"), "", false},
		{fact + " absent", nothing, is1(fact, "no"), "not asked yet", true},
	}
	for i := range 3 {
		half := vouched(strong)
		*[]*string{&half.By, &half.At, &half.Basis}[i] = ""
		cells = append(cells, cell{fmt.Sprint(fact, " confirmed by half ", i), answer(half), is1(fact, "no"), "counts only with by, at and basis", false})
	}
	for _, word := range others {
		cells = append(cells, cell{fact + " " + word, answer(vouched(word)), is1(fact, "no"), "", false})
	}
	return cells
}

func severityCells() []cell {
	var cells []cell
	for _, word := range []string{"critical", "high", "medium", "low", "none", "unrated", ""} {
		value, note := word, ""
		switch word {
		case "unrated":
			value = "unknown"
		case "":
			value, note = "unknown", "not stated yet"
		}
		cells = append(cells, cell{"severity " + word, func(b *bulletin.Bulletin) {
			b.Severity = bulletin.Severity(word)
			b.Places.Set("severity", here)
		}, is1("severity", value), note, note != ""})
	}
	return cells
}

func defaultCells() (scope, routine []cell) {
	answer := func(of func(*bulletin.Bulletin) *bulletin.Answer, word string) func(*bulletin.Bulletin) {
		return func(b *bulletin.Bulletin) { *of(b) = said(word) }
	}
	scopeOf := func(b *bulletin.Bulletin) *bulletin.Answer { return &b.Scope }
	routineOf := func(b *bulletin.Bulletin) *bulletin.Answer { return &b.RoutinePatch }
	scope = []cell{
		{"scope own", answer(scopeOf, "own"), is1("in_scope", "yes"), "", false},
		{"scope third_party", answer(scopeOf, "third_party"), is1("in_scope", "no"), "", false},
		{"scope absent", nothing, is1("in_scope", "yes"), "assumed", true},
	}
	routine = []cell{
		{"routine yes", answer(routineOf, "yes"), is1("routine_dependency_patch", "yes"), "", false},
		{"routine no", answer(routineOf, "no"), is1("routine_dependency_patch", "no"), "", false},
		{"routine unknown", answer(routineOf, "unknown"), is1("routine_dependency_patch", "unknown"), "", false},
		{"routine absent", nothing, is1("routine_dependency_patch", "no"), "assumed", true},
	}
	return scope, routine
}

// parts are the independent parts of a bulletin, each with its cells.
func parts() [][]cell {
	scope, routine := defaultCells()
	users := func(b *bulletin.Bulletin) *bulletin.Answer { return &b.UsersAffected }
	exploited := func(b *bulletin.Bulletin) *bulletin.Answer { return &b.Exploited }
	return [][]cell{
		fixCells(), actionCells(), dataCells(), severityCells(), scope, routine, legalCells(),
		claimCells("none_affected_confirmed", users, "none_confirmed", "some", "unknown"),
		claimCells("not_exploited_confirmed", exploited, "confirmed_none", "confirmed", "suspected", "no_evidence", "unknown"),
	}
}

func blank() bulletin.Bulletin {
	var b bulletin.Bulletin
	b.Places.Set("", source.Position{File: here.File, Line: 2})
	return b
}

// known are all facts of both questions.
func known(b bulletin.Bulletin) verdict.Facts {
	return slices.Concat(Builtin().Bulletin(b, today).Facts, Builtin().AnyTailnet(b, today).Facts)
}

// Every cell of the table of facts, by itself: value, and where it stands, or why it
// stands nowhere (F18).
func TestEveryCell(t *testing.T) {
	cells := 0
	for _, part := range parts() {
		for _, c := range part {
			b := blank()
			c.write(&b)
			facts := known(b)
			for name, want := range c.facts {
				cells++
				f := facts.Find(name)
				if f.Value != want {
					t.Errorf("%s: %s is %s, want %s", c.name, name, f.Value, want)
				}
				if (f.Position == source.Position{}) != c.none || !c.none && f.Position != here {
					t.Errorf("%s: %s stands at %q, want nowhere: %v", c.name, name, f.Position, c.none)
				}
				if f.Note != c.note && !(c.note == "" && (name == "tailnet_data_visible" || strings.HasPrefix(name, "legal"))) {
					t.Errorf("%s: %s has the note %q, want %q", c.name, name, f.Note, c.note)
				}
				if f.Position == (source.Position{}) && f.Note == "" {
					t.Errorf("%s: nobody says where %s comes from", c.name, name)
				}
				if f.Assumed != (c.none && want != "unknown") {
					t.Errorf("%s: %s is assumed: %v", c.name, name, f.Assumed)
				}
			}
		}
	}
	if cells < 70 {
		t.Errorf("only %d cells", cells)
	}
}

// F18: whatever a bulletin answers, each fact comes from its own part and nothing else,
// and the verdicts are the ones that the tables give for those facts.
func TestEveryBulletin(t *testing.T) {
	seed := rand.Uint64()
	r := rand.New(rand.NewPCG(seed, 18))
	t.Logf("seed %d", seed)
	disclose, notify := readTable(t, "disclose.table"), readTable(t, "notify.table")
	seen := make(map[string]int)
	for range 4000 {
		b, want := blank(), make(map[string]string)
		var names []string
		for _, part := range parts() {
			c := part[r.IntN(len(part))]
			names = append(names, c.name)
			c.write(&b)
			for fact, value := range c.facts {
				want[fact] = value
			}
		}
		if outcome, _ := Builtin().Disclosed(&b, today); outcome != Builtin().Bulletin(b, today).Outcome {
			t.Fatalf("%q: %s without a proof", names, outcome)
		}
		affected := verdict.Truth(r.IntN(3))
		want["tailnet_affected"] = affected.String()
		for question, c := range map[string]struct {
			proof verdict.Proof
			table table
		}{
			"disclose": {Builtin().Bulletin(b, today), disclose},
			"notify":   {Builtin().Tailnet(b, TailnetFacts{Affected: affected}, today), notify},
		} {
			for _, f := range c.proof.Facts {
				if f.Value != want[f.Name] {
					t.Fatalf("%q: %s is %s, want %s", names, f.Name, f.Value, want[f.Name])
				}
			}
			if outcome := c.table.expected(t, c.proof.Facts); c.proof.Outcome != outcome || c.proof.Stands() != outcome {
				t.Fatalf("%q, affected %s: %s %s, want %s", names, affected, question, c.proof.Outcome, outcome)
			}
			seen[question+" "+string(c.proof.Outcome)]++
		}
	}
	t.Log(seen)
	if len(seen) != 8 {
		t.Errorf("only %v ever came about: the test looks away", seen)
	}
}

// A proof holds the facts that its rules ask for, and no others.
func TestFactsThatAreAsked(t *testing.T) {
	for _, proof := range []verdict.Proof{Builtin().Bulletin(blank(), today), Builtin().AnyTailnet(blank(), today)} {
		rules := Builtin().Disclose
		if proof.Question == Notify {
			rules = Builtin().Notify
		}
		var got []string
		for _, f := range proof.Facts {
			got = append(got, f.Name)
		}
		want := rules.Asks()
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", proof.Question, got, want)
		}
	}
	if f := Builtin().AnyTailnet(blank(), today).Facts.Find("tailnet_affected"); f.Value != "yes" || f.Note != "for the sake of the question" || f.Assumed {
		t.Errorf("%+v", f)
	}
	if f := Builtin().Tailnet(blank(), TailnetFacts{Affected: verdict.Unknown}, today).Facts.Find("tailnet_affected"); f.Value != "unknown" || f.Note != "by the inventory" {
		t.Errorf("%+v", f)
	}
}
