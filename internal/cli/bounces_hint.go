package cli

import (
	"errors"
	"regexp"

	"tocsin/internal/notify"
	mailevidence "tocsin/internal/notify/evidence"
	"tocsin/internal/notify/ledger"
)

// ourMessageID is the form of the Message-IDs that letters get: those that strangers' letters
// have are not searched for.
var ourMessageID = regexp.MustCompile(`^[0-9a-f]{32}@`)

// mayBeLost reports whether a message says that a letter came back which it names by nothing
// but a Message-ID: mail servers that drop what follows the plus leave no more. Anybody
// who has seen the letter could write it, so that a person has to judge it.
func mayBeLost(r mailevidence.Report) bool {
	if !ourMessageID.MatchString(r.Hint) {
		return false
	}
	return mayTell(r.Kind) && (r.Kind != mailevidence.Status || r.Action() == mailevidence.Failed) || r.Kind == mailevidence.Forged
}

// hinted leaves a message that names a letter by its Message-ID alone.
func (t *tidings) hinted(r mailevidence.Report) {
	why := noPath
	if r.Err != nil {
		why = ""
	}
	if t.hints == nil {
		t.hints = make(map[string][]int)
	}
	t.hints[r.Hint] = append(t.hints[r.Hint], len(t.apart))
	t.leave(r, why)
}

// errAllFound ends a search.
var errAllFound = errors.New("all are found")

// search looks for the letters whose Message-IDs came back: once over all plans, and only
// where there is one to look for. Letters that are forgotten are not found any more.
func (t *tidings) search(plans []notify.PlanID) error {
	for _, id := range plans {
		if len(t.hints) == 0 {
			return nil
		}
		plan, err := t.book.Plan(t.ctx, id)
		if err != nil {
			return err
		}
		err = t.book.Each(t.ctx, plan, func(d ledger.Delivery) error { return t.found(id, d) })
		if err := without(err, errAllFound); err != nil {
			return err
		}
	}
	return nil
}

// found marks what names a letter by its Message-ID, if anything does.
func (t *tidings) found(id notify.PlanID, d ledger.Delivery) error {
	of := t.hints[d.MessageID]
	if len(of) == 0 {
		return nil
	}
	letter := t.doubted(id, d)
	for _, i := range of {
		t.apart[i].Why += "; by its Message-ID it returns " + letter
	}
	delete(t.hints, d.MessageID)
	if len(t.hints) == 0 {
		return errAllFound
	}
	return nil
}
