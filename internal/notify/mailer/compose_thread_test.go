package mailer

import (
	"bytes"
	"fmt"
	"net/mail"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// TestFollowUpsAreThreaded is of F47: a letter names those before it, as the fields of RFC
// 5322 §3.6.4 have it, so that readers' programs show it under the one that it corrects.
func TestFollowUpsAreThreaded(t *testing.T) {
	var ids []string
	for i := range 30 {
		ids = append(ids, fmt.Sprintf("%032x@example.com", i))
	}
	for _, c := range []struct {
		name    string
		earlier []string
		names   []string
	}{
		{"a first notice", nil, nil},
		{"one before it", ids[:1], ids[:1]},
		{"as many as are named", ids[:11], ids[:11]},
		{"more: the first, and the last ten", ids, append([]string{ids[0]}, ids[20:]...)},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := aLetter
			l.Earlier = c.earlier
			composed := compose(t, sender, l)
			m, err := mail.ReadMessage(bytes.NewReader(composed))
			if err != nil {
				t.Fatal(err)
			}
			var to []string
			if len(c.names) > 0 {
				to = c.names[len(c.names)-1:]
			}
			check := func(by string, replyTo, references string) {
				if got := unbracketed(t, replyTo); !slices.Equal(got, to) {
					t.Errorf("%s: In-Reply-To %q, want %q", by, got, to)
				}
				if got := unbracketed(t, references); !slices.Equal(got, c.names) {
					t.Errorf("%s: References %q, want %q", by, got, c.names)
				}
			}
			check("net/mail", m.Header.Get("In-Reply-To"), m.Header.Get("References"))
			head, _, _ := bytes.Cut(composed, []byte("\r\n\r\n"))
			for line := range bytes.Lines(head) {
				if len(bytes.TrimRight(line, "\r\n")) > 78 {
					t.Errorf("a line of %d characters (RFC 5322 §2.1.1): %q", len(line), line)
				}
			}
			replyTo, references, _ := strings.Cut(readByPython(t, composed), "|")
			check("Python", replyTo, references)
		})
	}
	l := aLetter
	l.Earlier = ids
	if compose(t, sender, l); !slices.Equal(l.Earlier[:12], ids[:12]) {
		t.Error("the list of the letter itself was changed")
	}
}

// unbracketed is the Message-IDs of a field.
func unbracketed(t *testing.T, field string) (ids []string) {
	t.Helper()
	for _, id := range strings.Fields(field) {
		if !strings.HasPrefix(id, "<") || !strings.HasSuffix(id, ">") {
			t.Errorf("%q is no Message-ID", id)
		}
		ids = append(ids, id[1:len(id)-1])
	}
	return ids
}

// readByPython is the two fields as Python's email has them, in its strict mode.
func readByPython(t *testing.T, composed []byte) string {
	t.Helper()
	python, err := exec.LookPath("python3")
	switch {
	case err != nil && os.Getenv("CI") == "true":
		t.Fatal("no python3: .ci/prepare installs it:", err) // in CI nothing is left out
	case err != nil:
		t.Skip("SKIPPED, NOT CHECKED by another program: no python3:", err)
	}
	const script = `import sys, email, email.policy
m = email.message_from_bytes(sys.stdin.buffer.read(), policy=email.policy.strict)
print(str(m["in-reply-to"] or "") + "|" + str(m["references"] or ""), end="")`
	c := exec.Command(python, "-I", "-c", script)
	c.Stdin = bytes.NewReader(composed)
	out, err := c.Output()
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}
