package check

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"tocsin/internal/content"
	"tocsin/internal/disclosure"
	"tocsin/internal/source"
)

var now = time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)

const settings = `base_url: https://security.example.com
organization: {name: Example Networks}
products:
  - {id: client, title: Example client, platforms: [windows, linux], version_suffix: build}
  - {id: gateway, title: Example gateway, platforms: [linux]}
  - {id: server, title: Coordination server, hosted: yes}
`

// good is a published bulletin that the policy asks to publish.
const good = `---
id: TS-2026-001
title: A fault
status: published
published: 2026-05-04
severity: high
affected:
  - product: client
    platforms: [windows]
    introduced: 1.30.0
    fixed: 1.66.1
    available: 2026-05-03
action: Update.
data_visible: no
---
The text.
`

// site reads files as a site, with the sample's disclosure policy where none of
// them is one. Reading finds nothing: what is found is the checks'.
func site(t *testing.T, files map[string]string) Site {
	t.Helper()
	tree := fstest.MapFS{content.ConfigFile: {Data: []byte(settings)}}
	for name, text := range files {
		tree["content/"+name] = &fstest.MapFile{Data: []byte(text)}
	}
	if _, given := files["policies/incident-disclosure.md"]; !given {
		tree["content/policies/incident-disclosure.md"] = &fstest.MapFile{Data: []byte(samplePolicy(t))}
	}
	config, problems, err := content.ReadConfig(tree)
	if err != nil || len(problems) > 0 {
		t.Fatal(problems, err)
	}
	found, problems, err := content.Read(tree)
	problems = slices.DeleteFunc(problems, func(p source.Problem) bool { return p.Code == "id-not-file-name" })
	if err != nil || len(problems) > 0 {
		t.Fatal(problems, err)
	}
	return Site{Config: config, Content: found, Rules: disclosure.Builtin(), Now: now}
}

func samplePolicy(t *testing.T) string {
	t.Helper()
	data, err := os.ReadFile("../../content/policies/incident-disclosure.md")
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// said prints problems one a line: file, place, level and code.
func said(problems source.Problems) string {
	var out []string
	for _, p := range problems {
		out = append(out, fmt.Sprintf("%s %s %s", strings.TrimPrefix(p.Position.String(), "content/"), p.Level, p.Code))
	}
	return strings.Join(out, "\n")
}

func edited(old, new string) string {
	text := strings.Replace(good, old, new, 1)
	if text == good {
		panic("nothing to edit: " + old)
	}
	return text
}

// Each code once, at its place, as an error; the same in a draft as a warning, and
// verdicts of drafts not at all.
func TestChecks(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"nothing is wrong", good, ""},
		{"published tomorrow", edited("2026-05-04", "2026-05-05"), "5:1 error future-date"},
		{"published in a minute", edited("2026-05-04", "2026-05-04T12:01:00Z"), "5:1 error future-date"},
		{"published this instant", edited("2026-05-04", "2026-05-04T12:00:00Z"), ""},
		{"published this instant, in another zone", edited("2026-05-04", "2026-05-05T02:00:00+14:00"), ""},
		{"a product that tocsin.yaml has not", edited("product: client", "product: clinet"), "8:5 error unknown-product"},
		{"a platform that the product has not", edited("[windows]", "[windows, beos]"), "8:5 error unknown-platform"},
		{"two such platforms", edited("[windows]", "[beos, amiga]"), "8:5 error unknown-platform\n8:5 error unknown-platform"},
		{"a range turned round", edited("1.30.0", "1.70.0"), "8:5 error bad-range"},
		{"a range of two builds of one version", edited("1.30.0", "1.66.1-t1"), "8:5 error bad-range"},
		{"a range of two ends", edited("fixed:", "last_affected: 1.66.0\n    fixed:"), "8:5 error bad-range"},
		{"a version that is none", edited("1.30.0", "1.30.x"), "8:5 error bad-range"},
		{"the second row", edited("action:", "  - {product: gateway, platforms: [windows], introduced: 1.0.0-rc1, fixed: 1.0.0, available: 2026-05-01}\naction:"), "13:5 error unknown-platform"},
		{"fixed tomorrow", edited("available: 2026-05-03", "available: 2026-05-05"), "4:1 error verdict-held"},
		{"not fixed", edited("fixed: 1.66.1\n    available: 2026-05-03", "unfixed: in work"), "4:1 error verdict-held"},
		{"third party", edited("action:", "scope: third_party\naction:"), "4:1 error verdict-not-required"},
		{"no date of the fix", edited("    available: 2026-05-03\n", ""), "4:1 error verdict-undetermined"},
		{"several at once", edited("product: client", "product: clinet\n    channel: rc"), "4:1 error verdict-held\n8:5 error unknown-product"},
	} {
		t.Run(c.name, func(t *testing.T) {
			want := prefixed("bulletins/TS-2026-001.md:", c.want)
			problems := All(site(t, map[string]string{"bulletins/TS-2026-001.md": c.text}))
			if got := said(problems); got != want {
				t.Errorf("found\n%s\nwant\n%s", got, want)
			}
			for _, p := range problems {
				if p.Message == "" || p.Excerpt != site(t, map[string]string{"bulletins/TS-2026-001.md": c.text}).Content.Bulletins[0].Source.Line(p.Position.Line) {
					t.Errorf("%+v", p)
				}
			}

			draft := strings.Replace(c.text, "status: published", "status: draft", 1)
			var lines []string
			for line := range strings.Lines(want) {
				if !strings.Contains(line, VerdictCode) {
					lines = append(lines, strings.TrimSpace(strings.Replace(line, " error ", " warning ", 1)))
				}
			}
			if got := said(All(site(t, map[string]string{"bulletins/TS-2026-001.md": draft}))); got != strings.Join(lines, "\n") {
				t.Errorf("as a draft\n%s\nwant\n%s", got, strings.Join(lines, "\n"))
			}
		})
	}
}

