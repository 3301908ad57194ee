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
	cards      []card              // one of each bulletin file
	pageCards  []card              // one of each policy, and of their front page
	policies   map[string][]anchor // by slug
	index      []anchor            // of the policies' front page
	silences   []silence
	problems   source.Problems
	suppressed source.Problems
}

// New begins with everything but the bulletins: policies, their front page, rules.
func New(settings Settings, found content.Site) *Checker {
	c := &Checker{Settings: settings, site: found, policies: make(map[string][]anchor), problems: slices.Clone(settings.Found)}
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
	c.problems = append(c.problems, e.Problems...)
	if !e.Readable {
		c.problems = append(c.problems, c.unreadDraft(e)...)
		c.cards = append(c.cards, unreadCard(e))
		return
	}
	n := c.notice(e)
	c.problems = append(c.problems, c.onBulletin(n)...)
	c.cards = append(c.cards, c.card(n))
	c.remember(n.file, n.Status, n.Suppress)
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
