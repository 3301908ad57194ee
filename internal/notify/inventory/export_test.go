package inventory

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v4"

	"tocsin/internal/source"
	"tocsin/internal/tailnet"
)

var (
	sumA = strings.Repeat("0a", 32)
	sumB = strings.Repeat("12", 32)
)

func readExport(text string) (Export, source.Problems) {
	return ReadExport(source.File{Name: "inventory/export.yaml", Data: []byte(text)})
}

// TestExportInAnyShape: lines or braces, quoted or plain, with comments; JSON is YAML.
func TestExportInAnyShape(t *testing.T) {
	for what, text := range map[string]string{
		"lines":     "taken_at: 2026-05-01T08:00:00+02:00\nrows:\n  tailnets: 3\n  nodes: 12\n  users: 0\nsha256:\n  tailnets.csv: " + sumA + "\n  ../other/nodes 1.csv.gz: " + sumB + "\n",
		"braces":    "taken_at: 2026-05-01T06:00:00Z\nrows: {tailnets: 3, nodes: 12, users: 0}\nsha256: {tailnets.csv: " + sumA + ", ../other/nodes 1.csv.gz: " + sumB + "}\n",
		"JSON":      `{"taken_at":"2026-05-01T06:00:00Z","rows":{"tailnets":3,"nodes":12,"users":0},"sha256":{"tailnets.csv":"` + sumA + `","../other/nodes 1.csv.gz":"` + sumB + `"}}`,
		"JSON, set": "{\n  \"rows\": {\n    \"nodes\": 12,\n    \"tailnets\": 3,\n    \"users\": 0\n  },\n  \"taken_at\": \"2026-05-01T06:00:00Z\",\n  \"sha256\": {\n    \"tailnets.csv\": \"" + sumA + "\",\n    \"../other/nodes 1.csv.gz\": \"" + sumB + "\"\n  }\n}\n",
		"comments":  "# by the nightly job\n---\n\nsha256:   # of files\n\n      # the first\n      'tailnets.csv': '" + strings.ToUpper(sumA) + "'\n      \"../other/nodes 1.csv.gz\": " + sumB + "\nrows: { # all\n  tailnets: 3 , nodes: 12,\n  users: 0, }\ntaken_at: \"2026-05-01T06:00:00Z\" # UTC",
	} {
		got, problems := readExport(text)
		if len(problems) > 0 {
			t.Errorf("%s: %v", what, problems)
		}
		want := Export{
			Taken: time.Date(2026, 5, 1, 6, 0, 0, 0, time.UTC),
			Rows:  map[string]int64{"tailnets": 3, "nodes": 12, "users": 0},
			Sums:  map[string]string{"inventory/tailnets.csv": sumA, "other/nodes 1.csv.gz": sumB},
		}
		if got.Taken.Location() != time.UTC {
			t.Errorf("%s: taken at %s", what, got.Taken)
		}
		got.name, got.at = "", nil
		if diff := cmp.Diff(want, got, cmp.AllowUnexported(Export{})); diff != "" {
			t.Errorf("%s:\n%s", what, diff)
		}
	}
	if got, problems := readExport("taken_at: 2026-05-01T06:00:00Z\nrows: {tailnets: 1, nodes: 2}\n"); len(problems) > 0 || len(got.Sums) > 0 {
		t.Errorf("without sums: %v, %v", got, problems)
	}
}

