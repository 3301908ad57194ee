package policy

import (
	"errors"
	"slices"
	"strings"
	"testing"
)

// misquoted is what is wrong with a quote of a page.
func misquoted(t *testing.T, text Text, under, quote string) *Misquote {
	t.Helper()
	at, err := text.Sentence(under, quote)
	var m *Misquote
	if !errors.As(err, &m) {
		t.Fatalf("%q under %q: found at %v, %v", quote, under, at, err)
	}
	if m.Under != under || m.Quote != quote || m.File != "content/policies/dogs.md" || m.Hint() == "" || m.Error() != err.Error() {
		t.Errorf("%+v", m)
	}
	return m
}

// A person sees where the words went, and which of them are others now (F17).
func TestMisquotes(t *testing.T) {
	text := page(dogs).Text()
	for _, c := range []struct {
		name, under, quote string
		why                Why
		lines              []int
		near               string
		nearLine           int
		hint               string
	}{
		{"another word", "We will bark when", "any of those is true", NotThere, nil, "any of these is true:", 8, `line 8 says "any of these is true:"`},
		{"a word more", "We will bark when", "any one of these is true", NotThere, nil, "any of these is true:", 8, "did you mean that?"},
		{"a word less", "We will bark when", "A burglar is the garden, or has been there;", NotThere, nil, "A burglar is in the garden, or has been there;", 11, "line 11"},
		{"at the end of the page", "", "We will bark twice. It is early. It is late.", NotThere, nil, "We will bark twice. It is late. It is late.", 38, "line 38"},
		{"under another paragraph", "We will bark when", "We will bite nobody.", NotThere, []int{20}, "", 0, "it stands in line 20, under another paragraph"},
		{"under others", "We will bite", "It is night", NotThere, []int{18, 28, 32}, "", 0, "it stands in lines 18, 28, 32,"},
		{"nothing like it", "We will bark when", "the quick brown fox", NotThere, nil, "", 0, "put the words back"},
		{"one word is like none", "", "burglars", NotThere, nil, "", 0, "put the words back"},
		{"too many words are others", "", "You may bark at no dogs and friends.", NotThere, nil, "", 0, "put the words back"},
		{"another paragraph", "We shall bite", "nobody", NoParagraph, nil, "We will bite", 20, `line 20 says "We will bite"`},
		{"a heading", "When we were silent", "cats", NoParagraph, nil, "When we are silent", 22, "line 22"},
		{"no such paragraph", "Cats and dogs", "cats", NoParagraph, nil, "", 0, "put the words back"},
		{"several paragraphs", "We will bark", "twice", SeveralParagraphs, []int{8, 24, 38}, "", 0, "write more of how the paragraph begins"},
		{"several times", "At night", "It is", SeveralTimes, []int{32, 38, 38}, "", 0, "quote more words"},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := misquoted(t, text, c.under, c.quote)
			if m.Why != c.why || !slices.Equal(m.Lines, c.lines) || m.Near != c.near || m.NearLine != c.nearLine {
				t.Errorf("%+v", *m)
			}
			if !strings.Contains(m.Hint(), c.hint) {
				t.Errorf("hint %q, want %q", m.Hint(), c.hint)
			}
		})
	}
}

// What the paragraph itself says is shown before what is more alike elsewhere.
func TestNearIsUnderTheParagraph(t *testing.T) {
	text := page("Here one two and and five six.\n\nThere one two and four five six.\n").Text()
	if m := misquoted(t, text, "Here", "one two three four five six"); m.Near != "one two and and five six." || m.NearLine != 6 {
		t.Errorf("%+v", *m)
	}
	if m := misquoted(t, text, "", "one two three four five six"); m.NearLine != 8 {
		t.Errorf("%+v", *m)
	}
}

// A heading that is the words and no more is meant before paragraphs that go on.
func TestHeadingComesFirst(t *testing.T) {
	text := page("Dogs bark a lot.\n\n### Dogs\n\nThey bark.\n\nDogs bite.\n").Text()
	if at, err := text.Sentence("Dogs", "They bark."); err != nil || at.Line != 10 {
		t.Errorf("%v %v", at, err)
	}
	text = page("### Dogs\n\nThey bark.\n\n### Dogs\n\nDogs bite.\n").Text()
	if m := misquoted(t, text, "Dogs", "They bark."); m.Why != SeveralParagraphs || !slices.Equal(m.Lines, []int{6, 10, 12}) {
		t.Errorf("%+v", *m)
	}
}

