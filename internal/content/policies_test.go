package content

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"tocsin/internal/policy"
	"tocsin/internal/source"
)

// policyAt reads a site of one policy file.
func policyAt(t *testing.T, name, text string) (Site, source.Problems) {
	t.Helper()
	site, problems, err := Read(fstest.MapFS{name: {Data: []byte(text)}})
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range problems {
		if p.Position.File != name || p.Code == "" || p.Message == "" || p.Excerpt != (source.File{Data: []byte(text)}).Line(p.Position.Line) {
			t.Errorf("%+v", p)
		}
	}
	return site, problems
}

// errorsOf prints the errors, without notes and warnings.
func errorsOf(problems source.Problems) string {
	return said(slices.DeleteFunc(slices.Clone(problems), func(p source.Problem) bool { return p.Level != source.Error }))
}

const backups = "content/policies/backups.md"

// A page without a header is a policy where nothing at its top looks like one: its
// title is its first heading, its slug the name of its file or folder.
func TestHeaderlessPolicies(t *testing.T) {
	for _, c := range []struct {
		name, text, title, slug, body string
		bodyLine                      int
	}{
		{backups, "# Backup policy\n\nWe make backups.\n", "Backup policy", "backups", "\nWe make backups.\n", 2},
		{backups, "\n\n  # **Backup** policy #\r\n\r\nWe make backups.\r\n", "Backup policy", "backups", "\r\nWe make backups.\r\n", 4},
		{backups, "Backup policy\n=============\n\nText.\n", "Backup policy", "backups", "\nText.\n", 3},
		{"content/policies/overview.md", "### Ownership\nAll policies are owned.\n\n### Schedule\nNow.\n", "Ownership", "overview", "### Ownership\nAll policies are owned.\n\n### Schedule\nNow.\n", 1},
		{"content/policies/bcp-dr/index.md", "We plan.\n\n# Plans\n", "Plans", "bcp-dr", "We plan.\n\n# Plans\n", 1},
		{backups, "Plans\n---\n\nText.\n", "Plans", "backups", "Plans\n---\n\nText.\n", 1},
		{backups, "# Plans\n\n---\n\n**Version**: 2\n\nText.\n", "Plans", "backups", "\n---\n\n**Version**: 2\n\nText.\n", 2},
		{backups, "# Plans\n---\nVersion: of prose, in capitals\n", "Plans", "backups", "---\nVersion: of prose, in capitals\n", 2},
		{backups, "* one\n* two\n\n# Plans\n", "Plans", "backups", "* one\n* two\n\n# Plans\n", 1},
		{backups, "Policy statement: we plan.\n\n# Plans\n", "Plans", "backups", "Policy statement: we plan.\n\n# Plans\n", 1},
		{backups, "# Plans\n\nA status page: see https://status.example.com\n", "Plans", "backups", "\nA status page: see https://status.example.com\n", 2},
		{backups, "# Plans\n\n" + strings.Repeat("Text.\n\n", 30) + "---\nowner: somebody\n", "Plans", "backups", "\n" + strings.Repeat("Text.\n\n", 30) + "---\nowner: somebody\n", 2},
		{backups, "1. x\n===\n\n# Plans\n", "Plans", "backups", "1. x\n===\n\n# Plans\n", 1},
		{backups, "# Plans", "Plans", "backups", "# Plans", 1},
	} {
		site, problems := policyAt(t, c.name, c.text)
		if said(problems) != "1:1 assumed-key, 1:1 assumed-key" || problems.Errors()+problems.Warnings() > 0 || len(site.Policies) != 1 {
			t.Errorf("%q: %v", c.text, problems)
			continue
		}
		p := site.Policies[0]
		if p.Title != c.title || p.Slug != c.slug || string(p.Body) != c.body || p.BodyLine != c.bodyLine || string(p.Source.Data) != c.text || p.Weight != 0 || !p.LastUpdated.IsZero() || p.Policy {
			t.Errorf("%q: %+v, body %q", c.text, p, p.Body)
		}
	}
}

