package content

import (
	"slices"
	"strings"
	"testing"
)

// F44: the lines that a release writes are known as lines of the file; a line of a
// value that only looks like one counts as what the bulletin says.
func TestStamped(t *testing.T) {
	for _, c := range []struct {
		name, old, new string
		want           []int
	}{
		{"both", "", "", []int{4, 5}},
		{"a date below its key", "published: 2026-05-03", "published:\n  2026-05-03", []int{4, 5, 6}},
		{"a block that looks like keys", "title: A fault", "title: >-\n  A fault\n  status: published\nsummary: |-\n  published: 2026-05-03", []int{8, 9}},
		{"the same keys in an answer", "---\n\nThe", "data_visible:\n  is: no\n  at: 2026-05-03\n---\n\nThe", []int{4, 5}},
	} {
		got, problems := readOne(t, strings.Replace(whole, c.old, c.new, 1))
		if len(got) != 1 || len(problems) > 0 || !slices.Equal(got[0].Stamped, c.want) {
			t.Errorf("%s: %v, %s", c.name, got, said(problems))
			continue
		}
		if text := string(got[0].Substance()); strings.Count(text, "\n") != strings.Count(string(got[0].Source.Data), "\n")-len(c.want) {
			t.Errorf("%s: %q", c.name, text)
		}
	}
}

// Within { } a line may hold more than its key says.
func TestStampedInBraces(t *testing.T) {
	got, _ := readOne(t, "---\n{id: TS-2026-004, published: 2026-05-03, title: A fault,\nstatus: draft\n}\n---\n")
	if len(got) != 1 || got[0].Stamped != nil || got[0].Recorded != nil {
		t.Errorf("%+v", got)
	}
}

// releases are a bulletin before and after tocsin has released it, in the ways that
// people lay out such files; what stands in « » is what the release wrote, and ‹ › what
// it replaced.
var releases = map[string]string{
	"as tocsin writes it": "status: ‹draft›«published\npublished: 2026-05-03»\nseverity: high\n" +
		"«revisions:\n  - version: 1\n    at: 2026-05-03\n    summary: First published.\n    material: yes\n»" +
		"«decision:\n  disclose:\n    override: required\n    reason: Customers asked.\n    by: A. Example\n»",
	"in braces": "status: ‹draft›«published»\n«published: 2026-05-03T14:30:00Z # at last\n»severity: high\n" +
		"«revisions: [{version: 1, at: 2026-05-03, summary: First published.}]\n»" +
		"«decision: {disclose: {override: required, reason: Customers asked., by: A. Example}}\n»",
	"braces over several lines": "status: ‹draft›«published»\n" +
		"«revisions: [\n  {version: 1, at: 2026-05-03,\n   summary: First published.}, # once\n  # no more\n  ]\n»" +
		"# what follows is ours\n«published: 2026-05-03\n»\nseverity: high\n",
	"dashes at the margin":   "«published: 2026-05-03\nrevisions:\n- version: 1\n  at: 2026-05-03\n  summary: First published.\n»status: ‹draft›«published»\n",
	"a dash on its own line": "«revisions:\n  -\n    version: 1\n    at: 2026-05-03\n    summary: First published.\n»status: ‹draft›«published»\n«published: 2026-05-03\n»",
	"blocks": "status: ‹draft›«published»\n«published: 2026-05-03\nrevisions:\n  - version: 1\n    at: 2026-05-03\n    summary: >-\n      First\n      # published.\n»" +
		"# a comment\n\n«decision:\n  disclose:\n    by: A. Example\n    override: required\n    reason: >2-\n      Customers\n      asked.\n»summary: >-\n  status: draft\n  published: 2026-05-03\n",
	"beside another decision": "status: ‹draft›«published»\n«published: 2026-05-03\n»decision:\n  notify:\n    override: not_required\n    reason: Told by telephone.\n    by: B. Example\n" +
		"«  disclose:\n    override: required\n    reason: >-\n      Customers asked.\n      Twice.\n    by: A. Example\n»severity: high\n",
	"above another decision": "status: ‹draft›«published»\n«published: 2026-05-03\n»decision:\n«  disclose: {override: required, reason: Customers asked.,\n    by: A. Example}\n»  # on the telephone\n" +
		"  notify:\n    override: not_required\n    reason: Told by telephone.\n    by: B. Example\n",
	"with the letters' account": "status: ‹draft›«published»\n«published: 2026-05-03\nnotified:\n  count: 12\n  first: 2026-05-03\n  last: 2026-05-04\n»action: none\n",
	"notified in braces":        "status: ‹draft›«published»\n«published: 2026-05-03\nnotified: {count: 12, first: 2026-05-03,\n  last: 2026-05-04}\n»action: none\n",
}

