package content

import (
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"tocsin/internal/source"
)

// F13, F60: what stands in the place of a record and cannot be read is a bad record,
// never none: else the bulletin could be released a second time.
func TestUnreadRecords(t *testing.T) {
	const inDrafts = "decisions/TS-2026-004.json"
	link, pipe := &fstest.MapFile{Mode: fs.ModeSymlink, Data: []byte("../../elsewhere")}, &fstest.MapFile{Mode: fs.ModeNamedPipe}
	record := &fstest.MapFile{Data: []byte(recordOf("TS-2026-004"))}
	for name, c := range map[string]struct {
		where string
		what  *fstest.MapFile
		codes string
		bad   bool
	}{
		"a link":                 {"content/decisions/TS-2026-004.json", link, "bad-decision symlink", true},
		"a pipe":                 {"content/decisions/TS-2026-004.json", pipe, "bad-decision odd-file", true},
		"a folder":               {"content/decisions/TS-2026-004.json/record.json", record, "bad-decision stray-file", true},
		"an empty folder":        {"content/decisions/TS-2026-004.json/.keep", record, "bad-decision stray-file", true},
		"capitals":               {"content/decisions/TS-2026-004.JSON", record, "bad-decision stray-file", true},
		"small letters":          {"content/decisions/ts-2026-004.json5", record, "bad-decision stray-file", true},
		"a copy":                 {"content/decisions/TS-2026-004.json.bak", record, "bad-decision stray-file", true},
		"a program":              {"content/decisions/TS-2026-004.go", record, "bad-decision stray-file", true},
		"a folder of a year":     {"content/decisions/2026/TS-2026-004.json", record, "stray-file", false},
		"a folder in capitals":   {"content/Decisions/TS-2026-004.json", record, "bad-decision stray-file", true},
		"another name":           {"content/decisions/notes.txt", record, "stray-file", false},
		"all of them a link":     {"content/decisions", link, "bad-decision bad-decision symlink", true},
		"of another":             {"content/decisions/TS-2026-005.json", link, "symlink", false},
		"hidden":                 {"content/decisions/.gitkeep", record, "", false},
		"in the drafts root":     {inDrafts, link, "symlink", false},
		"a folder in the drafts": {inDrafts + "/x", record, "stray-file", false},
		"capitals in the drafts": {"decisions/TS-2026-004.JSON", record, "stray-file", false},
	} {
		site, drafts := fstest.MapFS{ours: {Data: []byte(whole)}}, fstest.MapFS{"bulletins/TS-2026-009.md": {Data: []byte(draftOf("TS-2026-009"))}}
		if strings.HasPrefix(c.where, Folder) {
			site[c.where] = c.what
		} else {
			drafts[c.where] = c.what
		}
		r, err := Open(site, &Drafts{Name: "../embargo", FS: drafts})
		if err != nil {
			t.Fatal(name, err)
		}
		problems, bad := r.Problems(), false
		for e, err := range r.Bulletins() {
			if err != nil {
				t.Fatal(name, err)
			}
			problems = append(problems, e.Problems...)
			bad = bad || e.BadRecord && e.Bulletin.ID == "TS-2026-004" && e.Bulletin.Decision == nil
		}
		problems.Sort()
		var codes []string
		for _, p := range problems {
			codes = append(codes, p.Code)
			if p.Level != source.Error || p.Code == "bad-decision" && !strings.HasPrefix(p.Position.File, "content/decisions/TS-2026-00") {
				t.Errorf("%s: %+v", name, p)
			}
		}
		if !sameWords(codes, strings.Fields(c.codes)) || bad != c.bad {
			t.Errorf("%s: %q, bad %v", name, codes, bad)
		}
	}
}

func sameWords(a, b []string) bool {
	count := make(map[string]int)
	for _, w := range a {
		count[w]++
	}
	for _, w := range b {
		count[w]--
	}
	for _, n := range count {
		if n != 0 {
			return false
		}
	}
	return true
}

// A draft of the drafts root has its record there or in the site.
func TestUnreadRecordsOfDrafts(t *testing.T) {
	link := &fstest.MapFile{Mode: fs.ModeSymlink, Data: []byte("elsewhere")}
	for _, where := range []string{"content/decisions/TS-2026-009.json", "decisions/TS-2026-009.json"} {
		site, drafts := fstest.MapFS{ours: {Data: []byte(whole)}}, fstest.MapFS{"bulletins/TS-2026-009.md": {Data: []byte(draftOf("TS-2026-009"))}}
		if strings.HasPrefix(where, Folder) {
			site[where] = link
		} else {
			drafts[where] = link
		}
		r, err := Open(site, &Drafts{Name: "../embargo", FS: drafts})
		if err != nil {
			t.Fatal(err)
		}
		for e := range r.Bulletins() {
			if e.BadRecord != (e.Bulletin.ID == "TS-2026-009") {
				t.Errorf("%s: %s %v", where, e.Bulletin.ID, e.BadRecord)
			}
		}
	}
}

// F17: rules that nothing reads would leave the built-in ones in force.
func TestUnreadRules(t *testing.T) {
	for name, grave := range map[string]bool{
		"rules.yaml": true, "z-rules.yaml": true, "z.rule.yaml": true, "z.rules.yaml.bak": true, ".rules.yml": true, "z.Rules.YAML": true, "z/rules.yml": true,
		".z.rules.yaml": true, "z.rules.yaml/part": true, "z_rules.json": true, "overrules.yaml": false, "z.yaml": false,
	} {
		_, _, problems := opened(t, map[string]string{ours: whole, "content/policies/" + name: smallRules("z")}, nil)
		errors := 0
		for _, p := range problems {
			if p.Level == source.Error && p.Code == "stray-file" {
				errors++
			}
		}
		if (errors == 1) != grave || len(problems) == 0 {
			t.Errorf("%s: %v", name, problems)
		}
	}
}

// F10: what is to be typed is shown as something to see.
func TestManualErrorIsVisible(t *testing.T) {
	err := &ManualError{Reason: "r", Write: "write a\u202eb\nand c"}
	if got := err.Error(); !strings.Contains(got, "write a\\u{202E}b\nand c") {
		t.Errorf("%q", got)
	}
}
