package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"tocsin/internal/address"
	"tocsin/internal/build"
	"tocsin/internal/bulletin"
	"tocsin/internal/content"
	"tocsin/internal/serve"
	"tocsin/internal/source"
	"tocsin/templates"
)

func (p *program) serve() *cobra.Command {
	var at string
	c := &cobra.Command{
		Use:   "serve",
		Short: "Show the website on this machine while you write, drafts included",
		Long: `Show the website on this machine while you write: every page as readers will get it, drafts
with a watermark, what check says below each page, and the proof of the verdicts beside it. The
browser follows what you save. Nothing is written to public/, and nobody else can connect.`,
		Args: exactly(),
		RunE: func(c *cobra.Command, _ []string) error { return p.runServe(c.Context(), at) },
	}
	c.Flags().StringVar(&at, "at", "127.0.0.1:1414", "listen at this `address` of this machine; port 0 takes a free one")
	return c
}

func (p *program) runServe(ctx context.Context, at string) (err error) {
	view := &view{program: p, ctx: ctx}
	defer func() { err = errors.Join(err, view.close()) }()
	if err := view.settle(); err != nil {
		return err
	}
	l, err := serve.Listen(at)
	var outside *serve.OutsideError
	if errors.As(err, &outside) {
		return &refusal{exitUsage, err.Error(), "tocsin serve --at 127.0.0.1:1414"}
	}
	if err != nil {
		return err
	}
	home := view.site.config.Layout.Href(address.Home)
	p.print("http://%s%s", l.Addr(), home)
	p.say("drafts and problems: http://%s%s; Ctrl-C ends it", l.Addr(), "/_tocsin/")
	return serve.New(view, serve.Options{Home: home, Run: p.Now().Format(time.RFC3339Nano), Told: p.toldOf}).Serve(ctx, l)
}

// toldOf says on the terminal what the server has read.
func (p *program) toldOf(changed []string, err error) {
	if err != nil {
		p.say("the site cannot be read: %v", err)
	}
}

// view is a site as the preview shows it.
type view struct {
	*program
	ctx  context.Context // of the whole run: what is read lazily outlives a refresh
	site *prepared
	live *build.Live
	key  string // of what its bulletins have in common
	// found is what check says of the site as it is.
	found source.Problems
}

// settle reads the settings alone, so that one knows what to watch and where it will stand.
func (v *view) settle() error {
	s, err := v.settings()
	if err != nil {
		return err
	}
	v.site = &prepared{site: s}
	return nil
}

func (v *view) close() error {
	if v.site == nil {
		return nil
	}
	return v.site.close()
}

// Refresh implements [serve.Site].
func (v *view) Refresh(ctx context.Context, changed []string) (bool, error) {
	numbers, only := v.bulletins(changed)
	if !only {
		return true, v.everything(ctx)
	}
	if len(numbers) == 0 {
		return false, nil
	}
	if err := v.live.Again(numbers); err != nil {
		return true, err
	}
	return true, v.check()
}

// bulletins are the numbers of the bulletins that were changed; false where anything else was,
// or one of them is new or gone.
func (v *view) bulletins(changed []string) (numbers []int, only bool) {
	if v.live == nil || changed == nil {
		return nil, false
	}
	for _, name := range changed {
		info, err := os.Lstat(name)
		if errors.Is(err, fs.ErrNotExist) && v.passing(name) {
			continue // what editors write beside the file, and remove again
		}
		number, found := v.live.Number(v.nameOf(name))
		if err != nil || !found || !info.Mode().IsRegular() {
			return nil, false
		}
		numbers = append(numbers, number)
	}
	return numbers, true
}

// passing tells names that nothing is read under.
func (v *view) passing(name string) bool {
	base := filepath.Base(name)
	return strings.HasPrefix(base, ".") || strings.HasSuffix(base, "~") || !strings.Contains(base, ".")
}

// nameOf is a file as problems name it.
func (v *view) nameOf(path string) string {
	if v.site.config.Drafts != "" {
		if rest, err := filepath.Rel(v.site.path(v.site.config.Drafts), path); err == nil && filepath.IsLocal(rest) {
			return filepath.ToSlash(filepath.Join(v.site.config.Drafts, rest))
		}
	}
	rest, err := filepath.Rel(v.site.dir, path)
	if err != nil {
		return path
	}
	return filepath.ToSlash(rest)
}

