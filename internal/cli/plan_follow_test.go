package cli

import (
	"bytes"
	"fmt"
	"net/mail"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"tocsin/internal/notify/mailer"
	"tocsin/internal/notify/smtptest"
)

// street is an inventory of so many tailnets with one node each, by whether the bulletin
// touches it; nil: the inventory does not have it.
type street []*bool

var touched, untouched = new(true), new(false)

// houses writes the inventory of a street.
func (s session) houses(of street) {
	s.Helper()
	var tailnets, nodes, users strings.Builder
	for i, is := range of {
		if is == nil {
			continue
		}
		version := "1.70.0"
		if *is {
			version = "1.60.0"
		}
		fmt.Fprintf(&tailnets, "%s,owner@%[1]s\n", house(i))
		fmt.Fprintf(&nodes, "%s,n%d,windows,%s\n", house(i), i, version)
		fmt.Fprintf(&users, "%s,u%d\n", house(i), i)
	}
	s.write("inventory/tailnets.csv", "tailnet,owner_email\n"+tailnets.String())
	s.write("inventory/nodes.csv", "tailnet,node_id,os,client_version\n"+nodes.String())
	s.write("inventory/users.csv", "tailnet,user_id\n"+users.String())
	if err := os.Remove(filepath.Join(s.site, "inventory", "export.yaml")); err != nil && !os.IsNotExist(err) {
		s.Fatal(err)
	}
}

// housesBut is houses where one tailnet has no address.
func (s session) housesBut(of street, n int) {
	s.Helper()
	s.houses(of)
	s.edit("inventory/tailnets.csv", ",owner@"+house(n), ",")
}

func house(i int) string { return fmt.Sprintf("house-%02d.example.com", i) }

func (s session) write(name, text string) {
	s.Helper()
	if err := os.WriteFile(filepath.Join(s.site, name), []byte(text), 0o600); err != nil {
		s.Fatal(err)
	}
}

// received is what a server has taken for each recipient, in its order.
func received(t *testing.T, server *smtptest.Server) map[string][]*mail.Message {
	t.Helper()
	server.Idle(t)
	all := make(map[string][]*mail.Message)
	for _, letter := range server.Accepted() {
		m, err := mail.ReadMessage(bytes.NewReader(letter.Message))
		if err != nil || len(letter.To) != 1 {
			t.Fatalf("a letter to %q: %v", letter.To, err)
		}
		all[letter.To[0]] = append(all[letter.To[0]], m)
	}
	return all
}

