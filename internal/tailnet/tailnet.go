// Package tailnet holds the nouns of a customer's network: the tailnet itself,
// its nodes, and the address that hears about security.
//
// Every value that belongs to a tailnet carries the tailnet's ID, so that code
// which puts two together can see, and refuse, what does not belong together.
package tailnet

// ID names one tailnet, as the inventory spells it. It is opaque and compared byte by byte.
type ID string

// Tailnet is one row of the inventory's tailnets table.
type Tailnet struct {
	ID               ID
	DisplayName      string
	OwnerEmail       string
	SecurityEmail    string
	SecurityVerified bool   // the security contact has confirmed its address
	Language         string // BCP 47 tag of the letters' language; empty for the site's own
}

// Name is what people call the tailnet: its display name, else its ID.
func (t Tailnet) Name() string {
	if t.DisplayName != "" {
		return t.DisplayName
	}
	return string(t.ID)
}

// Node is one device of a tailnet, as the inventory's nodes table lists it.
type Node struct {
	Tailnet  ID
	ID       string
	Name     string
	User     string // ID of the user the node belongs to; empty for a tagged node
	OS       string // platform word: windows, macos, linux, ios, android, …
	Product  string // product of tocsin.yaml that the node runs
	Version  string // version text as reported; empty where none was
	LastSeen string // as exported; empty where unknown
	Cells    Cells  // the columns that a bulletin's `where:` asks for
}
