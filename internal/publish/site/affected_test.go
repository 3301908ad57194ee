package site

import (
	"regexp"
	"strings"
	"testing"

	"tocsin/internal/bulletin"
	"tocsin/internal/verdict"
	"tocsin/internal/version"
)

var tags = regexp.MustCompile(`<[^>]*>`)

// said is what the rows of a page say, as a reader without eyes for colours hears it: the banner
// and the tables, with a bar between cells and lines.
func said(t *testing.T, b bulletin.Bulletin) string {
	t.Helper()
	b.ID, b.Title, b.Status, b.Published = "TS-2026-020", "A fault", bulletin.Public, day("2026-05-03")
	return plainPage(t, pageOf(t, b))
}

func plainPage(t *testing.T, page string) string {
	t.Helper()
	from, to := strings.Index(page, `id="_action"`), strings.Index(page, `<div class="text">`)
	if from < 0 || to < from {
		t.Fatal("no banner and no text")
	}
	text := strings.NewReplacer("</div>", "|", "</tr>", "|", "</td>", "|", "</th>", "|", "</dt>", ": ", "</p>", "|", "</caption>", "|").Replace(page[from:to])
	text = strings.Join(strings.Fields(tags.ReplaceAllString(strings.TrimPrefix(text, `id="_action">`), " ")), " ")
	return strings.NewReplacer(" |", "|", " :", ":", " ,", ",", " .", ".").Replace(text)
}

