package version

import "testing"

// F53: a version is told by its numbers; what somebody called a build may be a name.
func TestRelease(t *testing.T) {
	for _, c := range []struct {
		text   string
		suffix Suffix
		want   string
	}{
		{"1.66.1", Prerelease, "1.66.1"},
		{"v1.66", Prerelease, "v1.66"},
		{"1.66.1-kims.laptop", Prerelease, "a prerelease of 1.66.1"},
		{"1.66.1+kims-laptop", Prerelease, "1.66.1"},
		{"1.66.1-rc1+kims-laptop", Prerelease, "a prerelease of 1.66.1"},
		{"1.66.1-kims-laptop", Build, "1.66.1"},
		{"1.66.1+kims-laptop", Build, "1.66.1"},
	} {
		v, err := Parse(c.text, c.suffix)
		if got := v.Release(); err != nil || got != c.want {
			t.Errorf("%q: %q, want %q: %v", c.text, got, c.want, err)
		}
	}
}