// Problems of a page keep their lines when its title is cut off (F4).
func TestHeaderlessPlaces(t *testing.T) {
	if _, problems := policyAt(t, backups, "# Plans\n\nSee [this](javascript:x).\n"); errorsOf(problems) != "3:5 unsafe-link" {
		t.Errorf("%v", problems)
	}
	if _, problems := policyAt(t, backups, "---\nslug: backups\n---\n\n# Plans\n\nSee [this](javascript:x).\n"); errorsOf(problems) != "7:5 unsafe-link" {
		t.Errorf("%v", problems)
	}
}

// F1: whatever looks like a header, at the top of a page that has none that can be
// read, is an error with its place, and there is no page.
func TestLostHeadersOfPolicies(t *testing.T) {
	const head, text = "title: Plans\nslug: plans\ndraft: true\n", "\n# Plans\n\nText.\n"
	crlf := func(text string) string { return strings.ReplaceAll(text, "\n", "\r\n") }
	for _, c := range []struct{ name, text, want string }{
		{"byte order mark", "\uFEFF---\n" + head + "---\n" + text, "1:1 hidden-character"},
		{"zero-width space", "\u200B---\n" + head + "---\n" + text, "1:1 hidden-character"},
		{"no-break space", "\u00A0---\n" + head + "---\n" + text, "1:1 no-header"},
		{"byte order mark and no fence", "\uFEFF" + head + text, "1:1 hidden-character"},
		{"no end", "---\n" + head + text, "1:1 unclosed-header"},
		{"... as the end", "---\n" + head + "...\n" + text, "1:1 unclosed-header"},
		{"---- as the end", "---\n" + head + "----\n" + text, "1:1 unclosed-header"},
		{"CR-only line ends", strings.ReplaceAll("---\n"+head+"---\n"+text, "\n", "\r"), "1:4 hidden-character"},
		{"CR-only line ends, no fence", strings.ReplaceAll(head+text, "\n", "\r"), "1:13 hidden-character"},
		{"a comment in front", "# draft\n---\n" + head + "---\n" + text, "3:1 key-in-body"},
		{"a comment in front, and a blank line", "# a draft\n\n---\n\n" + head + "---\n" + text, "5:1 key-in-body"},
		{"a comment of HTML in front", "<!-- draft -->\n---\n" + head + "---\n" + text, "3:1 key-in-body"},
		{"text in front", "Draft!\n---\n" + head + "---\n" + text, "3:1 key-in-body"},
		{"text in front, CR LF", crlf("Draft!\n---\n" + head + "---\n" + text), "3:1 key-in-body"},
		{"text in front, unknown keys", "Ours\n---\nowner: somebody\nx: y\n---\n" + text, "3:1 key-in-body"},
		{"text in front, TOML", "Ours\n+++\nowner = 'somebody'\n+++\n" + text, "3:1 key-in-body"},
		{"em dashes", "—\n" + head + "—\n" + text, "1:1 no-header"},
		{"em dash and hyphen", "—-\n" + head + "—-\n" + text, "1:1 no-header"},
		{"en dashes", "––\n" + head + text, "1:1 no-header"},
		{"text in front of em dashes", "Ours\n—\nowner: somebody\n—\n" + text, "3:1 key-in-body"},
		{"indented", "  ---\n" + head + "  ---\n" + text, "1:1 no-header"},
		{"blanks behind", "--- \n" + head + "---\n" + text, "1:1 no-header"},
		{"a blank line in front", "\n---\n" + head + "---\n" + text, "1:1 no-header"},
		{"many blank lines in front", "\n \n\t\n---\n" + head + "---\n" + text, "1:1 no-header"},
		{"TOML", "+++\ntitle = \"Plans\"\ndraft = true\n+++\n" + text, "1:1 no-header"},
		{"TOML without fence", "title = \"Plans\"\ndraft = true\n" + text, "1:1 no-header"},
		{"---toml", "---toml\ntitle = \"Plans\"\n---\n" + text, "1:1 no-header"},
		{";;;", ";;;\n{\"draft\": true}\n;;;\n" + text, "1:1 no-header"},
		{"JSON", "{\"title\": \"Plans\", \"draft\": true}\n" + text, "1:1 no-header"},
		{"pandoc's own", "% Plans\n% Nobody\n" + text, "1:1 no-header"},
		{"in a block of code", "```yaml\n---\n" + head + "---\n```\n" + text, "1:1 no-header"},
		{"keys without fence", head + text, "1:1 no-header"},
		{"a key with a capital", "Title: Plans\nDraft: true\n" + text, "1:1 no-header"},
		{"a quoted key", "\"draft\": true\n" + text, "1:1 no-header"},
		{"an explicit key", "? draft\n: true\n" + text, "1:1 no-header"},
		{"status", "status: draft\n" + text, "1:1 no-header"},
		{"draft", "draft: true\n" + text, "1:1 no-header"},
		{"draft, behind blank lines", "\n\ndraft: true\n" + text, "1:1 no-header"},
		{"status below a heading", "# Plans\n\nStatus: draft\n\nText.\n", "3:1 key-in-body"},
		{"status below a heading, in a list", "# Plans\n\n* Version: 2\n* Status: in review\n\nText.\n", "4:1 key-in-body"},
		{"status as a heading", "# Status: draft\n\nText.\n", "1:1 key-in-body"},
		{"status in a comment", "<!-- status: draft -->\n\n# Plans\n", "1:1 key-in-body"},
		{"status in a comment of several lines", "<!--\nstatus: draft\n-->\n\n# Plans\n", "2:1 key-in-body"},
		{"status in prose", "Ours.\nstatus: draft\n\n# Plans\n", "2:1 key-in-body"},
		{"status in bold", "# Plans\n\n**Status:** Draft\n\nText.\n", "3:1 key-in-body"},
		{"status in a table", "# Plans\n\n| Document status | Draft |\n|---|---|\n", "3:1 key-in-body"},
		{"draft below a heading", "# Plans\n\ndraft: yes\n", "3:1 key-in-body"},
		{"keys below a heading", "# Plans\nslug: plans\nweight: 3\n", "2:1 key-in-body"},
		{"empty", "", "1:1 no-header"},
		{"blank", " \n\n\t\n", "1:1 no-header"},
		{"no heading", "Text.\n", "1:1 missing-key"},
		{"UTF-16", "\xff\xfe-\x00-\x00-\x00", "1:1 hidden-character"},
		{"not UTF-8", "# Gr\xf6\xdfe\n", "1:5 hidden-character"},
		{"a direction mark in the text", "# Plans\n\nTe\u202Ext.\n", "3:3 hidden-character"},
	} {
		t.Run(c.name, func(t *testing.T) {
			site, problems := policyAt(t, backups, c.text)
			got := errorsOf(problems)
			if got != c.want || problems.Errors() != len(problems) {
				t.Errorf("found %q, want %q, all of them errors", said(problems), c.want)
			}
			if len(site.Policies) > 0 && c.name != "no heading" {
				t.Errorf("there is a page: %q", site.Policies[0].Body)
			}
		})
	}
}

