package inventory

import (
	"cmp"
	"errors"
	"slices"
	"strings"

	"tocsin/internal/bulletin"
	"tocsin/internal/tailnet"
	"tocsin/internal/verdict"
)

// Findings reads the table of what somebody found out about tailnets, their nodes or
// users, and hands each to visit. Columns: tailnet and status must be there; node_id,
// user_id, data_visible, first_seen, last_seen, tell, done, done_at and email may. The
// column internal_note is for those who keep the table, and is not read. A finding of a
// tailnet that is not known is one of a former tailnet where it has an email, the same
// in all its rows; without one it is a bad row. So is one that visit refuses; the error
// becomes its problem, at the column that its method Column names, and must name nobody.
func (t Table) Findings(known func(tailnet.ID) bool, visit func(tailnet.Finding) error) (Read, error) {
	ask := t.asking()
	of, status := ask.must("tailnet"), ask.must("status")
	node, user, visible := ask.may("node_id"), ask.may("user_id"), ask.may("data_visible")
	first, last := ask.may("first_seen"), ask.may("last_seen")
	tell, done, doneAt, email := ask.may("tell"), ask.may("done"), ask.may("done_at"), ask.may("email")
	former := make(map[tailnet.ID]string)
	ask.closed = []string{cmp.Or(t.Columns["internal_note"], "internal_note")}
	return t.each(ask, func(r *row) {
		f := tailnet.Finding{
			Tailnet:   tailnet.ID(r.cells[of]),
			Node:      r.cells[node],
			User:      r.cells[user],
			Status:    tailnet.FindingStatus(r.cells[status]),
			FirstSeen: r.cells[first],
			LastSeen:  r.cells[last],
			Tell:      r.cells[tell],
			Done:      r.cells[done],
			DoneAt:    r.cells[doneAt],
			Email:     r.cells[email],
		}
		var readable bool
		f.DataVisible, readable = threefold(r.cells[visible])
		switch {
		case !r.named(of) || !r.trim(node) || !r.trim(user) || !r.address(email):
		case !slices.Contains(tailnet.FindingStatuses[:], f.Status):
			r.bad(status, "must be "+statuses())
		case !r.dated(first) || !r.dated(last) || !r.dated(doneAt):
		case !readable:
			r.bad(visible, "must be yes or no, or unknown, or empty")
		case !known(f.Tailnet) && !r.former(f, email, former):
		default:
			if err := visit(f); err != nil {
				r.refused(of, err)
			}
		}
	})
}

// dated reports whether a cell holds a date or nothing, and takes another for a bad row: letters
// show it as it is, and any other text could name somebody.
func (r *row) dated(column int) bool {
	text := r.cells[column]
	if text == "" || !bulletin.Instant(text).IsZero() {
		return true
	}
	r.bad(column, "must be a day such as 2026-05-03, or a time with its zone")
	return false
}

// refused reports a row that was refused, at the column that the error names, else at another.
func (r *row) refused(at int, err error) {
	type placed interface {
		error
		Column() string
	}
	if about, names := errors.AsType[placed](err); names {
		at = max(at, slices.IndexFunc(r.reading.asked.list, func(c column) bool { return c.ours == about.Column() }))
	}
	r.bad(at, err.Error())
}

// former reports a finding of a tailnet that nobody knows, where it says nothing, or
// two things, of who is to be told.
func (r *row) former(f tailnet.Finding, email int, addresses map[tailnet.ID]string) bool {
	switch earlier, seen := addresses[f.Tailnet]; {
	case f.Email == "":
		r.bad(email, "the tailnet is not in the table of tailnets: a finding of a former tailnet needs the address to tell")
		return false
	case seen && earlier != f.Email:
		r.bad(email, "the former tailnet has another address in an earlier row")
		return false
	}
	addresses[f.Tailnet] = f.Email
	return true
}

// threefold reads a cell of which nothing is known where it is empty.
func threefold(text string) (value verdict.Truth, readable bool) {
	if text == "" || strings.EqualFold(text, "unknown") {
		return verdict.Unknown, true
	}
	is, readable := truth(text)
	return verdict.Of(is), readable
}

// statuses lists the words that a finding can have.
func statuses() string {
	var words []string
	for _, s := range tailnet.FindingStatuses {
		words = append(words, string(s))
	}
	return strings.Join(words[:len(words)-1], ", ") + " or " + words[len(words)-1]
}
