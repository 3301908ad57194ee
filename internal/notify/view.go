package notify

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"

	"tocsin/internal/affected"
	"tocsin/internal/bulletin"
	"tocsin/internal/notify/genuine"
	"tocsin/internal/source"
	"tocsin/internal/tailnet"
	"tocsin/internal/verdict"
)

// Kind is what a letter is to its reader.
type Kind string

// The kinds of letters. The empty Kind is a first notice.
const (
	FirstNotice Kind = "first"
	Correction  Kind = "correction" // an earlier letter was wrong
	Update      Kind = "update"     // an earlier letter was right, and there is more to say
	AllClear    Kind = "all-clear"  // an earlier letter was sent, and the tailnet is not affected, or no longer
)

// View is everything that one letter says, and all that its templates can reach:
// one bulletin, and one tailnet's own facts. It says nothing in words of its own:
// those are the catalogue's, in the reader's language.
type View struct {
	Kind         Kind
	Changed      []string  // what is not as the earlier letter said; of a letter after others only
	Doubtful     bool      // nobody knows whether the earlier letter arrived
	Cleared      bool      // the reader was told last that all is well, which is no longer so; or where Doubtful, may have been
	Unlisted     bool      // of Cleared: the reader was told that nobody can tell, for want of an entry in our list
	Unrevised    bool      // of Cleared: the bulletin has had no revision since then
	Replaces     time.Time // when the earlier letter was written; zero where that is not known
	Organization string
	Unit         string // what the organisation calls one tailnet
	Bulletin     BulletinView
	Tailnet      string // ID
	Name         string // what people call the tailnet
	Certain      bool   // false: we cannot rule out that it is affected
	When         When   // how soon something can be done
	Fix          time.Time
	Services     []Service // what we run ourselves, where it is not the nodes that show it
	Nodes        []NodeView
	NoNode       bool     // the bulletin is about nodes too, and none of the tailnet's is affected as far as is known
	Options      []Option // what comes into question for nodes whose Step is [OneOf]
	Until        []Stopgap
	Commands     []Command
	Checks       []Check
	Findings     []Finding
	Done         []Deed
	Reasons      []Reason // the policy's sentences by which it is told
	Unsettled    bool     // what the policy asks for is not known yet, and we tell all the same
	Beyond       bool     // the policy's rules do not ask for it, and we tell all the same
	PolicyURL    string
	ToldAs       tailnet.ContactReason // why this address
	LetterCode   genuine.Code          // by which readers of the bulletin's page can tell that the letter is ours; empty where it has no page
	Settings     string                // page on which the address can be changed
	ReplyTo      string

	id    tailnet.ID // as in the inventory: for attachments
	lists Lists
}

// BulletinView is what every letter of a plan says alike.
type BulletinView struct {
	ID         string
	Title      string
	Summary    string // empty where it only repeats the title
	Severity   string
	Exploited  string // confirmed, suspected, …; empty where nobody was asked
	URL        string // where its page stands, or will stand once it is released; empty where it gets none
	Action     string // empty where none is needed or stated
	Audience   string // who has to act, where not everybody
	Steps      []string
	NoAction   bool      // nothing needs to be done
	NextUpdate time.Time // when we say more; zero where nothing is promised
	Withdrawn  bool
	Reason     string // why it was withdrawn
	Instead    string // ID of the bulletin that holds in its place; empty where none does
}

// Service is a product that the organisation runs itself.
type Service struct {
	Title string
	Whom  Whom
	Fixed verdict.Truth // at the instant of planning
	At    time.Time     // when the fix was in place, or will be; zero where nobody stated it
}

func (s Service) unfixed() bool { return s.Fixed != verdict.Yes }

// Whom is which tailnets a product concerns that the organisation runs.
type Whom string

// The answers.
const (
	Everyone Whom = "everyone"
	Anyone   Whom = "anyone" // nobody knows which
	TheFound Whom = "found"  // those of which findings say so
)

// Reason is a sentence of the policy, as it stands there.
type Reason struct{ Quote, URL string }

// Common is what the letters of one plan have in common.
type Common struct {
	Organization string
	Unit         string
	Language     string // of the bulletin and the site (BCP 47), and of letters to whom no other is known; "en" where empty
	Bulletin     bulletin.Bulletin
	Products     bulletin.Products
	BulletinURL  string
	PolicyURL    string
	Sentence     func(clause string) string // where a clause's sentence stands; nil: on the policy's page
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
	reasons := d.reasons(r.Clauses)
	v := View{
		Kind:         r.Kind,
		Changed:      lines(r.Changed),
		Doubtful:     r.Doubtful,
		Cleared:      r.Cleared,
		Unlisted:     r.Unlisted,
		Unrevised:    r.Unrevised,
		Replaces:     r.Replaces,
		Organization: d.Organization,
		Unit:         d.Unit,
		Bulletin:     d.bulletinView(),
		Tailnet:      shown(string(r.Tailnet.ID)),
		Name:         shown(r.Tailnet.Name()),
		Certain:      r.Match.Affected == verdict.Yes,
		Done:         d.done(),
		Reasons:      reasons,
		Unsettled:    len(reasons) == 0 && !r.Overridden,
		Beyond:       r.Overridden,
		PolicyURL:    d.PolicyURL,
		ToldAs:       r.Contact.Reason,
		Settings:     d.Settings,
		ReplyTo:      string(d.ReplyTo),
		id:           r.Tailnet.ID,
		lists:        r.Lists,
	}
	left := v.ToldAs == tailnet.FoundAddress || v.ToldAs == tailnet.EarlierAddress
	if left {
		v.Settings = "" // there is nothing left to set
	}
	if r.Kind == AllClear && left {
		v.Changed = nil // news of what does not concern a former customer is none of theirs
	}
	if r.Kind == AllClear {
		return v, nil
	}
	if len(r.Match.Hits) == 0 && r.Match.Evidence == "" && r.Match.Found == verdict.No {
		return View{}, fmt.Errorf("tailnet %q has nothing to be told: no node, no finding and no evidence", r.Tailnet.ID)
	}
	if err := d.concern(&v, r); err != nil {
		return View{}, err
	}
	return v, nil
}

