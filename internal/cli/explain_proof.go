package cli

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"tocsin/internal/bulletin"
	"tocsin/internal/disclosure"
	"tocsin/internal/source"
	"tocsin/internal/verdict"
)

// paper is an explanation as a person reads it on a terminal: for each question the
// verdict first, then the sentences that decided, then everything else it rests on.
type paper struct {
	*program
	explanation
}

const paperWidth = 80

func (p paper) print() {
	b := p.bulletin
	p.line(0, 0, "%s: %s", b.ID, b.Title)
	p.line(0, 0, "%s, severity %s", b.Status, severityWord(b))
	for _, a := range p.proved {
		if p.tailnet != nil && a.Question == disclosure.Disclose {
			continue // it is the same for everybody
		}
		p.line(0, 0, "")
		p.headline(a.Proof)
		p.override(a.Proof)
		p.record(a.Proof)
		p.contradictions(a.Proof)
		p.questions(a.Proof)
		p.clauses(a.Proof)
		p.touched(a.Proof)
		p.facts(a.Proof)
		p.assumed(a.Proof)
		p.turns(a.turns)
	}
}

// line prints a text that breaks at spaces to fit a terminal. The first line begins
// in column first, the others in column hang. What would act on a terminal is shown
// by its number.
func (p paper) line(first, hang int, format string, args ...any) {
	text := source.Visible(fmt.Sprintf(format, args...))
	p.program.print("%s%s", strings.Repeat(" ", first), folded(text, first, hang))
}

// headline prints what stands.
func (p paper) headline(proof verdict.Proof) {
	question, stands, how := "Disclose to everybody", proof.Stands(), ""
	if proof.Question == disclosure.Notify {
		question = "Notify a " + p.unit + " that is affected"
	}
	record, released := p.recorded[proof.Question]
	if p.tailnet != nil && proof.Question == disclosure.Notify {
		question, released = fmt.Sprintf("Notify %s %s", p.unit, p.tailnet.id), false
	}
	switch {
	case released:
		stands, how = record.verdict, ", as released"
	case proof.Departs():
		how = ", by override"
	}
	p.line(0, 0, "%s: %s%s", question, strings.ToUpper(stands.Words()), how)
	if stands == verdict.Held {
		p.waits(proof)
	}
}

// waits prints what a held verdict waits for.
func (p paper) waits(proof verdict.Proof) {
	for _, c := range proof.Waits() {
		for _, w := range c.When {
			f := proof.Facts.Find(w.Fact)
			why := cmp.Or(f.Note, f.Name+" is "+f.Value)
			if f.Position.File != "" {
				why += fmt.Sprintf(" (%s)", p.fromHere(f.Position))
			}
			p.line(2, 4, "it waits: %s", why)
		}
	}
}

// override prints a departure from the rules, and what it departs from.
func (p paper) override(proof verdict.Proof) {
	o := proof.Override
	if o == nil {
		return
	}
	p.line(2, 4, "%s overrides it as %s: “%s” (%s)", o.By, o.Outcome.Words(), o.Reason, p.fromHere(o.Position))
	switch {
	case proof.AgainstLaw():
		p.line(2, 4, "that counts for nothing: the law asks for it, or may")
	case proof.Departs():
		p.line(2, 4, "the policy's rules say: %s", proof.Outcome.Words())
	default:
		p.line(2, 4, "the policy's rules say the same")
	}
}

// record prints what was decided at release, and what has changed since.
func (p paper) record(proof verdict.Proof) {
	record, found := p.recorded[proof.Question]
	if !found || p.tailnet != nil && proof.Question == disclosure.Notify {
		return
	}
	d := p.bulletin.Decision
	by := ""
	if d.By != "" {
		by = " by " + d.By
	}
	p.line(2, 4, "on record since %s%s: %s; it is not judged again", d.Released.UTC().Format(time.RFC3339), by, record.verdict.Words())
	if d.Partial != "" && proof.Question == disclosure.Disclose {
		p.line(2, 4, "it was released while it was held: “%s”", d.Partial)
	}
	if record.since != nil {
		p.since(*record.since)
	}
}

// since prints what is different from the record.
func (p paper) since(d disclosure.Difference) {
	now := "which turns nothing"
	if d.Was != d.Is {
		now = "which would make it " + d.Is.Words()
	}
	p.line(2, 4, "changed since, %s", now)
	for _, f := range d.Facts {
		p.line(4, 38, "%-25s%s, now %s", f.Name, wasOr(f.Was, "not asked"), f.Is)
	}
	for _, c := range d.Clauses {
		words := ""
		if c.Reworded {
			words = ", in other words"
		}
		p.line(4, 38, "%-25s%s, now %s%s", "“"+c.ID+"”", wasOr(c.Was, "no such rule"), wasOr(c.Is, "no such rule"), words)
	}
	if len(d.Facts)+len(d.Clauses) == 0 {
		p.line(4, 4, "the override")
	}
}

func wasOr(word, none string) string {
	if word == "" {
		return none
	}
	return word
}

// contradictions prints which sentences hold against each other, and the facts of
// which one is likely to be wrong.
func (p paper) contradictions(proof verdict.Proof) {
	for _, c := range proof.Contradictions() {
		var facts []string
		for _, w := range slices.Concat(c.Exemption.When, c.Promise.When) {
			facts = append(facts, w.Fact)
		}
		p.line(2, 4, "contradiction: the exemption %s and the promise %s both hold, and the promise wins; look again at %s",
			c.Exemption.ID, c.Promise.ID, strings.Join(facts, ", "))
	}
}

