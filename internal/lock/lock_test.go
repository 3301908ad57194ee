package lock

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// TestMain turns the test binary into a second process that takes the lock named
// in its environment, says so, and holds it until its input ends or it is killed.
func TestMain(m *testing.M) {
	if path := os.Getenv("LOCK_TEST_HOLD"); path != "" {
		os.Exit(hold(path))
	}
	os.Exit(m.Run())
}

func hold(path string) int {
	l, err := Acquire(path, "holding on")
	if err != nil {
		fmt.Println("refused:", err)
		return 1
	}
	fmt.Println("held")
	_, _ = io.Copy(io.Discard, os.Stdin)
	if err := l.Release(); err != nil {
		fmt.Println(err)
		return 1
	}
	return 0
}

type holder struct {
	cmd  *exec.Cmd
	in   io.Closer
	said string
}

func startHolder(t *testing.T, path string) *holder {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "LOCK_TEST_HOLD="+path,
		"GORACE=atexit_sleep_ms=0") // the race detector would sleep for a second before it ends
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill() })
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatalf("the holder said nothing: %v", err)
	}
	return &holder{cmd, in, strings.TrimSpace(line)}
}

func TestAnotherProcessHoldsIt(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state", "build.lock")
	h := startHolder(t, path)
	if h.said != "held" {
		t.Fatalf("the holder said %q", h.said)
	}

	err := refused(t, path)
	var held *HeldError
	if !errors.As(err, &held) {
		t.Fatalf("Acquire beside a holder: %v, want a HeldError", err)
	}
	if want := fmt.Sprintf("pid %d: holding on", h.cmd.Process.Pid); held.Holder != want {
		t.Errorf("holder is %q, want %q", held.Holder, want)
	}
	if want := path + " is held by " + held.Holder; err.Error() != want {
		t.Errorf("error is %q, want %q", err, want)
	}

	_ = h.in.Close()
	if err := h.cmd.Wait(); err != nil {
		t.Fatalf("the holder did not let go: %v", err)
	}
	reacquire(t, path)
}

// refused takes a lock that is held, by a clock of the test's own: it stands still but where somebody
// sleeps, so that it tells who waited and not how slow the machine is.
func refused(t *testing.T, path string) (err error) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		started := time.Now()
		_, err = Acquire(path, "late")
		if waited := time.Since(started); waited > 0 {
			t.Errorf("Acquire waited %v", waited)
		}
	})
	return err
}

func TestKilledHolderLetsGo(t *testing.T) {
	path := filepath.Join(t.TempDir(), "build.lock")
	h := startHolder(t, path)
	if err := h.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = h.cmd.Wait()
	reacquire(t, path)
}

func TestOtherProcessIsRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "build.lock")
	l, err := Acquire(path, "first")
	if err != nil {
		t.Fatal(err)
	}
	want := fmt.Sprintf("refused: %s is held by pid %d: first", path, os.Getpid())
	if h := startHolder(t, path); h.said != want {
		t.Errorf("the second process said %q, want %q", h.said, want)
	}
	if err := l.Release(); err != nil {
		t.Fatal(err)
	}
	if h := startHolder(t, path); h.said != "held" {
		t.Errorf("after the release the second process said %q", h.said)
	}
}

func TestSameProcessIsRefusedToo(t *testing.T) {
	path := filepath.Join(t.TempDir(), "build.lock")
	l, err := Acquire(path, "first")
	if err != nil {
		t.Fatal(err)
	}
	var held *HeldError
	if _, err := Acquire(path, "second"); !errors.As(err, &held) {
		t.Errorf("second Acquire: %v, want a HeldError", err)
	}
	for range 2 {
		if err := l.Release(); err != nil {
			t.Error(err)
		}
	}
	reacquire(t, path)
}

// A second Release must not touch the note of whoever holds the lock by then.
func TestReleaseTwiceLeavesTheNextHolderAlone(t *testing.T) {
	path := filepath.Join(t.TempDir(), "build.lock")
	first, err := Acquire(path, "first")
	if err != nil {
		t.Fatal(err)
	}
	if err := first.Release(); err != nil {
		t.Fatal(err)
	}
	if note := readNote(path); note != "" {
		t.Errorf("a released lock still says %q", note)
	}
	second, err := Acquire(path, "second, which is longer")
	if err != nil {
		t.Fatal(err)
	}
	defer second.Release()
	if err := first.Release(); err != nil {
		t.Fatal(err)
	}
	if want := fmt.Sprintf("pid %d: second, which is longer", os.Getpid()); readNote(path) != want {
		t.Errorf("note is %q, want %q", readNote(path), want)
	}
}

func TestModes(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "state")
	path := filepath.Join(folder, "build.lock")
	reacquire(t, path)
	for name, want := range map[string]fs.FileMode{folder: 0o700, path: 0o600} {
		info, err := os.Stat(name)
		if err != nil {
			t.Fatal(err)
		}
		if got := info.Mode().Perm(); got != want {
			t.Errorf("mode of %s is %v, want %v", name, got, want)
		}
	}
}

func TestFailureNamesTheFile(t *testing.T) {
	blocked := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(blocked, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{
		filepath.Join(blocked, "build.lock"), // the folder is a file
		t.TempDir(),                          // the file is a folder
	} {
		_, err := Acquire(path, "anything")
		var pathErr *fs.PathError
		if !errors.As(err, &pathErr) || !strings.Contains(err.Error(), path) {
			t.Errorf("Acquire(%s): %v", path, err)
		}
	}
}

func reacquire(t *testing.T, path string) {
	t.Helper()
	l, err := Acquire(path, "again")
	if err != nil {
		t.Fatalf("the lock is not free: %v", err)
	}
	if err := l.Release(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(path); err != nil {
		t.Errorf("the lock file must stay: %v", err)
	}
}
