package send

import (
	"context"
	"errors"
	"testing"

	"tocsin/internal/notify/ledger"
	"tocsin/internal/notify/mailer"
	"tocsin/internal/notify/smtptest"
)

// toOurselves counts how often the letter to ourselves goes out.
func toOurselves(out *int) func(*Dispatch) {
	message := []byte("From: security@example.com\r\nTo: <team@example.com>\r\nMessage-ID: <self@example.com>\r\n\r\nNobody's.\r\n")
	return func(d *Dispatch) {
		d.Self = &Self{From: "bounces+self@example.com", To: "team@example.com", Message: message, Out: func(_ context.Context, r mailer.Reply) error {
			*out++
			return nil
		}}
	}
}

// The letter to ourselves goes before the first one of a plan, and again only where nobody
// was written to: never once a letter was taken or put off. It is no row: states and sums
// are as without it (F34).
func TestSelfGoesFirst(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		script smtptest.Script
		want   int // letters to ourselves, in two runs
	}{
		"all are taken":   {nil, 1},
		"all are put off": {after(smtptest.Rcpt, "450 4.2.0 greylisted"), 1},
		"all are refused": {after(smtptest.Rcpt, "550 5.1.1 nobody"), 2},
		"some are put off, and the rest refused": {func(m smtptest.Moment, n int) smtptest.Action {
			switch {
			case m != smtptest.Rcpt || n == 0:
				return nil
			case n <= 3:
				return smtptest.Reply("450 4.2.0 greylisted")
			}
			return smtptest.Reply("550 5.1.1 nobody")
		}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, server, out := newHome(t, 20), smtptest.Start(t, smtptest.Options{Script: tt.script}), 0
			for range 2 {
				_, err := h.dispatch(t, ctx, server, func(d *Dispatch) {
					toOurselves(&out)(d)
					d.Once, d.Canary = true, 3
				})
				var rejects *RejectsError
				if err != nil && !errors.As(err, &rejects) {
					t.Fatal(err)
				}
			}
			if out != tt.want {
				t.Errorf("%d letters to ourselves", out)
			}
			server.Settled()
			own, rows := 0, 0
			for i, letter := range server.Accepted() {
				if letter.To[0] != "team@example.com" {
					rows++
				} else if own++; i != 0 && rows > 0 {
					t.Errorf("a letter to ourselves went after those of the plan")
				}
			}
			if states := h.states(t, 1); own != tt.want || rows != states[ledger.Accepted] {
				t.Errorf("the server has %d letters to ourselves and %d of the plan; states are %v", own, rows, states)
			}
		})
	}
}

// after refuses all recipients of a server but the first.
func after(m smtptest.Moment, reply string) smtptest.Script {
	return func(at smtptest.Moment, n int) smtptest.Action {
		if at != m || n == 0 {
			return nil
		}
		if n == 4 && reply[0] == '5' { // the letter to ourselves of the second run, after a canary of three
			return nil
		}
		return smtptest.Reply(reply)
	}
}

// Without the letter to ourselves nobody is written to, and nothing is written down: whatever
// the relay does to it, and whatever somebody says who has looked at it.
func TestNothingWithoutSelf(t *testing.T) {
	t.Parallel()
	for name, script := range map[string]smtptest.Script{
		"refused":  smtptest.At(smtptest.Rcpt, smtptest.Reply("550 5.1.1 nobody")),
		"put off":  smtptest.At(smtptest.Dot, smtptest.Reply("451 4.3.0 later")),
		"lost":     smtptest.At(smtptest.Taken, smtptest.Cut),
		"sender":   smtptest.At(smtptest.Mail, smtptest.Reply("550 5.7.1 not from you")),
		"looks so": nil,
	} {
		h, server, out := newHome(t, 20), smtptest.Start(t, smtptest.Options{Script: script}), 0
		done, err := h.dispatch(t, ctx, server, func(d *Dispatch) {
			toOurselves(&out)(d)
			if script == nil {
				d.Self.Out = func(context.Context, mailer.Reply) error { return errFull }
			}
		})
		var self *SelfError
		var relay *RelayError
		if want := map[string]bool{"sender": errors.As(err, &relay), "looks so": errors.Is(err, errFull)}; done != (Dispatched{}) || !errors.As(err, &self) && !want[name] {
			t.Errorf("%s: %+v, %v", name, done, err)
		}
		if seen := server.Settled(); seen.Letters != 1 || h.states(t, 1)[ledger.Planned] != 20 {
			t.Errorf("%s: %d letters, states are %v", name, seen.Letters, h.states(t, 1))
		}
	}
}
