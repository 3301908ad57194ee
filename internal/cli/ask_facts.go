package cli

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"tocsin/internal/content"
	"tocsin/internal/disclosure"
)

// questions are what settles a fact: one question, or one a row or regime. None is
// left where only findings about single tailnets can tell.
func (a *asking) questions(fact string) []question {
	switch fact {
	case "fix_available":
		return a.rowQuestions()
	case "legal", "legal_delay":
		return a.legalQuestions(fact)
	case "user_action":
		return []question{a.actionQuestion()}
	case tailnetData:
		if a.listed() {
			return nil
		}
	}
	d, found := disclosure.Define(fact)
	if !found {
		return nil
	}
	q := question{id: d.Key, fact: fact, text: d.Ask}
	seen := fact == tailnetData && a.b.DataVisible.Word == "yes"
	if seen {
		q.id, q.text = fact, "Does that concern every affected tailnet?"
	}
	for _, answer := range d.Answers {
		if !seen || answer.Word == "all" || answer.Word == "listed" {
			q.options = append(q.options, a.answer(d.Key, answer))
		}
	}
	return []question{q}
}

// answer is an option that writes a word behind a key; a claim in its long form.
func (a *asking) answer(key string, answer disclosure.Answer) option {
	o := option{word: answer.Word, meaning: answer.Meaning, whole: answer.Basis}
	if key == "scope" {
		o.also = answer.Value // the question is asked so that yes is our own
	}
	switch {
	case answer.Basis:
		o.details = a.basis()
		o.write = func(given []string) edits {
			return long(key, answer.Word, given, "by", "at", "basis")
		}
	case answer.Word == "unknown":
		o.details = []detail{{ask: "When is it looked at again, such as tomorrow?", optional: true, check: a.comingDate}}
		o.write = func(given []string) edits { return long(key, answer.Word, given, "next_check") }
	case answer.Word == "all", answer.Word == "listed":
		o.write = func([]string) edits { return visibleFor(answer.Word) }
	default:
		o.write = func([]string) edits { return short(key, answer.Word) }
	}
	return o
}

// basis asks what a strong claim needs to count.
func (a *asking) basis() []detail {
	return []detail{
		{ask: "Who has confirmed it?", sample: "a name"},
		{ask: "When?", usual: a.now.Format(time.DateOnly), sample: a.now.Format(time.DateOnly), check: a.pastDate},
		{ask: "On what evidence, in one line?", sample: "evidence"},
	}
}

// long writes an answer with what it rests on; as one word where nothing was given.
func long(key, word string, given []string, keys ...string) edits {
	pairs := []content.Pair{{Key: "is", Value: word}}
	for i, text := range given {
		if text != "" {
			pairs = append(pairs, content.Pair{Key: keys[i], Value: text})
		}
	}
	if len(pairs) == 1 {
		return short(key, word)
	}
	return func(e *content.Editor) error { return e.SetMapping(key, pairs) }
}

// short writes an answer of one word. Who confirmed another answer, and on what
// evidence, goes with it; of visible data, what was visible stays.
func short(key, word string) edits {
	return func(e *content.Editor) error {
		if word != "yes" || !e.Has(key, "data") && !e.Has(key, "for") {
			return e.Set(word, key)
		}
		err := e.Set(word, key, "is")
		for _, stale := range []string{"by", "at", "basis", "next_check"} {
			if err == nil && e.Has(key, stale) {
				err = e.Remove(key, stale)
			}
		}
		return err
	}
}

// actionQuestion asks what users have to do.
func (a *asking) actionQuestion() question {
	d, _ := disclosure.Define("user_action")
	say := detail{ask: "What do they have to do?", sample: "Update to the fixed version.", check: sentence}
	return question{id: d.Name, fact: d.Name, text: d.Ask, options: []option{
		{meaning: "one line that says what to do", details: []detail{say}, write: func(given []string) edits { return act(given[0]) }},
		{word: "none", meaning: "nothing", write: func([]string) edits { return func(e *content.Editor) error { return e.Set("none", "action") } }},
		{word: "unknown", meaning: "we do not know yet", write: func([]string) edits {
			return func(e *content.Editor) error {
				return e.SetMapping("action", []content.Pair{{Key: "required", Value: "unknown"}})
			}
		}},
	}}
}

// sentence wants words: what a person meant as a word of the format would be printed
// as what users have to do.
func sentence(text string) (string, error) {
	if !strings.Contains(text, " ") {
		return "", fmt.Errorf("%q does not tell anybody what to do: write a sentence, none, or unknown", text)
	}
	return text, nil
}

// act writes what users have to do. Steps that are there already stay.
func act(text string) edits {
	return func(e *content.Editor) error {
		if !e.Has("action", "steps") {
			return e.Set(text, "action")
		}
		return errors.Join(e.Set("yes", "action", "required"), e.Set(text, "action", "text"))
	}
}

// visibleFor writes that data was visible, and whom that concerns.
func visibleFor(whom string) edits {
	return func(e *content.Editor) error {
		if !e.Has("data_visible", "data") {
			return e.SetMapping("data_visible", []content.Pair{{Key: "is", Value: "yes"}, {Key: "for", Value: whom}})
		}
		if err := short("data_visible", "yes")(e); err != nil {
			return err
		}
		return e.Set(whom, "data_visible", "for")
	}
}

// pastDate and comingDate read a date as the format has it, today and tomorrow too.
func (a *asking) pastDate(text string) (string, error) {
	text, at, err := a.date(text)
	if err == nil && at.After(a.now) {
		err = fmt.Errorf("%s lies in the future", text)
	}
	return text, err
}

func (a *asking) comingDate(text string) (string, error) {
	text, at, err := a.date(text)
	if err == nil && !at.After(a.now) {
		err = fmt.Errorf("%s is over", text)
	}
	return text, err
}

func (a *asking) anyDate(text string) (string, error) {
	text, _, err := a.date(text)
	return text, err
}

func (a *asking) date(text string) (string, time.Time, error) {
	if i := slices.Index([]string{"today", "tomorrow"}, strings.ToLower(text)); i >= 0 {
		text = a.now.AddDate(0, 0, i).Format(time.DateOnly)
	}
	at, err := time.Parse(time.DateOnly, text)
	if err != nil {
		at, err = time.Parse(time.RFC3339, text)
	}
	if err != nil {
		err = fmt.Errorf("%q is no date: write 2026-05-03, or 2026-05-03T14:30:00Z with the zone", text)
	}
	return text, at, err
}
