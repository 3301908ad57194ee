package cli

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"tocsin/internal/bulletin"
	"tocsin/internal/content"
	"tocsin/internal/durable"
	"tocsin/internal/lock"
	"tocsin/internal/source"
)

// edition is a bulletin as a command would have it: its file, its record, and the
// site that comes of them. Nothing of it is written yet.
type edition struct {
	from, to bulletin.Bulletin // as it stands, and as it will be
	record   source.File       // what goes on record; without data: what is there stays
	codes    source.File       // the public list of its letters' codes; without data: what is there stays
	gone     []string          // files that go: what these two replace
	commits  []string          // what the next commit has to hold; nil: the file and the record
	over     func(trees) trees // puts it over what people wrote
	after    *site             // read and checked; nil until [program.checked]
	embargo  *embargo          // what nobody may know of yet then
}

// edit makes the edition of a bulletin's new bytes, which may stand in another place.
// Bytes that cannot be read are refused with everything else that is wrong then.
func (p *program) edit(s *site, from bulletin.Bulletin, data []byte, place string) (*edition, error) {
	editor, err := content.NewEditor(source.File{Name: place, Data: data})
	if err != nil {
		return nil, err
	}
	as := editor.Entry()
	e := &edition{from: from, to: as.Bulletin}
	here, there := recordIn(content.Folder, from.ID), ""
	if s.config.Drafts != "" {
		there = recordIn(s.config.Drafts, from.ID)
	}
	if s.inDrafts(place) {
		here, there = there, here
	}
	e.record.Name = here
	// The record goes first: the draft is what a second run finds.
	for _, name := range []string{there, from.Source.Name} {
		if name != "" && name != place {
			e.gone = append(e.gone, name)
		}
	}
	if as.Problems.Errors() == 0 {
		return e, nil
	}
	if err := p.checked(e); err != nil {
		return nil, err
	}
	return nil, as.Problems
}

// recordIn is the place of a bulletin's record in the site's content or in the drafts root.
func recordIn(root string, id bulletin.ID) string {
	return path.Join(root, path.Base(content.DecisionFolder), string(id)+".json")
}

// inDrafts reports whether a file stands in the drafts root.
func (s *site) inDrafts(name string) bool {
	return s.config.Drafts != "" && strings.HasPrefix(name, path.Clean(s.config.Drafts)+"/")
}

// put puts a decision on record.
func (e *edition) put(d bulletin.Decision) (err error) {
	e.record.Data, err = content.EncodeDecision(d)
	return err
}

// moves reports whether the file leaves its place.
func (e *edition) moves() bool { return e.from.Source.Name != e.to.Source.Name }

// rewrites reports whether the bulletin's own file changes.
func (e *edition) rewrites() bool {
	return e.moves() || !bytes.Equal(e.from.Source.Data, e.to.Source.Data)
}

// foremost is the file that an edition is about: the bulletin's own, unless only the list of
// its letters' codes changes.
func (e *edition) foremost() string {
	if e.rewrites() || e.codes.Name == "" {
		return e.to.Source.Name
	}
	return e.codes.Name
}

// checked reads and checks the site as it would be. Any error refuses: nothing of the
// bulletin is softened any more, and the site must build.
func (p *program) checked(e *edition) error {
	files := map[string][]byte{e.to.Source.Name: e.to.Source.Data}
	for _, file := range []source.File{e.record, e.codes} {
		if file.Data != nil {
			files[file.Name] = file.Data
		}
	}
	for _, name := range e.gone {
		files[name] = nil
	}
	held, bulletins := newEmbargo(), []bulletin.Bulletin(nil)
	e.over = func(t trees) trees { return t.with(files) }
	after, err := p.walk(e.over, func(entry content.Entry) {
		held.read(entry)
		if entry.Readable {
			bulletins = append(bulletins, entry.Bulletin)
		}
	})
	if err != nil {
		return err
	}
	if after.problems.Errors() > 0 {
		found := slices.DeleteFunc(after.problems, func(f source.Problem) bool {
			return f.Level != source.Error && f.Position.File != e.to.Source.Name // a colleague's draft
		})
		for i := range found {
			found[i].Position = e.asItStands(found[i].Position)
		}
		return &undone{found, "nothing was written", "mend the errors, then the same command again"}
	}
	after.content.Bulletins = bulletins
	e.after, e.embargo = after, held
	return nil
}

