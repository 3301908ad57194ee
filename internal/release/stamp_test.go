package release

import (
	"bytes"
	"errors"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"tocsin/internal/bulletin"
	"tocsin/internal/content"
	"tocsin/internal/verdict"
)

var now = time.Date(2026, 5, 4, 9, 0, 0, 0, time.UTC)

// read reads the text of one bulletin file, which must be without fault.
func read(t *testing.T, text string) bulletin.Bulletin {
	t.Helper()
	site, problems, err := content.Read(fstest.MapFS{"content/bulletins/TS-2026-004.md": {Data: []byte(text), Mode: fs.ModePerm &^ 0o111}})
	if err != nil || len(problems) > 0 || len(site.Bulletins) != 1 {
		t.Fatalf("%v, %v in\n%s", err, problems, text)
	}
	return site.Bulletins[0]
}

const plain = `---
id: TS-2026-004
title: Web pages could reach the local API
status: draft # until it is released
# How bad it is.
severity: high
action: Update to 1.66.1.
---

#### What happened?
`

func lf(replacements ...string) string { return strings.NewReplacer(replacements...).Replace(plain) }

var partly = &verdict.Override{Outcome: verdict.Required, Reason: "Only iOS waits: its store has it", By: "Robin Example"}

func TestStamp(t *testing.T) {
	const first = "revisions:\n  - version: 1\n    at: 2026-05-04T09:00:00Z\n    summary: Initial release.\n"
	public := Terms{As: bulletin.Public, At: now}
	for _, c := range []struct {
		name, old, want string
		terms           Terms
	}{
		{"plain", plain, lf("draft #", "published #", "# How", "published: 2026-05-04T09:00:00Z\n# How", "1.66.1.\n", "1.66.1.\n"+first), public},
		{
			"a planned date", lf("severity", "published: 2026-05-03\nseverity"),
			lf("draft #", "published #", "severity", "published: 2026-05-04T09:00:00Z\nseverity", "1.66.1.\n", "1.66.1.\n"+first), public,
		},
		{
			"revisions that are there", lf("1.66.1.\n", "1.66.1.\nrevisions:\n  - {version: 1, at: 2026-05-01, summary: Told by letter.}\n"),
			lf("draft #", "published #", "# How", "published: 2026-05-04T09:00:00Z\n# How",
				"1.66.1.\n", "1.66.1.\nrevisions:\n  - {version: 1, at: 2026-05-01, summary: Told by letter.}\n"), public,
		},
		{"private", plain, lf("draft #", "private #", "1.66.1.\n", "1.66.1.\n"+first), Terms{As: bulletin.Private, At: now}},
		{
			"private, and a date was planned", lf("severity", "published: 2026-05-03\nseverity"),
			lf("draft #", "private #", "1.66.1.\n", "1.66.1.\n"+first), Terms{As: bulletin.Private, At: now},
		},
		{
			"partly", plain,
			lf("draft #", "published #", "# How", "published: 2026-05-04T09:00:00Z\n# How",
				"1.66.1.\n", "1.66.1.\ndecision:\n  disclose:\n    override: required\n    reason: \"Only iOS waits: its store has it\"\n    by: Robin Example\n"+first),
			Terms{bulletin.Public, now, partly},
		},
	} {
		for _, ends := range []string{"\n", "\r\n"} {
			got, err := Stamp(read(t, strings.ReplaceAll(c.old, "\n", ends)), c.terms)
			if want := strings.ReplaceAll(c.want, "\n", ends); err != nil || string(got) != want {
				t.Errorf("%s: %v\n%s\nwant\n%s", c.name, err, got, want)
			}
			if err == nil {
				read(t, string(got))
			}
		}
	}
}

// F44: a draft and what it was released as say the same, but for what release writes.
func TestStampKeepsTheSubstance(t *testing.T) {
	for _, terms := range []Terms{{As: bulletin.Public, At: now}, {As: bulletin.Private, At: now}, {bulletin.Public, now, partly}} {
		for _, ends := range []string{"\n", "\r\n"} {
			draft := read(t, strings.ReplaceAll(plain, "\n", ends))
			data, err := Stamp(draft, terms)
			if err != nil {
				t.Fatal(err)
			}
			released := read(t, string(data))
			if bytes.Contains(released.Wording(), []byte("\r")) {
				t.Error("the wording depends on line ends")
			}
			if a, b := string(draft.Substance()), string(released.Substance()); a != b {
				t.Errorf("%v: the substance was\n%s\nand is\n%s", terms.As, a, b)
			}
			if a, b := string(draft.Wording()), string(released.Wording()); a != b {
				t.Errorf("%v: the wording was\n%s\nand is\n%s", terms.As, a, b)
			}
		}
	}
}

