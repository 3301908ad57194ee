package ledger

import (
	"bytes"
	"context"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tocsin/internal/notify"
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

// guide is the operating guide.
func guide(t *testing.T) string {
	t.Helper()
	guide, err := os.ReadFile(filepath.Join("..", "..", "..", "docs", "operating.md"))
	if err != nil {
		t.Fatal(err)
	}
	return string(guide)
}

// scripts are the auditor's scripts as the operating guide prints them: the one that holds an
// export to its hashes, and the one that has ssh-keygen look at signatures.
func scripts(t *testing.T) (proof, signatures string) {
	t.Helper()
	found := regexp.MustCompile("(?s)```python\n(.*?)```").FindAllStringSubmatch(guide(t), -1)
	if len(found) != 2 {
		t.Fatalf("docs/operating.md has %d scripts in Python", len(found))
	}
	if lines := strings.Count(found[0][1], "\n"); lines > 160 {
		t.Errorf("the script has %d lines", lines)
	}
	return found[0][1], found[1][1]
}

// python runs a script on some input.
func python(t *testing.T, script, input string, args ...string) (string, error) {
	t.Helper()
	program, err := exec.LookPath("python3")
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal(err)
		}
		t.Skip("there is no python3: apt-get install python3")
	}
	ctx, stop := context.WithTimeout(t.Context(), 5*time.Minute)
	defer stop()
	cmd := exec.CommandContext(ctx, program, append([]string{"-c", script}, args...)...)
	cmd.Dir = t.TempDir()
	cmd.Stdin = strings.NewReader(input)
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// audit runs the auditor's script on an export.
func audit(t *testing.T, export string) (string, error) {
	t.Helper()
	proof, _ := scripts(t)
	return python(t, proof, export)
}

// TestAuditorsScript: who has nothing of ours but the export and a page of Python recomputes
// the chain, and where each letter stands; and finds one altered octet.
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

// TestAuditorHoldsDigestToFirstEvent: who says that another tailnet was told, and computes the
// digest of that, has the chain against them.
func TestAuditorHoldsDigestToFirstEvent(t *testing.T) {
	l := newLedger(t)
	p := freeze(t, l, live(1), entries(4))
	export, seal := exported(t, l, p, false), p.begin()
	for _, d := range rows(t, l, p) {
		if d.Row == 1 {
			d.Tailnet = "t999.example"
		}
		p.row(seal, d.Entry, d.commitment)
	}
	forged := strings.Replace(export, "t000.example", "t999.example", 1)
	if out, err := audit(t, forged); err == nil || !strings.Contains(out, "do not come to its digest") {
		t.Errorf("another tailnet: %v: %s", err, out)
	}
	forged = strings.Replace(forged, p.Digest, seal.Sum(), 1)
	if out, err := audit(t, forged); err == nil || !strings.Contains(out, "frozen otherwise") {
		t.Errorf("and another digest: %v: %s", err, out)
	}
	if out, err := audit(t, strings.ReplaceAll(forged, p.Digest, seal.Sum())); err == nil || !strings.Contains(out, "event 1 does not follow") {
		t.Errorf("and in the first event: %v: %s", err, out)
	}
}

// TestAuditorsScriptOnOldLedgers: exports of ledgers that older tocsins wrote are proven too; but
// for the first one's plans, and of those it says so.
func TestAuditorsScriptOnOldLedgers(t *testing.T) {
	for schema := 1; schema < schemaVersion; schema++ {
		l := mustOpen(t, ofSchema(t, schema))
		ids, err := l.Plans(ctx, "")
		if err != nil {
			t.Fatal(err)
		}
		for _, personal := range []bool{false, true} {
			export, unproven := "", 0
			for _, id := range ids {
				p := reread(t, l, id)
				export += exported(t, l, p, personal)
				if p.form == plainRows {
					unproven++
				}
			}
			out, err := audit(t, export)
			if err != nil || strings.Count(out, "\n") != len(ids) || strings.Count(out, "NOT PROVEN") != unproven || schema > 1 && unproven > 0 {
				t.Errorf("schema %d, personal %v: %v: %s", schema, personal, err, out)
			}
		}
	}
}