// asItStands is a place of the file that would be written as one of the file that
// stands there now: nobody finds a line that is not there yet.
func (e *edition) asItStands(at source.Position) source.Position {
	from, to := e.from, e.to
	if at.File != to.Source.Name || at.Line == 0 {
		return at
	}
	at.File = from.Source.Name
	if at.Line >= to.BodyLine {
		at.Line += from.BodyLine - to.BodyLine
		return at
	}
	text := to.Source.Line(at.Line)
	for line := 1; line < from.BodyLine; line++ {
		// Lines are only added, removed or replaced, so the same text is near.
		if from.Source.Line(line) == text && line <= at.Line && at.Line-line <= max(0, to.BodyLine-from.BodyLine) {
			at.Line = line
			return at
		}
	}
	return from.Source.At(1, 0)
}

// stroke is one change on disk. A run that is killed between two of them, or within
// one, is taken up or begun anew by the same command.
type stroke struct {
	what string
	do   func() error
}

// strokes write an edition: the record first, so that no bulletin stands there released
// without one; then the bulletin in its place; then what they replace goes.
func (s *site) strokes(e *edition) []stroke {
	put := durable.Replace
	if e.moves() {
		put = durable.Create
	}
	var strokes []stroke
	if e.record.Data != nil {
		strokes = append(strokes, stroke{"the record", func() error { return durable.Replace(s.path(e.record.Name), e.record.Data, readable) }})
	}
	if e.codes.Data != nil {
		strokes = append(strokes, stroke{"the codes", func() error { return durable.Replace(s.path(e.codes.Name), e.codes.Data, readable) }})
	}
	strokes = append(strokes, stroke{"the bulletin", func() error { return put(s.path(e.to.Source.Name), e.to.Source.Data, readable) }})
	for _, name := range e.gone {
		strokes = append(strokes, stroke{name, func() error { return discard(s.path(name)) }})
	}
	return strokes
}

// readable is the mode of what people write.
const readable = 0o644

// discard removes a file for good, if it is there.
func discard(name string) error {
	err := os.Remove(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return errors.Join(err, durable.SyncFolder(filepath.Dir(name)))
}

// write writes an edition, if the file is still the one that was shown.
func (p *program) write(ctx context.Context, s *site, e *edition, doing string) (err error) {
	held, err := s.lock(doing + " " + string(e.to.ID))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, held.Release()) }()
	if err := s.unchanged(e.from.Source); err != nil {
		return err
	}
	if e.moves() {
		if gone, err := missing(s.path(e.to.Source.Name)); err != nil || !gone {
			return errors.Join(err, refuse("see what it is, and move it away", "%s is there already: nothing was written", e.to.Source.Name))
		}
	}
	for _, stroke := range s.strokes(e) {
		if err := errors.Join(ctx.Err(), stroke.do()); err != nil {
			return err
		}
	}
	return nil
}

// lock keeps out every other command that writes what people write.
func (s *site) lock(doing string) (*lock.Lock, error) {
	return lock.Acquire(filepath.Join(s.state(), "content.lock"), doing)
}

// unchanged refuses to replace a file that somebody saved since it was read.
func (s *site) unchanged(file source.File) error {
	data, err := os.ReadFile(s.path(file.Name))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if string(data) != string(file.Data) {
		return refuse("the same command again", "%s was changed while you were reading: nothing was written", file.Name)
	}
	return nil
}
