package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"tocsin/internal/bulletin"
	"tocsin/internal/check"
	"tocsin/internal/content"
	"tocsin/internal/disclosure"
	"tocsin/internal/notify/ledger"
	"tocsin/internal/source"
	"tocsin/templates"
)

// site is a site's folder with everything that people wrote in it, read and checked.
type site struct {
	dir       string
	now       time.Time // the instant of the run
	config    content.Config
	content   content.Site
	rules     disclosure.Rules
	templates fs.FS           // the site's own over tocsin's
	problems  source.Problems // of the content; the settings' own end the command
}

// open reads tocsin.yaml and everything under content/, and checks it. Problems of
// the content are the caller's to judge: one colleague's broken file must not be
// in everybody's way.
func (p *program) open() (*site, error) {
	s, root, err := p.configured()
	if err != nil {
		return nil, err
	}
	found, problems, err := content.Read(root.FS())
	if err := errors.Join(err, root.Close()); err != nil {
		return nil, err
	}
	if s.templates, err = s.openTemplates(); err != nil {
		return nil, err
	}
	s.content, s.rules = found, disclosure.Builtin()
	s.problems = append(problems, check.All(check.Site{Config: s.config, Content: found, Rules: s.rules, Now: s.now})...)
	s.problems.Sort()
	return s, nil
}

// configured reads tocsin.yaml alone.
func (p *program) configured() (*site, *os.Root, error) {
	now, err := p.clock()
	if err != nil {
		return nil, nil, err
	}
	root, err := os.OpenRoot(p.dir)
	if err != nil {
		return nil, nil, err
	}
	config, problems, err := content.ReadConfig(root.FS())
	if full, absErr := filepath.Abs(p.dir); absErr == nil {
		problems = append(problems, config.Inside(full)...)
	}
	if err == nil && len(problems) > 0 {
		err = problems
	}
	if err != nil {
		return nil, nil, errors.Join(err, root.Close())
	}
	s := &site{dir: p.dir, now: now, config: config}
	if err := s.linked(); err != nil {
		return nil, nil, errors.Join(err, root.Close())
	}
	return s, root, nil
}

// settings reads tocsin.yaml and nothing else: the ledger's commands work whatever
// the content is like.
func (p *program) settings() (*site, error) {
	s, root, err := p.configured()
	if err != nil {
		return nil, err
	}
	return s, root.Close()
}

// path resolves a path of tocsin.yaml.
func (s *site) path(name string) string {
	if filepath.IsAbs(name) {
		return name
	}
	return filepath.Join(s.dir, filepath.FromSlash(name))
}

// openTemplates opens tocsin's templates with those of the site's templates/ folder
// over them. It refuses a folder that could show what lies elsewhere.
func (s *site) openTemplates() (fs.FS, error) {
	tree, err := templates.Open(s.path(templates.Folder))
	if errors.Is(err, templates.ErrNotFile) {
		return nil, refuse("remove it, then the same command again", "%v", err)
	}
	return tree, err
}

// public is the folder of the built site, state the private folder of its builds.
func (s *site) public() string { return s.path("public") }
func (s *site) state() string  { return s.path(".tocsin") }

// published lists the bulletins that readers may see.
func (s *site) published() []bulletin.Published {
	var out []bulletin.Published
	for _, b := range s.content.Bulletins {
		if b, err := b.Publish(); err == nil {
			out = append(out, b)
		}
	}
	return out
}

// bulletin finds a bulletin that may be judged: it is there, its own file can be
// read without problems, and the policy says what the rules quote.
func (s *site) bulletin(id string) (bulletin.Bulletin, error) {
	b, found := s.content.Bulletin(bulletin.ID(id))
	file := path.Join(content.BulletinFolder, id+".md")
	if problems := s.unreadable(file); len(problems) > 0 {
		return b, problems
	}
	if !found && len(s.problemsOf(file)) > 0 {
		return b, s.problemsOf(file) // a draft that cannot be read: warnings, and nothing to judge
	}
	if !found {
		return b, &refusal{exitUsage, fmt.Sprintf("there is no bulletin %q under %s", id, content.BulletinFolder), "tocsin status lists them"}
	}
	return b, s.judgeable()
}

// problemsOf lists everything about one file.
func (s *site) problemsOf(file string) source.Problems {
	return slices.DeleteFunc(slices.Clone(s.problems), func(f source.Problem) bool { return f.Position.File != file })
}

// unreadable lists the errors of one file, without the verdicts on it: those are
// what the person is asking about.
func (s *site) unreadable(file string) source.Problems {
	return slices.DeleteFunc(s.problemsOf(file), func(f source.Problem) bool {
		return f.Level != source.Error || strings.HasPrefix(f.Code, check.VerdictCode)
	})
}

// judgeable refuses to give verdicts by sentences that are not the policy's.
func (s *site) judgeable() error {
	p, found := s.content.Policy(disclosure.Policy)
	if broken := s.brokenPolicies(p.Source.Name); len(broken) > 0 {
		return broken
	}
	if !found {
		return nil
	}
	if missing := s.rules.Missing(p); len(missing) > 0 {
		return refuse("put the sentence back into "+p.Source.Name, "no verdict: the rules quote what the policy does not say: %v", missing[0])
	}
	return nil
}

// brokenPolicies are the errors of the disclosure policy's file; where no file is
// known to be it, those of all policies: as long as one of them cannot be read,
// nobody can say that the site has no disclosure policy.
func (s *site) brokenPolicies(file string) source.Problems {
	if file == "" {
		file = content.PolicyFolder + "/"
	}
	return slices.DeleteFunc(slices.Clone(s.problems), func(f source.Problem) bool {
		return f.Level != source.Error || !strings.HasPrefix(f.Position.File, file)
	})
}

// policyURL is the page of the disclosure policy; the list of policies where the
// site has no such page.
func (s *site) policyURL() string {
	layout := s.config.Layout
	if _, found := s.content.Policy(disclosure.Policy); found {
		return layout.URL(layout.Policy(disclosure.Policy))
	}
	return layout.URL(layout.Policies())
}

// reader opens the ledger for reading; ledger.ErrNone says that nothing was planned yet.
func (s *site) reader(ctx context.Context) (*ledger.Ledger, error) {
	gone, err := missing(s.path(s.config.Ledger))
	if err != nil {
		return nil, err
	}
	if gone {
		return nil, ledger.ErrNone
	}
	return ledger.OpenReader(ctx, s.path(s.config.Ledger))
}

// missing reports whether a path is not there.
func missing(path string) (bool, error) {
	_, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return true, nil
	}
	return false, err
}
