package isolation

import (
	"cmp"
	"html"
	"net/mail"
	"slices"
	"strings"

	"tocsin/internal/source"
	"tocsin/internal/tailnet"
)

// Letter is a letter with what its row says that it holds.
type Letter struct {
	Tailnet    tailnet.ID
	Name       string // what people call the tailnet
	To         tailnet.Address
	Nodes      []Node   // those that are attached, in any order
	NoCSV      bool     // it has too many nodes for the CSV to be attached
	NoJSON     bool     // the same of the JSON
	Others     []string // whatever else of the row belongs to the tailnet alone
	LetterCode string   // by which it can be told from a forged one; empty where it has none
	Message    []byte   // as it will be delivered (RFC 5322)
}

// Node is a node as the inventory has it.
type Node struct{ ID, Name string }

// Twin is the letter of the same row with a mask in place of everything that belongs to
// its tailnet. Whoever writes it must never have seen a row without masks: then what
// stands in it is nobody's.
type Twin struct {
	Letter
	Masks []Mask
}

// Mask stands for a text. It is one word that stands nowhere else.
type Mask struct{ Mask, Text string }

// Checker proves letters of one plan. Any number may use it at a time, once it has been
// told what it may allow.
type Checker struct {
	of         *Identifiers
	vocabulary map[uint64]struct{} // runs of what every letter of the plan may say
	clean      *memory             // texts that name nobody
	lines      *memory             // of pages, which name nobody and are quiet
	tags       *memory             // the same
	hosts      map[string]bool     // to which every letter may link
	links      map[string]bool     // of letters for nobody
}

// NewChecker begins once all tables are read.
func NewChecker(of *Identifiers) *Checker {
	of.settle()
	return &Checker{of, make(map[uint64]struct{}), new(memory), new(memory), new(memory), make(map[string]bool), make(map[string]bool)}
}

// Allow takes in texts that a letter may hold whoever it is for, such as the words of its
// templates. They must hold nothing of the inventory.
func (c *Checker) Allow(texts ...string) {
	for _, text := range texts {
		c.learn(text)
	}
}

// Learn takes in what a letter says that was written for nobody.
func (c *Checker) Learn(letter []byte) error {
	m, err := read(letter)
	if err != nil {
		return err
	}
	for u := range m.units {
		c.learn(u.text)
	}
	for _, link := range c.foreignLinks(m.html) {
		c.links[link] = true
	}
	return nil
}

// RefusedError is a letter that is not proven to be its tailnet's alone. It never says
// what was found: it reaches terminals.
type RefusedError struct {
	Why string
}

// Error says why.
func (e *RefusedError) Error() string { return e.Why }

// What is wrong with a letter that is refused.
var (
	errClaims  = &RefusedError{"its row holds what the inventory has of another tailnet, or of none"}
	errTo      = &RefusedError{"it does not go to its tailnet's contact alone"}
	errUnnamed = &RefusedError{"it does not name its tailnet"}
	errCode    = &RefusedError{"it does not bear its own code: mail/letter.txt and mail/letter.html write that as {{.LetterCode}}"}
	errNodes   = &RefusedError{"its attachments do not list exactly its tailnet's nodes"}
	errTwin    = &RefusedError{"the same letter with masks for names does not hold those masks alone"}
)

func leak(u unit) error {
	return &RefusedError{u.place() + " holds what the inventory has of another tailnet"}
}

// Check proves that a letter holds what its row says, that the row holds what the
// inventory has of its tailnet, and that nothing of another's is in it. What looks like
// another's may be a word that the letter says to anybody, such as a version: twin is
// asked then. Where the letter is its twin with the tailnet's own texts in place of the
// masks, so it is. Nor may its HTML load or run
// anything, or link elsewhere by an address of the tailnet's own (F31). The error is a
// [RefusedError], or that of the twin.
func (c *Checker) Check(l Letter, twin func() (Twin, error)) error {
	if err := c.CheckRow(l); err != nil {
		return err
	}
	m, err := read(l.Message)
	if err != nil {
		return err
	}
	if err := m.holds(l); err != nil {
		return err
	}
	if suspect, found := c.scan(l.Tailnet, &m); found {
		if err := c.acquits(l, &m, suspect, twin); err != nil {
			return err
		}
	}
	if !m.quiet {
		if !quiet(m.html) {
			return errLoud
		}
		m.foreign = c.foreignLinks(m.html)
	}
	return c.constant(m.foreign, twin)
}

