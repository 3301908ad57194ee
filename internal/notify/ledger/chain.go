package ledger

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"tocsin/internal/notify"
)

// What stands in a plan's chain. An event is one transaction's share of one plan, so that
// a chain grows by transactions and not by letters.
const (
	frozenKind     = "frozen"     // digest D rows N letters N
	adoptedKind    = "adopted"    // row state attempts changed erased, of rows of a ledger without a chain
	begunKind      = "begun"      // run N digest-of-its-machine
	claimedKind    = "claimed"    // run N, then the rows
	markedKind     = "marked"     // run N, then row connection commitment
	outcomeKind    = "outcome"    // run N, then row state code enhanced next commitment
	fencedKind     = "fenced"     // run N: it was gone
	recoveredKind  = "recovered"  // run N that found it out, then row state
	endedKind      = "ended"      // run N
	settledKind    = "settled"    // row event state commitment
	pausedKind     = "paused"     // by PLAN, which is to take its place
	liftedKind     = "lifted"     // of PLAN, which was dropped: its pause
	supersededKind = "superseded" // by PLAN
	droppedKind    = "dropped"    // drop commitment
	forgottenKind  = "forgotten"  // rows N
	approvedKind   = "approved"   // seal SEAL, of an approval
)

// anchor is what the first event of a chain follows.
var anchor = strings.Repeat("0", 2*sha256.Size)

// event is one link of a plan's chain. Its text is a line that names it, such as
//
//	TS-2026-004/1 3 2026-05-04T09:00:00Z claimed
//
// and the lines of its kind, of IDs, states, digests and salted commitments: it names
// nobody, and so stays when people are forgotten.
type event struct {
	seq   int // from 1
	at    string
	kind  string
	lines []string
}

func (e event) text(id notify.PlanID) string {
	head := fmt.Sprintf("%s %d %s %s", id, e.seq, e.at, e.kind)
	if len(e.lines) == 0 {
		return head
	}
	return head + "\n" + strings.Join(e.lines, "\n")
}

// chained is the hash of an event's text after the hash of the event before it: hex
// SHA-256 of that, a line feed, and the text.
func chained(previous, text string) string {
	sum := sha256.New()
	_, _ = sum.Write([]byte(previous)) // a hash never fails to write
	_, _ = sum.Write([]byte{'\n'})
	_, _ = sum.Write([]byte(text))
	return hex.EncodeToString(sum.Sum(nil))
}

var errEvent = errors.New("an event that cannot be read")

// parseEvent reads the text of an event of a plan.
func parseEvent(id notify.PlanID, text string) (event, error) {
	head, rest, more := strings.Cut(text, "\n")
	var e event
	words := strings.Split(head, " ")
	if len(words) != 4 || words[0] != id.String() {
		return event{}, errEvent
	}
	var err error
	if e.seq, err = strconv.Atoi(words[1]); err != nil {
		return event{}, errEvent
	}
	e.at, e.kind = words[2], words[3]
	if more {
		e.lines = strings.Split(rest, "\n")
	}
	return e, nil
}

// record appends an event to a plan's chain, in the transaction that makes it true: the
// ledger never holds one without the other. Whatever changes a row of a plan, or says
// something about a plan that has to last (an approval, say), calls it; the lines hold
// IDs, words and digests only, and nothing that names a person but under a commitment.
func (l *Ledger) record(ctx context.Context, tx *sql.Tx, p Stored, at time.Time, kind string, lines ...string) error {
	if err := unread(ctx, tx, p); err != nil {
		return err // nobody knows what it would follow from
	}
	last, err := l.tip(ctx, tx, p)
	if err != nil {
		return err
	}
	return l.recordAfter(ctx, tx, p, &last, at, kind, lines...)
}

// link is where a chain ends.
type link struct {
	seq  int
	hash string
}

// next reads the event after a link, and holds it to the hash before it.
func (after link) next(id notify.PlanID, seq int, text, hash string) (event, error) {
	e, err := parseEvent(id, text)
	if err != nil || e.seq != seq || seq != after.seq+1 || chained(after.hash, text) != hash {
		return event{}, damaged(id, "chain", "event %d does not follow from event %d", after.seq+1, after.seq)
	}
	return e, nil
}

// tip is the end of a plan's chain.
func (l *Ledger) tip(ctx context.Context, tx *sql.Tx, p Stored) (last link, err error) {
	query, err := l.statement(ctx, tx, selectTip)
	if err != nil {
		return link{}, err
	}
	last.seq, last.hash, err = tipOf(query.QueryRowContext(ctx, p.key))
	return last, err
}

// recordAfter appends an event to a chain whose end is known, and that is the end from then on.
func (l *Ledger) recordAfter(ctx context.Context, tx *sql.Tx, p Stored, last *link, at time.Time, kind string, lines ...string) error {
	return l.append(ctx, tx, p, last, event{at: stamp(at), kind: kind, lines: lines})
}

// append gives an event its number, and appends it.
func (l *Ledger) append(ctx context.Context, tx *sql.Tx, p Stored, last *link, e event) error {
	insert, err := l.statement(ctx, tx, insertEvent)
	if err != nil {
		return err
	}
	e.seq = last.seq + 1
	text := e.text(p.ID)
	*last = link{e.seq, chained(last.hash, text)}
	_, err = insert.ExecContext(ctx, p.key, last.seq, text, last.hash)
	if err == nil {
		l.unpinned++
	}
	return err
}

const (
	selectTip   = "SELECT seq, hash FROM events WHERE plan = ? ORDER BY seq DESC LIMIT 1"
	insertEvent = "INSERT INTO events (plan, seq, text, hash) VALUES (?, ?, ?, ?)"
)

// querier is a database or a transaction.
type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// tip is the number and the hash of a plan's last event; 0 and the anchor where it has none.
func tip(ctx context.Context, from querier, key int64) (seq int, hash string, err error) {
	return tipOf(from.QueryRowContext(ctx, selectTip, key))
}

func tipOf(row *sql.Row) (seq int, hash string, err error) {
	err = row.Scan(&seq, &hash)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, anchor, nil
	}
	return seq, hash, err
}
