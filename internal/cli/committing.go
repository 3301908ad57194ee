package cli

import (
	"path/filepath"

	"tocsin/internal/bulletin"
	"tocsin/internal/notify"
)

// afterwards tells what is to be typed next.
func (p *program) afterwards(s *site, e *edition) {
	if e.to.Status != bulletin.Private {
		p.next("tocsin build")
	}
	written := e.commits
	if written == nil {
		written = []string{e.to.Source.Name, e.record.Name}
	}
	if add := p.gitAdd(s, written...); add != "" {
		p.next("%s", add)
	}
	switch {
	case e.to.Status == bulletin.Withdrawn || e.codes.Name != "":
	case notify.Revision(e.to) > 1:
		p.next("tocsin status %s", e.to.ID) // which knows who was told before
	default:
		p.next("tocsin plan %s", e.to.ID)
	}
}

// gitAdd is the command that puts what was written into the next commit; empty where
// all of it stands in the drafts root, which is another repository's, if anybody's.
func (p *program) gitAdd(s *site, names ...string) string {
	command, files := "git", ""
	if p.dir != "." {
		command += " -C " + quoted(p.dir)
	}
	for _, name := range names {
		if !s.inDrafts(name) {
			files += " " + quoted(filepath.ToSlash(name))
		}
	}
	if files == "" {
		return ""
	}
	return command + " add" + files
}
