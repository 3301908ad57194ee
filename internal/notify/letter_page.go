package notify

import (
	"html/template"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"tocsin/internal/markdown"
	"tocsin/internal/tailnet"
	"tocsin/internal/verdict"
)

// page is what the templates are given: the view of one tailnet, and the words to say
// it in.
type page struct {
	View
	*words
	Written string // language of what the authors wrote
}

// listed is how many nodes stand in a letter; the attachments hold them all.
const listed = 50

// Listed are the nodes that stand in the letter.
func (p *page) Listed() []NodeView { return p.Nodes[:min(listed, len(p.Nodes))] }

// First says how many of the nodes stand in the letter, and where all of them do.
func (p *page) First() (string, error) {
	key := [...]string{BothLists: "nodes.first", CSVAlone: "nodes.first.one", NoLists: "nodes.first.none"}[p.lists]
	return p.Say(key, len(p.Listed()), len(p.Nodes))
}

// Whole reports whether the letter lists every node.
func (p *page) Whole() bool { return len(p.Nodes) <= listed }

// Sum is how many nodes one thing can be done about.
type Sum struct {
	Nodes int
	What  string
}

// Sums counts the nodes by what can be done about them, in the order of the list.
func (p *page) Sums() ([]Sum, error) {
	var sums []Sum
	for _, n := range p.Nodes {
		what, err := p.Can(n)
		if err != nil {
			return nil, err
		}
		same := func(s Sum) bool { return s.What == what }
		if i := slices.IndexFunc(sums, same); i >= 0 {
			sums[i].Nodes++
			continue
		}
		sums = append(sums, Sum{1, what})
	}
	return sums, nil
}

// Target is the version that has the fix: "1.66.1 or later"; empty where none has, or the
// node needs none any more.
func (p *page) Target(of fixable) (string, error) {
	switch n := of.fix(); {
	case n.Step == FixedAlready, n.Step == Nothing:
		return "", nil
	case n.Fixed != "":
		return p.Say("target.fixed", n.Fixed)
	case n.After != "":
		return p.Say("target.after", n.After)
	}
	return "", nil
}

// fixable is a node, or an option of some.
type fixable interface{ fix() Fix }

func (f Fix) fix() Fix { return f }

// Can says what can be done about a node.
func (p *page) Can(of fixable) (string, error) {
	n := of.fix()
	key := "step." + string(n.Step)
	waiting := n.Step == AwaitFix || n.Step == NoFix
	if n.Until && waiting {
		key += ".until"
	}
	if n.Step != AwaitFix {
		return p.Say(key)
	}
	return p.dated(key, n.From)
}

// ForWhat says which nodes need an option.
func (p *page) ForWhat(o Option) (string, error) {
	platform := o.Platform
	if platform == "" {
		var err error
		if platform, err = p.Say("platform.any"); err != nil {
			return "", err
		}
	}
	key, values := "option", []any{platform}
	for _, bound := range []struct{ name, version string }{
		{".since", o.Versions.Introduced}, {".before", o.Versions.Fixed}, {".upto", o.Versions.LastAffected},
	} {
		if bound.version != "" {
			key, values = key+bound.name, append(values, bound.version)
		}
	}
	return p.Say(key, values...)
}

// Clear reports whether the letter takes back an alarm.
func (p *page) Clear() bool { return p.Kind == AllClear }

// TakenBack reports whether the letter says that the bulletin does not hold any more.
func (p *page) TakenBack() bool { return p.Clear() && p.Bulletin.Withdrawn }

// Gone reports whether nothing is known of the tailnet any more but that it was told: that it
// is not affected nobody can say.
func (p *page) Gone() bool {
	return p.Clear() && !p.TakenBack() && p.ToldAs == tailnet.EarlierAddress
}

// OnSite is the key of what the letter says of the bulletin's page, which is the same for every
// reader: to one whom it does not affect any more, that it may still ask something of others.
func (p *page) OnSite() string {
	if p.Clear() && !p.TakenBack() && !p.Gone() {
		return "genuine.page.clear"
	}
	return "genuine.page"
}

