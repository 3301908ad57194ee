// Package content reads what people write (bulletins, policies and their rules,
// tocsin.yaml) into values that know where they stand.
//
// Reading is strict and complete: whatever is not exactly understood is a problem
// with file, line and column, and every problem of a run is reported, not the
// first. Nothing is published by being misread: only the word "published" does.
// The package is the only door to the front matter and YAML libraries.
package content

import (
	"io/fs"
	"path"

	"tocsin/internal/bulletin"
	"tocsin/internal/markdown"
	"tocsin/internal/policy"
	"tocsin/internal/source"
)

// The folders of a site that people write in.
const (
	Folder         = "content"
	BulletinFolder = "content/bulletins"
	PolicyFolder   = "content/policies"
	DecisionFolder = "content/decisions"
)

// Site is everything that stands under content/, and the bulletins of the drafts root.
// Where both roots have a bulletin of one name, the site's own comes first.
type Site struct {
	Bulletins []bulletin.Bulletin // in every state, in the order of their file names
	Policies  []policy.Policy     // in the order of their file names
	Index     policy.Index        // the policies' own front page
	Rules     []Rules             // the rules files, in the order of their file names
	Addresses Addresses           // the addresses that the site has published
	Codes     []Codes             // the public lists of letters' codes, in the order of their file names
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

// Drafts is the private second root that bulletins may be written in.
type Drafts struct {
	FS   fs.FS  // the folder itself; it holds bulletins/, and decisions/ about them
	Name string // how a person writes its path, such as ../embargo
}

// file is the name that a person would type for a file of the drafts root.
func (d Drafts) file(name string) string { return path.Join(d.Name, name) }

// Entry is one bulletin file with what is wrong in it.
type Entry struct {
	// Bulletin is what could be read; nothing where Readable is false, but for its
	// Source and Embargoed.
	Bulletin bulletin.Bulletin
	Readable bool
	// Text is the bulletin's text, parsed; nil where it was not.
	Text *markdown.Document
	// BadRecord tells that there is a decision on record and that it cannot be read:
	// whether the bulletin was released is not known, and its Decision is nil.
	BadRecord bool
	Problems  source.Problems
}

// Read reads everything at once. The problems are what is wrong in the files; the
// error is a file or folder that cannot be read at all.
func Read(site fs.FS) (Site, source.Problems, error) {
	r, err := Open(site, nil)
	if err != nil {
		return Site{}, nil, err
	}
	found, problems := r.Site(), r.Problems()
	for e, err := range r.Bulletins() {
		if err != nil {
			return found, problems, err
		}
		if e.Readable {
			found.Bulletins = append(found.Bulletins, e.Bulletin)
		}
		problems = append(problems, e.Problems...)
	}
	problems.Sort()
	return found, problems, nil
}
