package ledger

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"

	"tocsin/internal/notify"
	"tocsin/internal/tailnet"
)

// In whatever order letters are asked for, and how often, each is its row's own: those read
// ahead too.
func TestEveryLetterIsItsRows(t *testing.T) {
	var all []notify.Entry
	for i := range 500 {
		e := notify.Entry{Tailnet: tailnet.ID(fmt.Sprintf("t%d", i)), Standing: notify.Unreachable}
		if i%7 != 3 {
			e.Standing, e.Address, e.MessageID = notify.Mailed, "o@t.example", fmt.Sprintf("%032x@example.com", i)
			e.Message = fmt.Appendf(nil, "Subject: letter %d\r\n\r\n%s\r\n", i, bytes.Repeat([]byte("word "), i%40))
			if i%100 == 50 {
				e.Message = append(e.Message, aLetter(aheadOctets*3/4, i)...) // two of them are more than is read ahead
			}
			e.Digest = notify.Digest(e.Message)
		}
		all = append(all, e)
	}
	l := newLedger(t)
	p := freeze(t, l, aPlan(1), all)
	planned, err := l.InState(ctx, p, Planned, len(all))
	if err != nil {
		t.Fatal(err)
	}
	wants := func(d Delivery) {
		t.Helper()
		if got, err := l.Message(ctx, p, d); err != nil || !bytes.Equal(got, all[d.Row-1].Message) {
			t.Errorf("row %d: %.40q, %v", d.Row, got, err)
		} else {
			_ = append(got, "what its caller adds"...) // does not reach the next one
		}
	}
	for _, d := range planned { // as a run asks
		wants(d)
	}
	r := rand.New(rand.NewPCG(1, 2))
	for range 300 { // as retries do
		wants(planned[r.IntN(len(planned))])
	}
	for _, d := range planned[len(planned)/2:] { // as a run does that goes on
		wants(d)
	}
	reader, err := OpenReader(ctx, l.path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := reader.Close(); err != nil {
			t.Error(err)
		}
	}()
	l = reader
	for i := 0; i < len(planned); i += 50 { // as a run does of which most is done: the rest is not kept
		wants(planned[i])
	}
	if n := len(reader.ahead.letters); n > 3*aheadLetters {
		t.Errorf("%d letters are kept that nobody asked for", n)
	}
	work := make(chan Delivery)
	var carriers sync.WaitGroup
	for range 8 {
		carriers.Go(func() {
			for d := range work {
				wants(d)
			}
		})
	}
	for _, d := range planned {
		work <- d
	}
	close(work)
	carriers.Wait()
	if _, err := l.Message(ctx, p, Delivery{Row: 4}); err == nil {
		t.Error("a row without a letter has one")
	}
}
