// Package check finds everything that is wrong with a site, at once: what reading
// it found, and what the files mean to each other and to the policy.
//
// A [Checker] is handed the bulletins one after the other and keeps a few hundred
// bytes of each, so that ten thousand need no more memory than one:
//
//	reader, err := content.Open(tree, drafts)
//	rules, problems := check.Reading(reader.Site())
//	c := check.New(settings, reader.Site())
//	for e, err := range reader.Bulletins() { c.Bulletin(e) }
//	problems = c.Done()
//
// Where many cores are at it, each calls [Checker.Look], and one adds what they found.
//
// To add a check, write a file named after its subject with a function of one of the
// kinds in rules.go, and put the function into the table there. A rule is handed what
// could be read; what could not was reported already and is absent, so a rule says
// nothing about what is absent unless Places tells that nobody wrote it. A rule
// reports errors as errors, whatever the state of the bulletin: the Checker turns a
// draft's into warnings. Use [page.at] and [notice.at] to make problems.
//
// Every code stands in the registry: describe it in codes_<subject>.go, as a slice
// that [Codes] joins, with an example that has the fault and the same text mended. The
// tests play every example, and look through the sources for codes that are missing.
package check

import (
	"io/fs"
	"slices"
	"time"

	"tocsin/internal/content"
	"tocsin/internal/disclosure"
	"tocsin/internal/source"
)

// Settings is what a site is held against.
type Settings struct {
	Config content.Config
	Rules  disclosure.Rules // from [Reading]
	Now    time.Time        // decides what lies in the future or is due, and nothing else
	Found  source.Problems  // what reading the site and [Reading] found outside the bulletins
	Assets fs.FS            // the site's own files, such as images; nil: not looked at
	// Tracked are the private files and folders that git tracks. Untold means that
	// there was no git to ask.
	Tracked []string
	Untold  bool
}

// Checker looks at a site, one bulletin at a time.
type Checker struct {
	Settings
	site       content.Site // everything but the bulletins
	obstacles  source.Problems
	cards      []*card             // one of each bulletin file
	index      *index              // once asked for, when all are there
	places     *places             // once asked for, the same
	pageCards  []*card             // one of each policy, and of their front page
	policies   map[string][]anchor // by slug
	front      []anchor            // of the policies' front page
	silences   []silence
	answered   *answered // by the headings of bulletins
	problems   source.Problems
	suppressed source.Problems
}

// New begins with everything but the bulletins: policies, their front page, rules.
func New(settings Settings, found content.Site) *Checker {
	c := &Checker{Settings: settings, site: found, policies: make(map[string][]anchor), answered: newAnswered(), problems: slices.Clone(settings.Found)}
	c.problems = append(c.problems, c.onPolicies()...)
	c.problems = append(c.problems, notInForce(found, settings.Rules, settings.Now)...)
	c.obstacles = obstacles(found, settings.Rules, c.problems)
	return c
}

// Obstacles are the problems that keep anybody from giving verdicts: of the disclosure
// policy, or of the rules that execute it.
func (c *Checker) Obstacles() source.Problems { return c.obstacles }

// Bulletin looks at the next bulletin, and forgets all but a card of it.
func (c *Checker) Bulletin(e content.Entry) {
	look := c.Look(e)
	c.Add(&look)
}

// Look is what is left of one bulletin when it was looked at: its problems, and the few hundred
// bytes that the other files are held against.
type Look struct {
	Problems source.Problems
	card     card
	silences []silence
}

// Look looks at one bulletin by itself. Any number of goroutines may do so at once, in any
// order; what they find is then [Checker.Add]ed by one.
func (c *Checker) Look(e content.Entry) Look {
	if !e.Readable {
		return Look{Problems: append(slices.Clone(e.Problems), c.unreadDraft(e)...), card: unreadCard(e)}
	}
	n := c.notice(e)
	return Look{
		Problems: append(slices.Clone(e.Problems), c.onBulletin(n)...),
		card:     c.card(n),
		silences: silencesOf(n.file, n.Status, n.Suppress),
	}
}

// Add puts down what was found of the next bulletin. The look must stay as it is until [Checker.Done].
func (c *Checker) Add(l *Look) {
	c.problems = append(c.problems, l.Problems...)
	c.cards = append(c.cards, &l.card)
	c.silences = append(c.silences, l.silences...)
}

// Done ends the run: what is wrong between the files joins all other problems, sorted
// by place, without those that suppress: entries silence.
func (c *Checker) Done() source.Problems {
	for _, rule := range siteRules() {
		c.problems = append(c.problems, rule(c)...)
	}
	c.problems, c.suppressed = c.silence(c.problems)
	c.problems.Sort()
	return c.problems
}

// Suppressed are the problems that suppress: entries silenced, once the run has ended.
func (c *Checker) Suppressed() source.Problems { return c.suppressed }
