package inventory

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"tocsin/internal/tailnet"
)

// FuzzTables: whatever the bytes, nothing panics, every row that is visited is sound,
// and what was not visited is a problem (F30).
func FuzzTables(f *testing.F) {
	for _, seed := range []string{"", "\uFEFF" + tailnetHeader + "acme,A,o@acme.example,,\n", tailnetHeader + "a,\"b\n", nodeHeader + "acme,n,linux,1,x\n,,,,\n",
		"tailnet,owner_email\r\na,b@c.example\r\na,\r\n", "tailnet,node_id,os,client_version\n\"a\"\"b\",n,o,1\n"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		seen, twice := make(map[tailnet.ID]bool), false
		read, err := one("t", string(data)).Tailnets(func(n tailnet.Tailnet) {
			if n.ID == "" {
				t.Error("an ID is empty")
			}
			twice = twice || seen[n.ID]
			seen[n.ID] = true
			for _, a := range []string{n.OwnerEmail, n.SecurityEmail} {
				if _, err := tailnet.ParseAddress(a); a != "" && err != nil {
					t.Errorf("the address %q was read", a)
				}
			}
		})
		if err != nil || len(read.Problems) > mostProblems+1 || twice && len(read.Problems) == 0 {
			t.Errorf("%v, %d problems", err, len(read.Problems))
		}
		if rows, readable := count(data); readable && !lines(data) && len(read.Problems) == 0 && (rows != len(seen) || int64(rows) != read.Rows) {
			t.Errorf("%d rows, %d counted, %d read, and nothing to complain", rows, read.Rows, len(seen))
		}
		_, err = one("n", string(data)).Nodes([]string{"client"}, nil, func(id tailnet.ID) bool { return id != "" }, func(n tailnet.Node) error {
			if n.ID == "" || n.Tailnet == "" || n.Product != "client" && !bytes.Contains(data, []byte("product")) {
				t.Errorf("%+v was read", n)
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	})
}

// FuzzScanner holds the scanner against encoding/csv: the same rows, or the same row is
// refused by both for the same reason at the same place (F30).
func FuzzScanner(f *testing.F) {
	for _, seed := range []string{"", "\r", "\n\r\n", "a,b\r", "a,b\r\r\n", "\r\r\na", "\"a\"\r", "\"a\r\nb\",\"c\"\"d\"\r\n", "a\"b\nc,d", "\"a\"b\nc", "\"a\n\n", "\"a\n\r\n", "\"\n\r", "x,\"y\nz", "a,\xff\n\"\xff\n\"", "\xce,\xb5", "\"\",\"\"\"\",,\n,\"a\"\r\r\n",
		"\"a\nb\"\"\n\",c\"d\ne,f\n", "\uFEFFa,\"ä\nö\",b\n", strings.Repeat("\"a\n\n", 40)} {
		f.Add(seed, uint8(3))
	}
	f.Fuzz(func(t *testing.T, text string, shape uint8) {
		size, asked := 1<<(shape%16/4), &columns{}
		oracle := csv.NewReader(strings.NewReader(text))
		for i := range 1 + shape%4 {
			asked.must(fmt.Sprint("c", i))
			oracle.FieldsPerRecord++
		}
		rows := newCSV(newBlocks(strings.NewReader(headerOf(asked)+text), size))
		defer rows.close()
		if _, faults, err := rows.header(asked); err != nil || len(faults) > 0 {
			t.Fatal(faults, err)
		}
		r := row{cells: make([]string, len(asked.list))}
		for {
			want, wrong := oracle.Read()
			err := rows.next(&r)
			parse, malformed := errors.AsType[*csv.ParseError](wrong)
			bad, is := errors.AsType[fault](err)
			switch {
			case wrong == io.EOF:
				if err != io.EOF {
					t.Fatalf("%q: %q, %v, and encoding/csv is at the end", text, r.cells, err)
				}
				return
			case malformed && parse.Err == csv.ErrFieldCount:
				if !is || bad.problem.Position.Line != parse.StartLine+1 || !strings.Contains(bad.Error(), fmt.Sprintf("%d columns where the header has %d", len(want), len(asked.list))) {
					t.Fatalf("%q: %q, %v, and encoding/csv %v", text, r.cells, err, wrong)
				}
			case malformed:
				if message := complaint(parse); !is || bad.problem.Position.Line != parse.StartLine+1 || bad.Error() != message {
					t.Fatalf("%q: %q, %v, want %s", text, r.cells, err, message)
				}
			case slices.ContainsFunc(want, func(cell string) bool { return !utf8.ValidString(cell) }): // one by one: two halves of a character are none
				if !is || !strings.HasSuffix(bad.Error(), ": not UTF-8") {
					t.Fatalf("%q: %q, %v", text, r.cells, err)
				}
			case err != nil || !slices.Equal(r.cells, want):
				t.Fatalf("%q: %q, %v, and encoding/csv %q", text, r.cells, err, want)
			default:
				for i := range want {
					line, column := oracle.FieldPos(i)
					if l, c := rows.place(i); l != line+1 || c > column || c != column && isASCII(text) {
						t.Errorf("%q: cell %d of %q is on line %d in column %d, and encoding/csv %d, %d", text, i, want, l-1, c, line, column)
					}
				}
			}
		}
	})
}

func headerOf(asked *columns) string {
	var names []string
	for _, c := range asked.list {
		names = append(names, c.theirs)
	}
	return strings.Join(names, ",") + "\n"
}

// complaint is what we say where encoding/csv refuses a row, one line further down.
func complaint(e *csv.ParseError) string {
	message := map[error]error{csv.ErrBareQuote: errBareQuote, csv.ErrQuote: errQuote}[e.Err].Error()
	if e.Line > e.StartLine {
		message += fmt.Sprintf(" (found on line %d; the row begins here)", e.Line+1)
	}
	return message
}

func isASCII(text string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool { return r >= utf8.RuneSelf })
}

// lines reports whether the data is read as JSON Lines, or uncompressed first.
func lines(data []byte) bool {
	text := bytes.TrimLeft(bytes.TrimPrefix(data, []byte(byteOrderMark)), " \t\r\n")
	return bytes.HasPrefix(text, []byte("{")) || bytes.HasPrefix(data, []byte(gzipMagic))
}

// count counts the rows of a table under its header, where it is one.
func count(data []byte) (rows int, readable bool) {
	records, err := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(data, []byte("\uFEFF")))).ReadAll()
	return len(records) - 1, err == nil && len(records) > 0
}