// TestAuditorChecksSignatures: who has the export and the file of allowed signers proves who
// signed, with ssh-keygen; not where another name, role, key or text is said.
func TestAuditorChecksSignatures(t *testing.T) {
	l := newLedger(t)
	p := freeze(t, l, live(1), entries(4))
	a, signers := signedByKeygen(t, p)
	if err := l.Approve(ctx, p, a); err != nil {
		t.Fatal(err)
	}
	_, script := scripts(t)
	export := exported(t, l, p, true)
	if out, err := python(t, script, export, signers); err != nil || !strings.Contains(out, `Good "tocsin-plan" signature for alice@example.com`) {
		t.Fatalf("%v: %s", err, out)
	}
	for _, change := range [][2]string{
		{`"principal":"alice`, `"principal":"mallory`}, {`"role":"approval"`, `"role":"planner"`}, {`"fingerprint":"SHA256:`, `"fingerprint":"SHA256:x`},
		{"I approve", "I refuse"}, {`"at":"2026-05-04`, `"at":"2026-04-04`},
		{p.Digest, notify.Digest(nil)},
	} {
		changed := strings.Replace(export, change[0], change[1], 1)
		if out, err := python(t, script, changed, signers); changed == export || err == nil {
			t.Errorf("%q passed: %s", change, out)
		}
	}
	if out, err := audit(t, export); err != nil {
		t.Errorf("%v: %s", err, out)
	}
}

// signedByKeygen is an approval by a key that ssh-keygen makes, and the file that allows it.
func signedByKeygen(t *testing.T, p Stored) (a notify.Approval, signers string) {
	t.Helper()
	dir := t.TempDir()
	key, text := filepath.Join(dir, "key"), filepath.Join(dir, "statement")
	a = notify.Approval{Role: notify.Approving, Principal: "alice@example.com", At: created}
	a.Statement = fmt.Appendf(nil, "I approve\n\nSigned as: %s\nPlan: %s\nDigest: %s\n", a.Role, p.ID, p.Digest)
	if err := os.WriteFile(text, a.Statement, 0o600); err != nil {
		t.Fatal(err)
	}
	keygen(t, "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", key)
	keygen(t, "-q", "-Y", "sign", "-n", "tocsin-plan", "-f", key, text)
	a.Fingerprint = strings.Fields(keygen(t, "-l", "-f", key))[1]
	block, _ := pem.Decode(mustRead(t, text+".sig"))
	if block == nil {
		t.Fatal("ssh-keygen wrote no signature")
	}
	a.Signature = block.Bytes
	signers = filepath.Join(dir, "allowed_signers")
	line := fmt.Appendf(nil, "%s valid-after=\"20260501Z\" %s", a.Principal, mustRead(t, key+".pub"))
	if err := os.WriteFile(signers, line, 0o600); err != nil {
		t.Fatal(err)
	}
	return a, signers
}

func keygen(t *testing.T, args ...string) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "ssh-keygen", args...).CombinedOutput()
	if err != nil {
		t.Fatalf("ssh-keygen %q: %v: %s", args, err, out)
	}
	return string(out)
}

// TestGuideListsEvents: the guide has every kind of event, and no other.
func TestGuideListsEvents(t *testing.T) {
	kinds := []string{
		frozenKind, adoptedKind, approvedKind, begunKind, claimedKind, markedKind, outcomeKind, endedKind, fencedKind, recoveredKind,
		settledKind, pausedKind, liftedKind, supersededKind, droppedKind, forgottenKind,
	}
	found := regexp.MustCompile(`is an event in a chain of its own: (.*?)\. Each event`).FindStringSubmatch(guide(t))
	if found == nil {
		t.Fatal("the guide does not list the events")
	}
	said := regexp.MustCompile(` \(.*?\)`).ReplaceAllString(found[1], "")
	if diff := cmp.Diff(kinds, strings.Split(said, ", ")); diff != "" {
		t.Error(diff)
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
