package mailer

import (
	"errors"
	"fmt"
	"strings"
)

var errNoPlain = errors.New("the message has no plain part")

// Plain shows a composed message as a reader sees its plain part: the header
// fields that mail programs show, then the text.
func Plain(message []byte) (string, error) {
	m, err := Read(message)
	switch {
	case err != nil:
		return "", err
	case m.Text == "":
		return "", errNoPlain
	}
	var out strings.Builder
	for _, field := range [...][2]string{{"From", m.From}, {"Reply-To", m.ReplyTo}, {"To", m.To}, {"Subject", m.Subject}, {"Date", m.Date}} {
		if name, value := field[0], field[1]; value != "" {
			fmt.Fprintf(&out, "%s: %s\n", name, value)
		}
	}
	out.WriteString("\n" + m.Text)
	return out.String(), nil
}
