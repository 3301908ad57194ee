package ledger

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

func exported(t *testing.T, l *Ledger, p Stored, personal bool) string {
	t.Helper()
	var out bytes.Buffer
	if err := l.Export(ctx, p, personal, &out); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// TestExportNamesNobody is F53: an export without --personal has no name, no address, no
// digest of a letter, no server's words and no salt in it; with it, it has all of them. It
// is the same twice.
func TestExportNamesNobody(t *testing.T) {
	l := newLedger(t)
	p := freeze(t, l, aPlan(1), entries(40))
	sendMixed(t, l, p)
	bare, whole := exported(t, l, p, false), exported(t, l, p, true)
	d := rows(t, l, p)[4]
	for _, secret := range []string{"Tailnet <4>", "o4@t.example", d.Digest, d.MessageID, "try again", "4XYZ", "A. Operator", "no security contact"} {
		if strings.Contains(bare, secret) || !strings.Contains(whole, secret) {
			t.Errorf("%q: without --personal %v, with it %v", secret, strings.Contains(bare, secret), strings.Contains(whole, secret))
		}
	}
	if exported(t, l, p, false) != bare || exported(t, l, p, true) != whole {
		t.Error("it is another the second time")
	}
	if n := strings.Count(bare, `{"line":"row",`); n != 40 {
		t.Errorf("%d rows", n)
	}
}

// script is the auditor's script as the operating guide prints it.
func script(t *testing.T) string {
	t.Helper()
	guide, err := os.ReadFile(filepath.Join("..", "..", "..", "docs", "operating.md"))
	if err != nil {
		t.Fatal(err)
	}
	found := regexp.MustCompile("(?s)```python\n(.*?)```").FindSubmatch(guide)
	if found == nil {
		t.Fatal("docs/operating.md has no script in Python")
	}
	if lines := strings.Count(string(found[1]), "\n"); lines > 26 {
		t.Errorf("the script has %d lines", lines)
	}
	return string(found[1])
}

// audit runs the auditor's script on an export.
func audit(t *testing.T, export string) (string, error) {
	t.Helper()
	python, err := exec.LookPath("python3")
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal(err)
		}
		t.Skip("there is no python3: apt-get install python3")
	}
	cmd := exec.Command(python, "-c", script(t))
	cmd.Stdin = strings.NewReader(export)
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// TestAuditorsScript: who has nothing of ours but the export and twenty lines of Python
// recomputes the chain, and where each letter stands; and finds one altered octet.
func TestAuditorsScript(t *testing.T) {
	l := newLedger(t)
	p := freeze(t, l, live(1), entries(40))
	sendMixed(t, l, p)
	second := freeze(t, l, live(2), entries(8))
	if _, err := l.Drop(ctx, second, dropping()); err != nil {
		t.Fatal(err)
	}
	third := freeze(t, l, live(3), entries(8))
	paused := exported(t, l, reread(t, l, p.ID), false)
	if out, err := audit(t, paused); err != nil {
		t.Errorf("while it is paused: %v: %s", err, out)
	}
	claimSome(t, l, third, startRun(t, l, third), 1)
	export := exported(t, l, p, false) + exported(t, l, second, false) + exported(t, l, third, false)
	if out, err := audit(t, export); err != nil || strings.Count(out, "TS-2026-007/") != 3 {
		t.Errorf("%v: %s", err, out)
	}
	for what, change := range map[string][2]string{
		"an outcome":        {"17 unknown", "17 planned"},
		"a row's state":     {`"state":"bounced"`, `"state":"accepted"`},
		"an instant":        {"2026-05-04T10:00:00Z outcome", "2026-05-04T10:00:01Z outcome"},
		"a code in a event": {"451 4.3.0", "450 4.3.0"},
		"a hash":            {`"hash":"`, `"hash":"0`},
		"a dropped row":     {`"state":"superseded"`, `"state":"planned"`},
	} {
		if !strings.Contains(export, change[0]) {
			t.Fatalf("%s: %q is not in the export", what, change[0])
		}
		if out, err := audit(t, strings.Replace(export, change[0], change[1], 1)); err == nil {
			t.Errorf("%s was altered, and the script says %s", what, out)
		}
	}
}

// TestAuditorsScriptOnPausedPlan is F34: letters that went out of a plan that was paused are
// found by the auditor too, whatever the hashes say.
func TestAuditorsScriptOnPausedPlan(t *testing.T) {
	l := newLedger(t)
	p := freeze(t, l, live(1), entries(8))
	r := startRun(t, l, p)
	settleAs(t, l, p, r, Accept, claimSome(t, l, p, r, 1))
	freeze(t, l, live(2), entries(8))
	if out, err := audit(t, exported(t, l, p, false)); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	exec_(t, l, "UPDATE plans SET paused = '' WHERE number = 1") // and the chain goes on from there
	claimSome(t, l, p, r, 1)
	if out, err := audit(t, exported(t, l, p, false)); err == nil || !strings.Contains(out, "closed or paused") {
		t.Errorf("%v: %s", err, out)
	}
	if err := l.Verify(ctx, reread(t, l, p.ID)); err == nil {
		t.Error("it verifies")
	}
}

// TestAuditorBesideARun: what is exported while letters go agrees with itself, though the
// rows of the ledger are behind its chain.
func TestAuditorBesideARun(t *testing.T) {
	l := newLedger(t)
	p := freeze(t, l, live(1), entries(40))
	r := startRun(t, l, p)
	d := claimSome(t, l, p, r, 5)
	for _, of := range [][]Delivery{d[:2], d[2:4]} {
		marks := []Mark{{Letter: of[0], Connection: 1}, {Letter: of[1], Connection: 2, Wire: "what went out"}}
		outcomes := []Outcome{{Letter: of[1], Event: Accept, Reply: Reply{250, "2.0.0", "Ok", "4XYZ"}}}
		if err := errors.Join(l.Commit(ctx, p, r, nil, marks, created), l.Commit(ctx, p, r, outcomes, nil, created)); err != nil {
			t.Fatal(err)
		}
	}
	reader, err := OpenReader(ctx, l.path)
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	if !l.afoot.behind() {
		t.Fatal("no row is behind")
	}
	for _, personal := range []bool{false, true} {
		if out, err := audit(t, exported(t, reader, p, personal)); err != nil {
			t.Errorf("personal %v: %v: %s", personal, err, out)
		}
	}
	wantStates(t, reader, p, map[State]int{Planned: 10})
}
