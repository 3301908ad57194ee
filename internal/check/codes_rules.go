package check

import "tocsin/internal/source"

// A rules file in short, with the parts of which the samples change one.
const (
	rulesHead = "-- content/policies/pets.md --\nWe will bark when it is night.\n-- content/policies/pets.rules.yaml --\npolicy: pets\n"
	rulesTail = "notify:\n  any: [{clause: night, under: We will bark, quote: it is night, when: {user_action: yes}}]\n"
	barking   = "disclose:\n  any: [{clause: night, under: We will bark, quote: it is night, when: {user_action: yes}}]\n"
)

// rulesCodes are about rules files, and the policy that they execute.
func rulesCodes() []Code {
	return []Code{
		{
			Name: "quote-missing", Level: source.Error,
			Wants: "a policy that says what its rules quote",
			Why: `A rule carries the sentence of the policy that it executes, and the sentence must stand
on the page exactly once, under the paragraph that the rule names. When it does not, the page
was changed: somebody has to read both again, and change the rule or put the words back. Until
then no verdict is given. Where the built-in rules apply, it is a warning, since a site of
policies alone needs no verdicts; tocsin new rules begins a rules file for the page's own words.`,
			Example: rulesHead + "disclose:\n  any: [{clause: night, under: We will bark, quote: it is dark, when: {user_action: yes}}]\n" + rulesTail,
			Mended:  rulesHead + barking + rulesTail,
		},
		{
			Name: "unknown-fact", Level: source.Error,
			Wants: "conditions about facts that a bulletin can state",
			Why: `A rule can ask only for what somebody can answer. A misspelt fact would be unknown for
ever, and every verdict undetermined. docs/decisions.md lists the facts; some are known of a
single tailnet, and only notify can ask for those.`,
			Example: rulesHead + "disclose:\n  any: [{clause: night, under: We will bark, quote: it is night, when: {user_acton: yes}}]\n" + rulesTail,
			Mended:  rulesHead + barking + rulesTail,
		},
		{
			Name: "unknown-value", Level: source.Error,
			Wants: "values that the fact can have",
			Why: `A rule that waits for a value that never comes never applies. docs/decisions.md lists
the facts with their values.`,
			Example: rulesHead + "disclose:\n  any: [{clause: night, under: We will bark, quote: it is night, when: {user_action: true}}]\n" + rulesTail,
			Mended:  rulesHead + barking + rulesTail,
		},
		{
			Name: "unknown-clause", Level: source.Error,
			Wants: "exemptions that outweigh a promise of the same question",
			Why: `over: names the promises that an exemption outweighs. One that is not there is
outweighed by nothing, and somebody meant another.`,
			Example: rulesHead + barking + "  except: [{clause: day, under: We will bark, quote: when it is, when: {legal: no}, over: [nigth]}]\n" + rulesTail,
			Mended:  rulesHead + barking + "  except: [{clause: day, under: We will bark, quote: when it is, when: {legal: no}, over: [night]}]\n" + rulesTail,
		},
		{
			Name: "rules-without-page", Level: source.Error,
			Wants: "a policy page for every rules file",
			Why: `Rules execute the words of a page that readers can read. Without the page nobody can
tell whether the rules are the policy.`,
			Example: "-- content/policies/cats.rules.yaml --\npolicy: cats\n" + barking + rulesTail,
			Mended:  "-- content/policies/cats.md --\nWe will bark when it is night.\n-- content/policies/cats.rules.yaml --\npolicy: cats\n" + barking + rulesTail,
		},
		{
			Name: "rival-rules", Level: source.Error,
			Wants: "one rules file",
			Why: `Two files answer the same questions, and nothing says which of them is the policy. Until
one of them is gone no verdict is given.`,
			Example: rulesHead + barking + rulesTail + "-- content/policies/rats.md --\nWe will bark when it is night.\n-- content/policies/rats.rules.yaml --\npolicy: rats\n" + barking + rulesTail,
			Mended:  rulesHead + barking + rulesTail + "-- content/policies/rats.md --\nWe will bark when it is night.\n",
		},
	}
}
