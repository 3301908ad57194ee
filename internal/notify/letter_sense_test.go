package notify

import (
	"slices"
	"strings"
	"testing"
	"time"

	"tocsin/internal/bulletin"
	"tocsin/internal/tailnet"
	"tocsin/internal/verdict"
	"tocsin/internal/version"
)

// says holds a letter against what it must say, and must not.
func says(t *testing.T, what string, l Letter, must, never []string) {
	t.Helper()
	text := strings.Join(strings.Fields(l.Subject+"\n"+l.Text), " ")
	for _, s := range must {
		if !strings.Contains(text, s) {
			t.Errorf("%s: does not say %q:\n%s\n%s", what, s, l.Subject, l.Text)
		}
	}
	for _, s := range never {
		if strings.Contains(text, s) {
			t.Errorf("%s: says %q:\n%s\n%s", what, s, l.Subject, l.Text)
		}
	}
}

// idle is a bulletin about nodes that asks for nothing.
func idle() bulletin.Bulletin {
	b := severe()
	b.Action = bulletin.Action{Required: verdict.No}
	b.Affected[0].Available = planned.AddDate(0, 0, -1)
	b.Affected[0].Stopgap = "Let nobody else sign in."
	b.DataVisible, b.VisibleFor = bulletin.Answer{Word: "yes"}, "all"
	return b
}

// TestNothingIsAskedTwice: a letter that asks for nothing asks for nothing of any node.
func TestNothingIsAskedTwice(t *testing.T) {
	of, node := named("acme", "db", "windows", "1.60.0")
	odd := node
	odd.ID, odd.Name, odd.Version = "n2", "web", "?"
	r := aRow(t, idle(), of, node, odd)
	v, err := desk(idle()).View(r)
	if err != nil || v.Nodes[0].Step != Nothing || len(v.Commands)+len(v.Checks)+len(v.Until) > 0 || v.When != Unspecified {
		t.Errorf("%v: %+v", err, v)
	}
	never := []string{"update now", "or later", "How to", "HOW TO UPDATE", "sign in", "Look at the nodes", "Do it now"}
	says(t, "nothing to do", write(t, desk(idle()), r), []string{"[Security notice]", "Nothing. We write because we promised to tell you.", "Windows 1.60.0: nothing to do"}, never)
	r.Match.Affected = verdict.Unknown
	says(t, "nothing to do, and unsure", write(t, desk(idle()), r), nil, never)
	r.Overridden = true
	says(t, "nothing to do, and nothing promised", write(t, desk(idle()), r), []string{"Our policy does not ask us to tell you"}, []string{"we promised"})
	r.Match.Hits[0].Found = tailnet.FixedFinding
	says(t, "nothing to do, and fixed", write(t, desk(idle()), r), []string{"fixed already, as we found when we looked"}, nil)
}

// TestFixedLettersAskForNothing: where all that was found is fixed, the subject does not
// call for action, and what the bulletin asks is of others.
func TestFixedLettersAskForNothing(t *testing.T) {
	of, node := named("acme", "db", "windows", "1.60.0")
	looked := func(status tailnet.FindingStatus) Row {
		r := aRow(t, severe(), of)
		r.Match.Affected, r.Match.Found = verdict.Yes, verdict.Yes
		r.Match.Findings = []tailnet.Finding{{Tailnet: of.ID, Node: "n1", Status: status}, {Tailnet: of.ID, Node: "n2", Status: tailnet.KnownNotAffected}}
		return r
	}
	fixed := aRow(t, severe(), of, node)
	fixed.Match.Hits[0].Found = tailnet.FixedFinding
	done := []string{"[Security notice]", "Nothing is left to do for what stands below: it is fixed already. This is what the bulletin asks of others: Update Windows nodes"}
	says(t, "its nodes are fixed", write(t, desk(severe()), fixed), done, []string{"[Action required]"})
	says(t, "what was found is fixed", write(t, desk(severe()), looked(tailnet.FixedFinding)), done, []string{"[Action required]"})
	says(t, "one is not", write(t, desk(severe()), looked(tailnet.KnownAffected)), []string{"[Action required]"}, []string{"Nothing is left"})
	says(t, "one is looked into", write(t, desk(severe()), looked(tailnet.UnderInvestigation)), []string{"[Action required]"}, []string{"Nothing is left"})
	silent := severe()
	silent.Action = bulletin.Action{}
	says(t, "nobody knows what to do", write(t, desk(silent), fixed), []string{"Nothing is left to do"}, []string{"We do not know yet", "asks of others"})
}