// clauses prints the sentences that decided, each with its place on the website, then what
// else was asked.
func (p paper) clauses(proof verdict.Proof) {
	if slices.ContainsFunc(proof.Steps, func(s verdict.Step) bool { return s.Decides }) {
		p.line(2, 4, "decided by")
		p.steps(proof, true)
		p.line(2, 4, "also asked")
		p.steps(proof, false)
		return
	}
	p.line(2, 4, "asked")
	p.steps(proof, false)
	p.line(12, 12, "%s", p.url)
}

// steps prints clauses: whether each holds, its words, and what it asks for.
func (p paper) steps(proof verdict.Proof, decides bool) {
	for _, s := range proof.Steps {
		if s.Decides == decides {
			p.line(4, 12, "%-8s“%s”", s.Truth, s.Clause.Quote)
			p.line(12, 14, "%s %s: %s", role(s), s.Clause.ID, asks(s.Clause))
			if decides {
				p.line(12, 12, "%s", p.sentences(proof.Question, s.Clause.ID))
			}
		}
	}
}

// role is what a clause does among the others, and how strongly the policy binds
// itself by it: a promise may be no more than an aim.
func role(s verdict.Step) string {
	switch force := s.Clause.Force; {
	case force == "" || force == verdict.Promise:
		return string(s.Part)
	case s.Part == verdict.PromisePart:
		return string(force)
	default:
		return fmt.Sprintf("%s (%s)", s.Part, force)
	}
}

// asks tells what a clause asks for.
func asks(c verdict.Clause) string {
	parts := make([]string, len(c.When))
	for i, w := range c.When {
		parts[i] = w.Fact + " = " + strings.Join(w.In, " or ")
	}
	return strings.Join(parts, ", ")
}

// facts prints what is known, and where it stands.
func (p paper) facts(proof verdict.Proof) {
	p.line(2, 4, "facts")
	for _, f := range proof.Facts {
		p.line(4, 38, "%-25s%-9s%s", f.Name, f.Value, p.place(f))
	}
}

// place is where a fact stands, and what is to be said of it besides.
func (p paper) place(f verdict.Fact) string {
	var parts []string
	if f.Position.File != "" {
		parts = append(parts, p.fromHere(f.Position).String())
	}
	if f.Note != "" {
		parts = append(parts, "("+f.Note+")")
	}
	return strings.Join(parts, " ")
}

// questions prints what has to be found out before there is a verdict.
func (p paper) questions(proof verdict.Proof) {
	if len(proof.Missing) == 0 {
		return
	}
	p.line(2, 4, "to be found out first")
	for _, name := range proof.Missing {
		ask, write := p.asked(name)
		p.line(4, 29, "%-25s%s", name, ask)
		p.line(29, 29, "write %s", write)
	}
}

// asked is what has to be found out about a fact, and what to write then. Where it is a node of
// the one tailnet that nobody can tell, no answer in the bulletin would settle it.
func (p paper) asked(fact string) (ask, write string) {
	if doubt := p.tailnet.doubt(); fact == "tailnet_affected" && doubt != "" {
		return doubt, "what is known of it into findings/" + string(p.bulletin.ID) + ".csv, or mend the inventory"
	}
	d, _ := disclosure.Define(fact)
	return d.Ask, disclosure.Hint(fact)
}

// assumed names the facts that nobody stated and that could turn the verdict. What was
// released is not asked again.
func (p paper) assumed(proof verdict.Proof) {
	var names []string
	for _, name := range p.pending {
		if proof.Facts.Find(name).Assumed && p.bulletin.Decision == nil {
			names = append(names, name)
		}
	}
	if len(names) > 0 {
		p.line(2, 4, "only assumed, and could turn it: %s", strings.Join(names, ", "))
	}
}

// turns prints the smallest changes of facts that would make it otherwise.
func (p paper) turns(turns []verdict.Turn) {
	if len(turns) == 0 {
		return
	}
	p.line(2, 4, "would be otherwise with")
	for _, t := range turns {
		parts := make([]string, len(t.Changes))
		for i, c := range t.Changes {
			parts[i] = c.Fact + " = " + c.Value
		}
		p.line(4, 6, "%s: %s", strings.Join(parts, " and "), t.Outcome.Words())
	}
}

// folded breaks a text at spaces where it would run over the paper: the first line
// begins in column first, the others in column hang, after that many spaces.
func folded(text string, first, hang int) string {
	var b strings.Builder
	column := first
	for i, word := range strings.Split(text, " ") {
		width := len([]rune(word))
		switch {
		case i == 0:
		case word != "" && column+1+width > paperWidth && column > hang:
			b.WriteString("\n" + strings.Repeat(" ", hang))
			column = hang
		default:
			b.WriteByte(' ')
			column++
		}
		b.WriteString(word)
		column += width
	}
	return b.String()
}

// hang breaks a text to fit a terminal, all its lines in one column.
func hang(text string, indent int) string { return folded(text, indent, indent) }

// severityWord is a bulletin's severity as a person reads it.
func severityWord(b bulletin.Bulletin) string {
	if b.Severity == "" {
		return "not stated"
	}
	return string(b.Severity)
}
