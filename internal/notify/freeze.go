package notify

import (
	"fmt"
	"iter"

	"tocsin/internal/tailnet"
)

// Entry is a row as a plan freezes it, with its finished letter.
type Entry struct {
	Tailnet   tailnet.ID
	Name      string
	Standing  Standing
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
	Key       []byte                                           // what Message-IDs are made with
	Domain    string                                           // of the sender
}

// Entries renders every letter of a plan, one at a time. Rows that get no letter
// pass through.
func (c Composer) Entries(plan Plan, rows []Row) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		for _, r := range rows {
			e, err := c.entry(plan, r)
			if err != nil {
				err = fmt.Errorf("letter of tailnet %q: %w", r.Tailnet.ID, err)
			}
			if !yield(e, err) || err != nil {
				return
			}
		}
	}
}

func (c Composer) entry(plan Plan, r Row) (Entry, error) {
	e := bare(r)
	if r.Standing != Mailed {
		return e, nil
	}
	c.Common.At = plan.Created
	view, err := c.Common.View(r)
	if err != nil {
		return Entry{}, err
	}
	letter, err := c.Templates.Write(r, view, c.Common.Language, plan.Created)
	if err != nil {
		return Entry{}, err
	}
	e.MessageID = MessageID(c.Key, plan.ID, r.Tailnet.ID, letter.To, c.Domain)
	e.Message, err = c.Message(letter, e.MessageID)
	e.Digest = Digest(e.Message)
	return e, err
}

// bare is the entry of a row without a letter.
func bare(r Row) Entry {
	return Entry{
		Tailnet: r.Tailnet.ID, Name: r.Tailnet.Name(), Standing: r.Standing,
		Clauses: r.Clauses, Missing: r.Missing,
		Address: r.Contact.Address, Reason: r.Contact.Reason, Trace: r.Contact.Trace, Nodes: len(r.Match.Hits),
	}
}
