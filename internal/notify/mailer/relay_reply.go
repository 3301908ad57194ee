package mailer

import (
	"bufio"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Reply is what the relay answered.
type Reply struct {
	Code     int    // three digits (RFC 5321 §4.2)
	Enhanced string // the enhanced status code (RFC 2034), or empty
	Text     string // printable ASCII on one line, at most 512 octets, without mail addresses
}

// String is the reply on one line.
func (r Reply) String() string {
	text := fmt.Sprint(r.Code)
	for _, part := range []string{r.Enhanced, r.Text} {
		if part != "" {
			text += " " + part
		}
	}
	return text
}

// Crowded reports whether a reply that puts a letter off says that the relay takes none for now,
// whosever it is: 421 (RFC 5321 §3.8), or that its disk is full, that it takes nothing at the
// moment or that too much is under way (RFC 3463 §3.4 and §3.5: X.3.1, X.3.2, X.4.5).
func (r Reply) Crowded() bool {
	return r.Code == 421 || slices.Contains([]string{"4.3.1", "4.3.2", "4.4.5"}, r.Enhanced)
}

func (r Reply) permanent() bool { return r.Code >= 500 }

// Class is what a reply to the end of a letter makes of it.
func (r Reply) Class() Class {
	switch {
	case r.permanent():
		return Rejected
	case r.Code >= 400:
		return Deferred
	}
	return Accepted
}

// queued are the ways in which relays name a letter that they took: Postfix, Exim, Sendmail.
var queued = regexp.MustCompile(`(?i)\bqueued as ([0-9A-Za-z.-]{4,64})$|^ok id=([0-9A-Za-z-]{4,64})$|^([0-9A-Za-z]{4,64}) message accepted for delivery$`)

// QueueID is the relay's own name for a letter that it accepted, by which its log can
// be asked; empty where the reply does not tell.
func (r Reply) QueueID() string {
	found := queued.FindStringSubmatch(r.Text)
	if found == nil {
		return ""
	}
	return found[1] + found[2] + found[3]
}

var (
	errShape   = errors.New("the reply is not one of SMTP")
	errLine    = errors.New("a line of the reply is longer than 4 KiB")
	errChanges = errors.New("the reply's lines differ in their code")
	errMissing = errors.New("a reply is missing")
	errOrder   = errors.New("the reply belongs to another command")
)

// maxText is how much of a reply's text is kept.
const maxText = 512

// replyLines reads one reply of one or more lines (RFC 5321 §4.2.1) and keeps the
// beginning of its text in kept. It is stricter than net/textproto, which takes lines
// without a carriage return, blanks before them, and codes such as 099.
func replyLines(in *bufio.Reader, kept []byte) (code int, text []byte, err error) {
	for first := true; ; first = false {
		line, err := in.ReadSlice('\n')
		if err != nil {
			if errors.Is(err, bufio.ErrBufferFull) {
				err = &UncleanError{Err: errLine}
			}
			return 0, nil, err
		}
		this, more, said, ok := replyLine(line)
		if !ok {
			return 0, nil, &UncleanError{Err: errShape}
		}
		if !first && this != code {
			return 0, nil, &UncleanError{Err: errChanges, Displaced: true}
		}
		code = this
		if !first && len(kept) < maxText {
			kept = append(kept, '\n')
		}
		kept = append(kept, said[:min(len(said), maxText-min(maxText, len(kept)))]...)
		if !more {
			return code, kept, nil
		}
	}
}

// replyLine takes a line apart: Reply-code [SP or "-" text] CRLF.
func replyLine(line []byte) (code int, more bool, text []byte, ok bool) {
	n := len(line)
	if n < 5 || line[n-2] != '\r' || line[0] < '2' || line[0] > '5' || !isDigit(line[1]) || !isDigit(line[2]) {
		return 0, false, nil, false
	}
	code = int(line[0]-'0')*100 + int(line[1]-'0')*10 + int(line[2]-'0')
	if n == 5 {
		return code, false, nil, true
	}
	return code, line[3] == '-', line[4 : n-2], line[3] == '-' || line[3] == ' '
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// newReply makes a reply of its code and its lines, divided by line feeds.
func newReply(code int, text []byte) Reply {
	enhanced, rest := splitEnhanced(code, text)
	return Reply{code, string(enhanced), withoutAddresses(printable(rest))}
}

// splitEnhanced finds the enhanced status code (RFC 3463 §2) at the beginning of a text;
// its class must be that of the reply.
func splitEnhanced(code int, text []byte) (enhanced, rest []byte) {
	dots, i := 0, 0
	for i < len(text) && (isDigit(text[i]) || text[i] == '.' && i > 0 && text[i-1] != '.') {
		if text[i] == '.' {
			dots++
		}
		i++
	}
	ends := i == len(text) || text[i] == ' ' || text[i] == '\n'
	if dots != 2 || !ends || i > len("5.999.999") || text[i-1] == '.' || int(text[0]-'0') != code/100 || text[1] != '.' {
		return nil, text
	}
	return text[:i], text[min(i+1, len(text)):]
}

// printable puts a text on one line of printable ASCII.
func printable(text []byte) string {
	var out strings.Builder
	out.Grow(min(len(text), maxText))
	for _, c := range text[:min(len(text), maxText)] {
		switch {
		case c == '\n':
			c = ' '
		case c < ' ' || c > '~':
			c = '?'
		}
		out.WriteByte(c)
	}
	return strings.TrimSpace(out.String())
}

// addresses is what looks like a mailbox. Relays quote the recipient's, and replies reach
// terminals and logs.
var addresses = regexp.MustCompile(`[^\s<>()\[\],;:"]*@[^\s<>()\],;:"]*`)

func withoutAddresses(text string) string {
	if !strings.Contains(text, "@") {
		return text
	}
	return addresses.ReplaceAllString(text, "(address)")
}
