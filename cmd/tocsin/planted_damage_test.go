package main

import (
	"bytes"
	"compress/gzip"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

const (
	someTailnet = "tailnet-003.example.com"
	someTime    = "2026-05-01T08:00:00Z"
)

// damage is what is wrong with a table.
type damage struct {
	what   string
	table  string
	change func(string) string
}

// damages are what can be wrong with a table, each where a planted text stands in it.
var damages = []damage{
	{"a row is short", "inventory/nodes.csv", row(someTailnet, mark)},
	{"a row is long", "inventory/nodes.csv", row(someTailnet, mark, mark, "", "", "", "", mark)},
	{"a node of nobody's", "inventory/nodes.csv", row(mark+".example.com", mark+"-n", mark, "", "windows", "1.60.0", someTime)},
	{"a node twice", "inventory/nodes.csv", repeatLine(2)},
	{"a node of two", "inventory/nodes.csv", row(someTailnet, mark+"8", mark, "", "windows", "1.60.0", someTime)},
	{"a node without id", "inventory/nodes.csv", row(someTailnet, "", mark, mark, mark, mark, someTime)},
	{"a node without tailnet", "inventory/nodes.csv", row("", mark, mark, mark, mark, mark, someTime)},
	{"no UTF-8", "inventory/nodes.csv", row(someTailnet, mark+"-n", mark+"\xff", "", "windows", "1.60.0", someTime)},
	{"a quotation mark opens", "inventory/nodes.csv", row(someTailnet, `"`+mark, mark, "", "windows", "1.60.0", someTime)},
	{"a quotation mark in a cell", "inventory/nodes.csv", row(someTailnet, mark+`"`+mark, mark, "", "windows", "1.60.0", someTime)},
	{"text after a quotation mark", "inventory/nodes.csv", row(someTailnet, `"`+mark+`"`+mark, mark, "", "windows", "1.60.0", someTime)},
	{"a cell of two megabytes", "inventory/nodes.csv", row(someTailnet, mark+"-n", strings.Repeat(mark, 300_000), "", "windows", "1.60.0", mark)},
	{"no header", "inventory/nodes.csv", withoutHeader},
	{"a column twice", "inventory/nodes.csv", swapText("node_name", "node_id")},
	{"a column is missing", "inventory/nodes.csv", swapText("node_id", mark)},
	{"broken off", "inventory/nodes.csv", func(text string) string { return text[:len(text)-len(someTime)-3] }},
	{"nothing but rubbish", "inventory/nodes.csv", func(string) string { return mark + "\n" + mark }},

	{"a tailnet twice", "inventory/tailnets.csv", repeatLine(2)},
	{"a tailnet without id", "inventory/tailnets.csv", row("", mark, mark+"@example.com", "", "", "en")},
	{"no address", "inventory/tailnets.csv", row("new.example.com", mark, mark, "", "", "en")},
	{"two addresses", "inventory/tailnets.csv", row("new.example.com", mark, `"`+mark+"@example.com, "+mark+`@example.net"`, "", "", "en")},
	{"a name with an address", "inventory/tailnets.csv", row("new.example.com", mark, mark+" <"+mark+"@example.com>", "", "", "en")},
	{"an address that adds a line", "inventory/tailnets.csv", row("new.example.com", mark, `"`+mark+"@example.com\nBcc: "+mark+`@example.net"`, "", "", "en")},
	{"no answer", "inventory/tailnets.csv", row("new.example.com", mark, mark+"@example.com", mark+"@example.com", mark, "en")},
	{"no header", "inventory/tailnets.csv", withoutHeader},
	{"no header, and an address twice", "inventory/tailnets.csv", whole(someTailnet + "," + mark + "," + mark + "@example.com," + mark + "@example.com,yes,en\n")},

	{"a user twice", "inventory/users.csv", repeatLine(2)},
	{"a user of nobody's", "inventory/users.csv", row(mark+".example.com", mark, mark+"@example.com", "owner")},
	{"no header", "inventory/users.csv", withoutHeader},

	{"no address", "inventory/contacts.csv", row(someTailnet, mark, mark, mark)},
	{"a contact of nobody's", "inventory/contacts.csv", row(mark+".example.com", mark+"@example.com", mark, mark)},

	{"no status", "findings/TS-2026-004.csv", row(someTailnet, "", "", mark, "yes", "", "", mark, mark, mark, "", "")},
	{"no answer", "findings/TS-2026-004.csv", row(someTailnet, "", "", "known_affected", mark, "", "", mark, mark, mark, "", "")},
	{"one who is gone, without address", "findings/TS-2026-004.csv", row(mark+".example.com", "", "", "known_affected", "yes", "", "", mark, mark, mark, "", "")},
	{"one who is gone, with no address", "findings/TS-2026-004.csv", row("away.example.com", "", "", "known_affected", "yes", "", "", mark, mark, mark, "", mark)},
	{"no header", "findings/TS-2026-004.csv", withoutHeader},

	{"no day", "inventory/export.yaml", whole("taken_at: " + mark + "\n")},
	{"no number", "inventory/export.yaml", whole("taken_at: 2026-05-04T06:00:00Z\nrows: {nodes: " + mark + "}\n")},
	{"no such table", "inventory/export.yaml", whole("taken_at: 2026-05-04T06:00:00Z\nrows: {" + mark + ": 1}\n")},
	{"no YAML", "inventory/export.yaml", whole("taken_at: 2026-05-04T06:00:00Z\n" + mark + ": [" + mark + "\n")},

	{"a bracket opens", "inventory/nodes.jsonl", whole(`{"tailnet":"` + someTailnet + `","node_id":"` + mark + `","node_name":"` + mark)},
	{"a name that is a list", "inventory/nodes.jsonl", object(`"node_id":["` + mark + `"],"node_name":{"` + mark + `":"` + mark + `"}`)},
	{"a key twice", "inventory/nodes.jsonl", object(`"node_id":"` + mark + `","node_id":"` + mark + `","node_name":"` + mark + `"`)},
	{"a key is missing", "inventory/nodes.jsonl", object(`"` + mark + `":"` + mark + `","node_name":"` + mark + `"`)},
	{"an escape of half a character", "inventory/nodes.jsonl", object(`"node_id":"` + mark + `\ud800","node_name":"` + mark + `"`)},
	{"not an object", "inventory/nodes.jsonl", whole(`"` + mark + "\"\n")},
	{"two objects on a line", "inventory/nodes.jsonl", whole(`{"tailnet":"` + someTailnet + `"} {"node_id":"` + mark + "\"}\n")},

	{"compressed and broken off", "inventory/nodes.csv.gz", func(text string) string { z := compressed(text); return z[:len(z)-20] }},
	{"compressed and changed", "inventory/nodes.csv.gz", func(text string) string {
		z := compressed(text)
		return z[:len(z)-8] + "\x00\x00\x00\x00" + z[len(z)-4:]
	}},
}

// oddities are what is no damage, or not yet: no word of it is printed either.
var oddities = []damage{
	{"a control character", "inventory/nodes.csv", row(someTailnet, mark+"-n\x1b[31m", mark+"\x1b]0;"+mark+"\a", "", "windows", "1.60.0", someTime)},
	{"a NUL", "inventory/nodes.csv", row(someTailnet, mark+"\x00", mark, "", "windows", "1.60.0", someTime)},
	{"a day that is none", "inventory/nodes.csv", row(someTailnet, mark+"-n", mark, "", "windows", "1.60.0", mark)},
	{"a tailnet spelt otherwise", "inventory/tailnets.csv", row("TAILNET-003.example.com", mark, mark+"@example.com", "", "", "en")},
	{"no language", "inventory/tailnets.csv", row("new.example.com", mark, mark+"@example.com", "", "", mark+"!")},
	{"no role", "inventory/users.csv", row(someTailnet, mark+"-u", mark, mark)},
	{"an address on nobody's word", "inventory/contacts.csv", row(someTailnet, mark+"@example.com", mark, "")},
	{"a day that is none", "findings/TS-2026-004.csv", row(someTailnet, "", "", "known_affected", "yes", mark, mark, mark, mark, mark, mark, "")},
	{"a node of nobody's", "findings/TS-2026-004.csv", row(someTailnet, mark+"-n", "", "known_affected", "yes", "", "", mark, mark, mark, "", "")},
	{"a user of nobody's", "findings/TS-2026-004.csv", row(someTailnet, "", mark+"-u", "known_affected", "yes", "", "", mark, mark, mark, "", "")},
	{"a name that is a number", "inventory/nodes.jsonl", object(`"node_id":1,"node_name":"` + mark + `"`)},
	{"not compressed", "inventory/nodes.csv.gz", func(text string) string { return text }},
}

func row(cells ...string) func(string) string { return whole("%s" + strings.Join(cells, ",") + "\n") }

// whole puts a text in a table's place, or after it where the text begins with %s.
func whole(text string) func(string) string {
	return func(before string) string {
		if after, found := strings.CutPrefix(text, "%s"); found {
			return before + after
		}
		return text
	}
}

func object(fields string) func(string) string {
	return whole(`{"tailnet":"` + someTailnet + `",` + fields + `,"user_id":"","os":"windows","client_version":"1.60.0","last_seen":""}` + "\n")
}

func repeatLine(n int) func(string) string {
	return func(text string) string { return text + strings.Split(text, "\n")[n] + "\n" }
}

func withoutHeader(text string) string {
	_, rows, _ := strings.Cut(text, "\n")
	return rows
}

func swapText(old, replacement string) func(string) string {
	return func(text string) string { return strings.Replace(text, old, replacement, 1) }
}

func compressed(text string) string {
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	if _, err := z.Write([]byte(text)); err != nil {
		return err.Error()
	}
	if err := z.Close(); err != nil {
		return err.Error()
	}
	return out.String()
}

// TestDamagePrintsNoName is F30 and F53: whatever is wrong with a table, no plan is made
// of it, and nothing that stands in it is printed.
func TestDamagePrintsNoName(t *testing.T) {
	s := plantSite(t)
	for _, d := range damages {
		t.Run(filepath.Base(d.table)+": "+d.what, func(t *testing.T) {
			for command, status := range s.damaged(t, d, "plan TS-2026-004 --json", "explain TS-2026-004 --tailnet "+someTailnet) {
				if strings.HasPrefix(command, "plan") && status != 1 && status != 4 {
					t.Errorf("%s: exit status %d", command, status)
				}
			}
		})
	}
	for _, d := range oddities {
		t.Run(filepath.Base(d.table)+": "+d.what, func(t *testing.T) {
			s.damaged(t, d, "plan TS-2026-004 --json", "plan TS-2026-002 --undetermined tell --dry-run", "explain TS-2026-004 --tailnet "+someTailnet)
		})
	}
	s.searchFiles(t)
}

// damaged gives commands a damaged table, puts it back, and returns how they ended.
func (s plantedSite) damaged(t *testing.T, d damage, commands ...string) (statuses map[string]int) {
	t.Helper()
	statuses = make(map[string]int)
	settings, tables := s.read(t, "tocsin.yaml"), plantedTables()
	sound := tables[d.table]
	if strings.HasPrefix(d.table, "inventory/nodes.") && sound == "" { // the nodes in another form
		s.write(t, "tocsin.yaml", strings.Replace(settings, "inventory/nodes.csv", d.table, 1))
		sound = tables["inventory/nodes.csv"]
	}
	s.write(t, d.table, d.change(sound))
	for _, command := range commands {
		status, said := s.in(command)
		statuses[command] = status
		wantNone(t, command, said)
	}
	s.write(t, "tocsin.yaml", settings)
	if s.remove(t, d.table); tables[d.table] != "" {
		s.write(t, d.table, tables[d.table])
	}
	return statuses
}

// private is what nobody else may open, with a command that needs it.
var private = []struct{ path, command string }{
	{"inventory/tailnets.csv", "plan TS-2026-004"},
	{"inventory/nodes.csv", "plan TS-2026-004"},
	{"inventory/users.csv", "plan TS-2026-004"},
	{"inventory/contacts.csv", "plan TS-2026-004"},
	{"inventory/export.yaml", "plan TS-2026-004"},
	{"findings/TS-2026-004.csv", "plan TS-2026-004"},
	{"secrets/plan.key", "plan TS-2026-004"},
	{"var/ledger.db", "status"},
	{"var/ledger.db", "plan TS-2026-004"},
	{"var/outbox", "send TS-2026-004/1"},
	{"var/outbox/new", "send TS-2026-004/1"},
	{"var/outbox/tmp", "send TS-2026-004/1"},
	{"inventory", "plan TS-2026-004"},
	{"findings", "plan TS-2026-004"},
	{"secrets", "plan TS-2026-004"},
	{"var", "status"},
	{"var/letters/TS-2026-004-1", "letters TS-2026-004/1"},
	{"var/lists", "plan TS-2026-004 --lists SITE/var/lists"},
}

// TestPrivateIsKept is F53: what others can open, and what git hands to them, is refused
// before anything is done with it, and the error says what to type.
func TestPrivateIsKept(t *testing.T) {
	s := plantSite(t)
	s.write(t, "inventory/export.yaml", "taken_at: 2026-05-04T06:00:00Z\nrows: {tailnets: 100, nodes: 400, users: 100}\n")
	for _, command := range []string{"plan TS-2026-004", "letters TS-2026-004/1", "send TS-2026-004/1"} {
		if status, said := s.in(command); status != 0 {
			t.Fatalf("%s: exit status %d\n%s", command, status, said)
		}
	}
	if err := os.Mkdir(s.path("var/lists"), 0o700); err != nil {
		t.Fatal(err)
	}
	for _, p := range private {
		for _, open := range []os.FileMode{0o040, 0o004, 0o020, 0o002} {
			s.loosen(t, p.path, p.command, open)
		}
	}
	for _, name := range []string{"inventory/nodes.csv", "inventory/contacts.csv", "inventory/export.yaml", "findings/TS-2026-004.csv", "secrets/plan.key", "var/ledger.db"} {
		s.track(t, name)
	}
}

// loosen opens something to others for one command.
func (s plantedSite) loosen(t *testing.T, name, command string, open os.FileMode) {
	t.Helper()
	info, err := os.Stat(s.path(name))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(s.path(name), info.Mode().Perm()|open); err != nil {
		t.Fatal(err)
	}
	status, said := s.in(command)
	if status != 4 || !strings.Contains(said, "next: chmod") {
		t.Errorf("%s, open to others (%04o): %s ends with exit status %d\n%s", name, open, command, status, said)
	}
	wantNone(t, command, said)
	if err := os.Chmod(s.path(name), info.Mode().Perm()); err != nil {
		t.Fatal(err)
	}
}

// track has git track a private file for one command.
func (s plantedSite) track(t *testing.T, name string) {
	t.Helper()
	for _, args := range [][]string{{"init", "-q"}, {"add", "-f", name}} {
		if out, err := exec.Command("git", append([]string{"-C", s.folder}, args...)...).CombinedOutput(); err != nil {
			t.Fatalf("git %s: %v\n%s", args[0], err, out)
		}
	}
	status, said := s.in("plan TS-2026-004")
	if status != 4 || !strings.Contains(said, "git tracks 1 private file, such as "+name) {
		t.Errorf("%s is tracked: plan ends with exit status %d\n%s", name, status, said)
	}
	wantNone(t, "plan", said)
	if err := os.RemoveAll(s.path(".git")); err != nil {
		t.Fatal(err)
	}
}
