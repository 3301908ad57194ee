package approval

import (
	"bytes"
	"context"
	"crypto"
	"encoding/pem"
	"errors"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"

	"tocsin/internal/notify"
)

// keygen runs OpenSSH's ssh-keygen, with a text as its input.
func keygen(t *testing.T, input string, args ...string) (string, error) {
	t.Helper()
	ctx, stop := context.WithTimeout(t.Context(), 5*time.Minute) // a question to nobody would hang
	defer stop()
	cmd := exec.CommandContext(ctx, "ssh-keygen", args...)
	cmd.Stdin = strings.NewReader(input)
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// openSSHKey makes a key with ssh-keygen, and returns its file and its public line.
func openSSHKey(t *testing.T, args ...string) (file, public string) {
	t.Helper()
	file = filepath.Join(t.TempDir(), "key")
	if out, err := keygen(t, "", slices.Concat([]string{"-q", "-N", "", "-C", "sample", "-f", file}, args)...); err != nil {
		t.Fatalf("ssh-keygen: %v: %s", err, out)
	}
	data, err := os.ReadFile(file + ".pub")
	if err != nil {
		t.Fatal(err)
	}
	return file, string(data)
}

// TestOpenSSHAgrees signs statements with ssh-keygen and verifies them here, and has
// ssh-keygen verify what was signed here, by the same file of allowed signers.
func TestOpenSSHAgrees(t *testing.T) {
	for _, kind := range [][]string{{"-t", "ed25519"}, {"-t", "rsa", "-b", "2048"}, {"-t", "rsa", "-b", "4096"}, {"-t", "ecdsa", "-b", "256"}, {"-t", "ecdsa", "-b", "384"}, {"-t", "ecdsa", "-b", "521"}} {
		t.Run(strings.Join(kind[1:], " "), func(t *testing.T) {
			file, public := openSSHKey(t, kind...)
			lines := "alice@example.com namespaces=\"tocsin-plan\",valid-after=\"20260101Z\" " + public
			c := caseWith(t, Terms{Required: 1}, lines)
			text := c.statement(notify.Approving).Text()

			theirs, err := Keygen{Stderr: os.Stderr}.Sign(t.Context(), Key{File: file}, text)
			if err != nil {
				t.Fatal(err)
			}
			a, err := c.Taken(c.statement(notify.Approving), theirs, later)
			if err != nil || a.Principal != "alice@example.com" {
				t.Fatalf("%+v, %v", a, err)
			}
			if shown, err := keygen(t, "", "-l", "-f", file+".pub"); err != nil || !strings.Contains(shown, a.Fingerprint) {
				t.Errorf("ssh-keygen -l says %q, and not %s: %v", shown, a.Fingerprint, err)
			}

			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			private := must(ssh.ParseRawPrivateKey(data))(t)
			if pointer, is := private.(interface{ Public() crypto.PublicKey }); is {
				signer := must(ssh.NewSignerFromSigner(pointer.(crypto.Signer)))(t)
				theySayOurs(t, lines, text, sign(t, signer, text))
			} else {
				t.Fatalf("%T signs nothing", private)
			}
			theySayOurs(t, lines, text, theirs)
		})
	}
}

// theySayOurs has ssh-keygen verify a signature.
func theySayOurs(t *testing.T, signers string, text, signature []byte) {
	t.Helper()
	folder := t.TempDir()
	for name, data := range map[string][]byte{"signers": []byte(signers), "text.sig": Armored(signature)} {
		if err := os.WriteFile(filepath.Join(folder, name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	verify := []string{"-Y", "verify", "-f", filepath.Join(folder, "signers"), "-I", "alice@example.com", "-n", Namespace, "-s", filepath.Join(folder, "text.sig"), "-O", "verify-time=202605041200Z"}
	if out, err := keygen(t, string(text), verify...); err != nil {
		t.Errorf("ssh-keygen -Y verify: %v: %s", err, out)
	}
	if out, err := keygen(t, string(text)+" ", verify...); err == nil {
		t.Errorf("ssh-keygen takes it for another text too: %s", out)
	}
}

// What OpenSSH refuses in a file of allowed signers is refused here; what it takes and we
// do not is what Parse says it is.
func TestSignersAsOpenSSHReadsThem(t *testing.T) {
	file, public := openSSHKey(t, "-t", "ed25519")
	text := []byte("text")
	signature, err := Keygen{Stderr: os.Stderr}.Sign(t.Context(), Key{File: file}, text)
	if err != nil {
		t.Fatal(err)
	}
	armored := filepath.Join(t.TempDir(), "sig")
	if err := os.WriteFile(armored, Armored(signature), 0o600); err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)
	for _, before := range []string{
		"alice ", "bob,alice ", "* ", `"alice" `, "\talice\t", "al?ce,!bob ",
		`alice namespaces="tocsin-plan" `, `alice namespaces="git" `, `alice namespaces="tocsin-*,git" `, `alice namespaces="*,!tocsin-plan" `, `alice Namespaces="tocsin-plan" `,
		`alice valid-before="20260504120000Z" `, `alice valid-before="20260504115959Z" `, `alice valid-after="20260504120000Z" `, `alice valid-after="20260504120001Z" `,
		`alice valid-after="20260101Z",valid-before="20270101Z",namespaces="tocsin-plan" `, `alice valid-after="20270101Z",valid-before="20260101Z" `,
		`alice namespaces=tocsin-plan `, `alice namespaces="a",namespaces="tocsin-plan" `, `alice no-such-option `, `alice namespaces="tocsin-plan", `, "# alice ", "alice ssh-ed25519 ",
	} {
		name := filepath.Join(t.TempDir(), "signers")
		if err := os.WriteFile(name, []byte(before+public), 0o600); err != nil {
			t.Fatal(err)
		}
		out, theirs := keygen(t, string(text), "-Y", "verify", "-f", name, "-I", "alice", "-n", Namespace, "-s", armored, "-O", "verify-time=20260504120000Z")
		signers, ours := ParseSigners([]byte(before + public))
		if ours == nil {
			fingerprint := must(Verified(text, signature))(t)
			_, ours = signers.Find(fingerprint, at)
		}
		if (theirs == nil) != (ours == nil) {
			t.Errorf("%q: OpenSSH says %q (%v), and we say %v", before, out, theirs, ours)
		}
	}
}

// TestAgent signs with a key that only an agent holds, and one in whose file the passphrase
// stands between.
func TestAgent(t *testing.T) {
	folder := t.TempDir()
	socket := filepath.Join(folder, "s")
	agent := exec.Command("ssh-agent", "-D", "-a", socket)
	if err := agent.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = agent.Process.Kill()
		_ = agent.Wait() // it was killed
	})
	t.Setenv("SSH_AUTH_SOCK", socket)
	file, public := openSSHKey(t, "-t", "ed25519")
	answers(t, socket)
	if keys := AgentKeys(t.Context()); len(keys) != 0 {
		t.Errorf("an empty agent holds %q", keys)
	}
	if out, err := exec.CommandContext(t.Context(), "ssh-add", "-q", file).CombinedOutput(); err != nil {
		t.Fatalf("ssh-add: %v: %s", err, out)
	}
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	keys := AgentKeys(t.Context())
	if len(keys) != 1 || keys[0] != strings.TrimSpace(public) {
		t.Fatalf("the agent holds %q", keys)
	}
	c := caseWith(t, Terms{Required: 1}, "alice "+public)
	for _, key := range []Key{{Public: keys[0]}, {File: file + ".pub"}} {
		signature, err := Keygen{Stderr: os.Stderr}.Sign(t.Context(), key, c.statement(notify.Approving).Text())
		if err != nil {
			t.Fatalf("%s: %v", key, err)
		}
		if _, err := c.Taken(c.statement(notify.Approving), signature, later); err != nil {
			t.Errorf("%s: %v", key, err)
		}
	}
}

// answers waits until somebody listens at a socket, which has its name a moment earlier.
func answers(t *testing.T, socket string) {
	t.Helper()
	for range 6000 {
		if c, err := net.Dial("unix", socket); err == nil {
			_ = c.Close()
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Fatal("ssh-agent does not listen")
}

// What is not there says so, and an interruption is one.
func TestSignFails(t *testing.T) {
	said := new(bytes.Buffer)
	if _, err := (Keygen{Stderr: said}).Sign(t.Context(), Key{File: filepath.Join(t.TempDir(), "none")}, []byte("text")); err == nil || said.Len() == 0 {
		t.Errorf("no key: %v, %q", err, said)
	}
	file, _ := openSSHKey(t, "-t", "ed25519")
	stopped, stop := context.WithCancel(t.Context())
	stop()
	if _, err := (Keygen{}).Sign(stopped, Key{File: file}, []byte("text")); !errors.Is(err, context.Canceled) {
		t.Errorf("an interruption is %v", err)
	}
	t.Setenv("PATH", t.TempDir())
	if _, err := (Keygen{}).Sign(t.Context(), Key{File: file}, []byte("text")); !errors.Is(err, ErrNoKeygen) {
		t.Errorf("without OpenSSH: %v", err)
	}
}

// Only the lines of one signature are one.
func TestUnarmored(t *testing.T) {
	whole := Armored([]byte("anything"))
	if got, err := Unarmored(append([]byte("\n "), whole...)); err != nil || string(got) != "anything" {
		t.Errorf("%q, %v", got, err)
	}
	for name, text := range map[string][]byte{
		"nothing": nil, "another kind": pem.EncodeToMemory(&pem.Block{Type: "SSH PRIVATE KEY", Bytes: []byte("a")}),
		"two": slices.Concat(whole, whole), "something before": append([]byte("see:\n"), whole...), "cut": whole[:len(whole)-10],
		"headers": pem.EncodeToMemory(&pem.Block{Type: "SSH SIGNATURE", Bytes: []byte("a"), Headers: map[string]string{"a": "b"}}),
		"endless": bytes.Repeat([]byte("a"), 1<<20),
	} {
		if _, err := Unarmored(text); err == nil {
			t.Errorf("%s is a signature", name)
		}
	}
}
