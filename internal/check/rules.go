package check

import (
	"slices"

	"tocsin/internal/bulletin"
	"tocsin/internal/policy"
	"tocsin/internal/source"
)

// The kinds of rules, each with its table. To add a rule, add it to its table.
type (
	// pageRule looks at a text that readers may come to see, whoever's it is.
	pageRule func(*Checker, *page) source.Problems
	// bulletinRule looks at one bulletin.
	bulletinRule func(*Checker, *notice) source.Problems
	// policyRule looks at one policy and its page.
	policyRule func(*Checker, policy.Policy, *page) source.Problems
	// siteRule looks at what is known when everything was read.
	siteRule func(*Checker) source.Problems
)

func pageRules() []pageRule {
	return []pageRule{}
}

// otherPageRules look at policies and their front page alone.
func otherPageRules() []pageRule {
	return []pageRule{unreadyPage, encodedTwicePage, mixedScriptsPage}
}

func bulletinRules() []bulletinRule {
	return []bulletinRule{
		futureDate, rows, rowBounds, years, judged, overrides, exemptions, assessed, revisionOrder,
		sections, ranges, cited, unready, encodedTwice, mixedScripts, chronology, contradictions, tellsLittle,
	}
}

// lastingRules are for what is an error in a draft too.
func lastingRules() []bulletinRule {
	return []bulletinRule{asReleased, revised, asRecorded, inPublic}
}

func policyRules() []policyRule {
	return []policyRule{reviews}
}

func siteRules() []siteRule {
	return []siteRule{slugs, ids, aliases, relations, destinations, kept, tracked, letterCodes}
}

// onBulletin applies every rule to a bulletin. A draft's errors are warnings.
func (c *Checker) onBulletin(n *notice) source.Problems {
	var problems source.Problems
	for _, rule := range bulletinRules() {
		problems = append(problems, rule(c, n)...)
	}
	for _, rule := range pageRules() {
		problems = append(problems, rule(c, &n.page)...)
	}
	if n.Status == bulletin.Draft {
		problems.Soften()
	}
	for _, rule := range lastingRules() {
		problems = append(problems, rule(c, n)...)
	}
	return problems
}

// onPolicies applies every rule to every policy and to their front page. Every policy
// page is published.
func (c *Checker) onPolicies() source.Problems {
	var problems source.Problems
	for _, of := range c.site.Policies {
		p := &page{file: of.Source, body: of.Body, line: of.BodyLine, kept: c.Config.Layout.Policy(of.Slug)}
		for _, rule := range policyRules() {
			problems = append(problems, rule(c, of, p)...)
		}
		problems = append(problems, c.onPage(p)...)
		c.policies[of.Slug] = append(p.anchors(), c.sentenceAnchors(of)...)
		c.remember(of.Source, bulletin.Public, of.Suppress)
	}
	if i := c.site.Index; i.Source.Name != "" {
		p := &page{file: i.Source, body: i.Body, line: i.BodyLine, kept: c.Config.Layout.Policies()}
		problems = append(problems, c.onPage(p)...)
		c.front = p.anchors()
	}
	return problems
}

func (c *Checker) onPage(p *page) source.Problems {
	var problems source.Problems
	for _, rule := range slices.Concat(pageRules(), otherPageRules()) {
		problems = append(problems, rule(c, p)...)
	}
	c.pageCards = append(c.pageCards, c.pageCard(p))
	return problems
}
