package cli

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"tocsin/internal/bulletin"
	"tocsin/internal/content"
	"tocsin/internal/disclosure"
	"tocsin/internal/source"
	"tocsin/internal/verdict"
)

// asking is one run of ask on one bulletin.
type asking struct {
	*dialog
	policy   policyText
	config   content.Config
	now      time.Time
	b        bulletin.Bulletin
	problems source.Problems // of the file as it is
	asked    map[string]bool // questions that this run has put, by their id: none is put twice
	shown    string          // the file as seen from where the command was typed
	places   int             // at which words are still to be written
	told     string          // the verdicts as they were told last
	assuming bool            // it was told that the rest is only assumed
	past     []moment        // of this run, to go back by; forgotten where somebody else saves

	save    func(from source.File, data []byte) error
	read    func(name string) (content.Entry, error)
	putting func(q question) // sees every question; nil outside tests
}

// policyText is the reading of the policy, and where its sentences stand.
type policyText struct {
	rules disclosure.Rules
	url   string
}

// question is what is asked to settle one fact.
type question struct {
	id      string // a fact may take several questions
	fact    string
	text    string
	options []option
	scope   string          // the key of a row, where it is whom the row concerns; empty: a fact
	usual   string          // what Enter stands for; empty: it leaves the question
	more    string          // asks whether there is more of the same; empty: there cannot be
	again   func() question // which asks for that
}

// edits are changes of a bulletin's file that make one answer.
type edits func(e *content.Editor) error

// run asks until nothing is left that could turn a verdict, or says who is told.
func (a *asking) run() error {
	for {
		q, found := a.question()
		if !found {
			return nil
		}
		a.past = append(a.past, moment{maps.Clone(a.asked), a.b.Source.Data})
		a.asked[q.id] = true
		err := a.put(q)
		switch {
		case errors.Is(err, errBack):
			err = a.back()
			if errors.Is(err, errChanged) {
				err = a.again()
			}
			if err != nil {
				return err
			}
		case errors.Is(err, errLeft):
			a.wrong = 0
			a.tell("  left for now")
		case errors.Is(err, errChanged):
			a.asked[q.id] = false
			err = a.again()
			if err != nil {
				return err
			}
		case err != nil:
			return err
		}
	}
}

// question is the one to put next: the most decisive that was not put yet. Whom it
// concerns comes behind what has to be found out, and before what is only assumed.
func (a *asking) question() (question, bool) {
	var open, assumed []question
	for _, fact := range a.policy.rules.Open(a.b, a.now) {
		if a.fact(fact).Assumed {
			assumed = append(assumed, a.questions(fact)...)
		} else {
			open = append(open, a.questions(fact)...)
		}
	}
	for _, q := range slices.Concat(open, a.scopeQuestions(), assumed) {
		if !a.asked[q.id] {
			return q, true
		}
	}
	return question{}, false
}

// put puts a question until the answer to it is written down.
func (a *asking) put(q question) error {
	a.help = func() { a.explain(q) }
	if a.putting != nil {
		a.putting(q)
	}
	a.show(q)
	for {
		chosen, given, err := a.answered(q)
		if err != nil {
			return err
		}
		why, err := a.writeDown(chosen, given)
		if err != nil {
			return err
		}
		if why == "" {
			a.wrong = 0
			if q.id == "affected" {
				a.scoped()
			}
			return a.putMore(q, chosen)
		}
		if err := a.refused("%s", why); err != nil {
			return err
		}
	}
}

// answered reads an answer with everything that it needs. Whoever goes back from what
// it needs is asked for the answer again.
func (a *asking) answered(q question) (chosen option, given []string, err error) {
	for {
		chosen, text, err := a.choose(q.options, q.usual)
		if err != nil {
			return chosen, nil, err
		}
		given = nil
		if chosen.word == "" {
			given = []string{text}
		}
		given, err = a.details(chosen.details, given)
		if !errors.Is(err, errBack) {
			return chosen, given, err
		}
		a.tell("  %s", hang(a.unit(q.text), 2))
	}
}

