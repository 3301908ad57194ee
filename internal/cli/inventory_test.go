package cli

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"tocsin/internal/bulletin"
	"tocsin/internal/content"
	"tocsin/internal/notify/inventory"
	"tocsin/internal/tailnet"
	"tocsin/internal/version"
)

// TestColumnsThatCanBeRenamed: every column of which tocsin.yaml takes another name is
// one that its table is read for. A name for one that is not read would change nothing,
// in silence.
func TestColumnsThatCanBeRenamed(t *testing.T) {
	known := func(tailnet.ID) bool { return true }
	readers := map[string]func(inventory.Table) (inventory.Read, error){
		"tailnets": func(t inventory.Table) (inventory.Read, error) { return t.Tailnets(func(tailnet.Tailnet) {}) },
		"nodes": func(t inventory.Table) (inventory.Read, error) {
			return t.Nodes([]string{"client"}, nil, known, func(tailnet.Node) error { return nil })
		},
		"users": func(t inventory.Table) (inventory.Read, error) {
			return t.Users(known, func(tailnet.User) error { return nil })
		},
		"contacts": func(t inventory.Table) (inventory.Read, error) {
			return t.Contacts(known, func(tailnet.Supplement) error { return nil })
		},
		"findings": func(t inventory.Table) (inventory.Read, error) {
			return t.Findings(known, func(tailnet.Finding) error { return nil })
		},
	}
	for table, columns := range content.TableColumns() {
		if readers[table] == nil {
			t.Errorf("no table %s is read", table)
			continue
		}
		for _, renamed := range columns {
			header := strings.Join(columns, ",")
			found, err := readers[table](inventory.Table{
				Columns: map[string]string{renamed: "theirs"},
				Files:   []inventory.File{{Name: table, Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(header + "\n")), nil }}},
			})
			if err != nil || len(found.Problems) != 1 || !strings.Contains(found.Problems[0].Message, `"theirs"`) {
				t.Errorf("%s: %s is never asked for: %v %v", table, renamed, found.Problems, err)
			}
		}
	}
}

// TestListNames: no two tailnets share the name of a list, and none is a way out of the
// folder, hidden, a flag, or too long, on any system (F20, F25).
func TestListNames(t *testing.T) {
	long := strings.Repeat("ж", 300)
	ids := []tailnet.ID{
		"example.com", "", ".", "..", "../x", "/x", "x/y", "x%2Fy", "-rf", "%2Drf", ".hidden", "%2Ehidden", "a b", "a+b", "a%20b",
		"x\x00y", "x\ny", `x\y`, "x:y", "x%3Ay", "\u202Ex", "عربي", "=1+1", "\xff", tailnet.ID(long), tailnet.ID(long + "x"), "a~b",
		"bakery", "Bakery", "bakerY", "BAKERY", "Ä", "ä",
	}
	ids = append(ids, tailnet.ID(listName(tailnet.ID(long))), tailnet.ID(listName("Bakery"))) // what another's file is called
	names := make(map[string]tailnet.ID)
	for _, id := range ids {
		name := listName(id)
		if other, taken := names[strings.ToLower(name)]; taken {
			t.Errorf("%q and %q are both %q", id, other, name)
		}
		names[strings.ToLower(name)] = id
		odd := func(r rune) bool { return r <= ' ' || r > '~' || strings.ContainsRune(`/\:`, r) }
		if len(name)+len(".json") > 255 || strings.ContainsFunc(name, odd) || strings.HasPrefix(name, ".") || strings.HasPrefix(name, "-") {
			t.Errorf("%q: %q is no name for a file", id, name)
		}
	}
}

// TestVersionsAreToldByTheirNumbers (F53): what somebody called a build reaches no terminal.
func TestVersionsAreToldByTheirNumbers(t *testing.T) {
	s := &site{}
	s.config.Products = []bulletin.Product{{ID: "client", VersionSuffix: version.Build}, {ID: "gateway"}}
	for _, c := range []struct{ product, text, want string }{
		{"client", "1.66.1-kims-laptop", "1.66.1"},
		{"gateway", "1.66.1-kims.laptop", "a prerelease of 1.66.1"},
		{"gateway", "1.66.1+kims-laptop", "1.66.1"},
		{"gateway", "kims-laptop", "no readable version"},
	} {
		if got := s.release(c.product, c.text); got != c.want {
			t.Errorf("%s %s: %q, want %q", c.product, c.text, got, c.want)
		}
	}
}

// TestForemost: the largest shares are named, the rest is counted, and nothing is lost.
func TestForemost(t *testing.T) {
	counts := make(map[string]int)
	for i := range 7 {
		counts[fmt.Sprintf("1.%d", i)] = 10 - i/2
	}
	all := shares(counts)
	if !slices.IsSortedFunc(all, func(a, b share) int { return b.Count - a.Count }) || all[0] != (share{"1.0", 10}) || all[1] != (share{"1.1", 10}) {
		t.Errorf("%v", all)
	}
	if got := foremost(all); got != "1.0 (10), 1.1 (10), 1.2 (9), 1.3 (9), 1.4 (8), 2 others (15)" {
		t.Error(got)
	}
	if got := foremost(all[:5]); got != "1.0 (10), 1.1 (10), 1.2 (9), 1.3 (9), 1.4 (8)" {
		t.Error(got)
	}
	if got := foremost(nil); got != "" {
		t.Errorf("%q", got)
	}
}
