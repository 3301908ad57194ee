package planning

import (
	"strings"

	"tocsin/internal/notify"
	"tocsin/internal/notify/ledger"
	"tocsin/internal/tailnet"
)

// Renamed are the tailnets that were told, and that have another name by now and another
// address too. Most have moved. But it may be that the ID was given to another customer, who
// then counts as told and was not: no table shows that, so a person has to look.
type Renamed struct {
	Count int
	First []tailnet.ID // a few of them
}

// fewRenamed is how many are named.
const fewRenamed = 3

// compare counts a tailnet in whose name and address both differ from those to which its last
// letter went. Of what was forgotten, or was told by a person alone, nothing can be compared.
func (r *Renamed) compare(at notify.Placed, p ledger.Past) {
	unknown := !p.Told || p.Name == "" || p.Address == ""
	if unknown || p.Name == at.Row.Tailnet.Name() || strings.EqualFold(string(p.Address), string(at.Reached().Contact.Address)) {
		return
	}
	if r.Count++; len(r.First) < fewRenamed {
		r.First = append(r.First, at.Row.Tailnet.ID)
	}
}
