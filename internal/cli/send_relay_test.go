package cli

import (
	"strings"
	"testing"

	"tocsin/internal/notify"
	"tocsin/internal/notify/ledger"
)

// A plan whose letters go to a relay is no mailbox: nothing is opened for it.
func TestNoMailboxForARelay(t *testing.T) {
	s := &site{}
	_, err := s.mailbox(ledger.Stored{Plan: notify.Plan{Transport: "smtps://relay.example.com:465"}}, ledger.Account{})
	if err == nil || !strings.Contains(err.Error(), "smtps://relay.example.com:465") {
		t.Error(err)
	}
}