// concern adds what of the tailnet's the bulletin concerns, and what helps.
func (d Common) concern(v *View, r Row) error {
	v.Services = d.services(r.Match)
	if err := d.findings(v, r); err != nil {
		return err
	}
	for _, h := range r.Match.Hits {
		if h.Node.Tailnet != r.Tailnet.ID {
			return fmt.Errorf("a node of another tailnet in the letter of %q", r.Tailnet.ID)
		}
		v.Nodes = append(v.Nodes, d.nodeView(h))
	}
	slices.SortStableFunc(v.Nodes, byUrgency)
	v.NoNode = len(r.Match.Hits)+len(r.Match.Findings) == 0 && d.aboutNodes()
	v.Until = d.until(r.Match)
	v.When, v.Fix = when(v.Nodes)
	switch {
	case allFixed(r.Match):
		v.When = Settled
	case v.When == Settled && v.openThere():
		v.When = Unspecified
	}
	left := d.open(r.Match.Hits)
	v.Options = d.options(left)
	v.Commands, v.Checks = d.commands(left), d.checks(left)
	return nil
}

// Deadline is the last instant at which letters that are planned at an instant may be
// delivered: a [Lifetime] later, or before that, when what they say stops being so. A fix
// that they expect is out then, or the day is past by which they promise to say more.
func (d Common) Deadline(planned time.Time) time.Time {
	deadline := planned.Add(Lifetime)
	days := []time.Time{d.Bulletin.NextUpdate}
	for _, row := range d.Bulletin.Affected {
		days = append(days, row.Available, row.Deployed)
	}
	for _, day := range days {
		if day.After(planned) && day.Before(deadline) {
			deadline = day
		}
	}
	return deadline
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
	v := BulletinView{
		ID: string(b.ID), Title: prose(b.Title), Summary: prose(b.Summary),
		Severity: string(b.Severity), Exploited: b.Exploited.Word, URL: d.BulletinURL,
		Action: prose(b.Action.Text), Audience: prose(b.Action.Audience), Steps: lines(b.Action.Steps),
		NoAction: d.nothingToDo(),
	}
	if v.Summary == v.Title {
		v.Summary = ""
	}
	if b.Status == bulletin.Withdrawn && b.Retraction != nil {
		v.Withdrawn, v.Reason, v.Instead = true, prose(b.Retraction.Reason), string(b.Retraction.SupersededBy)
	}
	if b.NextUpdate.After(d.At) {
		v.NextUpdate = b.NextUpdate
	}
	return v
}

// prose is an author's text as one line: the letter breaks lines itself.
func prose(text string) string {
	blank := func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }
	return strings.Join(strings.FieldsFunc(text, blank), " ")
}

// lines are those of an author's texts that say something, each as one line.
func lines(texts []string) []string {
	var out []string
	for _, text := range texts {
		if text = prose(text); text != "" {
			out = append(out, text)
		}
	}
	return out
}

// services are those that concern a tailnet whatever its nodes, and where it has none that
// is hit, those that the findings are about.
func (d Common) services(m affected.Match) []Service {
	whom := Anyone
	switch {
	case m.Evidence == "" && (len(m.Hits) > 0 || len(m.Findings) == 0):
		return nil
	case m.Evidence == "":
		whom = TheFound
	}
	var out []Service
	for _, row := range d.Bulletin.Affected {
		product, _ := d.Products.Find(row.Product)
		service := Service{product.Title, whom, d.repaired(row), row.Deployed}
		if row.Everyone && len(row.Where) == 0 {
			service.Whom = Everyone
		}
		if product.Hosted && !slices.Contains(out, service) {
			out = append(out, service)
		}
	}
	return out
}

// reasons quotes every clause that decided.
func (d Common) reasons(clauses []string) []Reason {
	var out []Reason
	for _, c := range d.Rules.Clauses() {
		if !slices.Contains(clauses, c.ID) {
			continue
		}
		url := d.PolicyURL
		if d.Sentence != nil {
			url = d.Sentence(c.ID)
		}
		out = append(out, Reason{c.Quote, url})
	}
	return out
}
