package inventory

import (
	"errors"
	"fmt"
	"io"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"tocsin/internal/tailnet"
)

// TestMarksAreFound: all commas and line ends, at every offset from the last one, and nothing else;
// and whether a text is ASCII, wherever it is not.
func TestMarksAreFound(t *testing.T) {
	for octet := range 256 {
		for length := range 140 {
			text := strings.Repeat(string([]byte{byte(octet)}), length)
			var want []uint32
			for at := 0; at < length; at += 1 + at%11 {
				text = text[:at] + "," + text[at+1:]
			}
			for at := range len(text) {
				if text[at] == ',' || text[at] == '\n' {
					want = append(want, uint32(at))
				}
			}
			got, ascii := findMarks(text, []uint32{7})
			if !slices.Equal(got, append(want, uint32(length))) || ascii != (strings.IndexByte(text, byte(octet)) < 0 || octet < 0x80) {
				t.Fatalf("%q: %d, %v", text, got, ascii)
			}
		}
	}
}

// TestRowsOverBlocks is F30: rows of any kind are the same wherever a block ends.
func TestRowsOverBlocks(t *testing.T) {
	var text strings.Builder
	var want []string
	const many = 3 * blockSize / 16
	for i := range many {
		cells := []string{fmt.Sprint("n", i), "plain"}
		switch i % 7 {
		case 1:
			cells[1] = "two\nlines, and \"quotes\""
			fmt.Fprintf(&text, "%s,\"two\r\nlines, and \"\"quotes\"\"\"\r\n", cells[0])
		case 2:
			cells[1] = "Bücher"
			fmt.Fprintf(&text, "\n\"%s\",%s\r\n\r\n", cells[0], cells[1])
		default:
			fmt.Fprintf(&text, "%s,%s\n", cells[0], cells[1])
		}
		want = append(want, strings.Join(cells, "|"))
	}
	var got []string
	files := newCSV(newBlocks(strings.NewReader("a,b\n"+text.String()), blockSize))
	defer files.close()
	asked := &columns{}
	asked.must("a")
	asked.must("b")
	if _, faults, err := files.header(asked); err != nil || len(faults) > 0 {
		t.Fatal(faults, err)
	}
	r := row{cells: make([]string, 2)}
	for {
		err := files.next(&r)
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, strings.Join(r.cells, "|"))
	}
	if !slices.Equal(got, want) {
		t.Errorf("%d rows of %d, or others", len(got), len(want))
	}
}

// TestNothingReadsOn: however reading ends, the goroutines end with it.
func TestNothingReadsOn(t *testing.T) {
	before := runtime.NumGoroutine()
	broken, rows := errors.New("the disk is gone"), strings.Repeat("acme,n,linux,1,\n", 100_000)
	for what, r := range map[string]io.Reader{
		"all is read":      strings.NewReader(nodeHeader + rows),
		"no header":        io.MultiReader(strings.NewReader("verysecret\n"), &endless{text: "acme,n,linux,1,\n"}),
		"quote":            io.MultiReader(strings.NewReader(nodeHeader+rows+"\""), &endless{text: "acme,n,linux,1,\n"}),
		"line":             io.MultiReader(strings.NewReader(nodeHeader+rows), &endless{text: "acme,n,linux,1,"}),
		"disk":             io.MultiReader(strings.NewReader(nodeHeader+rows), iotest.ErrReader(broken)),
		"disk, JSON Lines": io.MultiReader(strings.NewReader(strings.Repeat(acmeLine, 50_000)), iotest.ErrReader(broken)),
		"line, JSON Lines": io.MultiReader(strings.NewReader(acmeLine), &endless{text: "{"}),
	} {
		_, err := stream("t", r).Nodes([]string{"client"}, nil, known, func(tailnet.Node) error { return nil })
		if strings.HasPrefix(what, "disk") != errors.Is(err, broken) {
			t.Errorf("%s: %v", what, err)
		}
		for range 120_000 { // whoever has ended may need a moment to be gone, and on a busy machine a long one
			if runtime.NumGoroutine() <= before {
				break
			}
			time.Sleep(time.Millisecond)
		}
		if after := runtime.NumGoroutine(); after > before {
			t.Errorf("%s: %d goroutines, before %d", what, after, before)
		}
	}
}

// TestTextsStayGood is F20: what a visitor keeps is what it was shown, although blocks
// and batches are filled again and again.
func TestTextsStayGood(t *testing.T) {
	var text strings.Builder
	const many = 60_000
	for i := range many {
		fmt.Fprintf(&text, []string{"acme,n%d,linux,1,name-%d\n", "acme,\"n%d\",linux,1,\"na\"\"me-%d\"\n"}[i%2], i, i)
	}
	var nodes []tailnet.Node
	read, err := one("n", nodeHeader+text.String()).Nodes([]string{"client"}, nil, known, func(n tailnet.Node) error {
		nodes = append(nodes, n)
		return nil
	})
	if err != nil || len(read.Problems) > 0 || len(nodes) != many {
		t.Fatal(len(nodes), read.Problems, err)
	}
	for i, n := range nodes {
		if n.ID != fmt.Sprint("n", i) || n.Name != fmt.Sprintf([]string{"name-%d", "na\"me-%d"}[i%2], i) {
			t.Fatalf("node %d became %q, %q", i, n.ID, n.Name)
		}
	}
}

