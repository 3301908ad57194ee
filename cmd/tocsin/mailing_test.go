package main

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"tocsin/internal/notify/smtptest"
)

// mailing is a site with a plan whose letters go to a relay of the test's own. The relay knows
// what arrived; the program says what it believes.
type mailing struct {
	*testing.T
	tool, dir string
	relay     *smtptest.Server
	letters   int
	planned   map[string][]byte // var/, as the plan left it
	earlier   int               // letters that the relay had before that
}

const (
	plan      = "TS-2026-002/1"
	planTime  = "2026-05-05T09:00:00Z"
	sendTime  = "2026-05-05T09:01:00Z"
	exitOpen  = 6 // something is left for a person to do
	twoAtOnce = 2 // connections
)

// newMailing plans so many letters, each for a tailnet of its own, to an address that tells it.
func newMailing(t *testing.T, tool string, letters int, options smtptest.Options) *mailing {
	t.Helper()
	m := &mailing{T: t, tool: tool, dir: filepath.Join(t.TempDir(), "site"), relay: smtptest.Start(t, options), letters: letters}
	m.must(m.command("init", m.dir))
	m.swap("tocsin.yaml", "transport: maildir:var/outbox", fmt.Sprintf("transport: smtp://127.0.0.1:%d", m.relay.Port()))
	m.swap("tocsin.yaml", "  contacts: inventory/contacts.csv\n", "")
	m.swap("tocsin.yaml", "\nledger:", "\napprovals: {required: 0}\nledger:")
	var tailnets, nodes, users strings.Builder
	for i := range letters {
		fmt.Fprintf(&tailnets, "%s,owner@%[1]s\n", tailnetName(i))
		fmt.Fprintf(&nodes, "%s,n%d,windows,1.60.0\n", tailnetName(i), i)
		fmt.Fprintf(&users, "%s,u%d\n", tailnetName(i), i)
	}
	m.write("inventory/tailnets.csv", "tailnet,owner_email\n"+tailnets.String())
	m.write("inventory/nodes.csv", "tailnet,node_id,os,client_version\n"+nodes.String())
	m.write("inventory/users.csv", "tailnet,user_id\n"+users.String())
	if err := os.Remove(filepath.Join(m.dir, "inventory", "export.yaml")); err != nil {
		t.Fatal(err)
	}
	m.must(m.at(planTime, "plan", "TS-2026-002"))
	m.planned = m.kept()
	return m
}

func tailnetName(i int) string { return fmt.Sprintf("t%04d.example.com", i) }

func (m *mailing) command(args ...string) *exec.Cmd { return exec.Command(m.tool, args...) }

// at is a command in the site at an instant.
func (m *mailing) at(now string, args ...string) *exec.Cmd {
	return m.command(append([]string{"--now", now, "-C", m.dir}, args...)...)
}

// sending is the command that sends the plan.
func (m *mailing) sending(more ...string) []string {
	return append([]string{"--now", sendTime, "-C", m.dir, "send", plan, "--live", "--yes", plan,
		"--connections", strconv.Itoa(twoAtOnce), "--canary", "2", "--canary-wait", "0s", "--no-self"}, more...)
}

func (m *mailing) must(c *exec.Cmd) string {
	m.Helper()
	out, err := c.CombinedOutput()
	if err != nil {
		m.Fatalf("%v: %v\n%s", c.Args, err, out)
	}
	return string(out)
}

// status runs a command and is its exit status, with what it said.
func (m *mailing) status(c *exec.Cmd) (int, string) {
	m.Helper()
	out, err := c.CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		m.Fatalf("%v: %v", c.Args, err)
	}
	return c.ProcessState.ExitCode(), string(out)
}

// wants runs a command that ends with an exit status and says some texts.
func (m *mailing) wants(status int, c *exec.Cmd, texts ...string) {
	m.Helper()
	got, said := m.status(c)
	if got != status {
		m.Errorf("%v: exit status %d, want %d\n%s", c.Args, got, status, said)
	}
	for _, text := range texts {
		if !strings.Contains(said, text) {
			m.Errorf("%v does not say %q:\n%s", c.Args, text, said)
		}
	}
}

func (m *mailing) write(name, text string) {
	m.Helper()
	if err := os.WriteFile(filepath.Join(m.dir, name), []byte(text), 0o600); err != nil {
		m.Fatal(err)
	}
}

// swap replaces a text that stands in a file exactly once.
func (m *mailing) swap(name, old, new string) {
	m.Helper()
	text, err := os.ReadFile(filepath.Join(m.dir, name))
	if err != nil || bytes.Count(text, []byte(old)) != 1 {
		m.Fatalf("%s does not hold %q once: %v", name, old, err)
	}
	m.write(name, strings.Replace(string(text), old, new, 1))
}

// kept are the files of var/: the ledger, and what lies beside it.
func (m *mailing) kept() map[string][]byte {
	m.Helper()
	files := make(map[string][]byte)
	names, err := filepath.Glob(filepath.Join(m.dir, "var", "ledger*"))
	if err != nil {
		m.Fatal(err)
	}
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			m.Fatal(err)
		}
		files[name] = data
	}
	return files
}

