package check

import (
	"fmt"
	"strings"
	"sync"

	"tocsin/internal/bulletin"
	"tocsin/internal/markdown"
	"tocsin/internal/source"
)

// question is something that a reader looks for in every bulletin, and the words by
// which a heading answers it: in any order, level and tense.
type question struct {
	asks  string
	words pattern
}

var questions = [...]question{
	{"what happened", newPattern(`\bwhat\b.*\b(happen|occur|went wrong|is the (issue|problem|matter))|\b(summary|overview|description|details?|background|incident|the (vulnerability|issue|fault|problem))\b`)},
	{"who is affected", newPattern(`\b(who|which)\b.*\b(affect|concern|impacted|vulnerable|expos)|\b(am|are|is|was|were) (i|we|you|my|your)\b.*\b(affect|vulnerable|impacted)|\baffected\b|\bscope\b`)},
	{"what the impact is", newPattern(`\bimpact\b|\bconsequence|\brisks?\b|\bseverity\b|\bwhat (could|can|might|may)\b.*\b(attacker|somebody|someone|happen)|\bhow (bad|serious|severe)\b`)},
	{"what to do", newPattern(`\b(need|have|ought|should|must|can|could|what) (i |we |you |users |admin\w* |customers )?(to )?do\b|\bdo i\b.*\bdo\b|\baction|\bremed|\bmitigat|\brecommend|\bworkaround|\bnext steps\b|\bhow (to|do i|do you|can i|can you) (fix|update|upgrade|protect|mitigate|respond)|\bsolution\b`)},
}

// sections warns where a reader would look for an answer and find no heading, and
// where one stands above nothing. A text whose headings are not understood at all may
// be in another language: that is only noted.
func sections(c *Checker, n *notice) source.Problems {
	if n.Status == bulletin.Withdrawn || n.Status == "" {
		return nil
	}
	found := n.text().Sections()
	problems := n.emptySections(found)
	missing := c.answered.unanswered(found)
	switch {
	case len(missing) == 0:
	case len(missing) == len(questions) && len(found) >= len(missing):
		problems = append(problems, n.note(n.within(1, 0), "missing-section",
			"no heading says what happened, who is affected, what the impact is or what to do", "if the headings say so in another language, all is well"))
	default:
		problems = append(problems, n.lacksSections(missing))
	}
	return problems
}

// lacksSections is a note for a draft, where the text is still to be written.
func (n *notice) lacksSections(missing []string) source.Problem {
	p := n.warning(n.within(1, 0), "missing-section", "no heading says "+strings.Join(missing, ", "), `readers look for it: write a heading such as "What do I need to do?"`)
	if n.Status == bulletin.Draft {
		p.Level = source.Note
	}
	return p
}

// emptySections reports headings with nothing under them. A draft is still empty by
// right, and a released bulletin is not.
func (n *notice) emptySections(sections []markdown.Section) source.Problems {
	var problems source.Problems
	for _, s := range sections {
		if s.Empty {
			p := n.problem(n.within(s.Line, 0), "empty-section", fmt.Sprintf("nothing stands under %q", s.Text), "write it, or remove the heading")
			problems = append(problems, n.unfinished(p))
		}
	}
	return problems
}

// unfinished is a problem that every draft has for a while: there it is only noted,
// and yet must be gone before the release.
func (n *notice) unfinished(p source.Problem) source.Problem {
	if n.Status == bulletin.Draft {
		p.Level, p.Softened = source.Note, true
	}
	return p
}

// answered remembers which questions a heading answers: a team writes the same few headings
// over every bulletin. Any number of goroutines may ask.
type answered struct {
	mutex    sync.Mutex
	headings map[string][len(questions)]bool
}

func newAnswered() *answered { return &answered{headings: make(map[string][len(questions)]bool)} }

// mostHeadings is how many headings are remembered at most.
const mostHeadings = 1000

func (a *answered) by(heading string) [len(questions)]bool {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	found, known := a.headings[heading]
	if known {
		return found
	}
	small := strings.ToLower(heading)
	for i, q := range questions {
		found[i] = q.words.MatchString(small)
	}
	if len(a.headings) < mostHeadings {
		a.headings[strings.Clone(heading)] = found
	}
	return found
}

// unanswered lists what no heading speaks of.
func (a *answered) unanswered(sections []markdown.Section) []string {
	var all [len(questions)]bool
	for _, s := range sections {
		for i, answers := range a.by(s.Text) {
			all[i] = all[i] || answers
		}
	}
	var missing []string
	for i, q := range questions {
		if !all[i] {
			missing = append(missing, q.asks)
		}
	}
	return missing
}