// A slug that the file's name suggests may be none.
func TestSlugsOfNames(t *testing.T) {
	for name, want := range map[string]string{
		"content/policies/Backup_Policy.md": "1:1 odd-slug", "content/policies/con.md": "1:1 odd-slug", "content/policies/Größe/index.md": "1:1 odd-slug", "content/policies/a.b.md": "1:1 odd-slug",
		"content/policies/index.md": "",
	} {
		if _, problems := policyAt(t, name, "# Plans\n"); errorsOf(problems) != want {
			t.Errorf("%s: %v", name, problems)
		}
	}
	if site, problems := policyAt(t, "content/policies/bcp dr/index.md", page1); len(problems) > 0 || site.Policies[0].Slug != "backups" {
		t.Errorf("a folder whose name differs: %v", problems)
	}
}

// F12: a slug that is reserved, or none at all, is refused with one that is not.
func TestSlugsToWriteInstead(t *testing.T) {
	for name, want := range map[string]string{
		"content/policies/print.md":         "small letters, digits and hyphens, such as print-policy",
		"content/policies/con/index.md":     "small letters, digits and hyphens, such as con-policy",
		"content/policies/backups.md":       "small letters, digits and hyphens, such as backups",
		"content/policies/Backup_Policy.md": "small letters, digits and hyphens, such as patch-management",
	} {
		for _, slug := range []string{"print", "feed.xml", "../x", "Backups"} {
			_, problems := policyAt(t, name, "---\ntitle: Plans\nslug: "+slug+"\nlast_updated: 2026-04-01\n---\n\nText.\n")
			if errorsOf(problems) != "3:7 odd-slug" || problems[0].Hint != want {
				t.Errorf("%s: slug: %s: %v", name, slug, problems)
			}
		}
	}
}