// everything reads the site anew. What it was before stays in view if that fails.
func (v *view) everything(ctx context.Context) error {
	s, err := v.prepare(asItIs)
	if err != nil {
		return err
	}
	live, err := v.alive(ctx, s)
	if err != nil {
		return errors.Join(err, s.close())
	}
	before := v.site
	v.site, v.live = s, live
	return errors.Join(before.close(), v.check())
}

func (v *view) alive(ctx context.Context, s *prepared) (*build.Live, error) {
	var err error
	if s.layouts, err = s.readLayouts(s.openTemplates); err != nil {
		return nil, err
	}
	key, err := s.memoryKey(s.layouts.sum)
	if err != nil {
		return nil, err
	}
	w, err := s.newWalk()
	if err != nil {
		return nil, err
	}
	w.Began = v.Now()
	if v.live != nil && v.key == key {
		w.Last = v.live.Memory()
	} else if last, err := build.ReadMemory(s.memoryFile()); err != nil {
		return nil, err
	} else {
		w.Last = last.For(key)
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	v.key = key
	return w.Live(v.ctx)
}

// check holds the site against everything.
func (v *view) check() error {
	checker, err := v.site.site.checker(v.site.reader)
	if err != nil {
		return err
	}
	v.found = v.live.Check(checker)
	v.site.problems = v.found
	return nil
}

// Open implements [serve.Site].
func (v *view) Open(path string) (serve.Answer, error) {
	page, ours := v.site.config.Layout.PageAt(path)
	if !ours || v.live == nil { // nil: the site could not be read yet
		return serve.Answer{Status: 404}, nil
	}
	for _, m := range v.site.content.Addresses.Moves() {
		if m.From == page {
			return v.moved(m)
		}
	}
	asked, err := v.live.Open(page)
	switch {
	case errors.Is(err, build.ErrNothing) && page != address.NotFound:
		nothing, err := v.live.Open(address.NotFound)
		return serve.Answer{Status: 404, ContentType: "text/html; charset=utf-8", Data: nothing.Data}, err
	case err != nil:
		return serve.Answer{Status: 500, Source: asked.Source}, err
	}
	answer := serve.Answer{Status: 200, Data: asked.Data, Source: asked.Source}
	if asked.Hidden != "" {
		answer.Draft, answer.State = string(asked.ID), string(asked.Hidden)
	}
	return answer, nil
}

// moved answers for an address that the site has given up.
func (v *view) moved(m address.Move) (serve.Answer, error) {
	if !m.Gone() {
		return serve.Answer{Status: m.Status(), Location: v.site.config.Layout.MovedTo(m)}, nil
	}
	if !m.Shown() {
		return serve.Answer{Status: m.Status(), ContentType: "text/plain; charset=utf-8", Data: []byte("gone: " + m.Reason + "\n")}, nil
	}
	asked, err := v.live.Open(m.From)
	return serve.Answer{Status: m.Status(), ContentType: "text/html; charset=utf-8", Data: asked.Data}, err
}

// Problems implements [serve.Site].
func (v *view) Problems() source.Problems { return v.found }

// Proofs implements [serve.Site].
func (v *view) Proofs(path string) []serve.Proof {
	page, ours := v.site.config.Layout.PageAt(path)
	if !ours || v.live == nil {
		return nil
	}
	b, found := v.live.Bulletin(page)
	if !found || b.Status == bulletin.Withdrawn || v.site.judgeable() != nil {
		return nil
	}
	var text bytes.Buffer
	printer := *v.program
	printer.Stdout = &text
	paper{&printer, v.site.explanation(b)}.print()
	return []serve.Proof{{Title: fmt.Sprintf("tocsin explain %s", b.ID), Text: text.String()}}
}

// Unpublished implements [serve.Site].
func (v *view) Unpublished() []serve.Unpublished {
	if v.live == nil {
		return nil
	}
	var all []serve.Unpublished
	layout := v.site.config.Layout
	for _, b := range v.live.Unpublished() {
		all = append(all, serve.Unpublished{
			ID: string(b.ID), Title: b.Title, State: string(b.Status), Source: b.Source.Name,
			Path: layout.Href(layout.Bulletin(string(b.ID))),
		})
	}
	return all
}

// Folders implements [serve.Site].
func (v *view) Folders() []serve.Folder {
	all := []serve.Folder{
		{Path: v.site.dir},
		{Path: v.site.path(content.Folder), Deep: true},
		{Path: v.site.path(templates.Folder), Deep: true},
	}
	if v.site.config.Drafts != "" {
		all = append(all, serve.Folder{Path: v.site.path(v.site.config.Drafts), Deep: true})
	}
	return all
}
