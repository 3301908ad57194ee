package check

import "tocsin/internal/source"

// A rules file in short, with the parts of which the samples change one.
const (
	shortPolicy = "-- content/policies/incident-disclosure.md --\nWe will bark when it is night. The law comes first.\n"
	rulesHead   = shortPolicy + "-- content/policies/incident-disclosure.rules.yaml --\npolicy: incident-disclosure\n"
	waiting     = "  delay: [{clause: wait, under: We will bark, quote: The law comes first, when: {legal_delay: yes}}]\n"
	lawFirst    = waiting + "  first: [{clause: law, under: We will bark, quote: The law comes first, when: {legal: yes}}]\n"
	night       = "  any: [{clause: night, under: We will bark, quote: it is night, when: {user_action: yes}}]\n"
	barking     = "disclose:\n" + lawFirst + night
	rulesTail   = "notify:\n" + waiting +
		"  first: [{clause: law, under: We will bark, quote: The law comes first, when: {legal: yes, tailnet_affected: yes}}]\n" +
		"  any: [{clause: night, under: We will bark, quote: it is night, when: {user_action: yes, tailnet_affected: yes}}]\n"
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
			Example: rulesHead + "disclose:\n" + lawFirst + "  any: [{clause: night, under: We will bark, quote: it is dark, when: {user_action: yes}}]\n" + rulesTail,
			Mended:  rulesHead + barking + rulesTail,
		},
		{
			Name: "unknown-fact", Level: source.Error,
			Wants: "conditions about facts that a bulletin can state",
			Why: `A rule can ask only for what somebody can answer. A misspelt fact would be unknown for
ever, and every verdict undetermined. docs/decisions.md lists the facts; some are known of a
single tailnet, and only notify can ask for those.`,
			Example: rulesHead + "disclose:\n" + lawFirst + "  any: [{clause: night, under: We will bark, quote: it is night, when: {user_acton: yes}}]\n" + rulesTail,
			Mended:  rulesHead + barking + rulesTail,
		},
		{
			Name: "unknown-value", Level: source.Error,
			Wants: "values that the fact can have",
			Why: `A rule that waits for a value that never comes never applies. docs/decisions.md lists
the facts with their values.`,
			Example: rulesHead + "disclose:\n" + lawFirst + "  any: [{clause: night, under: We will bark, quote: it is night, when: {user_action: true}}]\n" + rulesTail,
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
			Example: "-- content/policies/incident-disclosure.md --\n---\nslug: cats\ntitle: Cats\nlast_updated: 2026-05-01\n---\nWe will bark when it is night. The law comes first.\n" +
				"-- content/policies/incident-disclosure.rules.yaml --\npolicy: incident-disclosure\n" + barking + rulesTail,
			Mended: rulesHead + barking + rulesTail,
		},
		{
			Name: "rival-rules", Level: source.Error,
			Wants: "rules of one policy",
			Why: `Two files answer the same questions, or one does and there is the page that the built-in
rules execute, and nothing says which of them is the policy. Until one is gone no verdict is given.`,
			Example: rulesHead + barking + rulesTail + "-- content/policies/rats.md --\nWe will bark when it is night. The law comes first.\n-- content/policies/rats.rules.yaml --\npolicy: rats\n" + barking + rulesTail,
			Mended:  rulesHead + barking + rulesTail + "-- content/policies/rats.md --\nWe will bark when it is night.\n",
		},
		{
			Name: "rules-without-law", Level: source.Error,
			Wants: "rules that put the law first, and write to affected tailnets alone",
			Why: `Rules that do not ask for legal and legal_delay switch the law off: what it requires is not
required, and what it orders to be kept silent is published. Rules that do not ask for
tailnet_affected write to everybody of whom nothing is known. Each question needs a clause for the
law under first and one under delay; where the policy says nothing of the law, write the sentence
into it. Until then no verdict is given.`,
			Example: rulesHead + "disclose:\n" + waiting + night + rulesTail,
			Mended:  rulesHead + barking + rulesTail,
		},
		{
			Name: "rules-not-in-force", Level: source.Error,
			Wants: "a promise that is in force",
			Why: `since: says from when a rule holds. Where every promise of a question begins later, nothing
would be required until then, whatever the policy promised before. Keep the old promise beside the new
one, or remove its since. Until then no verdict is given.`,
			Example: rulesHead + "disclose:\n" + lawFirst + "  any: [{clause: night, under: We will bark, quote: it is night, when: {user_action: yes}, since: 2999-01-01}]\n" + rulesTail,
			Mended:  rulesHead + barking + rulesTail,
		},
	}
}
