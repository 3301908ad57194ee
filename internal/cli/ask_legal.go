package cli

import (
	"fmt"
	"strconv"

	"tocsin/internal/bulletin"
	"tocsin/internal/content"
	"tocsin/internal/source"
	"tocsin/internal/verdict"
)

// legalQuestions ask what a law makes of the matter: of each regime that may apply,
// whether it does; where nobody has looked yet, whether there is one.
func (a *asking) legalQuestions(fact string) []question {
	if a.fact(fact).Assumed {
		return []question{a.lawQuestion(fact)}
	}
	effect := map[string]bulletin.Effect{"legal": bulletin.Require, "legal_delay": bulletin.Delay}[fact]
	var all []question
	for i, l := range a.b.Legal {
		switch {
		case l.Effect == "" && l.Applies != verdict.No:
			all = append(all, a.effectQuestion(fact, i, l))
		case l.Effect == effect && l.Applies == verdict.Unknown:
			all = append(all, a.appliesQuestion(fact, i, l))
		}
	}
	return all
}

// lawQuestion asks for a law that has a say in the matter.
func (a *asking) lawQuestion(fact string) question {
	name := detail{ask: "Which one, such as GDPR Art. 33?", sample: "a law", check: lawName}
	day := func(ask string) detail { return detail{ask: ask, optional: true, grave: true, check: a.anyDate} }
	q := question{
		id: "legal", fact: fact,
		text: "Does a law, a contract or an authority have a say in it?",
		more: "Does another one have a say?",
		options: []option{
			{word: "none", meaning: "somebody looked, and none does", last: true, write: func([]string) edits {
				return func(e *content.Editor) error { return e.Set("none", "legal") }
			}},
			{word: string(bulletin.Require), meaning: "one asks to disclose or to notify", details: []detail{name, day("By when?")}, write: regime("yes", bulletin.Require)},
			{word: string(bulletin.Delay), meaning: "one asks to wait", details: []detail{name, day("Until when?")}, write: regime("yes", bulletin.Delay)},
			{word: "unknown", meaning: "somebody is looking at one that may ask to disclose", details: []detail{name}, write: regime("unknown", bulletin.Require)},
		},
	}
	q.again = func() question {
		another := q
		another.options = q.options[1:] // none would take the first one back
		return another
	}
	return q
}

// lawName refuses a number: it was meant for another question.
func lawName(text string) (string, error) {
	if _, err := strconv.Atoi(text); err == nil {
		return "", fmt.Errorf("%s is no law; q stops, and nothing of this answer is written", text)
	}
	return text, nil
}

// regime writes a regime with what it asks for.
func regime(applies string, effect bulletin.Effect) func(given []string) edits {
	return func(given []string) edits {
		pairs := []content.Pair{{Key: "regime", Value: given[0]}, {Key: "applies", Value: applies}, {Key: "effect", Value: string(effect)}}
		if len(given) > 1 && given[1] != "" {
			pairs = append(pairs, content.Pair{Key: "deadline", Value: given[1]})
		}
		return func(e *content.Editor) error { return e.Append("legal", pairs) }
	}
}

// effectQuestion asks what a regime wants that does not say it.
func (a *asking) effectQuestion(fact string, i int, l bulletin.Legal) question {
	q := question{id: fmt.Sprintf("effect %d", i), fact: fact, text: fmt.Sprintf("What does %s ask for?", source.Visible(l.Regime))}
	for _, o := range []option{{word: string(bulletin.Require), meaning: "to disclose or to notify"}, {word: string(bulletin.Delay), meaning: "to wait"}} {
		o.write = setRegime(i, "effect", o.word)
		q.options = append(q.options, o)
	}
	return q
}

// appliesQuestion asks whether a regime applies that may.
func (a *asking) appliesQuestion(fact string, i int, l bulletin.Legal) question {
	what := "disclose or notify"
	if l.Effect == bulletin.Delay {
		what = "wait"
	}
	q := question{id: fmt.Sprintf("applies %d", i), fact: fact, text: fmt.Sprintf("Does %s apply, and ask to %s?", source.Visible(l.Regime), what)}
	for _, o := range []option{{word: "yes", meaning: "it does"}, {word: "no", meaning: "it does not"}, {word: "unknown", meaning: "somebody is still looking"}} {
		o.write = setRegime(i, "applies", o.word)
		q.options = append(q.options, o)
	}
	return q
}

func setRegime(i int, key, word string) func([]string) edits {
	return func([]string) edits {
		return func(e *content.Editor) error { return e.Set(word, "legal", i, key) }
	}
}
