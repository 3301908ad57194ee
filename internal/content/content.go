// Package content reads what people write (bulletins, policies, tocsin.yaml)
// into values that know where they stand.
//
// Reading is strict and complete: whatever is not exactly understood is a problem
// with file, line and column, and every problem of a run is reported, not the
// first. Nothing is published by being misread: only the word "published" does.
// The package is the only door to the front matter and YAML libraries.
package content

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"

	"tocsin/internal/bulletin"
	"tocsin/internal/policy"
	"tocsin/internal/source"
)

// The folders of a site that people write in.
const (
	Folder         = "content"
	BulletinFolder = "content/bulletins"
	PolicyFolder   = "content/policies"
)

// Site is everything that stands under content/.
type Site struct {
	Bulletins []bulletin.Bulletin // in every state, in the order of their file names
	Policies  []policy.Policy     // in the order of their file names
}

// Bulletin finds a bulletin by its ID, in the file of that name: another file that
// claims the ID never stands in for it.
func (s Site) Bulletin(id bulletin.ID) (bulletin.Bulletin, bool) {
	for _, b := range s.Bulletins {
		if b.ID == id && b.OwnsName() {
			return b, true
		}
	}
	return bulletin.Bulletin{}, false
}

// Policy finds a policy by its slug.
func (s Site) Policy(slug string) (policy.Policy, bool) {
	for _, p := range s.Policies {
		if p.Slug == slug {
			return p, true
		}
	}
	return policy.Policy{}, false
}

// Read reads everything under content/ of a site. The problems are what is wrong
// in the files; the error is a file or folder that cannot be read at all.
func Read(site fs.FS) (Site, source.Problems, error) {
	r := &reader{site: site}
	err := r.walk()
	if errors.Is(err, fs.ErrNotExist) {
		err = fmt.Errorf("no %s/ folder here: %w", Folder, err)
	}
	r.problems.Sort()
	return r.found, r.problems, err
}

type reader struct {
	site     fs.FS
	found    Site
	problems source.Problems
}

// walk visits the folder. Walking follows a link at its root, so that is looked at first.
func (r *reader) walk() error {
	info, err := fs.Lstat(r.site, Folder)
	if err == nil && info.Mode()&fs.ModeSymlink != 0 {
		return r.visit(Folder, fs.FileInfoToDirEntry(info), nil)
	}
	return fs.WalkDir(r.site, Folder, r.visit)
}

// visit consumes one entry. Every file is read or named: a bulletin in the wrong
// folder must not be missed in silence.
func (r *reader) visit(name string, entry fs.DirEntry, err error) error {
	switch {
	case err != nil:
		return err
	case entry.Type()&fs.ModeSymlink != 0:
		r.add(source.Error, name, "symlink", "symbolic link in place of content", "put the file itself here: a link could publish what lies elsewhere")
		return nil
	case strings.HasPrefix(path.Base(name), "."):
		return skip(entry)
	case entry.IsDir():
		return nil
	case !entry.Type().IsRegular():
		r.add(source.Error, name, "odd-file", "neither a file nor a folder", "remove it")
		return nil
	}
	return r.file(name)
}

// skip leaves out an entry, a folder with everything in it.
func skip(entry fs.DirEntry) error {
	if entry.IsDir() {
		return fs.SkipDir
	}
	return nil
}

func (r *reader) file(name string) error {
	var read func(source.File, *reader)
	switch {
	case isBulletin(name):
		read = readBulletin
	case isPolicy(name):
		read = readPolicy
	case path.Ext(name) == ".go": // the content's own tests
		return nil
	default:
		r.add(source.Warning, name, "stray-file", "this file is not read", "bulletins are content/bulletins/ID.md, policies content/policies/NAME.md or NAME/index.md")
		return nil
	}
	info, err := fs.Stat(r.site, name)
	if err != nil {
		return err
	}
	if info.Size() > maxFile {
		r.add(source.Error, name, "too-large", fmt.Sprintf("larger than %d KiB", maxFile>>10), "split it, or move data out of the page")
		return nil
	}
	data, err := fs.ReadFile(r.site, name)
	if err != nil {
		return err
	}
	read(source.File{Name: name, Data: data}, r)
	return nil
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

// add reports a problem of a file as a whole.
func (r *reader) add(level source.Level, name, code, message, hint string) {
	r.problems = append(r.problems, source.Problem{
		Position: source.Position{File: name}, Level: level, Code: code, Message: message, Hint: hint,
	})
}