// beforeAndAfter are the two states of a layout, in a whole file.
func beforeAndAfter(layout string) (before, after string) {
	cut := func(open, shut string) string {
		for {
			from, to := strings.Index(layout, open), strings.Index(layout, shut)
			if from < 0 {
				return ""
			}
			layout = layout[:from] + layout[to+len(shut):]
		}
	}
	whole := func(text string) string {
		return "---\nid: TS-2026-004\ntitle: A fault\n" + text + "---\n\nThe text.\n"
	}
	marks := strings.NewReplacer("«", "", "»", "", "‹", "", "›", "")
	kept := layout
	cut("«", "»")
	before, layout = marks.Replace(layout), kept
	cut("‹", "›")
	return whole(before), whole(marks.Replace(layout))
}

// F44: releasing a bulletin changes nothing that it says, in any layout, so that what
// was approved on a draft is what is sent; nor do the lines that the release wrote.
func TestStampsLeaveTheSubstance(t *testing.T) {
	for name, layout := range releases {
		for _, ends := range []string{"\n", "\r\n"} {
			before, after := beforeAndAfter(layout)
			draft, problems := readOne(t, strings.ReplaceAll(before, "\n", ends))
			released, more := readOne(t, strings.ReplaceAll(after, "\n", ends))
			if len(problems)+len(more) > 0 || len(draft) != 1 || len(released) != 1 {
				t.Errorf("%s: %s; %s", name, said(problems), said(more))
				continue
			}
			if got, want := string(released[0].Substance()), string(draft[0].Substance()); got != want {
				t.Errorf("%s:\n%s\nis not\n%s", name, got, want)
			}
			if got, want := string(released[0].Wording()), string(draft[0].Wording()); got != want {
				t.Errorf("%s, the wording:\n%s\nis not\n%s", name, got, want)
			}
			for _, line := range []string{"title: A fault", "The text."} {
				if !strings.Contains(string(released[0].Wording()), line) {
					t.Errorf("%s: %q is no wording", name, line)
				}
			}
		}
	}
}

// A later revision is substance (plans differ by it) and no wording (it is tocsin's);
// so are a withdrawal, a decision on letters, a silenced code.
func TestWhatIsRecorded(t *testing.T) {
	const first = "revisions:\n  - version: 1\n    at: 2026-05-03\n    summary: First published.\n"
	for _, c := range []struct {
		name, lines        string
		substance, wording bool // whether the added lines count
	}{
		{"a second revision", first + "‹  - version: 2\n    at: 2026-05-04\n    summary: >\n      More.\n      Again.\n    material: yes\n›", true, false},
		{"a second revision behind a bare dash", first + "‹  -\n    version: 2\n    at: 2026-05-04\n    summary: More.\n    material: no\n›", true, false},
		{"a withdrawal", "‹withdrawn:\n  at: 2026-05-05\n  reason: >\n    Another\n    fault.\n›", true, false},
		{"a decision on letters", "‹decision:\n  notify: {override: required, reason: R, by: B}\n›", true, false},
		{"a silenced code", "‹suppress:\n  - {code: placeholder, reason: R, until: 2026-12-31}\n›", true, false},
		{"a promise", "‹next_update: 2026-06-01\n›", true, true},
		{"what was done", "‹done:\n  - {at: 2026-05-05, what: Blocked.}\n›", true, true},
		{"an answer", "‹data_visible:\n  is: no\n  at: 2026-05-03\n›", true, true},
		{"a comment", first + "‹# To be continued\n›", true, true},
	} {
		cut, added, _ := strings.Cut(c.lines, "‹")
		added = strings.TrimSuffix(added, "›")
		short, problems := readOne(t, with(strings.TrimSuffix(cut+"severity: low", "\n")))
		long, more := readOne(t, with(cut+added+"severity: low"))
		if len(problems)+len(more) > 0 {
			t.Errorf("%s: %s; %s", c.name, said(problems), said(more))
			continue
		}
		if got := string(short[0].Substance()) != string(long[0].Substance()); got != c.substance {
			t.Errorf("%s is substance: %v\n%s", c.name, got, long[0].Substance())
		}
		if got := string(short[0].Wording()) != string(long[0].Wording()); got != c.wording {
			t.Errorf("%s is wording: %v\n%s", c.name, got, long[0].Wording())
		}
		if !strings.Contains(string(long[0].Wording()), "severity: low") {
			t.Errorf("%s takes the line below with it", c.name)
		}
	}
}

