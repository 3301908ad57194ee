package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"runtime/debug"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"tocsin/internal/bulletin"
	mailevidence "tocsin/internal/notify/evidence"
	"tocsin/internal/notify/ledger"
	"tocsin/internal/notify/mailer"
	"tocsin/internal/notify/pace"
	"tocsin/internal/notify/send"
	"tocsin/internal/private"
	"tocsin/internal/tailnet"
)

// sendHow is how letters are brought to a relay. Into a mailbox they go all the same way.
type sendHow struct {
	live        bool
	yes         string
	once        bool
	until       string
	rate        float64
	domainRate  float64
	connections int
	noSelf      bool
	canary      int
	canaryWait  time.Duration
}

// What a relay is asked for where nobody says otherwise.
const (
	usualConnections = 10
	usualCanary      = 10
	usualCanaryWait  = time.Minute
	mostConnections  = 100
)

func (h *sendHow) flags(c *cobra.Command) {
	f := c.Flags()
	f.BoolVar(&h.live, "live", false, "send to people: needed where letters leave this machine")
	f.StringVar(&h.yes, "yes", "", "the `PLAN` once more, in place of typing it when asked")
	f.BoolVar(&h.once, "once", false, "do not wait for letters that the relay has put off: a timer calls again")
	f.StringVar(&h.until, "until", "", "begin no letter after this `TIME`, such as 2026-05-04T18:00:00Z")
	f.Float64Var(&h.rate, "rate", 0, "at most so many letters a second; 0: as many as the relay takes")
	f.Float64Var(&h.domainRate, "domain-rate", 0, "at most so many letters a second to one domain; 0: no limit")
	f.IntVar(&h.connections, "connections", usualConnections, "at most so many connections to the relay")
	f.BoolVar(&h.noSelf, "no-self", false, "begin without a letter to ourselves")
	f.IntVar(&h.canary, "canary", usualCanary, "so many letters go first, and the rest once the relay has taken them; 0: all at once")
	f.DurationVar(&h.canaryWait, "canary-wait", usualCanaryWait, "how long after those the rest waits")
}

// check refuses numbers that cannot be meant.
func (h sendHow) check() error {
	switch {
	case h.connections < 1 || h.connections > mostConnections:
		return &refusal{exitUsage, fmt.Sprintf("--connections %d is not between 1 and %d", h.connections, mostConnections), "the same command with another number"}
	case h.rate < 0 || h.domainRate < 0 || h.canary < 0 || h.canaryWait < 0:
		return &refusal{exitUsage, "a rate, a number or a time is below zero", "the same command with another one"}
	}
	_, err := instant(h.until)
	return err
}

// dispatch brings a plan's letters to a relay, and says what the run found and did.
func (p *program) dispatch(ctx context.Context, s *site, book *ledger.Ledger, plan ledger.Stored, transport mailer.Transport, how sendHow) error {
	before, err := book.Account(ctx, plan)
	if err != nil {
		return err
	}
	if before.Begun() > 0 {
		gone := send.Dispatch{Run: send.Run{Ledger: book, Plan: plan, Machine: thisMachine(), Now: p.running(s.now)}}
		found, err := gone.Recover(ctx)
		p.sayDispatched(plan, transport, found)
		if err != nil {
			return err
		}
		if before, err = book.Account(ctx, plan); err != nil {
			return err
		}
	}
	switch {
	case before.Open() == 0 || plan.Superseded != "":
		return nil
	case plan.Paused != "":
		return &ledger.PausedError{Plan: plan.ID, By: plan.Paused}
	}
	d, err := p.dispatching(s, book, plan, transport, how)
	if err != nil {
		return err
	}
	if !s.now.After(plan.Deadline) {
		if err := p.agreed(ctx, s, book, d, before, transport, how); err != nil {
			return err
		}
	}
	reader, err := s.reader(ctx)
	if err != nil {
		return err
	}
	d.Letters = reader
	progress := p.sending(before.Open())
	d.Said, d.Waits, d.Stopping = progress.said, progress.waits, progress.stopping
	if _, set := os.LookupEnv("GOGC"); !set { // then somebody knows better
		defer debug.SetGCPercent(debug.SetGCPercent(send.Garbage))
	}
	result, err := d.Do(ctx, context.WithoutCancel(ctx), p.inputsNow(plan.Plan))
	progress.clear()
	p.sayDispatched(plan, transport, result)
	return errors.Join(wordedRelay(err, plan), reader.Close())
}

