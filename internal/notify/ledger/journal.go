package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"tocsin/internal/notify"
	"tocsin/internal/notify/database"
)

// What a run does with letters is durable before anything follows from it: three times a
// letter. To bring its row up to date each time, and the plan's chain, takes longer than all
// the rest. So a run writes into the journal, one record a transaction, and what stands there
// happened. Chain and rows follow, many letters' at a time, in one transaction that empties
// the journal.
//
// That is not long: it is done with the first record after [EnterAfter], when no letter of
// the run is on its way, before whoever writes the ledger reads anything, and in any
// transaction but that of a record. A sender that waits calls [Ledger.Enter]. Where a process
// dies first, the next that opens the ledger does it: see enterAll. A run that was fenced off
// writes nothing there, and enters nothing.
//
// A record is its run, an instant, and a line for each letter that it moves: what the chain will
// say of it, and in quotes what is to be kept of a server's words or what goes out.
//
//	run 3 2026-05-04T09:00:00Z
//	marked 18 3 -
//	outcome 17 accepted 250 2.0.0 - 5e1f… "4XYZ" "Ok: queued as 4XYZ"
//
// Its hash follows from that of the record before it; the first one's, from the end of the
// plan's chain.

const (
	// insertRecord writes a record of a run that may write, after the last one that it knows: the
	// first after the end of the plan's chain, and none beside those of another run of the plan,
	// which would follow from that as well.
	insertRecord = `INSERT INTO journal (record, text, hash) SELECT (run << 32) + ?1, ?2, ?3 FROM runs AS r
	WHERE run = ?4 AND plan = ?5 AND fence = ?6 AND ended = ''
	AND coalesce((SELECT max(record) FROM journal WHERE record BETWEEN run << 32 AND (run + 1 << 32) - 1), run << 32) = (run << 32) + ?7
	AND (?7 > 0 OR ?8 = (SELECT hash FROM events WHERE plan = ?5 ORDER BY seq DESC LIMIT 1))
	AND NOT EXISTS (SELECT 1 FROM journal WHERE record < ?4 << 32 AND record >> 32 IN (SELECT run FROM runs WHERE plan = ?5))
	AND NOT EXISTS (SELECT 1 FROM journal WHERE record >= ?4 + 1 << 32 AND record >> 32 IN (SELECT run FROM runs WHERE plan = ?5))`

	selectRecords = "SELECT record & 0xFFFFFFFF, text, hash FROM journal WHERE record BETWEEN ?1 << 32 AND (?1 + 1 << 32) - 1 ORDER BY record"
	emptyJournal  = "DELETE FROM journal WHERE record BETWEEN ?1 << 32 AND (?1 + 1 << 32) - 1"

	selectWriting = `SELECT r.plan, bulletin, number, run, fence, ended FROM runs AS r JOIN plans AS p USING (plan)
	WHERE run IN (SELECT DISTINCT record >> 32 FROM journal) ORDER BY run`

	// namedRuns are records with the runs that they name, by their numbers and by their texts:
	// only damage makes those two.
	namedRuns = `journal LEFT JOIN runs AS a ON a.run = record >> 32
	LEFT JOIN runs AS b ON text GLOB 'run [1-9]*' AND b.run = CAST(substr(text, 5) AS INTEGER)`
	// ofPlan finds those that are or may be of a plan.
	ofPlan = "(a.plan = ?1 OR b.plan = ?1 OR a.plan IS NULL AND b.plan IS NULL)"
)

