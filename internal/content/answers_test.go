package content

import (
	"slices"
	"strings"
	"testing"
	"tocsin/internal/source"

	"tocsin/internal/bulletin"
	"tocsin/internal/verdict"
)

func TestLongActions(t *testing.T) {
	for _, c := range []struct {
		written  string
		required verdict.Truth
		text     string
		audience string
		steps    string // joined by |
		problems string
	}{
		{"{required: yes, text: Update now.}", verdict.Yes, "Update now.", "", "", ""},
		{"{required: some, audience: Administrators, text: Update now.}", verdict.Yes, "Update now.", "Administrators", "", ""},
		{"{required: yes, text: Update., steps: [Stop it., Start it.]}", verdict.Yes, "Update.", "", "Stop it.|Start it.", ""},
		{"{required: yes, steps: [Stop it., Start it.]}", verdict.Yes, "Stop it.", "", "Start it.", ""},
		{"{required: none}", verdict.No, "", "", "", ""},
		{"{required: unknown}", verdict.Unknown, "", "", "", ""},
		{"{required: unknown, text: Perhaps update.}", verdict.Unknown, "Perhaps update.", "", "", ""},
		{"{required: none, text: Update now.}", verdict.No, "", "", "", "6:9 contradiction"},
		{"{required: none, steps: [Stop it.]}", verdict.No, "", "", "", "6:9 contradiction"},
		{"{required: yes}", verdict.Yes, "", "", "", "6:9 missing-key"},
		{"{required: some, text: Update now.}", verdict.Yes, "Update now.", "", "", "6:9 missing-key"},
		{"{text: Update now.}", verdict.Unknown, "Update now.", "", "", "6:9 missing-key"},
		{"{required: Yes, text: Update now.}", verdict.Unknown, "Update now.", "", "", "6:20 unknown-word"},
		{"{required: yes, text: \"\"}", verdict.Yes, "", "", "", "6:31 no-value"},
		{"{required: yes, steps: []}", verdict.Yes, "", "", "", "6:32 not-a-list"},
		{"{required: yes, steps: [Stop it., Stop it.]}", verdict.Yes, "Stop it.", "", "", "6:43 duplicate-item"},
		{"{required: yes, text: Update now., deadline: soon}", verdict.Yes, "Update now.", "", "", "6:44 unknown-key"},
		{"{required: yes, steps: [\"a\\nb\"]}", verdict.Yes, "", "", "", "6:33 several-lines"},
	} {
		got, problems := readOne(t, with("action: "+c.written))
		if said(problems) != c.problems || len(got) != 1 {
			t.Errorf("%s: %q, want %q", c.written, said(problems), c.problems)
			continue
		}
		a := got[0].Action
		if a.Required != c.required || a.Text != c.text || a.Audience != c.audience || strings.Join(a.Steps, "|") != c.steps {
			t.Errorf("%s reads %+v", c.written, a)
		}
		if a.Position.Line != 6 || a.Position.Column != 9 {
			t.Errorf("%s stands at %v", c.written, a.Position)
		}
	}
}

// A word in place of a text would tell users to do "None", and count as an action.
func TestActionsThatAreWords(t *testing.T) {
	for _, word := range []string{"None", "NONE", "none.", "no", "No", "nothing", "N/A", "yes", "true", "some", "unknown", "\"-\""} {
		got, problems := readOne(t, with("action: "+word))
		if said(problems) != "6:9 unknown-word" || len(got) != 1 || got[0].Action.Required != verdict.Unknown || got[0].Action.Text != "" {
			t.Errorf("%s: %q, %d read", word, said(problems), len(got))
		}
	}
	for _, text := range []string{"No longer use 1.60", "Nothing but an update helps", "None of the old keys may stay"} {
		got, problems := readOne(t, with("action: "+text))
		if len(problems) > 0 || got[0].Action.Text != text {
			t.Errorf("%s: %v", text, problems)
		}
	}
}

