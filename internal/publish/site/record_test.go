package site

import (
	"strings"
	"testing"
	"time"

	"tocsin/internal/bulletin"
	"tocsin/internal/policy"
	"tocsin/internal/source"
	"tocsin/internal/verdict"
)

// rich is a bulletin with everything that stands around the text.
func rich() bulletin.Bulletin {
	return bulletin.Bulletin{
		ID: "TS-2026-007", Title: "A fault", Summary: "A fault", Status: bulletin.Public, Severity: bulletin.High, Published: day("2026-05-10"),
		Action:  bulletin.Action{Required: verdict.Yes, Text: "Update.", Audience: "administrators", Steps: []string{"Stop it.", "Start <it>."}},
		Body:    []byte("Text."),
		Aliases: []source.Value{{Text: "EXAMPLE-2026-1"}}, CVSS: []source.Value{{Text: "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N"}},
		CWE: []source.Value{{Text: "CWE-79"}}, Related: []source.Value{{Text: "TS-2026-004"}, {Text: "TS-2026-099"}},
		Credits:    []bulletin.Credit{{Name: "A. <Reporter>", Type: "reporter", URL: "https://example.org/a"}},
		References: []bulletin.Reference{{URL: "https://example.org/report", Summary: "The report"}, {URL: "https://example.org/bare"}, {URL: "javascript:alert(1)", Summary: "hostile"}},
		Timeline:   []bulletin.Event{{At: day("2026-05-01"), Text: "Reported to us."}},
		Done:       []bulletin.Event{{At: day("2026-05-11"), Text: "We ended all sessions."}},
		Revisions: []bulletin.Revision{
			{Version: 1, At: day("2026-05-10"), Summary: "Initial release."},
			{Version: 2, At: day("2026-05-12"), Summary: "More platforms.", Material: true},
		},
		NextUpdate: day("2026-06-01"),
		Notified:   &bulletin.Notified{Count: 12, First: day("2026-05-10"), Last: day("2026-05-13")},
	}
}

func pageOf(t *testing.T, b bulletin.Bulletin) string {
	t.Helper()
	s := small(t)
	p, err := b.Publish()
	if err != nil {
		t.Fatal(err)
	}
	s.Bulletins = append(s.Bulletins, p)
	return build(t, s)["security-bulletins/"+strings.ToLower(string(b.ID))+"/index.html"]
}

// TestRecord: whatever the authors stated for readers is on the page.
func TestRecord(t *testing.T) {
	page := pageOf(t, rich())
	for _, want := range []string{
		`For: <span dir="auto">administrators</span>`, "<li>Start &lt;it&gt;.</li>",
		"EXAMPLE-2026-1", "CVSS 3.1", "<strong>7.5</strong>", "CVSS:3.1/AV:N", `<a class="id" href="https://cwe.mitre.org/data/definitions/79.html">CWE-79</a>`, "12 tailnets", "1 June 2026",
		"We ended all sessions.", "Reported to us.",
		`<a href="https://example.org/report">The report</a>`, `<a href="https://example.org/bare">https://example.org/bare</a>`,
		`<a href="https://example.org/a">A. &lt;Reporter&gt;</a> <span class="note">reporter</span>`,
		`<a href="/trust/security-bulletins/ts-2026-004/">TS-2026-004</a>`, "Related: TS-2026-099",
		"Material change", "More platforms.",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	if strings.Index(page, "More platforms.") > strings.Index(page, "Initial release.") {
		t.Error("the newest revision must stand first")
	}
	if strings.Contains(page, "javascript:") {
		t.Error("a hostile address is linked")
	}
}

// TestNoRecord: a bulletin without any of it has no empty sections.
func TestNoRecord(t *testing.T) {
	plain := bulletin.Bulletin{ID: "TS-2026-007", Title: "A fault", Status: bulletin.Public, Published: day("2026-05-10"), Body: []byte("Text.")}
	if page := pageOf(t, plain); strings.Contains(page, `class="record"`) || strings.Contains(page, "<ul>\n</ul>") {
		t.Error("empty sections")
	}
}

// TestRetraction: a withdrawn page says why, what holds instead, and nothing of the rest.
func TestRetraction(t *testing.T) {
	b := rich()
	b.Status = bulletin.Withdrawn
	b.Retraction = &bulletin.Retraction{At: day("2026-05-20").Add(3 * time.Hour), Reason: "We named the wrong versions.", SupersededBy: "TS-2026-004"}
	page := pageOf(t, b)
	for _, want := range []string{"We named the wrong versions.", `Read <a href="/trust/security-bulletins/ts-2026-004/">TS-2026-004</a> instead.`, "20 May 2026"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	for _, gone := range []string{"EXAMPLE-2026-1", "CWE-79", "Reporter", "More platforms.", "Update."} {
		if strings.Contains(page, gone) {
			t.Errorf("the withdrawn page still says %q", gone)
		}
	}
	b.Retraction.SupersededBy = "TS-2026-098"
	if page := pageOf(t, b); !strings.Contains(page, "Read TS-2026-098 instead.") {
		t.Error("what readers may not see must not be linked, and is named all the same")
	}
}

// TestFrontPageOfPolicies: what the team wrote stands above the list.
func TestFrontPageOfPolicies(t *testing.T) {
	s := small(t)
	s.Index = policy.Index{Title: "How we work", Body: []byte("We *keep* our word.\n")}
	page := build(t, s)["security-policies/index.html"]
	for _, want := range []string{`<h1 dir="auto">How we work</h1>`, "We <em>keep</em> our word.", "Patch management policy"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	if strings.Contains(page, "what you can hold us to") {
		t.Error("the team's own words stand in place of ours")
	}
}
