package mailcheck

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tocsin/internal/notify"
	"tocsin/internal/notify/evidence"
)

// returnPaths are those of the test's letters.
var returnPaths = evidence.ReturnPath{Key: []byte(strings.Repeat("k", 32)), Base: "bounces@example.com"}

var evidencePlan = notify.PlanID{Bulletin: "TS-2026-101", Number: 1}

// TestRelayTells is F33 and F35 with a real Postfix: its own log and its own bounces say what
// became of letters that arrived, bounced, wait, were refused, were cut off before the dot,
// and were never sent.
func TestRelayTells(t *testing.T) {
	mx := startPostfix(t, findPrograms(t))
	fates := []struct {
		to   string
		send func(*testing.T, postfix, evidence.Letter, string)
		want evidence.Fate
		code evidence.Code
	}{
		{"jo@arrived.example", handOver, evidence.Onward, "2.0.0"},
		{"jo@bounced.example", handOver, evidence.Returned, "5.1.1"},
		{"jo@deferred.example", handOver, evidence.Queued, "4.4.1"},
		{"jo@refused.example", beRefused, evidence.Refused, "5.7.1"},
		{"jo@cut.example", cutOff, evidence.Begun, ""},
		{"jo@never.example", func(*testing.T, postfix, evidence.Letter, string) {}, evidence.Unseen, ""},
	}
	letters := make([]evidence.Letter, len(fates))
	for i, f := range fates {
		path, err := returnPaths.Make(evidencePlan, i+1)
		if err != nil {
			t.Fatal(err)
		}
		letters[i] = evidence.Letter{MessageID: fmt.Sprintf("%032x@example.com", i), ReturnPath: string(path)}
		f.send(t, mx, letters[i], f.to)
	}
	bounce := mx.awaitBounce(t)
	after := time.Now()
	handOver(t, mx, evidence.Letter{MessageID: "last@example.com", ReturnPath: "bounces@example.com"}, "jo@arrived.example") // the log goes on

	var wrong []string
	if !within(patience, func() bool { // what writes its log may be behind what delivers
		wrong = nil
		l := evidence.NewLog(letters, evidence.LogOptions{Zone: time.Local, Until: after})
		if err := l.ReadFiles([]string{filepath.Join(mx.folder, "log", "mail.log")}); err != nil {
			t.Fatal(err)
		}
		first, last := l.Span()
		for i, f := range fates {
			got := l.Of(letters[i].MessageID, first, first, last)
			if got.Fate != f.want || got.Code != f.code || strings.Contains(got.Said, "@") {
				wrong = append(wrong, fmt.Sprintf("to %s: %+v, want %s %s", f.to, got, f.want, f.code))
			}
			if got := l.Of(letters[i].MessageID, first.AddDate(0, 0, -1), first.AddDate(0, 0, -1), last); f.want == evidence.Unseen && got.Fate != evidence.Unknown {
				wrong = append(wrong, fmt.Sprintf("to %s, since yesterday: %s", f.to, got.Fate))
			}
		}
		return len(wrong) == 0
	}) {
		t.Errorf("%s\nthe log:\n%s", strings.Join(wrong, "\n"), mx.log())
	}
	if bounce.Kind != evidence.Status || bounce.Action() != evidence.Failed || bounce.Recipients[0].Code != "5.1.1" ||
		!bounce.Known || bounce.Letter.Row != 2 || !returnPaths.Of(bounce.Letter, evidencePlan) || bounce.Hint != letters[1].MessageID {
		t.Errorf("its bounce is read as %+v", bounce)
	}
}

// handOver gives Postfix a letter whole.
func handOver(t *testing.T, mx postfix, l evidence.Letter, to string) {
	t.Helper()
	s := mx.begin(t, l, to, 250)
	s.want(t, 354, "DATA")
	s.want(t, 250, "%s\r\nHello.\r\n.", header(l, to))
	s.want(t, 221, "QUIT")
}

// beRefused names a recipient that Postfix does not take.
func beRefused(t *testing.T, mx postfix, l evidence.Letter, to string) {
	t.Helper()
	s := mx.begin(t, l, to, 554)
	s.want(t, 221, "QUIT")
}

// cutOff hangs up in mid-letter.
func cutOff(t *testing.T, mx postfix, l evidence.Letter, to string) {
	t.Helper()
	s := mx.begin(t, l, to, 250)
	s.want(t, 354, "DATA")
	if err := s.PrintfLine("%s\r\n%s", header(l, to), strings.Repeat("A line.\r\n", 1000)); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

func (mx postfix) begin(t *testing.T, l evidence.Letter, to string, code int) session {
	t.Helper()
	s := mx.call(t)
	s.want(t, 250, "MAIL FROM:<%s>", l.ReturnPath)
	s.want(t, code, "RCPT TO:<%s>", to)
	return s
}

func header(l evidence.Letter, to string) string {
	return fmt.Sprintf("From: security@example.com\r\nTo: %s\r\nSubject: Hello\r\nDate: Mon, 04 May 2026 09:00:00 +0000\r\nMessage-ID: <%s>\r\n", to, l.MessageID)
}

// awaitBounce waits for the one message in the mailbox that a letter's return path got.
func (mx postfix) awaitBounce(t *testing.T) evidence.Report {
	t.Helper()
	reader := evidence.Reader{Path: returnPaths, Limits: evidence.Usual()}
	box := filepath.Join(mx.folder, "mail", "box")
	var found *evidence.Report
	if !within(patience, func() bool {
		err := reader.Folder(box, func(r evidence.Report) error {
			if r.Kind == evidence.Status {
				found = &r
			}
			return nil
		})
		if found == nil && err != nil && !os.IsNotExist(err) && !strings.Contains(err.Error(), "is not a Maildir") {
			t.Fatal(err)
		}
		return found != nil
	}) {
		t.Fatalf("no bounce came; Postfix says:\n%s", mx.log())
	}
	return *found
}