// agreed makes sure that somebody means to write to people: with --live, and with the
// plan's name typed. A draft's letters stay here.
func (p *program) agreed(ctx context.Context, s *site, book *ledger.Ledger, d send.Dispatch, before ledger.Account, transport mailer.Transport, how sendHow) error {
	plan := d.Plan
	b, found := s.content.Bulletin(plan.ID.Bulletin)
	if found && b.Status == bulletin.Draft {
		return refuse("tocsin release "+string(b.ID), "%s is a draft: its letters do not leave this machine", b.ID)
	}
	if err := d.Approved(ctx); err != nil {
		return err // before anybody types
	}
	if !how.live {
		return refuse(fmt.Sprintf("tocsin send %s --live", plan.ID), "%s would go to people, by %s: nothing was sent", many(before.Open(), "letter"), transport)
	}
	if err := p.codesUnlisted(ctx, s, book, plan, b); err != nil {
		return err
	}
	if err := s.sayEdited(d, before); err != nil {
		return err
	}
	p.say("to people now: %s of %s, by %s, from %s", many(before.Open(), "letter"), plan.ID, transport, s.config.Mail.From.Address)
	return p.confirm(ctx, bulletin.ID(plan.ID.String()), consent{yes: how.yes}, "send")
}

// dispatching is a run as the settings and flags want it.
func (p *program) dispatching(s *site, book *ledger.Ledger, plan ledger.Stored, transport mailer.Transport, how sendHow) (send.Dispatch, error) {
	if today := s.transport(); today != transport {
		return send.Dispatch{}, refuse(fmt.Sprintf("set mail.transport back, or tocsin plan %s", plan.ID.Bulletin),
			"%s was made to go by %s, and the settings now say %s: passwords and keys are another's", plan.ID, transport, today)
	}
	now := p.running(s.now)
	until, err := instant(how.until)
	if err != nil {
		return send.Dispatch{}, err
	}
	relay, err := s.relay(transport, p.Now)
	if err != nil {
		return send.Dispatch{}, err
	}
	seal, err := s.seal()
	if err != nil {
		return send.Dispatch{}, err
	}
	back, err := s.returnPath(plan)
	if err != nil {
		return send.Dispatch{}, err
	}
	self, err := p.toSelf(s, plan, how, back, now)
	if err != nil {
		return send.Dispatch{}, err
	}
	return send.Dispatch{
		Run:   p.run(s, book, plan, now),
		Relay: relay, Return: func(d ledger.Delivery) (tailnet.Address, error) { return back(d.Row) }, Seal: seal, Self: self,
		Connections: how.connections, Limits: pace.Limits{Relay: how.rate, Domain: how.domainRate},
		Backoff: ledger.Backoff{First: firstRetry, Deadline: plan.Deadline},
		Canary:  how.canary, CanaryWait: how.canaryWait, Once: how.once, Until: until, After: time.After,
	}, nil
}

// firstRetry is how long a letter waits that the relay has put off, for the first time:
// what delays strangers (greylisting) lets them in after five minutes.
const firstRetry = 5 * time.Minute

// running is a clock that begins at an instant.
func (p *program) running(from time.Time) func() time.Time {
	if p.now == "" {
		return p.Now
	}
	began := p.Now()
	return func() time.Time { return from.Add(p.Now().Sub(began)) }
}

// instant reads a time from the command line; zero where there is none.
func instant(text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return at, &refusal{exitUsage, fmt.Sprintf("--until %q is not a time", text), "such as --until 2026-05-04T18:00:00Z"}
	}
	return at, nil
}

// relay is the server that letters go to, and who we are to it. What we authenticate with
// is read anew for every connection: a token that outlives no hour is another by then.
func (s *site) relay(transport mailer.Transport, now func() time.Time) (send.Relay, error) {
	relay, _ := transport.Relay()
	relay.Now, relay.Hello = now, hello(s.config.Mail.From.Address)
	if _, err := s.credentials(); err != nil { // before anybody is asked anything
		return nil, err
	}
	return func(ctx context.Context) (send.Session, error) {
		to := relay
		var err error
		if to.Credentials, err = s.credentials(); err != nil {
			return nil, &mailer.ConnError{Phase: mailer.Authenticating, Err: &credentialsError{err}} // somebody may be writing it
		}
		return send.Dial(to)(ctx)
	}, nil
}

// credentialsError is a file that does not say, while letters go, who we are to the relay.
type credentialsError struct{ err error }

