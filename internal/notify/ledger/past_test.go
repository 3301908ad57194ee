package ledger

import (
	"database/sql"
	"errors"
	"fmt"
	"iter"
	"math/rand/v2"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tocsin/internal/notify"
	"tocsin/internal/tailnet"
)

// oneLetter is the rows of a plan that has one letter, of a kind, with a Message-ID of its own.
func oneLetter(kind notify.Kind, messageID string) []notify.Entry {
	rows := entries(1)
	rows[0].Kind, rows[0].MessageID = kind, messageID
	return rows
}

// TestPast: whom a letter reached, or may have, and whom a person told, was told; what came
// back, was put off, was held or was dropped told nobody. A letter that was to follow and
// did not arrive is owed; rehearsals are nothing.
func TestPast(t *testing.T) {
	const who, name, to = "t000.example", "Tailnet <0> ü", "o0@t.example"
	was := func(by int, kind notify.Kind, more ...func(*Past)) Past {
		p := Past{Tailnet: who, Name: name, Told: by > 0, First: min(by, 1), By: by, Sure: by, Kind: kind}
		for _, change := range more {
			change(&p)
		}
		return p
	}
	letters := func(ids ...string) func(*Past) {
		last, err := strconv.Atoi(ids[len(ids)-1]) // they are named after their plans
		if err != nil {
			t.Fatal(err)
		}
		return func(p *Past) { p.Messages, p.Address, p.Written, p.Arrived = ids, to, last, true }
	}
	lost := func(p *Past) { p.Arrived = false } // or nobody knows
	doubtful := func(p *Past) { p.Doubtful, p.Sure, p.Arrived = true, 0, false }
	again := func(p *Past) { p.Again, p.Arrived = true, false }
	since := func(by int) func(*Past) { return func(p *Past) { p.First = by } }
	sure := func(by int) func(*Past) { return func(p *Past) { p.Sure = by } }
	owed := func(by int, kind notify.Kind) func(*Past) {
		return func(p *Past) { p.Owed, p.OwedKind = by, kind }
	}
	type step struct {
		plan  notify.Plan
		kind  notify.Kind
		fates string
	}
	first, second := notify.FirstNotice, notify.Correction
	for what, c := range map[string]struct {
		steps []step
		want  Past
	}{
		"planned":               {[]step{{live(1), first, ""}}, was(0, "")},
		"accepted":              {[]step{{live(1), first, "accept"}}, was(1, first, letters("1"))},
		"in doubt":              {[]step{{live(1), first, "lose"}}, was(1, first, letters("1"), doubtful)},
		"in doubt, and held":    {[]step{{live(1), first, "lose hold"}}, was(1, first, letters("1"), doubtful)},
		"in doubt, and told":    {[]step{{live(1), first, "lose told"}}, was(1, first, letters("1"), lost)},
		"possibly twice":        {[]step{{live(1), first, "lose resend reject"}}, was(1, first, letters("1"), doubtful, again)},
		"to go again":           {[]step{{live(1), first, "lose resend"}}, was(1, first, letters("1"), doubtful, again)},
		"again, and back":       {[]step{{live(1), first, "lose resend accept bounce"}}, was(1, first, letters("1"), doubtful, again)},
		"again, in doubt too":   {[]step{{live(1), first, "lose resend lose"}}, was(1, first, letters("1"), doubtful)},
		"again, then told":      {[]step{{live(1), first, "lose resend reject told"}}, was(1, first, letters("1"), lost)},
		"again, then corrected": {[]step{{live(1), first, "lose resend reject"}, {live(2), second, "accept"}}, was(2, second, letters("1", "2"))},
		"again and again":       {[]step{{live(1), first, "lose resend reject"}, {live(2), first, "lose resend reject"}}, was(2, first, letters("1", "2"), doubtful, again)},
		"correction again":      {[]step{{live(1), first, "accept"}, {live(2), second, "lose resend reject"}}, was(1, first, letters("1", "2"), lost, owed(2, second))},
		"all-clear again":       {[]step{{live(1), first, "accept"}, {live(2), notify.AllClear, "lose resend reject"}}, was(2, notify.AllClear, letters("1", "2"), again, sure(1))},
		"twice":                 {[]step{{live(1), first, "lose resend accept"}}, was(1, first, letters("1"))},
		"never came":            {[]step{{live(1), first, "lose absent"}}, was(0, "")},
		"it did come":           {[]step{{live(1), first, "lose confirm"}}, was(1, first, letters("1"))},
		"came back":             {[]step{{live(1), first, "accept bounce"}}, was(0, "")},
		"refused":               {[]step{{live(1), first, "reject"}}, was(0, "")},
		"put off":               {[]step{{live(1), first, "defer"}}, was(0, "")},
		"told by phone":         {[]step{{live(1), first, "reject told"}}, was(1, first)},
		"told, then sent anew":  {[]step{{live(1), first, "reject told resend"}}, was(0, "")},
		"sent anew, then told":  {[]step{{live(1), first, "reject resend reject told"}}, was(1, first)},
		"told, then held":       {[]step{{live(1), first, "reject told hold"}}, was(1, first)},
		"told, then it bounced": {[]step{{live(1), first, "lose told bounce"}}, was(1, first)},
		"held":                  {[]step{{live(1), first, "hold"}}, was(0, "")},
		"a rehearsal between":   {[]step{{live(1), first, "accept"}, {aPlan(2), second, "accept"}}, was(1, first, letters("1"))},
		"corrected":             {[]step{{live(1), first, "accept"}, {live(2), second, "accept"}}, was(2, second, letters("1", "2"))},
		"correction in doubt":   {[]step{{live(1), first, "accept"}, {live(2), second, "lose"}}, was(2, second, letters("1", "2"), lost, sure(1))},
		"both in doubt":         {[]step{{live(1), first, "lose"}, {live(2), second, "lose"}}, was(2, second, letters("1", "2"), doubtful)},
		"now it surely came":    {[]step{{live(1), first, "lose"}, {live(2), second, "accept"}}, was(2, second, letters("1", "2"))},
		"correction planned":    {[]step{{live(1), first, "accept"}, {live(2), second, ""}}, was(1, first, letters("1"), owed(2, second))},
		"correction refused":    {[]step{{live(1), first, "accept"}, {live(2), second, "reject"}}, was(1, first, letters("1"), owed(2, second))},
		"correction back":       {[]step{{live(1), first, "accept"}, {live(2), second, "accept bounce"}}, was(1, first, letters("1"), owed(2, second))},
		"correction held":       {[]step{{live(1), first, "accept"}, {live(2), second, "hold"}}, was(1, first, letters("1"), owed(2, second))},
		"correction by phone":   {[]step{{live(1), first, "accept"}, {live(2), second, "reject told"}}, was(2, second, letters("1"))},
		"correction dropped":    {[]step{{live(1), first, "accept"}, {live(2), second, "drop"}}, was(1, first, letters("1"))},
		"owed, then done":       {[]step{{live(1), first, "accept"}, {live(2), second, "reject"}, {live(3), second, "accept"}}, was(3, second, letters("1", "3"))},
		"owed twice":            {[]step{{live(1), first, "accept"}, {live(2), second, "reject"}, {live(3), notify.Update, ""}}, was(1, first, letters("1"), owed(3, notify.Update))},
		"never told":            {[]step{{live(1), first, "reject"}, {live(2), first, "defer"}}, was(0, "")},
		"told late":             {[]step{{live(1), first, "reject"}, {live(2), first, "accept"}}, was(2, first, letters("2"), since(2))},
		"by phone, dropped":     {[]step{{live(1), first, "reject told drop"}}, was(1, first)},
		"all is well":           {[]step{{live(1), first, "accept"}, {live(2), notify.AllClear, "accept"}}, was(2, notify.AllClear, letters("1", "2"))},
	} {
		l := newLedger(t)
		for i, s := range c.steps {
			p := freeze(t, l, s.plan, oneLetter(s.kind, fmt.Sprint(i+1)))
			fates, dropped := strings.CutSuffix(s.fates, "drop")
			fate(t, l, p, strings.Fields(fates)...)
			if dropped {
				if _, err := l.Drop(ctx, p, dropping()); err != nil {
					t.Fatal(err)
				}
			}
		}
		if got, found, err := l.Past(ctx, live(1).ID.Bulletin, who); err != nil || !found || !cmp.Equal(got, c.want) {
			t.Errorf("%s: %v, %v\n%s", what, found, err, cmp.Diff(c.want, got))
		}
	}
}

