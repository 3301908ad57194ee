package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"tocsin/internal/notify"
	"tocsin/internal/notify/database"
)

// ErrChanged says that what the ledger holds is not what was frozen, or not what happened
// since.
var ErrChanged = errors.New("the ledger's bytes are not what was frozen")

// DamageError is a part of a plan that is not what it was.
type DamageError struct {
	Plan notify.PlanID
	Part string // "chain", "row 3", "letter 3", "head", "runs", "settlements"
	What string
}

// Error names the plan and the part.
func (e *DamageError) Error() string {
	return fmt.Sprintf("%s of %s: %s: %v", e.Part, e.Plan, e.What, ErrChanged)
}

// Unwrap says that it is a change.
func (e *DamageError) Unwrap() error { return ErrChanged }

func damaged(id notify.PlanID, part, format string, args ...any) error {
	return &DamageError{id, part, fmt.Sprintf(format, args...)}
}

// What a plan's digest covers of its rows.
const (
	plainRows     = 1 // all that they say: plans of the first schema, which cannot forget
	committedRows = 2 // of people and letters their commitments
	kindRows      = 3 // the kinds of plan and letters too
)

// Verify goes through a plan as a stream: it recomputes the chain's hashes from its
// events, the plan's digest from its rows and every letter's digest from its bytes, and
// compares where each row stands, and each run and settlement, with what the chain comes
// to. A row that was forgotten is held against the digest by its commitment. The error is
// a [DamageError] that names the part.
func (l *Ledger) Verify(ctx context.Context, p Stored) error {
	return l.VerifyCounting(ctx, p, func(int) {})
}

// VerifyCounting is Verify and calls done after every so many rows, with their number.
func (l *Ledger) VerifyCounting(ctx context.Context, p Stored, done func(rows int)) error {
	if l.held == nil {
		return l.inOneMoment(ctx, p, func(l *Ledger, p Stored) error { return l.verify(ctx, p, done) })
	}
	if err := l.enterLeft(ctx); err != nil {
		return err
	}
	return l.verify(ctx, p, done)
}

