package cli

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"tocsin/internal/notify"
	"tocsin/internal/notify/database"
	"tocsin/internal/notify/ledger"
)

// TestVerifySaysHowFarTheHeadIsBehind: what the head does not vouch for is not passed off as
// vouched for.
func TestVerifySaysHowFarTheHeadIsBehind(t *testing.T) {
	t.Parallel()
	s := newSession(t)
	s.wants(exitDone, "plan TS-2026-002")
	s.wants(exitDone, "ledger verify", "TS-2026-002/1  whole: 35 rows, 34 letters, 1 event\n")
	head := filepath.Join(s.site, "var", "ledger.head")
	pinned, err := os.ReadFile(head)
	if err != nil {
		t.Fatal(err)
	}
	s.startsARun()
	s.wants(exitDone, "ledger verify", "34 letters, 2 events\n")
	if err := os.WriteFile(head, pinned, 0o600); err != nil {
		t.Fatal(err)
	}
	s.wants(exitDone, "ledger verify", "34 letters, 2 events, 1 of them since the head was pinned\n")
}

func (s session) startsARun() {
	s.Helper()
	ctx := context.Background()
	book, err := ledger.Open(ctx, filepath.Join(s.site, "var", "ledger.db"), "testing")
	if err != nil {
		s.Fatal(err)
	}
	plan, err := book.Plan(ctx, notify.PlanID{Bulletin: "TS-2026-002", Number: 1})
	if err == nil {
		_, err = book.Start(ctx, plan, ledger.Machine{}, time.Date(2026, 5, 5, 10, 0, 0, 0, time.UTC))
	}
	if err := errors.Join(err, book.Close()); err != nil {
		s.Fatal(err)
	}
}

// TestVerifyNamesForeignTriggers: a trigger could change what is written, and no row shows it.
func TestVerifyNamesForeignTriggers(t *testing.T) {
	t.Parallel()
	s := newSession(t)
	s.wants(exitDone, "plan TS-2026-002")
	s.execute("CREATE TRIGGER shadow AFTER UPDATE ON deliveries BEGIN DELETE FROM letters WHERE row = new.row; END")
	s.wants(exitRefused, "ledger verify", "it has the trigger shadow of deliveries, which tocsin did not make", "next: restore the ledger from a backup")
}

// TestLedgerWhoseNumberWasSetBack is refused in words.
func TestLedgerWhoseNumberWasSetBack(t *testing.T) {
	t.Parallel()
	s := newSession(t)
	s.wants(exitDone, "plan TS-2026-002")
	s.execute("PRAGMA user_version = 1")
	s.wants(exitRefused, "status", "the ledger says that it is of schema 1 (PRAGMA user_version), and it is not: ", "next: restore the ledger from a backup")
}

// execute does to the ledger's file what no tocsin does.
func (s session) execute(statement string) {
	s.Helper()
	db, err := database.Open(context.Background(), filepath.Join(s.site, "var", "ledger.db"))
	if err == nil {
		_, err = db.Exec(statement)
		err = errors.Join(err, db.Close())
	}
	if err != nil {
		s.Fatal(err)
	}
}
