package version

import (
	"cmp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/mod/semver"
)

// FuzzRange: whatever stands in the bounds, nothing panics, Check and Locate agree
// on what a bound is, a version is located where comparing it with the bounds says,
// and along ordered versions the answers go Before, Inside, After (F16).
func FuzzRange(f *testing.F) {
	for _, s := range [][5]string{
		{"1.30.0", "1.66.1", "", "1.29.9", "1.66.0"},
		{"1.30.0", "", "1.66.1", "1.66.1+b7", "1.66.2"},
		{"1.9", "v1.10.0", "", "1.9.9-rc1", "1.10"},
		{"1.66.1", "1.30.0", "1.2.3-rc.1", "1.32.3-tad8ed1c0b-g3f7a1c2", "1.32.3"},
		{"", "0.0.0-0", "", "0.0.0-0", "0"},
		{"", "soon", "", "1.2.3.4", "01.2.3"},
		{"1.30", "v1.30.0", "", "1.2.3+a+b", "1.2.3-a+b"},
		{"1.30.0", "", "1.30.0+b7", "1.30.0", "1.30.1"},
		{"", "2.0.0", "1.9.9", "1.9.9", "2"},
		{"1.0.0-0a", "1.0.0-1", "99999999999999999999.0.0", "1.0.0-a+a-b", "2"},
	} {
		f.Add(s[0], s[1], s[2], s[3], s[4], false)
		f.Add(s[0], s[1], s[2], s[3], s[4], true)
	}
	f.Fuzz(func(t *testing.T, introduced, fixed, lastAffected, one, other string, build bool) {
		r, suffix := Range{introduced, fixed, lastAffected}, suffixOf(build)
		sound := r.Check(suffix) == nil
		if sound && !wantReadable(r, suffix) {
			t.Errorf("Check accepts %+v (suffix %q), which cannot be read", r, suffix)
		}
		if sound && !holds(t, r, suffix) {
			t.Errorf("Check accepts %+v (suffix %q), which holds no version", r, suffix)
		}
		twoEnds := fixed != "" && lastAffected != ""
		if sound && twoEnds {
			t.Errorf("Check accepts two ends: %+v (suffix %q)", r, suffix)
		}
		if !sound && wantReadable(r, suffix) && !twoEnds && holds(t, r, suffix) {
			t.Errorf("Check refuses %+v (suffix %q), which holds versions", r, suffix)
		}
		a, aErr := locate(t, r, one, suffix)
		b, bErr := locate(t, r, other, suffix)
		if aErr != nil || bErr != nil {
			return
		}
		if order := compare(one, other, suffix); order <= 0 && a > b || order >= 0 && a < b {
			t.Errorf("%q, %q in %+v (suffix %q): %v, %v", one, other, r, suffix, a, b)
		}
	})
}

func suffixOf(build bool) Suffix {
	if build {
		return Build
	}
	return Prerelease
}

// locate locates a text and holds the answer against the comparisons of x/mod.
func locate(t *testing.T, r Range, text string, suffix Suffix) (Where, error) {
	v, err := Parse(text, suffix)
	if (err == nil) != semver.IsValid(plain(text, suffix)) {
		t.Errorf("%q (suffix %q) is a version: %v", text, suffix, err)
	}
	if err != nil {
		if v != (Version{}) {
			t.Errorf("%q is no version, and %+v all the same", text, v)
		}
		return 0, err
	}
	got, err := r.Locate(v, suffix)
	if readable := wantReadable(r, suffix); (err == nil) != readable {
		t.Errorf("%+v (suffix %q) is readable %v: %v", r, suffix, readable, err)
	}
	if want := wantWhere(r, text, suffix); err == nil && got != want {
		t.Errorf("%q in %+v (suffix %q): %v, want %v", text, r, suffix, got, want)
	}
	return got, err
}

// plain is the text as x/mod reads it: without what a build suffix adds, which
// must be well formed all the same.
func plain(text string, suffix Suffix) string {
	canonical := "v" + strings.TrimPrefix(text, "v")
	core, rest, found := strings.Cut(canonical, "-")
	if suffix == Prerelease || !found || strings.Contains(core, "+") {
		return canonical
	}
	if joined := core + "+" + strings.ReplaceAll(rest, "+", "."); !semver.IsValid(joined) {
		return ""
	}
	return core
}

func compare(one, other string, suffix Suffix) int {
	return semver.Compare(plain(one, suffix), plain(other, suffix))
}

