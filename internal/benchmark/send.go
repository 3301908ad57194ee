package main

import (
	"cmp"
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"tocsin/internal/notify"
	"tocsin/internal/notify/ledger"
)

// carried is one row: what a program took to bring letters to a server, the median of its runs.
type carried struct {
	What     string        `json:"what"`
	Letters  int           `json:"letters"`
	Octets   int           `json:"octets"` // of a letter, on average
	Runs     int           `json:"runs"`
	Away     time.Duration `json:"away_ns"` // the server's round trip
	Verified time.Duration `json:"verified_ns"`
	figures
}

// rate is how many letters a second went.
func (c carried) rate() float64 { return float64(c.Letters) / c.Wall.Seconds() }

// perLetter is the time of the processor for a letter, in microseconds.
func (c carried) perLetter() float64 { return float64(c.CPU.Nanoseconds()) / 1e3 / float64(c.Letters) }

// What is sent where nobody says otherwise.
const (
	sendLetters  = 20_000
	sendRuns     = 5
	awayLetters  = 4_000 // of them, to a server that is far away: so many that the first rounds, with few connections, count little
	awayRuns     = 3
	signLetters  = 5_000 // of them, signed
	roundTrip    = 20 * time.Millisecond
	ownProgram   = "tocsin"
	otherProgram = "smtp-source"
)

// postroom is a plan with its letters, and a server that takes them.
type postroom struct {
	postfixPrograms
	self, folder string
	plan         string // the ledger that holds the plan, and nothing that was sent
	server       string
	letters      int
	octets       int // of a letter, on average
	say          func(string, ...any)
	run          int
	profile      string
}

// measureSending measures what it takes to bring a plan's letters to a server, beside
// Postfix's own load generator with as many letters of the same size. Both send to
// Postfix's sink on this machine, over as many connections, in turn.
func (found *outcome) measureSending(ctx context.Context, o options, folder string, say func(string, ...any)) (err error) {
	tools, is := findPostfix()
	if !is {
		return errors.New("smtp-sink and smtp-source are not installed: they come with Postfix")
	}
	r := &postroom{postfixPrograms: tools, folder: folder, say: say, profile: o.profile}
	if r.self, err = os.Executable(); err != nil {
		return err
	}
	if err := r.write(ctx, o); err != nil {
		return err
	}
	var stop func() error
	if r.server, stop, err = r.startSink(ctx, filepath.Join(folder, "sink")); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, stop()) }()
	before := load()
	for _, measure := range []func(context.Context) ([]carried, error){r.beside, r.away, r.signed} {
		rows, err := measure(ctx)
		if err != nil {
			return err
		}
		found.Sent = append(found.Sent, rows...)
	}
	fmt.Printf("\nsend, %d connections; %s before, %s after\n", sessions, before, load())
	if err := printSent(os.Stdout, found.Sent); err != nil {
		return err
	}
	fmt.Println()
	return printSentGoals(os.Stdout, found.Sent)
}

// write plans the letters.
func (r *postroom) write(ctx context.Context, o options) error {
	tocsin, err := buildTocsin(ctx, r.folder, r.say)
	if err != nil {
		return err
	}
	site := filepath.Join(r.folder, "send")
	inventory := stock{seed: o.seed, tailnets: cmp.Or(o.letters, sendLetters), allHit: true}
	inventory.nodes = 2 * inventory.tailnets
	r.say("planning %d letters", inventory.tailnets)
	if err := inventory.write(ctx, tocsin, site); err != nil {
		return err
	}
	if _, _, err := took(ctx, 0, []string{tocsin, "-C", site, "plan", planOf, "--json"}); err != nil {
		return err
	}
	r.plan = filepath.Join(site, "var", "ledger.db")
	return r.weigh(ctx)
}

// weigh counts the letters, and their octets from some of them.
func (r *postroom) weigh(ctx context.Context) (err error) {
	book, err := ledger.OpenReader(ctx, r.plan)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, book.Close()) }()
	plan, err := book.Plan(ctx, notify.PlanID{Bulletin: planOf, Number: 1})
	if err != nil {
		return err
	}
	const some = 1000
	sample, err := book.InState(ctx, plan, ledger.Planned, some)
	if err != nil || len(sample) == 0 {
		return errors.Join(err, errors.New("the plan has no letters"))
	}
	for _, d := range sample {
		message, err := book.Message(ctx, plan, d)
		if err != nil {
			return err
		}
		r.octets += len(message)
	}
	r.octets /= len(sample)
	r.letters = plan.Counts[notify.Mailed]
	return nil
}

