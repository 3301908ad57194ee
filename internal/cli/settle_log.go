package cli

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	mailevidence "tocsin/internal/notify/evidence"
	"tocsin/internal/notify/ledger"
	"tocsin/internal/source"
	"tocsin/internal/tailnet"
)

// lookup is which log letters are to be looked up in.
type lookup struct {
	logs []string // files; - is standard input
	zone string   // of the relay's clock; empty where nobody says
}

// sought is a letter that is to be looked up.
type sought struct {
	row       int
	state     ledger.State
	messageID string
	to        tailnet.Address
	queue     string // ID under which the relay said it took it; empty where it did not say
	changed   time.Time
	run       int64     // that began it last
	since     time.Time // what the log says of the time before is of an earlier sending
}

// trace is what a log says about the letters of a plan.
type trace struct {
	log    *mailevidence.Log
	zoned  bool // somebody has said which zone stamps without one are of
	now    time.Time
	known  int         // letters that the log knows
	named  []time.Time // when those came of which it has the Message-ID
	cut    int         // of the others, letters of a time that the log covers: it lacks the line with their Message-ID
	absent int         // letters that the relay has accepted, and of which a log that covers the time knows nothing
}

// settleByLog looks the unknown letters of a plan up in the log of the relay, and those
// that it accepted: they may have come back.
func (p *program) settleByLog(ctx context.Context, s *site, book *ledger.Ledger, plan ledger.Stored, f settling) error {
	if rehearsed(plan) {
		return refuse("tocsin status "+plan.ID.String(), "%s is a rehearsal: no relay has seen its letters", plan.ID)
	}
	if err := book.Verify(ctx, plan); err != nil {
		return err
	}
	letters, paths, err := s.sought(ctx, book, plan)
	if err != nil {
		return err
	}
	found, err := p.readLog(s, f.lookup, letters, paths)
	if err != nil {
		return err
	}
	sum, err := found.judge(ctx, book, plan, letters)
	if err != nil {
		return err
	}
	sum.sign(f.by, s.now)
	if !f.dry {
		if err := book.SettleAll(ctx, plan, sum.moved); err != nil {
			return err
		}
	}
	p.printLookup(found, sum)
	if f.dry {
		p.say("dry run: nothing was written")
		return nil
	}
	return p.afterLookup(ctx, s, book, plan, sum)
}

// sought are the letters of a plan that are out, or may be; and of those that may be,
// the return path, by which a relay's log names what it refused.
func (s *site) sought(ctx context.Context, book *ledger.Ledger, plan ledger.Stored) (letters []sought, paths map[int]string, err error) {
	back, err := s.returnPath(plan)
	if err != nil {
		return nil, nil, err
	}
	paths = make(map[int]string)
	err = book.Each(ctx, plan, func(d ledger.Delivery) error {
		if d.Erased != "" || d.State != ledger.Unknown && d.State != ledger.Accepted {
			return nil
		}
		at, err := time.Parse(time.RFC3339, d.Changed)
		if err != nil {
			return err
		}
		letters = append(letters, sought{row: d.Row, state: d.State, messageID: d.MessageID, to: d.Address, changed: at, run: d.Run})
		if d.State == ledger.Unknown && s.config.Mail.Bounces != "" {
			path, err := back(d.Row)
			paths[d.Row] = string(path)
			return err
		}
		return nil
	})
	if err != nil {
		return nil, nil, err
	}
	if err := queued(ctx, book, plan, letters); err != nil {
		return nil, nil, err
	}
	return letters, paths, since(ctx, book, plan, letters)
}

// queued adds under which IDs the relay said it took the letters that it accepted. A letter in
// doubt has none of its last sending.
func queued(ctx context.Context, book *ledger.Ledger, plan ledger.Stored, letters []sought) error {
	return book.EachQueue(ctx, plan, func(row int, id string) error {
		i, found := slices.BinarySearchFunc(letters, row, func(l sought, row int) int { return l.row - row })
		if found && letters[i].state == ledger.Accepted {
			letters[i].queue = id
		}
		return nil
	})
}

