package approval

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"errors"
	random "math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/hiddeco/sshsig"
	"golang.org/x/crypto/ssh"

	"tocsin/internal/notify"
)

// TestNobodyAlone is F45: whatever one person does, the plan is not approved.
func TestNobodyAlone(t *testing.T) {
	alice, aliceLine := key(t, "alice@example.com")
	laptop, laptopLine := key(t, "alice@example.com")
	capital, capitalLine := key(t, "Alice@Example.com,alice@home.example")
	anybody, anybodyLine := key(t, "*@example.com")
	bob, bobLine := key(t, "bob@example.com")
	expired, _ := key(t, "")
	early, _ := key(t, "")
	git, _ := key(t, "")
	stranger, _ := key(t, "")
	c := caseWith(t, Terms{Required: 2},
		aliceLine, laptopLine, capitalLine, anybodyLine, bobLine,
		line("erin@example.com", `valid-before="20260504085959Z"`, expired),
		line("frank@example.com", `valid-after="20260601Z"`, early),
		line("grace@example.com", `namespaces="git,file"`, git))
	first, err := c.signed(t, alice, notify.Approving, later)
	if err != nil {
		t.Fatal(err)
	}
	tally, err := c.Tally([]notify.Approval{first})
	if err != nil || tally.Lacks() != 1 || tally.Enough(later) == nil {
		t.Fatalf("one of two: %+v, %v", tally, err)
	}

	for _, one := range []struct {
		name string
		by   ssh.Signer
		at   time.Time
		why  string
	}{
		{"the same key twice", alice, later, "alice@example.com has approved it already"},
		{"another key of the same person", laptop, later, "with another key"},
		{"the same person under more names, in capitals", capital, later, "with another key"},
		{"a key of anybody there", anybody, later, "with another key"},
		{"a key that has expired", expired, later, "has expired: it counted until 2026-05-04T08:59:59Z"},
		{"a key that does not count yet", early, later, "counts from 2026-06-01T00:00:00Z on"},
		{"a key for other things", git, later, "is not among the allowed signers"},
		{"a stranger", stranger, later, "is not among the allowed signers"},
		{"after the deadline", bob, deadline.Add(time.Second), "the plan stands from"},
		{"before the plan", bob, planned.Add(-time.Second), "the plan stands from"},
	} {
		a, err := c.signed(t, one.by, notify.Approving, one.at)
		if err == nil {
			err = tally.Admit(a)
			if _, refused := c.Tally([]notify.Approval{first, a}); refused == nil {
				t.Errorf("%s: counts once it is in the ledger", one.name)
			}
		}
		if err == nil || !strings.Contains(err.Error(), one.why) {
			t.Errorf("%s: %v, want %q", one.name, err, one.why)
		}
	}

	second, err := c.signed(t, bob, notify.Approving, later)
	if err != nil {
		t.Fatal(err)
	}
	tally, err = c.Tally([]notify.Approval{first, second})
	if err != nil || tally.Enough(later) != nil {
		t.Errorf("two people with two keys: %v, %v", err, tally.Enough(later))
	}
}