// beside measures both programs in turn.
func (r *postroom) beside(ctx context.Context) ([]carried, error) {
	return r.inTurn(ctx, r.server, r.letters, sendRuns, 0)
}

// away measures them with the server far away.
func (r *postroom) away(ctx context.Context) (rows []carried, err error) {
	d, err := away(r.server, roundTrip/2)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, d.close()) }()
	return r.inTurn(ctx, d.address(), min(awayLetters, r.letters), awayRuns, roundTrip)
}

func (r *postroom) inTurn(ctx context.Context, server string, letters, runs int, away time.Duration) ([]carried, error) {
	ours := carried{What: ownProgram, Letters: letters, Octets: r.octets, Runs: runs, Away: away}
	theirs := carried{What: otherProgram, Letters: letters, Octets: r.octets, Runs: runs, Away: away}
	var mine, other []figures
	for range runs {
		one, err := r.carry(ctx, sending{server: server, most: letters})
		if err != nil {
			return nil, err
		}
		ours.Verified, ours.Letters = one.Verified, one.Letters
		mine = append(mine, one.figures)
		f, err := r.pour(ctx, server, letters, r.octets)
		if err != nil {
			return nil, err
		}
		other = append(other, f)
		r.say("%.0f letters/s, smtp-source %.0f", one.rate(), float64(letters)/f.Wall.Seconds())
	}
	ours.figures, theirs.figures = median(mine), median(other)
	return []carried{ours, theirs}, nil
}

// carry sends from a copy of the ledger, in a process of its own.
func (r *postroom) carry(ctx context.Context, s sending) (carried, error) {
	r.run++
	folder := filepath.Join(r.folder, fmt.Sprintf("run-%d", r.run))
	s.ledger = filepath.Join(folder, "ledger.db")
	if s.key == "" && s.server == r.server {
		s.profile = r.profile
	}
	if s.most >= r.letters {
		s.most = 0
	}
	if err := copyLedger(folder, r.plan); err != nil {
		return carried{}, err
	}
	f, said, err := took(ctx, 0, s.command(r.self))
	if err = errors.Join(err, os.RemoveAll(folder)); err != nil {
		return carried{}, err
	}
	var told sent
	if err := json.Unmarshal(said, &told); err != nil {
		return carried{}, err
	}
	f.Wall, f.CPU = told.Wall, told.CPU
	return carried{What: ownProgram, Letters: told.Letters, Octets: r.octets, Runs: 1, Verified: told.Verified, figures: f}, nil
}

// copyLedger copies a ledger with its head.
func copyLedger(folder, from string) error {
	if err := os.Mkdir(folder, 0o700); err != nil {
		return err
	}
	for _, name := range []string{"ledger.db", "ledger.head"} {
		if err := copyFile(filepath.Join(folder, name), filepath.Join(filepath.Dir(from), name)); err != nil {
			return err
		}
	}
	return nil
}

func copyFile(to, from string) (err error) {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Close())
}

// signed measures what signing adds, with each kind of key.
func (r *postroom) signed(ctx context.Context) (rows []carried, err error) {
	weak, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return nil, err
	}
	_, short, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, err
	}
	for _, k := range []struct {
		name string
		key  any
	}{{"tocsin, Ed25519", short}, {"tocsin, RSA of 2048 bits", weak}} {
		der, err := x509.MarshalPKCS8PrivateKey(k.key)
		if err != nil {
			return nil, err
		}
		name := filepath.Join(r.folder, "dkim.key")
		if err := os.WriteFile(name, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), 0o600); err != nil {
			return nil, err
		}
		row, err := r.carry(ctx, sending{server: r.server, key: name, most: signLetters})
		if err != nil {
			return nil, err
		}
		row.What = k.name
		r.say("%s: %.0f letters/s", row.What, row.rate())
		rows = append(rows, row)
	}
	return rows, nil
}
