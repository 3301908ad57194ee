package check

import (
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"tocsin/internal/content"
	"tocsin/internal/source"
)

// Each fault of a published bulletin is an error at its place; the same in a draft is
// a warning, and a verdict on a draft is nothing at all (F4).
func TestChecks(t *testing.T) {
	row := func(text string) string { return "affected:\n  - " + text + "\n" }
	for _, c := range []struct{ name, text, want string }{
		{"nothing is wrong", "", ""},
		{"published tomorrow", "published: 2026-05-05\n", "5:12 error future-date"},
		{"published in a minute", "published: 2026-05-04T12:01:00Z\n", "5:12 error future-date"},
		{"published this instant", "published: 2026-05-04T12:00:00Z\n", ""},
		{"published this instant, in another zone", "published: 2026-05-05T02:00:00+14:00\n", ""},
		{"a product that tocsin.yaml has not", row("{product: clinet, fixed: 1.66.1, available: 2026-05-03}"), "8:5 error unknown-product"},
		{"a platform that the product has not", row("{product: client, platforms: [windows, beos], fixed: 1.66.1, available: 2026-05-03}"), "8:5 error unknown-platform"},
		{"two such platforms", row("{product: client, platforms: [beos, amiga], fixed: 1.66.1, available: 2026-05-03}"), "8:5 error unknown-platform\n8:5 error unknown-platform"},
		{"a range turned round", row("{product: client, introduced: 1.70.0, fixed: 1.66.1, available: 2026-05-03}"), "8:5 error bad-range"},
		{"a range of two builds of one version", row("{product: client, introduced: 1.66.1-t1, fixed: 1.66.1, available: 2026-05-03}"), "8:5 error bad-range"},
		{"a version that is none", row("{product: client, introduced: 1.30.x, fixed: 1.66.1, available: 2026-05-03}"), "8:5 error bad-range"},
		{"the second row", row("{product: client, fixed: 1.66.1, available: 2026-05-03}\n  - {product: gateway, platforms: [windows], introduced: 1.0.0-rc1, fixed: 1.0.0, available: 2026-05-01}"), "9:5 error unknown-platform"},
		{"fixed tomorrow", row("{product: client, fixed: 1.66.1, available: 2026-05-05}"), "4:9 error verdict-held"},
		{"not fixed", row("{product: client, unfixed: in work}"), "4:9 error verdict-held"},
		{"third party", "scope: third_party\n", "4:9 error verdict-not-required"},
		{"no date of the fix", row("{product: client, fixed: 1.66.1}"), "4:9 error verdict-undetermined"},
		{"several at once", row("{product: clinet, channel: rc, fixed: 1.66.1, available: 2026-05-03}"), "4:9 error verdict-held\n8:5 error unknown-product"},
	} {
		t.Run(c.name, func(t *testing.T) {
			tree := sample(t, c.text)
			want := prefixed("bulletins/TS-2026-004.md:", c.want)
			problems := problemsOf(t, tree)
			if got := said(problems); got != want {
				t.Errorf("found\n%s\nwant\n%s", got, want)
			}
			file := source.File{Data: tree.site[lone].Data}
			for _, p := range problems {
				if p.Message == "" || p.Excerpt != file.Line(p.Position.Line) {
					t.Errorf("%+v", p)
				}
			}
			if got, want := said(problemsOf(t, sample(t, "status: draft\n"+c.text))), drafted(want); got != want {
				t.Errorf("as a draft\n%s\nwant\n%s", got, want)
			}
		})
	}
}

// drafted is what of a published bulletin's problems remains in a draft.
func drafted(want string) string {
	var lines []string
	for line := range strings.Lines(want) {
		if !strings.Contains(line, VerdictCode) {
			lines = append(lines, strings.TrimSpace(strings.Replace(line, " error ", " warning ", 1)))
		}
	}
	return strings.Join(lines, "\n")
}

func prefixed(prefix, lines string) string {
	if lines == "" {
		return ""
	}
	return prefix + strings.ReplaceAll(lines, "\n", "\n"+prefix)
}

// What a row says must mean something for its product: a line each.
func TestNotApplicable(t *testing.T) {
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
		problems := problemsOf(t, sample(t, "affected:\n  - "+c.row+"\n"))
		if c.want == "" {
			if len(problems) > 0 {
				t.Errorf("%s: %s", c.row, said(problems))
			}
			continue
		}
		if said(problems) != "bulletins/TS-2026-004.md:8:5 error not-applicable" || !strings.HasPrefix(problems[0].Message, c.want+" ") || problems[0].Hint != "remove "+c.want {
			t.Errorf("%s: %+v", c.row, problems)
		}
	}
}

// Problems come sorted by place, whatever found them.
func TestSorted(t *testing.T) {
	const bad = "published: 2026-12-31\naffected:\n  - {product: clinet, fixed: 1.66.1, available: 2026-05-03}\n"
	problems := problemsOf(t, sample(t, "-- content/bulletins/TS-2026-009.md --\n"+bad+"-- content/bulletins/TS-2026-001.md --\n"+bad+
		"-- content/policies/b.md --\nslug: pets\n-- content/policies/c.md --\nslug: pets\n"))
	sorted := slices.Clone(problems)
	sorted.Sort()
	if len(problems) != 5 || said(problems) != said(sorted) {
		t.Errorf("%s", said(problems))
	}
}

// What follows from a fault that is reported is not reported too (F4): a header that
// was misread gives no verdict.
func TestNoVerdictOnWhatWasMisread(t *testing.T) {
	for text, want := range map[string]string{
		"scop: third_party\naffected: none\n":                                    "7:11 error not-a-list\n19:1 error unknown-key",
		"affected:\n  - {product: client, fixed: 1.66.1, avalable: x}\n":         "8:47 error unknown-key",
		"published: today\naffected:\n  - {product: client, unfixed: in work}\n": "5:12 error not-a-date",
	} {
		problems := problemsOf(t, sample(t, text))
		if slices.ContainsFunc(problems, func(p source.Problem) bool { return strings.HasPrefix(p.Code, VerdictCode) }) {
			t.Errorf("%q: %s", text, said(problems))
		}
		if len(problems) == 0 {
			t.Errorf("%q: nothing found, want %s", text, want)
		}
	}
}

// What is wrong with the text alone leaves the facts as they are: the verdict is told in
// the same run.
func TestVerdictBesideAFaultOfTheText(t *testing.T) {
	got := said(problemsOf(t, sample(t, "scope: third_party\n---\n"+bodyOf("Connect <node> now."))))
	if want := prefixed(lonely, "4:9 error verdict-not-required\n19:9 error html-removed"); got != want {
		t.Errorf("found\n%s\nwant\n%s", got, want)
	}
}

// The sample organisation has nothing to mend, now or later.
func TestSampleSite(t *testing.T) {
	root := os.DirFS("../..")
	config, problems, err := content.ReadConfig(root)
	if err != nil || len(problems) > 0 {
		t.Fatal(problems, err)
	}
	for _, at := range []time.Time{now.AddDate(0, 1, 0), now.AddDate(4, 0, 0)} {
		if problems := walkTree(t, Settings{Config: config, Now: at}, root, nil).Done(); problems.Errors() > 0 {
			t.Error(said(problems))
		}
	}
}
