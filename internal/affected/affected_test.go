package affected

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tocsin/internal/bulletin"
	"tocsin/internal/tailnet"
	"tocsin/internal/verdict"
	"tocsin/internal/version"
)

const (
	yes     = verdict.Yes
	unknown = verdict.Unknown
)

// cells lets values be compared that hold a node.
var cells = cmp.AllowUnexported(tailnet.Cells{})

var products = []bulletin.Product{
	{ID: "client", Title: "Example client", Platforms: []string{"windows", "macos", "linux"}, VersionSuffix: version.Build},
	{ID: "gateway", Title: "Example gateway"}, // its platforms are not listed, its versions have prereleases
	{ID: "server", Title: "Coordination server", Hosted: true},
	{ID: "relay", Title: "Relay", Hosted: true},
}

func from(introduced, fixed string) version.Range {
	return version.Range{Introduced: introduced, Fixed: fixed}
}

func matcher(rows ...bulletin.Affected) *Matcher {
	return NewMatcher(bulletin.Bulletin{Affected: rows}, products)
}

func node(product, os, v string) tailnet.Node {
	return tailnet.Node{Tailnet: "bakery", ID: "n1", Product: product, OS: os, Version: v}
}

var windows = bulletin.Affected{Product: "client", Platforms: []string{"windows"}, Versions: from("1.30.0", "1.66.1")}

// F16, F29, F30: what a row says of a node. What cannot be told is a hit of its own
// kind and never a miss.
func TestNode(t *testing.T) {
	everywhere := bulletin.Affected{Product: "client", Versions: from("1.30.0", "1.66.1")}
	last := bulletin.Affected{Product: "client", Versions: version.Range{LastAffected: "1.66.0"}}
	gateway := bulletin.Affected{Product: "gateway", Platforms: []string{"linux"}, Versions: from("1.30.0", "1.66.1")}
	for _, c := range []struct {
		name     string
		row      bulletin.Affected
		node     tailnet.Node
		affected verdict.Truth // of a hit
		miss     Miss
		evidence string // part of it
	}{
		{"in the middle", windows, node("client", "windows", "1.60.0"), yes, 0, "1.60.0 lies in 1.30.0 and later, before 1.66.1"},
		{"the first version", windows, node("client", "windows", "1.30.0"), yes, 0, ""},
		{"one before", windows, node("client", "windows", "1.29.9"), 0, TooOld, ""},
		{"1.9 is older than 1.30", windows, node("client", "windows", "1.9.0"), 0, TooOld, ""},
		{"the last version", windows, node("client", "windows", "1.66.0"), yes, 0, ""},
		{"the fix", windows, node("client", "windows", "1.66.1"), 0, FixedAlready, ""},
		{"1.100 has the fix", windows, node("client", "windows", "1.100"), 0, FixedAlready, ""},
		{"a build of the fix", windows, node("client", "windows", "1.66.1-tad8ed1c0b-g3f7a1c2"), 0, FixedAlready, ""},
		{"a build of the first", windows, node("client", "windows", "1.30.0-tad8ed1c0b"), yes, 0, "1.30.0-tad8ed1c0b lies in"},
		{"a leading v", windows, node("client", "windows", "v1.60"), yes, 0, ""},
		{"last affected is affected", last, node("client", "linux", "1.66.0"), yes, 0, ""},
		{"and the next is not", last, node("client", "linux", "1.66.1"), 0, FixedAlready, ""},
		{"no bounds", bulletin.Affected{Product: "client"}, node("client", "linux", "0.1"), yes, 0, "all versions"},
		{"other platform", windows, node("client", "macos", "1.60.0"), 0, OtherPlatform, ""},
		{"other platform, version not readable", windows, node("client", "macos", "?"), 0, OtherPlatform, ""},
		{"other product", windows, node("gateway", "windows", "1.60.0"), 0, OtherProduct, ""},
		{"no product", windows, node("", "windows", "1.60.0"), 0, OtherProduct, ""},
		{"all platforms", everywhere, node("client", "linux", "1.60.0"), yes, 0, ""},
		{"a prerelease of the fix", gateway, node("gateway", "linux", "1.66.1-rc1"), yes, 0, ""},
		{"a prerelease of the first", gateway, node("gateway", "linux", "1.30.0-rc1"), 0, TooOld, ""},

		{"no version", windows, node("client", "windows", ""), unknown, 0, "the inventory names no version"},
		{"odd version", windows, node("client", "windows", "1.66.1.0"), unknown, 0, `version "1.66.1.0" cannot be read`},
		{"odd version, looks old", windows, node("client", "windows", "0.x"), unknown, 0, "cannot be read"},
		{"no platform", windows, node("client", "", "1.60.0"), unknown, 0, "names no platform"},
		{"no platform, and none asked for", everywhere, node("client", "", "1.60.0"), yes, 0, ""},
		{"unknown platform", windows, node("client", "Windows 11", "1.60.0"), unknown, 0, `platform "Windows 11" is none of the product's`},
		{"unknown platform, and none asked for", everywhere, node("client", "freebsd", "1.60.0"), yes, 0, ""},
		{"the product lists no platforms", gateway, node("gateway", "freebsd", "1.60.0"), 0, OtherPlatform, ""},
		{"bounds that cannot be read", bulletin.Affected{Product: "client", Versions: from("", "soon")}, node("client", "linux", "1.60.0"), unknown, 0, `"soon"`},
		{"hosted: it runs on no node", bulletin.Affected{Product: "server"}, node("server", "linux", "1.60.0"), 0, OtherProduct, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			hit, miss := matcher(c.row).Node(c.node)
			if miss != c.miss || hit.Affected != c.affected || miss == NotMissed && !cmp.Equal(hit.Node, c.node, cells) {
				t.Errorf("hit %+v, miss %v; want affected %s, miss %v", hit, miss, c.affected, c.miss)
			}
			if !strings.Contains(hit.Evidence, c.evidence) || miss == NotMissed && hit.Evidence == "" {
				t.Errorf("evidence %q, want %q", hit.Evidence, c.evidence)
			}
			if miss != NotMissed && !cmp.Equal(hit, Hit{}, cells) {
				t.Errorf("a miss with a hit: %+v", hit)
			}
		})
	}
}

