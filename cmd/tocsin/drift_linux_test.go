package main

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"tocsin/internal/notify/database"
	"tocsin/internal/notify/smtptest"
)

// drifted is F44: one bit is flipped in what was approved, or in what the ledger keeps of it, and
// the plan is not sent: nobody is called, and the part is named.
func drifted(t *testing.T, tool string) {
	keygen, err := exec.LookPath("ssh-keygen")
	if err != nil && os.Getenv("CI") == "true" {
		t.Fatal("no ssh-keygen: .ci/prepare installs it")
	}
	if err != nil {
		t.Skip("SKIPPED: no ssh-keygen, so nobody approves anything")
	}
	m := newMailing(t, tool, 4, smtptest.Options{})
	m.approvedBy(keygen)
	flips, dice := 60, seeded(t)
	if soaking() {
		flips = 1000
	}
	before := m.relay.Idle(t).Connections
	parts := m.parts()
	tried := make(map[string]int)
	for range flips {
		p := parts[dice.IntN(len(parts))]
		what, undo := p.flip(dice)
		status, said := m.status(m.command(m.sending()...))
		if status != 4 && status != 1 || !p.named.MatchString(said) {
			t.Errorf("%s: exit status %d, and the part (%v) is not named:\n%s", what, status, p.named, said)
		}
		if undo(); status == 0 {
			m.restore(m.planned)
		}
		tried[p.name]++
	}
	if calls := m.relay.Idle(t).Connections - before; calls != 0 {
		t.Errorf("%d connections", calls)
	}
	t.Logf("%d flips: %v", flips, tried)
	m.wants(0, m.command(m.sending()...), "accepted 4")
}

// approvedBy makes the site want one approval, and plans and approves anew. The letters' templates
// are the site's own.
func (m *mailing) approvedBy(keygen string) {
	m.Helper()
	m.swap("tocsin.yaml", "approvals: {required: 0}", "approvals: {required: 1, allowed_signers: allowed_signers}")
	key := filepath.Join(m.TempDir(), "alice")
	m.must(exec.Command(keygen, "-q", "-t", "ed25519", "-N", "", "-f", key))
	public, err := os.ReadFile(key + ".pub")
	if err != nil {
		m.Fatal(err)
	}
	m.write("allowed_signers", `alice@example.com namespaces="tocsin-plan" `+string(public))
	if err := os.CopyFS(filepath.Join(m.dir, "templates", "mail"), os.DirFS(filepath.Join("..", "..", "templates", "mail"))); err != nil {
		m.Fatal(err)
	}
	m.restore(nil)
	m.must(m.at(planTime, "plan", "TS-2026-002"))
	m.must(m.at(sendTime, "approve", plan, "--key", key, "--yes", plan))
	m.planned = m.kept()
}

// part is something that a plan was approved with.
type part struct {
	name  string
	named *regexp.Regexp // what is said where it was changed
	flip  func(*rand.Rand) (what string, undo func())
}

// parts are the files that letters are made from, and the tables of the ledger.
func (m *mailing) parts() (all []part) {
	m.Helper()
	for name, said := range map[string]string{
		"content/bulletins/TS-2026-002.md":        "bulletin|TS-2026-002",
		"content/policies/incident-disclosure.md": "polic|incident-disclosure",
		"templates/mail/letter.txt":               "templates",
		"templates/mail/letter.html":              "templates",
		"templates/mail/letter.en.json":           "templates",
		"allowed_signers":                         "allowed_signers|approv",
	} {
		all = append(all, part{name, regexp.MustCompile(said), func(dice *rand.Rand) (string, func()) { return m.flipFile(dice, name) }})
	}
	for table, said := range map[string]string{
		"plans": plan, "deliveries": plan, "recipients": plan, "letters": plan, "events": plan, "approvals": plan,
	} {
		all = append(all, part{table, regexp.MustCompile(regexp.QuoteMeta(said)), func(dice *rand.Rand) (string, func()) { return m.flipRow(dice, table) }})
	}
	slices.SortFunc(all, func(a, b part) int { return strings.Compare(a.name, b.name) })
	return all
}

// released are the lines of a bulletin that its release writes: no letter says them.
var released = regexp.MustCompile(`(?m)^(status|published): .*$`)

// flipFile flips a bit of a file.
func (m *mailing) flipFile(dice *rand.Rand, name string) (string, func()) {
	m.Helper()
	text, err := os.ReadFile(filepath.Join(m.dir, name))
	if err != nil {
		m.Fatal(err)
	}
	at := dice.IntN(len(text))
	for _, line := range released.FindAllIndex(text, -1) {
		if at >= line[0] && at < line[1] {
			at = 0
		}
	}
	changed := bytes.Clone(text)
	changed[at] ^= 1 << dice.IntN(8)
	m.write(name, string(changed))
	return fmt.Sprintf("octet %d of %s, %q is %q now", at, name, text[at], changed[at]), func() { m.write(name, string(text)) }
}

// flipRow flips a bit of a value in a table of the ledger.
func (m *mailing) flipRow(dice *rand.Rand, table string) (what string, undo func()) {
	m.Helper()
	db, err := database.Open(context.Background(), filepath.Join(m.dir, "var", "ledger.db"))
	if err != nil {
		m.Fatal(err)
	}
	defer db.Close()
	columns := m.texts(db, "SELECT name FROM pragma_table_info(?) WHERE NOT name IN ('plan', 'number')", table)
	keys := m.texts(db, "SELECT '''' || name || ' = '' || quote(' || name || ')' FROM pragma_table_info(?) WHERE pk > 0", table)
	rows := m.texts(db, "SELECT "+strings.Join(keys, " || ' AND ' || ")+" FROM "+table) // each as a condition
	for {
		column, row := columns[dice.IntN(len(columns))], rows[dice.IntN(len(rows))]
		var value any
		if err := db.QueryRow("SELECT " + column + " FROM " + table + " WHERE " + row).Scan(&value); err != nil {
			m.Fatal(err)
		}
		changed, ok := flippedValue(dice, value)
		if !ok {
			continue
		}
		if _, err := db.Exec("UPDATE "+table+" SET "+column+" = ? WHERE "+row, changed); err != nil {
			continue // the schema itself refuses it
		}
		return fmt.Sprintf("%s of %s where %s, %v is %v now", column, table, row, value, changed), func() { m.restore(m.planned) }
	}
}

func (m *mailing) texts(db *sql.DB, query string, args ...any) (all []string) {
	m.Helper()
	rows, err := db.Query(query, args...)
	if err != nil {
		m.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var text string
		if err := rows.Scan(&text); err != nil {
			m.Fatal(err)
		}
		all = append(all, text)
	}
	if rows.Err() != nil || len(all) == 0 {
		m.Fatalf("%s: %d rows, %v", query, len(all), rows.Err())
	}
	return all
}

// flippedValue is a value of a table with another bit; false where it has none.
func flippedValue(dice *rand.Rand, value any) (any, bool) {
	switch v := value.(type) {
	case int64:
		return v ^ 1<<dice.IntN(16), true
	case string:
		if v == "" {
			return nil, false
		}
		text := []byte(v)
		text[dice.IntN(len(text))] ^= 1 << dice.IntN(7)
		return string(text), true
	case []byte:
		if len(v) == 0 {
			return nil, false
		}
		octets := bytes.Clone(v)
		octets[dice.IntN(len(octets))] ^= 1 << dice.IntN(8)
		return octets, true
	}
	return nil, false
}
