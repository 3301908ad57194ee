package inventory

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"tocsin/internal/tailnet"
)

// seen reads nodes with so many visitors, each of which refuses the nodes of nobody, and
// lists what they saw in no order of theirs.
func seen(t *testing.T, table Table, visitors int) ([]tailnet.Node, Read, error) {
	t.Helper()
	saw, visits := make([][]tailnet.Node, visitors), make([]func(*tailnet.Node) error, visitors)
	for i := range visits {
		visits[i] = func(n *tailnet.Node) error {
			if n.Tailnet == "nobody" {
				return errors.New("nobody's")
			}
			saw[i] = append(saw[i], tailnet.Node{ID: strings.Clone(n.ID), Name: strings.Clone(n.Name)}) // which are good until it returns
			return nil
		}
	}
	read, err := table.NodesByMany([]string{"client"}, nil, visits...)
	all := slices.Concat(saw...)
	slices.SortFunc(all, func(a, b tailnet.Node) int { return strings.Compare(a.ID, b.ID) })
	return all, read, err
}

// TestManyReadAsOne is F30: however many read a table, in every format, each row is read
// once; and what is wrong with it is said of the same places, in the order of the rows.
func TestManyReadAsOne(t *testing.T) {
	const many = 12_000 // several blocks
	texts := map[string]func(i int) string{
		"plain": func(i int) string { return fmt.Sprintf("acme,n%05d,linux,1.2.3,desktop\n", i) },
		"quotes": func(i int) string {
			return fmt.Sprintf("acme,n%05d,linux,1,%s\n", i, []string{"x", "\"a\n\n\n\n\n\n\n\n\"\"b\"", "y"}[i%3])
		},
		"few quotes": func(i int) string {
			return fmt.Sprintf("acme,n%05d,linux,1,%s\n", i, []string{"\"a\r\nb\"", "ü"}[min(i%4_000, 1)])
		},
		"refused": func(i int) string {
			return fmt.Sprintf("%s,n%05d,linux,1,\n", []string{"nobody", "acme"}[min(i%3000, 1)], i)
		},
		"many refused": func(i int) string { return fmt.Sprintf("%s,n%05d,linux,1,\n", []string{"nobody", "acme"}[i%2], i) },
		"short rows":   func(i int) string { return fmt.Sprintf("acme,n%05d,linux,1%s\n", i, []string{"", ","}[min(i%3001, 1)]) },
		"no UTF-8": func(i int) string {
			return fmt.Sprintf("acme,n%05d,linux,1,%s\r\n", i, []string{"\xff", "ü"}[min(i%7000, 1)])
		},
		"no end": func(i int) string { return fmt.Sprintf("acme,n%05d,linux,1,%s\n", i, strings.Repeat("\"", i/(many-1))) },
		"too long": func(i int) string {
			return fmt.Sprintf("acme,n%05d,linux,1,%s\n", i, strings.Repeat("x", i/(many-9)*maxRow))
		},
		"JSON Lines": func(i int) string {
			return fmt.Sprintf(`{"tailnet":"acme","node_id":"n%05d","os":"linux","client_version":"1","node_name":"x"}`+"\n", i)
		},
		"bad lines": func(i int) string {
			return fmt.Sprintf(`{"tailnet":"acme","node_id":"n%05d","os":"linux"%s}`+"\n\n", i, []string{"", `,"client_version":"1"`}[min(i%3000, 1)])
		},
	}
	for what, row := range texts {
		var text strings.Builder
		if what[0] != 'J' && what[0] != 'b' {
			text.WriteString(nodeHeader)
		}
		for i := range many {
			text.WriteString(row(i))
		}
		table := func(text string) Table {
			files := slices.Concat(one("first", text).Files, one("second", zip(t, strings.ReplaceAll(text, "n0", "m0"))).Files)
			return Table{Files: files, Sum: true}
		}(text.String())
		want, wantRead, err := seen(t, table, 1)
		if err != nil || wantRead.Rows < 2*many-20 {
			t.Fatalf("%s: %d rows, %v", what, wantRead.Rows, err)
		}
		if sound := len(wantRead.Problems) == 0; sound && len(want) != 2*many || sound != strings.Contains("plain few quotes JSON Lines", what) {
			t.Fatalf("%s: one saw %d nodes, %v", what, len(want), wantRead.Problems)
		}
		for _, visitors := range []int{2, 3} {
			got, read, err := seen(t, table, visitors)
			if err != nil || !slices.EqualFunc(got, want, func(a, b tailnet.Node) bool { return a.ID == b.ID && a.Name == b.Name }) {
				t.Errorf("%s: %d visitors saw %d nodes, one %d; %v", what, visitors, len(got), len(want), err)
			}
			if diff := cmp.Diff(wantRead, read); diff != "" {
				t.Errorf("%s, %d visitors: %s", what, visitors, diff)
			}
		}
	}
}

// TestManyMeetOneError: a disk that fails is an error, once.
func TestManyMeetOneError(t *testing.T) {
	broken, rows := errors.New("the disk is gone"), strings.Repeat("acme,n,linux,1,\n", 50_000)
	for _, text := range []string{nodeHeader + rows, strings.Repeat(acmeLine, 50_000)} {
		_, _, want := seen(t, stream("t", io.MultiReader(strings.NewReader(text), iotest.ErrReader(broken))), 1)
		_, _, err := seen(t, stream("t", io.MultiReader(strings.NewReader(text), iotest.ErrReader(broken))), 3)
		if !errors.Is(err, broken) || err.Error() != want.Error() {
			t.Errorf("%v, want %v", err, want)
		}
	}
}
