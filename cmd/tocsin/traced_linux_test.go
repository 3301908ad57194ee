package main

import (
	"bytes"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// tracer is strace, which kills a process at a system call of it, or has the call fail. In CI
// it must be there; where the kernel forbids tracing, nothing can be done about it.
func tracer(t *testing.T) string {
	t.Helper()
	strace, err := exec.LookPath("strace")
	if err != nil && os.Getenv("CI") == "true" {
		t.Fatal("no strace: .ci/prepare installs it") // in CI nothing is left out
	}
	if err != nil {
		t.Skip("SKIPPED: no strace, so no fault at each system call")
	}
	if out, err := exec.Command(strace, "-f", "-o", os.DevNull, "true").CombinedOutput(); err != nil {
		t.Skipf("SKIPPED: strace may not trace here: %v\n%s", err, bytes.TrimSpace(out))
	}
	return strace
}

// call is a system call as strace writes it down.
type call struct {
	thread string
	name   string // such as pwrite64
	on     string // the file, or socket:[NUMBER]
	text   string // how what it wrote begins
	octets int64  // that it wrote
	at     int64  // where in the file
	made   bool   // false: a fault came in its place
	began  int    // on this line of the trace
	ended  int    // on this line: the same, where no other thread came between
}

// never is when a call ends that is cut off.
const never = math.MaxInt

var callLine = regexp.MustCompile(`^(\d+) +(\w+)\((?:\d+|AT_FDCWD)<([^>]*)>(?:, "((?:[^"\\]|\\.)*)"?[^,]*(?:, (\d+)(?:, (\d+))?)?)?`)

// resumed is the second line of a call, where another thread has come between.
var resumed = regexp.MustCompile(`^(\d+) +<\.\.\. \w+ resumed>`)

// calls reads a trace, in the order in which the calls began.
func calls(t *testing.T, trace string) (all []call) {
	t.Helper()
	text, err := os.ReadFile(trace)
	if err != nil {
		t.Fatal(err)
	}
	under := make(map[string]int) // by thread, the call that it is at
	n := 0
	for line := range strings.Lines(string(text)) {
		n++
		made := !strings.Contains(line, "(INJECTED)")
		if m := resumed.FindStringSubmatch(line); m != nil {
			if i, known := under[m[1]]; known {
				all[i].ended, all[i].made = n, made
			}
			continue
		}
		m := callLine.FindStringSubmatch(line)
		if m == nil {
			continue
		}
		octets, _ := strconv.ParseInt(m[5], 10, 64)
		at, _ := strconv.ParseInt(m[6], 10, 64)
		c := call{m[1], m[2], m[3], m[4], octets, at, made, n, n}
		delete(under, c.thread)
		if strings.Contains(line, "<unfinished ...>") {
			c.ended, under[c.thread] = never, len(all)
		}
		all = append(all, c)
	}
	return all
}

// socket reports whether a call is on a connection.
func (c call) socket() bool { return strings.HasPrefix(c.on, "socket:") }

// ends reports whether a call writes the dot of a letter.
func (c call) ends() bool {
	return c.socket() && c.name == "write" && strings.HasPrefix(c.text, `.\r\n`)
}

// begins reports whether a call offers the relay a letter.
func (c call) begins() bool {
	return c.socket() && c.name == "write" && (strings.HasPrefix(c.text, "MAIL") || strings.HasPrefix(c.text, `.\r\nM`))
}

// kept reports whether a call is on what lasts.
func (c call) kept() bool {
	return strings.Contains(c.on, "/site/var") && !strings.HasSuffix(c.on, ".lock") // which says only who is at work
}

// kind names what a call is for.
func (c call) kind() string {
	switch {
	case c.socket() && c.name == "read":
		return "read of a socket"
	case c.socket() && c.name == "write":
		return "write to a socket"
	case c.socket():
		return "connection made or closed"
	case !c.kept():
		return "anything else"
	}
	switch c.name {
	case "write", "pwrite64":
		return "write of the ledger"
	case "fsync", "fdatasync":
		return "sync of the ledger"
	case "read", "pread64":
		return "read of the ledger"
	}
	return "file of the ledger made, cut, closed or removed"
}

// watched are the system calls by which a run changes anything, or hears of it.
const watched = "write,pwrite64,fsync,fdatasync,ftruncate,unlinkat,rename,renameat,renameat2,linkat,connect,read,close"

// traced runs the program under strace, with faults where they are asked for.
func (m *mailing) traced(strace string, faults ...string) (*exec.Cmd, string) {
	m.Helper()
	trace := filepath.Join(m.TempDir(), "trace")
	args := []string{"-f", "-qq", "-y", "-s", "8", "-o", trace, "-e", "signal=none", "-e", "trace=" + watched}
	for _, fault := range faults {
		args = append(args, "-e", "inject="+fault)
	}
	c := exec.Command(strace, append(append(args, m.tool), m.sending()...)...)
	c.Env = append(os.Environ(), "GOMAXPROCS=1") // strace counts the calls of each thread
	return c, trace
}

// point is the nth of the calls of one name that a thread makes: strace counts for each thread.
type point struct {
	name string
	n    int
}

func (p point) String() string { return fmt.Sprintf("%s %d", p.name, p.n) }

// points lists where a whole run can be cut, and is how many such calls it makes. Those are more,
// as threads share them in another way each time.
func (m *mailing) points(strace string, want func(call) bool) (all []point, of int) {
	m.Helper()
	m.anew()
	c, trace := m.traced(strace)
	m.must(c)
	m.reckon("a run that nothing happens to")
	came := make(map[[2]string]int)
	for _, c := range calls(m.T, trace) {
		by := [2]string{c.thread, c.name}
		came[by]++
		if !want(c) {
			continue
		}
		if of++; !slices.Contains(all, point{c.name, came[by]}) {
			all = append(all, point{c.name, came[by]})
		}
	}
	return all, of
}

// last is the call at which a run was cut, by its number in the whole run.
func last(made []call) point {
	at := point{name: made[len(made)-1].name}
	for _, c := range made {
		if c.name == at.name {
			at.n++
		}
	}
	return at
}
