package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"tocsin/internal/bulletin"
	"tocsin/internal/content"
	"tocsin/internal/source"
)

// beginning is what is known of a bulletin when it is begun; empty is not known.
type beginning struct{ title, product, severity string }

func (p *program) newBulletin() *cobra.Command {
	var known beginning
	c := &cobra.Command{
		Use:   "bulletin",
		Short: "Begin a draft under the next free id",
		Args:  exactly(),
	}
	c.Flags().StringVar(&known.title, "title", "", "`what` happened, in one line")
	c.Flags().StringVar(&known.product, "product", "", "what is affected: the `id` of a product in tocsin.yaml")
	c.Flags().StringVar(&known.severity, "severity", "", "`how` bad it is: "+strings.Join(severities, ", "))
	c.RunE = func(c *cobra.Command, _ []string) error {
		return p.runNewBulletin(c.Context(), known, known == beginning{})
	}
	return c
}

var severities = []string{
	string(bulletin.Critical), string(bulletin.High), string(bulletin.Medium), string(bulletin.Low), string(bulletin.None), string(bulletin.Unrated),
}

func (p *program) runNewBulletin(ctx context.Context, known beginning, ask bool) (err error) {
	s, err := p.settings()
	if err != nil {
		return err
	}
	folder, mode, err := s.draftsFolder()
	if err != nil {
		return err
	}
	if ask {
		if known, err = p.askBeginning(ctx, s); err != nil {
			return err
		}
	}
	if err := known.check(s.config.Products); err != nil {
		return err
	}
	held, err := s.turn(ctx, "beginning a bulletin")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, held.Release()) }()
	id, err := s.nextID()
	if err != nil {
		return err
	}
	data, err := draft(id, known)
	if err != nil {
		return err
	}
	name := path.Join(folder, string(id)+".md")
	if err := s.create(name, data, mode); err != nil {
		return err
	}
	p.print("%s", filepath.Join(p.dir, filepath.FromSlash(name)))
	p.next("tocsin ask %s", id)
	return nil
}

// draftsFolder is where drafts stand, and with which mode: in the drafts root, for
// nobody else's eyes, where the site has one.
func (s *site) draftsFolder() (string, fs.FileMode, error) {
	switch root := s.config.Drafts; {
	case root != "":
		info, err := os.Stat(s.path(root))
		if err == nil && !info.IsDir() {
			err = &fs.PathError{Op: "open", Path: s.path(root), Err: errors.New("not a folder")}
		}
		return path.Join(root, "bulletins"), 0o600, err
	case s.config.Public:
		return "", 0, refuse("name a private folder in "+content.ConfigFile+": drafts: ../embargo",
			"everybody can read what is committed here (repository: public), and there is no drafts root")
	}
	return content.BulletinFolder, 0o644, nil
}

// askBeginning asks what can be known at once. Enter, and an input that ends, leave
// an answer out.
func (p *program) askBeginning(ctx context.Context, s *site) (known beginning, err error) {
	var products []string
	for _, product := range s.config.Products {
		products = append(products, product.ID)
	}
	lines := bufio.NewReader(p.Stdin)
	p.say("Enter leaves an answer out.")
	if known.title, err = p.answer(ctx, lines, "What happened, in one line?", nil); err != nil {
		return known, err
	}
	if known.product, err = p.answer(ctx, lines, "Which product?", products); err != nil {
		return known, err
	}
	known.severity, err = p.answer(ctx, lines, "How bad is it?", severities)
	return known, err
}

// answer asks until it gets one of some words, where there are any.
func (p *program) answer(ctx context.Context, lines *bufio.Reader, question string, words []string) (string, error) {
	if len(words) > 0 {
		question += " (" + strings.Join(words, ", ") + ")"
	}
	for {
		fmt.Fprintf(p.Stderr, "%s ", question)
		text, err := line(ctx, lines)
		if !typing(p.Stdin) {
			p.say("")
		}
		if err != nil || text == "" || words == nil || slices.Contains(words, text) {
			return text, err
		}
		p.say("%q is none of them", source.Visible(text))
	}
}

// check refuses what would be an error in the file.
func (k beginning) check(products bulletin.Products) error {
	if _, found := products.Find(k.product); k.product != "" && !found {
		return &refusal{exitUsage, fmt.Sprintf("%s has no product %q", content.ConfigFile, k.product), "leave out --product, or add the product"}
	}
	if k.severity != "" && !slices.Contains(severities, k.severity) {
		return &refusal{exitUsage, fmt.Sprintf("%q is no severity", k.severity), "one of " + strings.Join(severities, ", ")}
	}
	return nil
}
