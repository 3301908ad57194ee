package evidence

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"time"
)

// Kind is what a message turned out to be.
type Kind string

// Kinds of messages. Only a Status says what became of a letter.
const (
	Status     Kind = "delivery status"      // RFC 3464, or qmail's own form
	WordsOnly  Kind = "bounce in words only" // of a mail server, without a part that programs can read
	Absence    Kind = "out of office"        // somebody is away
	AutoReply  Kind = "automatic reply"      // any other answer of a program (RFC 3834)
	Challenge  Kind = "challenge"            // wants a person to confirm before it delivers
	Receipt    Kind = "read receipt"         // a disposition notification (RFC 8098)
	Complaint  Kind = "complaint"            // a feedback report: taken for spam (RFC 5965)
	Person     Kind = "message of a person"  // or nothing says that it is a program's
	Forged     Kind = "forged"               // a name in its return path is not of this plan key
	Unreadable Kind = "could not be read"    // beyond the limits, or out of form
)

// Kinds lists them in the order in which they are counted up.
var Kinds = [...]Kind{Status, WordsOnly, Absence, AutoReply, Challenge, Receipt, Complaint, Person, Forged, Unreadable}

// Report is what one message that came back says.
type Report struct {
	Source string // the file, or the number within a mailbox
	Kind   Kind
	Sign   string // what told the kind, without anybody's address
	// Letter is whose return path it came to, where Known. Nothing else authenticates.
	Letter Reference
	Known  bool
	// Hint is the Message-ID of the letter as the returned header has it, without angle
	// brackets: for people to look at where the letter is not known.
	Hint string
	// Date is when the letter came to the server that reports, or else when that reported:
	// the zero time where it says neither, or not in which zone.
	Date       time.Time
	Recipients []Recipient // of a Status, one or more
	Mark       string      // the same for the same message, wherever it is filed, and hardly for another
	Err        error       // why a message is Forged or Unreadable
}

// Recipient is what a server says about one address of the letter: the one that it was
// sent to, or those that this one stands for.
type Recipient struct {
	Action Action
	Code   Code
	// Diagnostic is what the server said, on one line, cut to 300 characters, without the
	// addresses and names of people in it.
	Diagnostic string
}

// Action is the gravest of the recipients': where one of several addresses failed, somebody
// has not got the letter. It is empty for all that is not a Status.
func (r Report) Action() Action {
	for _, a := range Actions {
		if slices.ContainsFunc(r.Recipients, func(of Recipient) bool { return of.Action == a }) {
			return a
		}
	}
	return ""
}

// Reader reads what came back.
type Reader struct {
	Path   ReturnPath
	Limits Limits
}

// Read reads one message. It never fails: what cannot be read is a report of that, which
// names its letter all the same where what can be read of it does.
func (r Reader) Read(message []byte) Report {
	m, err := r.open(withoutFrom(message))
	report := unreadable(err)
	if err == nil {
		report = m.classify()
	}
	report.Mark, report.Date = m.mark(), m.date()
	report.Hint = hint(m.returned)
	if report.Letter, report.Known, err = r.letter(m); err != nil {
		return Report{Kind: Forged, Sign: "the name in its return path", Hint: report.Hint, Err: err}
	}
	return report
}

// mark digests what makes a message itself: programs that file mail write fields of their
// own into its header.
func (m *parts) mark() string {
	h := sha256.New()
	for _, text := range [][]byte{[]byte(m.header.Get("Message-Id")), []byte(m.header.Get("Date")), m.status, m.text} {
		sum := sha256.Sum256(text)
		_, _ = h.Write(sum[:]) // a hash never fails to write
	}
	return hex.EncodeToString(h.Sum(nil)[:markOctets])
}

const markOctets = 8

func unreadable(err error) Report { return Report{Kind: Unreadable, Sign: "its form", Err: err} }

// envelope are the fields of the header in which a message's own server writes whom it came
// to, and then those in which its sender does.
var envelope = []string{"Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To", "X-Delivered-To", "To", "Cc", "Resent-To"}

var errSeveral = errors.New("it names several letters")

// letter finds the one authenticated name in a message: in whom it came to, or in the
// return path of what it returns. One that is forged, anywhere, spoils the message.
func (r Reader) letter(m *parts) (Reference, bool, error) {
	var texts []string
	for _, name := range envelope {
		texts = append(texts, m.header.Values(name)...)
	}
	texts = append(texts, m.returned.all("return-path")...)
	var found []Reference
	for _, text := range texts {
		for _, address := range addresses(text) {
			ref, err := r.Path.Parse(address)
			if errors.Is(err, ErrForeign) {
				continue
			}
			if err != nil {
				return Reference{}, false, err
			}
			found = append(found, ref)
		}
	}
	if found = slices.CompactFunc(found, func(a, b Reference) bool { return a == b }); len(found) > 1 {
		return Reference{}, false, errSeveral
	}
	if len(found) == 0 {
		return Reference{}, false, nil
	}
	return found[0], true, nil
}

// mostHint is how long a Message-ID is taken for one: as long as a line may be, by far.
const mostHint = 250

// hint is the Message-ID of a returned header; none where there are two.
func hint(returned fields) string {
	ids := returned.all("message-id")
	if len(ids) != 1 {
		return ""
	}
	id := trimBrackets(ids[0])
	if len(id) > mostHint || !isMessageID(id) {
		return ""
	}
	return id
}

// String is a line about the report for people: no address is in it.
func (r Report) String() string {
	switch {
	case r.Err != nil:
		return fmt.Sprintf("%s: %v", r.Kind, r.Err)
	case r.Kind == Status:
		return fmt.Sprintf("%s: %s %s", r.Kind, r.Action(), r.Recipients[0].Code)
	}
	return fmt.Sprintf("%s: %s", r.Kind, r.Sign)
}
