package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"time"

	"tocsin/internal/notify"
	mailevidence "tocsin/internal/notify/evidence"
	"tocsin/internal/notify/ledger"
)

// tidings is what a mailbox comes to: how many messages of which kind, and what the reports
// among them say of letters.
type tidings struct {
	ctx   context.Context
	book  *ledger.Ledger
	now   time.Time
	by    string
	among func(mailevidence.Reference) (notify.PlanID, bool)

	read   int
	kinds  map[mailevidence.Kind]int
	plans  map[string]*returns
	apart  []apartFrom      // what nothing was done with
	broken []error          // files that the disk did not give
	hints  map[string][]int // by Message-ID, which of apart return a letter and name none
	doubts []doubted        // letters that bounced, if a person finds that they did
	absent int              // reports of letters that are ours, and not in this ledger
}

// apartFrom is a message that nothing was done with.
type apartFrom struct {
	File string `json:"file"`
	Kind string `json:"kind"`
	Why  string `json:"why"`
}

// doubted is a letter of which something came back that only a person can judge.
type doubted struct{ plan, tailnet string }

// returns is what came back of one plan.
type returns struct {
	plan   ledger.Stored
	read   map[string]bool   // marks of the reports that are on its record
	resent map[int]time.Time // when somebody had a row's letter sent again last
	rows   map[int]*cameBack
	moved  []ledger.Settled // in the order of the rows
	// Reports that change nothing.
	again   int // of a letter that is on record as bounced
	earlier int // of a letter that was sent again since
	idle    map[mailevidence.Action]int
	others  int // of letters that stand elsewhere
}

// cameBack is what reports of one run say of one letter.
type cameBack struct {
	delivery ledger.Delivery
	since    time.Time // reports of the time before are about an earlier sending
	how      ledger.Event
	code     mailevidence.Code
	said     string
	file     string
	marks    []string
}

// take takes in a message.
func (t *tidings) take(r mailevidence.Report) error {
	if t.ctx.Err() != nil {
		return t.ctx.Err()
	}
	t.read++
	if strings.Contains(r.Source, "@") { // somebody has named it after a person
		r.Source = fmt.Sprintf("message %d", t.read)
	}
	if t.kinds == nil {
		t.kinds = make(map[mailevidence.Kind]int)
	}
	t.kinds[r.Kind]++
	var path *fs.PathError
	switch {
	case errors.As(r.Err, &path):
		t.broken = append(t.broken, r.Err)
		return nil
	case r.Known && mayTell(r.Kind):
		return t.ours(r)
	case mayBeLost(r):
		t.hinted(r)
	case mayTell(r.Kind) && r.Err == nil:
		t.leave(r, noPath)
	default:
		t.leave(r, "")
	}
	return nil
}

const noPath = "it came to no return path of ours"

// mayTell reports whether a message of a kind may say that a letter came back.
func mayTell(kind mailevidence.Kind) bool {
	return kind == mailevidence.Status || kind == mailevidence.WordsOnly || kind == mailevidence.Unreadable
}

// leave names a message that nothing is done with.
func (t *tidings) leave(r mailevidence.Report, why string) {
	switch {
	case r.Err != nil && why != "":
		why = r.Err.Error() + "; " + why
	case r.Err != nil:
		why = r.Err.Error()
	case why == "":
		why = r.Sign
	}
	t.apart = append(t.apart, apartFrom{r.Source, string(r.Kind), why})
}

// ours takes in a report on a letter of ours.
func (t *tidings) ours(r mailevidence.Report) error {
	id, known := t.among(r.Letter)
	if !known {
		t.unheld(r, "it is of a plan that the ledger does not hold")
		return nil
	}
	if r.Letter.Row == 0 {
		t.leave(r, fmt.Sprintf("it is of the letter of %s that goes to oneself", id))
		return nil
	}
	of, err := t.of(id)
	if err != nil {
		return err
	}
	row := of.rows[r.Letter.Row]
	if row == nil {
		d, found, err := t.book.DeliveryAt(t.ctx, of.plan, r.Letter.Row)
		if err != nil {
			return err
		}
		if !found {
			t.unheld(r, fmt.Sprintf("%s has no row %d", id, r.Letter.Row))
			return nil
		}
		row = &cameBack{delivery: d, since: of.since(d.Row)}
	}
	if r.Kind != mailevidence.Status {
		t.doubt(r, of, row.delivery)
		return nil
	}
	if of.take(row, r) {
		of.rows[r.Letter.Row] = row
	}
	return nil
}

// unheld leaves a report of a letter that was made with our key, and that the ledger knows
// nothing of: an older one was restored, or it is another's.
func (t *tidings) unheld(r mailevidence.Report, why string) {
	t.leave(r, why)
	if r.Kind != mailevidence.Status || r.Action() == mailevidence.Failed {
		t.absent++
	}
}