// A key's hours are those of the instant when its signature came, both ends included.
func TestKeyExpiresBetweenApprovals(t *testing.T) {
	alice, _ := key(t, "")
	c := caseWith(t, Terms{Required: 1}, line("alice@example.com", `valid-before="202605041000Z"`, alice))
	atTheEnd, err := c.signed(t, alice, notify.Approving, planned.Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.signed(t, alice, notify.Approving, planned.Add(time.Hour+time.Second)); err == nil {
		t.Error("an expired key approves")
	}
	if _, err := c.Tally([]notify.Approval{atTheEnd}); err != nil {
		t.Errorf("what was approved in time counts on: %v", err)
	}
}

// What was signed for something else counts for nothing (F44, F45).
func TestSignedForSomethingElse(t *testing.T) {
	alice, aliceLine := key(t, "alice@example.com")
	c := caseWith(t, Terms{Required: 1, BreakGlass: time.Hour}, aliceLine)
	ours := c.statement(notify.Approving)

	other := sshsig.HashSHA256
	inFile := must(sshsig.Sign(bytes.NewReader(ours.Text()), alice, other, "file"))(t).Marshal()
	if _, err := c.Taken(ours, inFile, later); err == nil || !strings.Contains(err.Error(), `signed for "file", not for "tocsin-plan"`) {
		t.Errorf("another namespace: %v", err)
	}
	for name, change := range map[string]func(*Case){
		"digest":           func(c *Case) { c.Plan.Digest = notify.Digest([]byte("another plan")) },
		"plan":             func(c *Case) { c.Plan.ID.Number = 2 },
		"transport":        func(c *Case) { c.Plan.Transport = "smtp://relay.example.net:587" },
		"deadline":         func(c *Case) { c.Plan.Deadline = deadline.Add(time.Second) },
		"time of planning": func(c *Case) { c.Plan.Created = planned.Add(time.Second) },
		"undetermined":     func(c *Case) { c.Plan.Undetermined = notify.Tell },
		"inputs":           func(c *Case) { c.Plan.Inputs = notify.Inputs{"bulletin": notify.Digest(nil)} },
		"terms":            func(c *Case) { c.Terms.Required = 0 },
		"sums":             func(c *Case) { c.Decided = c.Decided[:1] },
		"letter":           func(c *Case) { c.Samples = c.Samples[:1] },
	} {
		now := c
		change(&now)
		kept, err := c.signed(t, alice, notify.Approving, later)
		if err != nil {
			t.Fatal(err)
		}
		var invalid *InvalidError
		if err := now.Check(kept); !errors.As(err, &invalid) || !strings.Contains(err.Error(), name) {
			t.Errorf("another %s: %v", name, err)
		}
	}
	// The signature of one role is not that of another.
	for _, role := range []notify.Role{notify.Planning, notify.BreakingGlass} {
		if _, err := c.Taken(c.statement(role), sign(t, alice, ours.Text()), later); err == nil {
			t.Errorf("an approval became %s", role)
		}
	}
}

// TestBitFlips changes one bit of what is kept, a thousand times: none of it counts any
// more, and the error names a part (F44, F45).
func TestBitFlips(t *testing.T) {
	for kind, signer := range everyKey(t) {
		c := caseWith(t, Terms{Required: 1}, line("alice@example.com", "", signer))
		whole, err := c.signed(t, signer, notify.Approving, later)
		if err != nil {
			t.Fatalf("%s: %v", kind, err)
		}
		dice := random.New(random.NewPCG(1, uint64(len(kind))))
		flip := func(text []byte) []byte {
			text = bytes.Clone(text)
			text[dice.IntN(len(text))] ^= 1 << dice.IntN(8)
			return text
		}
		for i := range 1000 {
			a := whole
			switch i % 6 {
			case 0, 1:
				a.Statement = flip(a.Statement)
			case 2, 3:
				a.Signature = flip(a.Signature)
			case 4:
				a.Fingerprint = string(flip([]byte(a.Fingerprint)))
			default:
				a.Principal = string(flip([]byte(a.Principal)))
			}
			var invalid *InvalidError
			if _, err := c.Tally([]notify.Approval{a}); !errors.As(err, &invalid) || invalid.Part == "" || invalid.Why == "" {
				t.Fatalf("%s, flip %d: %v", kind, i, err)
			}
		}
	}
}

// Where the planner is excluded, whoever signs as planner cannot approve, and without a
// planner nothing goes out.
func TestPlannerExcluded(t *testing.T) {
	alice, aliceLine := key(t, "alice@example.com")
	laptop, laptopLine := key(t, "alice@example.com")
	bob, bobLine := key(t, "bob@example.com")
	c := caseWith(t, Terms{Required: 1, ExcludePlanner: true}, aliceLine, laptopLine, bobLine)
	by := func(signer ssh.Signer, role notify.Role) notify.Approval {
		a, err := c.signed(t, signer, role, later)
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	for name, list := range map[string][]notify.Approval{
		"the planner approves":         {by(alice, notify.Planning), by(alice, notify.Approving)},
		"with another key":             {by(alice, notify.Planning), by(laptop, notify.Approving)},
		"the approver becomes planner": {by(alice, notify.Approving), by(laptop, notify.Planning)},
		"two planners":                 {by(alice, notify.Planning), by(bob, notify.Planning)},
	} {
		if _, err := c.Tally(list); err == nil {
			t.Errorf("%s: counts", name)
		}
	}
	for name, one := range map[string]struct {
		list   []notify.Approval
		enough bool
	}{
		"nobody":                  {nil, false},
		"approved by one alone":   {[]notify.Approval{by(bob, notify.Approving)}, false},
		"planned by one alone":    {[]notify.Approval{by(alice, notify.Planning)}, false},
		"planned, then approved":  {[]notify.Approval{by(alice, notify.Planning), by(bob, notify.Approving)}, true},
		"approved before planner": {[]notify.Approval{by(bob, notify.Approving), by(alice, notify.Planning)}, true},
	} {
		tally, err := c.Tally(one.list)
		if err != nil || (tally.Enough(later) == nil) != one.enough {
			t.Errorf("%s: %v, %v", name, err, tally.Enough(later))
		}
	}
	open := caseWith(t, Terms{Required: 1}, aliceLine)
	if a, err := open.signed(t, alice, notify.Planning, later); err != nil || (Tally{Case: open}).Admit(a) == nil {
		t.Errorf("a planner where nobody asks for one: %v", err)
	}
}

func TestBreakGlass(t *testing.T) {
	alice, aliceLine := key(t, "alice@example.com")
	bob, bobLine := key(t, "bob@example.com")
	c := caseWith(t, Terms{Required: 2, ExcludePlanner: true, BreakGlass: 30 * time.Minute}, aliceLine, bobLine)
	a, err := c.signed(t, alice, notify.BreakingGlass, later)
	if err != nil {
		t.Fatal(err)
	}
	tally, err := c.Tally([]notify.Approval{a})
	if err != nil || tally.Glass == nil || tally.Glass.Reason != "everybody else is asleep" {
		t.Fatalf("%+v, %v", tally, err)
	}
	var missing *MissingError
	if err := tally.Enough(planned.Add(30*time.Minute - time.Second)); !errors.As(err, &missing) || !strings.Contains(err.Error(), "counts from 2026-05-04T09:30:00Z") {
		t.Errorf("before its delay: %v", err)
	}
	if err := tally.Enough(planned.Add(30 * time.Minute)); err != nil {
		t.Errorf("after its delay: %v", err)
	}
	if again, err := c.signed(t, bob, notify.BreakingGlass, later); err != nil || tally.Admit(again) == nil {
		t.Errorf("broken twice: %v", err)
	}
	off := caseWith(t, Terms{Required: 2}, aliceLine, bobLine)
	if a, err := off.signed(t, alice, notify.BreakingGlass, later); err != nil || (Tally{Case: off}).Admit(a) == nil {
		t.Errorf("where it is off: %v", err)
	}
}

// TestKeyTypes holds that every type of key signs, and which do not: those that prove
// too little, and a security key that nobody touched.
func TestKeyTypes(t *testing.T) {
	for kind, signer := range everyKey(t) {
		for _, hash := range []sshsig.HashAlgorithm{sshsig.HashSHA256, sshsig.HashSHA512} {
			signature := must(sshsig.Sign(strings.NewReader("text"), signer, hash, Namespace))(t).Marshal()
			if got, err := Verified([]byte("text"), signature); err != nil || got != ssh.FingerprintSHA256(signer.PublicKey()) {
				t.Errorf("%s with %s: %q, %v", kind, hash, got, err)
			}
			if _, err := Verified([]byte("texts"), signature); err == nil {
				t.Errorf("%s signed another text", kind)
			}
		}
	}
	_, ed, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	for _, flags := range []byte{0, 4} { // 4: it was unlocked, and nobody touched it
		for _, private := range []touched{securityKey(t, ed, flags), securityKey(t, must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))(t), flags)} {
			if _, err := Verified([]byte("text"), sign(t, private, []byte("text"))); err == nil {
				t.Errorf("%s counts with the flags %d", private.public.Type(), flags)
			}
		}
	}
	short, _ := of(t, must(rsa.GenerateKey(rand.Reader, 1024))(t), nil, "a")
	if _, err := Verified([]byte("text"), sign(t, short, []byte("text"))); err == nil || !strings.Contains(err.Error(), "1024 bits") {
		t.Errorf("RSA of 1024 bits: %v", err)
	}
}

// A signature has one form: what could be written beside it, or otherwise, is refused.
func TestSignatureHasOneForm(t *testing.T) {
	signer, _ := key(t, "alice")
	whole := must(sshsig.ParseSignature(sign(t, signer, []byte("text"))))(t)
	blob := struct {
		Magic                                           [6]byte
		Version                                         uint32
		PublicKey, Namespace, Reserved, Hash, Signature string
	}{[6]byte([]byte("SSHSIG")), 1, string(whole.PublicKey.Marshal()), Namespace, "", "sha512", string(ssh.Marshal(whole.Signature))}
	if _, err := Verified([]byte("text"), ssh.Marshal(blob)); err != nil {
		t.Fatal(err)
	}
	reserved, longer, other := blob, blob, blob
	reserved.Reserved = "more"
	longer.Signature += "more"
	other.Version = 2
	for name, signature := range map[string][]byte{
		"reserved": ssh.Marshal(reserved), "longer": ssh.Marshal(longer), "version": ssh.Marshal(other), "after": append(ssh.Marshal(blob), 0), "long": make([]byte, maxSignature+1),
	} {
		if _, err := Verified([]byte("text"), signature); err == nil {
			t.Errorf("%s: counts", name)
		}
	}
}