// say writes down what letters come to, in one durable record. In a transaction it is the
// first: what was there before has been entered.
func (m *moves) say(ctx context.Context, p Stored, r Run, at time.Time) (last link, err error) {
	if m.tx == nil {
		last = m.afoot.last
	}
	if last.seq == 0 {
		_, last.hash, err = tip(ctx, m.from(), p.key)
	}
	if err != nil {
		return last, err
	}
	insert, err := m.inserting(ctx)
	if err != nil {
		return last, err
	}
	text := r.word() + " " + stamp(at) + "\n" + strings.Join(m.lines, "\n")
	next := link{last.seq + 1, chained(last.hash, text)}
	done, err := insert.ExecContext(ctx, next.seq, text, next.hash, r.ID, p.key, r.fence, last.seq, last.hash)
	if err != nil {
		m.afoot.under = nil // cut short, it may stand there all the same: the rows will know
		return last, database.OnDisk(m.path, err)
	}
	if n, err := done.RowsAffected(); err != nil || n != 1 {
		return last, errors.Join(err, m.refused(ctx, p, r))
	}
	return next, nil
}

func (m *moves) inserting(ctx context.Context) (*sql.Stmt, error) {
	if m.tx != nil {
		return m.statement(ctx, m.tx, insertRecord)
	}
	return m.prepare(ctx, insertRecord)
}

// from is where the ledger is read.
func (m *moves) from() querier {
	if m.tx != nil {
		return m.tx
	}
	return m.db
}

// refused is why a run may not write.
func (m *moves) refused(ctx context.Context, p Stored, r Run) error {
	if err := r.may(p, m.from().QueryRowContext(ctx, selectRun, r.ID, p.key)); err != nil {
		return err
	}
	return fmt.Errorf("somebody else wrote in the journal of run %d: %w", r.ID, ErrChanged)
}

// record is one of the journal.
type record struct {
	at    string
	words []said
}

// said is what a record says of a letter.
type said struct {
	kind string
	row  int
	line string   // as the chain has it
	keep []string // what is to be kept beside it; nil: nothing
}

// text is how it stands in a record.
func (s said) text() string {
	text := s.kind + " " + s.line
	for _, k := range s.keep {
		text += " " + strconv.Quote(k)
	}
	return text
}

// parseSaid reads a line of a record.
func parseSaid(text string) (s said, err error) {
	head, quoted, more := strings.Cut(text, ` "`)
	if more {
		quoted = `"` + quoted
	}
	for quoted != "" && err == nil {
		var one string
		if one, err = strconv.QuotedPrefix(quoted); err == nil {
			quoted = strings.TrimPrefix(quoted[len(one):], " ")
			one, err = strconv.Unquote(one)
			s.keep = append(s.keep, one)
		}
	}
	if err != nil {
		return said{}, errEvent
	}
	s.kind, s.line, _ = strings.Cut(head, " ")
	row, _, _ := strings.Cut(s.line, " ")
	if s.row, err = strconv.Atoi(row); err != nil {
		return said{}, errEvent
	}
	return s, nil
}

// keeps reports whether as much is kept of a letter as belongs to what is said of it.
func (s said) keeps() bool {
	switch s.kind {
	case markedKind:
		return len(s.keep) <= 1
	case outcomeKind:
		return len(s.keep) == 0 || len(s.keep) == 2
	}
	return s.keep == nil
}

// parseRecord reads a record of a run.
func parseRecord(run int64, text string) (r record, err error) {
	head, lines, _ := strings.Cut(text, "\n")
	at, is := strings.CutPrefix(head, runWord(run)+" ")
	if _, err := time.Parse(time.RFC3339, at); err != nil || !is {
		return record{}, errEvent
	}
	r.at = at
	for line := range strings.SplitSeq(lines, "\n") {
		s, err := parseSaid(line)
		if err != nil || !s.keeps() {
			return record{}, errEvent
		}
		r.words = append(r.words, s)
	}
	return r, nil
}

// records reads what a run has in the journal, each record held to the hash before it.
func (l *Ledger) records(ctx context.Context, from querier, p Stored, run int64) (all []record, err error) {
	last := link{}
	if _, last.hash, err = tip(ctx, from, p.key); err != nil {
		return nil, err
	}
	err = each(ctx, from, func(rows *sql.Rows) error {
		var seq int
		var text, hash string
		if err := rows.Scan(&seq, &text, &hash); err != nil {
			return err
		}
		r, err := parseRecord(run, text)
		if err != nil || seq != last.seq+1 || chained(last.hash, text) != hash {
			return damaged(p.ID, "journal", "record %d does not follow from record %d", seq, last.seq)
		}
		last = link{seq, hash}
		all = append(all, r)
		return nil
	}, selectRecords, run)
	return all, err
}

