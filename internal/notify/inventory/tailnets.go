package inventory

import (
	"strings"

	"tocsin/internal/tailnet"
)

// Tailnets reads the table of tailnets and hands each to visit. Columns: tailnet
// and owner_email must be there; display_name, security_email,
// security_email_verified and language may. A tailnet without any address is a
// tailnet all the same. Its texts are good until visit returns: who keeps one clones it.
func (t Table) Tailnets(visit func(tailnet.Tailnet)) (Read, error) {
	ask := t.asking()
	ask.brief = true
	id, owner := ask.must("tailnet"), ask.must("owner_email")
	display, security := ask.may("display_name"), ask.may("security_email")
	verified, language := ask.may("security_email_verified"), ask.may("language")
	return t.each(ask, func(r *row) {
		n := tailnet.Tailnet{
			ID:            tailnet.ID(r.cells[id]),
			DisplayName:   r.cells[display],
			OwnerEmail:    r.cells[owner],
			SecurityEmail: r.cells[security],
			Language:      r.cells[language],
		}
		var readable bool
		n.SecurityVerified, readable = truth(r.cells[verified])
		switch {
		case !r.named(id):
		case !r.address(owner) || !r.address(security):
		case !readable:
			r.bad(verified, "must be yes or no")
		case r.again(id, "this tailnet stands in an earlier row too", "", r.cells[id]):
		default:
			visit(n)
		}
	})
}

// named reports a cell that names nothing.
func (r *row) named(column int) bool {
	if r.cells[column] == "" {
		r.bad(column, "is empty")
		return false
	}
	return r.trim(column)
}

// trim reports a cell with white space around its text: it would name another
// tailnet, or another node, than the same text without.
func (r *row) trim(column int) bool {
	text := r.cells[column]
	if text == "" || visible(text[0]) && visible(text[len(text)-1]) || strings.TrimSpace(text) == text {
		return true
	}
	r.bad(column, "white space around it")
	return false
}

// visible reports an octet that is a character of ASCII and no white space.
func visible(octet byte) bool { return octet > ' ' && octet < 0x7F }

// address reports a cell that holds something other than nothing or one mailbox.
func (r *row) address(column int) bool {
	text := r.cells[column]
	if text == "" {
		return true
	}
	if _, err := tailnet.ParseAddress(text); err != nil {
		r.bad(column, err.Error())
		return false
	}
	return true
}

func truth(text string) (value, readable bool) {
	switch strings.ToLower(text) {
	case "yes", "true", "1":
		return true, true
	case "no", "false", "0", "":
		return false, true
	}
	return false, false
}
