package send

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
	"unsafe"

	"tocsin/internal/notify/ledger"
	"tocsin/internal/notify/mailer"
)

// TestMain turns the test binary into a child that delivers the plan of the home
// named in its environment, and may kill itself at a call of its clock or progress.
func TestMain(m *testing.M) {
	h := os.Getenv("SEND_TEST_HOME")
	if h == "" {
		os.Exit(m.Run())
	}
	run := child
	if port := os.Getenv("SEND_TEST_RELAY"); port != "" {
		run = func(h home) error { return dispatchChild(h, port) }
	}
	if err := run(home(h)); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

func child(h home) error {
	if err := narrow(os.Getenv("SEND_TEST_FILE_OCTETS")); err != nil {
		return err
	}
	book, err := ledger.Open(ctx, h.ledger(), "being a child")
	if err != nil {
		return err
	}
	plan, err := book.Plan(ctx, planID)
	if err != nil {
		return err
	}
	mailbox, err := mailer.OpenMaildir(h.mailbox())
	if err != nil {
		return err
	}
	looked, progressed := dieAt("SEND_TEST_LOOK"), dieAt("SEND_TEST_PROGRESS")
	fmt.Println("begun")
	result, err := Run{
		Ledger: book, Plan: plan, Mailbox: mailbox,
		Now: func() time.Time { looked(); return clock() },
		Progress: func(int) {
			_, _ = io.Copy(io.Discard, os.Stdin) // until the test lets it go on
			progressed()
		},
	}.Do(ctx, unchanged)
	if err != nil {
		return err
	}
	return errors.Join(json.NewEncoder(os.Stdout).Encode(result), book.Close())
}

// dieAt returns a function that kills the process when it is called for the n-th
// time, n standing in the environment.
func dieAt(variable string) func() {
	left, err := strconv.Atoi(os.Getenv(variable))
	if err != nil {
		return func() {}
	}
	var calls atomic.Int64 // of several goroutines
	return func() {
		if calls.Add(1) == int64(left) {
			_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
			time.Sleep(time.Minute)
		}
	}
}

// running is a child at work.
type running struct {
	cmd    *exec.Cmd
	hold   io.Closer // a mailbox's sender goes on after its first window when it is closed
	out    *bufio.Reader
	errors bytes.Buffer
}

// start starts a child and waits until it begins to deliver.
func start(t *testing.T, h home, environment ...string) *running {
	t.Helper()
	r := startHeld(t, h, environment...)
	if err := r.hold.Close(); err != nil {
		t.Fatal(err)
	}
	return r
}

// startHeld starts a child that delivers its first window, and no more.
func startHeld(t *testing.T, h home, environment ...string) *running {
	t.Helper()
	r := &running{cmd: exec.Command(os.Args[0])}
	// The race detector has a process wait a second before it ends.
	r.cmd.Env = append(append(os.Environ(), "GORACE=atexit_sleep_ms=0", "SEND_TEST_HOME="+string(h)), environment...)
	r.cmd.Stderr = &r.errors
	out, err := r.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if r.hold, err = r.cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	r.out = bufio.NewReader(out)
	if err := r.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.cmd.Process.Kill() })
	if line, err := r.out.ReadString('\n'); line != "begun\n" {
		t.Fatalf("the child said %q, %v\n%s", line, err, &r.errors)
	}
	return r
}

// wait waits for the end of a child and reports whether it was killed, else what it
// did.
func (r *running) wait(t *testing.T) (killed bool, result Result) {
	t.Helper()
	said, readErr := io.ReadAll(r.out)
	err := r.cmd.Wait()
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.Sys().(syscall.WaitStatus).Signal() == syscall.SIGKILL {
		return true, Result{}
	}
	if err := errors.Join(err, readErr, json.Unmarshal(said, &result)); err != nil {
		t.Fatalf("the child failed: %v\n%s%s", err, said, &r.errors)
	}
	return false, result
}

// wantSound makes sure, after a kill, that the sums add up, that every accepted
// letter is there, and that none is there twice or in part (F34).
func (h home) wantSound(t *testing.T, letters int) {
	t.Helper()
	accepted, states := h.look(t, 1, ledger.Accepted)
	found := h.arrived(t)
	for id, n := range found {
		if n != 1 {
			t.Errorf("%s arrived %d times", id, n)
		}
	}
	if len(found) > states[ledger.Accepted]+states[ledger.Intent] || len(found) > letters {
		t.Errorf("%d arrived, states are %v", len(found), states)
	}
	for _, d := range accepted {
		if found[d.MessageID] != 1 {
			t.Errorf("letter %d is accepted and not there", d.Row)
		}
	}
}

// resume looks at what a killed run left, and finishes its work.
func resume(t *testing.T, h home, letters int) {
	t.Helper()
	h.wantSound(t, letters)
	if result, err := h.deliver(t, ctx, nil); err != nil || result.Delivered+result.Recovered > letters {
		t.Fatalf("the run after the kill: %+v, %v", result, err)
	}
	h.wantDone(t, letters)
}

