package main

import (
	"bytes"
	"fmt"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"tocsin/internal/notify/smtptest"
)

// twoAtATime is F41 and F21: of two senders of one plan one sends all of it, each letter to its
// own tailnet alone; the other is told who that is, and ends with exit status 5. The relay takes the
// first letter once one of them has ended, so that they meet.
func twoAtATime(t *testing.T, tool string) {
	letters := 1000
	if soaking() {
		letters = 10_000
	}
	ended := make(chan bool)
	m := newMailing(t, tool, letters, smtptest.Options{Script: smtptest.Once(smtptest.Mail, 0, func(c *smtptest.Conn) error {
		<-ended
		return c.Usual()
	})})
	var said [2]bytes.Buffer
	var senders [2]*exec.Cmd
	for i := range senders {
		senders[i] = m.command(m.sending()...)
		senders[i].Stdout, senders[i].Stderr = &said[i], &said[i]
		if err := senders[i].Start(); err != nil {
			t.Fatal(err)
		}
	}
	var first sync.Once
	var waits sync.WaitGroup
	status := make([]int, len(senders))
	for i, c := range senders {
		waits.Go(func() {
			_ = c.Wait()
			status[i] = c.ProcessState.ExitCode()
			first.Do(func() { close(ended) })
		})
	}
	waits.Wait()
	loser := slices.Index(status, 5)
	if loser < 0 || status[1-loser] != 0 {
		t.Fatalf("they end with %v\n%s\n%s", status, &said[0], &said[1])
	}
	if winner := fmt.Sprintf("pid %d: sending %s", senders[1-loser].Process.Pid, plan); !strings.Contains(said[loser].String(), winner) {
		t.Errorf("the loser does not name %q:\n%s", winner, &said[loser])
	}
	if sum := m.reckon("two senders"); sum.unknown > 0 {
		t.Errorf("%d are unknown", sum.unknown)
	}
}

// rolledBack is F43: a ledger that has lost its last record is refused by every command, and
// nobody is called.
func rolledBack(t *testing.T, tool string) {
	m := newMailing(t, tool, 12, smtptest.Options{Script: smtptest.Once(smtptest.Rcpt, 0, smtptest.Reply("550 5.1.1 nobody"))})
	m.wants(exitOpen, m.command(m.sending("--canary", "0")...), "rejected 1")
	older := m.kept()
	var refused string
	for id, state := range m.states() {
		if state == "rejected" {
			refused = id
		}
	}
	m.must(m.at(sendTime, "settle", plan, "--tailnet", refused, "--told", "by phone", "--by", "A. Example"))
	newer := m.kept()
	for name := range older {
		if strings.HasSuffix(name, ".head") {
			older[name] = newer[name]
		}
	}
	m.restore(older)
	calls := m.relay.Idle(t).Connections
	for _, c := range [][]string{
		{"send", plan, "--live", "--yes", plan}, {"status"}, {"status", plan}, {"plan", "TS-2026-002"}, {"letters", plan},
		{"ledger", "verify"}, {"ledger", "export"}, {"settle", plan, "--tailnet", refused, "--resend", "--why", "a test", "--by", "A. Example"},
	} {
		m.wants(4, m.at(sendTime, c...), filepath.Join("var", "ledger.db"), "ledger.head")
	}
	if more := m.relay.Idle(t).Connections - calls; more != 0 {
		t.Errorf("%d connections", more)
	}
	m.restore(newer)
	m.wants(0, m.at(sendTime, "ledger", "verify"))
}

// notMeant is F54: without a terminal nothing goes to people but with --live and the plan's name;
// and a plan that is done calls nobody (F46).
func notMeant(t *testing.T, tool string) {
	m := newMailing(t, tool, 3, smtptest.Options{})
	m.wants(4, m.at(sendTime, "send", plan), "3 letters would go to people")
	m.wants(4, m.at(sendTime, "send", plan, "--live"), "nothing was changed")
	m.wants(4, m.at(sendTime, "send", plan, "--yes", plan), "3 letters would go to people")
	m.wants(4, m.at(sendTime, "send", plan, "--live", "--yes", "TS-2026-002"), "nothing was changed")
	m.wants(4, m.at("2026-05-09T09:01:00Z", "send", plan, "--live", "--yes", plan), "its letters are stale")
	if calls := m.relay.Idle(t).Connections; calls != 0 {
		t.Errorf("%d connections", calls)
	}
	m.wants(0, m.command(m.sending()...), "accepted 3")
	calls := m.relay.Idle(t).Connections
	m.wants(0, m.command(m.sending()...))
	if more := m.relay.Idle(t).Connections - calls; more != 0 {
		t.Errorf("a plan that is done made %d connections", more)
	}
	m.reckon("sent")
}
