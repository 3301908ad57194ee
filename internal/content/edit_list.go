package content

import (
	"errors"
	"fmt"

	"go.yaml.in/yaml/v4"

	"tocsin/internal/source"
)

// SetList gives a list of words to an entry's key, such as "affected", 0, "platforms".
// It is written as [a, b], in the place that [Editor.Set] would choose.
func (e *Editor) SetList(words []string, path ...any) error {
	pair := Pair{Key: "list", List: words}
	text, err := pair.text()
	if err == nil && len(words) == 0 {
		err = errors.New("the list is empty")
	}
	if err != nil {
		return &ManualError{e.at.nearest(path), err.Error(), "write " + pathText(path) + text}
	}
	list := mappingNode([]Pair{pair}).Content[1]
	return e.change(change{
		path:  path,
		write: "write " + pathText(path) + text,
		want:  func(root *yaml.Node) error { return putAt(root, path, list) },
		steps: []step{settingList(text, path)},
	})
}

// settingList writes a list, which reads the same within { } and outside.
func settingList(text string, path []any) step {
	return func(l *layout) ([]source.Edit, error) {
		at, rest := l.find(path)
		if len(rest) == 0 {
			return l.replace(at, text)
		}
		if at.node.Kind != yaml.MappingNode {
			return nil, errAbsent(path[:len(path)-len(rest)+1])
		}
		under, err := underKeys(rest, text, at.flow())
		if err != nil {
			return nil, err
		}
		return l.add(at, l.before(at, fmt.Sprint(rest[0]), orderHolder(path)), under), nil
	}
}
