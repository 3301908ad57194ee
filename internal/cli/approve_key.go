package cli

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"tocsin/internal/notify"
	"tocsin/internal/notify/approval"
	"tocsin/internal/source"
)

// keyFor is the key to sign with: the one that was named, else the one of the user's keys
// that would add something to who has signed already.
func keyFor(ctx context.Context, t approval.Tally, role notify.Role, named string, now time.Time) (approval.Key, error) {
	if named != "" {
		return approval.Key{File: named}, nil
	}
	keys := ownKeys(ctx)
	var useful, known []approval.Key
	var why string
	for _, key := range keys {
		signer, err := t.Case.Signers.Find(key.Fingerprint, now)
		if err != nil {
			continue
		}
		known = append(known, key)
		if err := t.Admit(notify.Approval{Role: role, Fingerprint: key.Fingerprint, Principal: signer.Principal}); err != nil {
			why = err.Error()
			continue
		}
		useful = append(useful, key)
	}
	const elsewhere = "tocsin approve %s --key FILE signs with another; --request FILE is for somebody else"
	next := fmt.Sprintf(elsewhere, t.Case.Plan.ID)
	switch {
	case len(useful) == 1:
		return useful[0], nil
	case len(useful) > 1:
		return useful[0], refuse(next, "several of your keys may sign: %s", shown(useful))
	case len(known) > 0:
		return approval.Key{}, refuse(next, "none of your keys adds an approval: %s", why)
	}
	return approval.Key{}, refuse(next, "none of your keys, in the agent (ssh-add -L) or under ~/.ssh, may sign plans: %s names other keys, or they count no more", "the file of allowed signers")
}

func shown(keys []approval.Key) string {
	var names []string
	for _, key := range keys {
		names = append(names, key.String())
	}
	return source.Visible(strings.Join(names, ", "))
}

// ownKeys lists the user's public keys: those of the agent, then those beside their private
// halves. Each is there once.
func ownKeys(ctx context.Context) (keys []approval.Key) {
	add := func(key approval.Key, line string) {
		fingerprint, err := approval.Fingerprint(line)
		if err == nil && !slices.ContainsFunc(keys, func(k approval.Key) bool { return k.Fingerprint == fingerprint }) {
			key.Fingerprint = fingerprint
			keys = append(keys, key)
		}
	}
	for _, line := range approval.AgentKeys(ctx) {
		add(approval.Key{Public: line}, line)
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return keys
	}
	files, _ := filepath.Glob(filepath.Join(home, ".ssh", "*.pub")) // the pattern is well-formed
	for _, file := range files {
		if data, err := os.ReadFile(file); err == nil && bytes.Count(data, []byte("\n")) <= 1 {
			add(approval.Key{File: file}, string(data))
		}
	}
	return keys
}
