package notify

import (
	"slices"
	"strings"
	"testing"
	"time"

	"tocsin/internal/bulletin"
	"tocsin/internal/tailnet"
	"tocsin/internal/version"
)

// TestNoFixIsGuessed is F29: a node of which it cannot be told on what it runs is given no
// platform's fix as its own, in the letter or in the lists; all that may be are shown.
func TestNoFixIsGuessed(t *testing.T) {
	of, node := named("acme", "db", "", "1.60.0")
	l := write(t, desk(branched()), aRow(t, branched(), of, node))
	says(t, "no platform", l, []string{
		"db (platform not known) 1.60.0: one of the fixes below; we cannot tell which may be affected: we do not know its platform",
		"It is one of these: Linux → 1.66.2 or later: update now Windows → 1.66.1 or later: update now macOS: no fix yet; until then, see above HOW TO UPDATE",
		"Linux sudo apt install example-client=1.66.2 Windows winget upgrade",
		"It must show the version that stands above for the node",
		"On macOS, until you have the fix: Let nobody else sign in.",
	}, []string{"1.60.0 → ", "Do it now: it can be done for every node", "It must show 1.66"})
	if !strings.Contains(l.HTML, "<bdi>Linux</bdi> → 1.66.2 or later: update now</li>") || strings.Contains(l.HTML, "top\">→") {
		t.Error(l.HTML)
	}
	for _, a := range l.Attachments {
		if text := string(a.Data); strings.Contains(text, "1.66.") || !strings.Contains(text, "one-of") {
			t.Errorf("%s:\n%s", a.Name, text)
		}
	}
	known := node
	known.ID, known.OS = "n2", "windows"
	says(t, "and one that is known", write(t, desk(branched()), aRow(t, branched(), of, node, known)), []string{"Do it now where it says so below.", "Windows 1.60.0 → 1.66.1 or later: update now"}, nil)
	found := aRow(t, branched(), of, node)
	found.Match.Hits[0].Found = tailnet.FixedFinding
	says(t, "fixed", write(t, desk(branched()), found), []string{"fixed already"}, []string{"one of the fixes"})
}

// TestFixOfSeveralRows: what all rows offer that may be about a node is named; else nothing
// is, however they differ. How soon hangs on whether all of it is out.
func TestFixOfSeveralRows(t *testing.T) {
	second := func(change func(*bulletin.Affected)) bulletin.Bulletin {
		b := severe()
		b.Affected[0].Available = planned.AddDate(0, 0, -2)
		b.Affected = append(b.Affected, b.Affected[0])
		b.Affected[1].Platforms = []string{"linux"}
		change(&b.Affected[1])
		return b
	}
	of, node := named("acme", "db", "", "1.60.0")
	for name, c := range map[string]struct {
		change func(*bulletin.Affected)
		step   Step
		when   When
	}{
		"nothing":        {func(*bulletin.Affected) {}, UpdateNow, Now},
		"an earlier day": {func(a *bulletin.Affected) { a.Available = planned.AddDate(0, 0, -9) }, UpdateNow, Now},
		"version":        {func(a *bulletin.Affected) { a.Versions.Fixed = "1.66.2" }, OneOf, Now},
		"last version":   {func(a *bulletin.Affected) { a.Versions = version.Range{LastAffected: "1.66.0"} }, OneOf, Now},
		"a later day":    {func(a *bulletin.Affected) { a.Available = planned.AddDate(0, 0, 9) }, OneOf, Unspecified},
		"no day":         {func(a *bulletin.Affected) { a.Available = time.Time{} }, OneOf, Unspecified},
		"no fix":         {func(a *bulletin.Affected) { a.Versions.Fixed = "" }, OneOf, Unspecified},
		"a remedy":       {func(a *bulletin.Affected) { a.Versions.Fixed, a.Remedy = "", "Remove it." }, OneOf, Now},
		"a stopgap":      {func(a *bulletin.Affected) { a.Stopgap = "Let nobody sign in." }, OneOf, Now},
	} {
		b := second(c.change)
		v, err := desk(b).View(aRow(t, b, of, node))
		if err != nil {
			t.Fatal(err)
		}
		n := v.Nodes[0]
		if n.Step != c.step || v.When != c.when || (n.Step == OneOf) != (len(v.Options) == 2) {
			t.Errorf("they differ in %s: %s %s, with %d options", name, n.Step, v.When, len(v.Options))
		}
		if n.Step == OneOf && n.Fixed+n.After != "" || !n.From.IsZero() {
			t.Errorf("they differ in %s: %+v", name, n)
		}
		b.Action = idle().Action
		if v, err = desk(b).View(aRow(t, b, of, node)); err != nil || v.Nodes[0].Step != Nothing || len(v.Options) > 0 {
			t.Errorf("they differ in %s, and nothing is to be done: %+v, %v", name, v.Nodes[0], err)
		}
	}
}

// TestRemedies: two that remove the fault are two fixes.
func TestRemedies(t *testing.T) {
	b := severe()
	b.Affected[0].Versions.Fixed, b.Affected[0].Remedy = "", "Remove it."
	b.Affected = append(b.Affected, b.Affected[0])
	b.Affected[1].Platforms = []string{"linux"}
	of, node := named("acme", "db", "", "1.60.0")
	says(t, "one remedy", write(t, desk(b), aRow(t, b, of, node)), []string{"no new version is needed", "On Linux, Windows, this helps"}, []string{"one of the fixes"})
	b.Affected[1].Remedy = "Switch it off."
	says(t, "two remedies", write(t, desk(b), aRow(t, b, of, node)), []string{"On Windows, this helps without a new version: Remove it.", "On Linux, this helps without a new version: Switch it off.", "one of the fixes"}, nil)
}

// TestBranches: of a node whose version nobody knows, each branch of its platform says for which
// versions it is meant.
func TestBranches(t *testing.T) {
	b := severe()
	b.Affected[0].Versions.Introduced = "1.60.0"
	b.Affected = append(b.Affected, b.Affected[0])
	b.Affected[1].Versions = version.Range{Introduced: "1.50.0", Fixed: "1.58.3"}
	b.Affected = append(b.Affected, bulletin.Affected{Product: "client", Platforms: []string{"linux"}, Versions: version.Range{Introduced: "1.40.0", Fixed: "1.66.2"}})
	of, node := named("acme", "db", "windows", "")
	nowhere := node
	nowhere.ID, nowhere.OS = "n2", ""
	says(t, "branches", write(t, desk(b), aRow(t, b, of, node)), []string{"Windows, from version 1.60.0 on and before 1.66.1 → 1.66.1 or later", "Windows, from version 1.50.0 on and before 1.58.3 → 1.58.3 or later"}, []string{"Linux"})
	says(t, "no platform", write(t, desk(b), aRow(t, b, of, node, nowhere)), []string{"Linux → 1.66.2 or later", "Windows, from version 1.60.0 on"}, nil)
	if v, err := desk(b).View(aRow(t, b, of, node, nowhere)); err != nil || len(v.Options) != 3 || !slices.IsSortedFunc(v.Options, func(a, b Option) int { return strings.Compare(a.Platform, b.Platform) }) {
		t.Errorf("%v, %+v", err, v.Options)
	}
}