// writeDown writes an answer, unless the file says that already by saying nothing.
func (a *asking) writeDown(chosen option, given []string) (why string, err error) {
	if chosen.write == nil || given != nil && given[0] == "all" && chosen.word == "" {
		a.tell("  nothing to write: the row says so as it is")
		return "", nil
	}
	return a.write(chosen.write(given))
}

// putMore puts a question again where its answer may not be the only one. No answer is no.
func (a *asking) putMore(q question, chosen option) error {
	if q.more == "" || chosen.last {
		return nil
	}
	text, err := a.detail(detail{ask: q.more, usual: "no", check: yesOrNo})
	if err != nil || text == "no" {
		return err
	}
	return a.put(q.again())
}

func yesOrNo(text string) (string, error) {
	for _, word := range []string{"yes", "no"} {
		if strings.HasPrefix(word, strings.ToLower(text)) {
			return word, nil
		}
	}
	return "", errors.New("yes or no?")
}

// write puts an answer into the file. It returns why that cannot be, where the
// answer itself is at fault.
func (a *asking) write(make edits) (why string, err error) {
	e, err := content.NewEditor(a.b.Source)
	if err != nil {
		return "", err
	}
	if err := make(e); err != nil {
		var manual *content.ManualError
		if errors.As(err, &manual) {
			return manual.Error(), nil
		}
		return "", err
	}
	entry := e.Entry()
	if worse := worse(a.problems, entry.Problems); len(worse) > 0 {
		return worse[0].Message + ": " + worse[0].Hint, nil
	}
	if err := a.save(a.b.Source, e.Bytes()); err != nil {
		return "", err
	}
	a.take(entry)
	a.tell("  written into %s", a.shown)
	return "", nil
}

// worse lists the errors, a draft's too, that were not there before.
func worse(before, after source.Problems) source.Problems {
	return slices.DeleteFunc(slices.Clone(after), func(p source.Problem) bool {
		same := func(o source.Problem) bool { return o.Code == p.Code && o.Message == p.Message }
		return p.Level != source.Error && !p.Softened || slices.ContainsFunc(before, same)
	})
}

// take goes on with the file as it stands now.
func (a *asking) take(entry content.Entry) {
	a.b, a.problems = entry.Bulletin, entry.Problems
}

// again reads the file that somebody else has saved. The answer at hand is not
// written: it was given to another text.
func (a *asking) again() error {
	entry, err := a.read(a.b.Source.Name)
	if err != nil {
		return err
	}
	if !entry.Readable {
		return entry.Problems
	}
	a.take(entry)
	a.past = nil // going back would take their change with it
	a.tell("  %s", hang("Somebody saved the file in the meantime. The answer was not written; the file was read again.", 2))
	return nil
}

// verdicts judges a bulletin: for everybody, and for a tailnet that is affected.
func (a *asking) verdicts(b bulletin.Bulletin) (disclose, notify verdict.Proof) {
	return a.policy.rules.Bulletin(b, a.now), a.policy.rules.AnyTailnet(b, a.now)
}

// decides words what an answer would settle; empty where it settles nothing yet.
func (a *asking) decides(o option) string {
	e, err := content.NewEditor(a.b.Source)
	if err != nil || o.write == nil || o.write(sampleOf(o))(e) != nil {
		return ""
	}
	was, is := make([]verdict.Proof, 2), make([]verdict.Proof, 2)
	was[0], was[1] = a.verdicts(a.b)
	is[0], is[1] = a.verdicts(e.Entry().Bulletin)
	var parts []string
	for i, proof := range is {
		if now := proof.Stands(); now != was[i].Stands() {
			parts = append(parts, proof.Question+" "+now.Words())
		}
	}
	return strings.Join(parts, ", ")
}

// sampleOf stands for the details of an answer that nobody has given.
func sampleOf(o option) []string {
	var given []string
	for _, d := range o.details {
		given = append(given, d.sample)
	}
	return given
}

