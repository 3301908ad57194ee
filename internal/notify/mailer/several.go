package mailer

import (
	"bytes"
	"errors"
	"mime"
	"net/mail"
)

// Apart takes messages apart that were composed here and stand one after the other, such as
// those of a pattern. Each ends where its own outermost boundary says so.
func Apart(joined []byte) (messages [][]byte, err error) {
	for len(joined) > 0 {
		m, err := mail.ReadMessage(bytes.NewReader(joined))
		if err != nil {
			return nil, err
		}
		_, parameters, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
		if err != nil {
			return nil, err
		}
		_, rest, found := bytes.Cut(joined, []byte("\r\n--"+parameters["boundary"]+"--\r\n"))
		if !found {
			return nil, errors.New("a message has no end")
		}
		messages = append(messages, joined[:len(joined)-len(rest)])
		joined = rest
	}
	return messages, nil
}
