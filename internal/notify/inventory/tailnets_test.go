package inventory

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"tocsin/internal/notify/sample"
	"tocsin/internal/source"
	"tocsin/internal/tailnet"
)

// one is a table of one file that holds the text.
func one(name, text string) Table {
	return Table{Files: []File{{Name: name, Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(text)), nil }}}}
}

// stream is a table that can be read once.
func stream(name string, r io.Reader) Table {
	return Table{Files: []File{{Name: name, Open: func() (io.ReadCloser, error) { return io.NopCloser(r), nil }}}}
}

func known(id tailnet.ID) bool { return id == "acme" || id == "other" }

func everybody(tailnet.ID) bool { return true }

func readTailnets(t *testing.T, text string) ([]tailnet.Tailnet, source.Problems) {
	t.Helper()
	var got []tailnet.Tailnet
	read, err := one("tailnets.csv", text).Tailnets(func(n tailnet.Tailnet) {
		for _, text := range []*string{(*string)(&n.ID), &n.DisplayName, &n.OwnerEmail, &n.SecurityEmail, &n.Language} {
			*text = strings.Clone(*text) // they are good until this returns
		}
		got = append(got, n)
	})
	if err != nil {
		t.Fatal(err)
	}
	return got, read.Problems
}

func readNodes(t *testing.T, text string, products ...string) ([]tailnet.Node, source.Problems) {
	t.Helper()
	var got []tailnet.Node
	read, err := one("nodes.csv", text).Nodes(products, nil, known, func(n tailnet.Node) error { got = append(got, n); return nil })
	if err != nil {
		t.Fatal(err)
	}
	return got, read.Problems
}

var wantTailnets = []tailnet.Tailnet{
	{ID: "acme", DisplayName: "Acme, Inc.", OwnerEmail: "o@acme.example", SecurityEmail: "s@acme.example", SecurityVerified: true, Language: "de"},
	{ID: "other", DisplayName: "", OwnerEmail: "", SecurityEmail: "", Language: ""},
}

// TestTailnetsInAnyShape: a mark before the header, line ends of any kind, columns in
// any order and columns beside them change nothing.
func TestTailnetsInAnyShape(t *testing.T) {
	plain := "tailnet,display_name,owner_email,security_email,security_email_verified,language\n" +
		"acme,\"Acme, Inc.\",o@acme.example,s@acme.example,yes,de\n" + "other,,,,,\n"
	for what, text := range map[string]string{
		"plain":       plain,
		"mark":        "\uFEFF" + plain,
		"CRLF":        strings.ReplaceAll(plain, "\n", "\r\n"),
		"mark, CRLF":  "\uFEFF" + strings.ReplaceAll(plain, "\n", "\r\n"),
		"no end":      strings.TrimSuffix(plain, "\n"),
		"blank lines": "\n" + strings.ReplaceAll(plain, "\n", "\n\n"),
		"all quoted":  "\uFEFF\"tailnet\",\"owner_email\",\"display_name\",\"security_email\",\"security_email_verified\",\"language\"\n\"acme\",\"o@acme.example\",\"Acme, Inc.\",\"s@acme.example\",\"yes\",\"de\"\n\"other\",\"\",\"\",\"\",\"\",\"\"\n",
		"order": "language,security_email_verified,colour,security_email,owner_email,display_name,tailnet\n" +
			"de,TRUE,red,s@acme.example,o@acme.example,\"Acme, Inc.\",acme\n" + ",0,,,,,other\n",
	} {
		got, problems := readTailnets(t, text)
		if len(problems) > 0 {
			t.Errorf("%s: %v", what, problems)
		}
		if diff := cmp.Diff(wantTailnets, got); diff != "" {
			t.Errorf("%s:\n%s", what, diff)
		}
	}
	if got, problems := readTailnets(t, "owner_email,tailnet\no@a.example,a\n"); len(problems) > 0 || len(got) != 1 || got[0].OwnerEmail != "o@a.example" {
		t.Errorf("the two columns that must be there: %v, %v", got, problems)
	}
}

