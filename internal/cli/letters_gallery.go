package cli

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"

	"tocsin/internal/history"
	"tocsin/internal/notify"
	"tocsin/internal/notify/gallery"
	"tocsin/internal/notify/ledger"
)

// gallery writes the letters of a plan as pages, and says where they stand.
func (p *program) gallery(ctx context.Context, s *site, book *ledger.Ledger, plan ledger.Stored, f lettersFlags) error {
	dir := f.out
	if dir == "" {
		dir = s.galleryOf(plan.ID)
	}
	if err := s.fitForLetters(ctx, dir); err != nil {
		return err
	}
	progress, done := p.progress("reading", 2*plan.Counts.Affected())
	shown, err := gallery.Write(ctx, dir, book, plan, gallery.Options{All: f.all, Many: s.config.Organization.Unit.Many, Progress: progress})
	done()
	var foreign *gallery.ForeignError
	if errors.As(err, &foreign) {
		return refuse("move it elsewhere, or name another folder with --out", "%v", foreign)
	}
	if err != nil {
		return err
	}
	p.wrote(s, plan, dir, shown)
	return nil
}

// wrote says what a gallery shows, what it leaves out, and how to look at it.
func (p *program) wrote(s *site, plan ledger.Stored, dir string, shown gallery.Shown) {
	p.print("wrote %s of %s to %s", many(shown.Letters, "letter"), plan.ID, dir)
	forgotten := plan.Counts[notify.Mailed] - shown.OfLetters
	if forgotten > 0 {
		p.print("  forgotten, with the names and addresses that they went to: %s", many(forgotten, "letter"))
	}
	switch unit, none := s.config.Organization.Unit, shown.OfOthers-forgotten; {
	case none == 1:
		p.print("  1 affected %s gets none: the pages say why", unit.One)
	case none > 1:
		p.print("  %d affected %s get none: the pages say why", none, unit.Many)
	}
	if !shown.Whole() {
		p.say("not shown: %s, and %d more that get none. --all shows every one", many(shown.OfLetters-shown.Letters, "letter"), shown.OfOthers-shown.Others)
	}
	then := ""
	if plan.Superseded+plan.Paused+plan.Dropped == "" && shown.OfLetters > 0 {
		then = "; " + deliverOf(plan.Plan)
	}
	p.next("open %s in a browser%s", quoted(filepath.Join(dir, "index.html")), then)
}

// deliverOf says by which commands the letters of a plan come to be delivered.
func deliverOf(plan notify.Plan) string {
	deliver := sendOf(plan) + " delivers them"
	if plan.Inputs[notify.ApprovalsInput] == "" {
		return deliver
	}
	return fmt.Sprintf("tocsin approve %s signs them, %s", plan.ID, deliver)
}

// galleryOf is the folder of a plan's letters: beside the ledger, which is private.
func (s *site) galleryOf(id notify.PlanID) string {
	name := fmt.Sprintf("%s-%d", url.PathEscape(string(id.Bulletin)), id.Number)
	return filepath.Join(filepath.Dir(s.path(s.config.Ledger)), "letters", name)
}

// fitForLetters refuses a folder that is published, or that git would take in when
// somebody adds everything.
func (s *site) fitForLetters(ctx context.Context, dir string) error {
	if err := s.unexposed(dir, "leave --out away: the letters stand beside the ledger then"); err != nil {
		return err
	}
	ignored, err := leftAlone(ctx, dir)
	if err == nil && !ignored {
		return refuse("leave --out away, or add the folder to .gitignore", "git would take in %s, and letters are private", dir)
	}
	return err
}

// leftAlone reports whether git leaves a folder alone that need not be there: it lies in
// no repository, or is ignored in its own. Where there is no git to ask, nobody can add
// it; the folder tells a later one to leave it alone.
func leftAlone(ctx context.Context, dir string) (bool, error) {
	at, err := real(dir)
	if err != nil {
		return false, err
	}
	near, err := nearest(at)
	if err != nil {
		return false, err
	}
	repository, err := history.Open(near)
	switch {
	case errors.Is(err, history.ErrNone), errors.Is(err, history.ErrNoGit):
		return true, nil
	case err != nil:
		return false, err
	}
	return repository.Ignored(ctx, filepath.Join(at, "index.html"))
}

// nearest is the folder on the way to a path that is there.
func nearest(path string) (string, error) {
	for {
		info, err := os.Stat(path)
		if err == nil && info.IsDir() {
			return path, nil
		}
		if err != nil && !errors.Is(err, os.ErrNotExist) || path == filepath.Dir(path) {
			return "", err
		}
		path = filepath.Dir(path)
	}
}