// TestLargeTableLeavesNoGarbage: blocks are lent, and filled again when all their rows were
// visited; what is in them is right when it is visited.
func TestLargeTableLeavesNoGarbage(t *testing.T) {
	const many, room = 300_000, 4 << 20
	var text strings.Builder
	for i := range many {
		fmt.Fprintf(&text, "acme,n%07d,linux,1,name-%07d\n", i, i)
	}
	table := one("n", nodeHeader+text.String())
	for visitors := 1; visitors <= 3; visitors++ {
		wrong, count, visits := make([]int, visitors), make([]int, visitors), make([]func(*tailnet.Node) error, visitors)
		for v := range visits {
			visits[v] = func(n *tailnet.Node) error {
				if count[v]++; len(n.ID) != 8 || n.ID[1:] != n.Name[len("name-"):] || n.Tailnet != "acme" {
					wrong[v]++
				}
				return nil
			}
		}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		read, err := table.NodesByMany([]string{"client"}, nil, visits...)
		runtime.ReadMemStats(&after)
		if err != nil || read.Rows != many || len(read.Problems) > 0 {
			t.Fatalf("%d rows, %v, %v", read.Rows, read.Problems, err)
		}
		seen, bad := 0, 0
		for v := range visits {
			seen, bad = seen+count[v], bad+wrong[v]
		}
		if seen != many || bad > 0 {
			t.Errorf("%d visitors saw %d nodes, %d of them wrong", visitors, seen, bad)
		}
		if took := after.TotalAlloc - before.TotalAlloc; took > room {
			t.Errorf("%d visitors: %d octets of garbage for a table of %d", visitors, took, text.Len())
		}
	}
}

// TestFewRowsAreOdd: what has quotes is looked at closely, and what follows it is not;
// else all of a table would be read slowly for one name.
func TestFewRowsAreOdd(t *testing.T) {
	const many = 200
	for what, c := range map[string]struct {
		row string
		odd int
	}{
		"plain":         {"n,1,2\n", 0},
		"CRLF, blank":   {"n,Bücher,2\r\n\r\n\n", 0},
		"quotes":        {"n,\"1\",2\n" + "n,1,2\n", many},
		"commas in it":  {"n,\"1,,,\"\",,\n,\",2\n" + "n,1,2\n", many},
		"short":         {"n,1\n" + "n,1,2\n", many},
		"long":          {"n,1,2,3,4\n" + "n,1,2\n", many},
		"not UTF-8":     {"n,1,2\n" + "n,\xff,2\n", 2 * many},
		"no end":        {"n,1,2\n" + "n,\"", 1},
		"end of a cell": {"n,1,\"2\"\n" + "n,1,2\n", many},
	} {
		text := strings.Repeat(c.row, many)
		if what == "no end" {
			text = c.row
		}
		s := splitter{blocks: newBlocks(strings.NewReader(text), blockSize), names: make([]string, 3), line: 1}
		var b batch
		s.fill(&b)
		s.blocks.close()
		if len(b.odd) != c.odd || b.after != io.EOF {
			t.Errorf("%s: %d of %d rows are odd, want %d; %v", what, len(b.odd), len(b.rows), c.odd, b.after)
		}
	}
}

// TestLongQuotedRow: a row of several lines may be as long as a row of one, and no longer,
// wherever blocks end in it.
func TestLongQuotedRow(t *testing.T) {
	const around = len("acme,,\"\"\n")
	for _, before := range []string{"", "other,,\n", strings.Repeat("\n", blockSize-7)} {
		for over, want := range map[int]string{0: "", 1: "longer than 1 MiB", blockSize / 2: "longer than 1 MiB"} {
			name := strings.Repeat("x\n", maxRow)[:maxRow-around+over]
			text := "tailnet,owner_email,display_name\n" + before + "acme,,\"" + name + "\"\n"
			got, problems := readTailnets(t, text)
			if want == "" && (len(problems) > 0 || len(got) == 0 || got[len(got)-1].DisplayName != name) {
				t.Errorf("%d before it: %v", len(before), problems)
			}
			line := 2 + strings.Count(before, "\n")
			if want != "" && (len(problems) != 1 || problems[0].Position.Line != line || !strings.Contains(problems[0].Message, want)) {
				t.Errorf("%d before it, %d over: %v", len(before), over, problems)
			}
		}
	}
}