// TestPastOfNobody: a tailnet in no plan, and one in rehearsals alone, have no past.
func TestPastOfNobody(t *testing.T) {
	l := newLedger(t)
	sendAll(t, l, freeze(t, l, aPlan(1), entries(4)))
	for _, id := range []tailnet.ID{"t000.example", "t999.example", ""} {
		if p, found, err := l.Past(ctx, aPlan(1).ID.Bulletin, id); found || err != nil {
			t.Errorf("%q: %+v, %v", id, p, err)
		}
	}
	err := l.EachPast(ctx, aPlan(1).ID.Bulletin, func(p Past) error { return fmt.Errorf("%+v", p) })
	if _, found, err1 := l.LastTelling(ctx, aPlan(1).ID.Bulletin); found || err != nil || err1 != nil {
		t.Errorf("%v, %v, %v", found, err, err1)
	}
}

// TestPastIsForgotten: of who is forgotten it is still known that they were told, and by
// which plan; not their name, address or letter.
func TestPastIsForgotten(t *testing.T) {
	l := newLedger(t)
	p := freeze(t, l, live(1), oneLetter(notify.FirstNotice, "1"))
	fate(t, l, p, "accept")
	if err := l.Forget(ctx, p, past); err != nil {
		t.Fatal(err)
	}
	want := Past{Tailnet: "t000.example", Told: true, First: 1, By: 1, Sure: 1, Kind: notify.FirstNotice}
	if got, _, err := l.Past(ctx, p.ID.Bulletin, want.Tailnet); err != nil || !cmp.Equal(got, want) {
		t.Errorf("%v\n%s", err, cmp.Diff(want, got))
	}
}

