package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"runtime/debug"
	"runtime/pprof"
	"strconv"
	"time"

	"tocsin/internal/notify"
	"tocsin/internal/notify/dkim"
	"tocsin/internal/notify/ledger"
	"tocsin/internal/notify/mailer"
	"tocsin/internal/notify/send"
	"tocsin/internal/tailnet"
)

// sending is what a process of its own does for the benchmark: it brings a plan's letters
// to a server, as tocsin send does, and tells on its standard output what that took.
type sending struct {
	ledger  string // path
	server  string // host and port, on this machine
	key     string // file of the key to sign with; empty: the letters go as they are
	most    int    // stop after about so many letters; 0: send all
	profile string // file for a profile of the processor; empty: none
}

// sessions is how many connections both programs have.
const sessions = 10

// sent is what that process tells.
type sent struct {
	Letters  int           `json:"letters"`
	Wall     time.Duration `json:"wall_ns"`     // from the first letter's claim to the last one's outcome
	CPU      time.Duration `json:"cpu_ns"`      // user and system time in between
	Verified time.Duration `json:"verified_ns"` // before: every letter against its digest
}

func (s sending) command(self string) []string {
	return []string{self, "-carry", "-ledger", s.ledger, "-server", s.server, "-key", s.key, "-most", strconv.Itoa(s.most), "-profile", s.profile}
}

// tell sends, and prints what was measured.
func (s sending) tell(ctx context.Context) error {
	measured, err := s.carry(ctx)
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(measured)
}

// carry sends. A letter that the server does not take is an error: nobody measures failures.
func (s sending) carry(ctx context.Context) (measured sent, err error) {
	book, err := ledger.Open(ctx, s.ledger, "measuring")
	if err != nil {
		return sent{}, err
	}
	defer func() { err = errors.Join(err, book.Close()) }()
	reader, err := ledger.OpenReader(ctx, s.ledger)
	if err != nil {
		return sent{}, err
	}
	defer func() { err = errors.Join(err, reader.Close()) }()
	plan, err := book.Plan(ctx, notify.PlanID{Bulletin: planOf, Number: 1})
	if err != nil {
		return sent{}, err
	}
	d, err := s.dispatch(plan)
	if err != nil {
		return sent{}, err
	}
	d.Ledger, d.Letters = book, reader
	stopwatch := new(watch)
	done, err := s.run(ctx, d, stopwatch)
	if err == nil && (done.Answered() != done.Accepted || done.Accepted == 0) {
		err = fmt.Errorf("not every letter was accepted: %+v", done.Tally)
	}
	stopwatch.Letters = done.Accepted
	return stopwatch.sent, err
}

// dispatch is a run as tocsin send makes one where the settings say nothing else, but
// without the canary's wait.
func (s sending) dispatch(plan ledger.Stored) (d send.Dispatch, err error) {
	host, port, err := net.SplitHostPort(s.server)
	if err != nil {
		return d, err
	}
	number, err := strconv.ParseUint(port, 10, 16)
	if err != nil {
		return d, err
	}
	relay := mailer.Relay{Host: host, Port: uint16(number), Security: mailer.Loopback, Hello: "client.example.com", Timeouts: mailer.StandardTimeouts(), Now: time.Now}
	d = send.Dispatch{
		Run:         send.Run{Plan: plan, Machine: ledger.Machine{PID: os.Getpid(), Synced: true}, Now: time.Now},
		Relay:       send.Dial(relay),
		Return:      func(ledger.Delivery) (tailnet.Address, error) { return sender, nil },
		Connections: sessions,
		Backoff:     ledger.Backoff{First: time.Minute, Deadline: plan.Deadline},
		After:       time.After,
	}
	if s.key == "" {
		return d, nil
	}
	key, err := dkim.ReadKey(s.key, "s1")
	if err != nil {
		return d, err
	}
	signer := dkim.Signer{Domain: sender.Domain(), Keys: []dkim.Key{key}}
	d.Seal = signer.Sign
	return d, signer.Check()
}

// watch measures from the moment at which the plan is verified.
type watch struct {
	sent
	began time.Time
	used  time.Duration
}

// run sends under the stopwatch.
func (s sending) run(ctx context.Context, d send.Dispatch, w *watch) (done send.Dispatched, err error) {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	defer debug.SetGCPercent(debug.SetGCPercent(send.Garbage))
	d.Said = func(t send.Tally) {
		if s.most > 0 && t.Answered() >= s.most {
			stop()
		}
	}
	opened := time.Now()
	done, err = d.Do(ctx, context.WithoutCancel(ctx), func() (notify.Inputs, error) {
		w.Verified = time.Since(opened)
		if err := s.startProfile(); err != nil {
			return nil, err
		}
		w.began, w.used = time.Now(), spent()
		return d.Plan.Inputs, nil
	})
	w.Wall, w.CPU = time.Since(w.began), spent()-w.used
	pprof.StopCPUProfile()
	if s.most > 0 && errors.Is(err, context.Canceled) {
		err = nil
	}
	return done, err
}

func (s sending) startProfile() error {
	if s.profile == "" {
		return nil
	}
	f, err := os.Create(s.profile)
	if err != nil {
		return err
	}
	return pprof.StartCPUProfile(f) // the file is closed with the process
}