// TestDamagedExport is F30 and F53: what cannot be read is refused at its place, and
// not repeated: it may be another file than was meant.
func TestDamagedExport(t *testing.T) {
	const taken, rows = "taken_at: 2026-05-01T06:00:00Z\n", "rows: {tailnets: 1, nodes: 2}\n"
	for what, c := range map[string]struct{ text, want string }{
		"empty":              {"", ":1:1: the file is empty"},
		"comments only":      {"# nothing\n\n", ":1:1: the file is empty"},
		"no time":            {rows, ":1:1: the key taken_at is missing"},
		"no rows":            {taken, ":1:1: the key rows is missing"},
		"no nodes":           {taken + "rows: {tailnets: 1}\n", ":1:1: rows: nodes is missing"},
		"a date":             {"taken_at: 2026-05-01\n" + rows, ":1:11: taken_at must be a time with its zone, such as 2026-05-01T06:00:00Z"},
		"no zone":            {"taken_at: 2026-05-01T06:00:00\n" + rows, ":1:11: taken_at must be a time with its zone, such as 2026-05-01T06:00:00Z"},
		"no value":           {"taken_at:\n" + rows, ":1:10: taken_at must be a time with its zone, such as 2026-05-01T06:00:00Z"},
		"time of parts":      {"taken_at: {year: 2026}\n" + rows, ":1:11: taken_at must be a time with its zone, such as 2026-05-01T06:00:00Z"},
		"unknown key":        {taken + rows + "verysecret: 1\n", ":3:1: an unknown key: taken_at, rows and sha256 are those of an export"},
		"unknown table":      {taken + "rows: {tailnets: 1, nodes: 2, verysecret: 3}\n", ":2:31: no such table: tailnets, nodes, users, contacts are those that an export counts"},
		"findings":           {taken + "rows: {tailnets: 1, nodes: 2, findings: 3}\n", ":2:31: no such table: tailnets, nodes, users, contacts are those that an export counts"},
		"rows, no mapping":   {taken + "rows: 12\n", ":2:7: rows must have keys of its own"},
		"no number":          {taken + "rows: {tailnets: verysecret, nodes: 2}\n", ":2:18: rows: tailnets must be a number"},
		"negative":           {taken + "rows: {tailnets: 1, nodes: '-2'}\n", ":2:28: rows: nodes must be a number"},
		"octal":              {taken + "rows: {tailnets: 010, nodes: 2}\n", ":2:18: rows: tailnets must be a number"},
		"fraction":           {taken + "rows: {tailnets: 1.0, nodes: 2}\n", ":2:18: rows: tailnets must be a number"},
		"too large":          {taken + "rows: {tailnets: 99999999999999999999, nodes: 2}\n", ":2:18: rows: tailnets must be a number"},
		"short sum":          {taken + rows + "sha256: {a.csv: 0a0a}\n", ":3:17: sha256 must be 64 hexadecimal digits for each file"},
		"no sum":             {taken + rows + "sha256:\n  a.csv: verysecret\n", ":4:10: sha256 must be 64 hexadecimal digits for each file"},
		"one file, two sums": {taken + rows + "sha256: {a.csv: " + sumA + ", ./a.csv: " + sumA + "}\n", ":3:83: the file has a sum already"},
		"a key twice":        {taken + rows + "rows: {tailnets: 2, nodes: 2}\n", ":3:1: the key stands twice"},
		"an inner key twice": {taken + "rows: {tailnets: 1, nodes: 2, nodes: 3}\n", ":2:31: the key stands twice"},
		"a table of CSV":     {"tailnet,owner_email\nverysecret,x\n", ":1:8: this does not belong in an export, or not here"},
		"a list":             {taken + "rows: [1, 2]\n", ":2:7: this does not belong in an export, or not here"},
		"a list of lines":    {"- taken_at: 1\n", ":1:1: this does not belong in an export, or not here"},
		"an anchor":          {taken + "rows: &verysecret {tailnets: 1, nodes: 2}\n", ":2:7: this does not belong in an export, or not here"},
		"a tag":              {"taken_at: !!str 2026-05-01T06:00:00Z\n" + rows, ":1:11: this does not belong in an export, or not here"},
		"text of lines":      {"taken_at: >\n  2026-05-01T06:00:00Z\n" + rows, ":1:11: this does not belong in an export, or not here"},
		"text that runs on":  {"taken_at: 2026-05-01\n  T06:00:00Z\n" + rows, ":2:3: this does not belong in an export, or not here"},
		"an escape":          {taken + rows + `sha256: {"a\x41": "` + sumA + "\"}\n", `:3:10: quoted text must end on its line, and have no \ in it`},
		"an open quote":      {taken + "rows: {\"tailnets: 1, nodes: 2}\n", `:2:8: quoted text must end on its line, and have no \ in it`},
		"open braces":        {taken + "rows: {tailnets: 1, nodes: 2\n", ":3:1: this does not belong in an export, or not here"},
		"too deep":           {taken + "rows: {tailnets: {a: 1}, nodes: 2}\n", ":2:18: this does not belong in an export, or not here"},
		"too deep, in lines": {taken + "rows:\n  tailnets:\n    a: 1\n", ":4:5: this does not belong in an export, or not here"},
		"uneven":             {taken + "rows:\n  tailnets: 1\n   nodes: 2\n", ":4:4: this does not belong in an export, or not here"},
		"further out":        {"  " + taken + rows, ":2:1: this does not belong in an export, or not here"},
		"no comment":         {"taken_at: \"2026-05-01T06:00:00Z\"#verysecret\n" + rows, ":1:33: this does not belong in an export, or not here"},
		"a tab":              {taken + "rows:\n\ttailnets: 1\n", ":3:1: a tab, or a character that is not UTF-8 or does not show"},
		"not UTF-8":          {taken + rows + "# verysecret\xff\n", ":3:13: a tab, or a character that is not UTF-8 or does not show"},
		"a second document":  {taken + rows + "---\n" + taken, ":3:1: this does not belong in an export, or not here"},
		"more after JSON":    {`{"taken_at": "2026-05-01T06:00:00Z", "rows": {"tailnets": 1, "nodes": 2}} x`, ":1:75: this does not belong in an export, or not here"},
	} {
		_, problems := readExport(c.text)
		if len(problems) != 1 || problems[0].Code != "bad-export" || problems[0].Hint == "" {
			t.Errorf("%s: %v", what, problems)
			continue
		}
		if got := fmt.Sprintf("%s: %s", problems[0].Position, problems[0].Message); got != "inventory/export.yaml"+c.want {
			t.Errorf("%s:\n got %s\nwant %s", what, got, c.want)
		}
		if strings.Contains(fmt.Sprintf("%+v", problems), secret) {
			t.Errorf("%s: private text is printed: %+v", what, problems)
		}
	}
}

