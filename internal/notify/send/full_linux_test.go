package send

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"syscall"
	"testing"

	"tocsin/internal/notify/mailer"
)

// narrow limits how long a file this process can make (RLIMIT_FSIZE in setrlimit(2)): what
// would go past it fails, as on a full disk.
func narrow(octets string) error {
	n, err := strconv.ParseUint(octets, 10, 64)
	if err != nil {
		return nil // nothing is limited
	}
	return syscall.Setrlimit(1, &syscall.Rlimit{Cur: n, Max: n}) // RLIMIT_FSIZE is 1 on Linux
}

// TestDiskFullAtEachWrite is F50: at whichever page of its log the ledger finds the disk
// full, the run stops there, everything that arrived is accepted or begun, and the next run
// finishes with each letter there once.
func TestDiskFullAtEachWrite(t *testing.T) {
	t.Parallel()
	const letters, page = windowSize + 9, 4096 + 24
	failed, dice := 0, newChance(t)
	for limit := 8 << 10; ; limit += page * (1 + dice.IntN(dice.times(1, 5))) {
		h := newHome(t, letters)
		if _, err := mailer.OpenMaildir(h.mailbox()); err != nil {
			t.Fatal(err)
		}
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), "GORACE=atexit_sleep_ms=0", "SEND_TEST_HOME="+string(h), fmt.Sprintf("SEND_TEST_FILE_OCTETS=%d", limit))
		out, err := cmd.CombinedOutput()
		if err == nil {
			h.wantDone(t, letters)
			break
		}
		if !bytes.Contains(out, []byte("disk")) && !bytes.Contains(out, []byte("full")) {
			t.Errorf("a log of %d octets: %v\n%s", limit, err, out)
		}
		failed++
		resume(t, h, letters)
	}
	t.Logf("%d runs failed", failed)
	if failed < 4 {
		t.Errorf("only %d runs failed", failed)
	}
}
