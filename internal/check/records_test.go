package check

import (
	"strings"
	"testing"

	"tocsin/internal/source"
)

// F60: what was released does not change, vanish or come back in silence; each error
// names the missing step.
func TestRecords(t *testing.T) {
	const (
		record    = "-- content/decisions/TS-2026-004.json --\n{}\n"
		changed   = "-- content/decisions/TS-2026-004.json (of another text) --\n{}\n"
		twice     = "-- content/decisions/TS-2026-004.json (of 2 texts) --\n{}\n"
		withdrawn = "status: withdrawn\nwithdrawn: {at: 2026-05-04, reason: Wrong.}\n"
		on        = "  \"withdrawn\": {\"at\": \"2026-05-04T00:00:00Z\", \"sha256\": \"SHOWN\"}\n"
		first     = "revisions:\n  - {version: 1, at: 2026-05-04, material: no, summary: First.}\n"
		second    = "  - {version: 2, at: 2026-05-04, material: yes, summary: More.}\n"
	)
	as := func(keys string) string { return "-- content/decisions/TS-2026-004.json --\n{" + keys + "}\n" }
	for name, c := range map[string]struct{ keys, record, want, hint string }{
		"as it was released":                     {"", record, "", ""},
		"with its first revision":                {first, record, "", ""},
		"the text is another":                    {"", changed, "1 error changed-without-revision", "tocsin revise TS-2026-004"},
		"a private text is another":              {"status: private\n", strings.Replace(changed, "{}", `{"status": "private"}`, 1), "1 error changed-without-revision", "tocsin revise"},
		"withdrawn: its text is shown to nobody": {withdrawn, strings.Replace(changed, "{}", "{"+on+"}", 1), "", ""},
		"revised on record":                      {first + second, twice, "", ""},
		"a revision was removed":                 {first, twice, "16:3 error revision-removed", "put the entries back from git"},
		"all revisions were removed":             {"", twice, "2:1 error revision-removed", "put the entries back from git"},
		"a revision that nobody recorded":        {first + second, record, "16:3 error revision-unrecorded", "tocsin revise TS-2026-004"},
		"a draft again":                          {"status: draft\n", record, "4:9 error not-as-released", "tocsin withdraw TS-2026-004"},
		"private, and was published":             {"status: private\n", record, "4:9 error not-as-released", "write status: published again"},
		"published, and was told by letter only": {"", as(`"status": "private"`), "4:9 error not-as-released", "tocsin release TS-2026-004"},
		"withdrawn by hand":                      {withdrawn, record, "4:9 error not-as-released", "write status: published again, then tocsin withdraw TS-2026-004"},
		"withdrawn, and published again":         {"", as(on), "4:9 error not-as-released", "what was withdrawn stays so"},
		"withdrawn on record":                    {withdrawn, as(on), "", ""},
		"no record at all":                       {"", "", "", ""},
	} {
		problems := problemsOf(t, sample(t, one("TS-2026-004", c.keys)+c.record))
		if got, want := said(problems), prefixed(lonely, c.want); got != want {
			t.Errorf("%s: found\n%s\nwant\n%s", name, got, want)
		} else if len(problems) > 0 && !strings.Contains(problems[0].Hint, c.hint) {
			t.Errorf("%s: it says to do %q", name, problems[0].Hint)
		}
	}
}