// What the override says is what was asked for, whatever YAML makes of its words.
func TestStampOverride(t *testing.T) {
	for _, reason := range []string{"- no", "yes", "# all", `"so"`, "a: b", "{x}", "1.60", "'", "it's so", "@all", "  spaces  within  "} {
		o := *partly
		o.Reason, o.By = strings.TrimSpace(reason), strings.TrimSpace(reason)
		for _, text := range []string{
			plain,
			lf("severity", "decision: {disclose: {override: not_required, reason: x, by: y}}\nseverity"),
			lf("severity", "decision:\n  notify:\n    override: required\n    reason: x\n    by: y\nseverity"),
		} {
			data, err := Stamp(read(t, text), Terms{bulletin.Public, now, &o})
			if err != nil {
				t.Errorf("%q: %v", reason, err)
				continue
			}
			got := read(t, string(data)).Overrides.Disclose
			if got == nil || got.Outcome != o.Outcome || got.Reason != o.Reason || got.By != o.By {
				t.Errorf("%q: %+v in\n%s", reason, got, data)
			}
		}
	}
}

// What cannot be written is for a person to write, who is told what.
func TestStampByHand(t *testing.T) {
	_, err := Stamp(read(t, plain), Terms{bulletin.Public, now, &verdict.Override{Outcome: verdict.Required, Reason: "two\nlines", By: "x"}})
	var manual *content.ManualError
	if !errors.As(err, &manual) {
		t.Errorf("%v", err)
	}
	if _, err := Stamp(bulletin.Bulletin{}, Terms{As: bulletin.Public, At: now}); err == nil {
		t.Error("nothing was released")
	}
}

// F44: where the lines of a release cannot be told from the rest, nothing is released.
func TestStampRefusesLayouts(t *testing.T) {
	for name, c := range map[string]struct {
		text  string
		terms Terms
	}{
		"a comment on a line that goes": {lf("severity", "published: 2026-05-03 # planned\nseverity"), Terms{As: bulletin.Private, At: now}},
		"a decision in braces":          {lf("severity", "decision: {notify: {override: required, reason: x, by: y}}\nseverity"), Terms{bulletin.Public, now, partly}},
		"a header in braces":            {"---\n{id: TS-2026-004, title: A fault,\nstatus: draft\n}\n---\nText.\n", Terms{As: bulletin.Public, At: now}},
	} {
		data, err := Stamp(read(t, c.text), c.terms)
		var manual *content.ManualError
		if !errors.As(err, &manual) || data != nil || manual.Position.Line == 0 {
			t.Errorf("%s: %v\n%s", name, err, data)
		}
	}
}

func TestRevise(t *testing.T) {
	old := lf("draft", "published", "severity", "published: 2026-05-03\nseverity")
	r := bulletin.Revision{Version: 2, At: now, Summary: "Names the fixed versions.", Material: true}
	want := "revisions:\n  - version: 1\n    at: 2026-05-03T00:00:00Z\n    summary: Initial release.\n" +
		"  - version: 2\n    at: 2026-05-04T09:00:00Z\n    summary: Names the fixed versions.\n    material: yes\n"
	data, err := Revise(read(t, old), r)
	if err != nil || string(data) != strings.Replace(old, "1.66.1.\n", "1.66.1.\n"+want, 1) {
		t.Fatalf("%v\n%s", err, data)
	}
	next := read(t, string(data))
	if Version(next) != 2 || string(next.Wording()) != string(read(t, old).Wording()) {
		t.Errorf("version %d, wording\n%s", Version(next), next.Wording())
	}
	r = bulletin.Revision{Version: 3, At: now, Summary: "A typo."}
	data, err = Revise(next, r)
	if err != nil || !strings.HasSuffix(strings.Split(string(data), "---\n")[1], "summary: A typo.\n    material: no\n") {
		t.Errorf("%v\n%s", err, data)
	}
}

// A private bulletin was never published; its first text is dated by the revision.
func TestRevisePrivate(t *testing.T) {
	data, err := Revise(read(t, lf("draft", "private")), bulletin.Revision{Version: 2, At: now, Summary: "More."})
	if err != nil || strings.Count(string(data), "at: 2026-05-04T09:00:00Z") != 2 {
		t.Errorf("%v\n%s", err, data)
	}
}

func TestWithdraw(t *testing.T) {
	old := read(t, lf("draft", "published", "severity", "published: 2026-05-03\nseverity"))
	for _, by := range []bulletin.ID{"", "TS-2026-005"} {
		data, err := Withdraw(old, bulletin.Retraction{At: now, Reason: "It was another fault: see there.", SupersededBy: by})
		if err != nil {
			t.Fatal(err)
		}
		b := read(t, string(data))
		r := b.Retraction
		if b.Status != bulletin.Withdrawn || r == nil || !r.At.Equal(now) || r.Reason != "It was another fault: see there." || r.SupersededBy != by {
			t.Errorf("%+v in\n%s", r, data)
		}
		if string(b.Wording()) != string(old.Wording()) {
			t.Errorf("the wording is\n%s", b.Wording())
		}
	}
}
