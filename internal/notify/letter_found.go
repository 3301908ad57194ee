package notify

import (
	"cmp"
	"errors"
	"slices"
	"time"

	"tocsin/internal/affected"
	"tocsin/internal/bulletin"
	"tocsin/internal/tailnet"
	"tocsin/internal/verdict"
)

// Finding is what somebody found out about this tailnet by looking.
type Finding struct {
	Name      string // of the node or user; empty where it speaks for the tailnet
	Status    tailnet.FindingStatus
	Visible   verdict.Truth // its data or metadata, to somebody who must not see it
	FirstSeen string        // as stated; empty where nobody did
	LastSeen  string
	Text      string // in the words of whoever looked
	Despite   bool   // it clears the tailnet, which is affected all the same: everybody is
}

// Deed is something that was done for the reader.
type Deed struct {
	At   time.Time // zero where no day is stated
	What string
	Name string // of the one node or user that it was done for; empty where it was for more
}

var errOthersFinding = errors.New("a finding of another tailnet, or what it names, in a letter")

// findings adds what was found out about the tailnet and what was done about it. It
// refuses what belongs to another.
func (d Common) findings(v *View, r Row) error {
	names, err := namesOf(r)
	if err != nil {
		return err
	}
	for _, f := range r.Match.Findings {
		if f.Tailnet != r.Tailnet.ID {
			return errOthersFinding
		}
		name := shown(cmp.Or(names[subject{user: f.User}], f.User))
		if f.Node != "" {
			name = shown(cmp.Or(names[subject{node: f.Node}], f.Node)) // never its user's: that is somebody
		}
		v.Findings = append(v.Findings, Finding{
			Name: name, Status: f.Status, Visible: f.DataVisible, Despite: name == "" && v.Certain && f.Status == tailnet.KnownNotAffected,
			FirstSeen: shown(f.FirstSeen), LastSeen: shown(f.LastSeen), Text: shown(prose(f.Tell)),
		})
		v.Done = appendDeed(v.Done, Deed{bulletin.Instant(f.DoneAt), shown(prose(f.Done)), name})
	}
	slices.SortStableFunc(v.Done, func(a, b Deed) int { return a.At.Compare(b.At) })
	return nil
}

// allFixed reports whether findings alone speak of a tailnet, and say that all they found
// is fixed.
func allFixed(m affected.Match) bool {
	left := func(f tailnet.Finding) bool {
		return f.Status != tailnet.FixedFinding && f.Status != tailnet.KnownNotAffected
	}
	return len(m.Hits) == 0 && m.Evidence == "" && m.Found == verdict.Yes && !slices.ContainsFunc(m.Findings, left)
}

// appendDeed adds one, or says of an equal one that it was done for more than one.
func appendDeed(all []Deed, d Deed) []Deed {
	same := func(other Deed) bool { return other.What == d.What && other.At.Equal(d.At) }
	i := slices.IndexFunc(all, same)
	switch {
	case d.What == "":
	case i < 0:
		return append(all, d)
	case all[i].Name != d.Name:
		all[i].Name = ""
	}
	return all
}

// namesOf is what people call the nodes and users that findings name, by what they are
// and by ID.
func namesOf(r Row) (map[subject]string, error) {
	names := make(map[subject]string)
	for _, h := range r.Match.Hits {
		names[subject{node: h.Node.ID}] = h.Node.Name
	}
	for _, n := range r.Named {
		if n.Tailnet != r.Tailnet.ID {
			return nil, errOthersFinding
		}
		names[subject{node: n.ID}] = n.Name
	}
	for _, u := range r.Users {
		if u.Tailnet != r.Tailnet.ID {
			return nil, errOthersFinding
		}
		names[subject{user: u.ID}] = u.Login
	}
	delete(names, subject{}) // of an inventory without IDs: no finding names those
	return names, nil
}

// done lists what was done for everybody.
func (d Common) done() []Deed {
	var out []Deed
	for _, event := range d.Bulletin.Done {
		if text := prose(event.Text); text != "" {
			out = append(out, Deed{At: event.At, What: text})
		}
	}
	return out
}
