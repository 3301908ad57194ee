package check

import (
	"slices"
	"strings"
	"testing"

	"tocsin/internal/source"
)

// A code that says so is mended by its edits: the example loses the problem, and gets
// no other. What does not say so has none to offer.
func TestFixable(t *testing.T) {
	for _, c := range Codes() {
		if c.By != "" {
			continue
		}
		t.Run(c.Name, func(t *testing.T) {
			l := sample(t, c.Example)
			before := problemsOf(t, l)
			var edits []source.Edit
			for _, p := range before {
				if p.Code == c.Name {
					edits = append(edits, p.Fix...)
				}
			}
			if (len(edits) > 0) != c.Fixable {
				t.Fatalf("%d edits, and Fixable is %v", len(edits), c.Fixable)
			}
			if !c.Fixable {
				return
			}
			slices.SortFunc(edits, func(a, b source.Edit) int { return b.Start - a.Start })
			file := l.site[before[0].Position.File]
			text := string(file.Data)
			for _, e := range edits {
				text = text[:e.Start] + e.Text + text[e.End:]
			}
			file.Data = []byte(text)
			if after := inShort(c.Name, problemsOf(t, l)); len(after) > 0 {
				t.Errorf("mended, it has\n%s\n%s", said(after), strings.TrimSpace(text))
			}
		})
	}
}
