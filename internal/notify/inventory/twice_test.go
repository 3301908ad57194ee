package inventory

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"unsafe"

	"tocsin/internal/tailnet"
)

// TestTwiceForgetsNothing is F30: of many pairs, those that were added again are found,
// and no other.
func TestTwiceForgetsNothing(t *testing.T) {
	seen := newTwice()
	const many = 100_000
	var want []uint64
	for i := range many {
		h := seen.hash(fmt.Sprint(i%7), fmt.Sprint("n", i))
		seen.add(h)
		if i%1000 == 0 {
			want = append(want, h, h, h)
			seen.add(h)
			seen.add(h)
		}
	}
	slices.Sort(want)
	if got := seen.repeated(); !slices.Equal(got, slices.Compact(want)) {
		t.Errorf("%d of %d are found", len(got), len(want)/3)
	}
	for _, other := range [][2]string{{"ab", "c"}, {"a", "bc"}, {"", "abc"}, {"abc", ""}, {"bc", "a"}} {
		for _, pair := range [][2]string{{"ab", "c"}, {"a", "bc"}, {"", "abc"}, {"abc", ""}, {"bc", "a"}} {
			if same := seen.hash(other[0], other[1]) == seen.hash(pair[0], pair[1]); same != (other == pair) { // whatever came before
				t.Errorf("%q and %q: %v", other, pair, same)
			}
		}
	}
	room := 0
	for _, part := range seen.parts {
		room += len(part) * int(unsafe.Sizeof(chunk{}))
	}
	if most := 6*many + len(seen.parts)*int(unsafe.Sizeof(chunk{})) + many/10; room > most {
		t.Errorf("%d pairs take %d octets, more than %d", many, room, most)
	}
}

// TestTwinsAmongOtherProblems: what is found at the end is listed where it stands, over
// files and formats, and a row that is refused is not a problem for that as well.
func TestTwinsAmongOtherProblems(t *testing.T) {
	table := files(
		nodeHeader+"acme,n1,linux,1,\nacme,,linux,1,\nacme,n1,linux,1,\n\"\nacme,n1,linux,1,\n\"\n",
		`{"tailnet":"acme","node_id":"n2","os":"","client_version":""}`+"\n"+`{"tailnet":"acme","node_id":"n1","os":"","client_version":""}`,
		nodeHeader+"acme,n2,linux,1,\nacme,n3,linux,1,\nacme,n3,linux,1,\nacme,n3,linux,1,\nacme,n4\n")
	visits, again := 0, 0
	read, err := table.Nodes([]string{"client"}, nil, known, func(n tailnet.Node) error {
		if visits++; n.ID == "n3" {
			if again++; again > 1 {
				return fmt.Errorf("I know it")
			}
		}
		return nil
	})
	if err != nil || visits != 8 {
		t.Errorf("%d visits, %v", visits, err)
	}
	var got []string
	for _, p := range read.Problems {
		got = append(got, fmt.Sprintf("%s %s", p.Position, p.Message))
	}
	const twin = " node_id: this node stands in an earlier row too"
	want := []string{
		"part-1:3:6 node_id: is empty", "part-1:4:6" + twin, "part-1:5 1 columns where the header has 5",
		"part-2:2:29" + twin, "part-3:2:6" + twin, "part-3:4:6" + twin, "part-3:5:6" + twin, "part-3:6 2 columns where the header has 5",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if read.Rows != 11 {
		t.Errorf("%d rows", read.Rows)
	}
}

// TestManyTwinsAreCounted: beside other problems, before and after them.
func TestManyTwinsAreCounted(t *testing.T) {
	good, twins, bad := "acme,n%d,linux,1,\n", strings.Repeat("acme,n0,linux,1,\n", 15), strings.Repeat("acme,,linux,1,\n", 15)
	for what, c := range map[string]struct{ text, first, last string }{
		"before":  {fmt.Sprintf(good, 0) + twins + bad, "n:3:6", "n:22:6"},
		"refused": {fmt.Sprintf(good, 0) + twins + bad, "n:3:6", "n:22:6"}, // by the visitor as well
		"after":   {fmt.Sprintf(good, 0) + bad + twins, "n:3:6", "n:22:6"},
		"mixed":   {fmt.Sprintf(good, 0) + strings.Repeat("acme,,linux,1,\nacme,n0,linux,1,\n", 15), "n:3:6", "n:22:6"},
	} {
		visits := 0
		read, err := one("n", nodeHeader+c.text).Nodes([]string{"client"}, nil, known, func(tailnet.Node) error {
			if visits++; visits > 1 && what == "refused" {
				return errors.New("I know it")
			}
			return nil
		})
		if err != nil || len(read.Problems) != 21 || read.Problems[20].Message != "10 more bad rows" {
			t.Fatalf("%s: %v, %v", what, read.Problems, err)
		}
		if first, last := read.Problems[0].Position.String(), read.Problems[19].Position.String(); first != c.first || last != c.last {
			t.Errorf("%s: from %s to %s", what, first, last)
		}
	}
}

// TestTwinsThatGo is F30: a table that is another one when it is read again is refused
// all the same.
func TestTwinsThatGo(t *testing.T) {
	text := nodeHeader + "acme,n1,linux,1,\nacme,n1,linux,1,\n"
	read, err := stream("n", strings.NewReader(text)).Nodes([]string{"client"}, nil, known, func(tailnet.Node) error { return nil })
	if err != nil || len(read.Problems) != 1 || !strings.Contains(read.Problems[0].Message, "it changes while it is read") || read.Problems[0].Position.String() != "n" {
		t.Errorf("%v, %v", read.Problems, err)
	}
}

// TestVisitAnswers: where visit answers for tailnets and repeated rows, none of them is bad
// here, and every one is visited.
func TestVisitAnswers(t *testing.T) {
	text := nodeHeader + "acme,n1,linux,1,\nacme,n1,linux,1,\nnobody,n1,linux,1,\n"
	visited := 0
	read, err := one("n", text).Nodes([]string{"client"}, nil, nil, func(tailnet.Node) error { visited++; return nil })
	if err != nil || len(read.Problems) > 0 || visited != 3 {
		t.Errorf("%d visited, %v, %v", visited, read.Problems, err)
	}
}