// Of several rows the one that matches counts, then one that cannot tell, then the
// nearest miss.
func TestSeveralRows(t *testing.T) {
	stable := bulletin.Affected{Product: "client", Platforms: []string{"windows"}, Versions: from("1.60.0", "1.66.1")}
	old := bulletin.Affected{Product: "client", Platforms: []string{"windows"}, Versions: from("1.30.0", "1.58.3")}
	mac := bulletin.Affected{Product: "client", Platforms: []string{"macos"}, Versions: from("1.64.0", "")}
	odd := bulletin.Affected{Product: "client", Versions: from("", "soon")}
	for _, c := range []struct {
		name     string
		rows     []bulletin.Affected
		node     tailnet.Node
		affected verdict.Truth
		row      int
		miss     Miss
	}{
		{"first branch", []bulletin.Affected{stable, old}, node("client", "windows", "1.62.0"), yes, 0, 0},
		{"second branch", []bulletin.Affected{stable, old}, node("client", "windows", "1.40.0"), yes, 1, 0},
		{"between the branches: fixed in the older", []bulletin.Affected{stable, old}, node("client", "windows", "1.58.3"), 0, 0, FixedAlready},
		{"before both", []bulletin.Affected{stable, old}, node("client", "windows", "1.20.0"), 0, 0, TooOld},
		{"after both", []bulletin.Affected{stable, old}, node("client", "windows", "1.70.0"), 0, 0, FixedAlready},
		{"no row for the platform", []bulletin.Affected{stable, mac}, node("client", "linux", "1.62.0"), 0, 0, OtherPlatform},
		{"the row of its platform", []bulletin.Affected{stable, mac}, node("client", "macos", "1.64.0"), yes, 1, 0},
		{"the row of its platform, too old", []bulletin.Affected{stable, mac}, node("client", "macos", "1.63.0"), 0, 0, TooOld},
		{"a row that cannot tell beats a miss", []bulletin.Affected{stable, odd}, node("client", "windows", "1.70.0"), unknown, 1, 0},
		{"a row that matches beats it", []bulletin.Affected{odd, stable}, node("client", "windows", "1.62.0"), yes, 1, 0},
		{"of two that match the first", []bulletin.Affected{stable, stable}, node("client", "windows", "1.62.0"), yes, 0, 0},
		{"no rows at all", nil, node("client", "windows", "1.62.0"), 0, 0, OtherProduct},
	} {
		t.Run(c.name, func(t *testing.T) {
			hit, miss := matcher(c.rows...).Node(c.node)
			if miss != c.miss || hit.Affected != c.affected || hit.Row != c.row {
				t.Errorf("hit %+v, miss %v; want affected %s by row %d, miss %v", hit, miss, c.affected, c.row, c.miss)
			}
		})
	}
}