func TestNodesOfTheirProducts(t *testing.T) {
	text := "node_id,tailnet,os,client_version,node_name,user_id,last_seen\nn1,acme,Windows,1.60.0,db,u1,2026-05-01T00:00:00Z\n"
	got, problems := readNodes(t, text, "client")
	want := []tailnet.Node{{Tailnet: "acme", ID: "n1", Name: "db", User: "u1", OS: "windows", Product: "client", Version: "1.60.0", LastSeen: "2026-05-01T00:00:00Z"}}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(tailnet.Cells{})); diff != "" || len(problems) > 0 {
		t.Errorf("%v\n%s", problems, diff)
	}
	got, problems = readNodes(t, "tailnet,node_id,os,client_version,product\nacme,n1,linux,2,cli\nother,n1,linux,2,\nother,n2,linux,2,clinet\n", "client", "cli")
	if len(got) != 1 || got[0].Product != "cli" || len(problems) != 2 || problems[0].Position.Line != 3 || problems[1].Position.Line != 4 {
		t.Errorf("product column: %v, %v; an unknown product must never pass as \"not affected\"", got, problems)
	}
	if _, problems = readNodes(t, text, "client", "cli"); len(problems) != 1 || problems[0].Code != "missing-column" {
		t.Errorf("two products and no column: %v", problems)
	}
	if _, problems = readNodes(t, text); len(problems) != 1 || problems[0].Code != "missing-column" || !strings.Contains(problems[0].Message, "product") {
		t.Errorf("no product: %v", problems)
	}
}

// secret stands in every bad address: it must not reach a terminal.
const secret = "verysecret"

const (
	tailnetHeader = "tailnet,display_name,owner_email,security_email,security_email_verified\n"
	nodeHeader    = "tailnet,node_id,os,client_version,node_name\n"
)

