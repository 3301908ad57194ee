package ledger

import (
	"context"
	"database/sql"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// standing is where a row stands by what its plan's chain says.
type standing struct {
	state      State
	attempts   int32
	connection int32
	run        int64
	code       int32
	twice      bool
	changed    int64 // seconds since 1970, as all instants here; 0 is none
	next       int64
	erased     int64
	enhanced   string
	settled    Event
	reply      [32]byte // commitment; zeros where there is nothing to commit to
	wire       [32]byte
}

// replayedRun is what the chain says of a run.
type replayedRun struct {
	machine, began, ended string
	fence                 int64
}

// replay goes through the chain of one plan, from its first event on. It keeps where some
// of the rows stand, from first on: of a large plan one range after the other, so that it
// is never held in memory whole.
type replay struct {
	plan     Stored
	first    int // row of rows[0]
	rows     []standing
	seq      int
	hash     string
	at       int64
	frozen   string // line of the first event
	by       string // plan that took its place
	paused   string // plan that is to take its place
	dropped  int64
	closed   int64 // since when nothing of it goes out any more, for either of those
	runs     map[int64]*replayedRun
	settled  map[int]string // line of a settlement by its event
	erasing  int            // event that forgot the plan; 0 while none has
	approved []string       // lines of approvals
	words    map[string]string
}

// replayRows is how many rows a replay keeps at a time, in some 150 octets each.
const replayRows = 1 << 17

func newReplay(p Stored, first int) *replay {
	return &replay{
		plan: p, first: first, hash: anchor, rows: make([]standing, 0),
		runs: make(map[int64]*replayedRun), settled: make(map[int]string), words: make(map[string]string),
	}
}

// replay reads the chain of a plan, and holds each event to the hash before it.
func (l *Ledger) replay(ctx context.Context, p Stored, first int) (*replay, error) {
	r := newReplay(p, first)
	err := each(ctx, l.db, func(rows *sql.Rows) error {
		var seq int
		var text, hash string
		if err := rows.Scan(&seq, &text, &hash); err != nil {
			return err
		}
		return r.link(seq, text, hash)
	}, "SELECT seq, text, hash FROM events WHERE plan = ? ORDER BY seq", p.key)
	if err == nil && r.seq == 0 {
		err = damaged(p.ID, "chain", "it has no event")
	}
	return r, err
}

// link takes in one event.
func (r *replay) link(seq int, text, hash string) error {
	e, err := link{r.seq, r.hash}.next(r.plan.ID, seq, text, hash)
	if err != nil {
		return err
	}
	at, err := time.Parse(time.RFC3339, e.at)
	if err == nil {
		r.at = at.Unix()
		err = r.take(e)
	}
	if err != nil {
		return damaged(r.plan.ID, "chain", "event %d says what cannot be: %v", seq, err)
	}
	r.seq, r.hash = seq, hash
	return nil
}

func (r *replay) take(e event) error {
	if (e.kind == frozenKind) != (e.seq == 1) {
		return errEvent
	}
	switch e.kind {
	case frozenKind:
		return r.freeze(e)
	case adoptedKind:
		return r.each(e.lines, 5, r.adopt)
	case begunKind, endedKind, fencedKind:
		return r.run(e)
	case claimedKind, markedKind, outcomeKind, recoveredKind:
		return r.ofRun(e)
	case settledKind:
		r.settled[e.seq] = strings.Join(e.lines, "\n")
		return r.each(e.lines, 4, r.settle)
	case pausedKind, liftedKind, supersededKind, droppedKind:
		return r.follow(e)
	case forgottenKind:
		r.erasing = e.seq
		r.all(func(s *standing) {
			if s.erased == 0 {
				s.erased = r.at
			}
		})
	case approvedKind:
		r.approved = append(r.approved, e.lines...)
	default:
		return fmt.Errorf("%q is no kind of event", e.kind)
	}
	return nil
}

// each takes lines of so many words, the first of which is a row. Rows out of the range
// are somebody else's.
func (r *replay) each(lines []string, words int, take func(s *standing, words []string) error) error {
	for _, line := range lines {
		parts := strings.Split(line, " ")
		row, err := strconv.Atoi(parts[0])
		if err != nil || len(parts) != words {
			return errEvent
		}
		if row < r.first || row >= r.first+len(r.rows) {
			continue
		}
		if err := take(&r.rows[row-r.first], parts[1:]); err != nil {
			return fmt.Errorf("row %d: %w", row, err)
		}
	}
	return nil
}

func (r *replay) all(change func(*standing)) {
	for i := range r.rows {
		change(&r.rows[i])
	}
}

func (r *replay) freeze(e event) error {
	var digest string
	var rows, letters int
	if len(e.lines) != 1 {
		return errEvent
	}
	if _, err := fmt.Sscanf(e.lines[0], "digest %s rows %d letters %d", &digest, &rows, &letters); err != nil {
		return err
	}
	r.frozen = e.lines[0]
	r.rows = make([]standing, max(0, min(rows-r.first+1, replayRows)))
	r.all(func(s *standing) { s.changed = r.at })
	return nil
}

func (r *replay) adopt(s *standing, words []string) (err error) {
	var attempts int
	if attempts, err = strconv.Atoi(words[1]); err != nil {
		return err
	}
	s.attempts = int32(attempts)
	if s.changed, err = instant(words[2]); err != nil {
		return err
	}
	if s.erased, err = instant(words[3]); err != nil {
		return err
	}
	return s.become(words[0])
}

// run takes in that runs began, ended or were fenced off.
func (r *replay) run(e event) error {
	for _, line := range e.lines {
		words := strings.Split(line, " ")
		id, err := runOf(words)
		known := r.runs[id]
		at := e.at
		switch {
		case err != nil:
			return err
		case e.kind == begunKind && known == nil && len(words) == 3:
			r.runs[id] = &replayedRun{machine: words[2], began: at, fence: 1}
		case e.kind == endedKind && known != nil && known.ended == "":
			known.ended = at
		case e.kind == fencedKind && known != nil && known.ended == "":
			known.ended = at
			known.fence++
		default:
			return errEvent
		}
	}
	return nil
}

func runOf(words []string) (int64, error) {
	if len(words) < 2 || words[0] != "run" {
		return 0, errEvent
	}
	return strconv.ParseInt(words[1], 10, 64)
}

// ofRun takes in what a run wrote down. It must have begun, and not ended.
func (r *replay) ofRun(e event) error {
	if len(e.lines) == 0 {
		return errEvent
	}
	id, err := runOf(strings.Split(e.lines[0], " "))
	if err != nil {
		return err
	}
	if run := r.runs[id]; run == nil || run.ended != "" {
		return fmt.Errorf("run %d is not running", id)
	}
	lines := e.lines[1:]
	switch e.kind {
	case claimedKind:
		return r.each(lines, 1, func(s *standing, _ []string) error { return r.claim(s, id) })
	case markedKind:
		return r.each(lines, 3, func(s *standing, words []string) error { return r.mark(s, id, words) })
	case outcomeKind:
		return r.each(lines, 6, func(s *standing, words []string) error { return r.outcome(s, id, words) })
	}
	return r.each(lines, 2, func(s *standing, words []string) error { return r.recover(s, words[0]) })
}

func (r *replay) claim(s *standing, run int64) error {
	from := s.state
	if from == "" {
		from = Planned
	}
	to, may := from.after(Claim)
	if !may || r.closed != 0 || r.paused != "" {
		return fmt.Errorf("a letter that is %s was claimed", from)
	}
	s.state, s.run, s.connection, s.changed = to, run, 0, r.at
	s.attempts++
	return nil
}

func (r *replay) mark(s *standing, run int64, words []string) error {
	connection, err := strconv.Atoi(words[0])
	if err != nil || s.state != Intent || s.run != run || s.connection != 0 || connection < 1 {
		return errEvent
	}
	s.connection, s.changed = int32(connection), r.at
	s.wire, err = commitmentOf(words[1])
	return err
}

func (r *replay) outcome(s *standing, run int64, words []string) (err error) {
	code, err := strconv.Atoi(words[1])
	if err != nil || s.state != Intent || s.run != run {
		return errEvent
	}
	before := s.next
	s.code, s.enhanced, s.changed = int32(code), r.word(undashed(words[2])), r.at
	if s.next, err = instant(words[3]); err != nil {
		return err
	}
	if s.reply, err = commitmentOf(words[4]); err != nil {
		return err
	}
	err = s.become(words[0])
	s.attempts -= int32(given(s.state, stamped(s.next), stamped(before)))
	return err
}

func (r *replay) recover(s *standing, state string) error {
	if s.state != Intent || s.connection > 0 && State(state) != Accepted && State(state) != Unknown {
		return errEvent // what was marked may have arrived
	}
	s.changed = r.at
	err := s.become(state)
	if s.state != Deferred {
		s.next = 0
	}
	s.attempts -= int32(given(s.state, stamped(s.next), stamped(s.next)))
	return err
}

func (r *replay) settle(s *standing, words []string) error {
	how := Event(words[0])
	at := slices.Index(settling, how)
	if at < 0 {
		return errEvent
	}
	s.twice = s.twice || s.state == Unknown && how == Resend
	s.settled, s.changed, s.next = settling[at], r.at, 0
	return s.become(words[1])
}

// of is where a row stands, which gets a letter or not: where the chain has said nothing
// of it, the letter is planned, until its plan is closed.
func (r *replay) of(row int, letter bool) (standing, bool) {
	if row < r.first || row >= r.first+len(r.rows) {
		return standing{}, false
	}
	s := r.rows[row-r.first]
	switch {
	case s.state != "":
	case !letter:
		s.state = NoLetter
	case r.closed != 0:
		s.state, s.changed = Superseded, r.closed
	default:
		s.state = Planned
	}
	return s, true
}

// become takes a state by its word.
func (s *standing) become(word string) error {
	if word == string(NoLetter) {
		s.state = NoLetter
		return nil
	}
	at := slices.Index(States[:], State(word))
	if at < 0 {
		return fmt.Errorf("%q is no state", word)
	}
	s.state = States[at]
	return nil
}

// word is a word that many rows share, kept once.
func (r *replay) word(text string) string {
	if text == "" {
		return ""
	}
	kept, found := r.words[text]
	if !found {
		kept = strings.Clone(text)
		r.words[kept] = kept
	}
	return kept
}

// instant reads an instant of a line; 0 where there is none.
func instant(word string) (int64, error) {
	if word == "-" {
		return 0, nil
	}
	at, err := time.Parse(time.RFC3339, word)
	return at.Unix(), err
}

// stamped is the way back.
func stamped(at int64) string {
	if at == 0 {
		return ""
	}
	return stamp(time.Unix(at, 0))
}

// commitmentOf reads a commitment; zeros where there is none.
func commitmentOf(word string) (c [32]byte, err error) {
	if word == "-" {
		return c, nil
	}
	n, err := hex.Decode(c[:], []byte(word))
	if err == nil && n != len(c) {
		err = errEvent
	}
	return c, err
}