// TestWhatIsOverWasSo: a letter does not say that something affects a tailnet where that
// is fixed, or where the tailnet is gone.
func TestWhatIsOverWasSo(t *testing.T) {
	of, node := named("acme", "db", "windows", "1.60.0")
	service := func(hours int) (bulletin.Bulletin, Row) {
		b := hosted(true)
		b.Affected[0].Deployed = planned.Add(time.Duration(hours) * time.Hour)
		return b, aRow(t, b, of)
	}
	for name, c := range map[string]struct {
		affected bool // still
		letter   func() Letter
	}{
		"the service is fixed": {false, func() Letter { b, r := service(-1); return write(t, desk(b), r) }},
		"the service is not":   {true, func() Letter { b, r := service(1); return write(t, desk(b), r) }},
		"nobody says whether":  {true, func() Letter { return write(t, desk(hosted(true)), aRow(t, hosted(true), of)) }},
		"its nodes are not":    {true, func() Letter { return write(t, desk(severe()), aRow(t, severe(), of, node)) }},
		"the service is, a node not": {true, func() Letter {
			b, r := service(-1)
			b.Affected = append(b.Affected, severe().Affected...)
			hit := aRow(t, severe(), of, node).Match.Hits[0]
			hit.Row = 1
			r.Match.Hits = append(r.Match.Hits, hit)
			return write(t, desk(b), r)
		}},
		"its nodes are": {false, func() Letter {
			r := aRow(t, severe(), of, node)
			r.Match.Hits[0].Found = tailnet.FixedFinding
			return write(t, desk(severe()), r)
		}},
		"it is gone": {false, func() Letter {
			r := aRow(t, severe(), of, node)
			r.Contact.Reason = tailnet.FoundAddress
			return write(t, desk(severe()), r)
		}},
	} {
		now, then := "vulnerability that affects your", "vulnerability that affected your"
		if !c.affected {
			now, then = then, now
		}
		says(t, name, c.letter(), []string{now}, []string{then})
	}
}

// TestEverybodyIsAffected: what everybody uses, this one uses too: a finding that clears it
// is told as what was looked for, and not as a second verdict.
func TestEverybodyIsAffected(t *testing.T) {
	of, _ := named("acme", "db", "windows", "1.60.0")
	r := aRow(t, hosted(true), of)
	r.Match.Findings = []tailnet.Finding{{Tailnet: of.ID, Status: tailnet.KnownNotAffected}, {Tailnet: of.ID, Node: "n1", Status: tailnet.KnownNotAffected}}
	l := write(t, desk(hosted(true)), r)
	says(t, "cleared", l, []string{"Your tailnet as a whole: We looked, and found no sign of it here.", "n1 We looked, and it was not affected."}, nil)
	if n := strings.Count(l.Text, "it was not affected"); n != 1 {
		t.Errorf("%d times not affected:\n%s", n, l.Text)
	}
	r.Match.Affected = verdict.Unknown
	says(t, "unsure", write(t, desk(hosted(false)), r), []string{"We looked, and it was not affected."}, []string{"no sign of it"})
}

// TestTheEndSaysWhatItIsAbout: a letter about one node's finding is not about the whole
// tailnet (F22).
func TestTheEndSaysWhatItIsAbout(t *testing.T) {
	one, whole := tailnet.Finding{Node: "n9", Status: tailnet.KnownAffected}, tailnet.Finding{Status: tailnet.KnownAffected}
	for want, findings := range map[string][]tailnet.Finding{
		"This letter tells you one thing that we found in your tailnet.": {one},
		"This letter tells you 2 things that we found in your tailnet.":  {one, whole},
		"This letter concerns your tailnet as a whole.":                  {whole},
	} {
		r := foundRow(t, findings...)
		r.Match.Hits, r.Match.Found = nil, verdict.Yes
		if l := write(t, desk(severe()), r); !strings.HasSuffix(l.Text, want+"\n") || !strings.Contains(l.HTML, want) {
			t.Errorf("the letter does not end with %q:\n%s", want, l.Text)
		}
	}
}