// TestDamage is F30 and F53: each damage is a problem at its line, the good rows
// around it are read, and no address or name stands in what is printed.
func TestDamage(t *testing.T) {
	good := "acme,A,o@acme.example,,\n"
	for what, c := range map[string]struct{ text, want string }{
		"too few columns":    {tailnetHeader + good + "verysecret,b\n", "tailnets.csv:3: bad-row: 2 columns where the header has 5"},
		"too many columns":   {tailnetHeader + good + "verysecret,b,,,,,\n", "tailnets.csv:3: bad-row: 7 columns where the header has 5"},
		"bare quote":         {tailnetHeader + good + "b,very\"secret,,,\n", "tailnets.csv:3: bad-row: a quote in the middle of a cell that does not begin with one"},
		"text after a quote": {tailnetHeader + good + "b,\"very\"secret,,,\n", "tailnets.csv:3: bad-row: a quoted cell is not closed, or goes on after its closing quote"},
		"open quote":         {tailnetHeader + good + "b,\"verysecret,,,\nc,,,,\nd,,,,\n", "tailnets.csv:3: bad-row: a quoted cell is not closed, or goes on after its closing quote (found on line 5; the row begins here)"},
		"duplicate":          {tailnetHeader + good + good, "tailnets.csv:3:1: bad-row: tailnet: this tailnet stands in an earlier row too"},
		"empty id":           {tailnetHeader + good + ",verysecret,,,\n", "tailnets.csv:3:1: bad-row: tailnet: is empty"},
		"not UTF-8":          {tailnetHeader + good + "b,verysecret\xff,,,\n", "tailnets.csv:3:3: bad-row: display_name: not UTF-8"},
		"bad owner":          {tailnetHeader + good + "b,,verysecret,,\n", "tailnets.csv:3:4: bad-row: owner_email: not of the form name@domain"},
		"two owners":         {tailnetHeader + good + "b,,\"verysecret@a.example,verysecret@b.example\",,\n", "tailnets.csv:3:4: bad-row: owner_email: the part after @ is not a domain name"},
		"bad security":       {tailnetHeader + good + "b,,,verysecret@,yes\n", "tailnets.csv:3:5: bad-row: security_email: the part after @ is not a domain name"},
		"space before":       {tailnetHeader + good + "b,, verysecret@a.example,,\n", "tailnets.csv:3:4: bad-row: owner_email: the part before @ is not a plain dot-atom of at most 64 characters"},
		"bad boolean":        {tailnetHeader + good + "b,,,,verysecret\n", "tailnets.csv:3:6: bad-row: security_email_verified: must be yes or no"},
		"two lines in a row": {tailnetHeader + "acme,\"A\nB\",o@acme.example,,\n" + "b,\"x\n\ny\",verysecret,,\n", "tailnets.csv:6:4: bad-row: owner_email: not of the form name@domain"},
		"empty file":         {"", "tailnets.csv:1: empty-table: the file is empty: it needs a header row"},
		"a mark only":        {"\uFEFF", "tailnets.csv:1: empty-table: the file is empty: it needs a header row"},
		"missing column":     {"tailnet,owner\n" + "b,verysecret\n", `tailnets.csv:1: missing-column: the column "owner_email" is missing`},
		"mark in the middle": {"owner_email,\uFEFFtailnet\nverysecret,b\n", `tailnets.csv:1: missing-column: the column "tailnet" is missing`},
		"white space":        {tailnetHeader + good + " b,,,,\n", "tailnets.csv:3:1: bad-row: tailnet: white space around it"},
		"semicolons":         {"tailnet;owner_email\nb;verysecret\n", "tailnets.csv:1: one-column: the header row has one cell: cells are separated by commas here"},
		"duplicate column":   {"tailnet,owner_email,tailnet\nb,verysecret,b\n", `tailnets.csv:1:21: duplicate-column: the column "tailnet" stands twice`},
		"header not UTF-8":   {"tailnet,owner_email,\xff\xfe\nb,verysecret,b\n", "tailnets.csv:1: bad-row: the header row is not UTF-8"},
		"UTF-16":             {"\xff\xfet\x00a\x00i\x00l\x00n\x00e\x00t\x00", "tailnets.csv:1: bad-row: the header row is not UTF-8"},
		"broken header":      {"tailnet,\"own\"er_email\nb,verysecret\n", "tailnets.csv:1: bad-row: a quoted cell is not closed, or goes on after its closing quote"},
		"late header":        {"\n\ntailnet\nb\n", `tailnets.csv:3: missing-column: the column "owner_email" is missing`},
	} {
		got, problems := readTailnets(t, c.text)
		wantProblem(t, what, problems, c.want)
		for _, n := range got {
			if n.ID != "acme" && n.ID != "d" {
				t.Errorf("%s: %q was read", what, n.ID)
			}
		}
		if strings.Contains(c.text, "\nacme,") && len(got) == 0 {
			t.Errorf("%s: the good row was not read", what)
		}
	}
	good = "acme,n1,linux,1,\n"
	for what, c := range map[string]struct{ text, want string }{
		"unknown tailnet":  {nodeHeader + good + "nobody,n2,linux,1,verysecret\n", "nodes.csv:3:1: bad-row: tailnet: no such tailnet in the table of tailnets"},
		"prefix":           {nodeHeader + good + "acm,n2,linux,1,verysecret\n", "nodes.csv:3:1: bad-row: tailnet: no such tailnet in the table of tailnets"},
		"no tailnet":       {nodeHeader + good + ",n2,linux,1,verysecret\n", "nodes.csv:3:1: bad-row: tailnet: no such tailnet in the table of tailnets"},
		"empty id":         {nodeHeader + good + "acme,,linux,1,verysecret\n", "nodes.csv:3:6: bad-row: node_id: is empty"},
		"not UTF-8":        {nodeHeader + good + "acme,n2,linux,1,\xc3verysecret\n", "nodes.csv:3:17: bad-row: node_name: not UTF-8"},
		"too few":          {nodeHeader + good + "acme,n2\n", "nodes.csv:3: bad-row: 2 columns where the header has 5"},
		"missing column":   {"tailnet,node_id,os\nacme,n1,linux\n", `nodes.csv:1: missing-column: the column "client_version" is missing`},
		"duplicate column": {"tailnet,node_id,os,client_version,os\n", `nodes.csv:1:35: duplicate-column: the column "os" stands twice`},
		"empty file":       {"", "nodes.csv:1: empty-table: the file is empty: it needs a header row"},
	} {
		got, problems := readNodes(t, c.text, "client")
		wantProblem(t, what, problems, c.want)
		if len(got) > 1 || len(got) == 1 && got[0].ID != "n1" {
			t.Errorf("%s: %v was read", what, got)
		}
	}
}

