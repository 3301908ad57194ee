package cli

import (
	"errors"
	"path/filepath"
	"testing"
	"time"

	"tocsin/internal/notify"
	"tocsin/internal/notify/ledger"
	"tocsin/internal/notify/smtptest"
)

// followedUp has one letter of the site's plan out, and another plan frozen after it.
func (s session) followedUp() {
	s.Helper()
	at := time.Date(2026, 5, 5, 9, 0, 30, 0, time.UTC)
	book, err := ledger.Open(s.Context(), filepath.Join(s.site, "var", "ledger.db"), "testing")
	if err != nil {
		s.Fatal(err)
	}
	plan, err1 := book.Plan(s.Context(), notify.PlanID{Bulletin: "TS-2026-002", Number: 1})
	run, err2 := book.Start(s.Context(), plan, ledger.Machine{Synced: true}, at)
	out, err3 := book.Claim(s.Context(), plan, run, 1, at)
	if err := errors.Join(err1, err2, err3); err != nil {
		s.Fatal(err)
	}
	next := plan.Plan
	next.ID.Number, next.Kind, next.Counts, next.Clear, next.Kinds = 2, notify.Correction, nil, nil, nil
	letter := out[0].Entry
	letter.Message, letter.Kind = []byte("a correction\r\n"), notify.Correction
	letter.Digest = notify.Digest(letter.Message)
	err = errors.Join(
		book.Commit(s.Context(), plan, run, nil, []ledger.Mark{{Letter: out[0], Connection: 1}}, at),
		book.Commit(s.Context(), plan, run, []ledger.Outcome{{Letter: out[0], Event: ledger.Accept}}, nil, at),
		book.End(s.Context(), plan, run, at),
	)
	if err == nil {
		_, err = book.Freeze(s.Context(), next, nil, func(yield func(notify.Entry, error) bool) { yield(letter, nil) })
	}
	if err := errors.Join(err, book.Close()); err != nil {
		s.Fatal(err)
	}
}

// TestDropAPlan is F34 and F47: while a follow-up waits, no letter of the plan before it goes
// out; who drops the follow-up says so on the record, and the earlier plan goes on.
func TestDropAPlan(t *testing.T) {
	t.Parallel()
	server := smtptest.Start(t, smtptest.Options{})
	s := relayed(t, server, "")
	s.followedUp()
	const first, drop = now + "send TS-2026-002/1 --live --canary-wait 0s --yes TS-2026-002/1", now + "settle TS-2026-002/2 --drop"
	s.wants(exitRefused, first, "TS-2026-002/1 is paused: TS-2026-002/2 is to take its place", "settle TS-2026-002/2 --drop --by NAME --why REASON")
	s.wants(exitIncomplete, now+"status TS-2026-002/1", "accepted 1", "TS-2026-002/1 is paused: TS-2026-002/2 takes its place", "status TS-2026-002/2")
	s.wants(exitIncomplete, now+"status TS-2026-002/1 --json", `"paused_by": "TS-2026-002/2"`)
	s.wants(exitUsage, drop+" --why sooner", "settle needs --by NAME")
	s.wants(exitUsage, drop+" --by Operator", "--drop needs --why REASON")
	s.wants(exitUsage, drop+" --by Operator --why sooner --state rejected", "--drop is of the whole plan")
	s.wants(exitRefused, now+"settle TS-2026-002/1 --drop --by Operator --why sooner", "TS-2026-002/1 cannot be dropped: 1 of its letters are out")
	s.wants(exitDone, drop+" --by Operator --why sooner", "dropped: TS-2026-002/2", "TS-2026-002/1 goes on where it was")
	s.wants(exitRefused, drop+" --by Operator --why sooner", "TS-2026-002/2 cannot be dropped: it was, on 2026-05-05T09:01:00Z")
	s.wants(exitRefused, now+"approve TS-2026-002/2", "TS-2026-002/2 was dropped on 2026-05-05T09:01:00Z")
	s.wants(exitDone, now+"send TS-2026-002/2 --live --yes TS-2026-002/2", "TS-2026-002/2 was dropped on 2026-05-05T09:01:00Z")
	s.wants(exitDone, now+"status TS-2026-002/2", "superseded 1", "was dropped on")
	if seen := server.Seen(); seen.Connections != 0 {
		t.Errorf("%d connections", seen.Connections)
	}
	s.wants(exitIncomplete, first, "to people now: 33 letters of TS-2026-002/1", "accepted 34")
	s.wants(exitDone, now+"ledger verify", "TS-2026-002/1  whole", "TS-2026-002/2  whole")
}
