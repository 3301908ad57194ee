package ledger

import (
	"bytes"
	"fmt"
	"iter"
	"testing"

	"tocsin/internal/notify"
	"tocsin/internal/tailnet"
)

// synthetic yields n mailed rows, each with a letter of about 6 KB, made as it is asked
// for: what stays in memory is the ledger's own.
func synthetic(n int) iter.Seq2[notify.Entry, error] {
	like := aLetter(6000, 0)
	return func(yield func(notify.Entry, error) bool) {
		for i := range n {
			message := bytes.Clone(like)
			for at := 100; at < len(message); at += 500 { // what is the tailnet's own
				copy(message[at:], fmt.Sprintf("node-%d of tailnet %d", at, i))
			}
			e := notify.Entry{
				Tailnet: tailnet.ID(fmt.Sprintf("t%07d.example", i)), Name: fmt.Sprintf("Tailnet %d", i), Standing: notify.Mailed,
				Clauses: []string{"severe-action"}, Nodes: i % 50, Address: tailnet.Address(fmt.Sprintf("o%d@t.example", i)), Reason: tailnet.Owner,
				MessageID: fmt.Sprintf("%032x@example.com", i), Message: message,
			}
			e.Digest = notify.Digest(e.Message)
			if !yield(e, nil) {
				return
			}
		}
	}
}

// BenchmarkFreeze is how fast rows with their letters are loaded, in one transaction.
func BenchmarkFreeze(b *testing.B) {
	l := openFor(b)
	b.ResetTimer()
	if _, err := l.Freeze(ctx, aPlan(1), aLetter(6000, 1<<20), synthetic(b.N)); err != nil {
		b.Fatal(err)
	}
	b.StopTimer()
	var octets int
	if err := l.db.QueryRow("SELECT sum(length(message)) FROM letters").Scan(&octets); err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "rows/s")
	b.ReportMetric(float64(octets)/float64(b.N), "octets/letter")
}

// BenchmarkMessage is what it takes to have a plan's letters at hand, one after the other, as
// a run asks for them.
func BenchmarkMessage(b *testing.B) {
	l := openFor(b)
	if _, err := l.Freeze(ctx, aPlan(1), aLetter(6000, 1<<20), synthetic(b.N)); err != nil {
		b.Fatal(err)
	}
	p, err := l.Plan(ctx, aPlan(1).ID)
	if err != nil {
		b.Fatal(err)
	}
	planned, err := l.InState(ctx, p, Planned, b.N)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	b.ResetTimer()
	for _, d := range planned {
		if _, err := l.Message(ctx, p, d); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkVerify is how fast a plan is held against its digest, letters and all.
func BenchmarkVerify(b *testing.B) {
	l := openFor(b)
	if _, err := l.Freeze(ctx, aPlan(1), aLetter(6000, 1<<20), synthetic(b.N)); err != nil {
		b.Fatal(err)
	}
	p, err := l.Plan(ctx, aPlan(1).ID)
	if err != nil {
		b.Fatal(err)
	}
	b.ResetTimer()
	if err := l.Verify(ctx, p); err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "rows/s")
}

// BenchmarkCommit is how fast letters go through a run as a sender writes it down: claimed
// in windows of 512, and so many connections' marks and outcomes in each durable commit.
func BenchmarkCommit(b *testing.B) {
	for _, connections := range []int{10, 64} {
		b.Run(fmt.Sprintf("connections=%d", connections), func(b *testing.B) {
			l := openFor(b)
			if _, err := l.Freeze(ctx, aPlan(1), pattern, seq(letters(b.N))); err != nil {
				b.Fatal(err)
			}
			p, err := l.Plan(ctx, aPlan(1).ID)
			if err != nil {
				b.Fatal(err)
			}
			r, err := l.Start(ctx, p, here, created)
			if err != nil {
				b.Fatal(err)
			}
			b.ResetTimer()
			commits := send(b, l, p, r, connections)
			b.ReportMetric(float64(commits)/b.Elapsed().Seconds(), "commits/s")
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "letters/s")
		})
	}
}

// letters are n mailed rows, each with a short letter.
func letters(n int) (out []notify.Entry) {
	for i := range n {
		e := entries(1)[0]
		e.Tailnet, e.MessageID = tailnet.ID(fmt.Sprintf("t%07d.example", i)), fmt.Sprintf("%032x@example.com", i)
		out = append(out, e)
	}
	return out
}

// send takes every letter of a plan to its outcome, and counts the commits.
func send(b *testing.B, l *Ledger, p Stored, r Run, connections int) (commits int) {
	b.Helper()
	var last []Outcome
	for {
		due, err := l.Claim(ctx, p, r, 512, created)
		if err != nil {
			b.Fatal(err)
		}
		commits++
		for len(due) > 0 {
			now := due[:min(connections, len(due))]
			due = due[len(now):]
			var marks []Mark
			for i, d := range now {
				marks = append(marks, Mark{Letter: d, Connection: i + 1})
			}
			if err := l.Commit(ctx, p, r, last, marks, created); err != nil {
				b.Fatal(err)
			}
			commits++
			last = last[:0]
			for _, d := range now {
				last = append(last, Outcome{Letter: d, Event: Accept, Reply: Reply{250, "2.0.0", "Ok: queued as 4XYZ123", "4XYZ123"}})
			}
		}
		if len(last) == 0 {
			return commits
		}
		if err := l.Commit(ctx, p, r, last, nil, created); err != nil {
			b.Fatal(err)
		}
		last = nil
		commits++
	}
}

func openFor(b *testing.B) *Ledger {
	b.Helper()
	l, err := Open(ctx, b.TempDir()+"/ledger.db", "loading")
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := l.Close(); err != nil {
			b.Error(err)
		}
	})
	return l
}
