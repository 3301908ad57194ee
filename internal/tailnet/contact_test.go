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
			if c.tailnet.Reached() != found {
				t.Errorf("reached: %v", !found)
			}
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

// F28: a supplement fills a gap and never goes before the tailnet's own addresses; whose
// word it is, and what was passed over, is on record.
func TestSupplement(t *testing.T) {
	const id, owner = ID("bakery.example.com"), "owner@example.com"
	file := func(email, source, by string) Supplement { return Supplement{id, email, source, by} }
	good, bad := file("it@example.com", "contract 17", "A. Example"), file("it@localhost", "ticket", "")
	for _, c := range []struct {
		name    string
		tailnet Tailnet
		onFile  []Supplement
		address Address
		reason  ContactReason
		trace   []string // after what the tailnet's own addresses left
	}{
		{"not needed", Tailnet{OwnerEmail: owner}, []Supplement{good}, owner, Owner, nil},
		{"no address of its own", Tailnet{}, []Supplement{good}, "it@example.com", Supplemented, []string{"contact on file by A. Example from contract 17"}},
		{"an unverified contact stays unverified", Tailnet{SecurityEmail: "it@example.com"}, []Supplement{good}, "it@example.com", Supplemented, []string{"contact on file by A. Example from contract 17"}},
		{"the first that can be used", Tailnet{}, []Supplement{bad, good, file("b@example.com", "", "")}, "it@example.com", Supplemented,
			[]string{"contact on file from ticket: the part after @ is not a domain name", "contact on file by A. Example from contract 17"}},
		{"by nobody, from nowhere", Tailnet{}, []Supplement{file("b@example.com", "", "")}, "b@example.com", Supplemented, []string{"contact on file"}},
		{"none that can be used", Tailnet{}, []Supplement{bad}, "", "", []string{"contact on file from ticket: the part after @ is not a domain name"}},
		{"F20: of another tailnet", Tailnet{}, []Supplement{{"bakery", "it@example.com", "", ""}}, "", "", []string{"contact on file: of another tailnet"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.tailnet.ID = id
			own, _ := c.tailnet.Contact()
			got, found := c.tailnet.Contact(c.onFile...)
			if got.Address != c.address || got.Reason != c.reason || found != (c.address != "") || got.Tailnet != id {
				t.Errorf("%+v, found %v; want %q for %q", got, found, c.address, c.reason)
			}
			if !slices.Equal(got.Trace, append(own.Trace, c.trace...)) {
				t.Errorf("trace %q, want %q after %q", got.Trace, c.trace, own.Trace)
			}
			if strings.Contains(strings.Join(got.Trace, " "), "@example.com") {
				t.Errorf("the trace holds an address: %q", got.Trace)
			}
		})
	}
}

// F28: a tailnet that the inventory has no more is reached at the address in its
// findings, and is listed where that cannot be used.
func TestFormerContact(t *testing.T) {
	if c, found := FormerContact("gone", "it@example.com"); !found || c.Tailnet != "gone" || c.Address != "it@example.com" || c.Reason != FoundAddress || len(c.Trace) != 1 {
		t.Errorf("%+v, %v", c, found)
	}
	for _, email := range append(hostile(), "") {
		if c, found := FormerContact("gone", email); found || c.Address != "" || len(c.Trace) != 2 || c.Tailnet != "gone" {
			t.Errorf("%.40q: %+v, %v", email, c, found)
		}
	}
}