func wantReadable(r Range, suffix Suffix) bool {
	for _, bound := range []string{r.Introduced, r.Fixed, r.LastAffected} {
		if bound != "" && !semver.IsValid(plain(bound, suffix)) {
			return false
		}
	}
	return true
}

// wantWhere is what the bounds say one by one, for a version and bounds that can be read.
func wantWhere(r Range, text string, suffix Suffix) Where {
	switch {
	case r.Introduced != "" && compare(text, r.Introduced, suffix) < 0:
		return Before
	case r.Fixed != "" && compare(text, r.Fixed, suffix) >= 0,
		r.LastAffected != "" && compare(text, r.LastAffected, suffix) > 0:
		return After
	}
	return Inside
}

// holds reports whether a range holds one of its bounds, or else the first version of all.
func holds(t *testing.T, r Range, suffix Suffix) bool {
	t.Helper()
	for _, text := range []string{cmp.Or(r.Introduced, first(suffix)), r.LastAffected} {
		if text == "" {
			continue
		}
		v, err := Parse(text, suffix)
		if err != nil {
			t.Fatalf("%+v (suffix %q): %v", r, suffix, err)
		}
		if where, err := r.Locate(v, suffix); err == nil && where == Inside {
			return true
		}
	}
	return false
}

// first is the version before which there is none.
func first(suffix Suffix) string {
	if suffix == Build {
		return "0.0.0"
	}
	return "0.0.0-0"
}

// FuzzCompare: comparing is an order (turned round it changes its sign, and it goes
// through in triples), the one of x/mod for Semantic Versioning, and the one of the
// three numbers where these differ (F16).
func FuzzCompare(f *testing.F) {
	for _, s := range [][3]string{
		{"1.9.0", "1.10.0", "1.10"},
		{"1.66.1-rc1", "v1.66.1", "1.66.1+b7"},
		{"1.0.0-2", "1.0.0-10", "1.0.0-a"},
		{"1.32.3-tad8ed1c0b-g3f7a1c2", "1.32.3", "1.32.4-t0"},
		{"99999999999999999999.0.0", "99999999999999999998.9.9", "2"},
		{"1.0.0-rc.1.0", "1.0.0-rc.1", "1.0.0-rc.-"},
	} {
		f.Add(s[0], s[1], s[2], false)
		f.Add(s[0], s[1], s[2], true)
	}
	f.Fuzz(func(t *testing.T, one, two, three string, build bool) {
		texts := []string{one, two, three}
		suffix := suffixOf(build)
		for _, text := range texts {
			if _, err := Parse(text, suffix); err != nil {
				return
			}
		}
		slices.SortFunc(texts, func(a, b string) int { return compared(t, a, b, suffix) })
		for i, a := range texts {
			for j, b := range texts {
				if got := compared(t, a, b, suffix); i < j && got > 0 || i == j && got != 0 {
					t.Errorf("%q, in order: %q, %q compare as %d (suffix %q)", texts, a, b, got, suffix)
				}
			}
		}
	})
}

// compared compares two versions and holds the answer against its reverse, x/mod, and their numbers.
func compared(t *testing.T, a, b string, suffix Suffix) int {
	t.Helper()
	v, w := parse(t, a, suffix), parse(t, b, suffix)
	got := v.Compare(w)
	if back := w.Compare(v); back != -got {
		t.Errorf("%q, %q: %d, and %d turned round (suffix %q)", a, b, got, back, suffix)
	}
	if want := compare(a, b, suffix); got != want {
		t.Errorf("%q, %q: %d, want %d (suffix %q)", a, b, got, want, suffix)
	}
	if want := slices.CompareFunc(numbers(a), numbers(b), byValue); want != 0 && got != want {
		t.Errorf("%q, %q: %d, their numbers say %d (suffix %q)", a, b, got, want, suffix)
	}
	return got
}

// numbers are the three numbers of a version, as text without leading zeros.
func numbers(text string) []string {
	core := strings.TrimPrefix(text, "v")
	if i := strings.IndexAny(core, "-+"); i >= 0 {
		core = core[:i]
	}
	parts := strings.Split(core, ".")
	for len(parts) < 3 {
		parts = append(parts, "0")
	}
	return parts
}

func byValue(a, b string) int {
	return cmp.Or(cmp.Compare(len(a), len(b)), strings.Compare(a, b))
}