// F29: of several rows none of which can tell, every one is kept, for each may offer
// another fix; a row that matches stands alone.
func TestRowsThatCannotTell(t *testing.T) {
	row := func(platform, fixed string) bulletin.Affected {
		return bulletin.Affected{Product: "client", Platforms: []string{platform}, Versions: from("1.30.0", fixed)}
	}
	rows := []bulletin.Affected{row("windows", "1.66.1"), row("linux", "1.66.2"), row("macos", "")}
	anywhere := append([]bulletin.Affected{{Product: "client", Versions: from("1.60.0", "1.70.0")}}, rows...)
	investigated := tailnet.Finding{Tailnet: "bakery", Node: "n1", Status: tailnet.KnownAffected}
	for _, c := range []struct {
		name     string
		rows     []bulletin.Affected
		node     tailnet.Node
		findings []tailnet.Finding
		want     []int
	}{
		{"no platform", rows, node("client", "", "1.60.0"), nil, []int{0, 1, 2}},
		{"no platform that the product has", rows, node("client", "beos", "1.60.0"), nil, []int{0, 1, 2}},
		{"no platform, and some rows have its fix", rows, node("client", "", "1.66.1"), nil, []int{1, 2}},
		{"no version", rows, node("client", "linux", ""), nil, []int{1}},
		{"nothing", rows, node("client", "", ""), nil, []int{0, 1, 2}},
		{"found to be affected", rows, node("client", "", ""), []tailnet.Finding{investigated}, []int{0, 1, 2}},
		{"a row that matches", anywhere, node("client", "", "1.60.0"), nil, []int{0}},
		{"a row that matches, last", []bulletin.Affected{rows[0], rows[1], anywhere[0]}, node("client", "", "1.60.0"), nil, []int{2}},
	} {
		hit, _ := matcher(c.rows...).Node(c.node, c.findings...)
		if got := slices.Collect(hit.Rows); !slices.Equal(got, c.want) {
			t.Errorf("%s: rows %v, want %v", c.name, got, c.want)
		}
	}
}

