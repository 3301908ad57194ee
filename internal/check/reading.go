package check

import (
	"fmt"
	"slices"
	"strings"

	"tocsin/internal/content"
	"tocsin/internal/disclosure"
	"tocsin/internal/policy"
	"tocsin/internal/source"
	"tocsin/internal/verdict"
)

// Reading is how the site's disclosure policy is to be executed: by its rules file, or,
// where it has none, by the built-in reading. The problems are what keeps the rules
// from deciding anything: words that nobody defined, sentences that the page does not
// hold, a law that is left out. What is wrong with the file as such was reported when it
// was read.
func Reading(found content.Site) (disclosure.Rules, source.Problems) {
	switch len(found.Rules) {
	case 0:
		rules := disclosure.Builtin()
		return rules, strangeWords(found, rules)
	case 1:
		rules, problems := readingOf(found, found.Rules[0])
		return rules, append(problems, rivalPage(found, found.Rules[0])...)
	}
	var problems source.Problems
	first := found.Rules[0]
	for _, r := range found.Rules[1:] {
		if r.Policy != first.Policy { // else the reader has said so
			problems = append(problems, rulesProblem(r, r.Places.Of("policy"), "rival-rules",
				fmt.Sprintf("%s answers the same questions", first.Source.Name), "one policy says what is disclosed: keep one of the rules files"))
		}
	}
	rules, more := readingOf(found, first)
	return rules, append(problems, more...)
}

// rivalPage reports rules of another policy where the page is there that the built-in
// rules execute: nothing says which of the two is the policy.
func rivalPage(found content.Site, r content.Rules) source.Problems {
	p, is := found.Policy(disclosure.Policy)
	if !is || r.Policy == disclosure.Policy {
		return nil
	}
	return source.Problems{rulesProblem(r, r.Places.Of("policy"), "rival-rules",
		p.Source.Name+" answers the same questions", "one policy says what is disclosed: write the rules of that page, or keep one of the two")}
}

// strangeWords holds the policy page against the built-in rules. Where some of their
// sentences stand there it is their policy, and each that does not was changed: somebody
// has to read it again (F17). A page in other words altogether wants rules of its own.
func strangeWords(found content.Site, rules disclosure.Rules) source.Problems {
	p, is := found.Policy(rules.Policy)
	if !is {
		return nil
	}
	missing := rules.Missing(p)
	if len(missing) == 0 {
		return nil
	}
	if len(missing) < rules.Sentences() {
		return changedWords(p, missing)
	}
	return source.Problems{{
		Position: p.Source.At(1, 0), Level: source.Warning, Code: "quote-missing",
		Message: fmt.Sprintf("the built-in rules quote what the policy does not say: %v%s", missing[0], more(len(missing)-1)),
		Hint:    "no verdict can be given until the page's own sentences have been read as rules: tocsin new rules " + rules.Policy,
	}}
}

// changedWords are errors for check alone: the page is published all the same, and what
// needs a verdict is refused.
func changedWords(p policy.Policy, missing []disclosure.Misquoted) source.Problems {
	var problems source.Problems
	for _, m := range missing {
		line := max(1, m.NearLine)
		problems = append(problems, source.Problem{
			Position: p.Source.At(line, 0), Level: source.Error, Code: "quote-missing", Excerpt: p.Source.Line(line),
			Message: fmt.Sprintf("re-read the rule %s: %v", m.Clause.ID, m.Misquote),
			Hint:    "put the words back, or write down how the page is read now: tocsin new rules " + p.Slug,
		})
	}
	return problems
}

func more(n int) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprintf(" (and %d more)", n)
}

// readingOf holds a rules file against the vocabulary and the page that it executes.
func readingOf(found content.Site, r content.Rules) (disclosure.Rules, source.Problems) {
	rules := disclosure.Rules{Policy: r.Policy, Disclose: r.Disclose, Notify: r.Notify}
	if r.Broken {
		return rules, nil
	}
	problems := slices.Concat(vocabulary(r, rules.Disclose, disclosure.Disclose), vocabulary(r, rules.Notify, disclosure.Notify))
	problems = append(problems, lawless(r, rules)...)
	p, is := found.Policy(r.Policy)
	if !is {
		return rules, append(problems, rulesProblem(r, r.Places.Of("policy"), "rules-without-page",
			fmt.Sprintf("no policy page has the slug %q", r.Policy), slugHint(found)))
	}
	return rules, append(problems, misquotes(r, rules, p)...)
}

