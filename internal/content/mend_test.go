package content

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"tocsin/internal/bulletin"
	"tocsin/internal/source"
)

// mended applies the edits to a text.
func mended(t *testing.T, text string, edits []source.Edit) string {
	t.Helper()
	edits = slices.Clone(edits)
	slices.SortFunc(edits, func(a, b source.Edit) int { return b.Start - a.Start })
	end := len(text)
	for _, e := range edits {
		if e.Start < 0 || e.End < e.Start || e.End > end {
			t.Fatalf("%q cannot be mended by %+v", text, edits)
		}
		text, end = text[:e.Start]+e.Text+text[e.End:], e.Start
	}
	return text
}

// F3: what YAML or a hasty hand writes for one of the words is mended to the word, and
// to nothing else: the rest of the file stays as it was, to the byte.
func TestMendedWords(t *testing.T) {
	for _, c := range []struct{ old, new string }{
		{"data_visible: true", "data_visible: yes"},
		{"data_visible: on", "data_visible: yes"},
		{"data_visible: Yes", "data_visible: yes"},
		{"data_visible: y", "data_visible: yes"},
		{"data_visible: \"TRUE\" # so they say", "data_visible: yes # so they say"},
		{"data_visible: 'y'", "data_visible: yes"},
		{"data_visible: false", "data_visible: no"},
		{"data_visible: off", "data_visible: no"},
		{"data_visible: No", "data_visible: no"},
		{"data_visible: n", "data_visible: no"},
		{"data_visible: Unknown", "data_visible: unknown"},
		{"data_visible:\n  True", "data_visible:\n  yes"},
		{"data_visible: {by: Größe, is: True}", "data_visible: {by: Größe, is: yes}"},
		{"data_visible: {is: yes, data: [Content]}", "data_visible: {is: yes, data: [content]}"},
		{"routine_dependency_patch: On", "routine_dependency_patch: yes"},
		{"severity: High", "severity: high"},
		{"exploited: no-evidence", "exploited: no_evidence"},
		{"exploited: No evidence", "exploited: no_evidence"},
		{"scope: Third-Party", "scope: third_party"},
		{"action: None", "action: none"},
		{"legal: None", "legal: none"},
		{"legal: [{regime: Größe, applies: True, effect: require}]", "legal: [{regime: Größe, applies: yes, effect: require}]"},
		{"next_update: 2026-05-03 14:30:00Z", "next_update: 2026-05-03T14:30:00Z"},
		{"next_update: 2026-05-03t14:30:00z", "next_update: 2026-05-03T14:30:00Z"},
	} {
		for _, ends := range []string{"\n", "\r\n"} {
			old, want := strings.ReplaceAll(with(c.old), "\n", ends), strings.ReplaceAll(with(c.new), "\n", ends)
			_, problems := readOne(t, old)
			if len(problems) != 1 {
				t.Errorf("%s: %s", c.old, said(problems))
				continue
			}
			if got := mended(t, old, problems[0].Fix); got != want {
				t.Errorf("%s becomes %q, want %q", c.old, got, want)
			}
			if _, problems := readOne(t, want); len(problems) > 0 {
				t.Errorf("%s: %s", c.new, said(problems))
			}
		}
	}
}

// Where a person has to choose, nothing is mended. Above all, nothing is published.
func TestNothingIsMendedByGuessing(t *testing.T) {
	for _, text := range []string{
		with("data_visible: maybe"), with("data_visible: 1"), with("data_visible: unkown"), with("data_visible: [true]"), with("data_visible: yess"),
		with("data_visible: |\n  true"), with("users_affected: no"), with("users_affected: none"), with("exploited: false"),
		with("severity: hihg"), with("severity: no"), with("sevrity: high"), with("severity: high\nseverity: low"), with("severity: !!str high"),
		with("action: nothing"), with("action: yes"), with("legal: no"), with("summary: v1 #359"), with("summary: a: b"),
		with("next_update: 2026-5-3"), with("next_update: 2026-05-03T14:30:00"), with("next_update: 03.05.2026"), with("next_update: 2026-02-30 14:30:00Z"),
		with("revisions: [{version: 01, at: 2026-05-03, summary: S}]"),
		strings.Replace(whole, "status: published", "status: Published", 1), strings.Replace(whole, "status: published", "status: PUBLISHED", 1),
		strings.Replace(whole, "status: published", "\"status\": published", 1), strings.Replace(whole, "status: published", "Status: published", 1),
		strings.Replace(whole, "A fault", "A \u202Ef\u200Bault", 1), strings.Replace(whole, "A fault", "A \u200Ffault", 1), strings.Replace(whole, "A fault", "A \x00fault", 1),
		strings.Replace(whole, "A fault", "A \xfffault", 1), strings.Replace(whole, "A fault", "A\rfault", 1), strings.Replace(whole, "A fault", "\"A\\u200Bfault\"", 1),
		"---\n" + head + "summary: |\n  a\n  ---\n  b\n---\n", "---\n" + head + "\t---\n", "---\n" + head + "The text.\n",
		"---\n" + head + "\nThe text.\n\n———\n\nMore.\n", "# draft\n" + whole, "———\n\nThe text.\n", "+++\nid = 1\n+++\n", "---yaml\n" + head + "---\n",
	} {
		_, problems := readOne(t, text)
		if len(problems) == 0 {
			t.Errorf("%q is in order", text)
		}
		for _, p := range problems {
			if p.Fix != nil {
				t.Errorf("%q: %s is mended to %q", text, p.Code, mended(t, text, p.Fix))
			}
		}
	}
}