// A header may lack a title or a slug, with a note; a misspelt one is not lacking (F4).
func TestShortHeaders(t *testing.T) {
	for _, c := range []struct{ text, want, title, slug string }{
		{"---\nslug: plans\n---\n\n# The plans\n\nText.\n", "1:1 assumed-key", "The plans", "plans"},
		{"---\ntitle: Plans\n---\n\n# The plans\n", "1:1 assumed-key", "Plans", "backups"},
		{"---\nweight: 3\n---\n\n## The plans\n", "1:1 assumed-key, 1:1 assumed-key", "The plans", "backups"},
		{"---\nweight: 3\n---\n\nText.\n", "2:1 missing-key", "", "backups"},
		{"---\ntitel: Plans\nslug: plans\n---\n\nText.\n", "2:1 unknown-key", "", "plans"},
		{"---\ntitel: Plans\nslug: plans\n---\n\n# Plans\n", "2:1 unknown-key", "Plans", "plans"},
		{"---\ntitle: [a]\nslug: plans\n---\n\n# Plans\n", "2:8 not-text", "", "plans"},
		{"---\ntitle: \"\"\nslug: plans\n---\n\n# Plans\n", "2:8 no-value", "", "plans"},
		{"---\ntitle: Plans\nslug: Plans\n---\n\n# Plans\n", "3:7 odd-slug", "Plans", "Plans"},
		{"---\ntitle: Plans\nslug: [plans]\n---\n", "3:7 not-text", "Plans", ""},
		{"---\ntitle: Plans\nslug: plans\n---\n# Plans\n", "", "Plans", "plans"},
	} {
		site, problems := policyAt(t, backups, c.text)
		if said(problems) != c.want || len(site.Policies) != 1 || site.Policies[0].Title != c.title || site.Policies[0].Slug != c.slug {
			t.Errorf("%q: %s, %+v", c.text, said(problems), site.Policies)
		}
	}
	_, problems := policyAt(t, "content/policies/backup/index.md", "---\nfaq: true\n---\n\n# B\n")
	if problems.Errors() > 0 || len(problems) != 2 || problems[1].Hint != "write it into the header between --- lines: slug: backup" {
		t.Errorf("%v", problems)
	}
	site, _ := policyAt(t, backups, "---\nslug: plans\n---\n\n# The plans\n\nText.\n")
	if p := site.Policies[0]; string(p.Body) != "\nText.\n" || p.BodyLine != 6 {
		t.Errorf("%q from line %d", p.Body, p.BodyLine)
	}
}

// withKeys is a policy page with more keys, from line 4 on.
func withKeys(lines string) string {
	return strings.Replace(page1, "slug: backups\n", "slug: backups\n"+lines+"\n", 1)
}

