// Package mailer turns letters into mail messages, and brings messages to a mailbox or a
// relay. It is the only door of the go-mail library.
package mailer

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"net/mail"
	"slices"
	"strings"
	"unicode/utf8"

	gomail "github.com/wneessen/go-mail"

	"tocsin/internal/notify"
	"tocsin/internal/tailnet"
)

// Sender is who letters come from.
type Sender struct {
	Name    string
	Address tailnet.Address
	ReplyTo tailnet.Address // empty: the sender itself
}

// Compose makes the message of a letter: text and HTML as alternatives, with the
// attachments after them, one recipient, nothing random and nothing of this machine in
// it, so that the same letter is the same bytes (RFC 5322, RFC 2046 §5.1).
func (s Sender) Compose(l notify.Letter, messageID string) ([]byte, error) {
	var out bytes.Buffer
	out.Grow(roomFor(l))
	if err := s.header(&out, l, messageID); err != nil {
		return nil, err
	}
	writeBody(&out, l, messageID)
	return out.Bytes(), proveRecipient(out.Bytes(), l.To)
}

// roomFor is how many octets a message takes, as a rule.
func roomFor(l notify.Letter) int {
	room := 2048 + (len(l.Text)+len(l.HTML))*9/8
	for _, a := range l.Attachments {
		room += 256 + len(a.Data)*3/2
	}
	return room
}

// header writes the header fields but for Content-Type. Auto-Submitted keeps vacation
// programs from answering (RFC 3834 §5).
func (s Sender) header(out *bytes.Buffer, l notify.Letter, messageID string) error {
	m := gomail.NewMsg(gomail.WithNoDefaultUserAgent())
	if err := s.address(m, l.To); err != nil {
		return err
	}
	m.Subject(sealed(l.Subject))
	m.SetDateWithValue(l.Date)
	m.SetMessageIDWithValue(messageID)
	if len(l.Earlier) > 0 {
		m.SetGenHeader("In-Reply-To", bracketed(l.Earlier[len(l.Earlier)-1:]))
		m.SetGenHeader("References", bracketed(thread(l.Earlier)))
	}
	m.SetGenHeader("Auto-Submitted", "auto-generated")
	_, err := m.WriteTo(out)
	return err
}

// mostReferences is how many letters before it a message names, beside the first: that one
// is what programs call the thread by (RFC 5322 §3.6.4, RFC 5256 §2.2).
const mostReferences = 10

// thread is which of the earlier letters a message names: the first and the last few.
func thread(earlier []string) []string {
	if len(earlier) <= 1+mostReferences {
		return earlier
	}
	return append([]string{earlier[0]}, earlier[len(earlier)-mostReferences:]...)
}

// bracketed is Message-IDs as header fields hold them.
func bracketed(ids []string) string { return "<" + strings.Join(ids, "> <") + ">" }

// longestWord is how long a word of the subject may be: it fits on the first line,
// beside the field's name. The library folds between words only, and a subject that
// begins on the second line is read with a space before it by some programs.
const longestWord = 60

// sealed puts a subject into encoded words (RFC 2047) where the library would pass
// it through and a reader would see it changed: one that is not printable ASCII, or
// looks encoded already, or has spaces in a row, at which folding would leave a line
// of nothing, or a word too long to fold.
func sealed(subject string) string {
	words := strings.Split(subject, " ")
	long := func(word string) bool { return len(word) > longestWord }
	odd := func(r rune) bool { return r < ' ' || r > '~' }
	if strings.ContainsFunc(subject, odd) || strings.Contains(subject, "=?") ||
		slices.Contains(words, "") || slices.ContainsFunc(words, long) {
		return encodedWords(subject)
	}
	return subject
}

// encodedWords cuts a text between characters into words of at most longestWord.
func encodedWords(text string) string {
	const most = 36 // octets, 48 in base64
	var words []string
	word := func(part string) string {
		return "=?UTF-8?b?" + base64.StdEncoding.EncodeToString([]byte(part)) + "?="
	}
	start := 0
	for i, r := range text {
		if i+utf8.RuneLen(r)-start > most {
			words = append(words, word(text[start:i]))
			start = i
		}
	}
	return strings.Join(append(words, word(text[start:])), " ")
}

// address sets sender and the one recipient. Only calls that take exactly one
// parsed mailbox are used: the library's list parsers have put several people on
// one message, and it writes a domain as it is given, line ends and all.
func (s Sender) address(m *gomail.Msg, to tailnet.Address) error {
	if err := errors.Join(bare("sender", s.Address), bare("recipient", to)); err != nil {
		return err
	}
	m.FromMailAddress(&mail.Address{Name: s.Name, Address: string(s.Address)})
	m.ToMailAddress(&mail.Address{Address: string(to)})
	if s.ReplyTo == "" {
		return nil
	}
	m.ReplyToMailAddress(&mail.Address{Address: string(s.ReplyTo)})
	return bare("reply-to", s.ReplyTo)
}

// bare refuses what is not one plain mailbox, without printing it.
func bare(whose string, address tailnet.Address) error {
	if _, err := tailnet.ParseAddress(string(address)); err != nil {
		return fmt.Errorf("%s: %w", whose, err)
	}
	return nil
}

var errRecipient = errors.New("the composed message does not go to exactly the one recipient")

// proveRecipient reads the message back, as a receiving server would.
func proveRecipient(message []byte, to tailnet.Address) error {
	m, err := mail.ReadMessage(bytes.NewReader(message))
	if err != nil {
		return err
	}
	list, err := m.Header.AddressList("To")
	if err != nil || len(list) != 1 || list[0].Address != string(to) {
		return errRecipient
	}
	if len(m.Header["To"]) != 1 || len(m.Header["Cc"]) > 0 || len(m.Header["Bcc"]) > 0 {
		return errRecipient
	}
	return nil
}