// since is when somebody had a letter sent again, by a server's clock at the earliest; zero
// where nobody did, and every report is about the one sending: what was deferred is tried
// again, and has not gone twice.
func (of *returns) since(row int) time.Time {
	at, again := of.resent[row]
	if !again {
		return time.Time{}
	}
	return at.Add(-skew)
}

// of finds what came back of a plan, and which reports on it are on record.
func (t *tidings) of(id notify.PlanID) (*returns, error) {
	if of := t.plans[id.String()]; of != nil {
		return of, nil
	}
	plan, err := t.book.Plan(t.ctx, id)
	if err != nil {
		return nil, err
	}
	of := &returns{plan: plan, read: make(map[string]bool), resent: make(map[int]time.Time), rows: make(map[int]*cameBack), idle: make(map[mailevidence.Action]int)}
	t.plans[id.String()] = of
	records, err := t.book.Settlements(t.ctx, plan)
	for _, r := range records {
		for _, mark := range marksIn(r.Why) {
			of.read[mark] = true
		}
		if r.How == ledger.Resend {
			of.resent[r.Row] = r.At
		}
	}
	return of, err
}

// doubt leaves to a person what no program can read.
func (t *tidings) doubt(r mailevidence.Report, of *returns, d ledger.Delivery) {
	t.leave(r, "about "+t.doubted(of.plan.ID, d))
}

// doubted names a letter that something came back of, and remembers it where that is news.
func (t *tidings) doubted(id notify.PlanID, d ledger.Delivery) string {
	if d.State == ledger.Accepted || d.State == ledger.Unknown {
		t.doubts = append(t.doubts, doubted{id.String(), string(d.Tailnet)})
	}
	return fmt.Sprintf("the letter of %s to %s, which is %s", id, d.Tailnet, d.State)
}

// take takes in a delivery status, and reports whether it changes something.
func (of *returns) take(row *cameBack, r mailevidence.Report) bool {
	action, state := r.Action(), row.delivery.State
	failed := action == mailevidence.Failed
	switch {
	case of.read[r.Mark], failed && state == ledger.Bounced:
		of.again++
		return false
	case !r.Date.IsZero() && r.Date.Before(row.since):
		of.earlier++
		return false
	case failed && row.how == ledger.Bounce:
		of.again++
		row.marks = append(row.marks, r.Mark)
		return true
	case failed && (state == ledger.Accepted || state == ledger.Unknown):
		row.how = ledger.Bounce
	case failed:
		of.others++
		return false
	case action == mailevidence.Delivered && state == ledger.Unknown && row.how == "":
		row.how = ledger.Confirm
	default:
		of.idle[action]++
		return false
	}
	of.read[r.Mark] = true
	i := slices.IndexFunc(r.Recipients, func(of mailevidence.Recipient) bool { return of.Action == action })
	row.code, row.said, row.file = r.Recipients[i].Code, r.Recipients[i].Diagnostic, r.Source
	row.marks = append(row.marks, r.Mark)
	return true
}

// marked parts a server's words from the marks of the reports that quote them.
const (
	marked    = "; report "
	mostMarks = 20 // of one letter; more are of a server that repeats itself
)

// why is what the record says of a letter that came back.
func (c cameBack) why() string {
	words := string(c.code)
	if c.said != "" {
		words += " " + c.said
	}
	return words + marked + strings.Join(c.marks[:min(len(c.marks), mostMarks)], ", ")
}

// marksIn are the marks in a record's words.
func marksIn(why string) []string {
	at := strings.LastIndex(why, marked)
	if at < 0 {
		return nil
	}
	return strings.Split(why[at+len(marked):], ", ")
}

// sum puts what is to move in order.
func (t *tidings) sum() {
	who := cmp.Or(t.by, "tocsin bounces")
	for _, of := range t.plans {
		for _, n := range slices.Sorted(maps.Keys(of.rows)) {
			row := of.rows[n]
			of.moved = append(of.moved, ledger.Settled{
				Delivery:   row.delivery,
				Settlement: ledger.Settlement{How: row.how, Who: who, Why: row.why(), At: t.now},
			})
		}
	}
}

// settle moves the rows of each plan, all in one transaction.
func (t *tidings) settle() error {
	for _, of := range t.inOrder() {
		if len(of.moved) == 0 {
			continue
		}
		if err := t.book.Verify(t.ctx, of.plan); err != nil {
			return err
		}
		if err := t.book.SettleAll(t.ctx, of.plan, of.moved); err != nil {
			return err
		}
	}
	return nil
}

// inOrder lists the plans that something came back of.
func (t *tidings) inOrder() []*returns {
	return slices.SortedFunc(maps.Values(t.plans), func(a, b *returns) int {
		return cmp.Or(cmp.Compare(a.plan.ID.Bulletin, b.plan.ID.Bulletin), cmp.Compare(a.plan.ID.Number, b.plan.ID.Number))
	})
}

// moves counts the rows that an event moves.
func (of *returns) moves(how ledger.Event) (n int) {
	for _, s := range of.moved {
		if s.How == how {
			n++
		}
	}
	return n
}
