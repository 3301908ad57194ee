package gallery

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"tocsin/internal/notify"
	"tocsin/internal/notify/ledger"
	"tocsin/internal/notify/mailer"
	"tocsin/internal/tailnet"
)

const (
	sampled = 100    // rows of each standing that a big plan shows
	opened  = 10_000 // letters that are opened to choose among
	few     = 3      // rows of one extreme
	kinds   = 12     // languages, and sets of clauses, that are extremes of their own
)

// traits are what a row is chosen by. What only the letter shows is zero while it has
// not been opened.
type traits struct {
	ledger.Delivery
	octets      int // of the plain part; 0 where the letter was not opened
	language    string
	rightToLeft bool
}

func (t traits) mailed() bool { return hasLetter(t.Delivery) }

// hasLetter reports whether there is a letter to show: one that was mailed may be
// forgotten, with the name and address it went to.
func hasLetter(d ledger.Delivery) bool { return d.Standing == notify.Mailed && d.Erased == "" }

// measures are the ways in which a row can be extreme. Each gives how far a row goes,
// and false for one that it says nothing of.
var measures = [...]struct {
	why string
	of  func(traits) (int, bool)
}{
	{"most nodes", func(t traits) (int, bool) { return t.Nodes, t.mailed() && t.Nodes > 0 }},
	{"no node", func(t traits) (int, bool) { return 0, t.mailed() && t.Nodes == 0 }},
	{"longest name", func(t traits) (int, bool) { return utf8.RuneCountInString(t.Name), t.mailed() }},
	{"right to left", func(t traits) (int, bool) { return 0, t.rightToLeft }},
	{"longest letter", func(t traits) (int, bool) { return t.octets, t.octets > 0 }},
	{"shortest letter", func(t traits) (int, bool) { return -t.octets, t.octets > 0 }},
	{"contact hardest to find", func(t traits) (int, bool) { return len(t.Trace), t.mailed() && len(t.Trace) > 0 }},
	{"told, and not certain", func(t traits) (int, bool) { return len(t.Missing), t.mailed() && len(t.Missing) > 0 }},
	{"unreachable", func(t traits) (int, bool) { return t.Nodes, t.Standing == notify.Unreachable }},
	{"undetermined", func(t traits) (int, bool) { return t.Nodes, t.Standing == notify.Undetermined }},
}

// extreme is the rows that go furthest in one way.
type extreme struct {
	why  string
	rows []candidate // furthest first; of equals, those that come first in the plan
	of   int         // how many rows there are of this kind
}

// candidate is a row that may be shown for what it is.
type candidate struct {
	row     int
	tailnet tailnet.ID
	name    string
	nodes   int
	mailed  bool
	sampled bool // it is shown in any case
	measure int
}

// take takes a row in, if it goes further than one that is there.
func (e *extreme) take(c candidate) {
	e.of++
	at, _ := slices.BinarySearchFunc(e.rows, c, func(a, b candidate) int {
		return cmp.Or(cmp.Compare(b.measure, a.measure), cmp.Compare(a.row, b.row))
	})
	if e.rows = slices.Insert(e.rows, at, c); len(e.rows) > few {
		e.rows = e.rows[:few]
	}
}

// choice is what of a plan is shown. It holds a bounded number of rows, however many
// the plan has.
type choice struct {
	all      bool
	extremes []extreme        // those that any row is
	why      map[int][]string // number of a row → the extremes that it is
	rows     int              // shown
	letters  int              // shown
	of       int              // letters that there are
	opened   int              // letters that were opened to choose
	divided  bool             // not all rows stand by the same clauses
}

// choose goes through a plan once. It opens every letter, or an even choice of them
// where there are many: language and direction stand in the letter alone.
func choose(ctx context.Context, book *ledger.Ledger, plan ledger.Stored, o Options) (choice, error) {
	s := sifting{shown: o.spread(plan, sampled), read: o.spread(plan, opened), fixed: make([]extreme, len(measures))}
	s.all = o.All
	err := book.Each(ctx, plan, func(d ledger.Delivery) error {
		o.Progress(1)
		t := traits{Delivery: d}
		if s.read.next(d.Standing) && hasLetter(d) {
			raw, err := book.Message(ctx, plan, d)
			if err != nil {
				return err
			}
			if t.open(raw) != nil {
				return unreadable(plan, d)
			}
			s.opened++
		}
		s.take(t)
		return nil
	})
	return s.result(), err
}

