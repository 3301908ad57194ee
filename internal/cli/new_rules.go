package cli

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"tocsin/internal/content"
	"tocsin/internal/disclosure"
	"tocsin/internal/policy"
	"tocsin/internal/release"
	"tocsin/internal/verdict"
)

func (p *program) newRules() *cobra.Command {
	return &cobra.Command{
		Use:   "rules SLUG",
		Short: "Begin the executable reading of a disclosure policy, from the built-in one",
		Args:  exactly("SLUG"),
		RunE:  func(_ *cobra.Command, args []string) error { return p.runNewRules(args[0]) },
	}
}

func (p *program) runNewRules(slug string) error {
	s, err := p.open()
	if err != nil {
		return err
	}
	page, found := s.content.Policy(slug)
	if !found {
		return &refusal{exitUsage, fmt.Sprintf("there is no policy %q that can be read", slug), "tocsin new policy " + slug}
	}
	name := path.Join(path.Dir(page.Source.Name), slug+".rules.yaml")
	data, missing, err := rulesFile(name, page)
	if err != nil {
		return err
	}
	if err := s.create(name, data, 0o644); err != nil {
		return err
	}
	p.print("%s", filepath.Join(p.dir, filepath.FromSlash(name)))
	switch missing {
	case 0:
	case 1:
		p.say("1 quote does not stand in %s; it is marked", page.Source.Name)
	default:
		p.say("%d quotes do not stand in %s; they are marked", missing, page.Source.Name)
	}
	p.say("read it, every line: it decides who is told")
	p.next("tocsin check")
	return nil
}

// rulesFile is the built-in reading as a file about a policy, with a comment above
// every sentence that the policy's page does not hold.
func rulesFile(name string, page policy.Policy) (data []byte, missing int, err error) {
	builtin := disclosure.Builtin()
	plain := content.EncodeRules(page.Slug, builtin.Disclose, builtin.Notify)
	clauses, err := clausesOf(name, plain)
	if err != nil {
		return nil, 0, err
	}
	remarks, text := make(map[int]string), page.Text()
	for _, c := range clauses {
		var wrong *policy.Misquote
		if _, err := text.Sentence(c.Under, c.Quote); errors.As(err, &wrong) {
			remarks[c.Position.Line] = remark(wrong)
		}
	}
	return annotated(plain, remarks), len(remarks), nil
}

// nothing is the tree that holds no file.
var nothing embed.FS

// clausesOf reads a rules file back, for the places of its clauses.
func clausesOf(name string, data []byte) ([]verdict.Clause, error) {
	reader, err := content.Open(release.Over(nothing, map[string][]byte{name: data}), nil)
	if err != nil {
		return nil, err
	}
	if problems := reader.Problems(); problems.Errors() > 0 {
		return nil, problems
	}
	var all []verdict.Clause
	for _, r := range reader.Site().Rules {
		all = append(all, slices.Concat(r.Disclose.Clauses(), r.Notify.Clauses())...)
	}
	return all, nil
}

// remark says what is wrong with a quote, and what the page says in its place.
func remark(m *policy.Misquote) string {
	if m.Near != "" {
		return fmt.Sprintf("not in the page: line %d says %q", m.NearLine, m.Near)
	}
	return "not in the page: " + strings.TrimSuffix(m.Error(), " in "+m.File)
}

// annotated puts comments above lines, as far in as these.
func annotated(text []byte, remarks map[int]string) []byte {
	var out bytes.Buffer
	number := 0
	for line := range bytes.Lines(text) {
		number++
		if remark := remarks[number]; remark != "" {
			indent := line[:len(line)-len(bytes.TrimLeft(line, " "))]
			fmt.Fprintf(&out, "%s# %s\n", indent, remark)
		}
		out.Write(line)
	}
	return out.Bytes()
}
