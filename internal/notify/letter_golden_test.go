package notify

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tocsin/internal/bulletin"
	"tocsin/internal/tailnet"
	"tocsin/internal/verdict"
	"tocsin/internal/version"
)

// letters are what an administrator gets, case by case.
func letters(t *testing.T) map[string]Letter {
	windows := tailnet.Node{ID: "n1", Name: "frontdesk", OS: "windows", Version: "1.60.0", Product: "client"}
	of := tailnet.Tailnet{ID: "bakery.example.com", DisplayName: "Example Bakery", OwnerEmail: "owner@bakery.example.com", SecurityEmail: "security@bakery.example.com", SecurityVerified: true}
	owned := of
	owned.SecurityVerified = false
	two := severe()
	two.Affected[0].Available = planned.AddDate(0, 0, -2)
	two.Summary = "Somebody signed in to the same computer could change the settings of a client that another person had connected."
	two.Severity = bulletin.Critical
	two.Affected = append(two.Affected, bulletin.Affected{Product: "client", Platforms: []string{"linux"}, Versions: version.Range{LastAffected: "1.64.0"}},
		bulletin.Affected{Product: "client", Platforms: []string{"macos"}, Unfixed: "being tested", Stopgap: "Let nobody else sign in to the computer."})
	two.Exploited = bulletin.Answer{Word: "suspected"}
	two.Action.Steps = []string{"Update every Windows node.", "Restart it."}
	two.NextUpdate = planned.AddDate(0, 0, 3)
	two.Done = []bulletin.Event{{At: planned.AddDate(0, 0, -1), Text: "We asked the two largest shops to carry the fix."}}
	coming := severe()
	coming.Affected[0].Available, coming.Affected[0].Stopgap = planned.AddDate(0, 0, 16), "Let nobody else sign in to the computer."
	out := severe()
	out.Affected[0].Available = planned.AddDate(0, 0, -2)
	node := func(id, name, os, version string) tailnet.Node {
		return tailnet.Node{ID: id, Name: name, OS: os, Version: version, Product: "client"}
	}
	silent := severe()
	silent.Action = bulletin.Action{}
	notold := desk(silent)
	notold.BulletinURL, notold.Settings, notold.ReplyTo = "", "", ""
	var many []tailnet.Node
	for i := range 3000 {
		many = append(many, node(fmt.Sprintf("n%d", i), fmt.Sprintf("till-%04d", i), "windows", "1.60.0"))
	}
	names := tailnet.Tailnet{ID: "makhbaz.example.com", DisplayName: "مخبز المثال 010", OwnerEmail: "owner@makhbaz.example.com"}

	deployed := hosted(true)
	deployed.Affected[0].Deployed = planned.AddDate(0, 0, -3)
	german := of
	german.Language = "de-AT"
	looked := aRow(t, out, of, windows, node("n2", "till-2", "windows", "1.60.0"))
	looked.Match.Hits[1].Found = tailnet.FixedFinding
	looked.Users = []tailnet.User{{Tailnet: of.ID, ID: "u1", Login: "kim@bakery.example.com"}}
	looked.Match.Findings = []tailnet.Finding{
		{Tailnet: of.ID, Node: "n2", Status: tailnet.FixedFinding, FirstSeen: "2026-04-28", LastSeen: "2026-05-02", Tell: "Somebody changed its settings.", Done: "We put its settings back.", DoneAt: "2026-05-03"},
		{Tailnet: of.ID, User: "u1", Status: tailnet.KnownAffected, DataVisible: verdict.Yes, Tell: "Somebody else saw the list of this user's nodes."},
	}
	before := planned.AddDate(0, 0, -8)
	follow := func(kind Kind, changed ...string) Letter {
		row := aRow(t, out, of, windows).As(kind)
		row.Changed, row.Replaces = changed, before
		return write(t, desk(out), row)
	}

	doubtful := aRow(t, out, of, windows).As(Update)
	doubtful.Changed, doubtful.Doubtful, doubtful.Replaces = []string{"It is known to be exploited."}, true, before
	again := aRow(t, out, of, windows)
	again.Cleared, again.Unrevised, again.Replaces = true, true, before
	revised := again
	revised.Unrevised = false
	revised.Changed = []string{"Version 1.60.0 has the fault too."}
	perhaps := revised
	perhaps.Doubtful, perhaps.Replaces = true, time.Time{}
	unsettled := aRow(t, out, german, windows).As(Update)
	unsettled.Changed = []string{"It is known to be exploited."}
	unasked := aRow(t, out, german, windows).As(Correction)
	unasked.Changed, unasked.Clauses = []string{"The first letter named 1.66.0 as the version with the fix. It is 1.66.1."}, nil
	unasked.Replaces = before
	taken := out
	taken.Status, taken.Retraction = bulletin.Withdrawn, &bulletin.Retraction{Reason: "The fault was in the test, not in the client.", SupersededBy: "TS-2026-009"}
	gone := aRow(t, out, of, windows).As(AllClear)
	gone.Contact.Reason, gone.Replaces = tailnet.EarlierAddress, before

	repaired := aRow(t, out, of, windows)
	repaired.Match.Hits[0].Found = tailnet.FixedFinding
	cleared := aRow(t, deployed, of)
	cleared.Match.Findings = []tailnet.Finding{{Tailnet: of.ID, Status: tailnet.KnownNotAffected}}
	alone := aRow(t, out, of)
	alone.Match.Affected, alone.Match.Found = verdict.Yes, verdict.Yes
	alone.Match.Findings = []tailnet.Finding{{Tailnet: of.ID, Node: "n9", Status: tailnet.KnownAffected, DataVisible: verdict.No, LastSeen: "2026-05-02", Tell: "Somebody changed its settings."}}

	return map[string]Letter{
		"action-none":       write(t, desk(idle()), aRow(t, idle(), of, windows)),
		"all-fixed":         write(t, desk(out), repaired),
		"hosted-cleared":    write(t, desk(deployed), cleared),
		"findings-only":     write(t, desk(out), alone),
		"german":            write(t, desk(two), aRow(t, two, german, windows, node("n2", "till-2", "windows", "1.66.0-t9d5c0b"), node("n3", "nas", "linux", "1.64.0"), node("n4", "studio", "macos", "1.66.0"))),
		"looked-into":       write(t, desk(out), looked),
		"correction":        follow(Correction, "The first letter named 1.66.0 as the version with the fix. It is 1.66.1."),
		"update":            follow(Update, "It is known to be exploited."),
		"all-clear":         follow(AllClear, "Versions before 1.62.0 turned out not to have the fault."),
		"doubtful":          write(t, desk(out), doubtful),
		"affected-again":    write(t, desk(out), again),
		"affected-anew":     write(t, desk(out), revised),
		"perhaps-cleared":   write(t, desk(out), perhaps),
		"update-undated":    write(t, desk(out), unsettled),
		"correction-german": write(t, desk(out), unasked),
		"withdrawn":         write(t, desk(taken), aRow(t, out, of, windows).As(AllClear)),
		"withdrawn-german":  write(t, desk(taken), aRow(t, out, german, windows).As(AllClear)),
		"all-clear-gone":    write(t, desk(out), gone),
		"one-node":          write(t, desk(out), aRow(t, out, of, windows)),
		"fix-to-come":       write(t, desk(coming), aRow(t, coming, of, windows)),
		"several-platforms": write(t, desk(two), aRow(t, two, owned, windows, node("n2", "till-2", "windows", "1.66.0-t9d5c0b"), node("n3", "nas", "linux", "1.64.0"), node("n4", "studio", "macos", "1.66.0"))),
		"cannot-tell":       write(t, desk(severe()), aRow(t, severe(), of, node("n1", "frontdesk", "windows", "custom-build"), node("n2", "", "", ""))),
		"which-fix":         write(t, desk(two), aRow(t, two, of, windows, node("n2", "till-2", "", "1.60.0"), node("n3", "till-3", "plan9", "1.60.0"))),
		"three-thousand":    write(t, desk(out), aRow(t, out, of, many...)),
		"hosted-fixed":      write(t, desk(deployed), aRow(t, deployed, of)),
		"hosted":            write(t, desk(hosted(true)), aRow(t, hosted(true), of)),
		"hosted-unknown":    write(t, desk(hosted(false)), aRow(t, hosted(false), of)),
		"action-unknown":    write(t, notold, aRow(t, silent, of, windows)),
		"right-to-left":     write(t, desk(severe()), aRow(t, severe(), names, node("n1", "الخادم 1", "windows", "1.60.0"), node("n2", "Kassensystem-Straße", "windows", "1.60.0"), node("n3", "サンプル電機", "windows", "1.60.0"))),
		"hostile":           write(t, desk(severe()), aRow(t, severe(), tailnet.Tailnet{ID: "{{.Secret}}", DisplayName: "<b>\u202Ebold</b>", OwnerEmail: "owner@x.example"}, node("n1", "=cmd|' /C calc'!A0", "windows", "1.60.0"))),
	}
}

func TestLettersAsTheyAreRead(t *testing.T) {
	all := letters(t)
	for name, l := range all {
		golden(t, name+".txt", "To: "+string(l.To)+"\nSubject: "+l.Subject+"\n\n"+l.Text)
		golden(t, name+".html", l.HTML)
	}
	files, err := filepath.Glob(filepath.Join("testdata", "letters", "*"))
	if err != nil || len(files) != 2*len(all) {
		t.Errorf("testdata/letters has %d files for %d letters: %v", len(files), len(all), err)
	}
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", "letters", name)
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (go test -update rewrites it):\n%s", name, diff)
	}
}