// TestMemory asks one matcher about everything in random order, and a new one
// about each: remembering changes no answer, and every answer carries its own node.
func TestMemory(t *testing.T) {
	seed := rand.Uint64()
	r := rand.New(rand.NewPCG(seed, 29))
	t.Logf("seed %d", seed)
	rows := []bulletin.Affected{
		windows,
		{Product: "client", Platforms: []string{"macos"}, Versions: from("", "1.50.0")},
		{Product: "gateway", Versions: from("", "1.66.1"), Where: []bulletin.Column{{Name: "exit_node", Values: []string{"yes", "maybe"}}}},
	}
	shared := matcher(rows...)
	pick := func(words ...string) string { return words[r.IntN(len(words))] }
	seen := make(map[Miss]int)
	for i := range 2000 {
		n := node(pick("client", "gateway", "server", ""), pick("windows", "macos", "linux", "", "beos"), pick("1.60.0", "1.66.1", "1.66.1-rc1", "1.40", "1.2", "", "?"))
		n.ID, n.Tailnet = fmt.Sprint("n", i), tailnet.ID(fmt.Sprint("t", i%7))
		n.Cells = tailnet.NewCells([]string{"exit_node"}, []string{pick("", "yes", "maybe", "no", fmt.Sprint(i))})
		findings := []tailnet.Finding{{Tailnet: "t0", Status: tailnet.KnownNotAffected}}
		hit, miss := shared.Node(n, findings...)
		seen[miss]++
		if wantHit, wantMiss := matcher(rows...).Node(n, findings...); !cmp.Equal(hit, wantHit, cells) || miss != wantMiss {
			t.Fatalf("%+v: %+v %v, and without memory %+v %v", n, hit, miss, wantHit, wantMiss)
		}
	}
	for miss := NotMissed; miss <= Cleared; miss++ {
		if seen[miss] == 0 {
			t.Errorf("no node was missed by %d: the test looks away", miss)
		}
	}
}

// What a hosted product means for every tailnet.
func TestEveryone(t *testing.T) {
	said := bulletin.Affected{Product: "server", Everyone: true}
	unsaid := bulletin.Affected{Product: "relay"}
	for _, c := range []struct {
		name     string
		rows     []bulletin.Affected
		want     verdict.Truth
		evidence string
	}{
		{"nothing hosted", []bulletin.Affected{windows}, verdict.No, ""},
		{"no rows", nil, verdict.No, ""},
		{"tailnets: all", []bulletin.Affected{said}, yes, "Coordination server serves every one"},
		{"not said whom", []bulletin.Affected{unsaid}, unknown, "does not say whom Relay concerned"},
		{"not said of one, all of another", []bulletin.Affected{unsaid, said}, yes, "Coordination server"},
		{"all of one, not said of another", []bulletin.Affected{said, unsaid}, yes, "Coordination server"},
		{"tailnets: all of what people install", []bulletin.Affected{{Product: "client", Everyone: true}}, verdict.No, ""},
		{"a product nobody knows", []bulletin.Affected{{Product: "printer", Everyone: true}}, verdict.No, ""},
	} {
		got, evidence := matcher(c.rows...).Everyone()
		if got != c.want || !strings.Contains(evidence, c.evidence) || (evidence == "") != (c.evidence == "") {
			t.Errorf("%s: %s %q, want %s %q", c.name, got, evidence, c.want, c.evidence)
		}
	}
}

// The sum over a tailnet is Kleene's "or" of its nodes and of what concerns everybody.
func TestTailnet(t *testing.T) {
	hit := func(truth verdict.Truth) Hit {
		return Hit{Node: tailnet.Node{Tailnet: "bakery", ID: "n1"}, Affected: truth, Evidence: "e"}
	}
	unsaid := bulletin.Affected{Product: "server"}
	for _, c := range []struct {
		name string
		rows []bulletin.Affected
		hits []Hit
		want verdict.Truth
	}{
		{"no node", []bulletin.Affected{windows}, nil, verdict.No},
		{"a node", []bulletin.Affected{windows}, []Hit{hit(yes)}, yes},
		{"a node that cannot be told", []bulletin.Affected{windows}, []Hit{hit(unknown)}, unknown},
		{"both", []bulletin.Affected{windows}, []Hit{hit(unknown), hit(yes), hit(unknown)}, yes},
		{"hosted, not said whom", []bulletin.Affected{unsaid}, nil, unknown},
		{"hosted, not said whom, and a node", []bulletin.Affected{unsaid, windows}, []Hit{hit(yes)}, yes},
		{"hosted, all", []bulletin.Affected{{Product: "server", Everyone: true}}, nil, yes},
		{"hosted, all, and a node that cannot be told", []bulletin.Affected{{Product: "server", Everyone: true}, windows}, []Hit{hit(unknown)}, yes},
	} {
		got, err := matcher(c.rows...).Tailnet("bakery", c.hits)
		if err != nil || got.Affected != c.want || got.Tailnet != "bakery" || !cmp.Equal(got.Hits, c.hits, cells) {
			t.Errorf("%s: %+v %v, want %s", c.name, got, err, c.want)
		}
	}
}

