package disclosure

import "slices"

// FactDefinition is one word of the vocabulary that rules are written in.
type FactDefinition struct {
	Name      string   // user_action, severity, …
	Domain    []string // the values it can have, unknown apart
	Questions []string // where rules may ask for it: disclose, notify
	Meaning   string   // what is so where it is yes; of a word, what the word says
	When      When     // what gives it which value
	Key       string   // the key of a bulletin that states it
	Write     string   // what is written to state it, where that is more than the key
	Ask       string   // the question as a person is asked it
	Answers   []Answer
}

// When tells which front matter gives a fact which value, in Markdown. Empty is never.
type When struct{ Yes, No, Unknown string }

// Answer is one way to answer the question of a fact.
type Answer struct {
	Word    string // what is written: none_confirmed, yes, …; empty where it takes a text
	Value   string // what the fact becomes: yes, no, high, unknown, …
	Meaning string // in plain words
	Write   string // the front matter of it
	Basis   bool   // counts only with who says so, when, and on what evidence: by, at, basis
}

// Hint is what an author writes to state the fact.
func (d FactDefinition) Hint() string {
	if d.Write != "" {
		return d.Write
	}
	return d.Key
}

// Define finds a fact by its name; false where no rule may ask for it.
func Define(fact string) (FactDefinition, bool) {
	all := Vocabulary()
	i := slices.IndexFunc(all, func(d FactDefinition) bool { return d.Name == fact })
	if i < 0 {
		return FactDefinition{}, false
	}
	return all[i], true
}

// Hint is what an author writes in a bulletin to state a fact; the fact's own name
// where nobody has defined it.
func Hint(fact string) string {
	if d, found := Define(fact); found {
		return d.Hint()
	}
	return fact
}

// Vocabulary lists every fact that rules may ask for, in the order in which a proof
// prints them.
func Vocabulary() []FactDefinition {
	all := slices.Concat(lawFacts(), matterFacts(), claimFacts(), oneTailnetFacts())
	for i := range all {
		if all[i].Domain == nil {
			all[i].Domain = []string{"yes", "no"}
		}
		if all[i].Questions == nil {
			all[i].Questions = []string{Disclose, Notify}
		}
	}
	return all
}

func lawFacts() []FactDefinition {
	return []FactDefinition{{
		Name: "legal", Key: "legal",
		Meaning: "a law requires it, whatever the policy says",
		When: When{
			Yes:     "an entry of `legal` with `applies: yes`, `effect: require`",
			No:      "`legal: none`, or no such entry; absent is printed as *not assessed, counted as no*",
			Unknown: "else an entry with `applies: unknown` that is not of `effect: delay`",
		},
		Write: "legal, an entry a regime: regime, applies, effect: require",
		Ask:   "Does a law require it to be disclosed, such as one about personal data?",
		Answers: []Answer{
			{"yes", "yes", "a law requires it", "legal: [{regime: NAME, applies: yes, effect: require, deadline: 2026-05-06}]", false},
			{"no", "no", "somebody looked, and none does", "legal: none", false},
			{"unknown", "unknown", "somebody is looking", "legal: [{regime: NAME, applies: unknown, effect: require}]", false},
		},
	}, {
		Name: "legal_delay", Key: "legal",
		Meaning: "a law asks to wait: nothing is disclosed or sent before its deadline",
		When: When{
			Yes:     "an entry of `legal` with `applies: yes`, `effect: delay`, its deadline absent or not reached",
			No:      "`legal: none`, or no such entry; absent is printed as *not assessed, counted as no*",
			Unknown: "else an entry with `applies: unknown` that is not of `effect: require`, its deadline absent or not reached",
		},
		Write: "legal, an entry a regime: regime, applies, effect: delay, deadline",
		Ask:   "Does a law or an authority ask to wait, such as for an investigation?",
		Answers: []Answer{
			{"yes", "yes", "we must wait until its deadline", "legal: [{regime: NAME, applies: yes, effect: delay, deadline: 2026-05-10}]", false},
			{"no", "no", "somebody looked, and none does", "legal: none", false},
			{"unknown", "unknown", "somebody is looking", "legal: [{regime: NAME, applies: unknown, effect: delay}]", false},
		},
	}}
}

