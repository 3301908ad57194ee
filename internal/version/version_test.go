package version

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"golang.org/x/mod/semver"
)

func parse(t *testing.T, text string, suffix Suffix) Version {
	t.Helper()
	v, err := Parse(text, suffix)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// Each row compares two versions; > turns the row round (F16).
func TestCompare(t *testing.T) {
	for _, c := range []struct {
		a, relation, b string
		suffix         Suffix
	}{
		{"1.9.0", "<", "1.10.0", Prerelease},
		{"1.60", "=", "1.60.0", Prerelease},
		{"1.6", "<", "1.60", Prerelease},
		{"2", "=", "2.0.0", Prerelease},
		{"v1.66.1", "=", "1.66.1", Prerelease},
		{"1.66.1-rc1", "<", "1.66.1", Prerelease},
		{"1.66.1-rc1", ">", "1.66.0", Prerelease},
		{"1.0.0-2", "<", "1.0.0-10", Prerelease},
		{"1.0.0-rc2", ">", "1.0.0-rc10", Prerelease}, // Semantic Versioning compares words as text
		{"1.0.0-1", "<", "1.0.0-a", Prerelease},
		{"1.2.3+a-b", "=", "1.2.3", Prerelease},
		{"1.2.3-rc1+a-b", "<", "1.2.3", Prerelease},
		{"99999999999999999999.0.0", ">", "99999999999999999998.9.9", Prerelease},
		// What follows the hyphen is the product's own matter.
		{"1.32.3-tad8ed1c0b-g3f7a1c2", "<", "1.32.3", Prerelease},
		{"1.32.3-tad8ed1c0b-g3f7a1c2", "=", "1.32.3", Build},
		{"1.32.3-tad8ed1c0b-g3f7a1c2", "=", "1.32.3-t00000000", Build},
		{"1.32.4-tad8ed1c0b", ">", "1.32.3", Build},
		{"1.2.3+a-b", "=", "1.2.3", Build},
		{"1.2.3-a+b", "=", "1.2.3", Build},
		{"1.2.3-a+b+c", "=", "1.2.3", Build},
		{"v1.2.3-00a", "=", "1.2.3", Build},
	} {
		a, b := parse(t, c.a, c.suffix), parse(t, c.b, c.suffix)
		want := map[string]int{"<": -1, "=": 0, ">": 1}[c.relation]
		if got := a.Compare(b); got != want {
			t.Errorf("%s compared with %s (suffix %q): %d, want %d", c.a, c.b, c.suffix, got, want)
		}
		if got := b.Compare(a); got != -want {
			t.Errorf("%s compared with %s (suffix %q): %d, want %d", c.b, c.a, c.suffix, got, -want)
		}
	}
}

// What is no version is an error, never an old one (F16).
func TestInvalidVersions(t *testing.T) {
	for _, text := range []string{
		"", "v", "V1.2.3", "vv1.2.3", "1.", ".1", "1..2", "1.2.", "1.2.3.4", "1.2.3.", "01.2.3", "1.02", "1.2.03",
		"-1.2.3", "+1.2.3", " 1.2.3", "1.2.3 ", "1.2.3\n", "1.2.3\x00", "1,2,3", "1.2.x", "latest", "1.2.3-", "1.2.3+",
		"1.2.3-01", "1.2.3-a..b", "1.2.3-ä", "1.2.3+a+b", "１.2.3", "0x1.2.3", "1e3", "1.2-rc1", "1.2+b", "1.2.3_4",
	} {
		if v, err := Parse(text, Prerelease); err == nil {
			t.Errorf("%q was read as %+v", text, v)
		} else if !strings.Contains(err.Error(), fmt.Sprintf("%q", text)) {
			t.Errorf("the error does not name %q: %v", text, err)
		}
	}
	for _, text := range []string{"1.2.3-", "1.2.3-a..b", "1.2.3-ä", "1.2-t1", "01.2.3-t1", "-t1"} {
		if v, err := Parse(text, Build); err == nil {
			t.Errorf("%q was read as %+v", text, v)
		}
	}
}

func TestVersionsStayText(t *testing.T) {
	for _, text := range []string{"1.60", "v1.60", "1.32.3-tad8ed1c0b-g3f7a1c2", "2"} {
		if got := parse(t, text, Build).String(); got != text {
			t.Errorf("%q prints as %q", text, got)
		}
	}
}

func TestRangeCheck(t *testing.T) {
	for _, c := range []struct {
		name  string
		r     Range
		wrong string // part of the error; empty where there is none
	}{
		{"no bounds", Range{}, ""},
		{"both", Range{Introduced: "1.30.0", Fixed: "1.66.1"}, ""},
		{"across ten", Range{Introduced: "1.9.0", Fixed: "1.10.0"}, ""},
		{"one version", Range{Introduced: "1.30.0", LastAffected: "1.30.0"}, ""},
		{"no version", Range{Introduced: "1.30.0", Fixed: "1.30.0"}, "ends before it begins"},
		{"no version, said otherwise", Range{Introduced: "1.30", Fixed: "v1.30.0"}, "ends before it begins"},
		{"turned round", Range{Introduced: "1.66.1", Fixed: "1.30.0"}, "ends before it begins"},
		{"turned round, last affected", Range{Introduced: "1.66.1", LastAffected: "1.66.0"}, "ends before it begins"},
		{"fixed before the first version of all", Range{Fixed: "0.0.0-0"}, "ends before it begins"},
		{"fixed in its prereleases", Range{Fixed: "0.0.0-rc1"}, ""},
		{"two ends", Range{Fixed: "1.66.1", LastAffected: "1.66.0"}, "not both"},
		{"odd introduced", Range{Introduced: "1.30.x", Fixed: "1.66.1"}, `"1.30.x"`},
		{"odd fixed", Range{Fixed: "soon"}, `"soon"`},
		{"odd last affected", Range{LastAffected: "1.2.3.4"}, `"1.2.3.4"`},
	} {
		err := c.r.Check(Prerelease)
		if c.wrong == "" && err != nil || c.wrong != "" && (err == nil || !strings.Contains(err.Error(), c.wrong)) {
			t.Errorf("%s: %v, want %q", c.name, err, c.wrong)
		}
	}
	builds := Range{Introduced: "1.30.0-t1", Fixed: "1.30.0-t2"}
	if builds.Check(Prerelease) != nil || builds.Check(Build) == nil {
		t.Error("two builds of one version are a range only where the suffix is a prerelease")
	}
}

func TestLocate(t *testing.T) {
	fixed := Range{Introduced: "1.30.0", Fixed: "1.66.1"}
	last := Range{Introduced: "1.30.0", LastAffected: "1.66.1"}
	for _, c := range []struct {
		r       Range
		version string
		suffix  Suffix
		want    Where
	}{
		{fixed, "1.29.9", Prerelease, Before},
		{fixed, "1.9.0", Prerelease, Before},
		{fixed, "1.30.0", Prerelease, Inside},
		{fixed, "1.66.0", Prerelease, Inside},
		{fixed, "1.66.1-rc1", Prerelease, Inside},
		{fixed, "1.66.1", Prerelease, After},
		{fixed, "1.100.0", Prerelease, After},
		{fixed, "1.66.1-t9d5c0b", Build, After},
		{fixed, "1.30.0-t9d5c0b", Build, Inside},
		{last, "1.66.1", Prerelease, Inside},
		{last, "1.66.1+b7", Prerelease, Inside},
		{last, "1.66.2", Prerelease, After},
		{last, "1.66.1-t9d5c0b", Build, Inside},
		{Range{Fixed: "1.66.1"}, "0.0.1", Prerelease, Inside},
		{Range{Introduced: "1.30.0"}, "999.0.0", Prerelease, Inside},
		{Range{}, "0.0.0-0", Prerelease, Inside},
	} {
		got, err := c.r.Locate(parse(t, c.version, c.suffix), c.suffix)
		if err != nil || got != c.want {
			t.Errorf("%s in %q (suffix %q): %v %v, want %v", c.version, c.r, c.suffix, got, err, c.want)
		}
	}
	if _, err := (Range{Fixed: "soon"}).Locate(parse(t, "1.0", Prerelease), Prerelease); err == nil {
		t.Error("a version was located in a range that ends soon")
	}
}

func TestRangeString(t *testing.T) {
	for want, r := range map[string]Range{
		"all versions":                    {},
		"1.30.0 and later":                {Introduced: "1.30.0"},
		"before 1.66.1":                   {Fixed: "1.66.1"},
		"up to 1.66.0":                    {LastAffected: "1.66.0"},
		"1.30 and later, before 1.66.1":   {Introduced: "1.30", Fixed: "1.66.1"},
		"1.30.0 and later, up to 1.66.10": {Introduced: "1.30.0", LastAffected: "1.66.10"},
	} {
		if got := r.String(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// someVersion is a random version as people write them, near to others of its kind.
func someVersion(r *rand.Rand) string {
	parts := make([]string, 1+r.IntN(3))
	for i := range parts {
		parts[i] = fmt.Sprint(r.IntN(3) * (1 + r.IntN(9)))
	}
	text := strings.Repeat("v", r.IntN(2)) + strings.Join(parts, ".")
	if len(parts) < 3 {
		return text
	}
	words := []string{"rc1", "rc.2", "alpha", "7", "10", "t9d5c0b-g3f7a1c2", "0a"}
	if r.IntN(2) == 0 {
		text += "-" + words[r.IntN(len(words))]
	}
	if r.IntN(3) == 0 {
		text += "+" + words[r.IntN(len(words))]
	}
	return text
}

// F16: 1,000 random pairs, and ranges of them, against x/mod.
func TestRandomPairsAgainstXMod(t *testing.T) {
	seed := rand.Uint64()
	r := rand.New(rand.NewPCG(seed, 16))
	t.Logf("seed %d", seed)
	v := func(text string) string { return "v" + strings.TrimPrefix(text, "v") }
	core := func(text string) string {
		core, _, _ := strings.Cut(v(text), "-")
		return core
	}
	for range 1000 {
		a, b, c := someVersion(r), someVersion(r), someVersion(r)
		if got, want := parse(t, a, Prerelease).Compare(parse(t, b, Prerelease)), semver.Compare(v(a), v(b)); got != want {
			t.Errorf("%s, %s: %d, want %d", a, b, got, want)
		}
		if got, want := parse(t, a, Build).Compare(parse(t, b, Build)), semver.Compare(core(a), core(b)); got != want {
			t.Errorf("%s, %s without their suffixes: %d, want %d", a, b, got, want)
		}
		want := Inside
		switch {
		case semver.Compare(v(a), v(b)) < 0:
			want = Before
		case semver.Compare(v(a), v(c)) >= 0:
			want = After
		}
		if got, err := (Range{Introduced: b, Fixed: c}).Locate(parse(t, a, Prerelease), Prerelease); err != nil || got != want {
			t.Errorf("%s in [%s, %s): %v %v, want %v", a, b, c, got, err, want)
		}
	}
}

// FuzzParse: what is read keeps its text, equals itself, and is what x/mod reads.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{"1.66.1", "v1.60", "1.2.3.4", "1.32.3-tad8ed1c0b-g3f7a1c2", "1.2.3+a-b", "", "v", "1.2.3-+"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		plain, err := Parse(text, Prerelease)
		if (err == nil) != semver.IsValid("v"+strings.TrimPrefix(text, "v")) {
			t.Errorf("%q: %v", text, err)
		}
		if err == nil && (plain.String() != text || plain.Compare(plain) != 0) {
			t.Errorf("%q became %q", text, plain)
		}
		build, err := Parse(text, Build)
		if err == nil && (build.String() != text || semver.Prerelease(build.canonical) != "") {
			t.Errorf("%q still is a prerelease: %s", text, build.canonical)
		}
		if _, err := (Range{Introduced: text, LastAffected: text}).Locate(build, Build); err != nil && build.text != "" {
			t.Errorf("%q is a version and no bound: %v", text, err)
		}
	})
}
