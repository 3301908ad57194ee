package evidence

import (
	"bytes"
	"errors"
	"net/mail"
	"slices"
	"strings"
	"time"
)

var (
	errStatuses   = errors.New("it holds several delivery statuses")
	errNoAction   = errors.New("its delivery status says of nobody what was done")
	errRecipients = errors.New("it speaks of more recipients than a letter can have")
)

// mostRecipients is for an address that stands for a long list.
const mostRecipients = 1000

// readStatus reads a delivery status: fields about the message, then, after an empty line
// each, fields about one recipient (RFC 3464 §2.1). Servers that forget the first empty
// line are understood too.
func (m *parts) readStatus() ([]Recipient, error) {
	if m.statuses > 1 {
		return nil, errStatuses
	}
	var found []Recipient
	for _, group := range groups(m.status) {
		r, told, err := m.recipient(group)
		if err != nil {
			return nil, err
		}
		if told {
			found = append(found, r)
		}
		if len(found) > mostRecipients {
			return nil, errRecipients
		}
	}
	if len(found) == 0 {
		return nil, errNoAction
	}
	return found, nil
}

// groups cuts a status at its empty lines.
func groups(status []byte) (found []fields) {
	text := strings.ReplaceAll(string(bytes.ToValidUTF8(status, []byte("?"))), "\r\n", "\n")
	for group := range strings.SplitSeq(text, "\n\n") {
		if f := parseFields(group); len(f) > 0 {
			found = append(found, f)
		}
	}
	return found
}

// date is the Arrival-Date of the status (RFC 3464 §2.2.5): a letter may wait for days before
// it is reported. Without one it is the Date of the message.
func (m *parts) date() time.Time {
	for _, group := range groups(m.status) {
		if text, err := group.one("arrival-date"); err == nil && text != "" {
			if at := parseDate(text); !at.IsZero() {
				return at
			}
		}
	}
	return parseDate(m.header.Get("Date"))
}

// parseDate reads a date (RFC 5322 §3.3). A zone by another name than those of UTC is none:
// what such a name means hangs on the machine that reads it.
func parseDate(text string) time.Time {
	text, _, _ = strings.Cut(text, "(")
	words := strings.Fields(text)
	if len(words) == 0 {
		return time.Time{}
	}
	if zone := words[len(words)-1]; !strings.ContainsAny(zone[:1], "+-") && !slices.Contains([]string{"GMT", "UT", "UTC", "Z"}, zone) {
		return time.Time{}
	}
	at, err := mail.ParseDate(strings.Join(words, " "))
	if err != nil {
		return time.Time{}
	}
	return at.UTC()
}

// recipient reads the fields about one recipient (RFC 3464 §2.3). A group without an action
// and a status is not about one.
func (m *parts) recipient(f fields) (r Recipient, told bool, err error) {
	var values [3]string
	for i, name := range [...]string{"action", "status", "diagnostic-code"} {
		if values[i], err = f.one(name); err != nil {
			return Recipient{}, false, err
		}
	}
	names := m.people(f)
	said := values[2]
	if _, text, typed := strings.Cut(said, ";"); typed {
		said = text
	}
	r = Recipient{Code: sharper(ParseCode(values[1]), said), Diagnostic: plain(said, names)}
	word, _, _ := strings.Cut(strings.ToLower(values[0]), " ") // comments may follow
	if r.Action = Action(word); !slices.Contains(Actions[:], r.Action) {
		r.Action = r.Code.action()
	}
	return r, r.Action != "", nil
}

// people are the words by which the fields of a report name a person.
func (m *parts) people(f fields) (names []string) {
	for _, name := range [...]string{"final-recipient", "original-recipient", "x-display-name", "x-actual-recipient"} {
		for _, value := range f.all(name) {
			if kind, text, typed := strings.Cut(value, ";"); typed && len(kind) < 20 {
				value = text
			}
			names = append(names, value)
		}
	}
	names = append(names, m.returned.all("to")...)
	names = append(names, m.header.Values("X-Failed-Recipients")...)
	names = slices.DeleteFunc(names, func(name string) bool { return len(name) > mostName })
	return names[:min(len(names), mostNames)]
}

// A letter goes to one address, which is written in a few fields.
const (
	mostNames = 16
	mostName  = 400 // octets, with the name of the person
)

// sharper is the code of a status, or the one that the server's words hold, where that says
// more: many reports say 5.0.0 and quote a 5.1.1.
func sharper(c Code, said string) Code {
	quoted := codeIn(said)
	if c == "" || quoted != "" && strings.HasSuffix(string(c), ".0.0") && c[0] == quoted[0] {
		return quoted
	}
	return c
}
