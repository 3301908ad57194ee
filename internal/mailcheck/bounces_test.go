package mailcheck

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tocsin/internal/cli"
)

// TestPostfixBounces is F33 with nothing made up: a plan goes to a real Postfix, which has no
// such recipient for one letter. Its report comes to that letter's return path, and bounces
// reads it there among all the letters; its own log says the same.
func TestPostfixBounces(t *testing.T) {
	_, mx := startRelay(t)
	conf := filepath.Join(mx.folder, "conf", "main.cf")
	more(t, conf, "smtpd_tls_security_level = none\nvirtual_alias_maps = inline:{ {@bakery-014.example.net=jo@gone.example} }\n")
	mx.call(t).want(t, 221, "QUIT")
	site := filepath.Join(t.TempDir(), "site")
	ends(t, 0, "init", site)
	settings := filepath.Join(site, "tocsin.yaml")
	text, err := os.ReadFile(settings)
	if err != nil {
		t.Fatal(err)
	}
	changed := strings.NewReplacer("  transport: maildir:var/outbox\n", fmt.Sprintf("  bounces: bounces@example.com\n  transport: smtp://%s\n", mx.address),
		"\nledger:", "\napprovals: {required: 0}\nledger:").Replace(string(text))
	if err := os.WriteFile(settings, []byte(changed), 0o600); err != nil {
		t.Fatal(err)
	}
	ends(t, 0, "-C", site, "plan", "TS-2026-002")
	ends(t, 6, "-C", site, "send", "TS-2026-002/1", "--live", "--canary", "0", "--yes", "TS-2026-002/1")

	box := filepath.Join(mx.folder, "mail", "box")
	status, said := 0, ""
	if !within(patience, func() bool { // until its report has come
		status, said = run("-C", site, "bounces", box, "--dry-run")
		return strings.Contains(said, "TS-2026-002/1: 1 bounced")
	}) || status != 6 {
		t.Errorf("a dry run: exit status %d\n%s", status, said)
	}
	log := ""
	if !within(patience, func() bool { // what writes its log may be behind what delivers
		status, log = run("-C", site, "settle", "TS-2026-002/1", "--log", filepath.Join(mx.folder, "log", "mail.log"), "--zone", "Local", "--dry-run")
		return status == 0 && strings.Contains(log, "it knows 34 letters of the plan") && strings.Contains(log, " 1  bounced\n")
	}) {
		t.Errorf("its log is read as\n%s", log)
	}
	said = ends(t, 6, "-C", site, "bounces", box)
	if !strings.Contains(said, "  bounced: bakery-014.example.net (5.1.1)") || strings.Contains(said, "jo@") {
		t.Errorf("%s\nPostfix says:\n%s", said, mx.log())
	}
	if again := ends(t, 6, "-C", site, "bounces", box); !strings.Contains(again, "1 on record already") {
		t.Error(again)
	}
}

// ends runs a command, wants its exit status, and gives what it says.
func ends(t *testing.T, want int, args ...string) string {
	t.Helper()
	got, said := run(args...)
	if got != want {
		t.Fatalf("%v: exit status %d, want %d\n%s", args, got, want, said)
	}
	return said
}

// run runs a command, and gives its exit status and what it says.
func run(args ...string) (status int, said string) {
	var out bytes.Buffer
	world := cli.World{Stdin: strings.NewReader(""), Stdout: &out, Stderr: &out, Random: rand.Reader, Now: time.Now}
	status = cli.Run(context.Background(), world, args)
	return status, out.String()
}
