package cli

import (
	"fmt"
	"sync/atomic"
	"testing"

	"tocsin/internal/notify/smtptest"
)

// An all-clear that was dropped leaves nobody alone: those who were told of what is withdrawn
// are still to be told that it is.
func TestDroppedAllClear(t *testing.T) {
	t.Parallel()
	var closed atomic.Bool
	server := smtptest.Start(t, smtptest.Options{Keep: true, Script: func(m smtptest.Moment, _ int) smtptest.Action {
		if m == smtptest.Greeting && closed.Load() {
			return smtptest.Then(smtptest.Reply("554 5.7.1 go away"), smtptest.Drop)
		}
		return nil
	}})
	s := newSession(t)
	s.edit("tocsin.yaml", "  transport: maildir:var/outbox\n", fmt.Sprintf("  transport: smtp://127.0.0.1:%d\n", server.Port()))
	s.edit("tocsin.yaml", "\nledger:", "\napprovals: {required: 0}\nledger:")
	const now, told = "--now 2026-06-02T09:01:00Z ", "were told of TS-2026-002, and not that it is withdrawn"
	s.wants(exitDone, "--now 2026-06-02T09:00:00Z plan TS-2026-002")
	s.wants(exitIncomplete, now+"send TS-2026-002/1 --live --no-self --canary 0 --connections 1 --yes TS-2026-002/1")
	s.says(exitDone, "", now+"settle TS-2026-002/1 --state unreachable --yes TS-2026-002/1 --by A", "--told", "by phone")
	s.says(exitDone, "", "--now 2026-06-02T09:10:00Z withdraw TS-2026-002 --yes TS-2026-002", "--reason", "It was wrong.", "--by", "A")
	s.wants(exitIncomplete, "--now 2026-06-02T09:11:00Z status TS-2026-002", told)
	s.wants(exitDone, "--now 2026-06-02T09:12:00Z plan TS-2026-002 --kind all-clear", "TS-2026-002/2")
	closed.Store(true)
	s.wants(exitRefused, "--now 2026-06-02T09:13:00Z send TS-2026-002/2 --live --once --no-self --canary 0 --connections 1 --yes TS-2026-002/2")
	s.says(exitDone, "", "--now 2026-06-02T09:14:00Z settle TS-2026-002/2 --drop --by A", "--why", "wrong words")
	s.wants(exitIncomplete, "--now 2026-06-02T09:15:00Z status TS-2026-002", told, "plan TS-2026-002 --kind all-clear")
	s.wants(exitIncomplete, "--now 2026-06-02T09:15:00Z status", "TS-2026-002")
}
