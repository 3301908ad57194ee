package sample

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"time"
)

// WriteUsers writes the users table: as many in each tailnet, the first of them its
// Owner.
func WriteUsers(w io.Writer, s Size) error {
	if err := s.check(); err != nil {
		return err
	}
	header := []string{"tailnet", "user_id", "login", "role"}
	return table(w, header, s.Users(), func(row int, fields []string) {
		tailnet, number := row/usersPerTailnet, row%usersPerTailnet+1
		fields[0] = tailnetID(tailnet)
		fields[1] = userID(tailnet, number)
		fields[2] = fmt.Sprintf("user-%02d@%s", number, fields[0])
		fields[3] = "member"
		switch number {
		case 1:
			fields[3] = "owner"
		case 2:
			fields[3] = "admin"
		}
	})
}

// Users is how many rows the users table has.
func (s Size) Users() int { return s.Tailnets * usersPerTailnet }

// userID names a user, counted from 1, of a tailnet.
func userID(tailnet, number int) string { return fmt.Sprintf("u%d-%02d", 1000+tailnet, number) }

// WriteContacts writes the table of contacts: an address for a tailnet that has given none.
func WriteContacts(w io.Writer, s Size) error {
	if err := s.check(); err != nil {
		return err
	}
	header := []string{"tailnet", "email", "source", "by"}
	return table(w, header, s.suppliedContacts(), func(row int, fields []string) {
		fields[0] = tailnetID(row*outOf + onFile)
		fields[1] = "admin@" + fields[0]
		fields[2] = "the order form of the example"
		fields[3] = "A. Example"
	})
}

// suppliedContacts is how many rows the table of contacts has.
func (s Size) suppliedContacts() int { return (s.Tailnets + outOf - 1 - onFile) / outOf }

// FindingsOf is the sample bulletin that the findings are about: names of shared
// nodes were shown, and only a log tells whose.
const FindingsOf = "TS-2026-004"

// One tailnet of four is concerned; with the former one they are eleven in the
// default inventory, which is what the bulletin says.
const shown, outOfShown = 1, 4

// WriteFindings writes the findings of one bulletin: a row for every tailnet, and one
// for a tailnet that the inventory no longer has.
func WriteFindings(w io.Writer, s Size) error {
	if err := s.check(); err != nil {
		return err
	}
	header := []string{"tailnet", "status", "data_visible", "first_seen", "last_seen", "tell", "internal_note", "done", "done_at", "email"}
	rows := s.Tailnets
	if rows > 0 {
		rows++
	}
	return table(w, header, rows, func(row int, fields []string) {
		clear(fields)
		fields[0], fields[1], fields[2] = tailnetID(row), "known_not_affected", "no"
		if row%outOfShown != shown && row != s.Tailnets {
			return
		}
		fields[1], fields[2] = "known_affected", "yes"
		fields[3], fields[4] = "2026-05-02", "2026-05-12"
		fields[5] = "The name of one of your nodes was shown to one tailnet with which you had stopped sharing it."
		fields[6] = "internal: log line " + serial(row)
		fields[7], fields[8] = "We removed the name from the list that showed it.", "2026-05-12"
		if row == s.Tailnets {
			fields[9] = "owner@" + fields[0]
		}
	})
}

// WriteExport writes what an export says of itself: when it was taken, how many rows
// its tables have, and the digests of its files, SHA-256 in hex by name.
func WriteExport(w io.Writer, s Size, digests map[string]string) error {
	if err := s.check(); err != nil {
		return err
	}
	_, err := fmt.Fprintf(w, "taken_at: %s\nrows:\n  tailnets: %d\n  nodes: %d\n  users: %d\nsha256:\n", lastExport.Format(time.RFC3339), s.Tailnets, s.Nodes, s.Users())
	for _, name := range slices.Sorted(maps.Keys(digests)) {
		if err == nil {
			_, err = fmt.Fprintf(w, "  %s: %s\n", name, digests[name])
		}
	}
	return err
}