// TestExportHolds is F30: a table that is shorter than it was exported, a file that is
// another, and one that is left over are each found, at the line that says otherwise.
func TestExportHolds(t *testing.T) {
	e, problems := readExport("taken_at: 2026-05-01T06:00:00Z\nrows: {tailnets: 3, nodes: 12}\nsha256:\n  tailnets.csv: " + sumA + "\n  contacts.csv: " + sumA + "\n")
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	sums := func(pairs ...string) map[string]string {
		m := make(map[string]string)
		for i := 0; i < len(pairs); i += 2 {
			m[pairs[i]] = pairs[i+1]
		}
		return m
	}
	for what, c := range map[string]struct {
		table string
		read  Read
		want  string
	}{
		"as exported":         {"tailnets", Read{Rows: 3, Sums: sums("inventory/tailnets.csv", sumA)}, ""},
		"as exported, ./":     {"tailnets", Read{Rows: 3, Sums: sums("./inventory/tailnets.csv", sumA)}, ""},
		"too few rows":        {"tailnets", Read{Rows: 2}, "inventory/export.yaml:2:8: the table of tailnets has 2 rows, and was exported with 3"},
		"too many rows":       {"nodes", Read{Rows: 13}, "inventory/export.yaml:2:21: the table of nodes has 13 rows, and was exported with 12"},
		"another file":        {"tailnets", Read{Rows: 3, Sums: sums("inventory/tailnets.csv", sumB)}, "inventory/export.yaml:4:3: inventory/tailnets.csv is not the file that was exported: its SHA-256 is another"},
		"a file left over":    {"tailnets", Read{Rows: 3, Sums: sums("inventory/tailnets.csv", sumA, "inventory/old.csv", sumA)}, "inventory/export.yaml: inventory/old.csv is no file of this export: it may be left from another"},
		"the same name there": {"tailnets", Read{Rows: 3, Sums: sums("elsewhere/tailnets.csv", sumA)}, "inventory/export.yaml: elsewhere/tailnets.csv is no file of this export: it may be left from another"},
		"not counted":         {"users", Read{Rows: 7, Sums: sums("inventory/users.csv", sumB)}, ""},
		"summed, not counted": {"contacts", Read{Rows: 7, Sums: sums("inventory/contacts.csv", sumB)}, "inventory/export.yaml:5:3: inventory/contacts.csv is not the file that was exported: its SHA-256 is another"},
	} {
		got := ""
		for _, p := range e.Holds(c.table, c.read) {
			got += fmt.Sprintf("%s: %s", p.Position, p.Message)
			if p.Code != "export-differs" || p.Hint == "" {
				t.Errorf("%s: %+v", what, p)
			}
		}
		if got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", what, got, c.want)
		}
	}
	if problems := (Export{}).Holds("tailnets", Read{Rows: 3, Sums: sums("a", sumA)}); len(problems) > 0 {
		t.Errorf("no export: %v", problems)
	}
}

