package approval

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/binary"
	"io"
	"math/big"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hiddeco/sshsig"
	"golang.org/x/crypto/ssh"

	"tocsin/internal/notify"
)

// The plan of these tests, and its hours.
var (
	planned  = time.Date(2026, 5, 4, 9, 0, 0, 0, time.UTC)
	deadline = planned.Add(72 * time.Hour)
	later    = planned.Add(10 * time.Minute)
)

const sample = "Subject: A fault (example)\n\nYour network is affected:\n\n    example\n"

func must[T any](value T, err error) func(testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return value
	}
}

// key makes a key of its own and a line of allowed signers for it.
func key(t testing.TB, principal string) (ssh.Signer, string) {
	t.Helper()
	_, private, err := ed25519.GenerateKey(rand.Reader)
	return of(t, private, err, principal)
}

func of(t testing.TB, private crypto.Signer, err error, principal string) (ssh.Signer, string) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	signer := must(ssh.NewSignerFromSigner(private))(t)
	return signer, line(principal, "", signer)
}

// line is a line of allowed signers.
func line(principal, options string, signer ssh.Signer) string {
	if options != "" {
		options += " "
	}
	return principal + " " + options + string(ssh.MarshalAuthorizedKey(signer.PublicKey()))
}

// caseWith is a plan that two must approve, and those who may.
func caseWith(t testing.TB, terms Terms, lines ...string) Case {
	t.Helper()
	signers := must(ParseSigners([]byte(strings.Join(lines, ""))))(t)
	terms.Signers = signers.Digest
	return Case{
		Plan: notify.Plan{
			ID: notify.PlanID{Bulletin: "TS-2026-004", Number: 1}, Created: planned, Deadline: deadline,
			Transport: "smtp://relay.example.com:587", Undetermined: notify.Hold, Digest: notify.Digest([]byte("the plan")),
			Inputs: notify.Inputs{"bulletin": notify.Digest([]byte("text")), notify.ApprovalsInput: terms.Digest()},
		},
		Decided: []notify.Decided{
			{Standing: notify.Mailed, Clauses: []string{"severe-action", "tailnet-data"}, Rows: 35},
			{Standing: notify.Undetermined, Rows: 2},
		},
		Samples: []string{"Betreff: Ein Fehler (example)\n", sample},
		Terms:   terms, Signers: signers,
	}
}

var bulletinAbout = About{Title: "Web pages could reach the local API", Revision: 2, Kind: notify.FirstNotice}

// statement is what is signed in a role.
func (c Case) statement(role notify.Role) Statement {
	reason := ""
	if role == notify.BreakingGlass {
		reason = "everybody else is asleep"
	}
	return c.Statement(bulletinAbout, role, reason, sample)
}

// sign makes the signature of a text.
func sign(t testing.TB, signer ssh.Signer, text []byte) []byte {
	t.Helper()
	return must(sshsig.Sign(bytes.NewReader(text), signer, sshsig.HashSHA512, Namespace))(t).Marshal()
}

// signed is an approval as it is taken in.
func (c Case) signed(t testing.TB, signer ssh.Signer, role notify.Role, at time.Time) (notify.Approval, error) {
	t.Helper()
	s := c.statement(role)
	return c.Taken(s, sign(t, signer, s.Text()), at)
}

// touched is a security key in software: it signs what such a key signs (OpenSSH's
// PROTOCOL.u2f), with flags that the test chooses.
type touched struct {
	private crypto.Signer
	public  ssh.PublicKey
	flags   byte
}

func securityKey(t testing.TB, private crypto.Signer, flags byte) touched {
	t.Helper()
	var wire []byte
	switch public := private.Public().(type) {
	case ed25519.PublicKey:
		wire = ssh.Marshal(struct {
			Type        string
			Key         []byte
			Application string
		}{ssh.KeyAlgoSKED25519, public, "ssh:"})
	case *ecdsa.PublicKey:
		wire = ssh.Marshal(struct {
			Type, Curve string
			Point       []byte
			Application string
		}{ssh.KeyAlgoSKECDSA256, "nistp256", must(public.Bytes())(t), "ssh:"})
	}
	return touched{private, must(ssh.ParsePublicKey(wire))(t), flags}
}

// PublicKey is what stands in a file of allowed signers.
func (k touched) PublicKey() ssh.PublicKey { return k.public }

// Sign signs application, flags, counter and message.
func (k touched) Sign(random io.Reader, data []byte) (*ssh.Signature, error) {
	application, message := sha256.Sum256([]byte("ssh:")), sha256.Sum256(data)
	tail := binary.BigEndian.AppendUint32([]byte{k.flags}, 7)
	blob := slices.Concat(application[:], tail, message[:])
	s := &ssh.Signature{Format: k.public.Type(), Rest: tail}
	if private, is := k.private.(*ecdsa.PrivateKey); is {
		digest := sha256.Sum256(blob)
		r, sum, err := ecdsa.Sign(random, private, digest[:])
		s.Blob = ssh.Marshal(struct{ R, S *big.Int }{r, sum})
		return s, err
	}
	var err error
	s.Blob, err = k.private.Sign(random, blob, crypto.Hash(0))
	return s, err
}

// everyKey is a key of each type that is taken.
func everyKey(t testing.TB) map[string]ssh.Signer {
	t.Helper()
	all := make(map[string]ssh.Signer)
	add := func(private crypto.Signer, err error) {
		signer, _ := of(t, private, err, "somebody")
		all[signer.PublicKey().Type()] = signer
	}
	_, ed, err := ed25519.GenerateKey(rand.Reader)
	add(ed, err)
	for _, curve := range []elliptic.Curve{elliptic.P256(), elliptic.P384(), elliptic.P521()} {
		private, err := ecdsa.GenerateKey(curve, rand.Reader)
		add(private, err)
	}
	private, err := rsa.GenerateKey(rand.Reader, leastRSA)
	add(private, err)
	all[ssh.KeyAlgoSKED25519] = securityKey(t, ed, 1)
	all[ssh.KeyAlgoSKECDSA256] = securityKey(t, must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))(t), 1|4)
	return all
}
