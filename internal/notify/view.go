package notify

import (
	"fmt"
	"slices"
	"strings"

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
	Tailnet      string // ID
	Name         string // what people call the tailnet
	Certain      bool   // false: we cannot rule out that it is affected
	Evidence     string // of a hosted product
	Nodes        []NodeView
	Updates      []Update
	ShowVersion  string // command that shows the installed version
	Why          Reason
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
	URL      string // where its page stands, or will stand once it is released; empty where it gets none
	Action   string // empty where none is needed or stated
	NoAction bool   // nothing needs to be done
}

// NodeView is one node of the tailnet.
type NodeView struct {
	Name     string
	Platform string
	Version  string
	Fixed    string // version that has the fix; empty where there is none
	Unsure   string // why it cannot be told whether the node is affected
}

// Update is the command that updates one platform.
type Update struct{ Platform, Command string }

// Reason is the policy's sentence by which the letter is sent.
type Reason struct{ Quote, URL string }

// Desk is what the letters of one plan have in common.
type Desk struct {
	Organization string
	Unit         string
	Bulletin     bulletin.Bulletin
	Products     []bulletin.Product
	BulletinURL  string
	PolicyURL    string
	Rules        verdict.Rules
	Settings     string
	ReplyTo      tailnet.Address
}

// View gathers what the letter of one row says. It refuses a row that holds
// another tailnet's nodes or address, and one with nothing to say.
func (d Desk) View(r Row) (View, error) {
	own := r.Contact.Tailnet == r.Tailnet.ID && r.Match.Tailnet == r.Tailnet.ID
	if !own {
		return View{}, fmt.Errorf("the row of tailnet %q holds what belongs to another", r.Tailnet.ID)
	}
	if len(r.Match.Hits) == 0 && r.Match.Evidence == "" {
		return View{}, fmt.Errorf("tailnet %q has nothing to be told: no node and no evidence", r.Tailnet.ID)
	}
	v := View{
		Organization: d.Organization,
		Unit:         d.Unit,
		Bulletin:     d.bulletinView(),
		Tailnet:      shown(string(r.Tailnet.ID)),
		Name:         shown(r.Tailnet.Name()),
		Certain:      r.Match.Affected == verdict.Yes,
		Evidence:     r.Match.Evidence,
		Why:          d.reason(r.Clauses),
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
	v.Updates, v.ShowVersion = d.updates(r.Match.Hits)
	return v, nil
}

// shown makes a stranger's text safe to look at on one line.
func shown(text string) string { return source.Visible(text) }

func (d Desk) bulletinView() BulletinView {
	b := d.Bulletin
	return BulletinView{
		ID: string(b.ID), Title: b.Title, Summary: b.Summary, Severity: string(b.Severity),
		URL:    d.BulletinURL,
		Action: b.Action.Text, NoAction: b.Action.Required == verdict.No,
	}
}

func (d Desk) nodeView(h affected.Hit) NodeView {
	n := NodeView{
		Name:     shown(h.Node.Name),
		Platform: shown(h.Node.OS),
		Version:  shown(h.Node.Version),
		Fixed:    d.Bulletin.Affected[h.Row].Versions.Fixed,
	}
	if n.Name == "" {
		n.Name = shown(h.Node.ID)
	}
	if h.Affected != verdict.Yes {
		n.Unsure = shown(h.Evidence)
	}
	return n
}

// reason is the first clause that decided, quoted.
func (d Desk) reason(clauses []string) Reason {
	for _, c := range d.Rules.Clauses() {
		if slices.Contains(clauses, c.ID) {
			return Reason{Quote: c.Quote, URL: d.PolicyURL}
		}
	}
	return Reason{URL: d.PolicyURL}
}

// updates lists the commands for the platforms that the tailnet really has, and
// the command that shows the version.
func (d Desk) updates(hits []affected.Hit) (updates []Update, show string) {
	for _, h := range hits {
		row := d.Bulletin.Affected[h.Row]
		product := d.product(row.Product)
		show = product.ShowVersion
		command := product.Update[h.Node.OS]
		if command == "" || row.Versions.Fixed == "" {
			continue
		}
		u := Update{shown(h.Node.OS), strings.ReplaceAll(command, "{fixed}", row.Versions.Fixed)}
		if !slices.Contains(updates, u) {
			updates = append(updates, u)
		}
	}
	slices.SortFunc(updates, func(a, b Update) int { return strings.Compare(a.Platform+a.Command, b.Platform+b.Command) })
	return updates, show
}

func (d Desk) product(id string) bulletin.Product {
	for _, p := range d.Products {
		if p.ID == id {
			return p
		}
	}
	return bulletin.Product{}
}
