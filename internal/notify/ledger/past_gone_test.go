package ledger

import (
	"strings"
	"testing"

	"tocsin/internal/bulletin"
	"tocsin/internal/notify"
	"tocsin/internal/tailnet"
)

// TestPastOfTheGone: an all-clear that goes by what an earlier letter left tells its tailnet that it
// is not listed any more, and clears it of nothing; unless the bulletin was withdrawn. So does one
// for which no address was left, and that a person tells. Of a plan that is forgotten nobody knows.
func TestPastOfTheGone(t *testing.T) {
	left := tailnet.EarlierContact("t000.example", "o0@t.example")
	lost := tailnet.EarlierContact("t000.example", "")
	found, _ := tailnet.FormerContact("t000.example", "") // by a finding, which says that it is not affected
	listed := tailnet.Contact{Address: "o0@t.example", Reason: tailnet.Owner, Trace: []string{"no security contact"}}
	for what, c := range map[string]struct {
		contact tailnet.Contact
		kind    notify.Kind
		status  bulletin.Status
		fate    string
		gone    bool
	}{
		"listed":                   {listed, notify.AllClear, bulletin.Public, "accept", false},
		"not listed":               {left, notify.AllClear, bulletin.Public, "accept", true},
		"not listed, in doubt":     {left, notify.AllClear, bulletin.Public, "lose", true},
		"not listed, sent again":   {left, notify.AllClear, bulletin.Public, "lose resend reject", true},
		"not listed, and refused":  {left, notify.AllClear, bulletin.Public, "reject", false},
		"not listed, withdrawn":    {left, notify.AllClear, bulletin.Withdrawn, "accept", false},
		"not listed, of no status": {left, notify.AllClear, "", "accept", true},
		"without an address":       {lost, notify.AllClear, bulletin.Public, "told", true},
		"withdrawn, by telephone":  {lost, notify.AllClear, bulletin.Withdrawn, "told", false},
		"found, by telephone":      {found, notify.AllClear, bulletin.Public, "told", false},
		"another kind of letter":   {left, notify.Correction, bulletin.Public, "accept", false},
	} {
		l := newLedger(t)
		fate(t, l, freeze(t, l, live(1), oneLetter(notify.FirstNotice, "1")), "accept")
		p := live(2)
		if c.status != "" {
			p.Inputs[notify.StatusInput] = notify.Digest([]byte(c.status))
		}
		row := oneLetter(c.kind, "2")
		row[0].Address, row[0].Reason, row[0].Trace = c.contact.Address, c.contact.Reason, c.contact.Trace
		if c.contact.Address == "" {
			row[0].Standing, row[0].MessageID, row[0].Message, row[0].Digest = notify.Unreachable, "", nil, ""
		}
		stored := freeze(t, l, p, row)
		fate(t, l, stored, strings.Fields(c.fate)...)
		got, _, err := l.Past(ctx, p.ID.Bulletin, "t000.example")
		if err != nil || !got.Told || got.Gone != c.gone || got.Cleared() != (got.Kind == notify.AllClear && !c.gone) {
			t.Errorf("%s: %+v, %v", what, got, err)
		}
		sums, err := l.Account(ctx, stored)
		if want := c.gone || strings.HasSuffix(what, "refused"); err != nil || sums.Gone != map[bool]int{true: 1}[want] {
			t.Errorf("%s: %+v, %v", what, sums, err)
		}
		if c.fate == "accept" {
			if err := l.Forget(ctx, stored, past); err != nil {
				t.Fatal(err)
			}
			if got, _, err := l.Past(ctx, p.ID.Bulletin, "t000.example"); err != nil || got.By != 2 || got.Gone {
				t.Errorf("%s, and forgotten: %+v, %v", what, got, err)
			}
		}
	}
}