func matterFacts() []FactDefinition {
	return []FactDefinition{{
		Name: "in_scope", Key: "scope",
		Meaning: "the fault is in a product or service of our own",
		When: When{
			Yes: "your own product or service, or a dependency shipped in one; absent is printed as *assumed*",
			No:  "`scope: third_party`",
		},
		Ask: "Is the fault in something that we make or run ourselves?",
		Answers: []Answer{
			{"own", "yes", "in our own product or service, or in a dependency that we ship in one", "scope: own", false},
			{"third_party", "no", "in somebody else's product", "scope: third_party", false},
		},
	}, {
		Name: "fix_available", Key: "affected",
		Meaning: "users can have a fix, whatever product, branch or platform they have",
		When: When{
			Yes:     "every row of `affected` has `fixed` with `available` reached, on a channel for users; or `deployed` reached; or a `remedy`",
			No:      "a row without `remedy` is `unfixed`, has only a `stopgap`, is on `rc` or `unstable` only, or its date is not reached",
			Unknown: "no rows; dates absent; `last_affected` alone",
		},
		Write: "in each row of affected: fixed: 1.66.1 with available: 2026-05-03, or deployed: 2026-05-03, or remedy: TEXT",
		Ask:   "Can users have a fix by now, for every row of affected?",
		Answers: []Answer{
			{"fixed", "yes", "a version of ours has the fix, and users can install it", "fixed: 1.66.1, and available: 2026-05-03", false},
			{"deployed", "yes", "the fix is live on a service that we run", "deployed: 2026-05-03", false},
			{"remedy", "yes", "something else removes the vulnerability", "remedy: TEXT", false},
			{"unfixed", "no", "there is no fix yet", "unfixed: REASON", false},
		},
	}, {
		Name: "user_action", Key: "action",
		Meaning: "users have to do something to be safe",
		When: When{
			Yes:     "a text in `action`, or its long form with `required: yes` or `some`",
			No:      "`action: none`, or `required: none`",
			Unknown: "absent, or `required: unknown`",
		},
		Ask: "Do users have to do anything, such as to update?",
		Answers: []Answer{
			{"", "yes", "one line that says what to do", "action: Update Windows nodes to 1.66.1 or later.", false},
			{"none", "no", "nothing", "action: none", false},
		},
	}, {
		Name: "severity", Key: "severity", Domain: severities,
		Meaning: "how bad it is for whom it concerns",
		When:    When{Yes: "the word", Unknown: "absent, or `unrated`"},
		Ask:     "How severe is it?",
		Answers: severityAnswers(),
	}, {
		Name: "data_visible", Key: "data_visible",
		Meaning: "tailnet metadata or data was visible to an unauthorised party",
		When:    When{Yes: "`yes`", No: "`no`", Unknown: "absent, or `unknown`"},
		Ask:     "Was metadata or data of a tailnet visible to anybody who must not see it?",
		Answers: []Answer{
			{"yes", "yes", "it was, and we can confirm it", "data_visible: yes", false},
			{"no", "no", "it was not", "data_visible: no", false},
			{"unknown", "unknown", "we do not know yet", "data_visible: unknown", false},
		},
	}}
}

func severityAnswers() []Answer {
	meanings := map[string]string{
		"critical": "anybody can take over nodes or accounts, or is doing so",
		"high":     "much can be read, changed or broken, and it is not hard",
		"medium":   "some can, or it is hard",
		"low":      "little can",
		"none":     "nothing can: a note",
	}
	var answers []Answer
	for _, word := range severities {
		answers = append(answers, Answer{word, word, meanings[word], "severity: " + word, false})
	}
	return append(answers, Answer{"unrated", "unknown", "we do not know yet", "severity: unrated", false})
}

