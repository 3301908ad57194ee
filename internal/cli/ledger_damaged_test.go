package cli

import (
	"os"
	"path/filepath"
	"testing"
)

// TestDamagedLedgerIsNamed: whatever a command wants of a ledger of which a part is lost, it
// names the file, and says what to do.
func TestDamagedLedgerIsNamed(t *testing.T) {
	t.Parallel()
	s := newSession(t)
	s.wants(exitDone, "plan TS-2026-002")
	const page = 4096
	name := filepath.Join(s.site, "var", "ledger.db")
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if len(data) < 24*page {
		t.Fatalf("the ledger has %d octets", len(data))
	}
	for at := 20 * page; at < len(data); at += page { // what stands before says what tables there are
		copy(data[at:], make([]byte, page))
	}
	if err := os.WriteFile(name, data, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, command := range []string{
		"status", "status TS-2026-002/1", "plan TS-2026-002", "letters TS-2026-002/1 --list", "send TS-2026-002/1", "approve TS-2026-002/1 --list",
		"ledger verify", "ledger export", "settle TS-2026-002/1 --state unknown --hold --why x --by y --yes TS-2026-002/1",
	} {
		s.wants(exitIO, command, "tocsin: "+name+": database disk image is malformed", "next: restore it from a backup")
	}
}
