package cli

import (
	"testing"

	"tocsin/internal/notify/smtptest"
)

// TestConfirmedAndCameBack: a letter that the relay's log confirmed was taken, though no answer said
// so, and where it came back the bulletin stops counting it.
func TestConfirmedAndCameBack(t *testing.T) {
	t.Parallel()
	server := smtptest.Start(t, smtptest.Options{Script: dropping(1), Keep: true})
	s, _ := toTell(t, 2, server)
	s.delivers(exitIncomplete, "09:01:00", 1)
	server.Settled()
	text := logAt(at0900.AddDate(0, 0, 28), server.Accepted(), func(int) string { return "sent" })
	s.has(s.says(exitDone, text, on("10:00:00", "settle TS-2026-002/1 --by A --log -")), "1  confirmed")
	const publish = "status TS-2026-002 --publish --yes TS-2026-002"
	s.wants(exitDone, on("10:02:00", publish), "letters to 2 tailnets")
	s.bounces(exitIncomplete, "10:03:00", 1, 0)
	s.bounces(exitIncomplete, "10:03:00", 1, 1)
	s.wants(exitDone, on("10:04:00", publish), "notified goes from 2 to 0: letters came back", "every letter that a server accepted came back")
	s.lacks(s.read(noticeFile), "notified:")
}