// inOneMoment looks at one state of a ledger that is read, whoever writes it meanwhile: over
// one connection, in one transaction.
func (l *Ledger) inOneMoment(ctx context.Context, p Stored, look func(*Ledger, Stored) error) (err error) {
	db, err := database.OpenReader(ctx, l.path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	db.SetMaxOpenConns(1)
	if _, err := db.ExecContext(ctx, "BEGIN"); err != nil {
		return err
	}
	moment := &Ledger{db: db, path: l.path}
	now, err := moment.Plan(ctx, p.ID) // as it stands now: another may have taken its place since it was read
	if err != nil {
		return err
	}
	if now.Digest != p.Digest {
		return damaged(p.ID, "digest", "it is another than was read")
	}
	return look(moment, now)
}

func (l *Ledger) verify(ctx context.Context, p Stored, done func(rows int)) error {
	seal := p.begin()
	v := verifier{plan: p, seal: seal, letters: unpacker{room: make([]byte, 0, roomForLetter)}, done: done}
	v.letters.turn(p)
	for first := 1; ; first += replayRows {
		r, err := l.replay(ctx, p, first)
		if err != nil {
			return err
		}
		if err := l.verifyRows(ctx, &v, r); err != nil {
			return err
		}
		if len(r.rows) == replayRows {
			continue
		}
		if err := v.sums(r); err != nil {
			return err
		}
		return errors.Join(l.verifyRuns(ctx, p, r), l.verifySettlements(ctx, p, r), l.verifyApprovals(ctx, p, r), l.verifyJournal(ctx, p))
	}
}

// verifier goes through the rows of one plan.
type verifier struct {
	plan         Stored
	seal         notify.Digester
	letters      unpacker
	rows, mailed int
	done         func(int)
}

// verifyRows goes through the rows of one range. The first and the last are open at their
// outer end, so that no row is passed over.
func (l *Ledger) verifyRows(ctx context.Context, v *verifier, r *replay) error {
	from, to := r.first, r.first+len(r.rows)
	if from == 1 {
		from = math.MinInt64
	}
	if len(r.rows) < replayRows {
		to = math.MaxInt64
	}
	return each(ctx, l.db, func(rows *sql.Rows) error { return v.row(rows, r) },
		"SELECT "+deliveryColumns+", message, octets, queue, text, wire"+deliveryTables+
			"LEFT JOIN letters USING (plan, row) LEFT JOIN replies USING (plan, row) WHERE plan = ? AND row >= ? AND row < ? ORDER BY row",
		v.plan.key, from, to)
}

// reply is what a server said of a row, as it is stored; NULL where there is none.
type reply struct{ queue, text, wire sql.NullString }

func (v *verifier) row(rows *sql.Rows, r *replay) error {
	var stored letter
	var said reply
	packed := (*sql.RawBytes)(&stored.message) // not copied: it is looked at before the next row is read
	d, err := scan(rows, packed, &stored.octets, &said.queue, &said.text, &said.wire)
	if err != nil {
		return damaged(v.plan.ID, "rows", "one cannot be read (%v)", err)
	}
	v.rows++
	s, known := r.of(d.Row, d.Standing == notify.Mailed)
	switch part := fmt.Sprintf("row %d", d.Row); {
	case d.Row != v.rows || !known:
		return damaged(v.plan.ID, part, "it is not in its place")
	case !v.plan.add(v.seal, d):
		return damaged(v.plan.ID, part, "it is not what it was committed to")
	case !s.is(d):
		return damaged(v.plan.ID, part, "it does not stand where the chain leaves it")
	case !s.said(d, said):
		return damaged(v.plan.ID, part, "the server's reply is another")
	case !d.whole(stored, &v.letters):
		return damaged(v.plan.ID, fmt.Sprintf("letter %d", d.Row), "it is not what was frozen")
	}
	if d.Standing == notify.Mailed {
		v.mailed++
	}
	if v.rows%announceRows == 0 {
		v.done(announceRows)
	}
	return nil
}

// roomForLetter is how much room letters are unpacked into, one after the other; a larger one
// gets its own.
const roomForLetter = 64 << 10

// announceRows is after how many rows somebody who waits is told.
const announceRows = 256

// sums holds the plan's head and its number of rows to the digest and the chain.
func (v *verifier) sums(r *replay) error {
	p := v.plan
	v.done(v.rows % announceRows)
	switch {
	case v.seal.Sum() != p.Digest || p.seal != p.Inputs.Digest():
		return damaged(p.ID, "digest", "rows and head do not come to it")
	case r.frozen != frozenLine(p.Digest, v.rows, v.mailed):
		return damaged(p.ID, "chain", "it begins with another digest, or with other numbers of rows and letters")
	case p.form < kindRows && p.Kind != "":
		return damaged(p.ID, "head", "it is of a kind that there was not when it was frozen")
	case r.by != p.Superseded:
		return damaged(p.ID, "head", "it is superseded by %q, and by %q in the chain", p.Superseded, r.by)
	case r.paused != p.Paused:
		return damaged(p.ID, "head", "it is paused for %q, and for %q in the chain", p.Paused, r.paused)
	case stamped(r.dropped) != p.Dropped:
		return damaged(p.ID, "head", "it is dropped at %q, and at %q in the chain", p.Dropped, stamped(r.dropped))
	}
	return nil
}

// is reports whether a row stands as the chain says.
func (s standing) is(d Delivery) bool {
	return d.State == s.state && d.Attempts == int(s.attempts) && d.Changed == stamped(s.changed) && d.Next == stamped(s.next) &&
		d.Run == s.run && d.Connection == int(s.connection) && d.Code == int(s.code) && d.Enhanced == s.enhanced &&
		d.Settled == s.settled && d.Twice == s.twice && d.Erased == stamped(s.erased)
}

// said reports whether what a server said is what the chain is committed to. Of a row that
// is forgotten nothing may be left of it.
func (s standing) said(d Delivery, said reply) bool {
	if d.Erased != "" {
		return !said.queue.Valid
	}
	reply, err1 := commitmentOf(sealed(d.salt, said.queue.String, said.text.String))
	wire, err2 := commitmentOf(sealed(d.salt, said.wire.String))
	return err1 == nil && err2 == nil && reply == s.reply && wire == s.wire
}

func (l *Ledger) verifyRuns(ctx context.Context, p Stored, r *replay) error {
	err := each(ctx, l.db, func(rows *sql.Rows) error {
		var id int64
		var m Machine
		var got replayedRun
		if err := rows.Scan(&id, &m.PID, &m.Host, &m.Boot, &m.Synced, &got.began, &got.ended, &got.fence); err != nil {
			return damaged(p.ID, "runs", "one cannot be read (%v)", err)
		}
		got.machine = m.digest()
		if want := r.runs[id]; want == nil || *want != got {
			return damaged(p.ID, "runs", "run %d is not what the chain says", id)
		}
		delete(r.runs, id)
		return nil
	}, "SELECT run, pid, host, boot, synced, began, ended, fence FROM runs WHERE plan = ?", p.key)
	if err == nil && len(r.runs) > 0 {
		err = damaged(p.ID, "runs", "%d that the chain knows are not there", len(r.runs))
	}
	return err
}

func (l *Ledger) verifySettlements(ctx context.Context, p Stored, r *replay) error {
	err := each(ctx, l.db, func(rows *sql.Rows) error {
		var seq, row int
		var how, who, why string
		var salt []byte
		if err := rows.Scan(&seq, &row, &how, &who, &why, &salt); err != nil {
			return damaged(p.ID, "settlements", "one cannot be read (%v)", err)
		}
		words := strings.Split(r.settled[seq], " ")
		forgotten := who == "" && why == "" && len(salt) == 0
		if len(words) != 4 || words[0] != fmt.Sprint(row) || words[1] != how || !forgotten && words[3] != sealed(salt, who, why) {
			return damaged(p.ID, "settlements", "that of event %d is not what the chain says", seq)
		}
		if forgotten != (seq < r.erasing) {
			return damaged(p.ID, "settlements", "that of event %d and what is forgotten do not agree", seq)
		}
		delete(r.settled, seq)
		return nil
	}, "SELECT seq, row, how, who, why, salt FROM settlements WHERE plan = ?", p.key)
	if err == nil && len(r.settled) > 0 {
		err = damaged(p.ID, "settlements", "%d that the chain knows are not there", len(r.settled))
	}
	return err
}

// verifyApprovals holds the approvals, each by its seal, to the chain.
func (l *Ledger) verifyApprovals(ctx context.Context, p Stored, r *replay) error {
	kept, err := l.Approvals(ctx, p)
	if err != nil {
		return err
	}
	same := len(kept) == len(r.approved)
	for i := 0; same && i < len(kept); i++ {
		same = sealLine(approvalSeal(p, kept[i])) == r.approved[i]
	}
	if !same {
		return damaged(p.ID, "approvals", "they are not what the chain says")
	}
	return nil
}

// begin begins the digest of a plan.
func (p Stored) begin() notify.Digester {
	seal := notify.NewDigester()
	seal.Head(p.Plan)
	if p.form >= committedRows {
		seal.Add(p.tables, notify.Digest(p.pattern))
	}
	if p.form >= kindRows {
		seal.Add(string(p.Kind))
	}
	return seal
}

// row adds a row with its commitment to the digest.
func (p Stored) row(seal notify.Digester, e notify.Entry, commitment string) {
	seal.Committed(e, commitment)
	if p.form >= kindRows {
		seal.Add(string(e.Kind))
	}
}

// add adds a row to the digest, and reports whether it is what it was committed to.
func (p Stored) add(seal notify.Digester, d Delivery) bool {
	switch p.form {
	case plainRows:
		seal.Row(d.Entry)
		return d.Kind == ""
	case committedRows, kindRows:
		p.row(seal, d.Entry, d.commitment)
		return (d.Kind == "" || p.form == kindRows) && (d.Erased != "" || notify.Commitment(d.salt, d.Entry) == d.commitment)
	}
	return false // a form that there is not
}

// whole reports whether a row has the letter that it was frozen with, or none, and
// a state that goes with that. What is forgotten is not to be sent any more.
func (d Delivery) whole(stored letter, letters *unpacker) bool {
	switch {
	case d.Standing != notify.Mailed:
		return stored.message == nil && d.State == NoLetter
	case !slices.Contains(States[:], d.State):
		return false
	case d.Erased != "":
		return stored.message == nil && d.State != Planned && d.State != Intent && d.State != Deferred
	}
	message, err := letters.unpack(stored.message, int(stored.octets.Int64))
	return err == nil && stored.octets.Valid && notify.Digest(message) == d.Digest
}
