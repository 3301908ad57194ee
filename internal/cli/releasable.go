package cli

import (
	"errors"
	"path"

	"tocsin/internal/bulletin"
	"tocsin/internal/content"
	"tocsin/internal/release"
	"tocsin/internal/source"
)

// standing is every file that bears a bulletin's name, by what it is.
type standing struct {
	draft, released *bulletin.Bulletin
}

// standing finds the files of a bulletin. Beside one that the site holds released, what
// stands in the drafts root is what it was made of.
func (s *site) standing(id bulletin.ID) standing {
	var own, embargoed *bulletin.Bulletin
	for _, b := range s.content.Bulletins {
		switch {
		case b.ID != id || !b.OwnsName():
		case b.Embargoed:
			embargoed = &b
		default:
			own = &b
		}
	}
	switch {
	case own != nil && embargoed != nil:
		return standing{draft: embargoed, released: own}
	case embargoed != nil:
		own = embargoed
	}
	if own != nil && own.Status == bulletin.Draft {
		return standing{draft: own}
	}
	return standing{released: own}
}

// openForRelease opens the site. A second record, in the site, of a bulletin that has
// its own beside it in the drafts root is what a stopped release left: it counts for
// nothing.
func (p *program) openForRelease(id bulletin.ID) (*site, error) {
	s, err := p.open()
	if err != nil || s.config.Drafts == "" {
		return s, err
	}
	left := recordIn(content.Folder, id)
	for _, name := range []string{left, recordIn(s.config.Drafts, id), path.Join(s.config.Drafts, "bulletins", string(id)+".md")} {
		if gone, err := missing(s.path(name)); err != nil || gone {
			return s, err
		}
	}
	return p.openOver(func(t trees) trees { return t.with(map[string][]byte{left: nil}) })
}

// releasable finds the bulletin that is to be released. It reports done where there
// is nothing left to do.
func (p *program) releasable(s *site, id bulletin.ID, how releasing) (b bulletin.Bulletin, done bool, err error) {
	switch found := s.standing(id); {
	case found.released != nil && found.draft != nil:
		return b, true, p.leftover(s, *found.released, *found.draft, how)
	case found.released != nil:
		return p.again(*found.released, bulletin.Status(how.as))
	case found.draft != nil:
		return *found.draft, false, nil
	}
	return b, false, s.nowhere(id)
}

// again judges the release of what is released already.
func (p *program) again(b bulletin.Bulletin, as bulletin.Status) (bulletin.Bulletin, bool, error) {
	switch {
	case b.Embargoed && b.Status != bulletin.Private:
		return b, false, refuse("write status: draft into it, then tocsin release "+string(b.ID),
			"%s says that it is %s, and stands in the private drafts root: nobody can read it", b.Source.Name, b.Status)
	case b.Status == bulletin.Withdrawn:
		return b, false, refuse("tocsin new bulletin", "%s was withdrawn, and an id is never used again", b.ID)
	case b.Status == as:
		p.say("%s is %s already: nothing to do", b.ID, b.Status)
		if b.Decision == nil {
			p.say("nothing is on record about it: it was not tocsin that released it. The next revise or withdraw records it")
		}
		if unrevised(b) != nil {
			p.say("its text is no longer the one on record")
			p.next("tocsin revise %s --summary TEXT", b.ID)
		}
		return b, true, nil
	case b.Status == bulletin.Public:
		return b, false, refuse("tocsin withdraw "+string(b.ID), "%s is published: nothing makes it private again", b.ID)
	}
	return b, false, unrevised(b)
}

// unrevised refuses to publish another text than the one that was told by letter.
func unrevised(b bulletin.Bulletin) error {
	told, recorded := release.Recorded(b)
	if recorded && told.SHA256 != bulletin.Digest(b.Wording()) {
		return refuse("tocsin revise "+string(b.ID)+" --summary TEXT", "%s says otherwise than its letters did", b.ID)
	}
	return nil
}

// leftover removes the draft of a release that was stopped before its last step.
func (p *program) leftover(s *site, released, draft bulletin.Bulletin, how releasing) error {
	if released.Status == bulletin.Draft || string(released.Substance()) != string(draft.Substance()) {
		return refuse("compare them, and remove one",
			"%s stands in two files that differ: %s (%s) and %s (%s)", draft.ID, released.Source.Name, released.Status, draft.Source.Name, draft.Status)
	}
	if how.dry {
		p.say("%s is %s already, and its draft %s would be removed", draft.ID, released.Status, draft.Source.Name)
		return nil
	}
	held, err := s.lock("releasing " + string(draft.ID))
	if err != nil {
		return err
	}
	err = s.unchanged(draft.Source)
	for _, name := range []string{recordIn(s.config.Drafts, draft.ID), draft.Source.Name} {
		if err == nil {
			err = discard(s.path(name))
		}
	}
	if err := errors.Join(err, held.Release()); err != nil {
		return err
	}
	p.say("%s is %s already: its draft %s was left over, and is gone now", draft.ID, released.Status, draft.Source.Name)
	return nil
}

// nowhere says why there is no such bulletin: its file cannot be read, or is not
// there. What is softened in a draft stands in the way here.
func (s *site) nowhere(id bulletin.ID) error {
	var problems source.Problems
	for _, file := range s.filesOf(string(id)) {
		problems = append(problems, s.problemsOf(file)...)
	}
	if len(problems) == 0 {
		return s.noBulletin(string(id))
	}
	for i := range problems {
		if problems[i].Softened {
			problems[i].Level = source.Error
		}
	}
	return problems
}
