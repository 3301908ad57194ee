package approval

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// patience is how long a person may take to find a key, type its passphrase or touch it.
const patience = 3 * time.Minute

// lastWords is how long what a program said may take to be read after its end: on a machine that
// is short of everything, longer than one would think; and a good signature must not be lost.
const lastWords = 20 * time.Second

// Keygen runs OpenSSH's programs, so that keys in files, in agents and in hardware sign as
// they always do. No secret passes through this program: ssh-keygen asks for passphrases.
type Keygen struct {
	Stdin  io.Reader // a terminal, for passphrases
	Stderr io.Writer // where ssh-keygen asks and complains
}

// ErrNoKeygen says that OpenSSH is not installed.
var ErrNoKeygen = errors.New("ssh-keygen is not installed (it is part of OpenSSH)")

// Key is what to sign with: a file, or a public key whose private half an agent holds.
type Key struct {
	File        string // of a private key, or of a public one that an agent or a file beside it completes
	Public      string // type, key, comment; where there is no file
	Fingerprint string // where it is known
}

// String names the key to a person.
func (k Key) String() string {
	if k.File != "" {
		return k.File
	}
	return k.Public[strings.LastIndexByte(k.Public, ' ')+1:] + " in the agent (" + k.Fingerprint + ")"
}

// Sign signs a text in our namespace. It returns the signature without its armour.
func (k Keygen) Sign(ctx context.Context, key Key, text []byte) (signature []byte, err error) {
	folder, err := os.MkdirTemp("", "tocsin-approve-")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	statement := filepath.Join(folder, "statement")
	if err := os.WriteFile(statement, text, 0o600); err != nil {
		return nil, err
	}
	file := key.File
	if file == "" {
		file = filepath.Join(folder, "key.pub")
		if err := os.WriteFile(file, []byte(key.Public+"\n"), 0o600); err != nil {
			return nil, err
		}
	}
	if err := k.run(ctx, io.Discard, "ssh-keygen", "-q", "-Y", "sign", "-n", Namespace, "-f", file, statement); err != nil {
		return nil, err
	}
	armored, err := os.ReadFile(statement + ".sig")
	if err != nil {
		return nil, err
	}
	return Unarmored(armored)
}

// AgentKeys lists the public keys of the agent, one a line; none where there is no agent
// or where it holds none.
func AgentKeys(ctx context.Context) []string {
	var out strings.Builder
	if err := (Keygen{}).run(ctx, &out, "ssh-add", "-L"); err != nil {
		return nil
	}
	return strings.Split(strings.TrimSpace(out.String()), "\n")
}

// Fingerprint is that of a public key as a file or an agent shows it: type, key, comment.
func Fingerprint(line string) (string, error) { return parseKey(line) }

func (k Keygen) run(ctx context.Context, out io.Writer, program string, args ...string) error {
	path, err := exec.LookPath(program)
	if err != nil {
		return ErrNoKeygen
	}
	bounded, stop := context.WithTimeout(ctx, patience)
	defer stop()
	cmd := exec.CommandContext(bounded, path, args...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = k.Stdin, out, k.Stderr
	cmd.WaitDelay = lastWords
	err = cmd.Run()
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case bounded.Err() != nil:
		return fmt.Errorf("%s has not ended within %s", program, patience)
	case err != nil:
		return fmt.Errorf("%s: %w", program, err)
	}
	return nil
}
