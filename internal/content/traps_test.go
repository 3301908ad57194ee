package content

import (
	"strings"
	"testing"
	"testing/fstest"

	"tocsin/internal/bulletin"
)

// What the YAML library does in silence, row by row: decoding into typed fields takes
// each of these for something else, or says nothing. Here each is an error at its
// place, or exactly what was written (F2, F3).
func TestWhatYAMLPassesInSilence(t *testing.T) {
	for _, c := range []struct{ name, header, want string }{
		{"null", head + "severity: null\n", "6:11 no-value"},
		{"nothing at all, which reads as absent", head + "severity:\n", "6:10 no-value"},
		{"nothing under platforms, which reads as all of them", head + "affected:\n  - product: client\n    platforms:\n", "8:15 no-value"},
		{"nothing in a list", head + "aliases: [CVE-2026-12345, ]\nrelated: [TS-2026-003, , ]\n", "7:24 yaml-syntax"},
		{"anchor", head + "summary: &a One\n", "6:10 yaml-anchor"},
		{"anchor of a list", head + "affected: &a\n  - product: client\n", "6:11 yaml-anchor"},
		{"alias", head + "summary: *a\n", "6:10 yaml-syntax"},
		{"anchor and alias", head + "summary: &a One\naction: *a\n", "6:10 yaml-anchor, 7:9 yaml-alias"},
		{"merge key", head + "data_visible: {<<: {is: no}, is: yes}\n", "6:16 yaml-merge"},
		{"tag", head + "summary: !!str One\n", "6:10 yaml-tag"},
		{"a status in base64", strings.Replace(head, "published\n", "!!binary cHVibGlzaGVk\n", 1), "4:9 yaml-tag"},
		{"tag of a list", head + "affected: !!set\n  - product: client\n", "6:11 yaml-tag"},
		{"a key of two words", head + "? [a, b]\n: c\n", "6:3 odd-key"},
		{"a repeated key, which hides the other errors of its mapping", head + "severity: hihg\nseverity: low\nchanel: rc\n", "6:11 unknown-word, 7:1 duplicate-key, 8:1 unknown-key"},
		{"a repeated key within a row", head + "affected:\n  - product: client\n    fixed: 1.66.1\n    fixed: 1.66.2\n    availible: soon\n", "9:5 duplicate-key, 10:5 unknown-key"},
		{"an error of syntax, which hides the rest", head + "summary: a: b\nseverity: hihg\naction: \"x\nscope: mine\n", "6:11 yaml-syntax, 7:11 unknown-word, 8:9 yaml-syntax, 9:8 unknown-word"},
		{"an error of syntax in the key that must be there", strings.Replace(head, "A fault", "A: fault", 1) + "severity: hihg\n", "3:9 yaml-syntax, 6:11 unknown-word"},
		{"an error of syntax in a row", head + "affected:\n- product: client\n  fixed: a: b\n- prodcut: client\nseverity: hihg\n", "8:11 yaml-syntax, 10:11 unknown-word"},
		{"a second document, which has no place", head + "severity: hihg\n...\nseverity: low\n", "6:11 unknown-word, 7:1 second-document"},
		{"a cut comment", head + "summary: Fixed in v1 #359\n", "6:10 cut-comment"},
		{"a word for true", head + "routine_dependency_patch: on\n", "6:27 unknown-word"},
		{"a word for true in a setting", head + "revisions: [{version: 1, at: 2026-05-03, summary: S, material: true}]\n", "6:64 unknown-word"},
		{"an error of syntax in a key that is missing elsewhere", head + "at: a: b\nwithdrawn: {reason: R}\n", "6:6 yaml-syntax, 7:12 missing-key"},
		{"a tab in front", head + "affected:\n\t- product: client\n", "7:1 yaml-syntax"},
	} {
		got, problems := readOne(t, "---\n"+c.header+"---\n\nThe text.\n")
		if said(problems) != c.want || problems.Errors() != len(problems) {
			t.Errorf("%s: %q, want %q", c.name, said(problems), c.want)
		}
		for _, b := range got {
			if b.Severity == bulletin.Low || b.Scope.Word != "" || strings.Contains(c.want, "yaml-") || strings.Contains(c.want, "duplicate-key") {
				t.Errorf("%s: read %+v", c.name, b)
			}
		}
	}
}

// What YAML turns into numbers, dates and truths stays text wherever text is asked for (F3).
func TestValuesStayText(t *testing.T) {
	for _, written := range []string{"1.60", "1.0", "010", "0x10", "1e3", "2026-05-04", "yes", "on", "null and void", "1_000", "1:30", ".5"} {
		got, problems := readOne(t, with("summary: "+written+"\naliases: ["+written+"]\naffected:\n  - {product: client, fixed: "+written+", where: {a: "+written+", b: ["+written+"]}}\naction: {required: yes, steps: ["+written+"]}"))
		if len(problems) > 0 || len(got) != 1 {
			t.Errorf("%s: %s", written, said(problems))
			continue
		}
		row := got[0].Affected[0]
		for where, text := range map[string]string{
			"summary": got[0].Summary, "aliases": got[0].Aliases[0].Text, "fixed": row.Versions.Fixed,
			"where": row.Where[0].Values[0], "where, a list": row.Where[1].Values[0], "steps": got[0].Action.Text,
		} {
			if text != written {
				t.Errorf("%s reads %q in %s", written, text, where)
			}
		}
	}
}

// Errors of syntax without end are looked for so many times and no more (F9).
func TestManyErrorsOfSyntax(t *testing.T) {
	text := "---\n" + head + strings.Repeat("a: b: c\n", 900) + "---\n"
	_, problems := readOne(t, text)
	if len(problems) != maxSyntax {
		t.Errorf("%d problems", len(problems))
	}
}

// What cannot be taken at its word makes no bulletin, though all of it is looked at; an
// empty value is as good as an absent one.
func TestOddYAMLMakesNoBulletin(t *testing.T) {
	for lines, readable := range map[string]bool{
		"summary:": true, "summary: ~": true, "summary: null": true, "aliases: [~, a]": true, "severity: hihg": true, "sevrity: high": true,
		"summary: &a x": false, "summary: !!str x": false, "summary: x #y": false, "summary: \"x\n  y\"": false,
		"summary: \"\\u200B\"": false, "\"a\\u200Bb\": x": false, "severity: low\nseverity: low": false, "summary: a: b": false,
	} {
		site := fstest.MapFS{ours: {Data: []byte(with(lines))}}
		r, err := Open(site, nil)
		if err != nil {
			t.Fatal(err)
		}
		for e, err := range r.Bulletins() {
			if readable && e.Bulletin.Summary != "A fault" {
				t.Errorf("%q: the summary is %q", lines, e.Bulletin.Summary)
			}
			if err != nil || e.Readable != readable || len(e.Problems) == 0 || e.Bulletin.ID != "" != readable || e.Bulletin.Source.Name != ours {
				t.Errorf("%q: readable %v, %v: %s", lines, e.Readable, err, said(e.Problems))
			}
		}
	}
}