// restore makes var/ hold these files.
func (m *mailing) restore(files map[string][]byte) {
	m.Helper()
	for name := range m.kept() {
		if err := os.Remove(name); err != nil {
			m.Fatal(err)
		}
	}
	for name, data := range files {
		if err := os.WriteFile(name, data, 0o600); err != nil {
			m.Fatal(err)
		}
	}
}

// anew makes everything as the plan left it.
func (m *mailing) anew() {
	m.Helper()
	m.relay.Idle(m)
	m.earlier = len(m.relay.Accepted())
	m.restore(m.planned)
}

// arrived counts the letters that the relay has taken, by tailnet. Each has one recipient (F21).
func (m *mailing) arrived() map[string]int {
	m.Helper()
	m.relay.Idle(m)
	arrived := make(map[string]int)
	for _, letter := range m.relay.Accepted()[m.earlier:] {
		if len(letter.To) != 1 || !strings.HasPrefix(letter.To[0], "owner@") {
			m.Errorf("a letter went to %q", letter.To)
		}
		arrived[strings.TrimPrefix(letter.To[0], "owner@")]++
	}
	return arrived
}

// states is where the ledger says that each tailnet's letter is.
func (m *mailing) states() map[string]string {
	m.Helper()
	c := m.at(sendTime, "status", plan, "--format", "csv")
	var said bytes.Buffer
	c.Stderr = &said
	out, err := c.Output()
	var exit *exec.ExitError
	if err != nil && (!errors.As(err, &exit) || exit.ExitCode() != exitOpen) {
		m.Fatalf("status: %v\n%s", err, &said)
	}
	rows, err := csv.NewReader(bytes.NewReader(out)).ReadAll()
	if err != nil || len(rows) != m.letters+1 || rows[0][0] != "tailnet" || rows[0][2] != "state" {
		m.Fatalf("status has %d rows, %v\n%s", len(rows), err, out)
	}
	states := make(map[string]string)
	for _, row := range rows[1:] {
		states[row[0]] = row[2]
	}
	return states
}

// toll is what faults have cost.
type toll struct {
	points  int // faults
	twice   int // letters that arrived twice
	lost    int // letters that did not arrive, and of which nobody was told
	unknown int // letters of which the ledger says that it does not know
	unsent  int // of those, how many did not arrive
}

func (t *toll) add(u toll) {
	t.points += u.points
	t.twice += u.twice
	t.lost += u.lost
	t.unknown += u.unknown
	t.unsent += u.unsent
}

// reckon holds the ledger against the relay, after a fault at some point and what was done
// about it.
func (m *mailing) reckon(how string) (t toll) {
	m.Helper()
	t.points = 1
	arrived, states := m.arrived(), m.states()
	for id := range arrived {
		if states[id] == "" {
			m.Errorf("%s: a letter to %s, of whom nobody knows", how, id)
		}
	}
	for id, state := range states {
		n := arrived[id]
		switch {
		case n > 1:
			t.twice++
		case state == "unknown" && n == 0:
			t.unsent++
		case state != "unknown" && n == 0:
			t.lost++
		case state != "unknown" && state != "accepted":
			m.Errorf("%s: the letter to %s arrived, and is %s", how, id, state)
		}
		if state == "unknown" {
			t.unknown++
		}
	}
	if t.twice > 0 || t.lost > 0 || t.unknown > twoAtOnce {
		m.Errorf("%s: %d twice, %d lost, %d unknown: the ledger says %v, the relay has %v", how, t.twice, t.lost, t.unknown, byState(states), arrived)
	}
	return t
}

// byState counts letters by state.
func byState(states map[string]string) map[string]int {
	counts := make(map[string]int)
	for state := range maps.Values(states) {
		counts[state]++
	}
	return counts
}

// resumed sends what a fault has left, and sends once more: then nobody is called.
func (m *mailing) resumed(how string) toll {
	m.Helper()
	first, said := m.status(m.command(m.sending()...))
	calls := m.relay.Idle(m).Connections
	second, again := m.status(m.command(m.sending()...))
	if more := m.relay.Idle(m).Connections - calls; more != 0 {
		m.Errorf("%s: the second run after it made %d connections\n%s", how, more, again)
	}
	m.must(m.at(sendTime, "ledger", "verify"))
	t := m.reckon(how)
	want := 0
	if t.unknown > 0 {
		want = exitOpen
	}
	if first != want || second != want {
		m.Errorf("%s: the runs after it end with %d and %d, %d letters are unknown\n%s%s", how, first, second, t.unknown, said, again)
	}
	return t
}

// soaking reports whether random tests run in full.
func soaking() bool { return os.Getenv("TOCSIN_SOAK") != "" }

// seeded is a source of chance whose seed is printed, or given.
func seeded(t *testing.T) *rand.Rand {
	t.Helper()
	seed := rand.Uint64()
	if given := os.Getenv("TOCSIN_SEED"); given != "" {
		var err error
		if seed, err = strconv.ParseUint(given, 10, 64); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("TOCSIN_SEED=%d", seed)
	return rand.New(rand.NewPCG(seed, 0))
}
