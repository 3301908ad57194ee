package notify

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"tocsin/internal/disclosure"
	"tocsin/internal/tailnet"
)

// streamOf are all rows of a survey that may be stowed, so that there is no tally.
func streamOf(s *Survey) (rows []Row, err error) {
	for r, err := range s.Rows(Hold) {
		if err != nil {
			return rows, err
		}
		rows = append(rows, r)
	}
	return rows, nil
}

// What is stowed takes no more memory than there is room for, and the index of IDs none.
func TestStowedIsOutOfMemory(t *testing.T) {
	const many = 3000
	s := NewSurvey(severe(), products, disclosure.Builtin(), planned)
	cramped(t, s, 1<<10, 1<<9)
	for i := range many {
		id := tailnet.ID(fmt.Sprintf("%d.example.com", i))
		s.Tailnet(tailnet.Tailnet{ID: id, DisplayName: "Example", OwnerEmail: "kim@" + string(id)})
	}
	for i := range many {
		n := certain
		n.Tailnet, n.ID = tailnet.ID(fmt.Sprintf("%d.example.com", i)), fmt.Sprint(i)
		if err := s.Node(n); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Stow(); err != nil {
		t.Fatal(err)
	}
	for what, p := range map[string]*parted{"tailnets": &s.shelf.parted, "hits": &s.hits.parted, "owners": &s.owners.parted} {
		octets := 0
		for _, one := range p.parts {
			for _, block := range one.kept {
				octets += len(block)
			}
		}
		if octets > 1<<10 {
			t.Errorf("%s: %d octets are kept", what, octets)
		}
	}
	for _, one := range s.intakes {
		for _, open := range slices.Concat(one.hits.open, one.owners.open) {
			if open != nil {
				t.Errorf("a block of %d octets is kept to be filled", cap(open))
			}
		}
	}
	if len(s.tailnets.named) > 0 || len(s.tailnets.slots) > many {
		t.Error("tailnets can be looked up all the same")
	}
	if rows, err := streamOf(s); err != nil || len(rows) != many || rows[7].Contact.Address == "" {
		t.Errorf("%d rows, %v", len(rows), err)
	}
}

// F29: what comes too late is refused, in a call or by the rows; nobody is left out in
// silence.
func TestNothingIsTakenInAfterStow(t *testing.T) {
	late := certain
	late.ID = "n9"
	for what, take := range map[string]func(*Survey) error{
		"a tailnet":       func(s *Survey) error { s.Tailnet(tailnet.Tailnet{ID: "late"}); return nil },
		"a known tailnet": func(s *Survey) error { s.Tailnet(tailnet.Tailnet{ID: "acme"}); return nil },
		"a tailnet's node": func(s *Survey) error {
			s.Tailnet(tailnet.Tailnet{ID: "acme"})
			return s.Node(late)
		},
		"a node":     func(s *Survey) error { return s.Node(late) },
		"an intake":  func(s *Survey) error { return s.Intake().Node(&late) },
		"a finding":  func(s *Survey) error { return s.Finding(tailnet.Finding{Tailnet: "acme", Node: "n1"}) },
		"an address": func(s *Survey) error { return s.Supplement(tailnet.Supplement{Tailnet: "acme"}) },
		"a tally": func(s *Survey) error {
			_, err := s.Tally(Hold)
			return err
		},
	} {
		s := one(t, severe(), certain)
		for range 2 {
			if err := s.Stow(); err != nil {
				t.Fatal(err)
			}
		}
		err := take(s)
		if rows, unread := streamOf(s); err == nil && unread == nil {
			t.Errorf("%s was taken in, and there are %d rows", what, len(rows))
		}
	}
}

// F20, F29: a section that came back with fewer tailnets than went in makes no rows.
func TestSectionIsWhole(t *testing.T) {
	s := one(t, severe(), certain)
	if err := s.Stow(); err != nil {
		t.Fatal(err)
	}
	for section := range s.shelf.parts {
		s.shelf.parts[section].kept = nil
	}
	if rows, err := streamOf(s); !errors.Is(err, errMixed) {
		t.Errorf("%d rows, %v", len(rows), err)
	}
	if _, known, _, err := s.Tell("acme"); !errors.Is(err, errMixed) {
		t.Errorf("acme: %v, %v", known, err)
	}
}

// An inventory with something wrong in it is not stowed: its rows are no plan.
func TestUnsoundIsNotStowed(t *testing.T) {
	s := one(t, severe(), certain, certain)
	if err := s.Stow(); !errors.Is(err, errTwice) {
		t.Errorf("stowed: %v", err)
	}
	if d, err := s.Disputed(); d == nil || err != nil {
		t.Errorf("nothing is disputed: %v", err)
	}
}