// TestHalfIsToldThenRevised is F47, from one end to the other: the relay puts half of the
// letters off, then a material revision comes, while some machines have gone. In the end every
// tailnet that is affected was told the facts as they are now, once; of the others, those
// who were told were told that all is well; by the ledger, and by what came to the relay.
func TestHalfIsToldThenRevised(t *testing.T) {
	t.Parallel()
	const houses = 24
	var half atomic.Bool // letters go by another goroutine
	half.Store(true)
	server := smtptest.Start(t, smtptest.Options{Keep: true, Script: func(m smtptest.Moment, n int) smtptest.Action {
		if half.Load() && m == smtptest.Rcpt && n%2 == 1 {
			return smtptest.Reply("450 4.2.0 come back later")
		}
		return nil
	}})
	s := newSession(t)
	s.edit("tocsin.yaml", "  transport: maildir:var/outbox\n", fmt.Sprintf("  transport: smtp://127.0.0.1:%d\n", server.Port()))
	s.edit("tocsin.yaml", "\nledger:", "\napprovals: {required: 0}\nledger:")
	s.edit("tocsin.yaml", "  contacts: inventory/contacts.csv\n", "")
	street := slices.Repeat(street{touched}, houses)
	s.houses(street)
	s.wants(exitDone, "--now 2026-06-02T09:00:00Z plan TS-2026-002", "24  mailed")
	s.wants(exitRefused, "--now 2026-06-02T09:00:30Z plan TS-2026-002 --kind correction", "nobody has been told of TS-2026-002 by letter", "plan TS-2026-002")
	s.wants(exitIncomplete, "--now 2026-06-02T09:01:00Z send TS-2026-002/1 --live --once --canary 0 --connections 1 --yes TS-2026-002/1", "deferred")
	before := received(t, server)
	delete(before, "security@example.com") // the letter to ourselves
	if len(before) < houses/3 || len(before) > houses*2/3 {
		t.Fatalf("%d of %d were told", len(before), houses)
	}
	s.wants(exitDone, "--now 2026-06-02T09:30:00Z plan TS-2026-002", "nothing has changed since TS-2026-002/1 was made: it stands")

	// A typo writes to nobody, and stops nobody (F47).
	s.edit(fault, "takes commands from", "takes its commands from")
	s.wants(exitDone, "--now 2026-06-02T09:40:00Z revise TS-2026-002 --summary Wording. --by Robin --yes TS-2026-002")
	s.wants(exitRefused, "--now 2026-06-02T09:41:00Z plan TS-2026-002 --kind correction",
		"no material revision has come since", "revise TS-2026-002 --material --summary TEXT")
	s.edit(fault, "fixed: 1.66.1", "fixed: 1.66.2")
	s.edit(fault, "action: Update Windows nodes to version 1.66.1 or later.", "action: Update Windows nodes to version 1.66.2 or later.")
	s.wants(exitDone, "--now 2026-06-02T09:50:00Z revise TS-2026-002 --summary Version-1.66.1-did-not-help. --material --yes TS-2026-002")

	var in, out []int // who was told, and who was not
	for i := range houses {
		if before["owner@"+house(i)] != nil {
			in = append(in, i)
		} else {
			out = append(out, i)
		}
	}
	street[in[0]], street[in[1]], street[out[0]], street[out[1]] = untouched, nil, untouched, nil
	s.houses(append(street, touched))
	const smaller = " --accept-smaller tailnets,nodes,users"
	s.wants(exitDone, "--now 2026-06-02T10:00:00Z plan TS-2026-002 --dry-run"+smaller,
		"were told before the last material revision", "plan TS-2026-002 --kind correction")
	s.wants(exitDone, "--now 2026-06-02T10:00:00Z plan TS-2026-002 --kind correction --expect 21"+smaller,
		"TS-2026-002/2 (correction)  21 of 23 tailnets affected", "21  mailed",
		"and 2 told earlier and affected no more, or (1) no longer listed: 2 mailed",
		fmt.Sprintf("letters: 2 all-clears, %d corrections, %d first notices", len(in)-2, len(out)-1))
	s.wants(exitDone, "--now 2026-06-02T10:01:00Z plan TS-2026-002 --kind correction"+smaller, "nothing has changed since TS-2026-002/2 was made: it stands")
	if t.Failed() {
		return
	}
	s.wants(exitRefused, "--now 2026-06-02T10:02:00Z send TS-2026-002/1 --live --once --yes TS-2026-002/1", "TS-2026-002/1 is paused", "TS-2026-002/2")

	half.Store(false)
	const send = " send TS-2026-002/2 --live --once --canary 0 --yes TS-2026-002/2"
	s.wants(exitDone, "--now 2026-06-02T10:03:00Z"+send, "accepted 23, deferred 0, rejected 0, unknown 0")
	came := server.Seen().Connections
	s.wants(exitDone, "--now 2026-06-02T10:04:00Z"+send)
	if again := server.Seen().Connections; again != came {
		t.Errorf("a finished plan connects to the relay: %d times", again-came)
	}
	s.wants(exitDone, "--now 2026-06-02T10:05:00Z status TS-2026-002/2", "23  mailed (accepted 23)", "2  told before, and affected no more, or (1) no longer listed", "=     21  affected")
	s.wants(exitDone, "--now 2026-06-02T10:06:00Z plan TS-2026-002", "everybody who can be told was told already")
	s.wants(exitRefused, "--now 2026-06-02T10:06:00Z plan TS-2026-002 --kind update", "no material revision has come since")

	after := received(t, server)
	delete(after, "security@example.com")
	for i := range houses + 1 {
		letters := after["owner@"+house(i)]
		was := slices.Contains(in, i)
		of := map[bool]string{true: "[Correction]", false: "[Action required]"}[was]
		want := 1
		switch {
		case i == in[0] || i == in[1]:
			of, want = "[All clear]", 2
		case was:
			want = 2
		case i == out[0] || i == out[1]:
			want = 0
		}
		if len(letters) != want {
			t.Fatalf("%s got %d letters, want %d", house(i), len(letters), want)
		}
		if want == 0 {
			continue
		}
		last := letters[len(letters)-1]
		begins := of
		if i == in[1] {
			begins = "[Update]" // it is gone, so nobody can say that all is well
		}
		if subject := last.Header.Get("Subject"); !strings.HasPrefix(subject, begins) {
			t.Errorf("%s was told last: %s, want %s", house(i), subject, begins)
		}
		facts, err := mailer.Plain(whole(t, last))
		switch {
		case err != nil:
			t.Fatal(err)
		case of != "[All clear]" && !strings.Contains(facts, "1.66.2 or later"):
			t.Errorf("%s does not know the facts:\n%s", house(i), facts)
		case was && i != in[1] && !strings.Contains(facts, "Version-1.66.1-did-not-help."):
			t.Errorf("%s does not know what changed:\n%s", house(i), facts)
		}
		first := ""
		if was {
			first = letters[0].Header.Get("Message-Id")
		}
		if last.Header.Get("In-Reply-To") != first || last.Header.Get("References") != first {
			t.Errorf("%s: In-Reply-To %q, References %q, want %q", house(i), last.Header.Get("In-Reply-To"), last.Header.Get("References"), first)
		}
	}
}

const fault = "content/bulletins/TS-2026-002.md"

// whole is a message again, as it came.
func whole(t *testing.T, m *mail.Message) []byte {
	t.Helper()
	var out bytes.Buffer
	for name, values := range m.Header {
		for _, value := range values {
			fmt.Fprintf(&out, "%s: %s\r\n", name, value)
		}
	}
	out.WriteString("\r\n")
	if _, err := out.ReadFrom(m.Body); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}