// Intro is the key of the sentence that the letter begins with.
func (p *page) Intro() string {
	switch {
	case p.TakenBack():
		return "intro.withdrawn"
	case p.Gone():
		return "intro.gone"
	case p.Kind.FollowsUp():
		return "intro." + string(p.Kind)
	case !p.Certain:
		return "intro.unsure"
	case p.over():
		return "intro.over"
	}
	return "intro"
}

// Before says how the letter stands to the one before it; empty where it has nothing to say
// of that.
func (p *page) Before() (string, error) {
	switch {
	case p.Cleared:
		return p.alarmedAgain()
	case p.Doubtful:
		return p.perhapsDated("intro.doubtful")
	case p.Clear() && !p.Replaces.IsZero():
		return p.dated("intro.earlier.of", p.Replaces)
	case p.Kind.FollowsUp() && !p.Clear():
		return p.perhapsDated("intro.replaces")
	}
	return "", nil
}

// alarmedAgain takes back an all-clear, or that nobody could tell. Where it is not the bulletin
// that has changed since, what has changed is what is known of the reader.
func (p *page) alarmedAgain() (string, error) {
	if p.Doubtful {
		return p.Say("intro.cleared.doubtful")
	}
	key := "intro.cleared"
	if p.Unlisted {
		key = "intro.cleared.unlisted"
	}
	text, err := p.perhapsDated(key)
	if err != nil || !p.Unrevised {
		return text, err
	}
	why, err := p.Say("intro.cleared.why")
	return text + " " + why, err
}

// perhapsDated is a text about the earlier letter, with its day where that is known.
func (p *page) perhapsDated(key string) (string, error) {
	if p.Replaces.IsZero() {
		return p.Say(key)
	}
	return p.dated(key+".of", p.Replaces)
}

// over reports whether nothing of the tailnet's is affected any more: it is gone itself,
// or what concerned it is fixed everywhere.
func (p *page) over() bool {
	switch {
	case p.ToldAs == tailnet.FoundAddress:
		return true
	case len(p.Nodes) > 0 && p.When != Settled || slices.ContainsFunc(p.Services, Service.unfixed):
		return false
	}
	return p.When == Settled || len(p.Services) > 0
}

// ByWhen says how soon something can be done; empty where nobody stated it, or nothing
// is to be done.
func (p *page) ByWhen() (string, error) {
	if p.When == Unspecified || p.When == Settled || p.Bulletin.NoAction {
		return "", nil
	}
	if p.When != Expected {
		return p.Say("when." + string(p.When))
	}
	return p.dated("when.expected", p.Fix)
}

// Next says by when there is more to read; empty where nothing is promised.
func (p *page) Next() (string, error) {
	if p.Bulletin.NextUpdate.IsZero() {
		return "", nil
	}
	return p.dated("when.next", p.Bulletin.NextUpdate)
}

func (p *page) dated(key string, at time.Time) (string, error) {
	day, err := p.Day(at)
	if err != nil {
		return "", err
	}
	return p.Say(key, day)
}

// Prose is what the bulletin says to everybody, as HTML: commands stand between backquotes in
// it. What one tailnet alone is told stays as it is, so that it can be looked for as a whole.
func (p *page) Prose(text string) template.HTML { return markdown.Inline(text) }

// Helps says when something helps in place of a fix, and on which platforms.
func (p *page) Helps(s Stopgap) (string, error) {
	key := "until.stopgap"
	if s.Instead {
		key = "until.instead"
	}
	if len(s.Platforms) == 0 {
		return p.Say(key)
	}
	return p.Say(key+".on", strings.Join(s.Platforms, ", "))
}

// OnDay is the day of a deed; empty where none is stated.
func (p *page) OnDay(d Deed) (string, error) {
	if d.At.IsZero() {
		return "", nil
	}
	return p.Day(d.At)
}

// Service says how a product that we run concerns the tailnet.
func (p *page) Service(s Service) (string, error) {
	return p.Say("why.service."+string(s.Whom), s.Title, p.Unit)
}

// Mended says whether a product that we run has the fix.
func (p *page) Mended(s Service) (string, error) {
	switch {
	case s.At.IsZero():
		return p.Say("service." + s.Fixed.String())
	case s.Fixed == verdict.Yes:
		return p.dated("service.since", s.At)
	}
	return p.dated("service.expected", s.At)
}

// Told are the findings that stand in the letter.
func (p *page) Told() []Finding { return p.Findings[:min(listed, len(p.Findings))] }

