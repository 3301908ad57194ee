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
		return s.outdated("holds no built site")
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
	if len(changes) > 0 {
		return s.outdated("is not current: " + many(len(changes), "file"))
	}
	wrong, err := publish.Verify(s.public())
	if err != nil {
		return err
	}
	for _, line := range wrong {
		p.print("%s", line)
	}
	if len(wrong) > 0 {
		return s.outdated("is not as it was built: " + many(len(wrong), "file"))
	}
	p.print("%s is current", s.public())
	return nil
}

// outdated says that public/ is not what a build would write.
func (s *prepared) outdated(how string) error {
	return &refusal{exitProblems, s.public() + " " + how, "tocsin build"}
}
