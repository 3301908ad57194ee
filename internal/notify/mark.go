package notify

import "tocsin/internal/notify/genuine"

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
	return genuine.Make(c.Key, genuine.Letter{
		Plan:    genuine.Plan{Bulletin: plan.ID.Bulletin, Number: plan.ID.Number},
		Tailnet: r.Tailnet.ID, Address: r.Contact.Address,
	})
}