// TestExportedAndGone: a file that was exported is missed, though no table would miss it.
func TestExportedAndGone(t *testing.T) {
	e, problems := readExport("taken_at: 2026-05-01T06:00:00Z\nrows: {tailnets: 3, nodes: 12}\nsha256:\n  tailnets.csv: " + sumA + "\n  ../findings/TS-2026-004.csv: " + sumA + "\n")
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	got := e.Gone(func(name string) bool { return name == "inventory/tailnets.csv" })
	if len(got) != 1 || got[0].Position.Line != 5 || got[0].Message != "findings/TS-2026-004.csv was exported, and is not there" || got[0].Hint == "" {
		t.Error(got)
	}
	if got := e.Gone(func(string) bool { return true }); len(got) > 0 {
		t.Error(got)
	}
}

// TestExportOfATableAsRead is F30 with real files: one octet more or less is found.
func TestExportOfATableAsRead(t *testing.T) {
	text := "tailnet,owner_email\nacme,\nother,\n"
	whole := Table{Files: one("inventory/tailnets.csv", text).Files, Sum: true}
	read, _ := whole.Tailnets(func(tailnet.Tailnet) {})
	e, problems := readExport(fmt.Sprintf("taken_at: 2026-05-01T06:00:00Z\nrows: {tailnets: %d, nodes: 0}\nsha256: {tailnets.csv: %s}\n", read.Rows, read.Sums["inventory/tailnets.csv"]))
	if len(problems) > 0 || len(e.Holds("tailnets", read)) > 0 {
		t.Fatal(problems, e.Holds("tailnets", read))
	}
	for changed, want := range map[string]int{text[:len(text)-1]: 1, text + "\n": 1, text[:len("tailnet,owner_email\nacme,\n")]: 2, text + "more,\n": 2} {
		read, _ := Table{Files: one("inventory/tailnets.csv", changed).Files, Sum: true}.Tailnets(func(tailnet.Tailnet) {})
		if got := e.Holds("tailnets", read); len(got) != want {
			t.Errorf("%q: %v", changed, got)
		}
	}
}

// FuzzExport: whatever is read, YAML reads it alike; and nothing panics.
func FuzzExport(f *testing.F) {
	for _, seed := range []string{"", "a: b\n", "a:\n  b: c\n  d: e # f\n", "{a: {b: c, 'd': \"e\"}, }", "---\na: {\n b: 1 ,\n}\nc: d:e\n", "a : b\n? c\n", "a: {b}\n", "\"a\":b\n", "{\"a\":b}", "{a: b#c}\n", "a:\n\n # x\n  b:\nc: 1\n"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		_, _ = readExport(text)
		r := exportText{file: source.File{Name: "export.yaml", Data: []byte(text)}}
		entries, ok := r.read()
		if ok != (len(r.problems) == 0) {
			t.Errorf("%v, %v", ok, r.problems)
		}
		var document yaml.Node
		if !ok || yaml.Unmarshal([]byte(text), &document) != nil || len(document.Content) == 0 {
			return
		}
		if diff := cmp.Diff(flat("", document.Content[0]), flatEntries("", entries)); diff != "" {
			t.Errorf("%q:\n%s", text, diff)
		}
	})
}

// flat lists what a mapping of YAML holds, in its order.
func flat(path string, n *yaml.Node) (list []string) {
	if n.Kind != yaml.MappingNode {
		return []string{path + "=" + n.Value}
	}
	list = []string{path + "{}"}
	for i := 0; i+1 < len(n.Content); i += 2 {
		list = append(list, flat(path+"/"+n.Content[i].Value, n.Content[i+1])...)
	}
	return list
}

func flatEntries(path string, entries []exportEntry) []string {
	list := []string{path + "{}"}
	for _, e := range entries {
		if e.mapping {
			list = append(list, flatEntries(path+"/"+e.key, e.entries)...)
		} else {
			list = append(list, path+"/"+e.key+"="+e.value)
		}
	}
	return list
}