// What other tools keep in a header is passed over, with one note.
func TestForeignKeys(t *testing.T) {
	for _, lines := range []string{
		"author: A. Example", "author: [A. Example, B. Example]", "date: 2026-05-03", "documentclass: article", "geometry: margin=1in", "toc: true", "numbersections: true",
		"header-includes: |\n    \\usepackage{fancyhdr}\n    \\pagestyle{fancy}\n    \\lhead{}", "header-includes:\n  - \\usepackage{fancyhdr}\n  - |\n    \\lhead{}",
		"lang: en-GB", "keywords: [security, policy]", "abstract: >-\n  What we plan,\n  and when.", "subtitle: 'For all: of us'", "output:\n  pdf_document:\n    toc: true\n  html_document: default",
		"url: /security-policies/backups/", "aliases: [/old/, /older/]", "menu: main", "menu:\n  main:\n    parent: policies\n    weight: 5", "type: page", "layout: policy", "description: \"What: we plan\"",
		"draft: false", "published: true", "private: FALSE", "tags: []", "params: {owner: somebody, draft: false}",
		"author: x\ndate: y\ntoc: z",
	} {
		site, problems := policyAt(t, backups, withKeys(lines))
		if said(problems) != "4:1 unread-key" || problems[0].Level != source.Note || len(site.Policies) != 1 || site.Policies[0].Title != "Backups" {
			t.Errorf("%s: %v", lines, problems)
		}
	}
	if _, problems := policyAt(t, backups, withKeys("author: x\ndate: y\ntoc: z")); problems[0].Message != "author, date, toc: kept, and not read here" {
		t.Errorf("%v", problems)
	}
	for lines, want := range map[string]string{
		"x-note: y":               "4:1 unknown-key",
		"last_reviewed: 2026":     "4:1 unknown-key",
		"Author: x":               "4:1 unknown-key",
		"severity: high":          "4:1 unknown-key",
		"author: x\nauthor: y":    "5:1 duplicate-key",
		"author: &a x":            "4:9 yaml-anchor",
		"author: x\nslgu: other":  "4:1 unread-key, 5:1 unknown-key",
		"author: x\nfaq: perhaps": "5:6 unknown-word",
	} {
		if _, problems := policyAt(t, backups, withKeys(lines)); said(problems) != want {
			t.Errorf("%s: %q, want %q", lines, said(problems), want)
		}
	}
}

// Every policy page is published. One that other tools would withhold is an error,
// and no page (F1, F55).
func TestWithheldPolicies(t *testing.T) {
	for lines, want := range map[string]string{
		"draft: true": "4:1", "draft: yes": "4:1", "draft: \"true\"": "4:1", "draft: [false]": "4:1", "draft: {a: b}": "4:1", "draft: 0": "4:1", "Draft: true": "4:1", "DRAFT: true": "4:1",
		"published: false": "4:1", "published: 2026-05-03": "4:1", "status: draft": "4:1", "status: published": "4:1", "private: true": "4:1", "hidden: true": "4:1", "unlisted: true": "4:1",
		"publishDate: 2099-01-01": "4:1", "expiryDate: 2020-01-01": "4:1", "visibility: internal": "4:1", "embargo: 2099-01-01": "4:1", "classification: internal": "4:1", "_build: {render: never}": "4:1",
		"cascade: {draft: true}": "4:1", "params:\n  draft: true": "5:3", "extra: {a: [{private: true}]}": "4:14", "author: x\ndraft: true": "5:1", "draft: true\nprivate: true": "4:1+5:1",
	} {
		site, problems := policyAt(t, backups, withKeys(lines))
		var got []string
		for _, p := range problems {
			if p.Code != "withheld-policy" || p.Level != source.Error {
				t.Errorf("%s: %+v", lines, p)
			}
			got = append(got, strings.TrimPrefix(p.Position.String(), backups+":"))
		}
		if strings.Join(got, "+") != want || len(site.Policies) > 0 {
			t.Errorf("%s: %v, %d pages", lines, problems, len(site.Policies))
		}
	}
	if site, problems := policyAt(t, "content/policies/_index.md", "---\ntitle: All\ndraft: true\n---\nText.\n"); said(problems) != "3:1 withheld-policy" || site.Index.Title != "" {
		t.Errorf("the front page: %v", problems)
	}
	for text, want := range map[string]string{
		page1 + "---\nstatus: draft\n":                      "",
		strings.Replace(page1, "The", "draft: true The", 1): "5:1 key-in-body",
		strings.Replace(page1, "The", "status: x The", 1):   "5:1 key-in-body",
		strings.Replace(page1, "The", "\nweight: 4\n", 1):   "6:1 key-in-body",
	} {
		if site, problems := policyAt(t, backups, text); said(problems) != want || (len(site.Policies) > 0) != (want == "") {
			t.Errorf("%q: %v", text, problems)
		}
	}
}