// since finds out when the last sending of each letter began, by the relay's clock at the
// earliest. A confirmation moves the time at which its row changed last, but not this one.
func since(ctx context.Context, book *ledger.Ledger, plan ledger.Stored, letters []sought) error {
	runs := make(map[int64]time.Time)
	for i, l := range letters {
		began, known := runs[l.run]
		if !known {
			var err error
			if began, err = book.Began(ctx, ledger.Delivery{Run: l.run}); err != nil {
				return err
			}
			if began.IsZero() {
				began = plan.Created
			}
			runs[l.run] = began
		}
		letters[i].since = began.Add(-skew)
	}
	return nil
}

// readLog reads a log, in however many files.
func (p *program) readLog(s *site, how lookup, letters []sought, paths map[int]string) (*trace, error) {
	zone, err := time.LoadLocation(how.zone)
	if err != nil {
		return nil, &refusal{exitUsage, fmt.Sprintf("--zone %q is no zone that this machine knows", how.zone), "such as --zone UTC or --zone Europe/Berlin"}
	}
	wanted := make([]mailevidence.Letter, len(letters))
	for i, l := range letters {
		wanted[i] = mailevidence.Letter{MessageID: l.messageID, ReturnPath: paths[l.row], QueueID: l.queue, Recipient: string(l.to), Since: l.since, Taken: l.changed}
	}
	t := &trace{log: mailevidence.NewLog(wanted, mailevidence.LogOptions{Zone: zone, Until: s.now, Skew: skew}), zoned: how.zone != "", now: s.now}
	if slices.Contains(how.logs, "-") {
		if len(how.logs) > 1 {
			return nil, &refusal{exitUsage, "- is the whole log, and files are the whole log: one of them", "tocsin settle --help"}
		}
		return t, t.log.Read(p.Stdin)
	}
	return t, t.log.ReadFiles(how.logs)
}

// looked is what a log comes to.
type looked struct {
	moved     []ledger.Settled
	undecided []undecided
	twice     int // letters that the relay took more than once
	queued    int // letters that it had accepted, and has not passed on
	onward    int // letters that it had accepted, and has passed on
}

// undecided is a row of which the log does not say enough.
type undecided struct{ tailnet, why string }

func (l looked) count(how ledger.Event) (n int) {
	for _, s := range l.moved {
		if s.How == how {
			n++
		}
	}
	return n
}

func (l *looked) sign(by string, at time.Time) {
	for i := range l.moved {
		l.moved[i].Who, l.moved[i].At = by, at
	}
}

// judge says of each letter what the log makes of it: first of those that the relay has
// accepted, by which a log shows that it is whole.
func (t *trace) judge(ctx context.Context, book *ledger.Ledger, plan ledger.Stored, letters []sought) (sum looked, err error) {
	var lost []sought
	for _, l := range letters {
		if l.state == ledger.Unknown {
			lost = append(lost, l)
			continue
		}
		if err := t.accepted(ctx, book, plan, l, &sum); err != nil {
			return sum, err
		}
	}
	for _, l := range lost {
		if f := t.log.Of(l.messageID, l.since, l.changed, l.changed); f.QueueID != "" || f.Fate == mailevidence.Refused {
			t.vouches(f)
		}
	}
	for _, l := range lost {
		if err := t.unknown(ctx, book, plan, l, &sum); err != nil {
			return sum, err
		}
	}
	slices.SortFunc(sum.moved, func(a, b ledger.Settled) int { return a.Row - b.Row })
	return sum, nil
}

// accepted looks up a letter that the relay has taken: it may have come back.
func (t *trace) accepted(ctx context.Context, book *ledger.Ledger, plan ledger.Stored, l sought, sum *looked) error {
	w := window{l.changed.Add(-skew), l.changed.Add(skew)}
	f := t.log.Of(l.messageID, l.since, w.from, w.to)
	switch f.Fate {
	case mailevidence.Unknown:
		return nil
	case mailevidence.Unseen:
		t.absent++
		return nil
	}
	t.knows(f, w)
	switch f.Fate {
	case mailevidence.Returned, mailevidence.Dropped:
		return sum.move(ctx, book, plan, l, ledger.Bounce, recordOfLog(f))
	case mailevidence.Queued:
		sum.queued++
	case mailevidence.Onward:
		sum.onward++
	}
	return nil
}

// knows counts a letter that the relay had taken. One that the log knows by a queue ID alone,
// which we told it, does not show that it is whole: where the line with its Message-ID should be,
// it shows that it is not.
func (t *trace) knows(f mailevidence.Finding, w window) {
	if t.vouches(f); f.Named.IsZero() && t.log.Covers(w.from, w.to) {
		t.cut++
	}
}