func prefixed(prefix, lines string) string {
	if lines == "" {
		return ""
	}
	return prefix + strings.ReplaceAll(lines, "\n", "\n"+prefix)
}

// Only what readers see is held against the policy's verdict; what was withdrawn was
// published first.
func TestVerdictsByStatus(t *testing.T) {
	held := edited("available: 2026-05-03", "available: 2026-05-05")
	for status, want := range map[string]string{"draft": "", "private": "", "withdrawn": "bulletins/TS-2026-001.md:4:1 error verdict-held", "published": "bulletins/TS-2026-001.md:4:1 error verdict-held"} {
		text := strings.Replace(held, "status: published", "status: "+status, 1)
		if got := said(All(site(t, map[string]string{"bulletins/TS-2026-001.md": text}))); got != want {
			t.Errorf("%s: %q, want %q", status, got, want)
		}
	}
	mistake := strings.Replace(edited("action:", "scope: third_party\naction:"), "status: published", "status: withdrawn", 1)
	if got := said(All(site(t, map[string]string{"bulletins/TS-2026-001.md": mistake}))); got != "" {
		t.Errorf("a mistake that is withdrawn: %q", got)
	}
}

// What a row says must mean something for its product: a line each.
func TestNotApplicable(t *testing.T) {
	const rest = "action: Update.\ndata_visible: no\n---\n"
	for _, c := range []struct{ row, want string }{
		{"{product: client, fixed: 1.66.1, available: 2026-05-03, tailnets: all}", "tailnets"},
		{"{product: client, fixed: 1.66.1, available: 2026-05-03, deployed: 2026-05-03}", "deployed"},
		{"{product: server, deployed: 2026-05-03, platforms: [linux]}", "platforms"},
		{"{product: server, deployed: 2026-05-03, introduced: 1.0.0}", "introduced"},
		{"{product: server, deployed: 2026-05-03, fixed: 1.0.0}", "fixed"},
		{"{product: server, deployed: 2026-05-03, last_affected: 1.0.0}", "last_affected"},
		{"{product: server, deployed: 2026-05-03, available: 2026-05-03}", "available"},
		{"{product: server, deployed: 2026-05-03, channel: stable}", "channel"},
		{"{product: server, deployed: 2026-05-03, tailnets: all, remedy: none, stopgap: none}", ""},
		{"{product: client, platforms: [windows], introduced: 1.0.0, fixed: 1.66.1, available: 2026-05-03, channel: store, remedy: Wait., stopgap: Wait.}", ""},
	} {
		text := good[:strings.Index(good, "  - product")] + "  - " + c.row + "\n" + rest
		problems := All(site(t, map[string]string{"bulletins/TS-2026-001.md": text}))
		if c.want == "" {
			if len(problems) > 0 {
				t.Errorf("%s: %s", c.row, said(problems))
			}
			continue
		}
		if said(problems) != "bulletins/TS-2026-001.md:8:5 error not-applicable" || !strings.HasPrefix(problems[0].Message, c.want+" ") || problems[0].Hint != "remove "+c.want {
			t.Errorf("%s: %+v", c.row, problems)
		}
	}
}

// A verdict names the facts to find out, and the command that shows the proof.
func TestVerdictsSayWhatToDo(t *testing.T) {
	problems := All(site(t, map[string]string{"bulletins/TS-2026-001.md": edited("    available: 2026-05-03\n", "")}))
	if len(problems) != 1 || !strings.HasSuffix(problems[0].Message, "fix_available") || problems[0].Hint != "see the proof: tocsin explain TS-2026-001" {
		t.Errorf("%+v", problems)
	}
}