// What could be seen, and by whom it can be told: words, each at its place.
func TestVisibleData(t *testing.T) {
	for _, c := range []struct {
		written, problems string
		want              []string
	}{
		{"{is: yes, data: [metadata]}", "", []string{"metadata"}},
		{"{is: yes, data: [metadata, content, credentials], for: all}", "", []string{"metadata", "content", "credentials"}},
		{"{is: yes, data: [Metadata, content]}", "6:32 unknown-word", []string{"content"}},
		{"{is: yes, data: metadata}", "6:31 not-a-list", nil},
		{"{is: yes, data: [~]}", "6:32 no-value", nil},
		{"{is: yes, data: [content, content]}", "6:41 duplicate-item", []string{"content"}},
		{"{is: yes, data: [[content]]}", "6:32 not-text", nil},
	} {
		got, problems := readOne(t, with("data_visible: "+c.written))
		if said(problems) != c.problems || len(got) != 1 || !slices.Equal(got[0].VisibleData, c.want) {
			t.Errorf("%s: %q, want %q: %d read", c.written, said(problems), c.problems, len(got))
		}
	}
	for word, want := range map[string]string{"some": "", "none": "", "unknown": "6:17 unknown-word", "all": "6:17 unknown-word", "[some]": "6:17 unknown-word"} {
		got, problems := readOne(t, with("identification: "+word))
		if said(problems) != want || want == "" && got[0].Identification != word || want != "" && got[0].Identification != "" {
			t.Errorf("identification: %s: %q", word, said(problems))
		}
	}
}

// Which nodes a row concerns by the inventory's own columns: text, as it was written.
func TestWhere(t *testing.T) {
	for _, c := range []struct {
		written, problems string
		want              []bulletin.Column
	}{
		{"{os_version: 10}", "", []bulletin.Column{{Name: "os_version", Values: []string{"10"}}}},
		{"{os_version: [1.10, 010], arch: amd64}", "", []bulletin.Column{{Name: "os_version", Values: []string{"1.10", "010"}}, {Name: "arch", Values: []string{"amd64"}}}},
		{"{Größe: yes, 2026-05-03: ja}", "", []bulletin.Column{{Name: "Größe", Values: []string{"yes"}}, {Name: "2026-05-03", Values: []string{"ja"}}}},
		{"{}", "8:12 not-a-mapping", nil},
		{"[os_version]", "8:12 not-a-mapping", nil},
		{"os_version", "8:12 not-a-mapping", nil},
		{"{os_version: []}", "8:25 not-a-list", []bulletin.Column{{Name: "os_version"}}},
		{"{os_version: {is: 10}}", "8:25 not-text", []bulletin.Column{{Name: "os_version"}}},
		{"{os_version: [10, 10]}", "8:30 duplicate-item", []bulletin.Column{{Name: "os_version", Values: []string{"10"}}}},
		{"{\"\": 10}", "8:13 odd-key", []bulletin.Column{{Values: []string{"10"}}}},
		{"{arch: a, arch: b}", "8:22 duplicate-key", nil},
	} {
		got, problems := row(t, "where: "+c.written)
		same := func(a, b bulletin.Column) bool { return a.Name == b.Name && slices.Equal(a.Values, b.Values) }
		if said(problems) != c.problems || !slices.EqualFunc(got.Where, c.want, same) {
			t.Errorf("%s: %q, want %q: %+v", c.written, said(problems), c.problems, got.Where)
		}
	}
	got, _ := row(t, "where: {arch: amd64}")
	if at := got.Places.Of("where.arch"); at.Line != 8 || at.Column != 19 || !got.Places.Has("where") {
		t.Errorf("the column stands at %v", at)
	}
}

// A hint never leads from no to yes by the spelling.
func TestOppositeWords(t *testing.T) {
	for text, want := range map[string]string{
		"users_affected: none":     "write none_confirmed with by, at and basis, or unknown",
		"users_affected: No":       "write none_confirmed with by, at and basis, or unknown",
		"users_affected: yes":      "write some",
		"users_affected: sme":      `did you mean "some"?`,
		"exploited: none":          "write no_evidence, or confirmed_none with by, at and basis",
		"exploited: no":            "write no_evidence, or confirmed_none with by, at and basis",
		"exploited: yes":           "write confirmed",
		"exploited: unconfirmed":   "known here: confirmed, suspected, no_evidence, confirmed_none, unknown",
		"exploited: not_confirmed": "known here: confirmed, suspected, no_evidence, confirmed_none, unknown",
		"exploited: confrmed":      `did you mean "confirmed"?`,
		"data_visible: none":       "write no",
		"severity: nome":           `did you mean "none"?`,
	} {
		e := readBulletin(source.File{Name: "content/bulletins/TS-2026-009.md", Data: []byte("---\nid: TS-2026-009\ntitle: A fault\nstatus: draft\n" + text + "\n---\n")})
		got := ""
		for _, p := range e.Problems {
			if p.Code == "unknown-word" {
				got = p.Hint
			}
		}
		if got != want {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
}
