// Package mailer turns letters into mail messages and puts messages into a
// mailbox. It is the only door of the go-mail library.
package mailer

import (
	"bytes"
	"errors"
	"fmt"
	"net/mail"

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

// Compose makes the message of a letter: text and HTML as alternatives, one
// recipient, nothing random and nothing of this machine in it, so that the same
// letter is the same bytes (RFC 5322, RFC 2046 §5.1.4). Auto-Submitted keeps
// vacation programs from answering (RFC 3834 §5).
func (s Sender) Compose(l notify.Letter, messageID string) ([]byte, error) {
	m := gomail.NewMsg(
		gomail.WithNoDefaultUserAgent(),
		gomail.WithEncoding(gomail.EncodingQP),
		gomail.WithBoundary(boundary(messageID)),
	)
	if err := s.address(m, l.To); err != nil {
		return nil, err
	}
	m.Subject(l.Subject)
	m.SetDateWithValue(l.Date)
	m.SetMessageIDWithValue(messageID)
	m.SetGenHeader("Auto-Submitted", "auto-generated")
	m.SetBodyString(gomail.TypeTextPlain, l.Text)
	m.AddAlternativeString(gomail.TypeTextHTML, l.HTML)
	var out bytes.Buffer
	if _, err := m.WriteTo(&out); err != nil {
		return nil, err
	}
	return out.Bytes(), proveRecipient(out.Bytes(), l.To)
}

// boundary is a text that no body holds: part of a keyed hash, hashed once more
// because Message-IDs are quoted in replies.
func boundary(messageID string) string { return notify.Digest([]byte("boundary " + messageID))[:32] }

// address sets sender and the one recipient. Only calls that take exactly one
// parsed mailbox are used: the library's list parsers have put several people on
// one message.
func (s Sender) address(m *gomail.Msg, to tailnet.Address) error {
	if _, err := tailnet.ParseAddress(string(to)); err != nil {
		return fmt.Errorf("recipient: %w", err)
	}
	m.FromMailAddress(&mail.Address{Name: s.Name, Address: string(s.Address)})
	m.ToMailAddress(&mail.Address{Address: string(to)})
	if s.ReplyTo != "" {
		m.ReplyToMailAddress(&mail.Address{Address: string(s.ReplyTo)})
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