// The policies' own front page, with or without a header.
func TestFrontPage(t *testing.T) {
	const index = "content/policies/_index.md"
	for _, c := range []struct {
		text, want string
		page       policy.Index
	}{
		{"---\ntitle: Our policies\nheader-includes: |\n    \\usepackage{fancyhdr}\n---\n\nText.", "3:1 unread-key", policy.Index{Title: "Our policies", Body: []byte("\nText."), BodyLine: 6}},
		{"---\ntitle: Our policies\n---\nText.\n", "", policy.Index{Title: "Our policies", Body: []byte("Text.\n"), BodyLine: 4}},
		{"---\nweight: 3\n---\n# Ours\n\nText.\n", "2:1 unread-key", policy.Index{Title: "Ours", Body: []byte("\nText.\n"), BodyLine: 5}},
		{"# Ours\n\nText.\n", "", policy.Index{Title: "Ours", Body: []byte("\nText.\n"), BodyLine: 2}},
		{"Text.\n", "", policy.Index{Body: []byte("Text.\n"), BodyLine: 1}},
		{"---\ntitle: [a]\n---\nText.\n", "2:8 not-text", policy.Index{Body: []byte("Text.\n"), BodyLine: 4}},
		{"---\ntitel: a\n---\nText.\n", "2:1 unknown-key", policy.Index{Body: []byte("Text.\n"), BodyLine: 4}},
		{"---\ntitle: a\nText.\n", "1:1 unclosed-header", policy.Index{}},
		{"status: draft\n", "1:1 no-header", policy.Index{}},
		{"# Ours\n\nstatus: draft\n", "3:1 key-in-body", policy.Index{}},
		{"---\ntitle: &a b\n---\n", "2:8 yaml-anchor", policy.Index{}},
	} {
		site, problems := policyAt(t, index, c.text)
		got := site.Index
		if said(problems) != c.want || got.Title != c.page.Title || !bytes.Equal(got.Body, c.page.Body) || got.BodyLine != c.page.BodyLine || len(site.Policies) > 0 {
			t.Errorf("%q: %s, %+v", c.text, said(problems), got)
		}
		if want := map[bool]string{true: index}[c.page.BodyLine > 0]; got.Source.Name != want {
			t.Errorf("%q: from %q", c.text, got.Source.Name)
		}
	}
}

