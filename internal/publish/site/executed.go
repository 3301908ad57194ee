package site

import (
	"slices"
	"strings"

	"tocsin/internal/address"
	"tocsin/internal/bulletin"
	"tocsin/internal/disclosure"
	"tocsin/internal/markdown"
	"tocsin/internal/policy"
	"tocsin/internal/verdict"
)

// policyText is a policy, parsed once for every page that shows it.
type policyText struct {
	policy.Policy
	document *markdown.Document
	executed []sentence // empty where no rules execute the policy
}

// sentence is a clause of the rules, with where its words stand in the policy.
type sentence struct {
	question string // disclose, notify
	part     verdict.Part
	verdict.Clause
	line int // of the policy's body, from 1; 0: the page does not hold the sentence
}

// key names a clause among those of both questions: disclose/fix.
func (s sentence) key() string { return s.question + "/" + s.ID }

// anchor is the id of the sentence on the policy's page.
func (s sentence) anchor() string { return address.ClauseAnchor(s.question, s.ID) }

// rule is the id of what says how the sentence is executed.
func (s sentence) rule() string { return layoutAnchor + "rule-" + s.question + "-" + s.ID }

// layoutAnchor begins the ids that templates give, which no heading of a text does.
const layoutAnchor = "_"

// policyTexts parses the policies, in their order, and looks for the sentences of the rules.
func policyTexts(policies []policy.Policy, rules disclosure.Rules) []policyText {
	var out []policyText
	for _, p := range policies {
		t := policyText{Policy: p, document: markdown.Parse(p.Body)}
		if p.Slug == rules.Policy {
			t.executed = sentences(p, rules)
			t.settle()
		}
		out = append(out, t)
	}
	return out
}

// sentences lists the clauses of the rules in the order in which they are applied. A sentence
// that the page does not hold is for check to report: the page is built all the same.
func sentences(p policy.Policy, rules disclosure.Rules) []sentence {
	text := p.Text()
	var out []sentence
	for _, q := range []verdict.Rules{rules.Disclose, rules.Notify} {
		for _, g := range q.Groups() {
			for _, c := range g.Clauses {
				s := sentence{question: q.Question, part: g.Part, Clause: c}
				if at, err := text.Sentence(c.Under, c.Quote); err == nil {
					s.line = at.Line - p.BodyLine + 1
				}
				out = append(out, s)
			}
		}
	}
	return out
}

// marks are the sentences that get an anchor. One whose id a heading has already gets none:
// what a link to it finds is that heading.
func (t policyText) marks() []markdown.Mark {
	if len(t.executed) == 0 {
		return nil
	}
	taken := t.document.Anchors()
	var marks []markdown.Mark
	for _, s := range t.executed {
		if s.line > 0 && !slices.Contains(taken, s.anchor()) {
			marks = append(marks, markdown.Mark{ID: s.anchor(), Line: s.line, Quote: s.Quote})
		}
	}
	return marks
}

// settle leaves out the anchors that the page cannot have. The two ways in which a sentence is
// looked for, in plain words and among tags, agree; should they not, a page without an anchor is
// better than none.
func (t policyText) settle() {
	if _, err := t.document.HTML(markdown.Options{Marks: t.marks()}); err == nil {
		return
	}
	for i, s := range t.executed {
		mark := markdown.Mark{ID: s.anchor(), Line: s.line, Quote: s.Quote}
		if _, err := t.document.HTML(markdown.Options{Marks: []markdown.Mark{mark}}); err != nil {
			t.executed[i].line = 0
		}
	}
}

// Execution is how the rules answer one question.
type Execution struct {
	Question string // disclose, notify
	Rules    []Rule
}

// Rule is how one sentence of a policy is executed.
type Rule struct {
	ID, Clause string
	Quote      string
	Href       string // of the sentence on the page; empty where the page does not hold it
	Part       string // delay, law, condition, promise, exemption
	Force      string // promise, aim, may
	Waits      bool   // a condition for which what is promised waits, and does not lapse
	Needs      []Need // all of them must be so
	Since      *Date  // from when on it counts; nil: always did
	Over       []Link // the promises that an exemption outweighs
	Count      int    // of the bulletins that were published by it
	Newest     []Link // of these
}

