package content

import "slices"

// policyKeys are the keys of a policy page, and of the policies' front page.
func policyKeys() []Key {
	const silenced = "{code: placeholder, reason: The text quotes a placeholder., until: 2026-12-31}"
	policy := []Key{
		{
			Path: "title", Type: "text", Default: "the first heading",
			Advice:  "The policy's name, as you would say it in a contract.",
			Example: "title: Incident disclosure and notification policy",
		},
		{
			Path: "slug", Type: "text", Default: "the file's name",
			Advice:  "The page's folder on the website, which may differ from the file's name. Contracts and questionnaires link to it: choose once.",
			Example: "slug: incident-disclosure",
		},
		{
			Path: "policy", Type: "word", Words: []string{"true", "false"},
			Advice:  "Kept as other tools have it. Every page in the folder is published, whatever it says.",
			Example: "policy: true",
		},
		{
			Path: "faq", Type: "word", Words: []string{"true", "false"},
			Advice:  "Kept as other tools have it.",
			Example: "faq: false",
		},
		{
			Path: "weight", Type: "number", Default: "0",
			Advice:  "The page's place in the list, small ones first; equal ones go by title. Leave gaps: 10, 20, 30.",
			Example: "weight: 10",
		},
		{
			Path: "last_updated", Type: "date", Default: "not checked",
			Advice:  "The day on which somebody last read the whole page and found it true, not the day of the last typing error.",
			Example: "last_updated: 2026-02-02",
		},
		{
			Path: "suppress", Type: "list of entries",
			Advice:  "Problems of this page that are none, each with its reason and an end.",
			Example: "suppress: [" + silenced + "]",
		},
	}
	policy = append(policy, under("suppress[]", suppressKeys(silenced))...)
	return slices.Concat(of(PolicyFile, policy...), of(IndexFile, Key{
		Path: "title", Type: "text",
		Advice:  "The heading above the list of policies.",
		Example: "title: Security policies",
	}))
}

// rulesKeys are the keys of a rules file: two questions, of five parts each.
func rulesKeys() []Key {
	keys := []Key{{
		Path: "policy", Type: "text", When: Always,
		Advice:  "The slug of the policy page that the rules read, which is also the file's name.",
		Example: "policy: incident-disclosure",
	}}
	for _, q := range []struct{ name, advice string }{
		{"disclose", "Whether a bulletin must be published: the sentences that say so."},
		{"notify", "Whether an affected customer must be told by letter: the sentences that say so."},
	} {
		keys = append(keys, Key{Path: q.name, Type: "keys", When: Always, Advice: q.advice, Example: q.name + ": {any: [" + clause + "]}"})
		for _, part := range ruleParts() {
			part.Example = withAny(part.Path, clause)
			keys = append(keys, under(q.name, []Key{part})...)
			for _, k := range clauseKeys(part.Path) {
				k.Path, k.Example = part.Path+"[]."+k.Path, withAny(part.Path, k.Example)
				keys = append(keys, under(q.name, []Key{k})...)
			}
		}
	}
	return of(RulesFile, keys...)
}

const clause = "{clause: action, under: We will disclose, quote: User action is needed to fix the vulnerability, when: {user_action: [yes]}}"

// withAny writes a part of a question, and the promises that no question is without.
func withAny(part, clauses string) string {
	if part == "any" {
		return "{any: [" + clauses + "]}"
	}
	return "{any: [{clause: promise, under: We will, quote: We will tell, when: {data_visible: yes}}], " + part + ": [" + clauses + "]}"
}

func ruleParts() []Key {
	return []Key{
		{Path: "delay", Type: "list of clauses", Advice: "What makes a verdict wait, whatever else holds: an order to keep silent."},
		{Path: "first", Type: "list of clauses", Advice: "What decides alone, before the policy: the law."},
		{Path: "all", Type: "list of clauses", Advice: "What must hold for any promise to count, such as that there is a fix."},
		{Path: "any", Type: "list of clauses", When: Always, Advice: "The promises; one that holds is enough. Quote every sentence that begins with “we will”, also those that you find hard to keep."},
		{Path: "except", Type: "list of clauses", Advice: "Exemptions. One outweighs the promises that it names under `over`, and no others."},
	}
}

func clauseKeys(part string) []Key {
	const bound = "{clause: dated, under: We will disclose, quote: User action is needed, when: {user_action: yes}, force: promise"
	const dated = bound + ", since: 2026-01-01"
	keys := []Key{
		{Path: "clause", Type: "text", When: Always, Advice: "A short name of small letters, which proofs and links go by. Keep it when the sentence is reworded.", Example: clause},
		{Path: "under", Type: "text", When: Always, Advice: "How the paragraph or heading begins under which the sentence stands, for some sentences stand twice on a page.", Example: clause},
		{Path: "quote", Type: "text", When: Always, Advice: "The words of the policy that the rule executes, copied, not retold. When the quoted words change, the check fails until somebody has read both again; it does not see what is written around them.", Example: clause},
		{Path: "when", Type: "keys", When: Always, Advice: "The facts that make the sentence hold, each with the values that do; all of them must.", Example: clause},
		{Path: "when.*", Type: "text or list of texts", Advice: "A fact and the value or values that it must have, such as `severity: [critical, high]`; `tocsin explain ID` lists the facts.", Example: clause},
		{Path: "force", Type: "word", Words: []string{"promise", "aim", "may"}, Default: "promise", Advice: "How strongly the sentence binds, by its own verb: we will, we aim to, we may.", Example: bound + "}"},
	}
	if begins(part) {
		keys = append(keys, Key{Path: "since", Type: "date", Default: "always", Advice: "From when the rule is in force. What was released before keeps the verdict of its day. The law has no such day: `delay` and `first` take no `since`.", Example: dated + "}"})
	}
	switch part {
	case "all":
		keys = append(keys, Key{
			Path: "otherwise", Type: "word", Words: []string{"held", "not_required"}, Default: "`held` while it asks for a fix, else `not_required`",
			Advice:  "What becomes of the matter while the clause does not hold: it waits, or it ends there.",
			Example: dated + ", otherwise: held}",
		})
	case "except":
		keys = append(keys, Key{
			Path: "over", Type: "list of texts",
			Advice:  "The promises that the exemption outweighs, by their `clause`. Without any it only says so in the proof where no promise holds.",
			Example: dated + ", over: [promise]}",
		})
	}
	return keys
}
