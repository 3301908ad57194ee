package cli

import (
	"cmp"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/rogpeppe/go-internal/diff"

	"tocsin/internal/content"
	"tocsin/internal/durable"
	"tocsin/internal/source"
)

// mended is a file with what `check --fix` makes of it.
type mended struct {
	name    string // as problems name it
	before  []byte
	after   []byte
	applied source.Problems // those that the change is to mend
	lines   map[int]bool    // of after, that the change touched
}

// fix mends what can be mended in only one way, in the files that were asked for, and
// shows the changes. A file is written only where the site that was read again, with
// the change in it, lacks the problem and has no new one.
func (p *program) fix(how checking, only selection) (err error) {
	if gone, err := missing(filepath.Join(p.dir, content.ConfigFile)); err != nil || gone {
		return cmp.Or(err, content.ErrNoSite) // nothing is made where no site is
	}
	if !how.dry {
		held, err := (&site{dir: p.dir}).lock("mending")
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, held.Release()) }()
	}
	if err := p.fixSettings(how, only); err != nil {
		return err
	}
	was, err := p.survey(asItIs)
	if settings := (source.Problems)(nil); errors.As(err, &settings) {
		return nil // tocsin.yaml cannot be read: the report says so
	}
	if err != nil {
		return err
	}
	todo, err := p.mend(was, only)
	if err != nil {
		return err
	}
	kept, err := p.proven(was, todo)
	if err != nil {
		return err
	}
	for _, m := range todo {
		if !slices.ContainsFunc(kept, func(k mended) bool { return k.name == m.name }) {
			p.leftAlone(m)
		}
	}
	return p.keep(how, kept)
}

func (p *program) leftAlone(m mended) {
	p.say("%s: left as it was: mending it so would break something else", here(p.dir, m.name))
}

// keep writes what was mended and shows it.
func (p *program) keep(how checking, all []mended) error {
	problems, files := 0, 0
	for _, m := range all {
		path := here(p.dir, m.name)
		if !how.dry {
			switch now, err := os.ReadFile(path); {
			case err != nil:
				return err
			case string(now) != string(m.before):
				p.say("%s: left as it was: somebody changed it meanwhile", path)
				continue
			}
			if err := durable.Replace(path, m.after, 0o644); err != nil {
				return err
			}
		}
		p.show(how, path, m)
		problems, files = problems+len(m.applied), files+1
	}
	verb := "mended"
	if how.dry {
		verb = "would mend"
	}
	p.say("%s %s in %s", verb, many(problems, "problem"), many(files, "file"))
	return nil
}

// show prints a change as a unified diff: as bytes for other tools, with what cannot be
// seen made visible for a terminal. Beside JSON it is talk.
func (p *program) show(how checking, path string, m mended) {
	out := p.Stdout
	if how.format == "json" {
		out = p.Stderr
	}
	text := string(diff.Diff(path, m.before, path, m.after))
	if isTerminal(out) {
		lines := strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n")
		for i, line := range lines {
			lines[i] = source.Visible(line)
		}
		text = strings.Join(lines, "\n")
	}
	fmt.Fprint(out, text)
}

// surveyed is a site as it was read: what is wrong, and of each file the digest of the
// bytes that were looked at.
type surveyed struct {
	problems source.Problems
	digests  map[string][sha256.Size]byte
	readable map[string]bool
	misread  map[string]bool // files in which reading met errors
}

func (p *program) survey(over func(trees) trees) (surveyed, error) {
	was := surveyed{digests: make(map[string][sha256.Size]byte), readable: make(map[string]bool), misread: make(map[string]bool)}
	s, err := p.walk(over, func(e content.Entry) {
		file := e.Bulletin.Source
		was.digests[file.Name], was.readable[file.Name] = sha256.Sum256(file.Data), e.Readable
		was.misread[file.Name] = slices.ContainsFunc(e.Problems, grave)
	})
	if err != nil {
		return was, err
	}
	was.problems = s.problems
	pages := []source.File{s.content.Index.Source}
	for _, page := range s.content.Policies {
		pages = append(pages, page.Source)
	}
	for _, file := range pages {
		was.digests[file.Name], was.readable[file.Name] = sha256.Sum256(file.Data), true
		was.misread[file.Name] = slices.ContainsFunc(s.problems, func(f source.Problem) bool { return f.Position.File == file.Name && grave(f) })
	}
	return was, nil
}

// grave reports an error, a draft's too.
func grave(f source.Problem) bool { return f.Level == source.Error || f.Softened }

// mend applies the edits that problems offer to the bytes that they were found in.
func (p *program) mend(was surveyed, only selection) ([]mended, error) {
	offered := make(map[string]source.Problems)
	var names []string
	for _, f := range was.problems {
		name := f.Position.File
		if len(f.Fix) == 0 || !only.holds(name) {
			continue
		}
		if offered[name] == nil {
			names = append(names, name)
		}
		offered[name] = append(offered[name], f)
	}
	var all []mended
	for _, name := range names {
		data, err := os.ReadFile(here(p.dir, name))
		if err != nil {
			return nil, err
		}
		if sha256.Sum256(data) != was.digests[name] {
			p.say("%s: left as it was: somebody changed it meanwhile", here(p.dir, name))
			continue
		}
		if m := apply(name, data, offered[name]); len(m.applied) > 0 {
			all = append(all, m)
		}
	}
	return all, nil
}

// proven are those changes that mend what they are to mend and nothing else. Where the
// changes together do harm in a file that none of them touches, each is tried alone.
func (p *program) proven(was surveyed, todo []mended) ([]mended, error) {
	if len(todo) == 0 {
		return nil, nil
	}
	files := make(map[string][]byte)
	for _, m := range todo {
		files[m.name] = m.after
	}
	is, err := p.survey(func(t trees) trees { return t.with(files) })
	if err != nil {
		return nil, err
	}
	elsewhere := false
	for _, f := range appeared(was, is) {
		_, ours := files[f.Position.File]
		elsewhere = elsewhere || !ours
	}
	if elsewhere {
		return p.provenAlone(was, todo)
	}
	good := slices.DeleteFunc(slices.Clone(todo), func(m mended) bool { return !m.mends(was, is) })
	if len(good) < len(todo) {
		return p.proven(was, good)
	}
	return good, nil
}

func (p *program) provenAlone(was surveyed, todo []mended) ([]mended, error) {
	var good []mended
	if len(todo) == 1 {
		return nil, nil
	}
	for _, m := range todo {
		kept, err := p.proven(was, []mended{m})
		if err != nil {
			return nil, err
		}
		good = append(good, kept...)
	}
	return good, nil
}
