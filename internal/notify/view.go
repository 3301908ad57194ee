package notify

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"

	"tocsin/internal/affected"
	"tocsin/internal/bulletin"
	"tocsin/internal/source"
	"tocsin/internal/tailnet"
	"tocsin/internal/verdict"
)

// View is everything that one letter says, and all that its templates can reach:
// one bulletin, and one tailnet's own facts.
type View struct {
	Organization string
	Unit         string // what the organisation calls one tailnet
	Bulletin     BulletinView
	Tailnet      string   // ID
	Name         string   // what people call the tailnet
	Certain      bool     // false: we cannot rule out that it is affected
	Evidence     []string // sentences, where it is not the nodes that show it
	Nodes        []NodeView
	Updates      []Update
	Checks       []string // commands that show the installed version
	Reasons      []string // the policy's sentences by which it is told, quoted
	Unsettled    bool     // what the policy asks for is not known yet, and we tell all the same
	Beyond       bool     // the policy's rules do not ask for it, and we tell all the same
	PolicyURL    string
	ToldAs       string // why this address: security contact, Owner
	Settings     string // page on which the address can be changed
	ReplyTo      string
}

// BulletinView is what every letter of a plan says alike.
type BulletinView struct {
	ID       string
	Title    string
	Summary  string
	Severity string
	URL      string   // where its page stands, or will stand once it is released; empty where it gets none
	Action   string   // empty where none is needed or stated
	NoAction bool     // nothing needs to be done
	Until    []string // what helps until there is a fix, or in place of one
}

// NodeView is one node of the tailnet.
type NodeView struct {
	Name     string
	Platform string
	Version  string
	Fixed    string // what has the fix: "1.66.1 or later"; empty where nothing has
	From     string // day from which it can be had, where that was still to come; else empty
	Unsure   string // why it cannot be told whether the node is affected
}

// Update is the command that updates one platform.
type Update struct{ Platform, Command string }

// Common is what the letters of one plan have in common.
type Common struct {
	Organization string
	Unit         string
	Bulletin     bulletin.Bulletin
	Products     bulletin.Products
	BulletinURL  string
	PolicyURL    string
	Rules        verdict.Rules
	Settings     string
	ReplyTo      tailnet.Address
	At           time.Time // the instant of planning: what a letter says is true then
}

// View gathers what the letter of one row says. It refuses a row that holds
// another tailnet's nodes or address, and one with nothing to say.
func (d Common) View(r Row) (View, error) {
	own := r.Contact.Tailnet == r.Tailnet.ID && r.Match.Tailnet == r.Tailnet.ID
	if !own {
		return View{}, fmt.Errorf("the row of tailnet %q holds what belongs to another", r.Tailnet.ID)
	}
	if len(r.Match.Hits) == 0 && r.Match.Evidence == "" {
		return View{}, fmt.Errorf("tailnet %q has nothing to be told: no node and no evidence", r.Tailnet.ID)
	}
	reasons := d.reasons(r.Clauses)
	v := View{
		Organization: d.Organization,
		Unit:         d.Unit,
		Bulletin:     d.bulletinView(),
		Tailnet:      shown(string(r.Tailnet.ID)),
		Name:         shown(r.Tailnet.Name()),
		Certain:      r.Match.Affected == verdict.Yes,
		Evidence:     d.evidence(r.Match),
		Reasons:      reasons,
		Unsettled:    len(reasons) == 0 && !r.Overridden,
		Beyond:       r.Overridden,
		PolicyURL:    d.PolicyURL,
		ToldAs:       string(r.Contact.Reason),
		Settings:     d.Settings,
		ReplyTo:      string(d.ReplyTo),
	}
	for _, h := range r.Match.Hits {
		if h.Node.Tailnet != r.Tailnet.ID {
			return View{}, fmt.Errorf("a node of another tailnet in the letter of %q", r.Tailnet.ID)
		}
		v.Nodes = append(v.Nodes, d.nodeView(h))
	}
	v.Updates, v.Checks = d.commands(r.Match.Hits)
	return v, nil
}

// shown makes a stranger's text safe to look at on one line: nothing in it acts,
// and what runs from right to left cannot reorder what stands beside it (UAX #9).
func shown(text string) string {
	text = source.Visible(text)
	if strings.ContainsFunc(text, rightToLeft) {
		return firstStrongIsolate + text + popIsolate
	}
	return text
}