// F60: what commands wrote is no wording, and does not change in silence either.
func TestAsRecorded(t *testing.T) {
	const (
		record = "-- content/decisions/TS-2026-004.json --\n"
		first  = "revisions:\n  - {version: 1, at: 2026-04-01, material: no, summary: First.}\n"
		second = "  - {version: 2, at: 2026-04-02, material: yes, summary: More.}\n"
		early  = "published: 2026-04-01\n"
		since  = `"released": "2026-04-01T00:00:00Z"`
		gone   = early + "status: withdrawn\nwithdrawn: {at: 2026-05-04, reason: Wrong.}\n"
	)
	entry := func(version, at, rest string) string {
		return `{"version": ` + version + `, "at": "` + at + `T00:00:00Z", "sha256": "WORDING"` + rest + "}"
	}
	texts := func(all ...string) string { return "{" + since + `, "texts": [` + strings.Join(all, ", ") + "]}\n" }
	one1 := entry("1", "2026-04-01", `, "summary": "First."`)
	both := texts(one1, entry("2", "2026-04-02", `, "summary": "More.", "material": true`))
	for name, c := range map[string]struct{ keys, record, want string }{
		"as recorded":                       {early + first + second, both, ""},
		"no summary on record":              {early + first, texts(entry("1", "2026-04-01", "")), ""},
		"no entry, and no summary":          {early, texts(entry("1", "2026-04-01", "")), ""},
		"another day of publication":        {"published: 2026-03-31\n", "{" + since + "}\n", "record-differs"},
		"another instant":                   {"published: 2026-04-01T00:00:01Z\n", "{" + since + "}\n", "record-differs"},
		"the first summary":                 {early + strings.Replace(first, "First.", "1st.", 1) + second, both, "record-differs"},
		"the second summary":                {early + first + strings.Replace(second, "More.", "Less.", 1), both, "record-differs"},
		"the second date":                   {early + first + strings.Replace(second, "04-02", "04-03", 1), both, "record-differs"},
		"a date without summary":            {early + strings.Replace(first, "04-01", "04-02", 1), texts(entry("1", "2026-04-01", "")), "record-differs"},
		"not material any more":             {early + first + strings.Replace(second, "yes", "no", 1), both, "record-differs"},
		"the first is gone":                 {early + "revisions:\n" + second, both, "record-differs revision-order"},
		"the only one is gone":              {early, texts(one1), "record-differs"},
		"all are gone: said once":           {early + first, both, "revision-removed"},
		"withdrawn as recorded":             {gone, "{" + since + `, "withdrawn": {"at": "2026-05-04T00:00:00Z", "sha256": "SHOWN"}}` + "\n", ""},
		"withdrawn, and shows another page": {gone, "{" + since + `, "withdrawn": {"at": "2026-05-04T00:00:00Z", "sha256": "` + strings.Repeat("0", 64) + `"}}` + "\n", "record-differs"},
		"withdrawn, and another date":       {gone, `{"released": "2026-04-02T00:00:00Z", "withdrawn": {"at": "2026-05-04T00:00:00Z", "sha256": "SHOWN"}}` + "\n", "record-differs"},
	} {
		sampled := one("TS-2026-004", c.keys)
		var codes []string
		for _, p := range problemsOf(t, sample(t, sampled+record+c.record)) {
			codes = append(codes, p.Code)
			if p.Level != source.Error || p.Hint == "" || suppressible(p.Code) {
				t.Errorf("%s: %+v", name, p)
			}
		}
		if got := strings.Join(codes, " "); got != c.want {
			t.Errorf("%s: found %q, want %q", name, got, c.want)
		}
	}
}

// F60: an id that is gone is an error, until its file is back.
func TestVanishedBulletin(t *testing.T) {
	problems := problemsOf(t, sample(t, one("TS-2026-004", "")+"-- content/decisions/TS-2026-003.json --\n{}\n"))
	if got := said(problems); got != "decisions/TS-2026-003.json error stray-decision" || !strings.Contains(problems[0].Hint, "tocsin withdraw TS-2026-003") {
		t.Errorf("%+v", problems)
	}
}

// Revisions count up, in number and in time, from the publication on.
func TestRevisionOrder(t *testing.T) {
	entry := func(version, at string) string {
		return "  - {version: " + version + ", at: " + at + ", material: no, summary: S.}\n"
	}
	const early = "published: 2026-04-01\n"
	for name, c := range map[string]struct{ entries, want string }{
		"in order":               {entry("1", "2026-04-01") + entry("2", "2026-04-02") + entry("3", "2026-04-02"), ""},
		"backwards":              {entry("2", "2026-04-02") + entry("1", "2026-04-03"), "16:5 error revision-order\n17:5 error revision-order"},
		"twice":                  {entry("1", "2026-04-01") + entry("1", "2026-04-02"), "17:5 error revision-order"},
		"a gap":                  {entry("1", "2026-04-01") + entry("3", "2026-04-02"), "17:5 error revision-order"},
		"it begins at 2":         {entry("2", "2026-04-02"), "16:5 error revision-order"},
		"back in time":           {entry("1", "2026-04-03") + entry("2", "2026-04-02"), "17:5 error revision-order"},
		"before the publication": {entry("1", "2026-03-31"), "16:5 error revision-order"},
		"on the day of it":       {entry("1", "2026-04-01T00:00:00Z"), ""},
		"misread (F4)":           {entry("first", "2026-04-01") + entry("2", "2026-04-02"), "16:15 error not-a-number\n17:5 error revision-order"},
	} {
		if got, want := said(problemsOf(t, sample(t, early+"revisions:\n"+c.entries))), prefixed(lonely, c.want); got != want {
			t.Errorf("%s: found\n%s\nwant\n%s", name, got, want)
		}
	}
}