// FuzzLines: whatever the bytes of JSON Lines, each line that is not blank is visited
// or is a problem at its line (F30), and what is visited is what encoding/json reads.
func FuzzLines(f *testing.F) {
	for _, seed := range []string{acmeLine, `{"tailnet":"\ud83d\ude00","email":"a@b.example","by":null}`, `{"a":{"b":["\"}"]},"tailnet":"x"}`, "{}\n\n{\"tailnet\":1.50,\"email\":true}\r\n", `{"tailnet":"a","tailnet":"b"}`, `{"tailnet":"\ud800","\u0065mail":"a@b.example"}`, "{\"tailnet\":\"\xff\"}", `{"tailnet":"\ufffd\ud83d"}`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		text = "{}\n" + text // the first line is a problem, and makes the format certain
		var got []tailnet.Supplement
		read, err := one("t", text).Contacts(everybody, func(s tailnet.Supplement) error { got = append(got, s); return nil })
		if err != nil {
			t.Fatal(err)
		}
		bad := make(map[int]bool)
		for _, p := range read.Problems {
			bad[p.Position.Line] = true
		}
		if len(read.Problems) > mostProblems {
			return // some are counted only
		}
		for i, line := range strings.Split(text, "\n") {
			var object map[string]any
			if bad[i+1] || strings.TrimSpace(line) == "" {
				continue
			}
			if len(got) == 0 {
				t.Fatalf("line %d of %q is neither visited nor a problem", i+1, text)
			}
			d := json.NewDecoder(strings.NewReader(line))
			if d.UseNumber(); d.Decode(&object) != nil || !utf8.ValidString(line) {
				t.Fatalf("line %d of %q was read", i+1, text)
			}
			want := tailnet.Supplement{Tailnet: tailnet.ID(cellOf(object["tailnet"])), Email: cellOf(object["email"]), Source: cellOf(object["source"]), By: cellOf(object["by"])}
			if got[0] != want {
				t.Errorf("line %d of %q: %+v, want %+v", i+1, text, got[0], want)
			}
			got = got[1:]
		}
		if len(got) > 0 {
			t.Errorf("%q: %+v was made up", text, got)
		}
	})
}

// cellOf is the cell that a JSON value makes.
func cellOf(value any) string {
	switch value := value.(type) {
	case string:
		return value
	case json.Number:
		return value.String()
	case bool:
		return map[bool]string{true: "true", false: "false"}[value]
	}
	return ""
}

// FuzzFormats: the same rows as CSV and as JSON Lines, compressed and split, are
// visited alike, and complained of alike.
func FuzzFormats(f *testing.F) {
	f.Add("acme", "n1", "linux", "Bücher \"x\"", "other", "n1")
	f.Add("acme", " n1", "", "a\nb,c", "nobody", "")
	f.Add("acme", "n1", "{", "'", "acme", "n1")
	f.Fuzz(func(t *testing.T, a, b, c, d, e, g string) {
		rows := sheet{{"tailnet", "node_id", "os", "client_version", "node_name"}, {a, b, c, d, e}, {e, g, d, c, b}}
		for _, cell := range append(rows[1], rows[2]...) {
			if !utf8.ValidString(cell) || strings.Contains(cell, "\r") {
				return // JSON cannot say the one, and CSV not the other
			}
		}
		asCSV, asLines := rows.csv(t), rows.lines(t)
		want, found := visited(t, files(asCSV))
		for _, shape := range []Table{files(asLines), files(zip(t, asLines)), files(sheet{rows[0], rows[1]}.csv(t), sheet{rows[0], rows[2]}.lines(t))} {
			got, problems := visited(t, shape)
			if diff := cmp.Diff(want, got, cells) + cmp.Diff(found, problems); diff != "" {
				t.Errorf("%q, %q:\n%s", asCSV, asLines, diff)
			}
		}
		twins := slices.Contains(found, "node_id: this node stands in an earlier row too") // both are visited
		if len(want)+len(found) != 2 && !(twins && len(want) == 2) {
			t.Errorf("%q: %d rows and %d problems of 2 rows", asCSV, len(want), len(found))
		}
	})
}

// visited reads nodes and says what was visited, and what was complained of.
func visited(t *testing.T, table Table) (nodes []tailnet.Node, problems []string) {
	t.Helper()
	read, err := table.Nodes([]string{"client"}, []string{"os"}, known, func(n tailnet.Node) error { nodes = append(nodes, n); return nil })
	if err != nil || read.Rows != 2 {
		t.Fatalf("%d rows, %v", read.Rows, err)
	}
	for _, p := range read.Problems {
		problems = append(problems, p.Message)
	}
	return nodes, problems
}
