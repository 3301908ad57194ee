package cli

import (
	"context"
	"errors"
	"io/fs"

	"tocsin/internal/publish"
	"tocsin/internal/release"
)

// runBuildCheck says whether public/ is what a build would write. Nothing that the last build
// left is believed, and every file is read.
func (p *program) runBuildCheck(ctx context.Context) (err error) {
	s, err := p.prepare(asItIs)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	w, err := s.newWalk()
	if err != nil {
		return err
	}
	wanted := release.NewTree()
	made, err := w.Make(ctx, wanted.Add, stops)
	if err != nil {
		return err
	}
	if err := s.unbuilt(made); err != nil {
		return err
	}
	stands, err := release.Render(publish.Built(s.public()))
	if errors.Is(err, fs.ErrNotExist) {
		return s.outdated("tocsin build", "holds no built site")
	}
	if err != nil {
		return err
	}
	return p.compare(s, stands.Changes(wanted))
}

// compare prints what a build would change.
func (p *program) compare(s *prepared, changes []release.Change) error {
	for _, c := range changes {
		p.print("%-7s %s", c.Kind, c.Path)
	}
	wrong, err := publish.Verify(s.public())
	if err != nil {
		return err
	}
	switch {
	case len(wrong) > 0:
		for _, line := range wrong {
			p.print("%s", line)
		}
		return s.outdated("tocsin build --fresh", "is not as it was built: "+many(len(wrong), "file"))
	case len(changes) > 0:
		return s.outdated("tocsin build", "is not current: "+many(len(changes), "file"))
	}
	p.print("%s is current", s.public())
	return nil
}

// outdated says that public/ is not what a build would write, and which build would. One that
// goes by what the last one left may believe a file that was forged.
func (s *prepared) outdated(next, how string) error {
	return &refusal{exitProblems, s.public() + " " + how, next}
}
