package ledger

import (
	"strings"
	"unicode"

	"tocsin/internal/notify"
)

// mostReply is how much of a server's text is kept, in octets.
const mostReply = 300

// clean is a reply as it is kept: of each part the start, in printable ASCII, and
// without addresses: a server likes to repeat them (RFC 5321 §4.2.1 has examples).
func (r Reply) clean() Reply {
	return Reply{r.Code, keptText(r.Enhanced), keptText(r.Text), keptText(r.Queue)}
}

func keptText(text string) string {
	words := strings.FieldsFunc(text, func(r rune) bool { return r >= unicode.MaxASCII || unicode.IsSpace(r) || unicode.IsControl(r) })
	for i, word := range words {
		if strings.Contains(word, "@") {
			words[i] = "..."
		}
	}
	text = strings.Join(words, " ")
	return text[:min(len(text), mostReply)]
}

// sealed commits to texts with a row's salt; a dash where there is nothing to commit to.
func sealed(salt []byte, texts ...string) string {
	if strings.Join(texts, "") == "" {
		return "-"
	}
	seal := notify.NewDigester()
	seal.Add(string(salt))
	seal.Add(texts...)
	return seal.Sum()
}

// What keeps a server's words beside a letter, and the digest of what goes out.
const (
	keepReply = `INSERT INTO replies (plan, row, queue, text, wire) VALUES (?, ?, ?, ?, '')
		ON CONFLICT DO UPDATE SET queue = excluded.queue, text = excluded.text`
	keepWire = `INSERT INTO replies (plan, row, queue, text, wire) VALUES (?, ?, '', '', ?)
		ON CONFLICT DO UPDATE SET wire = excluded.wire`
)

// keeps reports whether there is something to keep, or of an earlier attempt to be
// overwritten.
func (d Delivery) keeps(texts ...string) bool { return d.Attempts > 1 || strings.Join(texts, "") != "" }
