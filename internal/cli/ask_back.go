package cli

import (
	"bytes"
	"errors"

	"tocsin/internal/content"
	"tocsin/internal/source"
)

// moment is how everything stood before a question was put.
type moment struct {
	asked map[string]bool
	data  []byte // the file
}

// errBack takes back what was answered last.
var errBack = errors.New("back")

// back returns to the question before the one at hand, or to its first half where that
// is written already. The file becomes what it was then, byte by byte.
func (a *asking) back() error {
	to := len(a.past) - 1
	if to > 0 && bytes.Equal(a.past[to].data, a.b.Source.Data) {
		to--
	} else if to == 0 && bytes.Equal(a.past[0].data, a.b.Source.Data) {
		a.tell("  there is no question before this one")
	}
	if to < 0 {
		return nil
	}
	was := a.past[to]
	a.past, a.asked = a.past[:to], was.asked
	if bytes.Equal(was.data, a.b.Source.Data) {
		return nil
	}
	e, err := content.NewEditor(source.File{Name: a.b.Source.Name, Data: was.data})
	if err != nil {
		return err
	}
	if err := a.save(a.b.Source, was.data); err != nil {
		return err
	}
	a.take(e.Entry())
	a.tell("  taken out of %s again", a.shown)
	return nil
}