// More counts the findings that do not.
func (p *page) More() int { return len(p.Findings) - len(p.Told()) }

// Looked says what a finding came to, and when it was seen.
func (p *page) Looked(f Finding) (string, error) {
	parts := [][]string{{"found." + string(f.Status)}}
	if f.Despite {
		parts[0][0] = "found.nothing"
	}
	if f.FirstSeen != "" {
		parts = append(parts, []string{"found.first", f.FirstSeen})
	}
	if f.LastSeen != "" {
		parts = append(parts, []string{"found.last", f.LastSeen})
	}
	if f.Visible != verdict.Unknown {
		parts = append(parts, []string{"found.visible." + f.Visible.String()})
	}
	var out []string
	for _, part := range parts {
		text, err := p.Say(part[0], strings.Join(part[1:], ""))
		if err != nil {
			return "", err
		}
		out = append(out, text)
	}
	return strings.Join(out, " "), nil
}

// WhyTold is the key of the sentence that the policy's own follow.
func (p *page) WhyTold() string {
	switch {
	case !p.Cites():
		return "why.before"
	case p.Unsettled:
		return "why.unsettled"
	case p.Beyond:
		return "why.beyond"
	}
	return "why.policy"
}

// Cites reports whether it is the policy that asks for the letter, and not what an earlier
// one said.
func (p *page) Cites() bool { return !p.Kind.FollowsUp() || len(p.Reasons) > 0 || p.Beyond }

// Attachment says what is attached.
func (p *page) Attachment() (string, error) {
	switch names := attached(p.View); {
	case len(p.Nodes) == 0:
		return p.Say("genuine.none")
	case len(names) == 0:
		return p.Say("genuine.toolarge")
	case len(names) == 1:
		return p.Say("genuine.attached.one", names[0])
	case p.Whole():
		return p.Say("genuine.attached", names[0], names[1])
	default:
		return p.Say("genuine.attached.all", names[0], names[1])
	}
}

// Settled reports whether nothing is left to be done, though the bulletin asks for it of
// others, or may yet.
func (p *page) Settled() bool { return p.When == Settled && !p.Bulletin.NoAction }

// SoFar reports whether something can be done already, though nobody has said yet what
// has to be.
func (p *page) SoFar() bool { return !p.Settled() && len(p.Commands)+len(p.Until) > 0 }

// Promised reports whether the policy says that we tell.
func (p *page) Promised() bool { return !p.Unsettled && !p.Beyond }

// End counts the nodes, or else what was found, as the last line: whoever does not see it
// has not got the whole letter (F22).
func (p *page) End() (string, error) {
	named := slices.ContainsFunc(p.Findings, func(f Finding) bool { return f.Name != "" })
	switch n, found := len(p.Nodes), len(p.Findings); {
	case n == 0 && named && found == 1:
		return p.Say("end.found.one", p.Unit)
	case n == 0 && named:
		return p.Say("end.found.many", found, p.Unit)
	case n == 0:
		return p.Say("end.whole", p.Unit)
	case n == 1:
		return p.Say("end.one", n, p.Unit)
	case p.Whole():
		return p.Say("end.many", n, p.Unit)
	default:
		return p.Say("end.part", n, p.Unit, listed)
	}
}

// Subject is the letter's subject line: what is asked, of which bulletin, to whom.
func (p *page) Subject() (string, error) {
	key := "subject.action"
	switch {
	case p.TakenBack():
		key = "subject.withdrawn"
	case p.Gone():
		key = "subject.gone"
	case p.Kind.FollowsUp():
		key = "subject." + string(p.Kind)
	case p.Bulletin.Action == "" || p.When == Settled:
		key = "subject.notice"
	case !p.Certain:
		key = "subject.check"
	}
	return p.Say(key, p.Bulletin.ID, p.Bulletin.Title, p.brief())
}

// longestName is how long a name may be in a subject, in characters. The letter has it whole.
const longestName = 100

// brief is what the subject calls the tailnet: by its name, or where that is too long, by its
// ID, or by neither.
func (p *page) brief() string {
	for _, name := range []string{p.Name, p.Tailnet} {
		if utf8.RuneCountInString(name) <= longestName {
			return name
		}
	}
	return p.Unit
}
