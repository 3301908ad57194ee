package markdown

import (
	"html/template"
	"strings"
)

// Inline is a short text that is no Markdown, as HTML. What stands between backticks is code, as
// it is in Markdown: a run of backticks is closed by one as long. Everything is escaped, in them
// and around them; a run that nothing closes stays what it is.
func Inline(text string) template.HTML {
	if !strings.Contains(text, "`") {
		return template.HTML(template.HTMLEscapeString(text))
	}
	var b strings.Builder
	for text != "" {
		before, run, after := backticks(text)
		b.WriteString(template.HTMLEscapeString(before))
		code, rest, closed := closedBy(run, after)
		if closed {
			b.WriteString("<code>" + template.HTMLEscapeString(code) + "</code>")
		} else {
			b.WriteString(run)
		}
		text = rest
	}
	return template.HTML(b.String()) // every part of it is escaped above
}

// backticks cuts a text at its first run of backticks.
func backticks(text string) (before, run, after string) {
	at := strings.IndexByte(text, '`')
	if at < 0 {
		return text, "", ""
	}
	after = strings.TrimLeft(text[at:], "`")
	return text[:at], text[at : len(text)-len(after)], after
}

// closedBy cuts a text at the next run of backticks that is as long as another. Where there is
// none, or nothing but space before it, the rest is all of the text.
func closedBy(run, text string) (code, rest string, closed bool) {
	for at := 0; run != "" && at < len(text); {
		before, other, after := backticks(text[at:])
		at += len(before)
		if other == run {
			if code = strings.TrimSpace(text[:at]); code != "" {
				return code, after, true
			}
			break
		}
		at += len(other)
	}
	return "", text, false
}