func wantProblem(t *testing.T, what string, problems source.Problems, want string) {
	t.Helper()
	if len(problems) != 1 {
		t.Errorf("%s: %d problems: %v", what, len(problems), problems)
		return
	}
	p := problems[0]
	if got := fmt.Sprintf("%s: %s: %s", p.Position, p.Code, p.Message); got != want {
		t.Errorf("%s:\n got %s\nwant %s", what, got, want)
	}
	if strings.Contains(fmt.Sprintf("%+v", p), secret) || p.Excerpt != "" {
		t.Errorf("%s: private text is printed: %+v", what, p)
	}
	if p.Level != source.Error || p.Hint == "" {
		t.Errorf("%s: %+v stops nothing or helps nobody", what, p)
	}
}

// TestRefusedNodeIsABadRow is F20: what the visitor refuses is a problem at its row,
// which names nobody, and the rows after it are read.
func TestRefusedNodeIsABadRow(t *testing.T) {
	refused, visited := errors.New("this node is no node"), 0
	text := nodeHeader + "acme,n1,linux,1,\nacme,verysecret,linux,1,verysecret\nacme,n3,linux,1,\n"
	read, err := one("nodes.csv", text).Nodes([]string{"client"}, nil, everybody, func(n tailnet.Node) error {
		if visited++; n.ID == secret {
			return refused
		}
		return nil
	})
	if err != nil || visited != 3 {
		t.Errorf("%d rows, %v", visited, err)
	}
	wantProblem(t, "refused", read.Problems, "nodes.csv:3:6: bad-row: node_id: this node is no node")
}

// TestTableWithoutHeader is F53: the first row is a customer, and is not printed.
func TestTableWithoutHeader(t *testing.T) {
	for _, text := range []string{"verysecret,V,verysecret@a.example,verysecret@a.example,yes\n", "verysecret;V\n", "verysecret\tverysecret\n", "verysecret,verysecret\n"} {
		got, problems := readTailnets(t, text)
		if len(got) > 0 || len(problems) == 0 || strings.Contains(fmt.Sprintf("%+v", problems), secret) {
			t.Errorf("%q: %v, %v", text, got, problems)
		}
	}
}

// TestManyProblemsAreCounted: twenty are listed, the rest counted, none forgotten.
func TestManyProblemsAreCounted(t *testing.T) {
	for bad, want := range map[int]int{19: 19, 20: 20, 21: 21, 5000: 21} {
		text := tailnetHeader + strings.Repeat(",x,,,\nb\n", bad/2) + strings.Repeat(",x,,,\n", bad%2) + "acme,A,,,\n"
		got, problems := readTailnets(t, text)
		if len(got) != 1 {
			t.Errorf("%d bad rows: %d good ones", bad, len(got))
		}
		if len(problems) != want {
			t.Errorf("%d bad rows: %d problems, want %d", bad, len(problems), want)
		}
		if last := problems[len(problems)-1].Message; bad > 20 && last != fmt.Sprintf("%d more bad rows", bad-20) {
			t.Errorf("%d bad rows end with %q", bad, last)
		}
	}
}