// F1: a fence that a person sees and the library does not is mended where it can be
// nothing else; the file then reads as it looks.
func TestMendedHeaders(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"byte order mark", "\uFEFF" + whole, whole},
		{"zero-width space in front", "\u200B" + whole, whole},
		{"zero-width characters in a line", strings.Replace(whole, "A fault", "A\u200B f\uFEFFau\u2060lt\u00AD", 1), whole},
		{"blanks behind the opening", "---  \n" + whole[4:], whole},
		{"no-break space behind the opening", "---\u00A0\n" + whole[4:], whole},
		{"indented opening", "  " + whole, whole},
		{"no-break space in front", "\u00A0" + whole, whole},
		{"blank lines in front", "\n \n" + whole, whole},
		{"blank lines in front of an indented opening", "\r\n ---\n" + whole[4:], whole},
		{"blanks behind the end", strings.Replace(whole, "03\n---\n", "03\n--- \t\n", 1), whole},
		{"no-break space behind the end", strings.Replace(whole, "03\n---\n", "03\n---\u00A0\n", 1), whole},
		{"wide space behind the end", strings.Replace(whole, "03\n---\n", "03\n---\u3000\n", 1), whole},
		{"dots as the end", strings.Replace(whole, "03\n---\n", "03\n...\n", 1), whole},
		{"four hyphens as the end", strings.Replace(whole, "03\n---\n", "03\n----\n", 1), whole},
		{"an em dash as the end", strings.Replace(whole, "03\n---\n", "03\n\u2014\n", 1), whole},
		{"em dashes as the end", strings.Replace(whole, "03\n---\n", "03\n\u2014\u2014\u2014\n", 1), whole},
		{"em dash and hyphen as the opening", "\u2014-\n" + whole[4:], whole},
		{"CR-only line ends", strings.ReplaceAll(whole, "\n", "\r"), whole},
		{"CR CR LF line ends", strings.ReplaceAll(whole, "\n", "\r\r\n"), strings.ReplaceAll(whole, "\n", "\r\n")},
		{"no-break space behind the end, CR LF", strings.ReplaceAll(strings.Replace(whole, "03\n---\n", "03\n---\u00A0\n", 1), "\n", "\r\n"), strings.ReplaceAll(whole, "\n", "\r\n")},
	} {
		_, problems := readOne(t, c.text)
		var edits []source.Edit
		for _, p := range problems {
			edits = append(edits, p.Fix...)
		}
		if got := mended(t, c.text, edits); got != c.want || len(edits) == 0 {
			t.Errorf("%s: %s is mended to %q", c.name, said(problems), got)
		}
	}
	// Both fences joined: one at a time.
	text := strings.ReplaceAll(whole, "---", "\u2014")
	for range 2 {
		_, problems := readOne(t, text)
		text = mended(t, text, problems[0].Fix)
	}
	if text != whole {
		t.Errorf("both fences: %q", text)
	}
}

// The settings are mended as well, from their first byte on.
func TestMendedSettings(t *testing.T) {
	const sound = "base_url: https://security.example.com\norganization: {name: Größe}\nproducts:\n  - {id: server, title: Server, hosted: yes}\n"
	for _, text := range []string{"\uFEFF" + sound, strings.Replace(sound, "yes", "TRUE", 1), strings.Replace(sound, "name: ", "name: \u200B", 1)} {
		_, problems, err := ReadConfig(fstest.MapFS{ConfigFile: {Data: []byte(text)}})
		if err != nil || len(problems) != 1 || mended(t, text, problems[0].Fix) != sound {
			t.Errorf("%q: %v %s", text, err, said(problems))
		}
	}
}

// A draft stays one while it is mended.
func TestMendingPublishesNothing(t *testing.T) {
	for _, status := range []string{"Published", "PUBLISHED", "\"Published\"", "publish", "on", "yes"} {
		text := strings.Replace(whole, "status: published", "status: "+status, 1)
		_, problems := readOne(t, text)
		for _, p := range problems {
			text = mended(t, text, p.Fix)
		}
		got, _ := readOne(t, text)
		if len(got) != 1 || got[0].Status == bulletin.Public {
			t.Errorf("status: %s is published when mended", status)
		}
	}
}
