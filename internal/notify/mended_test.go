package notify

import (
	"testing"

	"tocsin/internal/bulletin"
	"tocsin/internal/version"
)

// F65: letters promise the fix that the bulletin's page does, and no other.
func TestMended(t *testing.T) {
	fixed, last := version.Range{Fixed: "1.66.1"}, version.Range{LastAffected: "1.66.0"}
	for _, c := range []struct {
		row   bulletin.Affected
		fixed string
		after string
	}{
		{bulletin.Affected{Versions: fixed}, "1.66.1", ""},
		{bulletin.Affected{Versions: fixed, Channel: "distro"}, "1.66.1", ""},
		{bulletin.Affected{Versions: fixed, Channel: "rc"}, "", ""},
		{bulletin.Affected{Versions: last}, "", "1.66.0"},
		{bulletin.Affected{Versions: last, Channel: "unstable"}, "", ""},
		{bulletin.Affected{Versions: last, Unfixed: "no longer built"}, "", ""},
		{bulletin.Affected{}, "", ""},
	} {
		if fixed, after := mended(c.row); fixed != c.fixed || after != c.after {
			t.Errorf("%+v: %q, after %q; want %q, after %q", c.row, fixed, after, c.fixed, c.after)
		}
	}
}