// randomHistory writes plans of random tailnets into a ledger, some of them rehearsals, and
// lets to their letters happen what may.
func randomHistory(t *testing.T, l *Ledger, dice *rand.Rand) {
	t.Helper()
	kinds := []notify.Kind{notify.FirstNotice, notify.Correction, notify.Update, notify.AllClear}
	for number := 1; number <= 5; number++ {
		p := live(number)
		if dice.IntN(3) == 0 {
			p = aPlan(number)
		}
		var some []notify.Entry
		for i, e := range entries(40) {
			if dice.IntN(3) > 0 {
				e.MessageID, e.Kind = fmt.Sprintf("%d-%d", number, i), kinds[dice.IntN(len(kinds))]
				some = append(some, e)
			}
		}
		stored := freeze(t, l, p, some)
		if dice.IntN(5) == 0 {
			if _, err := l.Drop(ctx, stored, dropping()); err != nil {
				t.Fatal(err)
			}
			continue
		}
		r := startRun(t, l, stored)
		for _, d := range claimSome(t, l, stored, r, dice.IntN(10)) {
			event := []Event{Accept, Defer, Reject, Lose, Return}[dice.IntN(5)]
			marks := []Mark{{d, 1, ""}}
			if event == Return {
				marks = nil
			}
			if err := errors.Join(l.Commit(ctx, stored, r, nil, marks, during), l.Commit(ctx, stored, r, all(event, []Delivery{d}), nil, during)); err != nil {
				t.Fatal(err)
			}
		}
		for _, d := range rows(t, l, stored) {
			how := settling[dice.IntN(len(settling))]
			err := l.Settle(ctx, stored, d, Settlement{How: how, Who: "w", Why: "y", At: during})
			var refused *SettleError
			if err != nil && !errors.As(err, &refused) {
				t.Fatal(err)
			}
		}
	}
}

// TestPastAddsUp is F47: over random histories each tailnet's past, asked for by itself and
// in its place among all, is what its rows and settlements come to, read one by one.
func TestPastAddsUp(t *testing.T) {
	for seed := range uint64(12) {
		l := newLedger(t)
		randomHistory(t, l, rand.New(rand.NewPCG(seed, 7)))
		want := plainly(t, l)
		var last tailnet.ID
		n := 0
		err := l.EachPast(ctx, aPlan(1).ID.Bulletin, func(p Past) error {
			n++
			alone, found, err := l.Past(ctx, aPlan(1).ID.Bulletin, p.Tailnet) // the ledger may be used meanwhile
			if !found || p.Tailnet <= last || !cmp.Equal(p, want[p.Tailnet]) || !cmp.Equal(p, alone) {
				t.Errorf("seed %d: %v after %v, alone %v\n%s", seed, p.Tailnet, last, alone, cmp.Diff(want[p.Tailnet], p))
			}
			last = p.Tailnet
			return err
		})
		if err != nil || n != len(want) {
			t.Errorf("seed %d: %d tailnets, want %d, %v", seed, n, len(want), err)
		}
		verifyAll(t, l)
	}
}

// plainly adds up the pasts of all tailnets from what the ledger says of each row.
func plainly(t *testing.T, l *Ledger) map[tailnet.ID]Past {
	t.Helper()
	pasts := make(map[tailnet.ID]Past)
	plans, err := l.Plans(ctx, aPlan(1).ID.Bulletin)
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range plans {
		p := reread(t, l, id)
		if rehearsed(p.Plan) {
			continue
		}
		records, err := l.Settlements(ctx, p)
		if err != nil {
			t.Fatal(err)
		}
		byPerson := make(map[int]bool)
		for _, r := range records {
			byPerson[r.Row] = r.How == Told || byPerson[r.Row] && r.How != Resend
		}
		for _, d := range rows(t, l, p) {
			past := pasts[d.Tailnet]
			past.Tailnet, past.Name = d.Tailnet, d.Name
			letter := d.State == Accepted || d.State == Unknown || d.Twice
			if letter {
				past.Messages, past.Address, past.Written = append(past.Messages, d.MessageID), d.Address, id.Number
				past.Arrived = d.State == Accepted
			}
			sure := d.State == Accepted || byPerson[d.Row]
			again := d.Twice && !sure && d.State != Unknown // the letter that went again did not come
			// Whoever knew before is owed what was to follow; of an all-clear nobody knows who holds it.
			owed := again && past.Told && !past.Again && past.Kind != notify.AllClear && d.Kind != notify.AllClear
			if (letter || byPerson[d.Row]) && !owed {
				past.Doubtful = !sure && (!past.Told || past.Doubtful)
				past.Told, past.By, past.Kind, past.Owed, past.OwedKind, past.Again = true, id.Number, d.Kind, 0, "", again
				if sure {
					past.Sure = id.Number
				}
				if past.First == 0 {
					past.First = id.Number
				}
			} else if past.Told && p.Dropped == "" {
				past.Owed, past.OwedKind = id.Number, d.Kind
			}
			pasts[d.Tailnet] = past
		}
	}
	return pasts
}

