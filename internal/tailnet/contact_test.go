package tailnet

import (
	"slices"
	"strings"
	"testing"
)

// F28: the confirmed security contact, else the Owner; every address that was
// passed over is on record with its reason.
func TestContact(t *testing.T) {
	const security, owner = "security@example.com", "owner@example.com"
	for _, c := range []struct {
		name    string
		tailnet Tailnet
		address Address
		reason  ContactReason
		trace   []string
	}{
		{"confirmed security contact", Tailnet{SecurityEmail: security, SecurityVerified: true, OwnerEmail: owner}, security, SecurityContact, nil},
		{"no security contact", Tailnet{OwnerEmail: owner}, owner, Owner, []string{"no security contact"}},
		{"verified, and empty", Tailnet{SecurityVerified: true, OwnerEmail: owner}, owner, Owner, []string{"no security contact"}},
		{"not confirmed", Tailnet{SecurityEmail: security, OwnerEmail: owner}, owner, Owner, []string{"security contact not verified"}},
		{"confirmed, and no address", Tailnet{SecurityEmail: "security", SecurityVerified: true, OwnerEmail: owner}, owner, Owner, []string{"security contact: not of the form name@domain"}},
		{"neither confirmed nor an address", Tailnet{SecurityEmail: "<a@example.com>", OwnerEmail: owner}, owner, Owner, []string{"security contact: the part before @ is not a plain dot-atom of at most 64 characters"}},
		{"both the same, not confirmed", Tailnet{SecurityEmail: owner, OwnerEmail: owner}, owner, Owner, []string{"security contact not verified"}},
		{"nobody", Tailnet{}, "", "", []string{"no security contact", "no Owner address"}},
		{"nobody that can be written to", Tailnet{SecurityEmail: security, OwnerEmail: "owner@localhost"}, "", "", []string{"security contact not verified", "Owner: the part after @ is not a domain name"}},
		{"no Owner", Tailnet{SecurityEmail: security}, "", "", []string{"security contact not verified", "no Owner address"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.tailnet.ID = "bakery.example.com"
			got, found := c.tailnet.Contact()
			if got.Address != c.address || got.Reason != c.reason || found != (c.address != "") {
				t.Errorf("%q for %q, found %v; want %q for %q", got.Address, got.Reason, found, c.address, c.reason)
			}
			if !slices.Equal(got.Trace, c.trace) {
				t.Errorf("trace %q, want %q", got.Trace, c.trace)
			}
			if got.Tailnet != c.tailnet.ID {
				t.Errorf("the contact belongs to %q", got.Tailnet)
			}
			if strings.Contains(strings.Join(got.Trace, " "), "@example.com") {
				t.Errorf("the trace names an address: %q", got.Trace)
			}
		})
	}
}

func TestName(t *testing.T) {
	if got := (Tailnet{ID: "bakery.example.com"}).Name(); got != "bakery.example.com" {
		t.Error(got)
	}
	if got := (Tailnet{ID: "bakery.example.com", DisplayName: "The Bakery"}).Name(); got != "The Bakery" {
		t.Error(got)
	}
}
