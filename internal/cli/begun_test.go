package cli

import (
	"bytes"
	"context"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tocsin/internal/notify"
	"tocsin/internal/notify/database"
	"tocsin/internal/notify/ledger"
	"tocsin/internal/notify/mailer"
)

// session plays commands in a site of its own.
type session struct {
	*testing.T
	site string
}

func newSession(t *testing.T) session {
	s := session{t, filepath.Join(t.TempDir(), "site")}
	if status := Run(context.Background(), world(), []string{"init", s.site}); status != exitDone {
		t.Fatalf("init: exit status %d", status)
	}
	return s
}

// wants plays a command and wants its exit status, and texts in what it says.
func (s session) wants(status int, command string, texts ...string) {
	s.Helper()
	w := world()
	if strings.HasPrefix(command, "--now ") {
		w.Now = time.Now // it measures how long things take
	}
	var said bytes.Buffer
	w.Stdout, w.Stderr = &said, &said
	if got := Run(context.Background(), w, append([]string{"-C", s.site}, strings.Fields(command)...)); got != status {
		s.Errorf("%s: exit status %d, want %d\n%s", command, got, status, &said)
	}
	for _, text := range texts {
		if !strings.Contains(said.String(), text) {
			s.Errorf("%s does not say %q:\n%s", command, text, &said)
		}
	}
}

// begin leaves the ledger as a run does that was killed with two letters begun.
func (s session) begin(id notify.PlanID) {
	s.Helper()
	ctx := context.Background()
	if _, err := mailer.OpenMaildir(filepath.Join(s.site, "var", "outbox")); err != nil {
		s.Fatal(err)
	}
	book, err := ledger.Open(ctx, filepath.Join(s.site, "var", "ledger.db"), "dying")
	if err != nil {
		s.Fatal(err)
	}
	plan, err := book.Plan(ctx, id)
	if err != nil {
		s.Fatal(err)
	}
	run, err := book.Start(ctx, plan, ledger.Machine{PID: 1}, world().Now())
	if err != nil {
		s.Fatal(err)
	}
	if _, err := book.Claim(ctx, plan, run, 2, world().Now()); err != nil {
		s.Fatal(err)
	}
	if err := book.Close(); err != nil {
		s.Fatal(err)
	}
}

// sql changes the ledger behind everybody's back.
func (s session) sql(query string) {
	s.Helper()
	db, err := database.Open(context.Background(), filepath.Join(s.site, "var", "ledger.db"))
	if err != nil {
		s.Fatal(err)
	}
	if _, err := db.Exec(query); err != nil {
		s.Fatal(err)
	}
	if err := db.Close(); err != nil {
		s.Fatal(err)
	}
}

// TestPlanWaitsForBegunLetters is F34: a plan beside letters that a killed run had
// begun is refused, with the command that settles them; status knows of them.
func TestPlanWaitsForBegunLetters(t *testing.T) {
	t.Parallel()
	s := newSession(t)
	s.wants(exitDone, "plan TS-2026-002")
	s.begin(notify.PlanID{Bulletin: "TS-2026-002", Number: 1})
	s.wants(exitRefused, "--now 2026-05-10T09:00:00Z plan TS-2026-002",
		"a run of TS-2026-002/1 was cut off with letters begun", "send TS-2026-002/1")
	s.wants(exitIncomplete, "--now 2026-05-10T09:00:00Z status TS-2026-002",
		"a run of TS-2026-002/1 was cut off with 2 letters begun", "send TS-2026-002/1")
	s.wants(exitRefused, "--now 2026-05-10T09:00:00Z send TS-2026-002/1",
		"an earlier run was cut off: 0 letters had arrived, 2 letters had not", "its letters are stale", "plan TS-2026-002")
	s.wants(exitDone, "--now 2026-05-10T09:00:00Z plan TS-2026-002", "TS-2026-002/2")
}

// TestStatusKnowsEveryPlan is F34: begun letters are open also where a later plan has
// taken their plan's place.
func TestStatusKnowsEveryPlan(t *testing.T) {
	t.Parallel()
	s := newSession(t)
	s.wants(exitDone, "plan TS-2026-002")
	s.begin(notify.PlanID{Bulletin: "TS-2026-002", Number: 1})
	s.wants(exitIncomplete, "status TS-2026-002/1") // the rows follow what the dead run had written down
	s.sql("UPDATE deliveries SET state = 'accepted' WHERE state = 'intent'")
	s.wants(exitDone, "--now 2026-05-10T09:00:00Z plan TS-2026-002")
	s.sql("UPDATE deliveries SET state = 'intent' WHERE plan = 1 AND state = 'accepted'")
	s.sql("UPDATE deliveries SET state = 'accepted' WHERE plan = 2 AND state = 'planned'")
	s.sql("UPDATE deliveries SET standing = 'not_required' WHERE standing = 'unreachable'")
	if _, err := mailer.OpenMaildir(filepath.Join(s.site, "var", "outbox")); err != nil {
		t.Fatal(err)
	}
	for _, command := range []string{"status", "status TS-2026-002", "status TS-2026-002/1"} {
		said := s.says(exitIncomplete, "", "--now 2026-05-10T09:00:00Z "+command)
		if words := strings.Join(strings.Fields(said), " "); !strings.Contains(words, "a run of TS-2026-002/1 was cut off with 2 letters begun") || !strings.Contains(words, "send TS-2026-002/1") {
			t.Errorf("%s: %s", command, said)
		}
	}
	s.sql("UPDATE deliveries SET standing = 'unreachable' WHERE standing = 'not_required'")
	s.wants(exitRefused, "send TS-2026-002/1", "TS-2026-002/2 has taken the place of TS-2026-002/1", "send TS-2026-002/2")
}
