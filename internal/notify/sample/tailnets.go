package sample

import (
	"fmt"
	"io"
	"strings"
)

// trade is a kind of fictional organisation. The %s of its title takes its number.
type trade struct {
	slug     string
	title    string
	language string
}

// Some names need quoting in a table, some are not ASCII, one runs from right to
// left: letters and pages have to bear them all.
var trades = []trade{
	{"bakery", "Example Bakery %s", "en"},
	{"clinic", "Example Clinic %s", "en"},
	{"buchladen", "Beispiel-Bücherstube %s", "de"},
	{"library", "Example Library %s", ""},
	{"farm", "Example Farm, Orchard & Sons %s", "en"},
	{"boulangerie", "Boulangerie Exemple À l’Été %s", "fr"},
	{"studio", `Example Studio "Sample" %s`, "en"},
	{"denki", "サンプル電機 %s", "ja"},
	{"school", "Example School %s", "en"},
	{"makhbaz", "مخبز المثال %s", "ar"},
	{"cycles", "Example Cycles %s", "en"},
	{"ksiegarnia", "Przykładowa Księgarnia %s", "pl"},
	{"joinery", "Example Joinery %s", ""},
}

var domains = []string{"example.com", "example.net", "example.org"}

// Among every forty tailnets two have given no address. Of one of them somebody else
// knew one, which stands in the table of contacts.
const unreachable, onFile, outOf = 23, 11, 40

// WriteTailnets writes the tailnets table.
func WriteTailnets(w io.Writer, s Size) error {
	if err := s.check(); err != nil {
		return err
	}
	header := []string{"tailnet", "display_name", "owner_email", "security_email", "security_email_verified", "language"}
	return table(w, header, s.Tailnets, s.tailnet)
}

func (s Size) tailnet(row int, fields []string) {
	t := trades[row%len(trades)]
	domain := tailnetID(row)
	fields[0] = domain
	fields[1] = strings.Replace(t.title, "%s", serial(row), 1)
	fields[2], fields[3], fields[4] = s.contacts(row, domain)
	fields[5] = t.language
}

// contacts gives the Owner's address, the security contact's and whether that one
// was verified: most tailnets have named one, some never confirmed it.
func (s Size) contacts(row int, domain string) (owner, security, verified string) {
	if row%outOf == unreachable || row%outOf == onFile {
		return "", "", ""
	}
	owner = "owner@" + domain
	d := throw(s.Seed, diceOfTailnet, row)
	switch roll := d.roll(10); {
	case roll < 5:
		return owner, "security@" + domain, "yes"
	case roll < 7:
		return owner, "security@" + domain, "no"
	}
	return owner, "", ""
}

// tailnetID names a tailnet by the domain of the organisation it belongs to.
func tailnetID(row int) string {
	return trades[row%len(trades)].slug + "-" + serial(row) + "." + domains[row%len(domains)]
}

// serial is a row's number as it stands in names, counted from 1.
func serial(row int) string { return fmt.Sprintf("%03d", row+1) }
