package bulletin

import "testing"

// Whoever tries what is not released has no fix for users; nor is a channel that nobody
// knows one.
func TestWithheld(t *testing.T) {
	for channel, want := range map[string]bool{"": false, "stable": false, "store": false, "distro": false, "rc": true, "unstable": true, "beta": true, "Stable": true} {
		if got := (Affected{Channel: channel}).Withheld(); got != want {
			t.Errorf("%q: %v", channel, got)
		}
	}
}