// A quote is whole words; hyphens and apostrophes join them.
func TestWholeWords(t *testing.T) {
	for text, want := range map[string]bool{
		"a user acts": true, "user": true, "“user”": true, "(user)": true, "user’s": false, "user's": false, "users": false, "a superuser": false, "user-made": false,
		"non-user": false, "user - made": true, "user-": true, "-user": true, "user1": false, "user_1": false, "userä": false, "user\u0301": false, "user.name": true, "user/admin": true,
	} {
		if _, err := page(text).Text().Sentence("", "user"); (err == nil) != want {
			t.Errorf("%q: %v", text, err)
		}
	}
	if _, err := page("users and a user").Text().Sentence("", "user"); err != nil {
		t.Errorf("one of them is the word: %v", err)
	}
	if _, err := page("We don’t bark.").Text().Sentence("", "We don't bark."); err == nil {
		t.Error("quotes are as they are written")
	}
}

// What a page says reaches a terminal as something to see (F10), and not without end.
func TestNearIsShown(t *testing.T) {
	m := misquoted(t, page("We will bark at the \u202Emoon tonight.").Text(), "", "We will bark at the moon tonight.")
	if m.Near != `We will bark at the \u{202E}moon tonight.` {
		t.Errorf("%q", m.Near)
	}
	long := strings.TrimSpace(strings.Repeat("bark ", 200))
	if m := misquoted(t, page(long+" meow").Text(), "", long+" moo"); len(m.Near) > 250 || !strings.HasPrefix(m.Near, "bark bark") {
		t.Errorf("%q", m.Near)
	}
	if m := misquoted(t, page(long+long).Text(), "", strings.Repeat(long+" x ", 2)+"x"); m.Near != "" {
		t.Errorf("%q", m.Near)
	}
}

// Suggestions for many quotes of a long page take no minutes: there is an end to
// looking, and what is wrong is reported all the same.
func TestNearHasAnEnd(t *testing.T) {
	text := page("We will bark at night.\n\n" + strings.Repeat(strings.Repeat("word ", 200)+"\n\n", 50)).Text()
	if m := misquoted(t, text, "", "We shall bark at night."); m.NearLine != 6 {
		t.Fatalf("%+v", *m)
	}
	left := *text.room
	if left >= mostPairs {
		t.Fatal("nothing was counted")
	}
	long := strings.TrimSpace(strings.Repeat("unknown ", 290))
	for range 10 {
		if m := misquoted(t, text, "", long); m.Why != NotThere || *text.room < 0 {
			t.Fatalf("%+v, %d left", *m, *text.room)
		}
	}
	if *text.room > 290*200 {
		t.Errorf("%d of %d are left", *text.room, left)
	}
	*text.room = 0
	if m := misquoted(t, text, "", "We shall bark at night."); m.Why != NotThere || m.Near != "" {
		t.Errorf("%+v", *m)
	}
}

// What is struck out is taken back: no rule can rest on it (F17).
func TestStruckOut(t *testing.T) {
	const quote = "We need not tell of routine patches"
	for text, stands := range map[string]bool{
		quote + ".":                                      true,
		"~~" + quote + ".~~":                             false,
		"~" + quote + "~.":                               false,
		"<del>" + quote + ".</del>":                      false,
		"<S>" + quote + ".</S>":                          false,
		"<strike>" + quote + ".</strike>":                false,
		"<p><del>" + quote + ".</del></p>":               false,
		"<del>\n\n" + quote + ".\n\n</del>":              false,
		"<del>a</del> " + quote + ".":                    true,
		"<p><s>a</s> " + quote + ".</p>":                 true,
		"a <s>b, **and** c</s>\n\n" + quote:              true,
		"We need not tell ~~nobody~~ of routine patches": true,
		"We need not **tell ~~of~~** routine patches":    false,
		"- ~~" + quote + "~~\n- b":                       false,
		"| a |\n|---|\n| ~~" + quote + "~~ |":            false,
		"### ~~" + quote + "~~\n":                        false,
		"<ins>" + quote + "</ins>":                       true,
		"<del>a <s>b</s> " + quote + "</del>":            false,
	} {
		_, err := page(text).Text().Sentence("", quote)
		if (err == nil) != stands {
			t.Errorf("%q: %v", text, err)
		}
	}
}
