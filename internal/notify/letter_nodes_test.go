package notify

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tocsin/internal/affected"
	"tocsin/internal/bulletin"
	"tocsin/internal/tailnet"
	"tocsin/internal/version"
)

// TestCommands: commands of the platforms that the tailnet has, once each, those that
// nobody wrote and those of a fix to come among them; and the check of every product.
func TestCommands(t *testing.T) {
	b := severe()
	b.Affected = append(b.Affected, bulletin.Affected{Product: "client", Platforms: []string{"linux"}, Versions: version.Range{Fixed: "1.68.0"}},
		bulletin.Affected{Product: "cli", Versions: version.Range{Fixed: "2.0.0"}, Available: planned.AddDate(0, 0, 2)},
		bulletin.Affected{Product: "client", Platforms: []string{"macos"}, Unfixed: "being tested"})
	d := desk(b)
	d.At = planned
	d.Products = append(slices.Clone(products), bulletin.Product{ID: "cli", ShowVersion: "cli --version"})
	hit := func(row int, os string) affected.Hit { return affected.Hit{Row: row, Node: tailnet.Node{OS: os}} }
	hits := []affected.Hit{hit(0, "windows"), hit(1, "linux"), hit(0, "windows"), hit(2, "linux"), hit(3, "macos"), hit(0, "")}
	want := []Command{
		{"Example client", "Linux", "sudo apt install example-client=1.68.0", time.Time{}},
		{"Example client", "Windows", "winget upgrade Example.Client", time.Time{}},
		{"cli", "Linux", "", planned.AddDate(0, 0, 2)},
	}
	if diff := cmp.Diff(want, d.commands(hits)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]Check{{"cli --version", "2.0.0"}, {"example version", ""}}, d.checks(hits)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]Check{{"example version", "1.66.1"}}, d.checks(hits[:1])); diff != "" {
		t.Error(diff)
	}
}

// TestSteps: what a letter says of a node is what its row of the bulletin offers on the
// day of planning, and what it says of all is their sum.
func TestSteps(t *testing.T) {
	fixed, last := version.Range{Fixed: "1.66.1"}, version.Range{LastAffected: "1.66.0"}
	past, future, later := planned.AddDate(0, 0, -1), planned.AddDate(0, 0, 1), planned.AddDate(0, 0, 9)
	for name, c := range map[string]struct {
		rows []bulletin.Affected
		want []Step
		when When
		fix  time.Time
	}{
		"out":             {[]bulletin.Affected{{Versions: fixed, Available: past}}, []Step{UpdateNow}, Now, time.Time{}},
		"out this moment": {[]bulletin.Affected{{Versions: fixed, Available: planned}}, []Step{UpdateNow}, Now, time.Time{}},
		"no word whether": {[]bulletin.Affected{{Versions: fixed}}, []Step{UpdateSoon}, Unspecified, time.Time{}},
		"after a version": {[]bulletin.Affected{{Versions: last, Available: past}}, []Step{UpdateNow}, Now, time.Time{}},
		"to come":         {[]bulletin.Affected{{Versions: fixed, Available: future}}, []Step{AwaitFix}, Expected, future},
		"the last of two": {[]bulletin.Affected{{Versions: fixed, Available: later}, {Versions: fixed, Available: future}}, []Step{AwaitFix, AwaitFix}, Expected, later},
		"candidate only":  {[]bulletin.Affected{{Versions: fixed, Available: past, Channel: "rc"}}, []Step{NoFix}, NotYet, time.Time{}},
		"unfixed":         {[]bulletin.Affected{{Versions: fixed, Unfixed: "no"}}, []Step{NoFix}, NotYet, time.Time{}},
		"a remedy":        {[]bulletin.Affected{{Unfixed: "no", Remedy: "turn it off"}}, []Step{DoInstead}, Now, time.Time{}},
		"only a stopgap":  {[]bulletin.Affected{{Stopgap: "filter"}}, []Step{NoFix}, NotYet, time.Time{}},
		"in part":         {[]bulletin.Affected{{Versions: fixed, Available: past}, {Unfixed: "no"}}, []Step{UpdateNow, NoFix}, NowInPart, time.Time{}},
		"one unsaid":      {[]bulletin.Affected{{Versions: fixed, Available: past}, {Versions: fixed}}, []Step{UpdateNow, UpdateSoon}, NowInPart, time.Time{}},
		"one never":       {[]bulletin.Affected{{Versions: fixed, Available: future}, {Unfixed: "no"}}, []Step{AwaitFix, NoFix}, NotYet, time.Time{}},
	} {
		b := severe()
		b.Affected = c.rows
		d := desk(b)
		d.At = planned
		var nodes []NodeView
		var steps []Step
		for i := range c.rows {
			n := d.nodeView(affected.Hit{Row: i})
			nodes, steps = append(nodes, n), append(steps, n.Step)
			if (n.Step == AwaitFix) == n.From.IsZero() {
				t.Errorf("%s: %s, from %v", name, n.Step, n.From)
			}
		}
		if got, fix := when(nodes); !slices.Equal(steps, c.want) || got != c.when || !fix.Equal(c.fix) {
			t.Errorf("%s: %q, %q, %v; want %q, %q, %v", name, steps, got, fix, c.want, c.when, c.fix)
		}
	}
}

