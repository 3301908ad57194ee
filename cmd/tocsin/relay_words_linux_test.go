package main

import (
	"fmt"
	"os"
	"os/exec"
	"sync"
	"syscall"
	"testing"

	"tocsin/internal/notify/smtptest"
)

// overhearing sends a signal to the sender when the relay has heard so many words, and has not
// answered the last.
type overhearing struct {
	sync.Mutex
	sender *os.Process
	signal os.Signal
	left   int             // words until then
	last   smtptest.Moment // what the sender had said, or what the relay had done
	heard  int
}

func (o *overhearing) script(now smtptest.Moment, _ int) smtptest.Action {
	o.Lock()
	defer o.Unlock()
	o.heard++
	if o.left--; o.left == 0 && o.sender != nil {
		o.last = now
		_ = o.sender.Signal(o.signal)
	}
	return nil
}

// run runs a sender up to some word, or to its end where it is never said.
func (o *overhearing) run(c *exec.Cmd, words int, signal os.Signal) error {
	o.Lock()
	o.left, o.signal, o.heard = words, signal, 0
	err := c.Start()
	o.sender = c.Process
	o.Unlock()
	if err != nil {
		return err
	}
	err = c.Wait()
	o.Lock()
	defer o.Unlock()
	o.sender = nil
	return err
}

// moments are what the sender had said last, or the relay.
var moments = map[smtptest.Moment]string{
	smtptest.Greeting: "connecting", smtptest.Hello: "EHLO", smtptest.Mail: "MAIL", smtptest.Rcpt: "RCPT", smtptest.Data: "DATA",
	smtptest.Content: "its first octets", smtptest.Dot: "the dot", smtptest.Taken: "the relay took it", smtptest.Replied: "the relay said so", smtptest.Quit: "QUIT",
}

// killedAtEveryWord is F34 and F35 with the relay as the clock: the sender is killed when the
// relay has heard something and has not answered yet, and when it has taken a letter and said so.
func killedAtEveryWord(t *testing.T, tool string) {
	var o overhearing
	m := newMailing(t, tool, 6, smtptest.Options{Script: o.script})
	if err := o.run(m.command(m.sending()...), 0, nil); err != nil {
		t.Fatal(err)
	}
	var some []int
	for n := range o.heard {
		some = append(some, n+1)
	}
	if !soaking() {
		some = shuffled(t, some)
	}
	x := make(matrix)
	for tried, n := range some {
		if !soaking() && tried >= 10 && len(x) >= 3 {
			break // before that, senders were through when they were to die
		}
		m.anew()
		if o.run(m.command(m.sending()...), n, syscall.SIGKILL) != nil {
			at := "killed after " + moments[o.last]
			x.add(at, m.resumed(fmt.Sprintf("%s, word %d", at, n)))
		}
	}
	t.Log(x.table())
	if len(x) < 3 {
		t.Errorf("killed after %d kinds of words", len(x))
	}
}

// interrupted is F49: whenever somebody interrupts, the letters at hand are finished and written
// down: none is in doubt. The same command goes on, until all are out, each once.
func interrupted(t *testing.T, tool string) {
	const letters = 40
	want := 12
	if soaking() {
		want = 1000
	}
	dice := seeded(t)
	var o overhearing
	m := newMailing(t, tool, letters, smtptest.Options{Script: o.script})
	stops, plans := 0, 0
	for ; stops < want; plans++ {
		m.anew()
		for goes := true; goes; {
			c := m.command(m.sending()...)
			err := o.run(c, 1+dice.IntN(120), os.Interrupt)
			status := c.ProcessState.ExitCode()
			if goes = err != nil; goes && status != 130 {
				t.Fatalf("interrupted, it ends with exit status %d", status)
			}
			if goes {
				stops++
			}
			m.relay.Idle(t)
			if states := byState(m.states()); states["unknown"]+states["intent"]+states["deferred"] > 0 {
				t.Errorf("interruption %d: %v", stops, states)
			}
		}
		m.reckon("interrupted")
	}
	t.Logf("%d interruptions of %d plans: 0 unknown", stops, plans)
}
