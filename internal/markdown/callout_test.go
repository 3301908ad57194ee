package markdown

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestCallouts(t *testing.T) {
	callout := func(class, title, text string) string {
		return `<aside class="callout ` + class + `" role="note">` + "\n" + `<p class="callout-title">` + title + "</p>\n" + text + "</aside>\n"
	}
	for _, test := range []struct{ body, want string }{
		{"> [!NOTE]\n> a", callout("note", "Note", "<p>a</p>\n")},
		{"> [!TIP]\n> a\nb", callout("tip", "Tip", "<p>a\nb</p>\n")},
		{"> [!IMPORTANT]\n>\n> a\n>\n> - b", callout("important", "Important", "<p>a</p>\n<ul>\n<li>b</li>\n</ul>\n")},
		{">[!Warning]  \n> **a** [b](/c)", callout("warning", "Warning", "<p><strong>a</strong> <a href=\"/c\">b</a></p>\n")},
		{"> [!caution]\n> > [!NOTE]\n> > a", callout("caution", "Caution", callout("note", "Note", "<p>a</p>\n"))},
		{"- > [!NOTE]\n  > a", "<ul>\n<li>\n" + callout("note", "Note", "<p>a</p>\n") + "</li>\n</ul>\n"},
		{"> [!NOTE]\n> # a", callout("note", "Note", "<h2 id=\"a\">a</h2>\n")},

		{"> [!FOO]\n> a", "<blockquote>\n<p>[!FOO]\na</p>\n</blockquote>\n"},
		{"> [!NOTE] a\n> b", "<blockquote>\n<p>[!NOTE] a\nb</p>\n</blockquote>\n"},
		{"> a\n> [!NOTE]", "<blockquote>\n<p>a\n[!NOTE]</p>\n</blockquote>\n"},
		{"> \\[!NOTE]\n> a", "<blockquote>\n<p>[!NOTE]\na</p>\n</blockquote>\n"},
		{"> [!NOTE]", "<blockquote>\n<p>[!NOTE]</p>\n</blockquote>\n"},
		{"> [!NOTE]\n> a\n\n[!NOTE]: /x", "<blockquote>\n<p><a href=\"/x\">!NOTE</a>\na</p>\n</blockquote>\n"},
		{"[!NOTE]\na", "<p>[!NOTE]\na</p>\n"},
		{"> []\n> a", "<blockquote>\n<p>[]\na</p>\n</blockquote>\n"},
	} {
		if diff := cmp.Diff(test.want, render(t, test.body, Options{})); diff != "" {
			t.Errorf("%q (-want +got):\n%s", test.body, diff)
		}
		mustBeHarmless(t, "callout", test.body)
	}
}

// TestCalloutWords: the title is the site's word, as text; the text itself has none.
func TestCalloutWords(t *testing.T) {
	const body = "> [!WARNING]\n> a <kbd>b</kbd>\n"
	out := render(t, body, Options{Words: Words{Warning: "Achtung <&>"}})
	if !strings.Contains(out, `<p class="callout-title">Achtung &lt;&amp;&gt;</p>`) {
		t.Error(out)
	}
	if diff := cmp.Diff([]Block{{Paragraph, 0, 2, "a b"}}, Parse([]byte(body)).Blocks()); diff != "" {
		t.Error(diff)
	}
}
