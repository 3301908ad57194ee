package version

import "testing"

// Ranges of two rows of one product (F16).
func TestTwoRanges(t *testing.T) {
	r := func(introduced, fixed, last string) Range { return Range{introduced, fixed, last} }
	for _, c := range []struct {
		name     string
		a, b     Range
		overlaps bool
		gap      string // before b
	}{
		{"branches", r("1.30.0", "1.60.4", ""), r("1.62.0", "1.62.2", ""), false, "versions from 1.60.4 on, before 1.62.0,"},
		{"numbers, not letters", r("1.9.0", "1.9.5", ""), r("1.10.0", "1.10.2", ""), false, "versions from 1.9.5 on, before 1.10.0,"},
		{"edge to edge", r("1.30.0", "1.60.0", ""), r("1.60.0", "1.62.2", ""), false, ""},
		{"last affected is inside", r("1.30.0", "", "1.60.0"), r("1.60.0", "1.62.2", ""), true, ""},
		{"last affected, then the next", r("1.30.0", "", "1.60.0"), r("1.60.1", "1.62.2", ""), false, "versions after 1.60.0, before 1.60.1,"},
		{"within", r("1.30.0", "1.60.0", ""), r("1.40.0", "1.50.0", ""), true, ""},
		{"no beginning", r("", "1.60.0", ""), r("1.50.0", "1.62.2", ""), true, ""},
		{"no beginning, and earlier", r("", "1.40.0", ""), r("1.50.0", "1.62.2", ""), false, "versions from 1.40.0 on, before 1.50.0,"},
		{"two without a beginning", r("", "1.40.0", ""), r("", "1.62.2", ""), true, ""},
		{"no end", r("1.30.0", "", ""), r("1.50.0", "1.62.2", ""), true, ""},
		{"unreadable", r("x", "1.60.0", ""), r("1.50.0", "1.62.2", ""), false, ""},
	} {
		if a, b := c.a.Overlaps(c.b, Prerelease), c.b.Overlaps(c.a, Prerelease); a != c.overlaps || b != c.overlaps {
			t.Errorf("%s: overlaps %v, turned round %v, want %v", c.name, a, b, c.overlaps)
		}
		if gap, found := c.a.GapBefore(c.b, Prerelease); gap != c.gap || found != (c.gap != "") {
			t.Errorf("%s: gap %q, want %q", c.name, gap, c.gap)
		}
		if gap, found := c.b.GapBefore(c.a, Prerelease); found {
			t.Errorf("%s: turned round there is a gap: %q", c.name, gap)
		}
	}
	if (Range{Fixed: "1.66.1"}).Holds("soon", Prerelease) || !(Range{Fixed: "1.66.1-t1"}).Holds("1.66.0-t2", Build) || (Range{Fixed: "1.66.1-t1"}).Holds("1.66.1-t2", Build) {
		t.Error("Holds")
	}
}