// F20: one node of somebody else among many refuses the whole.
func TestStrangersAreRefused(t *testing.T) {
	mine := Hit{Node: tailnet.Node{Tailnet: "bakery", ID: "n1"}, Affected: yes}
	for _, other := range []tailnet.ID{"bakery2", "baker", "Bakery", "", "bakery "} {
		stranger := Hit{Node: tailnet.Node{Tailnet: other, ID: "n2"}, Affected: yes}
		got, err := matcher(windows).Tailnet("bakery", []Hit{mine, stranger, mine})
		if err == nil || got.Tailnet != "" || got.Hits != nil {
			t.Errorf("a node of %q among those of bakery: %+v %v", other, got, err)
		}
	}
}

// F53: what reaches terminals and logs holds nothing that only the inventory says; what
// the tailnet's own letter says may.
func TestPlainEvidence(t *testing.T) {
	const secret = "kims-laptop"
	asked := bulletin.Affected{Product: "gateway", Versions: from("", "1.66.1"), Where: []bulletin.Column{{Name: "exit_node", Values: []string{"yes"}}}}
	for want, n := range map[string]tailnet.Node{
		"its version cannot be read":                    node("client", "windows", secret),
		"its platform is none of the product's":         node("client", secret, "1.60.0"),
		"1.60.0 lies in 1.30.0 and later":               node("client", "windows", "1.60.0-"+secret),
		"a prerelease of 1.60.0 lies in":                node("gateway", "linux", "1.60.0-"+secret),
		`what the inventory says of its "exit_node" is`: node("gateway", "linux", "1.60.0"),
	} {
		n.ID, n.Name = secret, secret
		n.Cells = tailnet.NewCells([]string{"exit_node"}, []string{"yes"})
		if strings.Contains(want, "exit_node") {
			n.Cells = tailnet.NewCells([]string{"exit_node"}, []string{secret})
		}
		hit, miss := matcher(windows, asked).Node(n)
		if miss != NotMissed || !strings.Contains(hit.Plain, want) || strings.Contains(hit.Plain, secret) {
			t.Errorf("%v, %q; want %q", miss, hit.Plain, want)
		}
		if private := strings.Contains(n.OS+n.Version, secret); strings.Contains(hit.Evidence, secret) != private {
			t.Errorf("the evidence is %q", hit.Evidence)
		}
		for _, s := range tailnet.FindingStatuses {
			if h, miss := matcher(windows, asked).Node(n, tailnet.Finding{Tailnet: n.Tailnet, Node: n.ID, Status: s}); miss == NotMissed && (h.Plain == "" || h.Plain != h.Evidence) {
				t.Errorf("found %s: %q, and in plain words %q", s, h.Evidence, h.Plain)
			}
		}
	}
}

// An inventory in which every node has a version of its own fills no memory, and none of
// its answers changes.
func TestMemoryIsBounded(t *testing.T) {
	m := matcher(windows)
	for i := range mostAnswers + 10 {
		n := node("client", "windows", fmt.Sprintf("1.%d.%d", 30+i%60, i))
		if hit, _ := m.Node(n); (hit.Affected == yes) != (30+i%60 < 66) {
			t.Fatalf("%s: %+v", n.Version, hit)
		}
	}
	if len(m.answers) > mostAnswers {
		t.Errorf("%d answers are remembered", len(m.answers))
	}
}
