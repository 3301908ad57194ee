package notify

import (
	"testing"
	"time"

	"tocsin/internal/bulletin"
	"tocsin/internal/tailnet"
	"tocsin/internal/version"
)

// TestThePageIsForEverybody: a letter never says that its bulletin says the same: the page may
// ask for what the reader need not do, and holds nothing of theirs. One that takes back an
// alarm says so, in either language.
func TestThePageIsForEverybody(t *testing.T) {
	of, node := named("acme", "db", "windows", "1.60.0")
	german := of
	german.Language = "de"
	withdrawn := severe()
	withdrawn.Status, withdrawn.Retraction = bulletin.Withdrawn, &bulletin.Retraction{Reason: "Nobody had it."}
	gone := aRow(t, severe(), of, node).As(AllClear)
	gone.Contact.Reason = tailnet.EarlierAddress
	const still, noch = "it asks of those whom it still affects", "verlangt es von denen, die es noch betrifft"
	for name, c := range map[string]struct {
		letter Letter
		clear  bool
	}{
		"affected":       {write(t, desk(severe()), aRow(t, severe(), of, node)), false},
		"auf Deutsch":    {write(t, desk(severe()), aRow(t, severe(), german, node)), false},
		"all clear":      {write(t, desk(severe()), aRow(t, severe(), of, node).As(AllClear)), true},
		"Entwarnung":     {write(t, desk(severe()), aRow(t, severe(), german, node).As(AllClear)), true},
		"withdrawn":      {write(t, desk(withdrawn), aRow(t, severe(), of, node).As(AllClear)), false},
		"no longer ours": {write(t, desk(severe()), gone), false},
	} {
		page, others := "The bulletin is on our site, the same for everybody", still
		if name == "auf Deutsch" || name == "Entwarnung" {
			page, others = "Das Bulletin steht auf unserer Website, für alle dasselbe", noch
		}
		must, never := []string{page}, []string{"says the same", "sagt dasselbe", others}
		if c.clear {
			must, never = append(must, others), never[:2]
		}
		says(t, name, c.letter, must, never)
	}
}

// TestRangesOfBranches: beside others of its platform, an option says for which versions it is,
// from their first to their last: a version that fits two of them would look fixed by the older.
func TestRangesOfBranches(t *testing.T) {
	of, node := named("acme", "db", "windows", "")
	german := of
	german.Language = "de"
	other := version.Range{Introduced: "1.70.0", Fixed: "1.71.1"}
	for _, c := range []struct {
		versions     version.Range
		want, wollen string
	}{
		{version.Range{Introduced: "1.58.0", Fixed: "1.60.3"}, "Windows, from version 1.58.0 on and before 1.60.3 → 1.60.3 or later", "Windows, ab Version 1.58.0 und vor 1.60.3 →"},
		{version.Range{Introduced: "1.58.0", LastAffected: "1.60.2"}, "Windows, from version 1.58.0 up to and including 1.60.2 → a version after 1.60.2", "Windows, von Version 1.58.0 bis einschließlich 1.60.2 →"},
		{version.Range{Fixed: "1.60.3"}, "Windows, before version 1.60.3 → 1.60.3 or later", "Windows, vor Version 1.60.3 →"},
		{version.Range{LastAffected: "1.60.2"}, "Windows, up to and including version 1.60.2 → a version after 1.60.2", "Windows, bis einschließlich Version 1.60.2 →"},
		{version.Range{Introduced: "1.58.0"}, "Windows, from version 1.58.0 on: no fix yet", "Windows, ab Version 1.58.0: noch keine"},
		{version.Range{}, "Windows: no fix yet", "Windows: noch keine"},
	} {
		b := severe()
		b.Affected[0].Versions = other
		b.Affected = append(b.Affected, b.Affected[0])
		b.Affected[1].Versions = c.versions
		says(t, c.want, write(t, desk(b), aRow(t, b, of, node)), []string{c.want, "from version 1.70.0 on and before 1.71.1"}, nil)
		says(t, c.wollen, write(t, desk(b), aRow(t, b, german, node)), []string{c.wollen}, nil)
	}
}