// TestShapes is the table of what a bulletin can say of who is affected and how they are helped.
func TestShapes(t *testing.T) {
	client := func(a bulletin.Affected) bulletin.Affected {
		a.Product = "client"
		return a
	}
	fix := func(fixed string) version.Range { return version.Range{Introduced: "1.0", Fixed: fixed} }
	tests := []struct {
		name     string
		affected []bulletin.Affected
		change   func(*bulletin.Bulletin)
		want     []string
		never    []string
	}{
		{
			name:     "the fix is out",
			affected: []bulletin.Affected{client(bulletin.Affected{Platforms: []string{"linux"}, Versions: fix("1.5"), Available: day("2026-05-03")})},
			want:     []string{"Linux: sudo apt install example-client=1.5 then you have 1.5 or later|", "See your version: example version|", "Linux| 1.0 and later, before 1.5| 1.5| 3 May 2026|"},
			never:    []string{"No fix", "Expected"},
		},
		{
			name:     "the fix is out, and nobody wrote a command",
			affected: []bulletin.Affected{client(bulletin.Affected{Platforms: []string{"macos", "ios"}, Versions: fix("1.5"), Available: day("2026-05-03"), Channel: "store"})},
			want:     []string{"macOS, iOS: Update to 1.5 or later (app store)|"},
		},
		{
			name:     "the fix is announced",
			affected: []bulletin.Affected{client(bulletin.Affected{Platforms: []string{"linux"}, Versions: fix("1.5"), Available: day("2026-05-09"), Stopgap: "Stop it."})},
			want:     []string{"Linux: No fix yet: expected on 9 May 2026, as of 3 May 2026. Until you have the fix: Stop it.|", "1.5| Expected on 9 May 2026|"},
			never:    []string{"sudo apt"},
		},
		{
			name:     "the bulletin was changed after the fix came",
			affected: []bulletin.Affected{client(bulletin.Affected{Platforms: []string{"linux"}, Versions: fix("1.5"), Available: day("2026-05-09")})},
			change:   func(b *bulletin.Bulletin) { b.Revisions = []bulletin.Revision{{Version: 2, At: day("2026-05-09")}} },
			want:     []string{"Linux: sudo apt install example-client=1.5 then", "1.5| 9 May 2026|"},
			never:    []string{"No fix", "xpected"},
		},
		{
			name:     "the fix comes later on the same day",
			affected: []bulletin.Affected{client(bulletin.Affected{Platforms: []string{"linux"}, Versions: fix("1.5"), Available: day("2026-05-03").Add(20 * 3600e9)})},
			want:     []string{"sudo apt install example-client=1.5 then"},
			never:    []string{"No fix", "xpected"},
		},
		{
			name:     "a release candidate is no fix",
			affected: []bulletin.Affected{client(bulletin.Affected{Platforms: []string{"linux"}, Versions: fix("1.5"), Available: day("2026-05-01"), Channel: "rc"})},
			want:     []string{"Linux: No fix yet: only in a release candidate, as of 3 May 2026.|", "No fix yet: 1.5 (only in a release candidate)|"},
			never:    []string{"sudo apt"},
		},
		{
			name:     "there is no fix, and why",
			affected: []bulletin.Affected{client(bulletin.Affected{Platforms: []string{"linux"}, Versions: version.Range{LastAffected: "1.5"}, Unfixed: "It is old."})},
			want:     []string{"Linux: No fix: It is old.|", "Linux| up to and including 1.5| No fix|"},
			never:    []string{"sudo apt"},
		},
		{
			name:     "what helps where no fix is promised",
			affected: []bulletin.Affected{client(bulletin.Affected{Platforms: []string{"linux"}, Unfixed: "It is old.", Stopgap: "Stop it."})},
			want:     []string{"Linux: No fix: It is old. Without a fix, this helps: Stop it.|"},
			never:    []string{"Until you have the fix"},
		},
		{
			name:     "a remedy in place of a fix",
			affected: []bulletin.Affected{client(bulletin.Affected{Platforms: []string{"linux"}, Unfixed: "It cannot be.", Remedy: "Turn it off."})},
			want:     []string{"Linux: Remedy: Turn it off.| No fix: It cannot be.|", "Linux| all versions| See the remedy|"},
		},
		{
			name: "two branches of one platform",
			affected: []bulletin.Affected{
				client(bulletin.Affected{Platforms: []string{"linux"}, Versions: version.Range{Introduced: "2.0", Fixed: "2.4"}, Available: day("2026-05-03")}),
				client(bulletin.Affected{Platforms: []string{"linux"}, Versions: version.Range{Introduced: "1.0", Fixed: "1.9"}, Available: day("2026-05-03")}),
			},
			want: []string{"Linux 2.0 and later, before 2.4: sudo apt install example-client=2.4 then you have 2.4 or later|", "Linux 1.0 and later, before 1.9: sudo apt install example-client=1.9 then you have 1.9 or later|"},
		},
		{
			name:     "nothing is stated of the fix",
			affected: []bulletin.Affected{client(bulletin.Affected{Platforms: []string{"linux"}})},
			want:     []string{"Linux: No fix is stated.|", "Linux| all versions| Not stated| Not stated|"},
			never:    []string{"sudo apt"},
		},
		{
			name:     "all platforms",
			affected: []bulletin.Affected{client(bulletin.Affected{Versions: fix("1.5"), Available: day("2026-05-03")})},
			want:     []string{"Windows: winget upgrade Example.Client then you have 1.5 or later|", "macOS, iOS: Update to 1.5 or later|", "All platforms| 1.0 and later, before 1.5| 1.5|"},
		},
		{
			name: "two products",
			affected: []bulletin.Affected{
				client(bulletin.Affected{Platforms: []string{"linux"}, Versions: fix("1.5"), Available: day("2026-05-03")}),
				{Product: "gateway", Versions: fix("3.5"), Available: day("2026-05-03")},
			},
			want: []string{"Example client, Linux: sudo apt", "gateway: Update to 3.5 or later|", "See your version of Example client: example version|", "gateway| Platform| Affected versions|"},
		},
		{
			name:     "no action: no commands, and the remedy stays with the row",
			affected: []bulletin.Affected{client(bulletin.Affected{Platforms: []string{"linux"}, Versions: fix("1.5"), Available: day("2026-05-03"), Stopgap: "Stop it."})},
			change:   func(b *bulletin.Bulletin) { b.Action = bulletin.Action{Required: verdict.No} },
			want:     []string{"Action required: no", "You don’t need to do anything.|", "1.5 Until you have the fix: Stop it.|"},
			never:    []string{"sudo apt", "See your version"},
		},
		{
			name: "hosted: everybody", affected: []bulletin.Affected{{Product: "coordination-server", Everyone: true, Deployed: day("2026-05-02")}},
			want: []string{"Coordination server| All tailnets| 2 May 2026|", "Run by us: we install the fix|"}, never: []string{"See your version", "letter"},
		},
		{
			name: "hosted: not stated", affected: []bulletin.Affected{{Product: "coordination-server"}},
			want: []string{"Coordination server| Not stated| Not stated|"}, never: []string{"letter", "Some tailnets", "All tailnets"},
		},
		{
			name: "hosted: some, and no verdict on record", affected: []bulletin.Affected{{Product: "coordination-server"}},
			change: func(b *bulletin.Bulletin) { b.Identification = "some" },
			want:   []string{"| Some tailnets; we may not have found all|"}, never: []string{"letter"},
		},
		{
			name: "hosted: some, who must be told", affected: []bulletin.Affected{{Product: "coordination-server"}},
			change: func(b *bulletin.Bulletin) { b.Identification, b.Decision = "some", judged(verdict.Required, nil) },
			want:   []string{"| Some tailnets: those that we found are told by letter; there may be others|"},
		},
		{
			name: "hosted: some, who need not be told by override", affected: []bulletin.Affected{{Product: "coordination-server"}},
			change: func(b *bulletin.Bulletin) {
				b.Identification, b.Decision = "some", judged(verdict.Required, &bulletin.JudgedOverride{Verdict: verdict.NotRequired})
			},
			want: []string{"| Some tailnets; we may not have found all|"}, never: []string{"letter"},
		},
		{
			name: "hosted: nobody can tell", affected: []bulletin.Affected{{Product: "coordination-server"}},
			change: func(b *bulletin.Bulletin) { b.Identification, b.Decision = "none", judged(verdict.Required, nil) },
			want:   []string{"| Not known which tailnets|"}, never: []string{"letter"},
		},
		{
			name:     "action not stated, and a fix is out",
			affected: []bulletin.Affected{client(bulletin.Affected{Platforms: []string{"linux"}, Versions: fix("1.5"), Available: day("2026-05-03")})},
			change:   func(b *bulletin.Bulletin) { b.Action = bulletin.Action{} },
			want:     []string{"Action required: not stated", "Linux: sudo apt install example-client=1.5 then you have 1.5 or later|"},
		},
		{
			name: "a service that is still open stands beside what is fixed",
			affected: []bulletin.Affected{
				client(bulletin.Affected{Platforms: []string{"linux"}, Versions: fix("1.5"), Available: day("2026-05-03")}),
				{Product: "coordination-server", Everyone: true, Deployed: day("2026-05-09")},
			},
			want: []string{"Example client, Linux: sudo apt", "Coordination server Run by us: we install the fix: No fix yet: expected on 9 May 2026, as of 3 May 2026.|",
				"Coordination server| All tailnets| No fix yet: Expected on 9 May 2026|"},
		},
		{
			name: "a service that is fixed needs nobody's hands",
			affected: []bulletin.Affected{
				client(bulletin.Affected{Platforms: []string{"linux"}, Versions: fix("1.5"), Available: day("2026-05-03")}),
				{Product: "coordination-server", Everyone: true, Deployed: day("2026-05-03").Add(20 * 3600e9)},
			},
			want:  []string{"| Linux: sudo apt", "Coordination server| All tailnets| 3 May 2026, 20:00 UTC|"},
			never: []string{"Coordination server Run", "xpected", "No fix"},
		},
		{name: "nothing is stated", want: []string{"We haven’t stated yet which products and versions are affected.|"}, never: []string{"See your version"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			b := bulletin.Bulletin{Affected: test.affected, Action: bulletin.Action{Required: verdict.Yes, Text: "Do it."}}
			if test.change != nil {
				test.change(&b)
			}
			got := said(t, b)
			for _, want := range test.want {
				if !strings.Contains(got, want) {
					t.Errorf("it does not say %q:\n%s", want, got)
				}
			}
			for _, never := range test.never {
				if strings.Contains(got, never) {
					t.Errorf("it says %q:\n%s", never, got)
				}
			}
		})
	}
}

