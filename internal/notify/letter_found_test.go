package notify

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tocsin/internal/tailnet"
	"tocsin/internal/verdict"
)

// foundRow is the row of a tailnet with two nodes that are hit, and with findings.
func foundRow(t *testing.T, findings ...tailnet.Finding) Row {
	t.Helper()
	of, node := named("acme", "db", "windows", "1.60.0")
	second := node
	second.ID, second.Name = "n2", "web"
	r := aRow(t, severe(), of, node, second)
	r.Named = []tailnet.Node{{Tailnet: of.ID, ID: "n3", Name: "nas"}, {Tailnet: of.ID, Name: "nobody"}, {Tailnet: of.ID, ID: "n8", User: "u1"}}
	r.Users = []tailnet.User{{Tailnet: of.ID, ID: "u1", Login: "kim@acme.example"}}
	for _, f := range findings {
		f.Tailnet = of.ID
		r.Match.Findings = append(r.Match.Findings, f)
	}
	return r
}

// TestFindingsAreNamed: a finding stands under the name that people know, else under its
// ID, else under none.
func TestFindingsAreNamed(t *testing.T) {
	for want, f := range map[string]tailnet.Finding{
		"db": {Node: "n1"}, "nas": {Node: "n3"}, "n9": {Node: "n9"}, "kim@acme.example": {User: "u1"}, "n8": {Node: "n8", User: "u1"}, "u9": {User: "u9"}, "": {}, "web": {Node: "n2", User: "u1"},
	} {
		v, err := desk(severe()).View(foundRow(t, f))
		if err != nil || len(v.Findings) != 1 || v.Findings[0].Name != want {
			t.Errorf("%+v: %+v, %v; want %q", f, v.Findings, err, want)
		}
	}
}

// TestDeeds: what was done for the tailnet stands with what was done for everybody, by
// day, each once; what was done for one node names it.
func TestDeeds(t *testing.T) {
	day := func(n int) time.Time { return time.Date(2026, 5, n, 0, 0, 0, 0, time.UTC) }
	v, err := desk(severe()).View(foundRow(t,
		tailnet.Finding{Node: "n2", Done: "Reset it.", DoneAt: "2026-05-03"},
		tailnet.Finding{Node: "n1", Done: "Took the key back.", DoneAt: "2026-05-02"},
		tailnet.Finding{Node: "n2", Done: "Took the key back.", DoneAt: "2026-05-02"},
		tailnet.Finding{Node: "n3", Done: "Took the key back.", DoneAt: "2026-05-02"},
		tailnet.Finding{Node: "n1"},
		tailnet.Finding{Done: "Called you.", DoneAt: "last week"},
	))
	want := []Deed{{What: "Called you."}, {day(2), "Took the key back.", ""}, {day(3), "Reset it.", "web"}}
	if diff := cmp.Diff(want, v.Done); diff != "" || err != nil {
		t.Error(err, diff)
	}
}

// TestServicesOfFindings: where findings alone say that a tailnet was affected by what we
// run, the letter says whether that is fixed; and a tailnet that is no more has no settings.
func TestServicesOfFindings(t *testing.T) {
	b := hosted(false)
	b.Affected[0].Deployed = planned.AddDate(0, 0, -1)
	r := foundRow(t, tailnet.Finding{Status: tailnet.FixedFinding})
	r.Contact.Reason = tailnet.FoundAddress
	r.Match.Hits, r.Match.Found = nil, verdict.Yes
	v, err := desk(b).View(r)
	if diff := cmp.Diff([]Service{{"the coordination server", TheFound, verdict.Yes, b.Affected[0].Deployed}}, v.Services); diff != "" || err != nil || v.Settings != "" {
		t.Error(err, diff, v.Settings)
	}
	r.Match.Evidence = "nobody knows"
	if v, err = desk(b).View(r); err != nil || v.Services[0].Whom != Anyone {
		t.Error(err, v.Services)
	}
	r.Match.Evidence, r.Match.Findings = "", nil
	if got := desk(b).services(r.Match); got != nil {
		t.Error(got)
	}
}

// TestFixedNodesComeLast: a node that was fixed already asks for nothing, and stands
// below those that do. Where all are, nothing is left to be done.
func TestFixedNodesComeLast(t *testing.T) {
	r := foundRow(t)
	r.Match.Hits[0].Found = tailnet.FixedFinding
	v, err := desk(severe()).View(r)
	steps := []Step{v.Nodes[0].Step, v.Nodes[1].Step}
	if diff := cmp.Diff([]Step{UpdateSoon, FixedAlready}, steps); diff != "" || err != nil || v.Nodes[1].Name != "db" || len(v.Commands) != 1 {
		t.Error(err, diff, v.Commands)
	}
	if l := write(t, desk(severe()), r); !strings.Contains(l.Text, "Windows 1.60.0: fixed already, as we found when we looked") {
		t.Errorf("a fixed node is asked for something:\n%s", l.Text)
	}
	r.Match.Hits[1].Found = tailnet.FixedFinding
	if v, err = desk(severe()).View(r); err != nil || v.When != Settled || v.Commands != nil || v.Checks != nil {
		t.Errorf("%v, %q, %v, %v", err, v.When, v.Commands, v.Checks)
	}
	r.Match.Hits[0].Found, r.Match.Hits[0].Affected = tailnet.UnderInvestigation, verdict.Unknown
	if v, err = desk(severe()).View(r); err != nil || v.Nodes[0].Unsure != StillAsked {
		t.Errorf("%v, %+v", err, v.Nodes)
	}
}

// TestFindingsAlone is F27: a tailnet of which only findings speak gets a letter; one of
// which they say nothing does not.
func TestFindingsAlone(t *testing.T) {
	r := foundRow(t, tailnet.Finding{Status: tailnet.KnownAffected, Tell: "Somebody\nsaw\u202E it."})
	r.Match.Hits, r.Match.Found = nil, verdict.Yes
	v, err := desk(severe()).View(r)
	want := []Finding{{Status: tailnet.KnownAffected, Text: `Somebody saw\u{202E} it.`}}
	if diff := cmp.Diff(want, v.Findings); diff != "" || err != nil {
		t.Error(err, diff)
	}
	r.Match.Found = verdict.No
	if v, err := desk(severe()).View(r); err == nil {
		t.Errorf("a letter about nothing: %+v", v)
	}
}
