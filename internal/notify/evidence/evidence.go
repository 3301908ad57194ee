// Package evidence reads what others say of letters after they were sent: the delivery
// status notifications, and all else, that come back to the return path, and the log of
// the relay. It decides nothing: what the evidence means for a row is the ledger's business.
//
// Whatever comes back was written by strangers. A report counts for the letter whose
// return path it came to, which bears an authenticated name: see [ReturnPath]. A Message-ID
// in the returned header is a hint, for anybody who has seen a letter can write one. What is
// no report is counted and named, and never taken for a bounce.
//
// It is the only door of the go-message library, which reads the MIME of strangers.
package evidence

import (
	"fmt"
	"strings"
)

// Action is what a server did about a letter (RFC 3464 §2.3.3).
type Action string

// The actions, from the gravest on.
const (
	Failed    Action = "failed"    // not delivered, and no more attempts
	Delayed   Action = "delayed"   // not delivered yet
	Expanded  Action = "expanded"  // delivered to an address that stands for several
	Relayed   Action = "relayed"   // passed on to a server that reports no deliveries
	Delivered Action = "delivered" // in the mailbox
)

// Actions lists them in that order.
var Actions = [...]Action{Failed, Delayed, Expanded, Relayed, Delivered}

// Code is an enhanced status code, class.subject.detail (RFC 3463 §2): 5.1.1.
type Code string

// ParseCode finds a code at the beginning of a text; what follows it is a comment. A text
// without one has none.
func ParseCode(text string) Code {
	text = strings.TrimSpace(text)
	end := strings.IndexFunc(text, func(r rune) bool { return r != '.' && (r < '0' || r > '9') })
	if end < 0 {
		end = len(text)
	}
	parts := strings.Split(text[:end], ".")
	if len(parts) != 3 || len(parts[0]) != 1 || !strings.Contains("245", parts[0]) {
		return ""
	}
	for _, p := range parts[1:] {
		if p == "" || len(p) > 3 || len(p) > 1 && p[0] == '0' {
			return ""
		}
	}
	return Code(text[:end])
}

// action is what the class of a code says (RFC 3463 §3.1).
func (c Code) action() Action {
	switch {
	case strings.HasPrefix(string(c), "5."):
		return Failed
	case strings.HasPrefix(string(c), "4."):
		return Delayed
	case strings.HasPrefix(string(c), "2."):
		return Delivered
	}
	return ""
}

// Limits are how much of a message is read. Beyond them it is a message that could not be
// read, which is counted as such.
type Limits struct {
	Message int64 // octets of one message
	Header  int64 // octets of its header, of each part's header, of the returned header
	Status  int64 // octets of the delivery status
	Depth   int   // multiparts within multiparts
	Parts   int   // of all depths
}

// Usual are the limits for a mailbox that strangers write to. A returned letter may have
// grown on the way.
func Usual() Limits {
	return Limits{Message: 16 << 20, Header: 256 << 10, Status: 64 << 10, Depth: 5, Parts: 100}
}

// TooLargeError is what is beyond a limit.
type TooLargeError struct {
	What string // the thing, such as "the message"
	Most int64
}

// Error says which.
func (e *TooLargeError) Error() string {
	return fmt.Sprintf("%s is larger than %d, which is what is read", e.What, e.Most)
}