// TestKilledAtEachLook kills the sender at each call of its clock, which are around
// the commits of intents and outcomes, and after each window (F34).
func TestKilledAtEachLook(t *testing.T) {
	t.Parallel()
	letters, kills, dice := windowSize+9, 0, newChance(t)
	for _, at := range []string{"SEND_TEST_LOOK", "SEND_TEST_PROGRESS"} {
		for n := 1; ; n++ {
			if !dice.takes(2) {
				continue
			}
			h := newHome(t, letters)
			killed, _ := start(t, h, fmt.Sprintf("%s=%d", at, n)).wait(t)
			if !killed {
				h.wantDone(t, letters)
				break
			}
			kills++
			resume(t, h, letters)
		}
	}
	t.Logf("%d kills", kills)
	if kills < 3 {
		t.Errorf("only %d kills", kills)
	}
}

// TestKilledAtAnyMoment kills the sender of one plan after random short times until a
// run gets through, plan after plan (F34).
func TestKilledAtAnyMoment(t *testing.T) {
	t.Parallel()
	r := newChance(t)
	want := r.times(1000, 15)
	const letters = 2*windowSize + 9
	whole := newHome(t, letters)
	began := time.Now()
	start(t, whole).wait(t)
	longest := time.Since(began)
	kills, plans := 0, 0
	for ; kills < want; plans++ {
		h := newHome(t, letters)
		for tries := 0; ; tries++ {
			c := start(t, h)
			if tries < 6 { // then let it through
				time.Sleep(time.Duration(r.Int64N(int64(longest) / 4)))
				_ = c.cmd.Process.Kill()
			}
			if killed, _ := c.wait(t); !killed {
				break
			}
			kills++
			h.wantSound(t, letters)
		}
		h.wantDone(t, letters)
	}
	t.Logf("%d kills of %d plans within %v each", kills, plans, longest/4)
}

// TestKilledAtEachFileOperation kills the sender when it makes, writes, closes, links
// and clears the file of the n-th letter, as the kernel reports it (F34).
func TestKilledAtEachFileOperation(t *testing.T) {
	t.Parallel()
	const letters = windowSize + 9
	kills := 0
	for what, on := range map[string]struct {
		sub  string
		mask uint32
	}{
		"made":    {"tmp", syscall.IN_CREATE},
		"written": {"tmp", syscall.IN_MODIFY},
		"closed":  {"tmp", syscall.IN_CLOSE_WRITE},
		"linked":  {"new", syscall.IN_CREATE},
		"cleared": {"tmp", syscall.IN_DELETE},
	} {
		for _, n := range []int{2, windowSize + 1} {
			killed := false
			for try := 0; try < 20 && !killed; try++ { // on a busy machine the child may be through by then
				killed = killedAt(t, letters, on.sub, on.mask, n)
			}
			if killed {
				kills++
			} else {
				t.Logf("%s %d: it was through before it was killed, each time", what, n)
			}
		}
	}
	t.Logf("%d kills", kills)
	if kills < 6 {
		t.Errorf("only %d kills", kills)
	}
}

// killedAt kills a sender at the n-th event in a folder of its mailbox and goes on where it left off.
// False: it was through before it was killed.
func killedAt(t *testing.T, letters int, sub string, mask uint32, n int) bool {
	t.Helper()
	h := newHome(t, letters)
	if _, err := mailer.OpenMaildir(h.mailbox()); err != nil {
		t.Fatal(err)
	}
	nth := watch(t, filepath.Join(h.mailbox(), sub), mask)
	c := start(t, h)
	nth(n)
	_ = c.cmd.Process.Kill()
	killed, _ := c.wait(t)
	if killed {
		resume(t, h, letters)
	}
	return killed
}

// watch watches a folder; the function it returns waits for the n-th event.
func watch(t *testing.T, dir string, mask uint32) func(n int) {
	t.Helper()
	fd, err := syscall.InotifyInit1(syscall.IN_CLOEXEC)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = syscall.Close(fd) })
	if _, err := syscall.InotifyAddWatch(fd, dir, mask); err != nil {
		t.Fatal(err)
	}
	return func(n int) {
		buffer := make([]byte, 64<<10)
		for n > 0 {
			got, err := syscall.Read(fd, buffer)
			if err != nil {
				t.Fatal(err)
			}
			for at := 0; at < got; n-- {
				event := (*syscall.InotifyEvent)(unsafe.Pointer(&buffer[at]))
				at += syscall.SizeofInotifyEvent + int(event.Len)
			}
		}
	}
}

// TestTwoSenders is F41: the second is refused and told who the first is, and the
// letters are out once.
func TestTwoSenders(t *testing.T) {
	t.Parallel()
	const letters = 3 * windowSize
	h := newHome(t, letters)
	first := startHeld(t, h) // still at it, however long the second takes to begin
	out, err := func() ([]byte, error) {
		second := exec.Command(os.Args[0])
		second.Env = append(os.Environ(), "GORACE=atexit_sleep_ms=0", "SEND_TEST_HOME="+string(h))
		return second.CombinedOutput()
	}()
	if err := first.hold.Close(); err != nil {
		t.Error(err)
	}
	killed, result := first.wait(t)
	if killed || result.Delivered != letters {
		t.Errorf("the first did %+v", result)
	}
	want := fmt.Sprintf("is held by pid %d: being a child\n", first.cmd.Process.Pid)
	if err == nil || !bytes.HasSuffix(out, []byte(want)) {
		t.Errorf("the second: %v, %q, want %q", err, out, want)
	}
	h.wantDone(t, letters)
}
