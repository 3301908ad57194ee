package cli

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tocsin/internal/notify/smtptest"
)

// TestCredentialsThatVanish: where the file with them cannot be used any more, once a run has begun, one
// that a timer calls says what is to be done about the file, and not that the relay is waited for.
func TestCredentialsThatVanish(t *testing.T) {
	t.Parallel()
	const good = "user: example\npassword: hunter22\n"
	const once = now + "send TS-2026-002/1 --live --once"
	const alone = once + " --no-self"
	nonsense := func(path string) error { return os.WriteFile(path, []byte("nonsense\n"), 0o600) }
	loosen := func(path string) error { return os.Chmod(path, 0o644) }
	for name, c := range map[string]struct {
		command string
		spoil   func(path string) error
		said    []string
	}{
		"removed":                {alone, os.Remove, []string{"no letter goes any more: secrets/relay is missing", "next: write it: a line user: NAME and a line password: WORDS, mode 0600"}},
		"removed before our own": {once, os.Remove, []string{"the letter to ourselves did not go, and no other: secrets/relay is missing", "next: write it"}},
		"damaged":                {alone, nonsense, []string{"secrets/relay: line 1 is not one of", "next: mend it"}},
		"open to others":         {alone, loosen, []string{"is open to others", "next: chmod 600 "}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := relayed(t, smtptest.Start(t, smtptest.Options{User: "example", Secret: "hunter22"}), "  credentials_file: secrets/relay\n")
			path := filepath.Join(s.site, "secrets", "relay")
			s.put("secrets/relay", good)
			if err := os.Chmod(path, 0o600); err != nil {
				t.Fatal(err)
			}
			w := world()
			var said bytes.Buffer
			w.Stdout, w.Stderr, w.Now = &said, &said, time.Now
			w.Stdin = io.MultiReader(doing(func() {
				if err := c.spoil(path); err != nil {
					t.Error(err)
				}
			}), strings.NewReader("TS-2026-002/1\n"))
			if got := Run(context.Background(), w, append([]string{"-C", s.site}, strings.Fields(c.command)...)); got != exitRefused {
				t.Errorf("exit status %d", got)
			}
			s.has(said.String(), append(c.said, ", then tocsin -C "+s.site+" send TS-2026-002/1 --live")...)
			s.lacks(said.String(), "once it does", "the connection to the relay was lost")
		})
	}
}