// Error says what is wrong with the file.
func (e *credentialsError) Error() string { return e.err.Error() }

// Unwrap is what is wrong with the file.
func (e *credentialsError) Unwrap() error { return e.err }

// credentials are who we are to the relay, as the file says now; empty where there is none.
func (s *site) credentials() (mailer.Credentials, error) {
	name := s.config.Mail.Credentials
	if name == "" {
		return mailer.Credentials{}, nil
	}
	text, err := s.secret(name, "write it: a line user: NAME and a line password: WORDS, mode 0600")
	if err != nil {
		return mailer.Credentials{}, err
	}
	c, err := mailer.ParseCredentials(string(text), os.Getenv("TOCSIN_SMTP_PASSWORD"))
	if err != nil {
		return c, refuse("mend it", "%s: %v", name, err)
	}
	return c, nil
}

// secret reads a private file.
func (s *site) secret(name, remedy string) ([]byte, error) {
	if err := s.closedFolder(name); err != nil {
		return nil, err
	}
	text, err := private.Read(s.path(name))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, refuse(remedy, "%s is missing", name)
	}
	return text, err
}

// hello is our own name. A machine that has none which others could look up goes by the
// sender's domain.
func hello(sender tailnet.Address) string {
	host, err := os.Hostname()
	if err != nil || !strings.Contains(host, ".") {
		return sender.Domain()
	}
	return host
}

// returnPath says where letters bounce to.
func (s *site) returnPath(plan ledger.Stored) (func(row int) (tailnet.Address, error), error) {
	if s.config.Mail.Bounces == "" {
		return func(int) (tailnet.Address, error) { return s.config.Mail.From.Address, nil }, nil
	}
	key, err := s.key()
	if err != nil {
		return nil, err
	}
	path := mailevidence.ReturnPath{Key: key, Base: s.config.Mail.Bounces}
	return func(row int) (tailnet.Address, error) { return path.Make(plan.ID, row) }, nil
}

// sayDispatched tells what a run did.
func (p *program) sayDispatched(plan ledger.Stored, transport mailer.Transport, done send.Dispatched) {
	if done.Returned+done.Lost > 0 {
		p.say("an earlier run was cut off: %s had not gone out, of %s nobody knows", many(done.Returned, "letter"), many(done.Lost, "letter"))
	}
	if done.Answered() == 0 {
		return
	}
	p.print("%s, by %s: accepted %d, deferred %d, rejected %d, unknown %d", plan.ID, transport,
		done.Accepted, done.Waiting, done.Rejected, done.Unknown)
}

// wordedRelay adds the next command to what stopped a run.
func wordedRelay(err error, plan ledger.Stored) error {
	var relay *send.RelayError
	var rejects *send.RejectsError
	var self *send.SelfError
	var file *credentialsError
	switch {
	case errors.As(err, &self) && errors.As(err, &file):
		return file.stopped("the letter to ourselves did not go, and no other", plan)
	case errors.As(err, &relay) && errors.As(err, &file):
		return file.stopped("no letter goes any more", plan)
	case errors.As(err, &self):
		next := fmt.Sprintf("mend that, then tocsin send %s --live", plan.ID)
		if reply := (*mailer.ReplyError)(nil); errors.As(err, &reply) && reply.Phase == mailer.Rcpt {
			next += "; mail.self names another address"
		}
		return &refusal{exitRefused, self.Error(), next}
	case errors.As(err, &relay) && mailer.ClassOf(relay.Err) != mailer.Refused: // a run that a timer calls has not waited longer
		return &refusal{exitRefused, relay.Error(), fmt.Sprintf("tocsin send %s --live again, once it does: what it has taken does not go again", plan.ID)}
	case errors.As(err, &relay):
		return &refusal{exitRefused, relay.Error(), fmt.Sprintf("mend that, then tocsin send %s --live: every letter is as it was", plan.ID)}
	case errors.As(err, &rejects):
		return &refusal{exitRefused, rejects.Error(), fmt.Sprintf("tocsin status %s --format csv shows which; then tocsin send %s --live", plan.ID, plan.ID)}
	}
	return err
}

// stopped words what the file came to, with what mends it: the relay knows nothing of it.
func (e *credentialsError) stopped(what string, plan ledger.Stored) error {
	r := refusalOf(e.err)
	return &refusal{r.exit, what + ": " + r.what, fmt.Sprintf("%s, then tocsin send %s --live: what the relay has taken does not go again", r.next, plan.ID)}
}