// vouches counts a letter that the log knows. Only a Message-ID in it shows that the log has those
// of its time; a refusal before the letter was queued has none.
func (t *trace) vouches(f mailevidence.Finding) {
	if t.known++; !f.Named.IsZero() {
		t.named = append(t.named, f.Named)
	}
}

// unknown looks up a letter that went out whole and got no answer.
func (t *trace) unknown(ctx context.Context, book *ledger.Ledger, plan ledger.Stored, l sought, sum *looked) error {
	w := window{l.since, l.changed.Add(dotTimer + skew)}
	f := t.log.Of(l.messageID, l.since, w.from, w.to)
	if f.Times > 1 {
		sum.twice++
	}
	how, why := t.verdict(f, w, l.changed)
	if how == "" {
		d, _, err := book.DeliveryAt(ctx, plan, l.row)
		sum.undecided = append(sum.undecided, undecided{string(d.Tailnet), why})
		return err
	}
	return sum.move(ctx, book, plan, l, how, why)
}

func (l *looked) move(ctx context.Context, book *ledger.Ledger, plan ledger.Stored, of sought, how ledger.Event, why string) error {
	d, found, err := book.DeliveryAt(ctx, plan, of.row)
	if err == nil && found {
		l.moved = append(l.moved, ledger.Settled{Delivery: d, Settlement: ledger.Settlement{How: how, Why: why}})
	}
	return err
}

// recordOfLog is what goes on the record of a finding.
func recordOfLog(f mailevidence.Finding) string {
	words := []string{"the relay's log: " + string(f.Fate)}
	if f.Fate == mailevidence.Refused { // it may have been an earlier attempt that was
		words[0] += " at " + clockTime(f.At) + ", and not seen since"
	}
	if f.QueueID != "" {
		words = append(words, "queue id "+f.QueueID)
	}
	if f.Code != "" {
		words = append(words, string(f.Code))
	}
	if f.Said != "" {
		words = append(words, f.Said)
	}
	return strings.Join(words, ", ")
}

// printLookup prints what the log comes to.
func (p *program) printLookup(t *trace, sum looked) {
	first, last := t.log.Span()
	if first.IsZero() {
		p.print("no line of a Postfix is in the log")
	} else {
		p.print("the log: from %s to %s; it knows %s of the plan", first.Format(time.RFC3339), last.Format(time.RFC3339), many(t.known, "letter"))
	}
	if n := sum.onward + sum.queued; n > 0 {
		p.print("  %8d  accepted and passed on, %d accepted and still waiting at the relay", sum.onward, sum.queued)
	}
	p.print("  %8d  confirmed: the relay has taken them", sum.count(ledger.Confirm))
	p.print("  %8d  bounced", sum.count(ledger.Bounce))
	p.print("  %8d  never came: they tell nobody", sum.count(ledger.Absent))
	p.print("  %8d  undecided", len(sum.undecided))
	if sum.twice > 0 {
		p.print("  %8d  came to the relay more than once: somebody may have it twice", sum.twice)
	}
	for i, u := range sum.undecided {
		if i == mostUnsettled {
			p.print("  undecided: %d more", len(sum.undecided)-i)
			break
		}
		p.print("%s", folded(fmt.Sprintf("  undecided: %s: %s", source.Visible(u.tailnet), u.why), 0, 4))
	}
}

// afterLookup ends with the sums, and with what to do about what the log does not say.
func (p *program) afterLookup(ctx context.Context, s *site, book *ledger.Ledger, plan ledger.Stored, sum looked) error {
	sums, err := book.Account(ctx, plan)
	if err != nil {
		return err
	}
	if sum.count(ledger.Absent)+sum.count(ledger.Bounce) > 0 && plan.Superseded != "" {
		p.sums(plan, sums)
		p.next("tocsin plan %s", plan.ID.Bulletin) // whoever took its place may count them as told
		return errIncomplete
	}
	if len(sum.undecided) == 0 || sums.Open() > 0 || plan.Superseded != "" {
		return p.account(ctx, s, book, plan)
	}
	p.sums(plan, sums)
	p.next("the same with a log that says more; or decide: tocsin settle %s --state unknown {--resend | --hold} --why REASON --by NAME", plan.ID)
	return errIncomplete
}
