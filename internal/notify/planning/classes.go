package planning

import (
	"context"
	"iter"
	"strings"

	"tocsin/internal/notify"
	"tocsin/internal/notify/isolation"
	"tocsin/internal/notify/ledger"
)

// Classes is what the rows of a plan that comes after others come to: sums, and nobody's
// name, address or node.
type Classes struct {
	sums        notify.Plan    // of which nothing but the sums is there
	NotRequired map[string]int // as in [notify.Tally]
	// What tailnets have been told before, whether they are in a row or not.
	Told     int // of the bulletin, and not since that all is well
	Gone     int // of those, since then that nobody can tell, as the inventory had them no more
	Stale    int // of those, before the last material revision
	Unaware  int // of those, and no row of the plan tells them of it
	Owed     int // of those, a letter that did not arrive
	Doubtful int // of those, by nothing but letters of which nobody knows
	Cleared  int // since that all is well
	Unlisted int // of whom the plan has an all-clear for: the inventory has them no more, and nobody can tell
	Renamed  Renamed
	Still    Still
	digest   string
}

// Still is whom an all-clear is not for: tailnets that the bulletin touches.
type Still struct {
	Tailnets int `json:"tailnets"`
	Told     int `json:"told"`   // of those, of the bulletin, and not since that all is well
	Untold   int `json:"untold"` // of those, though the policy does not say that they need no notice
}

// add counts a tailnet in, given its row of the survey and its past.
func (s *Still) add(row notify.Row, p ledger.Past) {
	s.Tailnets++
	switch {
	case p.Told && p.Kind != notify.AllClear:
		s.Told++
	case row.Standing != notify.NotRequired:
		s.Untold++
	}
}

// Letters is how many letters there are.
func (c Classes) Letters() int { return c.sums.Counts[notify.Mailed] }

// Idle reports whether there is nothing to freeze: no letter to write, and no row that a
// person has to see to, for want of an address or of facts.
func (c Classes) Idle() bool {
	counts, clear := c.sums.Counts, c.sums.Clear
	return c.Letters()+counts[notify.Unreachable]+counts[notify.Undetermined]+clear[notify.Unreachable] == 0
}

// Clear is how many tailnets were told and are not touched by the bulletin any more, or not
// listed, by standing.
func (c Classes) Clear() notify.Counts { return c.sums.Clear }

// classes adds up what the rows come to, and what tailnets have been told. Whom the inventory
// has no more is made known to names, against which letters are proven.
func (s *Sequel) classes(ctx context.Context, rows iter.Seq2[notify.Row, error], names *isolation.Identifiers) (Classes, error) {
	c, err := s.Told(ctx)
	if err != nil {
		return c, err
	}
	s.names = names
	defer func() { s.names = nil }()
	digester, followed := notify.NewDigester(), false
	for r, err := range rows {
		if err != nil {
			return c, err
		}
		c.add(r)
		if r.Kind.FollowsUp() || r.Standing == notify.Told || len(r.Earlier) > 0 || r.Cleared {
			digester.Told(r)
			followed = true
		}
	}
	if c.Unaware, c.Unlisted, c.Renamed, c.Still = s.unaware, s.unlisted, s.renamed, s.still; followed {
		c.digest = digester.Sum()
	}
	return c, nil
}

func (c *Classes) add(r notify.Row) {
	kind := r.Kind
	if kind == "" && r.Standing == notify.Mailed {
		kind = notify.FirstNotice
	}
	c.sums.Count(r.Standing, kind, 1)
	if r.Standing == notify.NotRequired {
		c.NotRequired[strings.Join(r.Clauses, ", ")]++
	}
}

// Told adds up what tailnets have been told, and looks at no inventory.
func (s *Sequel) Told(ctx context.Context) (Classes, error) {
	c := Classes{NotRequired: make(map[string]int)}
	err := s.History.EachPast(ctx, s.Bulletin.ID, func(p ledger.Past) error {
		switch {
		case !p.Told:
			return nil
		case p.Cleared() && !p.Again:
			c.Cleared++
			return nil
		}
		c.Told++
		if p.Gone {
			c.Gone++
		}
		if p.Owed > 0 {
			c.Owed++
		}
		if p.Doubtful {
			c.Doubtful++
		}
		changed, err := s.changed(ctx, p)
		if len(changed) > 0 {
			c.Stale++
		}
		return err
	})
	return c, err
}
