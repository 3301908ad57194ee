package inventory

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tocsin/internal/source"
	"tocsin/internal/tailnet"
	"tocsin/internal/verdict"
)

// sheet is a table in no format yet: a header and its rows.
type sheet [][]string

// csv writes the rows as a spreadsheet does.
func (s sheet) csv(t testing.TB) string {
	t.Helper()
	var b strings.Builder
	if err := csv.NewWriter(&b).WriteAll(s); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// lines writes the rows as JSON Lines, empty cells as null or as text, turn by turn.
func (s sheet) lines(t testing.TB) string {
	t.Helper()
	var b strings.Builder
	out := json.NewEncoder(&b)
	for i, row := range s[1:] {
		object := make(map[string]any)
		for at, cell := range row {
			if object[s[0][at]] = cell; cell == "" && i%2 == 0 {
				object[s[0][at]] = nil
			}
		}
		if err := out.Encode(object); err != nil {
			t.Fatal(err)
		}
	}
	return b.String()
}

func zip(t testing.TB, text string) string {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, err := io.WriteString(z, text)
	if err = errors.Join(err, z.Close()); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// files is a table of several files.
func files(texts ...string) Table {
	var t Table
	for i, text := range texts {
		t.Files = append(t.Files, one(fmt.Sprintf("part-%d", i+1), text).Files...)
	}
	return t
}

// renamed is the sheet under other names.
func (s sheet) renamed(prefix string) (sheet, map[string]string) {
	other, names := slices.Clone(s), make(map[string]string)
	other[0] = nil
	for _, name := range s[0] {
		other[0] = append(other[0], prefix+name)
		names[name] = prefix + name
	}
	return other, names
}

// examples are one table of each kind, with what is read from it.
var examples = map[string]struct {
	sheet sheet
	want  []any
	read  func(Table, func(any)) (Read, error)
}{
	"tailnets": {
		sheet{{"tailnet", "owner_email", "display_name", "security_email", "security_email_verified", "language", "extra"},
			{"acme", "o@acme.example", `A "quoted", name`, "s@acme.example", "true", "de", "x"}, {"other", "", "", "", "", "", ""}},
		[]any{tailnet.Tailnet{ID: "acme", DisplayName: `A "quoted", name`, OwnerEmail: "o@acme.example", SecurityEmail: "s@acme.example", SecurityVerified: true, Language: "de"}, tailnet.Tailnet{ID: "other"}},
		func(t Table, visit func(any)) (Read, error) {
			return t.Tailnets(func(n tailnet.Tailnet) { visit(n) })
		},
	},
	"nodes": {
		sheet{{"tailnet", "node_id", "os", "client_version", "node_name", "user_id", "last_seen", "funnel", "product"},
			{"acme", "n1", "Linux", "1.2.3", "Bücher\nund mehr", "u1", "2026-05-01", "on", "client"}, {"other", "n2", "ios", "", "", "", "", "", "cli"}},
		[]any{
			tailnet.Node{Tailnet: "acme", ID: "n1", Name: "Bücher\nund mehr", User: "u1", OS: "linux", Product: "client", Version: "1.2.3", LastSeen: "2026-05-01", Cells: tailnet.NewCells([]string{"funnel", "os"}, []string{"on", "Linux"})},
			tailnet.Node{Tailnet: "other", ID: "n2", OS: "ios", Product: "cli", Cells: tailnet.NewCells([]string{"funnel", "os"}, []string{"", "ios"})},
		},
		func(t Table, visit func(any)) (Read, error) {
			return t.Nodes([]string{"client", "cli"}, []string{"funnel", "os"}, known, func(n tailnet.Node) error { visit(n); return nil })
		},
	},
	"users": {
		sheet{{"tailnet", "user_id", "login", "role"}, {"acme", "u1", "ann", "admin"}, {"other", "u1", "", ""}},
		[]any{tailnet.User{Tailnet: "acme", ID: "u1", Login: "ann", Role: "admin"}, tailnet.User{Tailnet: "other", ID: "u1"}},
		func(t Table, visit func(any)) (Read, error) {
			return t.Users(known, func(u tailnet.User) error { visit(u); return nil })
		},
	},
	"contacts": {
		sheet{{"tailnet", "email", "source", "by"}, {"acme", "a@acme.example", "contract", "support"}, {"acme", "b@acme.example", "", ""}},
		[]any{tailnet.Supplement{Tailnet: "acme", Email: "a@acme.example", Source: "contract", By: "support"}, tailnet.Supplement{Tailnet: "acme", Email: "b@acme.example"}},
		func(t Table, visit func(any)) (Read, error) {
			return t.Contacts(known, func(s tailnet.Supplement) error { visit(s); return nil })
		},
	},
	"findings": {
		sheet{{"tailnet", "node_id", "user_id", "status", "data_visible", "first_seen", "last_seen", "tell", "internal_note", "done", "done_at", "email"},
			{"acme", "n1", "u1", "known_affected", "yes", "2026-05-01", "2026-05-02", "one *log* line", "verysecret", "we rotated the key", "2026-05-03", ""},
			{"left", "", "", "fixed", "", "", "", "", "", "", "", "x@left.example"},
			{"left", "", "", "known_not_affected", "no", "", "", "", "", "", "", "x@left.example"},
			{"other", "", "", "under_investigation", "Unknown", "", "", "", "", "", "", ""}},
		[]any{
			tailnet.Finding{Tailnet: "acme", Node: "n1", User: "u1", Status: tailnet.KnownAffected, DataVisible: verdict.Yes, FirstSeen: "2026-05-01", LastSeen: "2026-05-02", Tell: "one *log* line", Done: "we rotated the key", DoneAt: "2026-05-03"},
			tailnet.Finding{Tailnet: "left", Status: tailnet.FixedFinding, Email: "x@left.example"},
			tailnet.Finding{Tailnet: "left", Status: tailnet.KnownNotAffected, DataVisible: verdict.No, Email: "x@left.example"},
			tailnet.Finding{Tailnet: "other", Status: tailnet.UnderInvestigation},
		},
		func(t Table, visit func(any)) (Read, error) {
			return t.Findings(known, func(f tailnet.Finding) error { visit(f); return nil })
		},
	},
}

var cells = cmp.AllowUnexported(tailnet.Cells{})

// TestSameRowsInAnyFormat: CSV or JSON Lines, compressed or not, with a mark, in one
// file or in one for each row, under our names or others: the same values are read.
func TestSameRowsInAnyFormat(t *testing.T) {
	for table, c := range examples {
		asCSV, asLines := c.sheet.csv(t), c.sheet.lines(t)
		other, names := c.sheet.renamed("x ")
		shapes := map[string]Table{
			"CSV": files(asCSV), "JSON Lines": files(asLines),
			"CSV, marked": files(byteOrderMark + asCSV), "JSON Lines, marked": files(byteOrderMark + asLines),
			"blank lines": files(" \n\t\n" + strings.ReplaceAll(asLines, "\n", "\r\n\r\n")), "no end": files(strings.TrimRight(asLines, "\n")),
			"CSV, compressed": files(zip(t, asCSV)), "JSON Lines, compressed": files(zip(t, byteOrderMark+asLines)), "compressed in two parts": files(zip(t, asCSV[:20]) + zip(t, asCSV[20:])),
			"renamed": {Files: files(other.csv(t)).Files, Columns: names}, "JSON Lines, renamed": {Files: files(other.lines(t)).Files, Columns: names},
			"summed": {Files: files(zip(t, asCSV)).Files, Sum: true},
		}
		var each, mixed []string
		for i, row := range c.sheet[1:] {
			part := sheet{c.sheet[0], row}
			each = append(each, part.csv(t))
			mixed = append(mixed, []string{part.csv(t), part.lines(t), zip(t, part.csv(t)), zip(t, part.lines(t))}[i%4])
		}
		shapes["several files"], shapes["several formats"] = files(each...), files(mixed...)
		for shape, of := range shapes {
			var got []any
			read, err := c.read(of, func(v any) { got = append(got, v) })
			if err != nil || len(read.Problems) > 0 || read.Rows != int64(len(c.want)) {
				t.Errorf("%s, %s: %d rows, %v, %v", table, shape, read.Rows, read.Problems, err)
			}
			if diff := cmp.Diff(c.want, got, cells); diff != "" {
				t.Errorf("%s, %s:\n%s", table, shape, diff)
			}
		}
	}
}

// TestCellsThatAreNotThere is F30: a column that a bulletin asks for and the table does
// not have says nothing; it does not say no.
func TestCellsThatAreNotThere(t *testing.T) {
	for what, text := range map[string]string{
		"CSV":        "tailnet,node_id,os,client_version,empty\nacme,n,linux,1,\n",
		"JSON Lines": `{"tailnet":"acme","node_id":"n","os":"linux","client_version":1,"empty":null}`,
	} {
		_, err := one("n", text).Nodes([]string{"client"}, []string{"funnel", "empty", "client_version"}, known, func(n tailnet.Node) error {
			for column, want := range map[string]string{"funnel": "", "empty": "", "client_version": "1", "colour": ""} {
				if got, there := n.Cells.Value(column); got != want || there != (want != "") {
					t.Errorf("%s: %s is %q, %v", what, column, got, there)
				}
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	}
}

const (
	acmeLine  = `{"tailnet":"acme","owner_email":"o@acme.example"}` + "\n"
	wholeLine = "JSON Lines have one whole object on each line"
)

// TestDamagedLines is F30 and F53 for JSON Lines.
func TestDamagedLines(t *testing.T) {
	for what, c := range map[string]struct{ text, want string }{
		"cut off":             {acmeLine + `{"tailnet":"verysecret","owner_em`, "tailnets.csv:2:33: bad-row: not JSON: " + wholeLine},
		"not JSON":            {acmeLine + `{"tailnet":verysecret}` + "\n", "tailnets.csv:2:12: bad-row: not JSON: " + wholeLine},
		"two objects":         {acmeLine + `{"tailnet":"b","owner_email":""} {"tailnet":"verysecret"}`, "tailnets.csv:2:34: bad-row: not JSON: " + wholeLine},
		"text":                {acmeLine + `"verysecret"`, "tailnets.csv:2: bad-row: not an object: " + wholeLine},
		"null":                {acmeLine + ` null`, "tailnets.csv:2: bad-row: not an object: " + wholeLine},
		"CSV":                 {acmeLine + `verysecret,o@b.example`, "tailnets.csv:2:1: bad-row: not JSON: " + wholeLine},
		"not UTF-8":           {acmeLine + "{\"tailnet\":\"verysecret\xff\",\"owner_email\":null}", "tailnets.csv:2: bad-row: not UTF-8"},
		"half a pair":         {acmeLine + `{"owner_email":"","tailnet":"verysecret\ud83d"}`, "tailnets.csv:2:29: bad-row: tailnet: half of a surrogate pair is no character"},
		"half, and an escape": {acmeLine + `{"owner_email":"","tailnet":"verysecret\\ufffd\ud800"}`, "tailnets.csv:2:29: bad-row: tailnet: half of a surrogate pair is no character"},
		"halves, turned":      {acmeLine + `{"owner_email":"","tailnet":"verysecret\ude00\ud83d"}`, "tailnets.csv:2:29: bad-row: tailnet: half of a surrogate pair is no character"},
		"half a pair, key":    {acmeLine + `{"verysecret\ude00":""}`, "tailnets.csv:2:2: bad-row: half of a surrogate pair is no character"},
		"key twice":           {acmeLine + `{"tailnet":"b","owner_email":null,"tailnet":"verysecret"}`, "tailnets.csv:2:35: bad-row: the column stands twice in this row"},
		"key twice, spelt":    {acmeLine + `{"tailnet":"b","owner_email":null,"\u0074ailnet":"verysecret"}`, "tailnets.csv:2:35: bad-row: the column stands twice in this row"},
		"missing key":         {acmeLine + `{"tailnet":"verysecret"}`, `tailnets.csv:2: bad-row: the column "owner_email" is missing`},
		"list":                {acmeLine + `{"tailnet":"b","owner_email":["verysecret@b.example"]}`, "tailnets.csv:2:30: bad-row: owner_email: an object or a list, where one value belongs"},
		"bad address":         {acmeLine + `{"tailnet":"bücher", "owner_email": "verysecret"}`, "tailnets.csv:2:37: bad-row: owner_email: not of the form name@domain"},
		"duplicate":           {acmeLine + "\n" + acmeLine, "tailnets.csv:3:12: bad-row: tailnet: this tailnet stands in an earlier row too"},
		"empty ID":            {acmeLine + `{"tailnet":null,"owner_email":null}`, "tailnets.csv:2:12: bad-row: tailnet: is empty"},
		"a list of objects":   {"[\n" + acmeLine + "]", "tailnets.csv:1: one-column: this looks like a JSON array: write one object a line here, or CSV"},
	} {
		got, problems := readTailnets(t, c.text)
		wantProblem(t, what, problems, c.want)
		if strings.HasPrefix(c.text, "{") && (len(got) == 0 || slices.ContainsFunc(got, func(n tailnet.Tailnet) bool { return n.ID != "acme" })) {
			t.Errorf("%s: %v was read", what, got)
		}
	}
	if got, problems := readTailnets(t, acmeLine+`{"note":{"a\\":"\ud800","a":["}",{"b":"\"]"}]},"tailnet":"a\u2028\ufffd\ud83d\ude00","owner_email":""}`); len(got) != 2 || len(problems) > 0 || got[1].ID != "a\u2028\uFFFD\U0001F600" {
		t.Errorf("what is in columns that nobody asked for: %v, %v", got, problems)
	}
}

// TestDamagedArchive is F30: a compressed file that was cut off or changed is a
// problem at the line where that shows, wherever it is; a disk that fails is an error.
func TestDamagedArchive(t *testing.T) {
	var rows strings.Builder
	for i := range 3000 {
		fmt.Fprintf(&rows, "t%x,o%x@acme.example\n", sha256.Sum256([]byte{byte(i), byte(i >> 8)}), i*i*i)
	}
	for what, text := range map[string]string{"CSV": "tailnet,owner_email\n" + rows.String(), "JSON Lines": acmeLine} {
		whole := zip(t, text)
		for _, cut := range []int{2, 5, 10, 11, 20, len(whole) / 2, len(whole) - 8, len(whole) - 1} {
			read, err := one("t.gz", whole[:cut]).Tailnets(func(tailnet.Tailnet) {})
			if err != nil || len(read.Problems) != 1 || read.Problems[0].Code != "bad-row" || !strings.Contains(read.Problems[0].Message, "damaged or cut off") {
				t.Errorf("%s, cut after %d: %v, %v", what, cut, read.Problems, err)
			} else if line := read.Problems[0].Position.Line; cut == len(whole)/2 && what == "CSV" && (line < 1000 || line > 2000) {
				t.Errorf("%s, cut in the middle: found on line %d", what, line)
			}
		}
		for _, changed := range []int{2, len(whole) - 6, len(whole) - 2, len(whole) / 2} {
			b := []byte(whole)
			b[changed] ^= 0x10
			if read, err := one("t.gz", string(b)).Tailnets(func(tailnet.Tailnet) {}); err != nil || len(read.Problems) == 0 {
				t.Errorf("%s, changed at %d: %v, %v", what, changed, read.Problems, err)
			}
		}
		if read, err := one("t.gz", whole+"more").Tailnets(func(tailnet.Tailnet) {}); err != nil || len(read.Problems) != 1 {
			t.Errorf("%s, something after it: %v, %v", what, read.Problems, err)
		}
		broken := errors.New("the disk is gone")
		if _, err := stream("t.gz", io.MultiReader(strings.NewReader(whole[:len(whole)-9]), failing{broken})).Tailnets(func(tailnet.Tailnet) {}); !errors.Is(err, broken) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

// endless repeats a text for ever, and counts.
type endless struct {
	text string
	read int
}

func (e *endless) Read(b []byte) (int, error) {
	for n := 0; n < len(b); n++ {
		b[n] = e.text[e.read%len(e.text)]
		e.read++
	}
	return len(b), nil
}

// TestLongRow: a row without end is a problem at its line, in whatever format, and
// takes little memory; the longest that may be is read.
func TestLongRow(t *testing.T) {
	for what, c := range map[string]struct {
		before, text string
		want         string
	}{
		"open quote":      {"tailnet,owner_email\nacme,\nb,\"", "verysecret,\n", "t:3"},
		"no line end":     {"tailnet,owner_email\n\"a\ncme\",\n", "verysecret", "t:4"},
		"two lines":       {"tailnet,owner_email\nacme,\"x\ny\"\n", "verysecret", "t:4"},
		"after a bad row": {"tailnet,owner_email\nacme,\nb\n", "verysecret", "t:4"},
		"header":          {"", "verysecret,", "t:1"},
		"JSON Lines":      {acmeLine + acmeLine, "{", "t:3"},
		"blanks":          {acmeLine, " ", "t:2"},
	} {
		more := &endless{text: c.text}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		read, err := stream("t", io.MultiReader(strings.NewReader(c.before), more)).Tailnets(func(tailnet.Tailnet) {})
		runtime.ReadMemStats(&after)
		last := source.Problem{}
		if n := len(read.Problems); n > 0 {
			last = read.Problems[n-1]
		}
		if err != nil || last.Position.String() != c.want || !strings.Contains(last.Message, "longer than 1 MiB") {
			t.Errorf("%s: %v, %v", what, read.Problems, err)
		}
		if grown := after.TotalAlloc - before.TotalAlloc; more.read > 2*maxRow || grown > 40*maxRow {
			t.Errorf("%s: read %d octets, took %d", what, more.read, grown)
		}
	}
	broken := "tailnet,owner_email\nacme,\nb,x\"" + strings.Repeat("y", 3*maxRow/2) + ",\nc,\n"
	if got, problems := readTailnets(t, broken); len(got) != 1 || len(problems) != 1 {
		t.Errorf("the end of a row was taken for a row: %d tailnets, %v", len(got), problems)
	}
	name := strings.Repeat("x", maxRow-len(`{"tailnet":"acme","owner_email":"","display_name":""}`)-1)
	for what, text := range map[string]string{
		"CSV":        "tailnet,owner_email,display_name\nacme,," + name + "\n",
		"JSON Lines": `{"tailnet":"acme","owner_email":"","display_name":"` + name + `"}` + "\n",
	} {
		if got, problems := readTailnets(t, text); len(got) != 1 || len(problems) > 0 || got[0].DisplayName != name {
			t.Errorf("%s: a long row: %v", what, problems)
		}
	}
}

// TestSeveralFiles is F30: what stands twice is found across files, and a column that
// was lost in one of them is missed.
func TestSeveralFiles(t *testing.T) {
	header := "tailnet,owner_email,language\n"
	for what, c := range map[string]struct {
		files []string
		want  string
		rows  int64
	}{
		"duplicate":                 {[]string{header + "acme,,\n", header + "b,,\nacme,,\n"}, "part-2:3:1: bad-row: tailnet: this tailnet stands in an earlier row too", 3},
		"duplicate, another format": {[]string{header + "acme,,\n", acmeLine}, "part-2:1:12: bad-row: tailnet: this tailnet stands in an earlier row too", 2},
		"lost column":               {[]string{header + "acme,,\n", "tailnet,owner_email\nb,\n"}, `part-2:1: missing-column: the column "language" stands in some files of this table and not in others`, 1},
		"new column":                {[]string{acmeLine, "tailnet,owner_email\nb,\n", header + "c,,\n"}, `part-3:1: missing-column: the column "language" stands in some files of this table and not in others`, 2},
		"no header":                 {[]string{header + "acme,,\n", "verysecret,verysecret,\n", header + "b,,\n"}, "", 2},
		"one is empty":              {[]string{header + "acme,,\n", ""}, "part-2:1: empty-table: the file is empty: it needs a header row", 1},
		"one is broken":             {[]string{header + "acme,,\n", header + "\"x", header + "b,,\n"}, "part-2:2: bad-row: a quoted cell is not closed, or goes on after its closing quote", 3},
		"colour, a column unasked":  {[]string{header + "acme,,\n", "colour," + header + "red,b,,\n"}, "none", 2},
	} {
		read, err := files(c.files...).Tailnets(func(tailnet.Tailnet) {})
		if err != nil || read.Rows != c.rows {
			t.Errorf("%s: %d rows, %v", what, read.Rows, err)
		}
		switch {
		case c.want == "none" && len(read.Problems) > 0, c.want == "" && len(read.Problems) != 2:
			t.Errorf("%s: %v", what, read.Problems)
		case c.want != "none" && c.want != "":
			wantProblem(t, what, read.Problems, c.want)
		}
		if strings.Contains(fmt.Sprintf("%+v", read), secret) {
			t.Errorf("%s: private text is printed: %+v", what, read)
		}
	}
	if read, err := (Table{}).Tailnets(func(tailnet.Tailnet) {}); err != nil || read.Rows != 0 || len(read.Problems) > 0 {
		t.Errorf("no file: %+v, %v", read, err)
	}
}

// TestManyProblemsOfManyFiles: a table lists twenty problems, however many files it has.
func TestManyProblemsOfManyFiles(t *testing.T) {
	bad := tailnetHeader + strings.Repeat(",x,,,\n", 15)
	read, err := files(bad, bad, bad).Tailnets(func(tailnet.Tailnet) {})
	if err != nil || len(read.Problems) != 21 || read.Problems[20].Message != "25 more bad rows" || read.Problems[20].Position.File != "part-2" {
		t.Errorf("%v, %v", read.Problems, err)
	}
}

// TestRenamedColumns: problems say what the file calls a column, and a name that no
// file bears is missed even where the column itself may be.
func TestRenamedColumns(t *testing.T) {
	table := one("n.csv", "tailnet,node_id,os,client_version\nacme,,linux,1\n")
	table.Columns = map[string]string{"node_name": "hostname"}
	read, _ := table.Nodes([]string{"client"}, nil, known, func(tailnet.Node) error { return nil })
	wantProblem(t, "no such column", read.Problems, `n.csv:1: missing-column: the column "hostname" is missing, which inventory.columns names as node_name`)
	table = one("n.csv", "tailnet,machine,os,client_version,node_id\nacme,,linux,1,verysecret\n")
	table.Columns = map[string]string{"node_id": "machine"}
	read, _ = table.Nodes([]string{"client"}, nil, known, func(tailnet.Node) error { return nil })
	wantProblem(t, "another column of that name", read.Problems, `n.csv:2:6: bad-row: machine: is empty`)
}

// TestMisspeltColumns: a column that need not be there, and is there by another spelling,
// is not left out in silence: with it a security contact, say (F30).
func TestMisspeltColumns(t *testing.T) {
	const said = `missing-column: the column "security_email" is spelt otherwise here: call it that, or name it under inventory.columns`
	for _, name := range []string{"Security_Email", "SECURITY_EMAIL", "security email", "securityEmail", " security_email", "security-email"} {
		_, problems := readTailnets(t, "tailnet,owner_email,"+name+"\nacme,,s@acme.example\n")
		wantProblem(t, "CSV, "+name, problems, "tailnets.csv:1: "+said)
		_, problems = readTailnets(t, `{"tailnet": "other", "owner_email": ""}`+"\n"+`{"tailnet": "acme", "owner_email": "", "`+name+`": "s@acme.example"}`+"\n")
		wantProblem(t, "JSON, "+name, problems, "tailnets.csv:2: "+said)
	}
	for _, text := range []string{
		"tailnet,owner_email,Security_Email,security_email\nacme,,,s@acme.example\n",
		"tailnet,owner_email,security_emails,secürity_email\nacme,,,\n",
		`{"tailnet": "acme", "owner_email": "", "Security_Email": "", "security_email": "s@acme.example"}`,
	} {
		if got, problems := readTailnets(t, text); len(got) != 1 || len(problems) > 0 {
			t.Errorf("%s: %v", text, problems)
		}
	}
	// A bulletin may ask for a column that is spelt almost as one of ours.
	table := one("n.csv", "tailnet,node_id,os,client_version,userid\nacme,n1,linux,1,yes\n")
	if read, err := table.Nodes([]string{"client"}, []string{"userid"}, known, func(tailnet.Node) error { return nil }); err != nil || len(read.Problems) > 0 {
		t.Errorf("%v %v", read.Problems, err)
	}
}

// TestColumnsAreCountedInCharacters: as in every editor, and within the row's own line.
func TestColumnsAreCountedInCharacters(t *testing.T) {
	for text, want := range map[string]string{
		"acme,äöü🔔,bad\n":               "3:11",
		"acme,\"ä\"\"ö\",bad\n":         "3:13",
		"\"ä\",\"x\ny\",bad\n":          "4:4",
		"acme,\"äää\nöö\",bad\n":        "4:5",
		"\"acme\",\"ä\nö\",\"b\näd\"\n": "4:4",
	} {
		_, problems := readTailnets(t, "tailnet,display_name,owner_email\nother,,\n"+text)
		if len(problems) != 1 || problems[0].Position.String() != "tailnets.csv:"+want {
			t.Errorf("%q: %v, want %s", text, problems, want)
		}
	}
}

// TestSums: every file is summed as it lies there, to its end, also where reading ends
// before.
func TestSums(t *testing.T) {
	texts := []string{tailnetHeader + "acme,,,,\n", zip(t, tailnetHeader+"b,,,,\n"), "verysecret\n" + strings.Repeat("x", 200_000), zip(t, acmeLine)[:30], acmeLine + strings.Repeat("{", 2*maxRow), ""}
	table := files(texts...)
	table.Sum = true
	read, err := table.Tailnets(func(tailnet.Tailnet) {})
	if err != nil || len(read.Problems) == 0 {
		t.Fatal(err)
	}
	for i, text := range texts {
		want := sha256.Sum256([]byte(text))
		if got := read.Sums[table.Files[i].Name]; got != hex.EncodeToString(want[:]) {
			t.Errorf("file %d: %s", i+1, got)
		}
	}
	if table.Sum = false; len(read.Sums) != len(texts) {
		t.Errorf("%d sums", len(read.Sums))
	}
}

// TestFilesAreOpenedInTurn: each is closed before the next is opened, and one that
// cannot be opened is an error with its name.
func TestFilesAreOpenedInTurn(t *testing.T) {
	dir := t.TempDir()
	open := 0
	var table Table
	for i := range 3 {
		name := filepath.Join(dir, fmt.Sprint(i))
		if err := os.WriteFile(name, fmt.Appendf(nil, "tailnet,owner_email\nt%d,\n", i), 0o600); err != nil {
			t.Fatal(err)
		}
		table.Files = append(table.Files, File{Name: name, Open: func() (io.ReadCloser, error) {
			if open++; open != 1 {
				t.Errorf("%d files are open", open)
			}
			f, err := os.Open(name)
			return closer{f, func() { open-- }}, err
		}})
	}
	if read, err := table.Tailnets(func(tailnet.Tailnet) {}); err != nil || read.Rows != 3 || open != 0 {
		t.Errorf("%+v, %v, %d open", read, err, open)
	}
	if err := os.Remove(table.Files[1].Name); err != nil {
		t.Fatal(err)
	}
	if _, err := table.Tailnets(func(tailnet.Tailnet) {}); !errors.Is(err, os.ErrNotExist) || !strings.HasPrefix(err.Error(), table.Files[1].Name+": ") {
		t.Error(err)
	}
}

type closer struct {
	*os.File
	closed func()
}

func (c closer) Close() error {
	c.closed()
	return c.File.Close()
}
