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
	errNoAction   = errors.New("its delivery status says of nobody what was done")
	errRecipients = errors.New("it speaks of more recipients than a letter can have")
)

// mostRecipients is for an address that stands for a long list.
const mostRecipients = 1000

// readStatus reads a delivery status: fields about the message, then, after an empty line
// each, fields about one recipient (RFC 3464 §2.1). Servers that forget the first empty
// line are understood too, and such as pass on the status of another server beside theirs.
func (m *parts) readStatus() ([]Recipient, error) {
	var found []Recipient
	for _, group := range groups(m.status) {
		if r, told := m.recipient(group); told {
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
// it is reported. Of several it is the last, for what is old is passed over. Without one it
// is the Date of the message.
func (m *parts) date() (last time.Time) {
	for _, group := range groups(m.status) {
		for _, text := range group.all("arrival-date") {
			if at := parseDate(text); at.After(last) {
				last = at
			}
		}
	}
	if last.IsZero() {
		return parseDate(m.header.Get("Date"))
	}
	return last
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
func (m *parts) recipient(f fields) (r Recipient, told bool) {
	status := f.gravest("status", func(value string) Action { return ParseCode(value).action() })
	said := f.gravest("diagnostic-code", func(value string) Action { return codeIn(value).action() })
	if _, text, typed := strings.Cut(said, ";"); typed {
		said = text
	}
	r = Recipient{Code: sharper(ParseCode(status), said), Diagnostic: plain(said, m.people(f))}
	r.Action = parseAction(f.gravest("action", parseAction)).beside(ParseCode(status), r.Code)
	return r, r.Action != ""
}

// beside is an action as the status beside it leaves it. Where none is told, the class of the
// sharper code stands for it. One that calls the letter gone on yields to a graver status: nobody
// may be taken for told who was not. A delay yields to no code: the server that reports it says
// that it goes on trying, and is to say so when it gives up. Codes that are only quoted are of an
// attempt, and overrule nothing.
func (a Action) beside(status, sharper Code) Action {
	switch class := status.action(); {
	case a == "":
		return sharper.action()
	case a != Delayed && class.rank() < a.rank():
		return class
	}
	return a
}

// parseAction reads an action, which comments may follow; empty where it is none.
func parseAction(value string) Action {
	word, _, _ := strings.Cut(strings.ToLower(value), " ")
	if a := Action(word); slices.Contains(Actions[:], a) {
		return a
	}
	return ""
}

// rank is lower for what is graver, and highest for no action.
func (a Action) rank() int {
	if i := slices.Index(Actions[:], a); i >= 0 {
		return i
	}
	return len(Actions)
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