func slugHint(found content.Site) string {
	var slugs []string
	for _, p := range found.Policies {
		slugs = append(slugs, p.Slug)
	}
	return "slugs there: " + strings.Join(slugs, ", ")
}

// misquotes reports each quote that does not stand where its rule says. Somebody has to
// read the rule again before it decides anything (F17).
func misquotes(r content.Rules, rules disclosure.Rules, p policy.Policy) source.Problems {
	var problems source.Problems
	for _, m := range rules.Missing(p) {
		problems = append(problems, rulesProblem(r, m.Clause.Position, "quote-missing",
			"re-read the rule: "+m.Error(), m.Hint()))
	}
	return problems
}

// vocabulary reports conditions in words that no bulletin can state.
func vocabulary(r content.Rules, rules verdict.Rules, question string) source.Problems {
	var problems source.Problems
	for _, clause := range rules.Clauses() {
		for _, when := range clause.When {
			problems = append(problems, condition(r, when, question)...)
		}
	}
	return problems
}

func condition(r content.Rules, when verdict.Condition, question string) source.Problems {
	fact, known := disclosure.Define(when.Fact)
	switch {
	case !known:
		return source.Problems{rulesProblem(r, when.Position, "unknown-fact",
			fmt.Sprintf("%q is no fact that rules may ask for", when.Fact), content.DidYouMean(when.Fact, factsFor(question)))}
	case !slices.Contains(fact.Questions, question):
		return source.Problems{rulesProblem(r, when.Position, "unknown-fact",
			fmt.Sprintf("%s is known of a single tailnet: %s cannot ask for it", when.Fact, question), "facts there: "+strings.Join(factsFor(question), ", "))}
	}
	var problems source.Problems
	for _, value := range when.In {
		if !slices.Contains(fact.Domain, value) {
			problems = append(problems, rulesProblem(r, when.Position, "unknown-value",
				fmt.Sprintf("%s is never %q", when.Fact, value), content.DidYouMean(value, fact.Domain)))
		}
	}
	return problems
}

// factsFor lists the facts that the rules of a question may ask for.
func factsFor(question string) []string {
	var names []string
	for _, f := range disclosure.Vocabulary() {
		if slices.Contains(f.Questions, question) {
			names = append(names, f.Name)
		}
	}
	return names
}

// rulesProblem is an error in a rules file.
func rulesProblem(r content.Rules, at source.Position, code, message, hint string) source.Problem {
	if at.Line == 0 {
		at = r.Source.At(1, 0)
	}
	return source.Problem{Position: at, Level: source.Error, Code: code, Message: message, Hint: hint, Excerpt: r.Source.Line(at.Line)}
}

// obstacles are the problems that keep anybody from giving verdicts: those of the rules
// and of the page that they quote. Where no page is known to be the policy's, those of
// every policy count: as long as one of them cannot be read, nobody can say that the
// site has no disclosure policy. Under rules of another slug than the built-in ones the
// same goes for pages that cannot be read: one of them may be the policy.
func obstacles(found content.Site, rules disclosure.Rules, problems source.Problems) source.Problems {
	folder, file := content.PolicyFolder+"/", content.PolicyFolder+"/"
	if p, is := found.Policy(rules.Policy); is {
		file = p.Source.Name
	}
	return slices.DeleteFunc(slices.Clone(problems), func(f source.Problem) bool {
		rival := rules.Policy != disclosure.Policy && strings.HasPrefix(f.Position.File, folder) && Misread(f.Code)
		mute := f.Level == source.Error && (strings.HasPrefix(f.Position.File, file) || aboutRules(found, f.Position.File) || rival)
		return f.Code != "quote-missing" && !mute
	})
}

func aboutRules(found content.Site, file string) bool {
	return slices.ContainsFunc(found.Rules, func(r content.Rules) bool { return r.Source.Name == file })
}
