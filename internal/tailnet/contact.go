package tailnet

// ContactReason says why an address was chosen.
type ContactReason string

const (
	// SecurityContact is the address the tailnet named for security matters, confirmed.
	SecurityContact ContactReason = "security contact"
	// Owner is the tailnet's Owner: the default where no security contact is confirmed.
	Owner ContactReason = "Owner"
	// Supplemented is an address from elsewhere, for want of the others. By whom and
	// from where is on record in the trace.
	Supplemented ContactReason = "contact on file"
	// FoundAddress is that of a former tailnet, which the inventory no longer has.
	FoundAddress ContactReason = "address in the findings"
	// EarlierAddress is that of the last letter to a former tailnet. Nothing else is left of it.
	EarlierAddress ContactReason = "address of the earlier letter"
)

// Supplement is an address for a tailnet that the inventory has none for, or none
// that can be used.
type Supplement struct {
	Tailnet ID
	Email   string
	Source  string // where it comes from: "contract", "support ticket"
	By      string // who put it on file
}

// Contact is the one address that a tailnet's letter goes to.
type Contact struct {
	Tailnet ID
	Address Address
	Reason  ContactReason
	Trace   []string // each address that was considered and passed over, with the reason
}

// Contact resolves who hears about security: the confirmed security contact, else
// the Owner, else the first supplement that can be used. It reports false, with the
// trace, where no address can be used: such a tailnet is unreachable and must be
// listed, never dropped. A supplement of another tailnet is passed over.
func (t Tailnet) Contact(supplement ...Supplement) (Contact, bool) {
	c := Contact{Tailnet: t.ID}
	switch address, err := ParseAddress(t.SecurityEmail); {
	case t.SecurityEmail == "":
		c.Trace = append(c.Trace, "no security contact")
	case err != nil:
		c.Trace = append(c.Trace, "security contact: "+err.Error())
	case !t.SecurityVerified:
		c.Trace = append(c.Trace, "security contact not verified")
	default:
		c.Address, c.Reason = address, SecurityContact
		return c, true
	}
	switch address, err := ParseAddress(t.OwnerEmail); {
	case t.OwnerEmail == "":
		c.Trace = append(c.Trace, "no Owner address")
	case err != nil:
		c.Trace = append(c.Trace, "Owner: "+err.Error())
	default:
		c.Address, c.Reason = address, Owner
		return c, true
	}
	return c, c.supplement(supplement)
}

// Reached reports whether [Tailnet.Contact] finds an address without any supplement, and
// writes no trace: it is asked of every tailnet of an inventory.
func (t Tailnet) Reached() bool {
	return t.SecurityVerified && usable(t.SecurityEmail) || usable(t.OwnerEmail)
}

func usable(text string) bool {
	_, err := ParseAddress(text)
	return err == nil
}

// FormerContact is the contact of a tailnet that the inventory has no more: the address
// in its findings. It reports false where that cannot be used.
func FormerContact(id ID, email string) (Contact, bool) {
	c := Contact{Tailnet: id, Trace: []string{"not in the table of tailnets"}}
	address, err := ParseAddress(email)
	if err != nil {
		c.Trace = append(c.Trace, "address in the findings: "+err.Error())
		return c, false
	}
	c.Address, c.Reason = address, FoundAddress
	return c, true
}

// EarlierContact is the contact of a tailnet that the inventory has no more: where the last
// letter to it went. It has no address where that is forgotten, or no such one.
func EarlierContact(id ID, email Address) Contact {
	c := Contact{Tailnet: id, Trace: []string{"not in the table of tailnets"}}
	address, err := ParseAddress(string(email))
	if err != nil {
		c.Trace = append(c.Trace, "address of the earlier letter: "+err.Error())
		return c
	}
	c.Address, c.Reason = address, EarlierAddress
	return c
}

// supplement takes the first address on file that can be used, and notes whose word it is.
func (c *Contact) supplement(onFile []Supplement) bool {
	for _, s := range onFile {
		address, err := ParseAddress(s.Email)
		switch {
		case s.Tailnet != c.Tailnet:
			c.Trace = append(c.Trace, "contact on file: of another tailnet")
		case err != nil:
			c.Trace = append(c.Trace, s.origin()+": "+err.Error())
		default:
			c.Address, c.Reason = address, Supplemented
			c.Trace = append(c.Trace, s.origin())
			return true
		}
	}
	return false
}

// origin says by whom an address was put on file and where it comes from.
func (s Supplement) origin() string {
	origin := "contact on file"
	if s.By != "" {
		origin += " by " + s.By
	}
	if s.Source != "" {
		origin += " from " + s.Source
	}
	return origin
}
