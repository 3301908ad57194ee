package notify

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestHTMLStaysAtHome is F31: nothing loads from anywhere, and every link is one
// that the organisation set.
func TestHTMLStaysAtHome(t *testing.T) {
	for name, l := range letters(t) {
		page := l.HTML
		for _, s := range []string{"<img", "<script", "<link", "<iframe", "<form", "src=", "url(", "@import", "javascript:"} {
			if strings.Contains(strings.ToLower(strings.Join(tags(page), "")), s) {
				t.Errorf("%s has %q", name, s)
			}
		}
		for _, m := range regexp.MustCompile(`href="([^"]*)"`).FindAllStringSubmatch(page, -1) {
			if d := desk(severe()); !slices.Contains([]string{d.BulletinURL, d.PolicyURL, d.Settings}, m[1]) {
				t.Errorf("%s links to %s", name, m[1])
			}
		}
	}
}

// spoken is every word of a text in its order: letters, figures, addresses and URLs.
func spoken(text string) []string {
	return regexp.MustCompile(`[\p{L}\p{M}\p{N}]([\p{L}\p{M}\p{N}@.:/_#?=&-]*[\p{L}\p{M}\p{N}/])?`).FindAllString(strings.ToLower(text), -1)
}

var (
	anchor    = regexp.MustCompile(`<a href="([^"]*)">(.*?)</a>`)
	tableHead = regexp.MustCompile(`(?s)<head>.*</head>|<thead>.*?</thead>`)
)

// readOut is what a reader of the HTML is told: its words, and where the links lead.
func readOut(page string) string {
	page = anchor.ReplaceAllStringFunc(tableHead.ReplaceAllString(page, ""), func(link string) string {
		m := anchor.FindStringSubmatch(link)
		if m[1] == m[2] {
			return m[1]
		}
		return m[2] + " " + m[1]
	})
	return plain(page)
}

// TestPartsSayTheSame is F31: both parts say the same in the same order, word by word, but
// for the head of the HTML's table.
func TestPartsSayTheSame(t *testing.T) {
	for name, l := range letters(t) {
		if diff := cmp.Diff(spoken(l.Text), spoken(readOut(l.HTML))); diff != "" {
			t.Errorf("%s:\n%s", name, diff)
		}
	}
	for i, kind := range []Kind{FirstNotice, Correction, Update, AllClear, AllClear} {
		v := every()
		v.Kind, v.Doubtful, v.Cleared = kind, kind == Update, kind == FirstNotice
		v.Bulletin.Withdrawn, v.Bulletin.Reason, v.Bulletin.Instead = i == 4, "Nobody had it.", "TS-2026-008"
		l, err := stationery(t).Write(Row{}, v, "", planned)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(spoken(l.Text), spoken(readOut(l.HTML))); diff != "" {
			t.Errorf("%s:\n%s", kind, diff)
		}
		if faults := untidy(l.Text); len(faults) > 0 {
			t.Errorf("%s: %v\n%s", kind, faults, l.Text)
		}
	}
}

// A finding may be megabytes on one line: each of its lines is looked for once.
func TestFoldLongLine(t *testing.T) {
	const words = 1 << 20
	lines := strings.Split(fold(strings.Repeat("word ", words)), "\n")
	if want := words/14 + 1; len(lines) != want {
		t.Errorf("%d lines, want %d", len(lines), want)
	}
}

// TestSubjectsAreShort: a name of any length stands in the letter, and not in its subject; and
// the mask of a long name is as long, so that the twin's subject leaves it out too (F20).
func TestSubjectsAreShort(t *testing.T) {
	long := strings.Repeat("Example Bakery ", 40) + "End"
	for name, c := range map[string]struct{ id, display, want string }{
		"short":       {"bakery.example", "Example Bakery", "(Example Bakery)"},
		"a long name": {"bakery.example", long, "(bakery.example)"},
		"both long":   {strings.Repeat("b", 101), long, "(tailnet)"},
	} {
		of, node := named(c.id, "oven", "windows", "1.60.0")
		of.DisplayName = c.display
		row := aRow(t, severe(), of, node)
		l := write(t, desk(severe()), row)
		if !strings.HasSuffix(l.Subject, c.want) || !strings.Contains(l.Text, c.display) {
			t.Errorf("%s: %q", name, l.Subject)
		}
		masked, masks := row.masked("m", nil)
		twin := write(t, desk(severe()), masked).Subject
		for _, m := range masks {
			twin = strings.ReplaceAll(twin, m.Mask, m.Text)
		}
		if twin != l.Subject {
			t.Errorf("%s: the twin's subject is %q, want %q", name, twin, l.Subject)
		}
	}
}