func claimFacts() []FactDefinition {
	return []FactDefinition{{
		Name: "none_affected_confirmed", Key: "users_affected",
		Meaning: "somebody has confirmed that no users were affected",
		When: When{
			Yes: "`users_affected: none_confirmed` with by, at and basis",
			No:  "anything else, also absent: that *is* \"cannot confirm\"",
		},
		Ask: "Can we confirm that no users were affected?",
		Answers: []Answer{
			{"none_confirmed", "yes", "yes, and we can say how we know", "users_affected: {is: none_confirmed, by: NAME, at: 2026-05-03, basis: EVIDENCE}", true},
			{"some", "no", "some were", "users_affected: some", false},
			{"unknown", "no", "we cannot confirm it", "users_affected: unknown", false},
		},
	}, {
		Name: "not_exploited_confirmed", Key: "exploited",
		Meaning: "somebody has confirmed that it was not exploited",
		When: When{
			Yes: "`exploited: confirmed_none` with by, at and basis",
			No:  "anything else, also absent",
		},
		Ask: "Was it exploited?",
		Answers: []Answer{
			{"confirmed_none", "yes", "no, and we can say how we know", "exploited: {is: confirmed_none, by: NAME, at: 2026-05-03, basis: EVIDENCE}", true},
			{"no_evidence", "no", "we have seen no sign of it", "exploited: no_evidence", false},
			{"suspected", "no", "perhaps", "exploited: suspected", false},
			{"confirmed", "no", "yes", "exploited: confirmed", false},
			{"unknown", "no", "nobody knows yet", "exploited: unknown", false},
		},
	}, {
		Name: "routine_dependency_patch", Key: "routine_dependency_patch",
		Meaning: "it is no more than the routine security patch of a dependency",
		When:    When{Yes: "`yes`", No: "`no`; absent is printed as *assumed*", Unknown: "`unknown`"},
		Ask:     "Is this no more than the routine security patch of a dependency?",
		Answers: []Answer{
			{"yes", "yes", "it is", "routine_dependency_patch: yes", false},
			{"no", "no", "it is not", "routine_dependency_patch: no", false},
			{"unknown", "unknown", "we do not know yet", "routine_dependency_patch: unknown", false},
		},
	}}
}

func oneTailnetFacts() []FactDefinition {
	return []FactDefinition{{
		Name: "tailnet_affected", Key: "affected", Questions: []string{Notify},
		Meaning: "the vulnerability concerns this tailnet",
		When: When{
			Yes:     "a finding `known_affected` or `fixed`; a node that matches a row of `affected` and that no finding clears; a hosted product with `tailnets: all`",
			No:      "no match; every node that matches is `known_not_affected` by a finding",
			Unknown: "a finding `under_investigation`; a version or platform that cannot be read; a column of `where` that is missing or empty; a hosted product without `tailnets: all`, of a tailnet that no finding speaks for",
		},
		Write: "tailnets: all in the rows of hosted products, if it was all; else what is known of each, in findings/ID.csv",
		Ask:   "Whom did it concern, of those who use the service that we run?",
		Answers: []Answer{
			{"all", "yes", "every tailnet", "tailnets: all, in the row of affected", false},
		},
	}, {
		Name: "tailnet_data_visible", Key: "data_visible", Questions: []string{Notify},
		Meaning: "metadata or data of this tailnet was visible to an unauthorised party",
		When: When{
			Yes:     "`data_visible: {is: yes, for: all}`; a finding of it that says yes",
			No:      "`data_visible: no`; its findings say no; `yes` without `for: all`, where there are findings and none names it",
			Unknown: "absent, or `unknown`; a finding of it that leaves it empty; `yes` without `for: all`, as long as there are no findings",
		},
		Write: "data_visible: no, or data_visible: {is: yes, for: all}, or {is: yes, for: listed} where it is true of some",
		Ask:   "Could anybody who must not see it see metadata or data of the affected tailnets?",
		Answers: []Answer{
			{"all", "yes", "yes, of every affected tailnet", "data_visible: {is: yes, for: all}", false},
			{"no", "no", "no, of none of them", "data_visible: no", false},
			{"listed", "unknown", "yes, of some of them: which is settled one by one, in the plan", "data_visible: {is: yes, for: listed}", false},
			{"unknown", "unknown", "we do not know yet", "data_visible: unknown", false},
		},
	}}
}