// Need is a fact that a rule asks for.
type Need struct {
	Meaning string   // what is so where the fact is yes; of a word, what the word says
	Not     bool     // it must not be so
	Values  []string // the words that it may be, such as critical; empty of a fact that is so or not
}

// executions tells how each question is answered. The prefix is that of the ids of the text,
// and cited are the bulletins by the key of the sentence that published them.
func (r *Renderer) executions(t policyText, prefix string, cited map[string]*citation) []Execution {
	var out []Execution
	for _, s := range t.executed {
		if len(out) == 0 || out[len(out)-1].Question != s.question {
			out = append(out, Execution{Question: s.question})
		}
		last := &out[len(out)-1]
		last.Rules = append(last.Rules, r.rule(t, s, prefix, cited[s.key()]))
	}
	return out
}

func (r *Renderer) rule(t policyText, s sentence, prefix string, c *citation) Rule {
	rule := Rule{
		ID: s.rule(), Clause: s.ID, Quote: s.Quote, Part: string(s.part), Force: string(s.Force),
		Waits: s.Otherwise == verdict.Held, Since: r.date(s.Since),
	}
	if s.line > 0 {
		rule.Href = "#" + prefix + s.anchor()
	}
	for _, w := range s.When {
		rule.Needs = append(rule.Needs, r.need(w))
	}
	for _, o := range t.executed {
		if o.question == s.question && slices.Contains(s.Over, o.ID) {
			rule.Over = append(rule.Over, Link{o.Quote, "#" + o.rule()})
		}
	}
	if c != nil {
		rule.Count, rule.Newest = c.count, c.newest
	}
	return rule
}

// need words a condition; a fact that nobody has defined stands for itself.
func (r *Renderer) need(c verdict.Condition) Need {
	meaning := strings.ReplaceAll(c.Fact, "_", " ")
	if d, found := disclosure.Define(c.Fact); found {
		meaning = d.Meaning
	}
	need := Need{Meaning: r.words.or("fact."+c.Fact, meaning), Not: slices.Equal(c.In, []string{"no"})}
	if need.Not || slices.Equal(c.In, []string{"yes"}) {
		return need
	}
	for _, value := range c.In {
		need.Values = append(need.Values, r.words.or("fact.value."+value, value))
	}
	return need
}

// mostCited is how many bulletins are shown of those that a sentence published.
const mostCited = 10

// citation is the bulletins that one sentence published.
type citation struct {
	count  int
	newest []Link
}

// citations gathers, of cards in their order, who was published by which sentence.
func (r *Renderer) citations(cards []*Card) map[string]*citation {
	cited := make(map[string]*citation)
	for _, card := range cards {
		for _, key := range card.Cites {
			c := cited[key]
			if c == nil {
				c = new(citation)
				cited[key] = c
			}
			if c.count++; len(c.newest) < mostCited {
				c.newest = append(c.newest, Link{string(card.ID), r.Layout.Href(r.Layout.Bulletin(string(card.ID)))})
			}
		}
	}
	return cited
}

// executing is the policy that the rules execute; nil where the site does not have it.
func executing(policies []policyText, rules disclosure.Rules) *policyText {
	for i := range policies {
		if t := &policies[i]; t.Slug == rules.Policy && len(t.executed) > 0 {
			return t
		}
	}
	return nil
}

// quoted finds the sentence that a clause of a question quotes: by its name, or where the rules
// call it otherwise by now, by its words alone; nil where the page does not hold it.
func (t *policyText) quoted(question string, c bulletin.JudgedClause) *sentence {
	var alike *sentence
	for i := range t.executed {
		s := &t.executed[i]
		switch {
		case s.line <= 0 || s.question != question || s.Quote != c.Quote:
		case s.ID == c.Clause:
			return s
		case alike == nil:
			alike = s
		}
	}
	return alike
}