// TestWhatWeRepaired: what helps until we have repaired what we run is asked for until then, and
// no letter says beside it that nothing is left to do. What users can do in place of a repair
// (a remedy) repairs nothing of ours, and stays: the bulletin asks for it too.
func TestWhatWeRepaired(t *testing.T) {
	of, node := named("acme", "db", "windows", "1.60.0")
	const left, stopgap = "Nothing is left to do", "Until you have the fix: Log out."
	const over, still = "vulnerability that affected your", "vulnerability that affects your"
	for name, c := range map[string]struct {
		change      func(*bulletin.Affected)
		must, never []string
	}{
		"repaired":                {func(a *bulletin.Affected) { a.Deployed = planned }, []string{left, over, "fixed there since"}, []string{"Log out"}},
		"to be repaired":          {func(a *bulletin.Affected) { a.Deployed = planned.Add(time.Hour) }, []string{stopgap, still}, []string{left}},
		"nobody knows when":       {func(a *bulletin.Affected) {}, []string{stopgap, still}, []string{left}},
		"not repaired":            {func(a *bulletin.Affected) { a.Unfixed = "In the making." }, []string{stopgap, still}, []string{left}},
		"nobody knows, or helps":  {func(a *bulletin.Affected) { a.Stopgap = "" }, []string{still, "We cannot say yet when it is fixed there."}, []string{left}},
		"a remedy":                {func(a *bulletin.Affected) { a.Remedy = "Rotate the keys." }, []string{stopgap, still, "This helps without a new version: Rotate the keys."}, []string{left, "It is fixed there."}},
		"repaired, with a remedy": {func(a *bulletin.Affected) { a.Deployed, a.Remedy = planned, "Rotate the keys." }, []string{"Rotate the keys."}, []string{left, "Log out"}},
	} {
		b := severe()
		b.Affected = append(b.Affected, bulletin.Affected{Product: "coordination", Everyone: true, Stopgap: "Log out."})
		c.change(&b.Affected[1])
		r := aRow(t, b, of, node)
		r.Match.Hits[0].Found = tailnet.FixedFinding
		says(t, name, write(t, desk(b), r), c.must, c.never)
	}
}

// TestNoNodeOfYours: a tailnet that only what we run concerns is told that none of its nodes is
// on the list, where the bulletin asks something of nodes; nobody is of whom findings speak.
func TestNoNodeOfYours(t *testing.T) {
	of, node := named("acme", "db", "windows", "1.60.0")
	both := severe()
	both.Affected = append(both.Affected, bulletin.Affected{Product: "coordination", Everyone: true, Deployed: planned})
	found := aRow(t, both, of)
	found.Match.Findings = []tailnet.Finding{{Tailnet: of.ID, Node: "n9", Status: tailnet.KnownAffected}}
	alone := hosted(true)
	alone.Action = severe().Action
	const none = "None of your nodes that we know of is affected."
	says(t, "no node", write(t, desk(both), aRow(t, both, of)), []string{"[Action required]", "Update Windows nodes to 1.66.1 or later. " + none}, nil)
	german := of
	german.Language = "de"
	says(t, "auf Deutsch", write(t, desk(both), aRow(t, both, german)), []string{"Von Ihren Geräten, die wir kennen, ist keines betroffen."}, nil)
	for name, l := range map[string]Letter{
		"a node":         write(t, desk(both), aRow(t, both, of, node)),
		"a finding":      write(t, desk(both), found),
		"about no nodes": write(t, desk(alone), aRow(t, alone, of)),
		"all clear":      write(t, desk(both), aRow(t, both, of).As(AllClear)),
	} {
		says(t, name, l, nil, []string{none})
	}
}