func judged(outcome verdict.Outcome, override *bulletin.JudgedOverride) *bulletin.Decision {
	return &bulletin.Decision{Verdicts: map[string]bulletin.Judged{"notify": {Verdict: outcome, Override: override}}}
}

// TestExploited: what is known of attacks is said in the file's own terms, and that nothing is stated where it is not.
func TestExploited(t *testing.T) {
	for word, want := range map[string]string{
		"": "Not stated", "confirmed": "Yes, confirmed", "suspected": "Suspected", "no_evidence": "No evidence", "confirmed_none": "No, confirmed", "unknown": "Not known yet",
	} {
		b := rich()
		b.Exploited = bulletin.Answer{Word: word}
		page := pageOf(t, b)
		if !strings.Contains(page, "<dt>Exploited</dt><dd>"+want+"</dd>") {
			t.Errorf("%q: it does not say %q", word, want)
		}
		if marked := strings.Contains(page, `mark critical">Exploited`); marked != (word == "confirmed") {
			t.Errorf("%q: marked as exploited: %t", word, marked)
		}
	}
}

// TestCatalogued: only names written as a catalogue writes them lead there.
func TestCatalogued(t *testing.T) {
	for name, want := range map[string]string{
		"CVE-2026-12345":      "https://www.cve.org/CVERecord?id=CVE-2026-12345",
		"GHSA-9v2x-3wpg-h7mc": "https://github.com/advisories/GHSA-9v2x-3wpg-h7mc",
		"CWE-79":              "https://cwe.mitre.org/data/definitions/79.html",
		"GO-2026-1234":        "", "CVE-2026-1": "", "CWE-x": "", "EXAMPLE-2026-1": "", "": "",
	} {
		if got := catalogued(name); got != want {
			t.Errorf("%q leads to %q, want %q", name, got, want)
		}
	}
}