// TestPastWhileFreezing: the past can be asked for while a plan is being frozen, and is what
// stood before.
func TestPastWhileFreezing(t *testing.T) {
	l := newLedger(t)
	fate(t, l, freeze(t, l, live(1), entries(4)), "accept")
	asked := 0
	_, err := l.Freeze(ctx, live(2), pattern, func(yield func(notify.Entry, error) bool) {
		for _, e := range entries(4) {
			p, found, err := l.Past(ctx, live(1).ID.Bulletin, e.Tailnet)
			if !found || p.Told != (e.Tailnet == "t000.example") || p.Owed != 0 {
				t.Errorf("%+v, %v", p, err)
			}
			asked++
			if !yield(e, err) {
				return
			}
		}
	})
	if err != nil || asked != 4 {
		t.Error(asked, err)
	}
	if p, _, err := l.Past(ctx, live(1).ID.Bulletin, "t000.example"); p.Owed != 2 || err != nil {
		t.Errorf("once it is frozen: %+v, %v", p, err)
	}
}

// TestEachPastOfMany: more tailnets than are read at a time, from a ledger that is only read.
func TestEachPastOfMany(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ledger.db")
	l, err := Open(ctx, path, "testing")
	if err != nil {
		t.Fatal(err)
	}
	const many = 2*pageRows + 1
	freeze(t, l, live(1), entries(many))
	freeze(t, l, live(2), entries(pageRows))
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	reader, err := OpenReader(ctx, path)
	if err != nil {
		t.Fatal(err)
	}
	seen := make(map[tailnet.ID]bool)
	stop := errors.New("enough")
	err = reader.EachPast(ctx, live(1).ID.Bulletin, func(p Past) error { seen[p.Tailnet] = true; return nil })
	if again := reader.EachPast(ctx, live(1).ID.Bulletin, func(Past) error { return stop }); err != nil || len(seen) != many || !errors.Is(again, stop) {
		t.Errorf("%d tailnets, %v, %v", len(seen), err, again)
	}
	if err := reader.Close(); err != nil {
		t.Error(err)
	}
}

// TestPastGoesByIndexes: one tailnet's past, and whether a plan told anybody, are looked up
// and not searched for: a plan may have a million rows.
func TestPastGoesByIndexes(t *testing.T) {
	l := newLedger(t)
	for what, query := range map[string]string{
		"one":      queryPast,
		"a page":   queryPastPage,
		"a plan's": "SELECT " + planTells + " FROM plans AS p WHERE bulletin = ?",
	} {
		steps := 0
		err := each(ctx, l.db, func(rows *sql.Rows) error {
			var id, parent, unused int
			var detail string
			steps++
			err := rows.Scan(&id, &parent, &unused, &detail)
			if strings.Contains(detail, "SCAN") || strings.Contains(detail, "TEMP B-TREE") {
				t.Errorf("%s: %s", what, detail)
			}
			return err
		}, "EXPLAIN QUERY PLAN "+query, make([]any, strings.Count(query, "?"))...)
		if err != nil || steps < 3 {
			t.Errorf("%s: %d steps, %v", what, steps, err)
		}
	}
}

// BenchmarkPast asks for the past of tailnets in a ledger of two plans.
func BenchmarkPast(b *testing.B) {
	l := openFor(b)
	const rows = 20000
	for number := 1; number <= 2; number++ {
		if _, err := l.Freeze(ctx, live(number), pattern, iter.Seq2[notify.Entry, error](synthetic(rows))); err != nil {
			b.Fatal(err)
		}
	}
	var ids []tailnet.ID
	for e := range synthetic(rows) {
		ids = append(ids, e.Tailnet)
	}
	b.ResetTimer()
	for i := range b.N {
		if _, found, err := l.Past(ctx, live(1).ID.Bulletin, ids[i%rows]); err != nil || !found {
			b.Fatal(found, err)
		}
	}
}