// Policies that were written for an organisation's own staff link to its own hosts:
// a note, for readers see the text alone.
func TestInnerLinks(t *testing.T) {
	for link, want := range map[string]string{
		"[go](http://go/code-of-conduct)": "note internal-link", "[go](http://wiki.example.internal/a)": "note internal-link", "[go](http://GO:8080)": "note internal-link", "<http://go/x>": "note internal-link",
		"[go](http://example.com/)": "error unsafe-link", "[go](http://internal.example.com/)": "error unsafe-link", "[go](//go/x)": "error unsafe-link", "[go](ftp://go/x)": "error unsafe-link",
		"[go](javascript:go)": "error unsafe-link", "[go](http://user@go.example/)": "error unsafe-link", "[go](/security-policies/bcp-dr/)": "", "[go](https://example.com/)": "",
	} {
		site, problems := policyAt(t, backups, page1+"See "+link+" now.\n")
		got := ""
		for _, p := range problems {
			got += p.Level.String() + " " + p.Code
			if p.Position.Line != 6 || p.Position.Column != 5 {
				t.Errorf("%s: %s", link, p.Position)
			}
		}
		if got != want || len(site.Policies) != 1 {
			t.Errorf("%s: %v, want %s", link, problems, want)
		}
	}
	if _, problems := readOne(t, whole+"See [go](http://go/x).\n"); said(problems) != "9:5 unsafe-link" || problems.Errors() != 1 {
		t.Errorf("a bulletin: %v", problems)
	}
}

func TestSuppressInPolicies(t *testing.T) {
	site, problems := policyAt(t, backups, withKeys("suppress: [{code: internal-link, reason: Our staff follow it., until: 2026-12-31}]"))
	if len(problems) > 0 || len(site.Policies[0].Suppress) != 1 {
		t.Fatal(problems)
	}
	if s := site.Policies[0].Suppress[0]; s.Code != "internal-link" || s.Reason != "Our staff follow it." || s.Until.Month() != 12 || s.Position.Line != 4 {
		t.Errorf("%+v", s)
	}
	for lines, want := range map[string]string{
		"suppress: internal-link":                                    "4:11 not-a-list",
		"suppress: [{code: internal-link, reason: x}]":               "4:12 missing-key",
		"suppress: [{code: a, reason: x, until: 2026-12-31, x: y}]":  "4:52 unknown-key",
		"suppress: [{code: A B, reason: x, until: 2026-12-31}]":      "4:19 odd-code",
		"suppress: [{code: internal-link, until: 2026-12-31}, text]": "4:12 missing-key, 4:54 not-a-mapping",
	} {
		site, problems := policyAt(t, backups, withKeys(lines))
		if said(problems) != want || strings.Contains(want, "missing") && len(site.Policies[0].Suppress) > 0 {
			t.Errorf("%s: %q", lines, said(problems))
		}
	}
}

// A repository of policies as it stands on the web, where this machine has one: every
// page is read, and nothing is more than a note.
func TestPolicyRepository(t *testing.T) {
	names, err := filepath.Glob("testdata/policies/*")
	if err != nil || len(names) == 0 {
		t.Fatal(names, err)
	}
	site := make(fstest.MapFS)
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		site[PolicyFolder+"/"+strings.ReplaceAll(filepath.Base(name), "+", "/")] = &fstest.MapFile{Data: data}
	}
	got, problems, err := Read(site)
	if err != nil || problems.Errors()+problems.Warnings() > 0 {
		t.Fatal(problems, err)
	}
	var pages []string
	for _, p := range got.Policies {
		pages = append(pages, p.Slug+": "+p.Title)
	}
	if want := []string{"bcp-dr: BCP/DR policy", "incident-response: Incident response policy", "overview: Ownership", "vendor: Vendor review policy"}; !slices.Equal(pages, want) || got.Index.Title != "Our security policies" {
		t.Errorf("%q, %q", pages, got.Index.Title)
	}
	var notes []string
	for _, p := range problems {
		notes = append(notes, p.Position.String()+" "+p.Code)
	}
	if want := []string{
		"content/policies/LICENSE stray-file", "content/policies/README.md stray-file", "content/policies/_index.md:3:1 unread-key",
		"content/policies/overview.md:1:1 assumed-key", "content/policies/overview.md:1:1 assumed-key", "content/policies/vendor/index.md:8:1 unread-key", "content/policies/vendor/index.md:16:56 internal-link",
	}; !slices.Equal(notes, want) {
		t.Errorf("%q", notes)
	}
}
