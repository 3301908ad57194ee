package content

import (
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"

	"tocsin/internal/bulletin"
	"tocsin/internal/verdict"
)

// answersOf reads the questions that the policy asks. The two claims that can
// spare users a notice count only with a name, a date and evidence.
func answersOf(f *fields, b *bulletin.Bulletin) {
	b.Exploited = f.answer("exploited", "confirmed", "suspected", "no_evidence", "confirmed_none", "unknown")
	b.DataVisible = f.answerWith("data_visible", func(long *fields) {
		b.VisibleFor = long.word("for", "all", "listed")
		b.VisibleData = long.words("data", "metadata", "content", "credentials")
	}, "yes", "no", "unknown")
	b.UsersAffected = f.answer("users_affected", "some", "none_confirmed", "unknown")
	b.Scope = f.answer("scope", "own", "third_party")
	b.RoutinePatch = f.answer("routine_dependency_patch", "yes", "no", "unknown")
	b.Identification = f.word("identification", "some", "none")
	b.Action = actionOf(f)
	f.demandBasis("exploited", b.Exploited, "confirmed_none")
	f.demandBasis("users_affected", b.UsersAffected, "none_confirmed")
}

// answer reads a question's answer: one word, or long as {is: word, by, at, basis}.
func (f *fields) answer(key string, words ...string) bulletin.Answer {
	return f.answerWith(key, func(*fields) {}, words...)
}

// answerWith lets the caller read keys that only this answer's long form has.
func (f *fields) answerWith(key string, more func(long *fields), words ...string) bulletin.Answer {
	n := f.value(key)
	switch {
	case n == nil:
		return bulletin.Answer{Position: f.doc.position(f.node)}
	case n.Kind != yaml.MappingNode:
		return bulletin.Answer{Word: f.wordAt(n, key, words), Position: f.doc.position(n)}
	}
	long, word := f.inner(n, key, ""), ""
	if is := long.value("is"); is != nil {
		word = f.wordAt(is, key, words)
	} else {
		long.missing("is", "one of "+join(words))
	}
	a := bulletin.Answer{
		Word:      word,
		By:        long.line("by"),
		At:        long.dateText("at"),
		Basis:     long.line("basis"),
		NextCheck: long.dateText("next_check"),
		Position:  f.doc.position(n),
	}
	more(long)
	long.done()
	return a
}

// dateText checks a date and keeps it as it was written.
func (f *fields) dateText(key string) string {
	if f.date(key).IsZero() {
		return ""
	}
	return f.value(key).Value
}

// demandBasis reports a strong claim that nobody has put a name to. What is wrong
// with a name, a date or evidence that is there has been reported already.
func (f *fields) demandBasis(key string, a bulletin.Answer, claim string) {
	n := f.value(key)
	if a.Word == claim && !a.Supported() && !hasKeys(n, "by", "at", "basis") {
		f.doc.report(n, "claim-without-basis", key+": "+claim+" needs who confirmed it, when, and how",
			"write "+key+": {is: "+claim+", by: …, at: 2026-05-03, basis: …}")
	}
}

func hasKeys(n *yaml.Node, keys ...string) bool {
	return n.Kind == yaml.MappingNode && !slices.ContainsFunc(keys, func(key string) bool {
		return !slices.ContainsFunc(n.Content, func(c *yaml.Node) bool { return c.Value == key })
	})
}

// actionOf reads what users have to do: a text, the word none, or the long form.
func actionOf(f *fields) bulletin.Action {
	n := f.value("action")
	if n != nil && n.Kind == yaml.MappingNode {
		return longActionOf(f.inner(n, "action", ""))
	}
	text := f.line("action")
	a := bulletin.Action{Position: f.position("action")}
	mended, isWord := noAction(text)
	switch {
	case text == "":
	case text == "none":
		a.Required = verdict.No
	case isWord:
		f.doc.mend(n, mended, "unknown-word", "action is "+strconv.Quote(text)+", which would tell users to do that",
			"write what they have to do, or none; leave the key out while nobody knows")
	default:
		a.Required, a.Text = verdict.Yes, text
	}
	return a
}

// noAction tells a text that is no action of anybody, only a word of this format or
// one like it, and what it certainly stands for.
func noAction(text string) (mended string, isWord bool) {
	switch strings.ToLower(strings.TrimRight(text, ".")) {
	case "none":
		return "none", true
	case "no", "nothing", "n/a", "-", "yes", "true", "false", "some", "unknown", "required":
		return "", true
	}
	return "", false
}

// longActionOf reads {required, audience, text, steps}. Without a text, the first step
// is what is said in one line.
func longActionOf(f *fields) bulletin.Action {
	a := bulletin.Action{
		Required: required(f.demandWord("required", "yes", "some", "none", "unknown")),
		Audience: f.line("audience"),
		Text:     f.line("text"),
		Steps:    f.listLike("steps", "[Open the settings, Turn it off]"),
		Position: f.doc.position(f.node),
	}
	switch {
	case a.Required == verdict.Yes:
		f.demandAction(a)
	case a.Required == verdict.No && (f.has("text") || f.has("steps")):
		f.doc.report(f.node, "contradiction", "action says that none is required, and what to do", "keep one of them")
	}
	if a.Text == "" && len(a.Steps) > 0 {
		a.Text, a.Steps = a.Steps[0], a.Steps[1:]
	}
	if a.Required == verdict.No {
		a.Text, a.Steps = "", nil
	}
	f.done()
	return a
}

// demandAction reports a required action of which nobody can tell what it is, or
// who of the users has to take it.
func (f *fields) demandAction(a bulletin.Action) {
	if !f.has("text") && !f.has("steps") {
		f.missing("text", "one line that says what to do, or steps: [...]")
	}
	if f.value("required").Value == "some" && a.Audience == "" && !f.has("audience") {
		f.missing("audience", "who has to act, where not everybody")
	}
}

func (f *fields) has(key string) bool { return f.value(key) != nil }

// required is what the word of an action means for the policy, which asks whether
// any user has to act.
func required(word string) verdict.Truth {
	switch word {
	case "yes", "some":
		return verdict.Yes
	case "none":
		return verdict.No
	}
	return verdict.Unknown
}
