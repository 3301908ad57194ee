package evidence

import (
	"strings"
)

// greeting begins qmail's reports, which are plain text: QSBMF, the qmail-send bounce
// message format (https://cr.yp.to/proto/qsbmf.txt).
const greeting = "Hi. This is the"

// readQmail reads a report in qmail's form: paragraphs about recipients, each of which
// begins with the address in angle brackets, up to one that begins with a hyphen; behind
// it the letter. It leaves the letter's header with the message.
func (m *parts) readQmail() []Recipient {
	text := strings.ReplaceAll(string(m.text), "\r\n", "\n")
	if !strings.HasPrefix(text, greeting) {
		return nil
	}
	var found []Recipient
	for len(text) > 0 {
		var paragraph string
		paragraph, text, _ = strings.Cut(text, "\n\n")
		paragraph = strings.TrimLeft(paragraph, "\n")
		switch {
		case strings.HasPrefix(paragraph, "-"):
			header, _, _ := strings.Cut(strings.TrimLeft(text, "\n"), "\n\n")
			m.returned = parseFields(header)
			return found
		case strings.HasPrefix(paragraph, "<"):
			found = append(found, qmailRecipient(paragraph))
		}
	}
	return found
}

// qmailRecipient reads a paragraph about a recipient: qmail reports only that it gave up.
func qmailRecipient(paragraph string) Recipient {
	address, said, _ := strings.Cut(paragraph, ":\n")
	code := codeIn(said)
	if code.action() != Failed {
		code = "5.0.0" // given up, for whatever reason
	}
	return Recipient{Failed, code, plain(said, []string{address})}
}
