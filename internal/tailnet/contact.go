package tailnet

// ContactReason says why an address was chosen.
type ContactReason string

const (
	// SecurityContact is the address the tailnet named for security matters, confirmed.
	SecurityContact ContactReason = "security contact"
	// Owner is the tailnet's Owner: the default where no security contact is confirmed.
	Owner ContactReason = "Owner"
)

// Contact is the one address that a tailnet's letter goes to.
type Contact struct {
	Tailnet ID
	Address Address
	Reason  ContactReason
	Trace   []string // each address that was considered and passed over, with the reason
}

// Contact resolves who hears about security: the confirmed security contact, else
// the Owner. It reports false, with the trace, where neither address can be used:
// such a tailnet is unreachable and must be listed, never dropped.
func (t Tailnet) Contact() (Contact, bool) {
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
	return c, false
}
