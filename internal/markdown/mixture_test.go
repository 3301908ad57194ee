package markdown

import (
	"strings"
	"testing"
)

// mixtures are pieces of texts that a fuzzer of bytes would hardly find together.
var mixtures = []string{
	"\n", "\n\n", " ", "a", "b *c* ", "- ", "1. ", "> ", "# ", "    ", "|a|b|\n|-|-|\n|", "|", "`x`", "```\n", "***\n", "*", "**", "~~", "[", "](/x)", "![", "<https://x.example>", "https://y.example ", "&amp;", "&lt;", "\\", "\"", "'", "=", ">", "<",
	"<b>", "</b>", "<i>", "</i>", "<p>", "</p>", "<div>", "</div>", "<ul>", "</ul>", "<ol>", "</ol>", "<li>", "</li>", "<table>", "</table>", "<tr>", "</tr>", "<td>", "</td>", "<th>", "</th>", "<thead>", "</thead>", "<tbody>", "</tbody>", "<caption>", "</caption>", "<colgroup>", "<col>", "</colgroup>",
	"<details>", "</details>", "<summary>", "</summary>", "<dl>", "</dl>", "<dt>", "</dt>", "<dd>", "</dd>", "<h2>", "</h2>", "<h3 id=x>", "</h3>", "<blockquote>", "</blockquote>", "<pre>", "</pre>", "<code>", "</code>",
	"<br>", "<br/>", "<hr>", "<img src=i.png alt='&lt;b&gt;'>", "<a href='/x'>", "<a id=y>", "</a>", "<td colspan=2 align=left>", "<b title=\"<i>\">", "<b/>", "<br\n>", "<B>", "<!-- c -->", "<!--", "-->", "<node>", "</node>", "<script>", "</script>", "<style>", "<svg>", "[^1]", "\n\n[^1]: ", "\n\n> [!NOTE]\n> ", "<b onclick=x>", "<a href=javascript:x>", "<![CDATA[", "]]>", "<?x", "?>", "\x00", "\t", "\r\n",
}

// wholes are right by themselves.
var wholes = []string{
	"a", " ", "\n", "\n\n", "*b*", "- ", "> ", "# ", "\n|a|b|\n|-|-|\n|", "[a](/x)", "![<i>a</i>](/x)", "<br>", "<hr>", "<b>a</b>", "<b>", "</b>", "<div>", "</div>", "<a href='/x'>https://x.example</a>", "<kbd title='&lt;'>a</kbd>",
	"<ul><li>a</li></ul>", "<ul><li>a<li>b</li></ul>", "<table><tr><td>a</td></tr></table>", "<table>\n<tr><td>\n\n", "\n\n</td></tr>\n</table>\n\n", "<p>a</p>", "<details><summary>a</summary>\n\n", "\n</details>\n\n", "<h2>a</h2>", "<dl><dt>a</dt></dl>", "<pre>\n\na</pre>", "<blockquote>\n\n", "a[^1]\n\n[^1]: b\n\n", "\n\n> [!TIP]\n> a\n\n",
}

func mixture(choices []byte) string {
	var b strings.Builder
	for _, c := range choices {
		if i := int(c) - 128; i >= 0 {
			b.WriteString(wholes[i%len(wholes)])
		} else {
			b.WriteString(mixtures[int(c)%len(mixtures)])
		}
	}
	return b.String()
}

// FuzzMixtures: as FuzzHTML, of texts that are nearly right.
func FuzzMixtures(f *testing.F) {
	f.Add([]byte("0123456789"))
	f.Fuzz(func(t *testing.T, choices []byte) { mustBeHarmless(t, "mixture", mixture(choices)) })
}

// TestMixtures is the fuzzer for every day: the same texts each time.
func TestMixtures(t *testing.T) {
	accepted, raw := 0, 0
	state := uint64(1)
	for range 6_000 {
		var choices []byte
		for range 1 + state>>33%12 {
			state = state*6364136223846793005 + 1442695040888963407
			choices = append(choices, byte(state>>33))
			if state>>60 > 0 {
				choices[len(choices)-1] |= 128
			}
		}
		body := mixture(choices)
		if mustBeHarmless(t, "mixture", body) == "" {
			accepted++
			if strings.Contains(string(unsanitised([]byte(body))), "<b>") {
				raw++
			}
		}
	}
	if accepted < 600 || raw < 50 {
		t.Errorf("%d accepted, %d of them with HTML: too few to tell anything", accepted, raw)
	}
}
