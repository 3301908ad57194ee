package inventory

import "tocsin/internal/tailnet"

// Users reads the table of users and hands each to visit. Columns: tailnet and user_id
// must be there; login and role may. One person may belong to several tailnets, and
// stands in one row of each. A user of a tailnet that is not known is a bad row, and so
// is one that visit refuses; the error becomes its problem, and must name nobody.
func (t Table) Users(known func(tailnet.ID) bool, visit func(tailnet.User) error) (Read, error) {
	ask := t.asking()
	of, id := ask.must("tailnet"), ask.must("user_id")
	login, role := ask.may("login"), ask.may("role")
	return t.each(ask, func(r *row) {
		u := tailnet.User{Tailnet: tailnet.ID(r.cells[of]), ID: r.cells[id], Login: r.cells[login], Role: r.cells[role]}
		switch {
		case !r.named(id) || !r.named(of):
		case !known(u.Tailnet):
			r.bad(of, unknownTailnet)
		case r.again(id, "this user of this tailnet stands in an earlier row too", r.cells[of], u.ID):
		default:
			if err := visit(u); err != nil {
				r.bad(id, err.Error())
			}
		}
	})
}

// Contacts reads the table of contacts on file, which stand in where a tailnet's own
// addresses cannot be used, and hands each to visit. Columns: tailnet and email must be
// there; source and by may. The order of a tailnet's rows is the order in which they
// are tried. A contact of a tailnet that is not known is a bad row, and so is one that
// visit refuses; the error becomes its problem, and must name nobody.
func (t Table) Contacts(known func(tailnet.ID) bool, visit func(tailnet.Supplement) error) (Read, error) {
	ask := t.asking()
	of, email := ask.must("tailnet"), ask.must("email")
	source, by := ask.may("source"), ask.may("by")
	return t.each(ask, func(r *row) {
		s := tailnet.Supplement{Tailnet: tailnet.ID(r.cells[of]), Email: r.cells[email], Source: r.cells[source], By: r.cells[by]}
		switch {
		case !r.named(of) || !r.named(email) || !r.address(email):
		case !known(s.Tailnet):
			r.bad(of, unknownTailnet)
		default:
			if err := visit(s); err != nil {
				r.bad(of, err.Error())
			}
		}
	})
}