// TestProductsAreNamed: where a bulletin is about several, each node says what runs on it,
// and each command what it updates; else nothing needs to be said.
func TestProductsAreNamed(t *testing.T) {
	of, node := named("acme", "db", "windows", "1.60.0")
	says(t, "one product", write(t, desk(severe()), aRow(t, severe(), of, node)), []string{"db Windows 1.60.0"}, []string{"Example client"})
	b := severe()
	b.Affected = append(b.Affected, bulletin.Affected{Product: "cli", Platforms: []string{"windows"}, Versions: version.Range{Fixed: "2.0.0"}})
	d := desk(b)
	d.Products = append(slices.Clone(products), bulletin.Product{ID: "cli", Title: "Example CLI"})
	r := aRow(t, b, of, node)
	second := r.Match.Hits[0]
	second.Row, second.Node.Product = 1, "cli"
	r.Match.Hits = append(r.Match.Hits, second)
	l := write(t, d, r)
	says(t, "two products", l, []string{"db Example client, Windows 1.60.0", "db Example CLI, Windows 1.60.0", "Example CLI, Windows Update it the way", "Example client, Windows winget"}, nil)
	if list := string(l.Attachments[0].Data); !strings.Contains(list, ",client\r\n") || !strings.Contains(list, ",cli\r\n") {
		t.Errorf("the list does not say which product:\n%s", list)
	}
}

// TestLongListsAreSummedUp: of nodes that do not all stand in the letter, it says how many
// there are about which what can be done.
func TestLongListsAreSummedUp(t *testing.T) {
	of, node := named("acme", "db", "windows", "1.60.0")
	r := aRow(t, severe(), of, slices.Repeat([]tailnet.Node{node}, listed+3)...)
	for i := range 2 {
		r.Match.Hits[i].Found = tailnet.FixedFinding
	}
	l := write(t, desk(severe()), r)
	says(t, "many", l, []string{"The first 50 of 53.", "- 51: update as soon as you can get it - 2: fixed already"}, nil)
	if !strings.Contains(l.HTML, "<li>51: update as soon") {
		t.Error(l.HTML)
	}
	r.Match.Hits = r.Match.Hits[:listed]
	says(t, "few", write(t, desk(severe()), r), nil, []string{"48: ", "2: fixed"})
}

// TestNobodyKnowsYet: a letter that gives commands does not say that nobody knows what to do.
func TestNobodyKnowsYet(t *testing.T) {
	of, node := named("acme", "db", "windows", "1.60.0")
	silent := severe()
	silent.Action = bulletin.Action{}
	says(t, "a fix is known", write(t, desk(silent), aRow(t, silent, of, node)), []string{"What is known so far stands below."}, []string{"We do not know yet what you have to do"})
	silent.Affected[0].Versions.Fixed = ""
	says(t, "nothing is known", write(t, desk(silent), aRow(t, silent, of, node)), []string{"We do not know yet what you have to do"}, []string{"stands below"})
}

// TestLettersStayTrue: a letter that expects something by a day is not delivered after it,
// and none is after three days.
func TestLettersStayTrue(t *testing.T) {
	in := func(hours int) time.Time { return planned.Add(time.Duration(hours) * time.Hour) }
	for name, c := range map[string]struct {
		set  func(*bulletin.Bulletin)
		want time.Time
	}{
		"nothing is expected":       {func(b *bulletin.Bulletin) {}, in(72)},
		"the fix comes":             {func(b *bulletin.Bulletin) { b.Affected[0].Available = in(5) }, in(5)},
		"the fix is out":            {func(b *bulletin.Bulletin) { b.Affected[0].Available = in(-5) }, in(72)},
		"the fix is out right now":  {func(b *bulletin.Bulletin) { b.Affected[0].Available = in(0) }, in(72)},
		"the fix comes later":       {func(b *bulletin.Bulletin) { b.Affected[0].Available = in(73) }, in(72)},
		"the service will be fixed": {func(b *bulletin.Bulletin) { b.Affected[0].Deployed = in(7) }, in(7)},
		"more will be said":         {func(b *bulletin.Bulletin) { b.NextUpdate = in(9) }, in(9)},
		"the first of several": {func(b *bulletin.Bulletin) {
			b.NextUpdate, b.Affected[0].Available, b.Affected[0].Deployed = in(9), in(8), in(-8)
		}, in(8)},
	} {
		b := severe()
		c.set(&b)
		if got := desk(b).Deadline(planned); !got.Equal(c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}