// acquits asks the twin of a letter that seems to hold what is another's.
func (c *Checker) acquits(l Letter, m *message, suspect unit, twin func() (Twin, error)) error {
	t, err := twin()
	if err != nil {
		return err
	}
	other, err := read(t.Message)
	switch {
	case err != nil:
		return err
	case other.holds(t.Letter) != nil || len(t.Nodes) != len(l.Nodes) || !c.masks(l.Tailnet, t.Masks):
		return errTwin
	case !other.becomes(m, t.Masks):
		return leak(other.differs(m, t.Masks, suspect))
	}
	return nil
}

// CheckRow proves that a row which gets no letter holds what the inventory has of its
// tailnet: it is kept all the same, and somebody may act on it.
func (c *Checker) CheckRow(l Letter) error {
	if !c.theirs(l) {
		return errClaims
	}
	return nil
}

// CheckLists proves two lists of a tailnet's nodes that go with no letter.
func (c *Checker) CheckLists(l Letter, csv, json []byte) error {
	if err := c.CheckRow(l); err != nil {
		return err
	}
	m := message{csv: string(csv), json: string(json)}
	if err := m.readLists(); err != nil {
		return err
	}
	return m.lists(l)
}

// theirs reports whether all that a row claims for its tailnet is that tailnet's.
func (c *Checker) theirs(l Letter) bool {
	s := c.of.scanner(l.Tailnet)
	for _, text := range []string{string(l.Tailnet), l.Name, string(l.To)} {
		if !s.owns(text) {
			return false
		}
	}
	for _, n := range l.Nodes {
		if !s.owns(n.ID) || !s.owns(n.Name) {
			return false
		}
	}
	return !slices.ContainsFunc(l.Others, func(text string) bool { return !s.owns(text) })
}

// masks reports whether masks stand for nothing but what is the tailnet's own.
func (c *Checker) masks(of tailnet.ID, masks []Mask) bool {
	s := c.of.scanner(of)
	return !slices.ContainsFunc(masks, func(m Mask) bool { return !s.owns(m.Text) })
}

// holds reports whether a message is what its row says: for one address, about one
// tailnet, with exactly its nodes.
func (m *message) holds(l Letter) error {
	switch {
	case !m.goesTo(l.To):
		return errTo
	case !names(m.text, l) || !names(html.UnescapeString(m.html), l):
		return errUnnamed
	case !strings.Contains(m.text, l.LetterCode) || !strings.Contains(m.html, l.LetterCode):
		return errCode
	}
	return m.lists(l)
}

// goesTo reports whether a message is for one address alone.
func (m *message) goesTo(to tailnet.Address) bool {
	count := 0
	for _, f := range m.fields {
		switch strings.ToLower(f.name) {
		case "cc", "bcc", "resent-to", "resent-cc", "resent-bcc", "apparently-to":
			return false
		case "to":
			one, err := mail.ParseAddress(f.value)
			if count++; err != nil || one.Address != string(to) {
				return false
			}
		}
	}
	return count == 1
}

// names reports whether a text has the tailnet's name in it, or its ID.
func names(text string, l Letter) bool {
	text = unmarked(text)
	return strings.Contains(text, source.Visible(l.Name)) || strings.Contains(text, source.Visible(string(l.Tailnet)))
}

// lists reports whether the lists are there where there are nodes, and have those: both of
// them, but for one that the letter does without.
func (m *message) lists(l Letter) error {
	cells, err := m.cellNodes()
	if err != nil {
		return err
	}
	objects, tailnets := m.stringNodes()
	attached := m.csv != "" || m.json != ""
	switch {
	case len(l.Nodes) == 0 && !attached:
		return nil
	case l.NoCSV && m.csv != "" || l.NoJSON && m.json != "":
		return errNodes
	case !l.NoJSON && (!slices.Equal(tailnets, []string{exact(string(l.Tailnet))}) || !same(l.Nodes, objects, exact)):
		return errNodes
	case !l.NoCSV && !same(l.Nodes, cells, cell):
		return errNodes
	}
	return nil
}

// same reports whether a list has exactly some nodes, as it spells them.
func same(want, got []Node, spell func(string) string) bool {
	spelt := make([]Node, len(want))
	for i, n := range want {
		spelt[i] = Node{spell(n.ID), spell(n.Name)}
	}
	byID := func(a, b Node) int { return cmp.Or(cmp.Compare(a.ID, b.ID), cmp.Compare(a.Name, b.Name)) }
	slices.SortFunc(spelt, byID)
	slices.SortFunc(got, byID)
	return slices.Equal(spelt, got)
}
