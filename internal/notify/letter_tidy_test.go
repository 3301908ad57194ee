package notify

import (
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"tocsin/internal/tailnet"
	"tocsin/internal/verdict"
)

// TestTextIsTidy renders combinations (with TOCSIN_SOAK=1 every one) of what a letter may have and not have:
// no gap, no line of prose over the columns, one section after the other.
func TestTextIsTidy(t *testing.T) {
	s := stationery(t)
	sections := []string{"has found", "WHAT CHANGED", "WHAT TO DO", "Until you", "YOUR NODES", "HOW TO UPDATE", "HOW TO CHECK", "WHAT WE FOUND", "WHAT WE DID", "WHY YOU GET", "IS THIS LETTER", "HOW TO CHANGE", "This letter"}
	for bits := 0; bits < 1<<17; bits += rounds(131, 1) { // nothing is among them, and (1,000 × 131 = 131,000) nearly everything
		on := func(bit int) bool { return bits&(1<<bit) != 0 }
		v := every()
		off := map[int]func(){
			0: func() { v.Certain, v.Unsettled = false, true }, 1: func() { v.Bulletin.Severity = "" }, 2: func() { v.Bulletin.Summary = "" },
			3: func() { v.Bulletin.Action = "" }, 4: func() { v.Bulletin.NoAction = false }, 5: func() { v.Nodes = nil },
			6: func() { v.Services = nil }, 7: func() { v.Commands = nil }, 8: func() { v.Checks = nil },
			9: func() { v.Settings = "" }, 10: func() { v.ReplyTo = "" }, 11: func() { v.Bulletin.URL = "" },
			12: func() { v.Until = nil }, 13: func() { v.Done, v.Findings = nil, nil }, 14: func() { v.When = Unspecified },
			15: func() { v.Bulletin.Steps, v.Bulletin.Audience = nil, "" }, 16: func() { v.Bulletin.NextUpdate, v.Bulletin.Exploited = time.Time{}, "" },
		}
		for bit, turn := range off {
			if !on(bit) {
				turn()
			}
		}
		l, err := s.Write(Row{}, v, "", planned)
		if err != nil {
			t.Fatal(err)
		}
		if faults := untidy(l.Text); len(faults) > 0 {
			t.Fatalf("%013b: %v\n%s", bits, faults, l.Text)
		}
		at := -1
		for _, section := range sections {
			if i := strings.Index(l.Text, section); i >= 0 && i < at {
				t.Fatalf("%q stands too early:\n%s", section, l.Text)
			} else if i >= 0 {
				at = i
			}
		}
		if strings.Contains(l.Text+l.HTML, "<no value>") {
			t.Fatalf("%s", l.Text)
		}
	}
}

// every is a view with everything in it.
func every() View {
	long := strings.TrimSpace(strings.Repeat("Something long happened. ", 9))
	return View{
		Organization: "Example Networks and Sons", Unit: "tailnet", Tailnet: "acme.example", Name: strings.Repeat("Acme ", 20), Certain: true, Changed: []string{long, "b"},
		Bulletin: BulletinView{ID: "TS-2026-007", Title: long, Summary: long + ".", Severity: "high", URL: "https://security.example.com/" + strings.Repeat("x", 80), Action: long, Audience: long, Steps: []string{long, long}, Exploited: "confirmed", NextUpdate: planned},
		When:     Now, Services: []Service{{long, Everyone, verdict.Yes, planned}, {"b", Anyone, verdict.Unknown, time.Time{}}, {"c", TheFound, verdict.No, time.Time{}}}, Findings: []Finding{{Name: "b", Status: tailnet.FixedFinding, FirstSeen: "2026-05-01", LastSeen: "2026-05-02", Visible: verdict.Yes, Text: long}, {Status: tailnet.KnownAffected}}, Done: []Deed{{planned, long, "b"}, {What: "b"}},
		Nodes: []NodeView{{Name: strings.Repeat("node ", 30), Platform: "windows", Version: "1.60.0", Fix: Fix{Fixed: "1.66.1", Step: UpdateNow}, Unsure: Unclear}, {Name: "b", Fix: Fix{Step: AwaitFix, Until: true, From: planned}}},
		Until: []Stopgap{{[]string{"linux", "windows"}, long, false}, {nil, long, true}}, Commands: []Command{{Platform: "windows", Line: strings.Repeat("sudo apt install ", 9)}, {Platform: "linux", From: planned}},
		Checks: []Check{{"example version", "1.66.1"}, {"other version", ""}}, Reasons: []Reason{{long, "https://security.example.com/#a"}, {long, "https://security.example.com/#b"}},
		PolicyURL: "https://security.example.com/", ToldAs: tailnet.Owner, Settings: "https://login.example.com/contacts", ReplyTo: "reply@example.com",
	}
}

// untidy says what is wrong with the looks of a letter's text.
func untidy(text string) (faults []string) {
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		if !strings.HasPrefix(line, literal) && utf8.RuneCountInString(line) > columns {
			faults = append(faults, fmt.Sprintf("over %d columns: %q", columns, line))
		}
		if strings.TrimRight(line, " ") != line && line != "-- " && !strings.HasPrefix(line, literal) {
			faults = append(faults, fmt.Sprintf("ends in a space: %q", line))
		}
	}
	if strings.Contains(text, "\n\n\n") || strings.HasPrefix(text, "\n") || strings.HasSuffix(text, "\n\n") || !strings.HasSuffix(text, "\n") {
		faults = append(faults, "gaps")
	}
	return faults
}