// open reads the traits that stand in the letter.
func (t *traits) open(raw []byte) error {
	m, err := mailer.Read(raw)
	if err != nil {
		return err
	}
	direction := ""
	t.language, direction = language(m.HTML)
	t.octets = len(m.Text)
	t.rightToLeft = direction == "rtl" || strings.ContainsFunc(m.Text, fromTheRight)
	return nil
}

// fromTheRight reports whether a letter belongs to a script that is written from right
// to left.
func fromTheRight(r rune) bool {
	return unicode.In(r, unicode.Hebrew, unicode.Arabic, unicode.Syriac, unicode.Thaana, unicode.Nko, unicode.Adlam)
}

// sifting is a choice in the making.
type sifting struct {
	choice
	shown, read spread
	fixed       []extreme // as measures
	languages   []extreme // one for each language of the letters
	clauses     []extreme // one for each set of clauses that decided
}

func (s *sifting) take(t traits) {
	c := candidate{row: t.Row, tailnet: t.Tailnet, name: t.Name, nodes: t.Nodes, mailed: t.mailed(), sampled: s.shown.next(t.Standing)}
	s.of += one(c.mailed)
	if c.sampled {
		s.rows++
		s.letters += one(c.mailed)
	}
	for i, m := range measures {
		if measure, is := m.of(t); is {
			c.measure = measure
			s.fixed[i].why = m.why
			s.fixed[i].take(c)
		}
	}
	c.measure = 0
	if t.octets > 0 {
		s.languages = takeIn(s.languages, "in another language: "+cmp.Or(t.language, "it names none"), c)
	}
	if len(t.Clauses) > 0 {
		s.clauses = takeIn(s.clauses, byClauses(t.Clauses), c)
	}
}

// takeIn takes a row in among those of its kind.
func takeIn(all []extreme, why string, c candidate) []extreme {
	for i := range all {
		if all[i].why == why {
			all[i].take(c)
			return all
		}
	}
	if len(all) == kinds {
		return all
	}
	return append(all, extreme{why, []candidate{c}, 1})
}

// result is the choice. What every row is alike is no extreme, nor is the language of
// most.
func (s *sifting) result() choice {
	s.extremes = slices.DeleteFunc(s.fixed, func(e extreme) bool { return e.of == 0 })
	slices.SortStableFunc(s.languages, func(a, b extreme) int { return cmp.Compare(b.of, a.of) })
	if len(s.languages) > 0 {
		s.extremes = append(s.extremes, s.languages[1:]...)
	}
	if s.divided = len(s.clauses) > 1; s.divided {
		s.extremes = append(s.extremes, s.clauses...)
	}
	s.why = make(map[int][]string)
	for _, e := range s.extremes {
		for _, c := range e.rows {
			if len(s.why[c.row]) == 0 && !c.sampled {
				s.rows++
				s.letters += one(c.mailed)
			}
			s.why[c.row] = append(s.why[c.row], e.why)
		}
	}
	return s.choice
}

// byClauses names the clauses that decided.
func byClauses(clauses []string) string { return "by " + strings.Join(clauses, ", ") }

func one(is bool) int {
	if is {
		return 1
	}
	return 0
}

// spread tells of each row of a plan, in order, whether it belongs to a choice of at
// most so many of each standing, evenly spread.
type spread struct {
	most   int // 0: all
	counts notify.Counts
	seen   map[notify.Standing]int
}

func (o Options) spread(plan ledger.Stored, most int) spread {
	if o.All {
		most = 0
	}
	return spread{most, plan.Counts, make(map[notify.Standing]int)}
}

func (s spread) next(standing notify.Standing) bool {
	i, n := s.seen[standing], s.counts[standing]
	s.seen[standing]++
	return s.most == 0 || n <= s.most || (i+1)*s.most/n > i*s.most/n
}
