package send

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strconv"
	"testing"
	"time"

	"tocsin/internal/notify/ledger"
	"tocsin/internal/notify/mailer"
	"tocsin/internal/notify/smtptest"
	"tocsin/internal/tailnet"
)

// dispatchChild sends the plan of a home to the relay at a port, and kills itself before or
// after the n-th call of the ledger or of a session.
func dispatchChild(h home, port string) error {
	book, err := ledger.Open(ctx, h.ledger(), "being a child")
	if err != nil {
		return err
	}
	reader, err := ledger.OpenReader(ctx, h.ledger())
	if err != nil {
		return err
	}
	plan, err := book.Plan(ctx, planID)
	if err != nil {
		return err
	}
	number, err := strconv.ParseUint(port, 10, 16)
	if err != nil {
		return err
	}
	to := mailer.Relay{Host: "127.0.0.1", Port: uint16(number), Security: mailer.Loopback, Hello: "client.example.com", Now: time.Now, Timeouts: mailer.StandardTimeouts()}
	at := dieAt("SEND_TEST_CALL")
	fmt.Println("begun")
	done, err := Dispatch{
		Run:     Run{Ledger: mortalBook{book, at}, Plan: plan, Machine: ledger.Machine{PID: os.Getpid(), Boot: "one", Synced: true}, Now: clock},
		Letters: reader, Connections: killConnections, After: time.After,
		Relay: func(ctx context.Context) (Session, error) {
			defer at()
			at()
			s, err := to.Dial(ctx)
			if err != nil {
				return nil, err
			}
			return mortalSession{s, at}, nil
		},
		Return:  func(ledger.Delivery) (tailnet.Address, error) { return "bounces@example.com", nil },
		Backoff: ledger.Backoff{First: 5 * time.Minute, Deadline: plan.Deadline},
	}.Do(ctx, ctx, unchanged)
	if err != nil {
		return err
	}
	return errors.Join(json.NewEncoder(os.Stdout).Encode(Result{Delivered: done.Accepted}), reader.Close(), book.Close())
}

// mortalBook may die around each write of the ledger.
type mortalBook struct {
	Book
	at func()
}

func (b mortalBook) Start(ctx context.Context, p ledger.Stored, m ledger.Machine, now time.Time) (ledger.Run, error) {
	defer b.at()
	b.at()
	return b.Book.Start(ctx, p, m, now)
}

func (b mortalBook) End(ctx context.Context, p ledger.Stored, r ledger.Run, now time.Time) error {
	defer b.at()
	b.at()
	return b.Book.End(ctx, p, r, now)
}

func (b mortalBook) Claim(ctx context.Context, p ledger.Stored, r ledger.Run, limit int, now time.Time) ([]ledger.Delivery, error) {
	defer b.at()
	b.at()
	return b.Book.Claim(ctx, p, r, limit, now)
}

func (b mortalBook) Commit(ctx context.Context, p ledger.Stored, r ledger.Run, o []ledger.Outcome, m []ledger.Mark, now time.Time) error {
	defer b.at()
	b.at()
	return b.Book.Commit(ctx, p, r, o, m, now)
}

func (b mortalBook) Write(ctx context.Context, p ledger.Stored, r ledger.Run, o []ledger.Outcome, m []ledger.Mark, now time.Time) error {
	defer b.at()
	b.at()
	return b.Book.(Ahead).Write(ctx, p, r, o, m, now)
}

func (b mortalBook) Sync() error {
	defer b.at()
	b.at()
	return b.Book.(Ahead).Sync()
}

// mortalSession may die around each step of a letter.
type mortalSession struct {
	*mailer.Session
	at func()
}

func (s mortalSession) Begin(e mailer.Envelope) error {
	defer s.at()
	s.at()
	return s.Session.Begin(e)
}

func (s mortalSession) Content(message []byte) error {
	defer s.at()
	s.at()
	return s.Session.Content(message)
}

func (s mortalSession) End(next *mailer.Envelope) (mailer.Reply, error) {
	defer s.at()
	s.at()
	return s.Session.End(next)
}

func (s mortalSession) Begun() error {
	defer s.at()
	s.at()
	return s.Session.Begun()
}

func (s mortalSession) Quit() error {
	defer s.at()
	s.at()
	return s.Session.Quit()
}

const killConnections = 2

// TestDispatchKilledAtEachCall is the crash matrix (F34, F35): the sender is killed before
// and after each of its calls of the ledger and of the relay. No letter is there twice,
// none is lost, at most one a connection is unknown, and the run after the next has
// nothing to do. One kill in four is tried, and with TOCSIN_SOAK=1 every one.
func TestDispatchKilledAtEachCall(t *testing.T) {
	t.Parallel()
	const letters = 7
	kills, unknown, unsent, dice := 0, 0, 0, newChance(t)
	for n := 1; ; n++ {
		if !dice.takes(4) {
			continue
		}
		h, server := newHome(t, letters), smtptest.Start(t, smtptest.Options{})
		killed, _ := start(t, h, fmt.Sprintf("SEND_TEST_RELAY=%d", server.Port()), fmt.Sprintf("SEND_TEST_CALL=%d", n)).wait(t)
		if !killed {
			break
		}
		kills++
		if _, err := h.dispatch(t, ctx, server, nil); err != nil {
			t.Fatalf("call %d: the run after the kill: %v", n, err)
		}
		connections := server.Idle(t).Connections // those too that the killed one left to be taken in
		again, err := h.dispatch(t, ctx, server, nil)
		if more := server.Idle(t).Connections - connections; err != nil || again != (Dispatched{}) || more > 0 {
			t.Errorf("call %d: the second run after the kill: %+v, %v, %d connections after %d", n, again, err, more, connections)
		}
		states := h.wantAgreement(t, server)
		if states[ledger.Unknown] > killConnections || states[ledger.Accepted]+states[ledger.Unknown] != letters {
			t.Errorf("call %d: states are %v", n, states)
		}
		unknown += states[ledger.Unknown]
		unsent += letters - len(server.Accepted())
	}
	t.Logf("%d kills; %d letters unknown, %d of them not sent; twice 0, lost 0", kills, unknown, unsent)
	if kills < letters {
		t.Errorf("only %d kills", kills)
	}
}
