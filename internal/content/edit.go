package content

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"tocsin/internal/source"
)

// Editor changes single values of a file's front matter and nothing else. Comments,
// the order of the keys, the layout and the line ends of everything else stay as
// their author wrote them, and the text below the header stays byte for byte.
//
// Every change is held against the file as it was: where anything differs but for
// what was asked for, the change is not made, and the error is a [ManualError]. A
// comment is never lost: where its line goes, it stays on a line of its own.
type Editor struct {
	file source.File
	at   *layout // of file
}

// Pair is one key of a mapping with its value.
type Pair struct {
	Key   string
	Value string
	List  []string // in place of Value: a list of words, written as [a, b]
}

// ManualError is a change that only a person can make: the layout around it cannot
// be kept, or the value cannot stand there.
type ManualError struct {
	Position source.Position // the nearest place that is there
	Reason   string
	Write    string // what is to be typed there
}

// Error names the place, why the change was not made, and what to type.
func (e *ManualError) Error() string {
	lines := strings.Split(e.Write, "\n")
	for i := range lines {
		lines[i] = source.Visible(lines[i])
	}
	return fmt.Sprintf("%s: %s; %s by hand", e.Position, e.Reason, strings.Join(lines, "\n"))
}

// NewEditor begins to edit a file. What is wrong with its front matter is returned
// as [source.Problems]: what cannot be read cannot be edited.
func NewEditor(file source.File) (*Editor, error) {
	at, err := layOut(file)
	if err != nil {
		return nil, err
	}
	return &Editor{file, at}, nil
}

// Bytes is the whole file as it stands now.
func (e *Editor) Bytes() []byte { return slices.Clone(e.file.Data) }

// Entry is the bulletin as its file stands now, without what is on record about it.
func (e *Editor) Entry() Entry { return readBulletin(e.file) }

// Has reports whether something stands at a path, such as "affected", 0, "fixed".
func (e *Editor) Has(path ...any) bool {
	_, rest := e.at.find(path)
	return len(rest) == 0
}

// Set gives the value at a path, such as "status" or "affected", 0, "available".
// A key that is not there is added behind the one that comes before it in the
// order of the format, with the mappings above it that are not there either. The
// value is one line; it is quoted where YAML needs that.
func (e *Editor) Set(value string, path ...any) error {
	text := scalarNode(value)
	return e.change(change{
		path:  path,
		write: "write " + pathText(path) + flowScalar(value),
		want:  func(root *yaml.Node) error { return putAt(root, path, text) },
		steps: []step{setting(value, path)},
	})
}

// SetMapping makes a key of the top hold a mapping: it writes the key, or replaces
// what it holds. Of a mapping in block style that is there already, the keys that
// stay keep their lines.
func (e *Editor) SetMapping(key string, pairs []Pair) error {
	path := []any{key}
	c := change{
		path:  path,
		write: "write " + key + ": " + flowMapping(pairs),
		want:  func(root *yaml.Node) error { return putAt(root, path, mappingNode(pairs)) },
	}
	if held, rest := e.at.find(path); len(rest) == 0 && held.block() && held.node.Kind == yaml.MappingNode {
		c.steps = merging(key, pairs, held)
	} else {
		c.steps = []step{mappingUnder(key, pairs)}
	}
	return e.change(c)
}

// Append adds an entry to a list of mappings, which it makes where the key is not
// there. The entry is written in the style of the one before it.
func (e *Editor) Append(key string, pairs []Pair) error {
	return e.change(change{
		path:  []any{key},
		write: "add " + flowMapping(pairs) + " to " + key,
		want:  func(root *yaml.Node) error { return appendTo(root, key, mappingNode(pairs)) },
		steps: []step{appending(key, pairs)},
	})
}

// Remove takes away a key with its value, or an entry of a list. The last one
// cannot go alone: a key that holds nothing is an error, so what holds it goes.
func (e *Editor) Remove(path ...any) error {
	return e.change(change{
		path:  path,
		write: "remove " + strings.TrimSuffix(pathText(path), ": "),
		want:  func(root *yaml.Node) error { return dropAt(root, path) },
		steps: []step{removing(path)},
	})
}

// change is one change of a file, with what it must come to.
type change struct {
	path  []any
	write string                      // what a person would do in its place
	want  func(root *yaml.Node) error // makes the change in the tree
	steps []step                      // make it in the text, one after the other
}

// step is a change of the text as it is laid out at the time.
type step func(l *layout) ([]source.Edit, error)

// change makes a change, and takes it up only where the result is what was wanted.
func (e *Editor) change(c change) error {
	file, after := e.file, e.at
	err := c.valid()
	for _, s := range c.steps {
		if err == nil {
			file, after, err = stepped(file, after, s)
		}
	}
	if err == nil {
		err = verifyEdit(e.at, after, c.want)
	}
	if err != nil {
		return &ManualError{e.at.nearest(c.path), reasonOf(err), c.write}
	}
	e.file, e.at = file, after
	return nil
}

// valid refuses a path that names nothing.
func (c change) valid() error {
	if len(c.path) == 0 {
		return errors.New("no key is named")
	}
	for _, name := range c.path {
		if key, isKey := name.(string); isKey && !plainKey.MatchString(key) {
			return fmt.Errorf("%q is no key", key)
		}
	}
	return nil
}

// stepped makes one step and reads the result.
func stepped(file source.File, at *layout, s step) (source.File, *layout, error) {
	edits, err := s(at)
	if err != nil {
		return file, at, err
	}
	file.Data = applied(file.Data, edits)
	at, err = layOut(file)
	return file, at, err
}

// applied makes edits that do not overlap.
func applied(data []byte, edits []source.Edit) []byte {
	edits = slices.Clone(edits)
	slices.SortStableFunc(edits, func(a, b source.Edit) int { return a.Start - b.Start })
	var out bytes.Buffer
	done := 0
	for _, edit := range edits {
		out.Write(data[done:edit.Start])
		out.WriteString(edit.Text)
		done = edit.End
	}
	out.Write(data[done:])
	return out.Bytes()
}

// reasonOf words an error without the place, which the caller names.
func reasonOf(err error) string {
	var problems source.Problems
	if errors.As(err, &problems) && len(problems) > 0 {
		return "the result could not be read (" + problems[0].Message + ")"
	}
	return err.Error()
}

// pathText words a path for the person who types: "available in entry 1 of affected: ".
func pathText(path []any) string {
	var parts []string
	for _, name := range slices.Backward(path) {
		if index, isIndex := name.(int); isIndex {
			parts = append(parts, fmt.Sprintf("entry %d", index+1))
			continue
		}
		parts = append(parts, fmt.Sprint(name))
	}
	return strings.Join(parts, " of ") + ": "
}
