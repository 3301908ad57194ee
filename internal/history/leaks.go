package history

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io"
	"maps"
	"path"
	"slices"
	"strings"
)

// Leak is a token that stands in the history.
type Leak struct {
	Token Token
	// Commit is the first that holds it, abbreviated; of a ref or tag, the one that it
	// names; empty where a ref names a file by itself.
	Commit string
	// Where it stands: the path of a file; or "commit message", "message of tag v1.0",
	// "name of content/x.md", "name of refs/heads/x". Paths are as git has them:
	// whoever prints them makes them visible first.
	Where string
	Times int // how many commits, tags, trees or files hold it in that place
}

// Findings is what a search of the whole history has found.
type Findings struct {
	Leaks      []Leak       // by token in the order given, then by place
	Unsearched []Unsearched // so nothing is known of these
}

// Leaks looks for tokens in everything that any ref or HEAD reaches (branches, tags,
// remotes, the stash, notes): in the messages of commits and tags, in the names of
// refs and paths, in the contents of files. What a shallow clone does not have is
// not in the answer: ask [Repository.Shallow].
func (r *Repository) Leaks(ctx context.Context, tokens []Token) (Findings, error) {
	if len(tokens) == 0 {
		return Findings{}, nil
	}
	words, err := newWords(tokens)
	if err != nil {
		return Findings{}, err
	}
	s := &search{words: words, found: make(map[place]*Leak)}
	if err := r.refs(ctx, s.ref); err != nil {
		return Findings{}, err
	}
	unsearched, err := r.objects(ctx, s.object)
	if err != nil {
		return Findings{}, err
	}
	return Findings{s.leaks(tokens), unsearched}, nil
}

// refs calls f with every ref and the object that it names, tags unwrapped.
func (r *Repository) refs(ctx context.Context, f func(name, id string) error) error {
	return r.stream(ctx, nil, func(out io.Reader) error {
		return each(out, '\n', func(line string) error {
			fields := strings.Split(line, " ")
			if len(fields) != 3 {
				return fmt.Errorf("git for-each-ref says %q", line)
			}
			return f(fields[2], cmp.Or(fields[1], fields[0]))
		})
	}, "for-each-ref", "--format=%(objectname) %(*objectname) %(refname)")
}

// search collects what the words were found in.
type search struct {
	words *words
	found map[place]*Leak
}

// place is a token, by its number, and where it stands.
type place struct {
	token int
	where string
}

func (s *search) note(text []byte, commit, where string) {
	for _, i := range s.words.in(text) {
		at := place{i, where}
		if s.found[at] == nil {
			s.found[at] = &Leak{Commit: short(commit), Where: where}
		}
		s.found[at].Times++
	}
}

func (s *search) ref(name, id string) error {
	s.note([]byte(name), id, "name of "+name)
	return nil
}

func (s *search) object(o object) error {
	switch o.kind {
	case "commit":
		s.note(o.data, o.id, "commit message")
	case "tag":
		s.note(o.data, tagged(o), "message of tag "+o.path)
	case "blob":
		if o.path == "" { // a ref names it directly
			o.commit, o.path = "", "object "+short(o.id)
		}
		s.note(o.data, o.commit, o.path)
	case "tree":
		return s.tree(o)
	default:
		return fmt.Errorf("%s is a %s, which is none of git's kinds of objects", o.id, o.kind)
	}
	return nil
}

// tagged is the object that a tag is about, which its first line names.
func tagged(tag object) string {
	line, _, _ := bytes.Cut(tag.data, []byte("\n"))
	if id, found := bytes.CutPrefix(line, []byte("object ")); found {
		return string(id)
	}
	return tag.id
}

// tree looks at the names in a folder one by one, where the whole holds a word.
func (s *search) tree(o object) error {
	if len(s.words.in(o.data)) == 0 {
		return nil
	}
	for rest := o.data; len(rest) > 0; {
		entry, after, found := bytes.Cut(rest, []byte{0})
		_, name, named := bytes.Cut(entry, []byte(" "))
		if size := len(o.id) / 2; found && named && len(after) >= size {
			rest = after[size:]
		} else {
			return fmt.Errorf("tree %s ends in the middle of an entry", o.id)
		}
		s.note(name, o.commit, "name of "+path.Join(o.path, string(name)))
	}
	return nil
}

// leaks are the findings in an order that two runs share.
func (s *search) leaks(tokens []Token) []Leak {
	places := slices.SortedFunc(maps.Keys(s.found), func(a, b place) int {
		return cmp.Or(cmp.Compare(a.token, b.token), strings.Compare(a.where, b.where))
	})
	var all []Leak
	for _, at := range places {
		leak := *s.found[at]
		leak.Token = tokens[at.token]
		all = append(all, leak)
	}
	return all
}
