package publish

import (
	"bufio"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestMain turns the test binary into a child that builds the site named in its
// environment, in the way its role says, and may die while it does.
func TestMain(m *testing.M) {
	role, ok := children[os.Getenv("PUBLISH_TEST_ROLE")]
	if !ok {
		os.Exit(m.Run())
	}
	runtime.LockOSThread() // strace counts the calls of each thread
	step, _ := strconv.Atoi(os.Getenv("PUBLISH_TEST_STEP"))
	home := os.Getenv("PUBLISH_TEST_HOME")
	s := siteAt(filepath.Join(home, "public"), filepath.Join(home, ".tocsin"))
	if err := role(s, step); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

var children = map[string]func(s site, step int) error{
	"loop":           loop,
	"once":           once,
	"once, copying":  func(s site, _ int) error { s.link = noLink(syscall.EMLINK); return once(s, 0) },
	"die at file":    func(s site, step int) error { _, err := s.write(dieAt(step)); return err },
	"die exchanging": dieExchanging,
	"die renaming":   dieRenaming,
	"nobody":         asNobody,
}

// once writes the new tree under an umask that makes every mode be set.
func once(s site, _ int) error {
	syscall.Umask(0o077)
	_, err := s.write(filesOf(tree("new")))
	return err
}

// loop writes two versions in turn, for ever, and says when it begins.
func loop(s site, _ int) error {
	fmt.Println("begun")
	for i := 0; ; i++ {
		if _, err := s.write(filesOf(tree([]string{"new", "old"}[i%2]))); err != nil {
			return err
		}
	}
}

// dieAt yields the new tree and dies after step files.
func dieAt(step int) func(yield func(File, error) bool) {
	return func(yield func(File, error) bool) {
		n := 0
		for f := range filesOf(tree("new")) {
			if n++; n > step {
				die()
			}
			if !yield(f, nil) {
				return
			}
		}
		die()
	}
}

// dieExchanging dies just before the exchange (step 0) or just after it (step 1).
func dieExchanging(s site, step int) error {
	s.exchange = func(a, b string) error {
		if step == 0 {
			die()
		}
		_ = exchange(a, b)
		die()
		return nil
	}
	_, err := s.write(filesOf(tree("new")))
	return err
}

// dieRenaming replaces the site without exchange and dies after step renames.
func dieRenaming(s site, step int) error {
	s.exchange = func(a, b string) error { return errors.ErrUnsupported }
	n := 0
	s.rename = func(from, to string) error {
		if n == step {
			die()
		}
		n++
		return os.Rename(from, to)
	}
	if _, err := s.write(filesOf(tree("new"))); err != nil {
		return err
	}
	die()
	return nil
}

func die() {
	_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
	time.Sleep(time.Minute)
}

func child(s site, role string, step int, wrapper ...string) *exec.Cmd {
	args := append(wrapper, os.Args[0])
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Env = append(os.Environ(), "PUBLISH_TEST_ROLE="+role,
		"PUBLISH_TEST_STEP="+strconv.Itoa(step), "PUBLISH_TEST_HOME="+filepath.Dir(s.dir),
		"GOMAXPROCS=1",             // one goroutine does it all, in the thread whose calls are counted
		"GORACE=atexit_sleep_ms=0") // it would sleep for a second before it ends
	return cmd
}

// wantKilled runs a child to its death by SIGKILL.
func wantKilled(t *testing.T, cmd *exec.Cmd) {
	t.Helper()
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.Sys().(syscall.WaitStatus).Signal() != syscall.SIGKILL {
		t.Fatalf("the child was not killed: %v\n%s", err, out)
	}
}

// wantWhole makes sure that the site is one whole version, and says which.
func wantWhole(t *testing.T, s site, versions ...string) string {
	t.Helper()
	got := onDisk(t, s.dir)
	var diffs strings.Builder
	for _, version := range versions {
		diff := cmp.Diff(withManifest(t, tree(version)), got)
		if diff == "" {
			return version
		}
		diffs.WriteString(diff)
	}
	t.Fatalf("the site is none of %v:\n%s", versions, diffs.String())
	return ""
}

// wantMended makes sure that the next Write works and leaves nothing behind.
func wantMended(t *testing.T, s site) {
	t.Helper()
	mustWrite(t, s, tree("next"))
	wantSite(t, s, tree("next"))
	wantTidy(t, s)
}

func TestKilledAfterEveryFile(t *testing.T) {
	for step := range len(tree("new")) + 1 {
		s := newSite(t)
		mustWrite(t, s, tree("old"))
		wantKilled(t, child(s, "die at file", step))
		wantWhole(t, s, "old")
		if left := len(onDisk(t, filepath.Join(s.state, standbyName))); step > 3 && left == 0 { // three files are the same
			t.Errorf("killed after %d files: none of them is left, so there is nothing to clear away", step)
		}
		wantMended(t, s)
	}
}

func TestKilledBeforeTheFirstSite(t *testing.T) {
	s := newSite(t)
	wantKilled(t, child(s, "die at file", 3))
	if exists(s.dir) {
		t.Error("a part of a site appeared")
	}
	wantMended(t, s)
}

func TestKilledAroundTheExchange(t *testing.T) {
	for step, want := range []string{"old", "new"} {
		s := newSite(t)
		mustWrite(t, s, tree("old"))
		wantKilled(t, child(s, "die exchanging", step))
		wantWhole(t, s, want)
		wantMended(t, s)
	}
}

// Without exchange there is a moment with no site at all; the old one comes back
// as soon as anything is built, even if that build then fails.
func TestKilledBetweenTheRenames(t *testing.T) {
	broken := errors.New("does not render")
	for step, want := range []string{"old", "", "new", "new"} {
		s := newSite(t)
		mustWrite(t, s, tree("old"))
		wantKilled(t, child(s, "die renaming", step))
		if want != "" {
			wantWhole(t, s, want)
		} else if exists(s.dir) {
			t.Error("a site stands between the renames: this test tests nothing")
		}
		_, err := s.write(func(yield func(File, error) bool) { yield(File{}, broken) })
		if !errors.Is(err, broken) {
			t.Fatal(err)
		}
		if want == "" {
			want = "old"
		}
		wantWhole(t, s, want)
		wantTidy(t, s)
		wantMended(t, s)
	}
}

func TestFailedSecondRenameIsUndone(t *testing.T) {
	s := newSite(t)
	mustWrite(t, s, tree("old"))
	s.exchange = func(a, b string) error { return errors.ErrUnsupported }
	n := 0
	s.rename = func(from, to string) error {
		if n++; n == 2 {
			return &os.LinkError{Op: "rename", Old: from, New: to, Err: syscall.EIO}
		}
		return os.Rename(from, to)
	}
	if _, err := s.write(filesOf(tree("new"))); !errors.Is(err, syscall.EIO) {
		t.Errorf("error is %v, want EIO", err)
	}
	wantSite(t, s, tree("old"))
	wantTidy(t, s)
}

// With the second rename the new site stands, whatever becomes of the old one: a build that says
// it failed has left the old site. The next build puts away what the third left.
func TestFailedThirdRenameIsMadeUpFor(t *testing.T) {
	s := newSite(t)
	mustWrite(t, s, tree("old"))
	s.exchange = func(a, b string) error { return errors.ErrUnsupported }
	n := 0
	s.rename = func(from, to string) error {
		if n++; n == 3 {
			return &os.LinkError{Op: "rename", Old: from, New: to, Err: syscall.EIO}
		}
		return os.Rename(from, to)
	}
	report, err := s.write(filesOf(tree("new")))
	if err != nil || len(report.Changed) == 0 {
		t.Errorf("report is %v, error %v", report, err)
	}
	wantSite(t, s, tree("new"))
	mustWrite(t, s, tree("newer"))
	wantSite(t, s, tree("newer"))
	wantTidy(t, s)
}

// Kills at random moments of a child that builds without a pause.
// PUBLISH_TEST_SEED repeats a run.
func TestKilledAtRandom(t *testing.T) {
	seed := rand.Uint64()
	if text := os.Getenv("PUBLISH_TEST_SEED"); text != "" {
		var err error
		if seed, err = strconv.ParseUint(text, 10, 64); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("PUBLISH_TEST_SEED=%d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	s := newSiteInMemory(t)
	span := 10 * quickest(t, s) // a few builds long on any machine
	seen := map[string]int{}
	for round := 0; round == 0 || round < 6 && (seen["old"] == 0 || seen["new"] == 0); round++ {
		for range 80 {
			seen[killOnce(t, s, time.Duration(random.Int64N(int64(span))))]++
			wantMended(t, s)
			mustWrite(t, s, tree("old"))
		}
		span *= 2 // the machine may be busier than it was when a build was timed
	}
	t.Logf("sites after the kill: %v", seen)
	if seen["old"] == 0 || seen["new"] == 0 {
		t.Errorf("every kill left the same version, %v: the moments are badly chosen", seen)
	}
}

// quickest is what a build takes when nothing holds it up. It leaves the old version.
func quickest(t *testing.T, s site) time.Duration {
	t.Helper()
	best := time.Hour
	for range 5 {
		for _, version := range []string{"new", "old"} {
			started := time.Now()
			mustWrite(t, s, tree(version))
			best = min(best, time.Since(started))
		}
	}
	return best
}

func killOnce(t *testing.T, s site, after time.Duration) (version string) {
	t.Helper()
	cmd := child(s, "loop", 0)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := bufio.NewReader(out).ReadString('\n'); err != nil {
		t.Fatalf("the child said nothing: %v", err)
	}
	time.Sleep(after)
	if err := cmd.Process.Kill(); err != nil {
		t.Fatalf("the child had ended: %v", err)
	}
	_ = cmd.Wait()
	return wantWhole(t, s, "old", "new")
}

// What stands there when a build begins that is killed, and what its readers may
// see then; "" is no site.
var beginnings = []struct {
	name, role string
	writes     []string // the versions of the builds before
	killed     bool     // and one that was killed in the middle
	seen       []string
}{
	{"first", "once", nil, false, []string{"", "new"}},
	{"second", "once", []string{"old"}, false, []string{"old", "new"}},
	{"third", "once", []string{"next", "old"}, false, []string{"old", "new"}},
	{"after a kill", "once", []string{"next", "old"}, true, []string{"old", "new"}},
	{"known", "once", []string{"next", "old", "next", "old"}, false, []string{"old", "new"}},
	{"without links", "once, copying", []string{"next", "old"}, false, []string{"old", "new"}},
}

// Kills before each single system call that touches the disk, by strace (F56).
func TestKilledAtEveryCall(t *testing.T) {
	if testing.Short() {
		t.Skip("SKIPPED: many processes, left out of -short")
	}
	strace, err := exec.LookPath("strace")
	if err != nil && os.Getenv("CI") == "true" {
		t.Fatal("no strace: .ci/prepare installs it") // in CI nothing is left out
	}
	if err != nil {
		t.Skip("SKIPPED: no strace, so no kill at each system call")
	}
	if out, err := exec.Command(strace, "-f", "-o", os.DevNull, "true").CombinedOutput(); err != nil {
		t.Skipf("SKIPPED: strace may not trace here: %v %s", err, out)
	}
	killed := map[string]int{}
	var mu sync.Mutex
	t.Run("at", func(t *testing.T) {
		for b, beginning := range beginnings {
			for _, call := range diskCalls {
				t.Run(beginning.name+"/"+call, func(t *testing.T) {
					t.Parallel()
					kills := killAtEach(t, b, strace, call)
					mu.Lock()
					defer mu.Unlock()
					killed[call] += kills
					killed[beginning.name] += kills
				})
			}
		}
	})
	t.Logf("killed %v", killed)
	for _, call := range diskCalls {
		if killed[call] == 0 {
			t.Errorf("no build makes the call %s: strace killed nothing", call)
		}
	}
}

// diskCalls are the system calls by which a build reaches the disk. Only fchmodat2 is
// missing, which strace may be too old to know; after it always comes another.
var diskCalls = strings.Fields("openat openat2 mkdirat linkat fchmod write pwrite64 ftruncate close " +
	"renameat renameat2 unlinkat syncfs fsync flock")

func killAtEach(t *testing.T, beginning int, strace, call string) (kills int) {
	t.Helper()
	b := beginnings[beginning]
	for {
		s := newSiteInMemory(t)
		for _, version := range b.writes {
			writeOld(t, s, version)
		}
		if b.killed {
			wantKilled(t, child(s, "die at file", 4))
		}
		if !killAtCall(t, s, b.role, strace, call, kills+1) {
			wantWhole(t, s, "new")
			return kills
		}
		kills++
		if exists(s.dir) || b.seen[0] != "" {
			wantWhole(t, s, b.seen...)
			wantVerified(t, s)
		}
		for _, version := range []string{"next", "old", "old", "new"} {
			mustWrite(t, s, tree(version))
			wantSite(t, s, tree(version))
			wantTidy(t, s)
		}
		// Nothing piles up: the standby is the site before this one, to the last byte.
		wantSite(t, site{dir: filepath.Join(s.state, standbyName)}, tree("old"))
	}
}

// killAtCall builds in a child that dies at its nth call, and tells whether it did.
func killAtCall(t *testing.T, s site, role, strace, call string, n int) bool {
	t.Helper()
	out, err := child(s, role, 0, strace, "-f", "-qq", "-o", os.DevNull, "-e", "trace="+call,
		"-e", fmt.Sprintf("inject=%s:signal=SIGKILL:when=%d", call, n)).CombinedOutput()
	if err == nil {
		return false
	}
	// strace dies as its child died.
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.Sys().(syscall.WaitStatus).Signal() != syscall.SIGKILL {
		t.Fatalf("call %d: the child was not killed: %v\n%s", n, err, out)
	}
	return true
}

// newSiteInMemory is quicker than a disk, which a killed process does not empty.
func newSiteInMemory(t *testing.T) site {
	t.Helper()
	s := newSite(t)
	home, err := os.MkdirTemp("/dev/shm", "publish-test-")
	if err != nil {
		return s
	}
	t.Cleanup(func() { _ = os.RemoveAll(home) })
	s.dir, s.state = filepath.Join(home, "public"), filepath.Join(home, ".tocsin")
	return s
}
