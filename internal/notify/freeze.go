package notify

import (
	"fmt"

	"tocsin/internal/tailnet"
)

// Entry is a row as a plan freezes it, with its finished letter.
type Entry struct {
	Tailnet   tailnet.ID
	Name      string
	Standing  Standing
	Kind      Kind     // of its letter, or of the one it would get if it could be reached; empty where it gets none
	Clauses   []string // IDs of the clauses that decided
	Missing   []string // facts that would have decided
	Address   tailnet.Address
	Reason    tailnet.ContactReason
	Trace     []string // addresses that were passed over, each with the reason and without the address
	Nodes     int
	MessageID string // without angle brackets; empty where the row gets no letter
	Digest    string // hex SHA-256 of Message
	Message   []byte // the letter as a mail message, RFC 5322
}

// Composer makes frozen entries of rows.
type Composer struct {
	Common    Common
	Templates *Templates
	Message   func(l Letter, messageID string) ([]byte, error) // a letter to the bytes of a mail message
	Key       []byte                                           // what Message-IDs and codes are made with
	Domain    string                                           // of the sender
	Guard     *Guard                                           // proves each letter; nil: nothing is proven
	FollowUps bool                                             // some letters may follow others
}

func (c Composer) entry(plan Plan, r Row) (Entry, error) {
	e := bare(r)
	if r.Standing != Mailed {
		return e, c.Guard.check(plan, r, e)
	}
	own := c.mark(plan, r)
	e.MessageID = own.messageID
	var err error
	if e.Message, r.Lists, err = c.fitting(plan, r, own); err != nil {
		return Entry{}, err
	}
	e.Digest = Digest(e.Message)
	return e, c.Guard.check(plan, r, e)
}

// MostOctets is how large a message may be as it is delivered. Postfix takes 10,240,000
// octets where nobody has set anything else (postconf(5), message_size_limit), the least
// of the usual servers; the difference is for what servers add on the way.
const MostOctets = 10_000_000

// SizeError is a letter that is too large without its lists.
type SizeError struct{ Octets int }

// Error says how large it is.
func (e *SizeError) Error() string {
	return fmt.Sprintf("it has %d octets without any list of nodes, and mail servers take %d", e.Octets, MostOctets)
}

// fitting writes the letter of a row with as many lists of its nodes as mail servers take:
// whoever has very many nodes is told all the same.
func (c Composer) fitting(plan Plan, r Row, own mark) ([]byte, Lists, error) {
	for r.Lists = BothLists; ; r.Lists++ {
		message, err := c.letter(plan, r, own)
		switch {
		case err != nil:
			return nil, r.Lists, err
		case len(message) <= MostOctets:
			return message, r.Lists, nil
		case r.Lists == NoLists:
			return nil, r.Lists, &SizeError{len(message)}
		}
	}
}

// letter writes the letter of one row, as it will be delivered.
func (c Composer) letter(plan Plan, r Row, own mark) ([]byte, error) {
	c.Common.At = plan.Created
	view, err := c.Common.View(r)
	if err != nil {
		return nil, err
	}
	view.LetterCode = own.code
	letter, err := c.Templates.Write(r, view, c.Common.Language, plan.Created)
	if err != nil {
		return nil, c.nameless(plan, r, err)
	}
	return c.Message(letter, own.messageID)
}

// bare is the entry of a row without a letter.
func bare(r Row) Entry {
	if r.Standing == Mailed && r.Kind == "" {
		r.Kind = FirstNotice
	}
	return Entry{
		Tailnet: r.Tailnet.ID, Name: r.Tailnet.Name(), Standing: r.Standing, Kind: r.Kind,
		Clauses: r.Clauses, Missing: r.Missing,
		Address: r.Contact.Address, Reason: r.Contact.Reason, Trace: r.Contact.Trace, Nodes: len(r.Match.Hits),
	}
}
