package main

import (
	"errors"
	"io"
	"os"
	"os/exec"
	"sync"
	"syscall"
	"testing"
	"time"

	"tocsin/internal/notify/smtptest"
)

// mercy is how long a sender has to die of a signal that should not kill it.
const mercy = 300 * time.Millisecond

// stoppedByPeople is F49 as people stop a run: they interrupt `send 2>&1 | tee log`, which ends tee
// first, or they close the terminal. Each time the relay has a letter, and has not said so.
func stoppedByPeople(t *testing.T, tool string) {
	const letters, exitStopped = 40, 130
	var mu sync.Mutex
	var stop func()
	taken, stops := 0, false
	m := newMailing(t, tool, letters, smtptest.Options{Script: func(now smtptest.Moment, _ int) smtptest.Action {
		mu.Lock()
		defer mu.Unlock()
		if now != smtptest.Taken {
			return nil
		}
		switch taken++; {
		case taken == 8:
			stop()
			time.Sleep(mercy)
		case taken > 8 && stops: // so that letters are left, however late the sender hears of it
			time.Sleep(mercy / 3)
		}
		return nil
	}})
	for _, c := range []struct {
		how    string
		signal os.Signal
		before string // what a shell does before
		reads  bool   // to the end
		status int
	}{
		{"an interrupt that ends who reads", os.Interrupt, "", false, exitStopped},
		{"a terminal that is closed", syscall.SIGHUP, "", false, exitStopped},
		{"a hang-up", syscall.SIGHUP, "", true, exitStopped},
		{"a service that is stopped", syscall.SIGTERM, "", true, exitStopped},
		{"who reads has enough", nil, "", false, 3},
		{"a hang-up under nohup", syscall.SIGHUP, "trap '' HUP; ", true, 0},
	} {
		m.anew()
		read, write, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		shell := append([]string{"-c", c.before + `exec "$@"`, "sh", tool}, m.sending()...)
		sender := exec.Command("sh", shell...)
		sender.Stdout, sender.Stderr = write, write
		mu.Lock()
		stops = c.status == exitStopped
		taken, stop = 0, func() {
			if !c.reads {
				_ = read.Close()
			}
			if c.signal != nil {
				_ = sender.Process.Signal(c.signal)
			}
			if c.signal == syscall.SIGHUP { // the shell's, and then the system's
				time.Sleep(20 * time.Millisecond)
				_ = sender.Process.Signal(c.signal)
			}
		}
		err = sender.Start()
		mu.Unlock()
		if err != nil {
			t.Fatal(err)
		}
		_ = write.Close()
		said, _ := io.ReadAll(read)
		_ = sender.Wait()
		if got := sender.ProcessState; got.ExitCode() != c.status {
			t.Errorf("%s: it ends with %v, want exit status %d\n%s", c.how, got, c.status, said)
		}
		states := byState(m.states())
		whole := c.status != exitStopped
		if states["unknown"]+states["intent"] > 0 || (states["accepted"] == letters) != whole {
			t.Errorf("%s: %v", c.how, states)
		}
		mu.Lock()
		stops = false
		mu.Unlock()
		m.wants(0, m.command(m.sending()...))
		m.reckon(c.how)
		_ = read.Close()
	}
	endsWithItsReader(m)
}

// endsWithItsReader: a command that sends nothing ends quietly when nobody reads it any more.
func endsWithItsReader(m *mailing) {
	read, write, err := os.Pipe()
	if err != nil {
		m.Fatal(err)
	}
	_ = read.Close()
	c := m.at(sendTime, "status", plan, "--format", "csv")
	c.Stdout = write
	err = c.Run()
	_ = write.Close()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.Sys().(syscall.WaitStatus).Signal() != syscall.SIGPIPE {
		m.Errorf("nobody reads the status, and it ends with %v", err)
	}
}
