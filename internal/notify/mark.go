package notify

import (
	"tocsin/internal/notify/genuine"
	"tocsin/internal/tailnet"
)

// mark is what no other letter has, and what says nothing of whom the letter is for:
// both are hashes with the plan's key.
type mark struct {
	messageID string // without angle brackets
	code      genuine.Code
}

func (c Composer) mark(plan Plan, r Row) mark {
	return mark{
		messageID: MessageID(c.Key, plan.ID, r.Tailnet.ID, r.Contact.Address, c.Domain),
		code:      c.code(plan, r),
	}
}

// code is that of a row's letter; empty where the bulletin gets no page, on which anybody
// could look it up.
func (c Composer) code(plan Plan, r Row) genuine.Code {
	if c.Common.BulletinURL == "" {
		return ""
	}
	return LetterCode(c.Key, plan.ID, r.Tailnet.ID, r.Contact.Address)
}

// LetterCode is the code that a plan's letter to an address bears. What is published of codes
// is made by it too, so that no letter looks forged.
func LetterCode(key []byte, plan PlanID, of tailnet.ID, to tailnet.Address) genuine.Code {
	return genuine.Make(key, genuine.Letter{
		Plan:    genuine.Plan{Bulletin: plan.Bulletin, Number: plan.Number},
		Tailnet: of, Address: to,
	})
}
