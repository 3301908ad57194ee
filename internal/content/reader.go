package content

import (
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"path"
	"strings"

	"tocsin/internal/source"
)

// Reader reads a site: what is small at once (policies, rules, the names of all
// files), the bulletins one at a time, so that ten thousand need no more memory
// than one.
type Reader struct {
	site      fs.FS
	drafts    *Drafts
	found     Site
	problems  source.Problems
	bulletins []place
}

// place is a bulletin file that is still to be read.
type place struct {
	name      string // path in its tree
	embargoed bool   // the tree is the drafts root
}

// Open reads everything but the bulletins. The error is a file or folder that
// cannot be read at all.
func Open(site fs.FS, drafts *Drafts) (*Reader, error) {
	r := &Reader{site: site, drafts: drafts}
	err := r.walk()
	if errors.Is(err, fs.ErrNotExist) {
		err = fmt.Errorf("no %s/ folder here: %w", Folder, err)
	}
	if err == nil && drafts != nil {
		err = r.walkDrafts()
	}
	if err != nil {
		return nil, err
	}
	r.problems.Sort()
	return r, nil
}

// Site is what was read: everything but the bulletins.
func (r *Reader) Site() Site { return r.found }

// Problems is what is wrong outside the bulletins.
func (r *Reader) Problems() source.Problems { return r.problems }

// Count is how many bulletin files there are.
func (r *Reader) Count() int { return len(r.bulletins) }

// Bulletins reads the bulletins one after the other, in the order of their file
// names, the site's own first. The error is a file that cannot be read at all.
func (r *Reader) Bulletins() iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		for _, p := range r.bulletins {
			if !yield(r.entry(p)) {
				return
			}
		}
	}
}

// entry reads one bulletin file, with the decision on record about it.
func (r *Reader) entry(p place) (Entry, error) {
	tree, shown := r.site, p.name
	if p.embargoed {
		tree, shown = r.drafts.FS, r.drafts.file(p.name)
	}
	file, problems, err := readFile(tree, p.name, shown)
	if err != nil || len(problems) > 0 {
		e := Entry{Problems: problems}
		e.Bulletin.Source.Name, e.Bulletin.Embargoed = shown, p.embargoed
		return e, err
	}
	e := readBulletin(file)
	e.Bulletin.Embargoed = p.embargoed
	e.Bulletin.Source = file
	decision, problems, err := r.decision(strings.TrimSuffix(path.Base(p.name), ".md"))
	e.Bulletin.Decision = decision
	e.Problems = append(e.Problems, problems...)
	return e, err
}

// readFile reads one file within the cap on its size.
func readFile(tree fs.FS, name, shown string) (source.File, source.Problems, error) {
	info, err := fs.Stat(tree, name)
	if err != nil {
		return source.File{}, nil, err
	}
	if info.Size() > maxFile {
		return source.File{}, source.Problems{{
			Position: source.Position{File: shown}, Code: "too-large",
			Message: fmt.Sprintf("larger than %d KiB", maxFile>>10), Hint: "split it, or move data out of the page",
		}}, nil
	}
	data, err := fs.ReadFile(tree, name)
	return source.File{Name: shown, Data: data}, nil, err
}

// walk visits the folder. Walking follows a link at its root, so that is looked at first.
func (r *Reader) walk() error {
	info, err := fs.Lstat(r.site, Folder)
	if err == nil && info.Mode()&fs.ModeSymlink != 0 {
		return r.visit(Folder, fs.FileInfoToDirEntry(info), nil)
	}
	return fs.WalkDir(r.site, Folder, r.visit)
}

// visit consumes one entry. Every file is read or named: a bulletin in the wrong
// folder must not be missed in silence.
func (r *Reader) visit(name string, entry fs.DirEntry, err error) error {
	switch {
	case err != nil:
		return err
	case r.odd(name, entry):
		return nil
	case strings.HasPrefix(path.Base(name), "."):
		return skip(entry)
	case entry.IsDir():
		return nil
	}
	return r.file(name)
}

// odd reports what is neither a file nor a folder.
func (r *Reader) odd(name string, entry fs.DirEntry) bool {
	switch {
	case entry.Type()&fs.ModeSymlink != 0:
		r.add(source.Error, name, "symlink", "symbolic link in place of content", "put the file itself here: a link could publish what lies elsewhere")
	case !entry.IsDir() && !entry.Type().IsRegular():
		r.add(source.Error, name, "odd-file", "neither a file nor a folder", "remove it")
	default:
		return false
	}
	return true
}

// skip leaves out an entry, a folder with everything in it.
func skip(entry fs.DirEntry) error {
	if entry.IsDir() {
		return fs.SkipDir
	}
	return nil
}

// file reads a file, or puts it down to be read later.
func (r *Reader) file(name string) error {
	var read func(source.File)
	switch {
	case isBulletin(name):
		r.bulletins = append(r.bulletins, place{name: name})
		return nil
	case isDecision(name), path.Ext(name) == ".go": // read with its bulletin; the content's own tests
		return nil
	case isRules(name):
		read = r.readRules
	case isPolicy(name):
		read = r.readPolicy
	default:
		r.add(source.Warning, name, "stray-file", "this file is not read", "bulletins are content/bulletins/ID.md, policies content/policies/NAME.md or NAME/index.md")
		return nil
	}
	file, problems, err := readFile(r.site, name, name)
	if err != nil {
		return err
	}
	r.problems = append(r.problems, problems...)
	if len(problems) == 0 {
		read(file)
	}
	return nil
}

// walkDrafts visits the drafts root. Only its bulletins/ folder is read.
func (r *Reader) walkDrafts() error {
	return fs.WalkDir(r.drafts.FS, ".", func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case name == ".":
			return nil
		case r.odd(r.drafts.file(name), entry):
			return nil
		case strings.HasPrefix(path.Base(name), "."):
			return skip(entry)
		case entry.IsDir():
			return nil
		case path.Dir(name) == "bulletins" && path.Ext(name) == ".md":
			r.bulletins = append(r.bulletins, place{name: name, embargoed: true})
		default:
			r.add(source.Warning, r.drafts.file(name), "stray-file", "this file is not read", "drafts are "+r.drafts.file("bulletins/ID.md"))
		}
		return nil
	})
}

func isBulletin(name string) bool {
	return path.Dir(name) == BulletinFolder && path.Ext(name) == ".md"
}

// isPolicy accepts content/policies/name.md and content/policies/name/index.md.
func isPolicy(name string) bool {
	dir := path.Dir(name)
	return dir == PolicyFolder && path.Ext(name) == ".md" ||
		path.Dir(dir) == PolicyFolder && path.Base(name) == "index.md"
}

func isRules(name string) bool {
	return path.Dir(name) == PolicyFolder && strings.HasSuffix(name, ".rules.yaml")
}

func isDecision(name string) bool {
	return path.Dir(name) == DecisionFolder && path.Ext(name) == ".json"
}

// add reports a problem of a file as a whole.
func (r *Reader) add(level source.Level, name, code, message, hint string) {
	r.problems = append(r.problems, source.Problem{
		Position: source.Position{File: name}, Level: level, Code: code, Message: message, Hint: hint,
	})
}
