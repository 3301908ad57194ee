package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"tocsin/internal/notify/smtptest"
)

// relays are the mail servers of the sessions, one each.
type relays struct {
	testing.TB
	sync.Mutex
	of map[string]*smtptest.Server // by the session's folder
}

// withRelay is set in sessions that have a relay: what hangs on the day there needs --now.
const withRelay = "WITH_RELAY"

// relay [NTH…] starts a relay for the session, which takes the letters that come nth, from
// 0, without a word. The settings then lead there, want no approvals, and have return paths.
func (r *relays) relay(ts *testscript.TestScript, _ bool, args []string) {
	var mute []int
	for _, arg := range args {
		n, err := strconv.Atoi(arg)
		ts.Check(err)
		mute = append(mute, n)
	}
	server := smtptest.Start(r.TB, smtptest.Options{Keep: true, Script: func(m smtptest.Moment, n int) smtptest.Action {
		if m == smtptest.Taken && slices.Contains(mute, n-1) { // the first is to the site itself
			return smtptest.Drop
		}
		return nil
	}})
	ts.Setenv(withRelay, "yes")
	r.Lock()
	r.of[ts.Getenv("WORK")] = server
	r.Unlock()
	settings := ts.ReadFile("tocsin.yaml")
	settings = strings.NewReplacer("  transport: maildir:var/outbox\n", fmt.Sprintf("  bounces: bounces@example.com\n  transport: smtp://127.0.0.1:%d\n", server.Port()),
		"\nledger:", "\napprovals: {required: 0}\nledger:").Replace(settings)
	ts.Check(os.WriteFile(ts.MkAbs("tocsin.yaml"), []byte(settings), 0o600))
}

// letters are those that the session's relay has taken, but for the one to the site itself.
func (r *relays) letters(ts *testscript.TestScript) []smtptest.Transaction {
	r.Lock()
	defer r.Unlock()
	server := r.of[ts.Getenv("WORK")]
	server.Idle(r.TB)
	return slices.DeleteFunc(server.Accepted(), func(l smtptest.Transaction) bool { return l.To[0] == "security@example.com" })
}

// returnPath is that of the letters which the samples of reports are about.
var returnPath = regexp.MustCompile(`bounces\+[a-z2-7]{32}@example\.com`)

// report SAMPLE NTH FILE writes a report in the shape of a server's, on the letter that came
// nth, from 0.
func (r *relays) report(ts *testscript.TestScript, _ bool, args []string) {
	text, err := os.ReadFile(filepath.Join(evidenceSamples, filepath.FromSlash(args[0])+".eml"))
	ts.Check(err)
	n, err := strconv.Atoi(args[1])
	ts.Check(err)
	text = returnPath.ReplaceAll(text, []byte(r.letters(ts)[n].From))
	ts.Check(os.WriteFile(ts.MkAbs(args[2]), text, 0o600))
}

// evidenceSamples are reports and other messages that came back, of servers of many kinds.
var evidenceSamples = func() string {
	path, err := filepath.Abs("../../internal/notify/evidence/testdata")
	if err != nil {
		return err.Error()
	}
	return path
}()

// maillog FILE [NTH…] writes the log of a Postfix that took every letter but those that came
// nth, around nine o'clock on 5 May 2026.
func (r *relays) maillog(ts *testscript.TestScript, _ bool, args []string) {
	var log bytes.Buffer
	line := func(minute int, format string, args ...any) {
		at := time.Date(2026, 5, 5, 9, minute, 0, 0, time.UTC)
		fmt.Fprintf(&log, at.Format(time.RFC3339)+" mx postfix/"+format+"\n", args...)
	}
	line(-30, "postfix-script[1]: starting the Postfix mail system")
	for i, l := range r.letters(ts) {
		if slices.Contains(args[1:], strconv.Itoa(i)) {
			continue
		}
		_, id, _ := bytes.Cut(l.Message, []byte("Message-ID: <"))
		id, _, _ = bytes.Cut(id, []byte(">"))
		queue := fmt.Sprintf("4kQ%04dzz9x", i)
		line(1, "cleanup[2]: %s: message-id=<%s>", queue, id)
		line(1, "qmgr[3]: %s: from=<%s>, size=2048, nrcpt=1 (queue active)", queue, l.From)
		line(1, "smtp[4]: %s: to=<%s>, relay=mx.example.org[192.0.2.1]:25, delay=0.4, delays=0.1/0/0.1/0.2, dsn=2.0.0, status=sent (250 2.0.0 Ok)", queue, l.To[0])
		line(1, "qmgr[3]: %s: removed", queue)
	}
	line(30, "anvil[9]: statistics: max connection rate 1/60s")
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), log.Bytes(), 0o600))
}
