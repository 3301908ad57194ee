package policy

import (
	"strings"
	"testing"

	"tocsin/internal/source"
)

// page is a policy whose body begins in line 6 of its file.
func page(body string) Policy {
	const head = "---\ntitle: Guard dogs\nslug: dogs\n---\n\n"
	return Policy{
		Slug: "dogs", Body: []byte(body), BodyLine: 6,
		Source: source.File{Name: "content/policies/dogs.md", Data: []byte(head + body)},
	}
}

const dogs = `This policy speaks of dogs. We will bark.

We will **bark** when any of
these is true:

* A burglar is in the [garden](/garden/), or
  has been there;
* Somebody *rings* the ` + "`bell`" + `; or

  stands there:
  1. for an hour
  2. at night
* It is night.

We will bite nobody.

### When we are silent

We will bark at no cats &amp; friends.

#### On holidays

It is night \*almost\* always.

### At night

* It is night.

| who | what |
|---|---|
| the cat | sleeps |

We will bark twice. It is late. It is late.
`

// F17: a quote stands exactly once where the rule says, in plain text.
func TestSentence(t *testing.T) {
	for _, c := range []struct {
		name, under, quote string
		line               int    // of the file; 0 where there is an error
		says               string // part of the error
	}{
		{"in the paragraph", "We will bark when", "any of these is true", 8, ""},
		{"the beginning itself", "We will bark when", "We will bark", 8, ""},
		{"in its list", "We will bark when", "It is night.", 18, ""},
		{"across a line and a link", "We will bark when", "in the garden, or has been there", 11, ""},
		{"across emphasis and code", "We will bark when", "Somebody rings the bell", 13, ""},
		{"second paragraph of an item", "We will bark when", "stands there:", 15, ""},
		{"item of a list in the list", "We will bark when", "at night", 17, ""},
		{"behind the list", "We will bark when", "bite nobody", 0, `does not stand under "We will bark when"`},
		{"before it", "We will bark when", "speaks of dogs", 0, "does not stand"},
		{"in another paragraph only", "We will bite", "bark", 0, "does not stand"},
		{"under a heading", "When we are silent", "at no cats & friends", 24, ""},
		{"under a heading of the heading", "When we are silent", "It is night *almost* always", 28, ""},
		{"the heading itself", "When we are silent", "we are silent", 22, ""},
		{"under the inner heading", "On holidays", "It is night", 28, ""},
		{"the outer section's own text", "On holidays", "cats", 0, "does not stand"},
		{"beyond the section", "When we are silent", "the cat sleeps", 0, "does not stand"},
		{"of a table", "At night", "the cat sleeps", 36, ""},
		{"several paragraphs begin so", "We will bark", "at no cats", 0, `3 paragraphs of content/policies/dogs.md begin with "We will bark", in lines 8, 24, 38`},
		{"one more word tells them apart", "We will bark at", "no cats", 24, ""},
		{"twice in a paragraph", "At night", "It is late.", 0, `"It is late." stands 2 times under "At night" in content/policies/dogs.md, in line 38`},
		{"twice under a heading and its subheading", "", "It is night", 0, "stands 3 times in content/policies/dogs.md, in lines 18, 28, 32"},
		{"anywhere", "", "bite nobody", 20, ""},
		{"nowhere", "", "bite somebody", 0, `"bite somebody" does not stand in content/policies/dogs.md`},
		{"under nothing that is there", "We shall", "bark", 0, `no paragraph or heading of content/policies/dogs.md begins with "We shall"`},
		{"the markup is no part of it", "We will bark when", "**bark**", 0, "does not stand"},
		{"nor is the destination", "We will bark when", "/garden/", 0, "does not stand"},
		{"other letters", "We will bark when", "it is night.", 0, "does not stand"},
		{"the beginning stands within, not at the beginning", "speaks of", "dogs", 0, "no paragraph"},
		{"the beginning of a word", "We will bark when", "these is tru", 0, "does not stand"},
		{"the end of a word", "We will bark when", "hese is true", 0, "does not stand"},
		{"the beginning of a paragraph's word", "We will bit", "nobody", 0, "no paragraph"},
		{"white space is folded in the rule too", "We will\n  bark when", " any of\tthese is true:\n", 8, ""},
		{"nothing", "We will bark when", " ", 0, "does not stand"},
		{"across two items", "We will bark when", "has been there; Somebody", 0, "does not stand"},
	} {
		t.Run(c.name, func(t *testing.T) {
			at, err := page(dogs).Text().Sentence(c.under, c.quote)
			if (err == nil) != (c.says == "") || err != nil && !strings.Contains(err.Error(), c.says) {
				t.Fatalf("%v, want %q", err, c.says)
			}
			if c.line == 0 {
				return
			}
			if at.Line != c.line || at.File != "content/policies/dogs.md" || at.Column != 0 {
				t.Errorf("found at %s, want line %d: %q", at, c.line, page(dogs).Source.Line(c.line))
			}
		})
	}
}

func TestSentenceOfNoPage(t *testing.T) {
	if at, err := (Policy{}).Text().Sentence("", "bark"); err == nil {
		t.Errorf("found at %v", at)
	}
	if at, err := page(dogs).Text().Sentence("", ""); err == nil {
		t.Errorf("nothing was found at %v", at)
	}
}
