package cli

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"tocsin/internal/notify"
	"tocsin/templates"
)

// TestLettersThatCannotBe: a plan that is refused for one letter says whose it is and what
// to type next; a fault in a template is the template's, whosever letter met it.
func TestLettersThatCannotBe(t *testing.T) {
	letter := &notify.LetterError{Bulletin: "TS-2026-004", Tailnet: "acme", Err: errors.New("it holds what is another's")}
	page := &notify.LetterError{Bulletin: "TS-2026-004", Tailnet: "acme", Err: templates.Fault("mail/letter.txt", errors.New("no such field"))}
	spiked := &notify.LetterError{Bulletin: "TS-2026-004", Tailnet: "a; reboot", Err: errors.New("it holds what is another's")}
	large := &notify.LetterError{Bulletin: "TS-2026-004", Tailnet: "acme", Err: &notify.SizeError{Octets: 10_000_001}}
	for _, c := range []struct {
		err    error
		status int
		what   string
		next   string
	}{
		{letter, exitRefused, `letter of tailnet "acme": it holds what is another's`, "next: tocsin explain TS-2026-004 --tailnet acme"},
		{spiked, exitRefused, `letter of tailnet "a; reboot"`, "next: tocsin explain TS-2026-004 --tailnet 'a; reboot' shows"}, // it is typed into a shell
		{large, exitRefused, `letter of tailnet "acme": it has 10000001 octets without any list of nodes, and mail servers take 10000000`, "next: shorten what the bulletin"},
		{page, exitProblems, "letter.txt", "next: mend the file in templates/"},
	} {
		var out bytes.Buffer
		p := &program{World: World{Stderr: &out}, dir: "."}
		if got := p.fail(fmt.Errorf("planning: %w", c.err)); got != c.status || !strings.Contains(out.String(), c.what) || !strings.Contains(out.String(), c.next) {
			t.Errorf("exit status %d, want %d\n%s", got, c.status, out.String())
		}
	}
}
