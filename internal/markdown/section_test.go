package markdown

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The quick way and the way over all blocks say the same.
func TestSections(t *testing.T) {
	pieces := []string{
		"# One", "## Two", "#### Four", "Words.", "- item", "-", "---", "> quote", "> # inner", "```\ncode\n```", "```\n```", "| a |\n|---|\n| b |",
		"<p>raw</p>", "<h2>raw</h2>", "#", "[ref]: https://example.com", "Text <b>bold</b>.", "![](/a.png)", "\u00a0",
	}
	plain := 0
	for _, a := range pieces {
		for _, b := range pieces {
			for _, c := range pieces {
				text := strings.Join([]string{"## First", a, b, c, "## Last", "End."}, "\n\n")
				d := Parse([]byte(text))
				got, quick := d.plainSections()
				if !quick {
					continue
				}
				plain++
				var want []Section
				blocks := d.Blocks()
				for i, block := range blocks {
					if block.Kind == HeadingBlock {
						empty := i+1 == len(blocks) || blocks[i+1].Kind == HeadingBlock && blocks[i+1].Level <= block.Level
						want = append(want, Section{Heading{Level: block.Level, Text: block.Text, Line: block.Line}, empty})
					}
				}
				for i := range got {
					got[i].ID = ""
				}
				if diff := cmp.Diff(want, got); diff != "" {
					t.Fatalf("%q: %s", text, diff)
				}
			}
		}
	}
	if plain < 1000 {
		t.Errorf("only %d texts went the quick way", plain)
	}
}