// Where entries may share a line, none is taken for the first alone.
func TestStampsThatShareLines(t *testing.T) {
	for lines, want := range map[string][]int{
		"revisions:\n  - {version: 1, at: 2026-05-03, summary: A}\n\n  # more\n  -\n    version: 2\n    at: 2026-05-04\n    summary: B\n    material: no": {4, 5, 6, 7},
		"revisions: [{version: 1, at: 2026-05-03, summary: A}, {version: 2, at: 2026-05-04, summary: B, material: no}]":                                   {4, 5},
		"decision: {disclose: {override: required, reason: R, by: B}, notify: {override: required, reason: R, by: B}}":                                    {4, 5},
		"decision: {notify: {override: required, reason: R, by: B}}":                                                                                      {4, 5},
		"decision:\n  notify: {override: required, reason: disclose, by: B}\n  disclose:\n    override: required\n    reason: R\n    by: B":               {4, 5, 8, 9, 10, 11},
		"revisions:\n  - {version: 1, at: 2026-05-03, summary: A}\n  # more\n  - {version: 2, at: 2026-05-04, summary: B, material: no}":                  {4, 5, 6, 7},
	} {
		got, problems := readOne(t, with(lines))
		if len(problems) > 0 || len(got) != 1 || !slices.Equal(got[0].Stamped, want) {
			t.Errorf("%s: %s: %d read", lines, said(problems), len(got))
		}
	}
}

// What is not in its form yet has lines all the same.
func TestRecordedLinesOfBrokenValues(t *testing.T) {
	for lines, want := range map[string][]int{
		"withdrawn:\n  at: 2026-05-05\n  reason: |\n    a\n\n    b\n# c":               {4, 5, 6, 7, 8, 9, 10, 11},
		"decision:\n  notify: {override: required, reason: R, by: B}\n  why: disclose": {4, 5, 6, 7, 8},
		"decision: disclose": {4, 5, 6},
		"revisions: 1":       {4, 5, 6},
		"suppress:\n  - {}\n  - x\nnext_update: soon": {4, 5, 6, 7, 8},
	} {
		got, problems := readOne(t, with(lines))
		if len(problems) == 0 || len(got) != 1 || !slices.Equal(got[0].Recorded, want) || !slices.Equal(got[0].Stamped, []int{4, 5}) {
			t.Errorf("%q: %s: %d read", lines, said(problems), len(got))
		}
	}
}

// F3: a value of several lines says so: else one of them may look like a key.
func TestValuesOfSeveralLines(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"\"a\nstatus: published\n b\"", "6:10 several-lines"},
		{"\"a\n  b\"", "6:10 several-lines"},
		{"\"a\\\n  b\"", "6:10 several-lines"},
		{"'a\n  b'", "6:10 several-lines"},
		{"a\n  b", "6:10 several-lines"},
		{"é a\n  b", "6:10 several-lines"},
		{"\"a \\\" b\" # \"", ""},
		{"\"a \\\\\"", ""},
		{"'it''s' # '", ""},
		{"é a: b", "6:13 yaml-syntax"},
		{"é a # b", ""},
		{"\n  a", ""},
		{">-\n  a\n  b", ""},
	} {
		_, problems := readOne(t, with("summary: "+c.text))
		if got := said(problems); got != c.want {
			t.Errorf("%q: %q, want %q", c.text, got, c.want)
		}
	}
}