// TestUnreadableFileIsAnError: a disk that fails is no bad row, wherever it fails.
func TestUnreadableFileIsAnError(t *testing.T) {
	broken := errors.New("the disk is gone")
	for _, start := range []string{"", "tail", tailnetHeader, tailnetHeader + "acme,A,,,\n"} {
		r := io.MultiReader(strings.NewReader(start), iotest.ErrReader(broken))
		_, err := stream("tailnets.csv", r).Tailnets(func(tailnet.Tailnet) {})
		if !errors.Is(err, broken) || !strings.HasPrefix(err.Error(), "tailnets.csv: ") {
			t.Errorf("after %q: %v", start, err)
		}
		r = io.MultiReader(strings.NewReader(strings.Replace(start, tailnetHeader, nodeHeader, 1)), iotest.ErrReader(broken))
		if _, err := stream("nodes.csv", r).Nodes([]string{"client"}, nil, everybody, func(tailnet.Node) error { return nil }); !errors.Is(err, broken) {
			t.Errorf("nodes after %q: %v", start, err)
		}
	}
}

// once fails one time and says then that the file ends, as some drivers do.
type once struct{ err error }

func (o *once) Read([]byte) (int, error) {
	err := o.err
	o.err = io.EOF
	return 0, err
}

// TestFailureIsRemembered is F30: where a row breaks off in a mistake of its own, the
// disk that failed there is not forgotten for it.
func TestFailureIsRemembered(t *testing.T) {
	broken := errors.New("the disk is gone")
	for _, start := range []string{tailnetHeader + "acme,x\"y", tailnetHeader + "acme,\"x\"y", tailnetHeader + "acme,\"x", acmeLine + "{"} {
		if _, err := stream("t", io.MultiReader(strings.NewReader(start), &once{broken})).Tailnets(func(tailnet.Tailnet) {}); !errors.Is(err, broken) {
			t.Errorf("after %q: %v", start, err)
		}
	}
}

// TestSlowReaders: however the bytes come, the rows are the same.
func TestSlowReaders(t *testing.T) {
	text := "\uFEFF" + tailnetHeader + "acme,Bücher,o@acme.example,,\n"
	for _, slow := range []func(io.Reader) io.Reader{iotest.OneByteReader, iotest.HalfReader, iotest.DataErrReader} {
		n := 0
		read, err := stream("t", slow(strings.NewReader(text))).Tailnets(func(tailnet.Tailnet) { n++ })
		if err != nil || len(read.Problems) > 0 || n != 1 {
			t.Errorf("%d rows, %v, %v", n, read.Problems, err)
		}
	}
}

// perRow is what a row may leave behind, in octets: its hash, in a table that is half
// empty at worst, and a little to shake.
const perRow = 24

// TestNodesAreAStream is F52: no text of a row stays in memory.
func TestNodesAreAStream(t *testing.T) {
	rows := 200_000
	if os.Getenv("TOCSIN_SOAK") != "" {
		rows = 5_000_000
	}
	in, out := io.Pipe()
	go func() {
		out.CloseWithError(sample.WriteNodes(out, sample.Size{Tailnets: 1000, Nodes: rows, Seed: 1}))
	}()
	var first, most uint64
	n := 0
	read, err := stream("nodes.csv", in).Nodes([]string{"client"}, nil, everybody, func(tailnet.Node) error {
		if n++; n%(rows/5) == 0 {
			heap := heapInUse()
			if first == 0 {
				first = heap
			}
			most = max(most, heap)
		}
		return nil
	})
	if err != nil || len(read.Problems) > 0 || n != rows {
		t.Fatalf("%d of %d rows, %v, %v", n, rows, read.Problems, err)
	}
	if grown := most - first; grown > uint64(rows*perRow) {
		t.Errorf("memory grew by %d bytes over %d rows", grown, rows)
	}
}

func heapInUse() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// TestNodesAllocateLittle: a row costs its text and no more.
func TestNodesAllocateLittle(t *testing.T) {
	var table bytes.Buffer
	const rows = 2000
	if err := sample.WriteNodes(&table, sample.Size{Tailnets: 10, Nodes: rows, Seed: 1}); err != nil {
		t.Fatal(err)
	}
	per := testing.AllocsPerRun(5, func() {
		_, err := stream("n", bytes.NewReader(table.Bytes())).Nodes([]string{"client"}, nil, everybody, func(tailnet.Node) error { return nil })
		if err != nil {
			t.Fatal(err)
		}
	}) / rows
	if per > 1.1 {
		t.Errorf("a row takes %.2f allocations", per)
	}
}