// A policy in other words than the rules quote: one warning; whatever needs a
// verdict is an error; everything else goes on (F17).
func TestStrangePolicy(t *testing.T) {
	files := map[string]string{
		"policies/incident-disclosure.md": strings.Replace(samplePolicy(t), "User action is needed", "An action is needed", 2),
		"bulletins/TS-2026-001.md":        good,
		"bulletins/TS-2026-002.md":        strings.Replace(strings.Replace(good, "TS-2026-001", "TS-2026-002", 1), "status: published", "status: draft", 1),
	}
	problems := All(site(t, files))
	if got, want := said(problems), "bulletins/TS-2026-001.md:4:1 error verdict-impossible\npolicies/incident-disclosure.md:1 warning quote-missing"; got != want {
		t.Errorf("found\n%s\nwant\n%s", got, want)
	}
	if m := problems[1].Message; !strings.Contains(m, `"User action is needed to fix the vulnerability"`) || !strings.HasSuffix(m, "(and 1 more)") {
		t.Errorf("the first missing quote is not named: %s", m)
	}
	delete(files, "bulletins/TS-2026-001.md")
	if problems := All(site(t, files)); problems.Errors() > 0 {
		t.Errorf("a repository of policies always builds: %v", problems)
	}
}

// Without a page, the built-in reading applies.
func TestNoPolicyPage(t *testing.T) {
	s := site(t, map[string]string{"bulletins/TS-2026-001.md": good})
	s.Content.Policies = nil
	if problems := All(s); len(problems) > 0 {
		t.Errorf("%v", problems)
	}
}

// F14: two pages at one address, two files of one id.
func TestDuplicates(t *testing.T) {
	page := func(slug string) string { return "---\ntitle: A page\nslug: " + slug + "\n---\nThe text.\n" }
	problems := All(site(t, map[string]string{"policies/a.md": page("backups"), "policies/b/index.md": page("backups"), "policies/c.md": page("backups"), "policies/d.md": page("d")}))
	if got, want := said(problems), "policies/b/index.md:1 error duplicate-slug\npolicies/c.md:1 error duplicate-slug"; got != want {
		t.Errorf("found\n%s\nwant\n%s", got, want)
	}
	if len(problems) > 0 && !strings.Contains(problems[0].Message, "content/policies/a.md") {
		t.Errorf("the other page is not named: %s", problems[0].Message)
	}

	draft := strings.Replace(good, "status: published", "status: draft", 1)
	for name, c := range map[string]struct {
		files map[string]string
		want  string
	}{
		"a draft before it claims the id": {map[string]string{"bulletins/TS-2026-000.md": draft, "bulletins/TS-2026-001.md": good}, "bulletins/TS-2026-000.md:2:1 error duplicate-id"},
		"a draft behind it claims the id": {map[string]string{"bulletins/TS-2026-002.md": draft, "bulletins/TS-2026-001.md": good}, "bulletins/TS-2026-002.md:2:1 error duplicate-id"},
		"nobody has the name":             {map[string]string{"bulletins/TS-2026-002.md": draft, "bulletins/TS-2026-003.md": draft}, "bulletins/TS-2026-003.md:2:1 error duplicate-id"},
	} {
		if got := said(All(site(t, c.files))); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

// Problems come sorted by place, whatever found them.
func TestSorted(t *testing.T) {
	bad := strings.Replace(edited("product: client", "product: clinet"), "2026-05-04", "2027-01-01", 1)
	problems := All(site(t, map[string]string{
		"bulletins/TS-2026-009.md": strings.Replace(bad, "TS-2026-001", "TS-2026-009", 1),
		"bulletins/TS-2026-001.md": bad,
		"policies/b.md":            "---\ntitle: A\nslug: incident-disclosure-2\n---\n",
		"policies/c.md":            "---\ntitle: A\nslug: incident-disclosure-2\n---\n",
	}))
	sorted := slices.Clone(problems)
	sorted.Sort()
	if len(problems) != 5 || said(problems) != said(sorted) {
		t.Errorf("%s", said(problems))
	}
}

// The sample organisation has nothing to mend, but for its unfinished draft.
func TestSampleSite(t *testing.T) {
	root := os.DirFS("../..")
	config, problems, err := content.ReadConfig(root)
	if err != nil || len(problems) > 0 {
		t.Fatal(problems, err)
	}
	found, problems, err := content.Read(root)
	if err != nil || problems.Errors() > 0 || len(found.Bulletins) == 0 {
		t.Fatal(problems, err)
	}
	late := time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)
	if problems := All(Site{Config: config, Content: found, Rules: disclosure.Builtin(), Now: late}); problems.Errors() > 0 {
		t.Error(said(problems))
	}
}
