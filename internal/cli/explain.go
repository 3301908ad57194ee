package cli

import (
	"context"
	"fmt"
	"path"
	"regexp"
	"slices"

	"github.com/spf13/cobra"

	"tocsin/internal/bulletin"
	"tocsin/internal/disclosure"
	"tocsin/internal/source"
	"tocsin/internal/tailnet"
	"tocsin/internal/verdict"
)

func (p *program) explain() *cobra.Command {
	var one string
	var asJSON bool
	c := &cobra.Command{
		Use:   "explain ID|CODE|KEY",
		Short: "Say by which sentences of the policy a bulletin must be disclosed and told, or what a check or a key wants",
		Args:  exactly("ID, CODE or KEY"),
	}
	c.Flags().StringVar(&one, "tailnet", "", "say what becomes of the tailnet with this `ID`, by the inventory")
	c.Flags().BoolVar(&asJSON, "json", false, "print the proofs for programs")
	c.RunE = func(c *cobra.Command, args []string) error {
		if bulletinID.MatchString(args[0]) {
			return p.runExplain(c.Context(), args[0], tailnet.ID(one), asJSON)
		}
		if one != "" || asJSON {
			return usage(c, fmt.Errorf("%q is no bulletin's ID: --tailnet and --json go with one", args[0]))
		}
		if !p.explainWord(args[0]) {
			return p.strange(args[0])
		}
		return nil
	}
	return c
}

// bulletinID is the form of a bulletin's ID, however it is typed: no code, key or fact
// has capitals, or begins or ends with a number.
var bulletinID = regexp.MustCompile(`[A-Z]|^\d|-\d+$`)

// explanation is everything that is said about the verdicts on a bulletin.
type explanation struct {
	bulletin bulletin.Bulletin
	proved   []proved            // disclose, then notify
	recorded map[string]recorded // by question; nothing where the bulletin was not released
	tailnet  *oneTailnet         // whose verdict notify is; nil: of any that is affected
	places   int                 // of a draft, at which words are still to be written
	toFind   []string            // facts that keep a verdict from standing, and that its authors can find out
	pending  []string            // facts that can still turn a verdict, the most decisive first
	url      string              // of the policy
	unit     string              // what the organisation calls a tailnet
	// sentences is where the sentence of a clause stands on the website.
	sentences func(question, clause string) string
}

// proved is the proof of one question with what would turn it.
type proved struct {
	verdict.Proof
	turns []verdict.Turn
}

// recorded is a verdict on record with what is different by now; nil where nothing is.
type recorded struct {
	verdict verdict.Outcome
	since   *disclosure.Difference
}

func (p *program) runExplain(ctx context.Context, id string, one tailnet.ID, asJSON bool) error {
	s, err := p.open()
	if err != nil {
		return err
	}
	b, err := s.bulletin(id)
	if err != nil {
		return err
	}
	if broken := s.brokenRecord(id); len(broken) > 0 {
		return broken
	}
	e := s.explanation(b)
	if one != "" {
		if e.tailnet, err = s.oneTailnet(ctx, b, one); err != nil {
			return err
		}
		e.proved[1] = s.proved(e.tailnet.proof)
	}
	if asJSON {
		return p.printJSON(p.explained(e))
	}
	paper{p, e}.print()
	p.afterExplaining(e)
	return nil
}

// brokenRecord lists what is wrong with the record of a bulletin: one that cannot be
// read is not "never released".
func (s *site) brokenRecord(id string) source.Problems {
	return slices.DeleteFunc(slices.Clone(s.problems), func(f source.Problem) bool {
		return f.Level != source.Error || path.Base(f.Position.File) != id+".json"
	})
}

// explanation gives the proofs of both questions, of a tailnet that is affected.
func (s *site) explanation(b bulletin.Bulletin) explanation {
	disclose, notify := s.rules.Bulletin(b, s.now), s.rules.AnyTailnet(b, s.now)
	e := explanation{
		bulletin: b, proved: []proved{s.proved(disclose), s.proved(notify)}, recorded: make(map[string]recorded),
		places: s.unwritten(b.Source.Name), toFind: missingFacts(b, disclose, notify),
		pending: s.rules.Open(b, s.now), url: s.policyURL(), sentences: s.clauseURL, unit: s.config.Organization.Unit.One,
	}
	if b.Decision == nil {
		return e
	}
	for _, proof := range []verdict.Proof{disclose, notify} {
		if _, found := b.Decision.Verdicts[proof.Question]; found {
			e.recorded[proof.Question] = recorded{verdict: disclosure.Standing(b, proof)}
		}
	}
	for _, d := range s.rules.Changed(b, s.now) {
		e.recorded[d.Question] = recorded{e.recorded[d.Question].verdict, &d}
	}
	return e
}

func (s *site) proved(proof verdict.Proof) proved {
	rules := s.rules.At(s.now)
	if proof.Question == disclosure.Notify {
		return proved{proof, rules.Notify.Turns(proof.Facts)}
	}
	return proved{proof, rules.Disclose.Turns(proof.Facts)}
}

// afterExplaining tells what to type next: to answer what is open, or to go on.
func (p *program) afterExplaining(e explanation) {
	disclose := e.proved[0].Stands()
	id, draft := e.bulletin.ID, e.bulletin.Status == bulletin.Draft
	switch {
	case !draft:
	case len(e.toFind) > 0:
		p.next("tocsin ask %s", id)
	case disclose == verdict.Required:
		p.toRelease(e.bulletin, e.places)
	case len(e.pending) > 0:
		p.next("tocsin ask %s asks what is only assumed", id)
	}
}
