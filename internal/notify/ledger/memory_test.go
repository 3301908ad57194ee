package ledger

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
)

// load freezes a plan of so many letters of 6 KB and prints the process's peak memory.
func load(path string, rows int) (status int) {
	l, err := Open(context.Background(), path, "loading")
	if err == nil {
		_, err = l.Freeze(context.Background(), aPlan(1), aLetter(6000, 0), synthetic(rows))
		err = errors.Join(err, l.Close())
	}
	said, readErr := os.ReadFile("/proc/self/status")
	if err := errors.Join(err, readErr); err != nil {
		fmt.Println(err)
		return 1
	}
	_, after, _ := strings.Cut(string(said), "VmHWM:")
	peak, _, _ := strings.Cut(after, "kB")
	fmt.Print(strings.TrimSpace(peak))
	return 0
}

// TestFreezeTakesNoMoreRoomForMore: five thousand letters more, of 30 MB together, take no
// more memory than a thousand; with TOCSIN_SOAK=1 it is fifty thousand.
func TestFreezeTakesNoMoreRoomForMore(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("only Linux says how much memory a process took at most")
	}
	peak := func(rows int) int {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), "LEDGER_TEST_PATH="+filepath.Join(t.TempDir(), "ledger.db"), "LEDGER_TEST_ROWS="+strconv.Itoa(rows))
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		kilobytes, err := strconv.Atoi(string(out))
		if err != nil {
			t.Fatal(err)
		}
		return kilobytes
	}
	more := newChance(t).times(50_000, 5_000)
	few, many := peak(1_000), peak(1_000+more)
	t.Logf("%d KB for 1,000 letters, %d KB for %d more", few, many, more)
	if many > few+15_000 {
		t.Error("a plan is held in memory")
	}
}
