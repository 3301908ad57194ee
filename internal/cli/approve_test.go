package cli

import (
	"strings"
	"testing"

	"tocsin/internal/content"
	"tocsin/internal/notify"
	"tocsin/internal/notify/approval"
	"tocsin/internal/notify/mailer"
)

// Two people approve letters that leave this machine, and nobody a rehearsal, where the
// settings say nothing. What they say counts for both.
func TestTermsByTransport(t *testing.T) {
	relay, err := mailer.ParseTransport("smtp://relay.example.com:587")
	if err != nil {
		t.Fatal(err)
	}
	rehearsal := mailer.IntoMaildir("var/outbox")
	for _, c := range []struct {
		settings  content.Approvals
		transport mailer.Transport
		required  int
		missing   bool // the file of allowed signers is
	}{
		{content.Approvals{}, rehearsal, 0, false},
		{content.Approvals{ExcludePlanner: true, AllowedSigners: "none"}, rehearsal, 0, false},
		{content.Approvals{}, relay, approval.Default, true},
		{content.Approvals{Stated: true}, relay, 0, false},
		{content.Approvals{Stated: true, Required: 1, AllowedSigners: "none"}, rehearsal, 1, true},
	} {
		s := &site{dir: t.TempDir(), config: content.Config{Approvals: c.settings}}
		terms, _, err := s.terms(c.transport)
		if terms.Required != c.required || (err != nil) != c.missing || (terms.Digest() == "") != (c.required == 0) {
			t.Errorf("%+v to %s: %+v, %v", c.settings, c.transport, terms, err)
		}
	}
}

// TestWaitForTheGlass: what is to be typed once a broken glass counts can be typed as it is said.
func TestWaitForTheGlass(t *testing.T) {
	for transport, command := range map[string]string{
		"maildir:var/outbox":           "then tocsin send TS-2026-002/1; ",
		"smtp://relay.example.com:587": "then tocsin send TS-2026-002/1 --live; ",
	} {
		tally := approval.Tally{Glass: &notify.Approval{}}
		tally.Case.Plan = notify.Plan{ID: notify.PlanID{Bulletin: "TS-2026-002", Number: 1}, Transport: transport}
		if got := nextApproval(tally); !strings.Contains(got, command) {
			t.Errorf("to %s: %s", transport, got)
		}
	}
}
