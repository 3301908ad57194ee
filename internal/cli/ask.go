package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"tocsin/internal/bulletin"
	"tocsin/internal/content"
	"tocsin/internal/disclosure"
	"tocsin/internal/durable"
	"tocsin/internal/source"
	"tocsin/internal/verdict"
)

func (p *program) ask() *cobra.Command {
	return &cobra.Command{
		Use:   "ask ID",
		Short: "Ask what can still turn a draft's verdicts, and write down the answers",
		Long: "ask looks at what the policy's sentences still depend on, and asks that: the most\n" +
			"decisive question first, and none whose answer makes no difference. Every answer is\n" +
			"written into the bulletin at once. Leave whenever you like; the same command goes on.",
		Args: exactly("ID"),
		RunE: func(c *cobra.Command, args []string) error { return p.runAsk(c.Context(), args[0]) },
	}
}

func (p *program) runAsk(ctx context.Context, id string) error {
	s, err := p.open()
	if err != nil {
		return err
	}
	b, err := s.bulletin(id)
	if err != nil {
		return err
	}
	if b.Decision != nil && b.Status != bulletin.Draft || b.Status == bulletin.Public || b.Status == bulletin.Withdrawn {
		return refuse("edit "+b.Source.Name+", then: tocsin revise "+id, "%s is released: what it says is not asked again, it is revised", id)
	}
	a := &asking{
		dialog: p.dialog(ctx),
		policy: policyText{s.rules, s.policyURL()},
		config: s.config,
		now:    s.now,
		b:      b,
		shown:  p.fromHere(source.Position{File: b.Source.Name}).File,
		asked:  make(map[string]bool),
		save:   func(from source.File, data []byte) error { return s.save(ctx, from, data) },
		read:   s.readAgain,
		places: s.unwritten(b.Source.Name),
	}
	a.problems = s.problemsOf(b.Source.Name)
	a.greet()
	if err := a.run(); err != nil && !errors.Is(err, errStop) {
		return err
	}
	return p.askedAll(a)
}

// dialog talks to whoever is at the other end of standard input.
func (p *program) dialog(ctx context.Context) *dialog {
	in, isFile := p.Stdin.(*os.File)
	return &dialog{out: p.Stderr, next: linesOf(ctx, p.Stdin), patient: isFile && term.IsTerminal(int(in.Fd()))}
}

// errChanged says that somebody else saved the file in the meantime.
var errChanged = errors.New("the file was changed in the meantime")

// save replaces a bulletin's file, unless it is no longer the one that was read.
func (s *site) save(ctx context.Context, from source.File, data []byte) (err error) {
	held, err := s.turn(ctx, "writing down an answer")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, held.Release()) }()
	now, err := os.ReadFile(s.path(from.Name))
	if err != nil {
		return err
	}
	if string(now) != string(from.Data) {
		return errChanged
	}
	return durable.Replace(s.path(from.Name), data, 0o600)
}

// readAgain reads a bulletin's file anew.
func (s *site) readAgain(name string) (content.Entry, error) {
	data, err := os.ReadFile(s.path(name))
	if err != nil {
		return content.Entry{}, err
	}
	e, err := content.NewEditor(source.File{Name: name, Data: data})
	if err != nil {
		return content.Entry{}, err
	}
	return e.Entry(), nil
}

// askedAll ends the command: with the verdicts, and with what is left to ask.
func (p *program) askedAll(a *asking) error {
	id := a.b.ID
	disclose, notify := a.verdicts(a.b)
	p.print("%s: disclose %s, notify %s", id, disclose.Stands().Words(), notify.Stands().Words())
	missing := missingFacts(a.b, disclose, notify)
	if len(missing) == 0 {
		a.perTailnet(notify)
		p.toRelease(a.b, a.places)
		return nil
	}
	p.say("still to be found out:")
	for _, fact := range missing {
		p.say("  %s", hang(fact+" (write "+disclosure.Hint(fact)+")", 4))
	}
	p.next("tocsin ask %s", id)
	return errIncomplete
}

// unwritten counts the places of a draft's file at which words are still to be written:
// what stands for words to come, and headings above nothing.
func (s *site) unwritten(file string) int {
	n := 0
	for _, problem := range s.problemsOf(file) {
		if problem.Code == "placeholder" || problem.Code == "empty-section" {
			n++
		}
	}
	return n
}

// toRelease tells what comes behind the facts of a draft: its words, then its release.
func (p *program) toRelease(b bulletin.Bulletin, places int) {
	if places > 0 {
		file := p.fromHere(source.Position{File: b.Source.Name}).File
		p.next("write the text of %s (%s), then tocsin check %s", file, many(places, "place"), file)
		return
	}
	p.next("tocsin release %s --dry-run", b.ID)
}

// missingFacts lists the facts that keep a verdict from standing. What is known of some
// tailnets and not of others is no question to the authors of a bulletin.
func missingFacts(b bulletin.Bulletin, proofs ...verdict.Proof) []string {
	var open []string
	seen := make(map[string]bool)
	for _, proof := range proofs {
		if proof.Stands() != verdict.Undetermined {
			continue
		}
		for _, fact := range proof.Missing {
			if !seen[fact] && !(fact == tailnetData && ofSome(b)) {
				open = append(open, fact)
			}
			seen[fact] = true
		}
	}
	return open
}

// tailnetData is the fact that a bulletin states for all tailnets or for none.
const tailnetData = "tailnet_data_visible"

// ofSome reports that the authors said: of some tailnets, and not of which.
func ofSome(b bulletin.Bulletin) bool { return b.DataVisible.Word == "yes" && b.VisibleFor == "listed" }

func (a *asking) listed() bool { return ofSome(a.b) }

// perTailnet says so where a verdict is not one for all.
func (a *asking) perTailnet(notify verdict.Proof) {
	if notify.Stands() == verdict.Undetermined {
		a.tell("\n%s", hang("Whom to notify is decided "+a.config.Organization.Unit.One+" by "+a.config.Organization.Unit.One+
			": data_visible says that it concerns some of them, and the plan asks what becomes of each.", 0))
	}
}

// greet says what this is about and how to answer.
func (a *asking) greet() {
	a.tell("%s", hang(string(a.b.ID)+": "+source.Visible(a.b.Title), 2))
	a.tell("%s, %s", a.shown, a.b.Status)
	a.tell("Answer with a word or its number. Enter leaves a question for now, ? says more,")
	a.tell("b goes back to the question before, q stops. Every answer is written into the")
	a.tell("file at once; come back any time.")
}

// standing words the verdicts as they are.
func (a *asking) standing() string {
	disclose, notify := a.verdicts(a.b)
	return fmt.Sprintf("disclose %s, notify %s", disclose.Stands().Words(), notify.Stands().Words())
}

// unit puts the organisation's own word for a customer's network into a text.
func (a *asking) unit(text string) string {
	unit := a.config.Organization.Unit
	return strings.NewReplacer("tailnets", unit.Many, "tailnet", unit.One).Replace(text)
}