// TestUntil: a letter offers what helps the tailnet's own nodes, once each, and nothing
// that is for others.
func TestUntil(t *testing.T) {
	b := severe()
	b.Affected = []bulletin.Affected{
		{Product: "client", Platforms: []string{"windows"}, Stopgap: "Filter it."},
		{Product: "client", Platforms: []string{"linux"}, Stopgap: "Filter it."},
		{Product: "client", Platforms: []string{"macos"}, Remedy: "Turn it off.", Stopgap: "Filter it."},
		{Product: "client", Remedy: "Turn all off."},
		{Product: "coordination", Stopgap: "Wait."},
		{Product: "client", Versions: version.Range{Fixed: "1.66.1"}, Available: planned, Stopgap: "Stay in."},
	}
	hit := func(row int, os string) affected.Hit { return affected.Hit{Row: row, Node: tailnet.Node{OS: os}} }
	for name, c := range map[string]struct {
		match affected.Match
		want  []Stopgap
	}{
		"nothing":        {affected.Match{}, nil},
		"one platform":   {affected.Match{Hits: []affected.Hit{hit(0, "windows"), hit(0, "windows")}}, []Stopgap{{[]string{"Windows"}, "Filter it.", false}}},
		"two platforms":  {affected.Match{Hits: []affected.Hit{hit(0, "windows"), hit(1, "linux")}}, []Stopgap{{[]string{"Linux", "Windows"}, "Filter it.", false}}},
		"both kinds":     {affected.Match{Hits: []affected.Hit{hit(2, "macos")}}, []Stopgap{{[]string{"macOS"}, "Turn it off.", true}, {[]string{"macOS"}, "Filter it.", false}}},
		"all platforms":  {affected.Match{Hits: []affected.Hit{hit(3, "macos")}}, []Stopgap{{nil, "Turn all off.", true}}},
		"the fix is out": {affected.Match{Hits: []affected.Hit{hit(5, "macos")}}, []Stopgap{{nil, "Stay in.", false}}},
		"what we run":    {affected.Match{Evidence: "everyone"}, []Stopgap{{nil, "Wait.", false}}},
	} {
		if diff := cmp.Diff(c.want, desk(b).until(c.match)); diff != "" {
			t.Errorf("%s:\n%s", name, diff)
		}
	}
}

// TestChecks: a version shows that it worked only where there is one with the fix, and one
// version only where it is that of every node.
func TestChecks(t *testing.T) {
	b := severe()
	b.Affected = []bulletin.Affected{
		{Product: "client", Versions: version.Range{Fixed: "1.66.1"}},
		{Product: "client", Versions: version.Range{LastAffected: "1.66.0"}},
		{Product: "client", Unfixed: "being tested"},
		{Product: "coordination", Unfixed: "being tested"},
	}
	hit := func(row int) affected.Hit { return affected.Hit{Row: row} }
	for name, c := range map[string]struct {
		hits []affected.Hit
		want []Check
	}{
		"no node":             {nil, nil},
		"a fix":               {[]affected.Hit{hit(0), hit(0)}, []Check{{"example version", "1.66.1"}}},
		"a fix, and none":     {[]affected.Hit{hit(0), hit(2)}, []Check{{"example version", ""}}},
		"the last without it": {[]affected.Hit{hit(1)}, []Check{{"example version", ""}}},
		"no fix":              {[]affected.Hit{hit(2), hit(3)}, nil},
	} {
		if diff := cmp.Diff(c.want, desk(b).checks(c.hits)); diff != "" {
			t.Errorf("%s:\n%s", name, diff)
		}
	}
}

// TestPlatformNames: a platform stands as its makers write it, and what is none of them as
// it is, where it can do no harm.
func TestPlatformNames(t *testing.T) {
	for word, want := range map[string]string{"windows": "Windows", "macos": "macOS", "linux": "Linux", "ios": "iOS", "android": "Android", "freebsd": "FreeBSD", "Windows 11": "Windows 11", "beos": "beos", "": "", "x\u202E": `x\u{202E}`} {
		if got := platformName(word); got != want {
			t.Errorf("%q is %q, want %q", word, got, want)
		}
	}
}