// eventsOf puts what records say into as few events as there can be, and lists what is to be
// kept. What happened in one second stands together, marks before outcomes.
func eventsOf(run Run, records []record) (events []event, replies, wires words) {
	var g gathered
	for _, r := range records {
		for _, s := range r.words {
			e := g.event(s.kind, r.at)
			e.lines = append(e.lines, s.line)
			switch s.kind {
			case markedKind:
				wires = wires.add(s.row, s.keep, 1)
			case outcomeKind:
				replies = replies.add(s.row, s.keep, 2)
			}
		}
	}
	events = slices.DeleteFunc(g.events, func(e event) bool { return len(e.lines) == 0 })
	for i := range events {
		events[i].lines = slices.Insert(events[i].lines, 0, run.word())
	}
	return events, replies, wires
}

// gathered are events that still take what happened: claims of a second one, and its marks
// and outcomes two beside each other, of which one may stay empty.
type gathered struct{ events []event }

// event is the one that takes what happened at an instant: the last of its kind, or a new one.
func (g *gathered) event(kind, at string) *event {
	if n := len(g.events); n == 0 || g.events[n-1].at != at || (g.events[n-1].kind == claimedKind) != (kind == claimedKind) {
		g.begin(kind, at)
	}
	last := len(g.events) - 1
	if kind == markedKind {
		last-- // before the outcomes
	}
	return &g.events[last]
}

// begin begins them.
func (g *gathered) begin(kind, at string) {
	if kind == claimedKind {
		g.events = append(g.events, event{at: at, kind: claimedKind})
		return
	}
	g.events = append(g.events, event{at: at, kind: markedKind}, event{at: at, kind: outcomeKind})
}

// writing is a run that has records in the journal.
type writing struct {
	plan Stored // its key and name
	run  Run
	over bool // it has ended
}

// allWriting lists them. There is one at most, unless somebody took the lock away or damaged
// what one has written.
func allWriting(rows *sql.Rows, err error) (all []writing, _ error) {
	if err != nil {
		return nil, err
	}
	for err == nil && rows.Next() {
		var w writing
		var ended string
		err = rows.Scan(&w.plan.key, &w.plan.ID.Bulletin, &w.plan.ID.Number, &w.run.ID, &w.run.fence, &ended)
		w.run.plan, w.over = w.plan.key, ended != ""
		all = append(all, w)
	}
	return all, errors.Join(err, rows.Err(), rows.Close())
}

// enterAll brings chains and rows up to date with the journal, for runs that died before they
// could: the caller holds the ledger's lock. Where somebody took that away they may be alive,
// and what they have written counts all the same, before anything else is written; they find
// their records gone, and write no other. A plan whose records are damaged is left as it is,
// and Verify refuses it: the others go on.
func (l *Ledger) enterAll(ctx context.Context, tx *sql.Tx) error {
	query, err := l.statement(ctx, tx, selectWriting)
	if err != nil {
		return err
	}
	all, err := allWriting(query.QueryContext(ctx))
	for _, w := range all {
		if err == nil {
			err = l.enterOf(ctx, tx, w)
		}
	}
	return err
}

// enterOf does it for one.
func (l *Ledger) enterOf(ctx context.Context, tx *sql.Tx, w writing) error {
	m := moves{Ledger: l, tx: tx, moved: make(map[letterKey]footing)}
	switch records, err := m.follow(ctx, tx, w); {
	case errors.Is(err, ErrChanged):
		return nil
	case err != nil:
		return err
	default:
		return l.enter(ctx, tx, w.plan, w.run, records, m.moved)
	}
}