// show prints a question with where it comes from, its answers, and what each decides.
func (a *asking) show(q question) {
	if now := a.standing(); now != a.told {
		a.tell("\nSo far: %s.", now)
		a.told = now
	}
	if q.scope != "" {
		a.tell("\n%s", hang(a.unit(q.text)+" (decides who is told)", 0))
		a.offer(q.options)
		return
	}
	fact := a.fact(q.fact)
	if fact.Assumed && !a.assuming {
		a.tell("\n%s", hang("What follows is only assumed, and could still turn that. Enter keeps it as it is.", 0))
		a.assuming = true
	}
	a.tell("\n%s", hang(a.unit(q.text)+soFar(fact), 0))
	for _, c := range a.asks(q.fact) {
		a.tell("  The policy: %s", hang(fmt.Sprintf("%q", c.Quote), 14))
	}
	a.offer(q.options)
}

// offer prints the answers, each with what it would settle.
func (a *asking) offer(options []option) {
	width := 0
	for _, o := range options {
		width = max(width, len(o.word))
	}
	for i, o := range options {
		head := fmt.Sprintf("  %d %-*s  ", number(options, i), width, o.word)
		if o.word == "" {
			head = fmt.Sprintf("  - %-*s  ", width, "…")
		}
		a.tell("%s%s", head, hang(a.unit(o.meaning), width+6))
		if decided := a.decides(o); decided != "" {
			a.tell("%sthen: %s", strings.Repeat(" ", width+6), decided)
		}
	}
}

// soFar says what is known of a fact that is asked for.
func soFar(f verdict.Fact) string {
	switch {
	case f.Assumed:
		return " (assumed " + f.Value + ")"
	case f.Known() || f.Note == "" || f.Position.Line > 0:
		return ""
	}
	return " (" + f.Note + ")"
}

// fact is what is known of a fact in either question.
func (a *asking) fact(name string) verdict.Fact {
	disclose, notify := a.verdicts(a.b)
	if slices.ContainsFunc(disclose.Facts, func(f verdict.Fact) bool { return f.Name == name }) {
		return disclose.Facts.Find(name)
	}
	return notify.Facts.Find(name)
}

// asks lists the sentences that ask for a fact, each once.
func (a *asking) asks(fact string) []verdict.Clause {
	var found []verdict.Clause
	disclose, notify := a.verdicts(a.b)
	for _, step := range slices.Concat(disclose.Steps, notify.Steps) {
		same := func(c verdict.Clause) bool { return c.Quote == step.Clause.Quote }
		asks := func(w verdict.Condition) bool { return w.Fact == fact }
		if slices.ContainsFunc(step.Clause.When, asks) && !slices.ContainsFunc(found, same) {
			found = append(found, step.Clause)
		}
	}
	return found
}

// plainText is Markdown of one line without its marks.
var plainText = strings.NewReplacer("`", "", "*", "")

// explain says more about a question: what the fact means, when it is so, and where
// the sentences stand.
func (a *asking) explain(q question) {
	if q.scope != "" {
		a.explainScope(q)
		return
	}
	d, _ := disclosure.Define(q.fact)
	a.tell("  %s", hang(q.fact+": "+a.unit(d.Meaning), 4))
	for _, line := range []struct{ value, when string }{{"yes", d.When.Yes}, {"no", d.When.No}, {"unknown", d.When.Unknown}} {
		if line.when != "" {
			a.tell("    %-8s %s", line.value, hang(plainText.Replace(line.when), 13))
		}
	}
	for _, c := range a.asks(q.fact) {
		a.tell("  %s", hang(fmt.Sprintf("under %q: %q", c.Under+" …", c.Quote), 4))
	}
	a.tell("  the policy: %s", a.policy.url)
	a.tell("  %s", hang("in the file: "+d.Hint(), 4))
	if k, found := keyOf(d.Key); found {
		a.tell("  %s", hang(a.unit(plainText.Replace(k.Advice)), 4))
		a.tell("  tocsin explain %s tells the rest", strings.ReplaceAll(k.Path, "[]", ""))
	}
}
