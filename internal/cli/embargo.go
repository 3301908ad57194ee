package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"tocsin/internal/bulletin"
	"tocsin/internal/content"
	"tocsin/internal/history"
	"tocsin/internal/release"
	"tocsin/internal/source"
)

// embargo collects what nobody outside may know of yet, while a site is read.
type embargo struct {
	known release.Known
	held  []bulletin.Bulletin // drafts and private ones
}

func newEmbargo() *embargo { return &embargo{known: make(release.Known)} }

// read takes in a bulletin. One of the drafts root that cannot be read is held as it
// stands there.
func (e *embargo) read(entry content.Entry) {
	b := entry.Bulletin
	public, err := b.Publish()
	switch {
	case entry.Readable && err == nil:
		e.known.Published(public)
	case entry.Readable:
		e.held = append(e.held, b)
	case b.Embargoed:
		b.ID, b.Body = bulletin.ID(strings.TrimSuffix(path.Base(b.Source.Name), ".md")), b.Source.Data
		e.held = append(e.held, b)
	}
}

// tokens are what gives the held bulletins away, but for one.
func (e *embargo) tokens(but bulletin.ID) []history.Token {
	var all []history.Token
	for _, b := range e.held {
		if b.ID == but {
			continue
		}
		for _, text := range release.Secrets(b, e.known) {
			all = append(all, history.Token{Of: b.Source.Name, Text: text})
		}
	}
	return all
}

// leaks looks for what is embargoed, but for one bulletin, in everything that others
// can read of a public repository: its commits, and the files that are committed
// next. It is [history.ErrNone] where the site is in no repository. No problem
// repeats the text that it is about.
func (s *site) leaks(ctx context.Context, e *embargo, but bulletin.ID) (source.Problems, error) {
	for _, p := range s.content.Policies {
		e.known.Read(p.Body)
	}
	tokens := e.tokens(but)
	repository, err := s.repository()
	if err != nil || len(tokens) == 0 {
		return nil, err
	}
	if shallow, err := repository.Shallow(ctx); err != nil || shallow {
		return nil, cmp.Or(err, errShallow)
	}
	committed, err := repository.Leaks(ctx, tokens)
	if err != nil {
		return nil, err
	}
	standing, err := repository.Standing(ctx, tokens)
	if err != nil {
		return nil, err
	}
	unsearched, err := notSearched(slices.Concat(committed.Unsearched, standing.Unsearched))
	if err != nil {
		return nil, err
	}
	return append(e.given(slices.Concat(committed.Leaks, standing.Leaks), s), unsearched...), nil
}

// notSearched warns of files that are too large to be searched. One that is missing is
// an error: nobody can say what it holds.
func notSearched(objects []history.Unsearched) (source.Problems, error) {
	var problems source.Problems
	for _, u := range objects {
		if u.Size == 0 {
			return nil, fmt.Errorf("%w: the object %s is missing, as in a partial clone", errShallow, u.Object)
		}
		problems = append(problems, source.Problem{
			Position: source.Position{File: source.Visible(cmp.Or(u.Path, u.Object))}, Level: source.Warning, Code: leakCode,
			Message: fmt.Sprintf("not searched for what is embargoed: %d MiB%s", u.Size>>20, inCommit(u.Commit)), Hint: "look into it yourself",
		})
	}
	return problems, nil
}

func inCommit(commit string) string {
	if commit == "" {
		return ""
	}
	return " (commit " + commit + ")"
}

// errShallow says that a part of the history is not here.
var errShallow = errors.New("the clone holds only a part of the repository's history, and the rest could not be searched")

// given words the places in which a held bulletin stands, each once.
func (e *embargo) given(leaks []history.Leak, s *site) source.Problems {
	var problems source.Problems
	said := make(map[string]bool)
	for _, l := range leaks {
		where := source.Visible(l.Where) + ", which git tracks"
		if l.Commit != "" {
			where = source.Visible(l.Where) + " (commit " + l.Commit + ")"
		}
		b := e.of(l.Token.Of)
		if said[l.Token.Of+where] || silenced(b, leakCode, s) {
			continue
		}
		said[l.Token.Of+where] = true
		problems = append(problems, source.Problem{
			Position: cmp.Or(b.Places.Of("id"), b.Source.At(1, 0)), Code: leakCode,
			Message: "what this bulletin says stands in " + where,
			Hint:    "everybody who can read the repository knows it: release it, or rewrite the history if nobody has seen that yet",
		})
	}
	return problems
}

// leakCode is the code of what stands where everybody can read it.
const leakCode = "draft-in-history"

func (e *embargo) of(file string) bulletin.Bulletin {
	i := slices.IndexFunc(e.held, func(b bulletin.Bulletin) bool { return b.Source.Name == file })
	return e.held[i]
}

// silenced reports whether a bulletin's file suppresses a code still.
func silenced(b bulletin.Bulletin, code string, s *site) bool {
	return slices.ContainsFunc(b.Suppress, func(p bulletin.Suppression) bool { return p.Code == code && p.Until.After(s.now) })
}

// repository is the repository that the site is in.
func (s *site) repository() (*history.Repository, error) { return history.Open(s.dir) }

// guarded refuses to go on in a public repository in which anything else that is
// embargoed can be read already: whoever looks at what was released would see it.
func (p *program) guarded(ctx context.Context, s *site, e *embargo, id bulletin.ID) error {
	if !s.config.Public {
		return nil
	}
	found, err := s.leaks(ctx, e, id)
	switch {
	case errors.Is(err, history.ErrNone):
		p.say("the site is in no repository: whether anything embargoed was committed is not checked")
		return nil
	case errors.Is(err, history.ErrNoGit):
		return refuse("install git, then the same command again", "%v", err)
	case errors.Is(err, errShallow):
		return refuse("git fetch --unshallow, then the same command again", "%v", err)
	case err != nil:
		return err
	}
	p.problems(p.Stderr, found)
	if n := found.Errors(); n > 0 {
		return refuse("see the lines above; nothing was written", "%s in a public repository: what is embargoed can be read there", many(n, "place"))
	}
	return nil
}

// leaked is what a public repository gives away of what is embargoed, for check. Where
// nobody can say, that is said.
func (p *program) leaked(ctx context.Context) (source.Problems, error) {
	e := newEmbargo()
	s, err := p.walk(asItIs, e.read)
	if err != nil {
		return nil, err
	}
	found, err := s.leaks(ctx, e, "")
	switch {
	case errors.Is(err, history.ErrNone):
		return nil, nil
	case errors.Is(err, history.ErrNoGit), errors.Is(err, errShallow):
		return source.Problems{{
			Position: s.config.Source.At(1, 0), Level: source.Warning, Code: leakCode,
			Message: "not checked: whether the history holds what is embargoed: " + err.Error(), Hint: "install git, or git fetch --unshallow",
		}}, nil
	}
	return found, err
}

// author is who answers for what is put on record: by name, else who git says it is.
func (s *site) author(ctx context.Context, by string) (string, error) {
	if by != "" {
		return by, nil
	}
	repository, err := s.repository()
	if errors.Is(err, history.ErrNone) || errors.Is(err, history.ErrNoGit) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	return repository.User(ctx)
}