const firstStrongIsolate, popIsolate = "\u2068", "\u2069"

// rightToLeft reports whether a character lies in a block of the scripts that are
// written from right to left.
func rightToLeft(r rune) bool {
	return r >= 0x0590 && r <= 0x08FF || r >= 0xFB1D && r <= 0xFDFF || r >= 0xFE70 && r <= 0xFEFF ||
		r >= 0x10800 && r <= 0x10FFF || r >= 0x1E800 && r <= 0x1EFFF
}

func (d Common) bulletinView() BulletinView {
	b := d.Bulletin
	return BulletinView{
		ID: string(b.ID), Title: prose(b.Title), Summary: prose(b.Summary), Severity: string(b.Severity),
		URL:    d.BulletinURL,
		Action: prose(b.Action.Text), NoAction: b.Action.Required == verdict.No,
		Until: d.until(),
	}
}

// until lists what a bulletin offers in place of a fix, or until there is one.
func (d Common) until() []string {
	var out []string
	for _, row := range d.Bulletin.Affected {
		for _, text := range []string{prose(row.Remedy), prose(row.Stopgap)} {
			if text != "" && !slices.Contains(out, text) {
				out = append(out, text)
			}
		}
	}
	return out
}

// prose is an author's text as one line: the letter breaks lines itself.
func prose(text string) string {
	blank := func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }
	return strings.Join(strings.FieldsFunc(text, blank), " ")
}

// evidence says in sentences what the bulletin's hosted products mean for a tailnet.
func (d Common) evidence(m affected.Match) []string {
	if m.Evidence == "" {
		return nil
	}
	var out []string
	for _, row := range d.Bulletin.Affected {
		product, _ := d.Products.Find(row.Product)
		sentence := fmt.Sprintf("We run %s, and cannot tell yet whether it concerned your %s.", product.Title, d.Unit)
		if row.Everyone && len(row.Where) == 0 {
			sentence = fmt.Sprintf("We run %s, and your %s uses it as every other does.", product.Title, d.Unit)
		}
		if product.Hosted && !slices.Contains(out, sentence) {
			out = append(out, sentence)
		}
	}
	return out
}

func (d Common) nodeView(h affected.Hit) NodeView {
	n := NodeView{
		Name:     shown(h.Node.Name),
		Platform: shown(h.Node.OS),
		Version:  shown(h.Node.Version),
		Fixed:    mended(d.Bulletin.Affected[h.Row]),
		From:     d.from(d.Bulletin.Affected[h.Row]),
	}
	if n.Name == "" {
		n.Name = shown(h.Node.ID)
	}
	if h.Affected != verdict.Yes {
		n.Unsure = shown(h.Evidence)
	}
	return n
}

// from is the day on which a fix that is announced can be had.
func (d Common) from(row bulletin.Affected) string {
	if !row.Available.After(d.At) {
		return ""
	}
	return row.Available.Format("2 January 2006")
}

// reasons quotes every clause that decided.
func (d Common) reasons(clauses []string) []string {
	var out []string
	for _, c := range d.Rules.Clauses() {
		if slices.Contains(clauses, c.ID) {
			out = append(out, c.Quote)
		}
	}
	return out
}

// mended says in which versions a row's fault is gone.
func mended(row bulletin.Affected) string {
	fixed, found := row.UserFix()
	switch last := row.Versions.LastAffected; {
	case found:
		return fixed + " or later"
	case last != "" && !row.Withheld():
		return "a version after " + last
	}
	return ""
}

// commands lists what updates the platforms that the tailnet really has, and what
// shows the version of the products.
func (d Common) commands(hits []affected.Hit) (updates []Update, checks []string) {
	for _, h := range hits {
		row := d.Bulletin.Affected[h.Row]
		product, _ := d.Products.Find(row.Product)
		if show := product.ShowVersion; show != "" && !slices.Contains(checks, show) {
			checks = append(checks, show)
		}
		fixed, can := row.UserFix()
		u := Update{shown(h.Node.OS), product.UpdateTo(h.Node.OS, fixed)}
		if can && u.Command != "" && !slices.Contains(updates, u) {
			updates = append(updates, u)
		}
	}
	slices.Sort(checks)
	slices.SortFunc(updates, func(a, b Update) int { return strings.Compare(a.Platform+a.Command, b.Platform+b.Command) })
	return updates, checks
}
