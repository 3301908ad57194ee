package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"tocsin/internal/bulletin"
	"tocsin/internal/disclosure"
	"tocsin/internal/verdict"
)

func (p *program) explain() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:   "explain ID",
		Short: "Say by which sentences of the policy a bulletin must be disclosed and told",
		Args:  exactly("ID"),
		RunE:  func(_ *cobra.Command, args []string) error { return p.runExplain(args[0], asJSON) },
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print the proofs for programs")
	return c
}

func (p *program) runExplain(id string, asJSON bool) error {
	s, err := p.open()
	if err != nil {
		return err
	}
	b, err := s.bulletin(id)
	if err != nil {
		return err
	}
	disclose, notify := s.rules.Bulletin(b, s.now), s.rules.AnyTailnet(b)
	discloseTurns, notifyTurns := s.rules.Disclose.Turns(disclose.Facts), s.rules.Notify.Turns(notify.Facts)
	if asJSON {
		return p.printJSON(explained{ID: b.ID, Verdicts: map[string]verdictObject{
			"disclose": p.object(disclose, discloseTurns, s.policyURL()),
			"notify":   p.object(notify, notifyTurns, s.policyURL()),
		}})
	}
	p.print("%s: %s", b.ID, b.Title)
	p.print("%s, severity %s", b.Status, severityWord(b))
	p.proof("Disclose to everybody", disclose, discloseTurns)
	p.proof(fmt.Sprintf("Notify a %s that is affected", s.config.Organization.Unit.One), notify, notifyTurns)
	p.print("\nThe sentences stand in %s", s.policyURL())
	return nil
}

func severityWord(b bulletin.Bulletin) string {
	if b.Severity == "" {
		return "not stated"
	}
	return string(b.Severity)
}

// proof prints a verdict with everything it rests on: the sentences (* marks those
// that decided), then the facts with their places, then what would turn it.
func (p *program) proof(question string, proof verdict.Proof, turns []verdict.Turn) {
	p.print("\n%s: %s", question, strings.ToUpper(proof.Outcome.Words()))
	for _, step := range proof.Steps {
		mark := " "
		if step.Decides {
			mark = "*"
		}
		p.print(" %s %-8s%s", mark, step.Truth, hang(fmt.Sprintf("%q", step.Clause.Quote), 11))
		p.print("           %s", asks(step.Clause))
	}
	p.print("   facts")
	for _, f := range proof.Facts {
		p.print("     %-25s%-9s%s", f.Name, f.Value, standsAt(f))
	}
	for i, fact := range proof.Missing {
		head := "   to be found out first:"
		if i > 0 {
			head = strings.Repeat(" ", len(head))
		}
		p.print("%s %s (write %s)", head, fact, hang(disclosure.Key(fact), len(head)+1))
	}
	if len(turns) > 0 {
		p.print("   would be otherwise with")
	}
	for _, t := range turns {
		p.print("     %s: %s", changes(t), t.Outcome.Words())
	}
}

// changes words the changes of a turn.
func changes(t verdict.Turn) string {
	parts := make([]string, len(t.Changes))
	for i, c := range t.Changes {
		parts[i] = c.Fact + " = " + c.Value
	}
	return strings.Join(parts, " and ")
}

// asks tells what a clause asks for.
func asks(c verdict.Clause) string {
	parts := make([]string, len(c.When))
	for i, w := range c.When {
		parts[i] = w.Fact + " = " + strings.Join(w.In, " or ")
	}
	return strings.Join(parts, ", ")
}

func standsAt(f verdict.Fact) string {
	if f.Note != "" {
		return "(" + f.Note + ")"
	}
	return f.Position.String()
}

const paperWidth = 80

// hang breaks a text at spaces to fit a terminal, later lines indented.
func hang(text string, indent int) string {
	var b strings.Builder
	column := indent
	for i, word := range strings.Fields(text) {
		if i > 0 && column+1+len(word) > paperWidth {
			b.WriteString("\n" + strings.Repeat(" ", indent))
			column = indent
		} else if i > 0 {
			b.WriteByte(' ')
			column++
		}
		b.WriteString(word)
		column += len(word)
	}
	return b.String()
}