// follow moves letters from where their rows stand as the journal says.
func (m *moves) follow(ctx context.Context, from querier, w writing) ([]record, error) {
	if w.over {
		return nil, damaged(w.plan.ID, "journal", "run %d has ended, and its records are in no chain", w.run.ID)
	}
	records, err := m.records(ctx, from, w.plan, w.run.ID)
	for i, r := range records {
		for _, s := range r.words {
			if err := m.moveAs(ctx, w, r.at, s.kind, s.line); err != nil {
				return nil, cannotBe(err, w.plan.ID, "journal", "record", i+1)
			}
		}
	}
	return records, err
}

// moveAs moves a letter as a line of the chain, of some kind, says.
func (m *moves) moveAs(ctx context.Context, w writing, at, kind, line string) error {
	words := strings.Split(line, " ")
	row, err := strconv.Atoi(words[0])
	if err != nil {
		return errEvent
	}
	change, err := changeOf(kind, w.run.ID, at, words[1:])
	if err != nil {
		return err
	}
	may, err := m.move(ctx, w.plan, row, change)
	if err == nil && !may {
		err = fmt.Errorf("letter %d does not stand so: %w", row, errEvent)
	}
	return err
}

// cannotBe takes what a letter cannot do for damage; anything else that fails is none.
func cannotBe(err error, id notify.PlanID, part, what string, n int) error {
	if !errors.Is(err, errEvent) {
		return err
	}
	return damaged(id, part, "%s %d says what cannot be: %v", what, n, err)
}

// changeOf is what an event does to a letter, by the words after its row.
func changeOf(kind string, run int64, at string, words []string) (func(*footing) bool, error) {
	switch {
	case kind == claimedKind && len(words) == 0:
		return func(f *footing) bool { return f.claim(run, at) }, nil
	case kind == markedKind && len(words) == 2:
		connection, err := strconv.Atoi(words[0])
		if err != nil {
			return nil, errEvent
		}
		return func(f *footing) bool { return f.mark(run, connection, at) }, nil
	case kind == outcomeKind && len(words) == 5:
		code, err := strconv.Atoi(words[1])
		if err != nil || !slices.Contains(States[:], State(words[0])) {
			return nil, errEvent
		}
		to := ending{state: State(words[0]), code: code, enhanced: undashed(words[2]), next: undashed(words[3])}
		return func(f *footing) bool { return f.end(run, to, at) }, nil
	}
	return nil, errEvent
}

// verifyJournal holds what a run at work has written, and what is in no chain yet, to the rows.
// Whoever writes the ledger has entered it before.
func (l *Ledger) verifyJournal(ctx context.Context, p Stored) error {
	if l.held != nil {
		return unread(ctx, l.db, p)
	}
	all, err := allWriting(l.db.QueryContext(ctx, selectWriting))
	for _, w := range all {
		if err == nil && w.plan.key == p.key {
			m := moves{Ledger: l, moved: make(map[letterKey]footing)}
			_, err = m.follow(ctx, l.db, w)
		}
	}
	var two bool
	if err == nil {
		err = l.db.QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM "+namedRuns+" WHERE "+ofPlan+" AND (a.run IS NOT b.run OR a.run IS NULL))", p.key).Scan(&two)
	}
	if two {
		err = damaged(p.ID, "journal", "nobody can tell whose a record is")
	}
	return err
}

// unread refuses a plan of which there are, or may be, records that nobody could enter.
func unread(ctx context.Context, from querier, p Stored) error {
	var is bool
	err := from.QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM "+namedRuns+" WHERE "+ofPlan+")", p.key).Scan(&is)
	if is {
		err = damaged(p.ID, "journal", "it cannot be read, and what it says is in no chain")
	}
	return err
}

// enterLeft enters what any run has left in the journal.
func (l *Ledger) enterLeft(ctx context.Context) error {
	lags, err := l.lagging(ctx)
	if err != nil || !lags {
		return err
	}
	return l.transact(ctx, nothingElse)
}

// lagging reports whether there is anything in the journal of a ledger.
func (l *Ledger) lagging(ctx context.Context) (is bool, err error) {
	err = l.db.QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM journal)").Scan(&is)
	return is, err
}
