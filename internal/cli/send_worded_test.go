package cli

import (
	"errors"
	"strings"
	"testing"

	"tocsin/internal/notify"
	"tocsin/internal/notify/ledger"
	"tocsin/internal/notify/mailer"
	"tocsin/internal/notify/send"
)

// Where a relay refuses us something is to be mended, and no letter has been touched; where it only
// takes none for now neither is said: letters may have been put off, or gone, before.
func TestRelayThatTakesNothing(t *testing.T) {
	plan := ledger.Stored{Plan: notify.Plan{ID: notify.PlanID{Bulletin: "TS-2026-002", Number: 1}}}
	for why, next := range map[error]string{
		&mailer.ReplyError{Phase: mailer.Mail, Reply: mailer.Reply{Code: 550}}: "mend that, then tocsin send TS-2026-002/1 --live: every letter is as it was",
		errors.New("a certificate that is not its own"):                        "mend that, then tocsin send TS-2026-002/1 --live: every letter is as it was",
		&mailer.ReplyError{Phase: mailer.Mail, Reply: mailer.Reply{Code: 450}}: "tocsin send TS-2026-002/1 --live again, once it does: what it has taken does not go again",
		&mailer.ReplyError{Phase: mailer.Dot, Reply: mailer.Reply{Code: 451}}:  "tocsin send TS-2026-002/1 --live again, once it does: what it has taken does not go again",
		&mailer.ConnError{Phase: mailer.Connecting, Err: errors.New("nobody")}: "tocsin send TS-2026-002/1 --live again, once it does: what it has taken does not go again",
	} {
		said := new(refusal)
		if err := wordedRelay(&send.RelayError{Err: why}, plan); !errors.As(err, &said) || said.next != next || !strings.Contains(said.Error(), "takes no letters") {
			t.Errorf("%v: %v, next %q", why, err, said.next)
		}
	}
}
