package evidence

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestUnreadableNamesItsLetter is F33: a report that is beyond a limit, or out of form, still
// says whose letter it is about, so that nobody passes it over.
func TestUnreadableNamesItsLetter(t *testing.T) {
	good := string(stored(t, "reports/postfix"))
	id := strings.TrimSuffix(hintOf(t, good), "@example.com")
	small := Reader{bounces, Limits{Message: 20_000, Header: 4000, Status: 2000, Depth: 3, Parts: 10}}
	for name, c := range map[string]struct {
		old, with string
		hinted    bool
	}{
		"the message is larger":                          {"This is the mail system", strings.Repeat("This is the mail system\n", 1000), false},
		"the message is larger, in what it returns":      {"boundary=tocsin_1\n", "boundary=tocsin_1\n\n" + strings.Repeat("x\n", 10_000), true},
		"its header is out of form: a line":              {"Subject: Und", "This is no field\nSubject: Und", false},
		"its header is out of form: a line is too long":  {"Auto-Submitted: auto-replied", "X: " + strings.Repeat("x", 4000), false},
		"its delivery status is larger":                  {"Action: failed", strings.Repeat("X: y\n", 400) + "Action: failed", false},
		"the header of what it returns is larger":        {"Reply-To: <security@example.com>", strings.Repeat("X: y\n", 800), false},
		"the header of what it returns is larger, later": {"Auto-Submitted: auto-generated", strings.Repeat("X: y\n", 800), true},
		"the number of its parts":                        {"--4kQ1By6X2Jz9x.1777885207/mail.example.com\nContent-Description: Notification", strings.Repeat("--4kQ1By6X2Jz9x.1777885207/mail.example.com\n\nx\n", 10), false},
	} {
		bad := strings.Replace(good, c.old, c.with, 1)
		got := small.Read([]byte(bad))
		want, _, _ := strings.Cut(name, ",")
		want, _, _ = strings.Cut(want, ": a line")
		if bad == good || got.Kind != Unreadable || got.Err == nil || !strings.Contains(got.Err.Error(), want) {
			t.Errorf("%s: %s", name, got)
		}
		if !got.Known || got.Letter.Row != 1 || got.Recipients != nil {
			t.Errorf("%s: row %d, known %t", name, got.Letter.Row, got.Known)
		}
		if hinted := strings.HasPrefix(got.Hint, id); hinted != c.hinted {
			t.Errorf("%s: the hint is %q", name, got.Hint)
		}
	}
}

// hintOf is the Message-ID of the letter that a report returns.
func hintOf(t *testing.T, report string) string {
	t.Helper()
	hint := reader.Read([]byte(report)).Hint
	if hint == "" {
		t.Fatal("it has no hint")
	}
	return hint
}

// TestBodyNamesNoLetter: of a header that is out of form only the header counts; what stands
// in the text was written by whoever wrote the text.
func TestBodyNamesNoLetter(t *testing.T) {
	for _, text := range []string{
		"this is no field\nSubject: x\n\nDelivered-To: " + path(t, aPlan, 1) + "\n",
		"this is no field\r\nSubject: x\r\n\r\nDelivered-To: " + path(t, aPlan, 1) + "\r\n",
		"Subject: " + strings.Repeat("x", int(reader.Limits.Header)) + "\nDelivered-To: " + path(t, aPlan, 1) + "\n\n",
	} {
		if got := reader.Read([]byte(text)); got.Kind != Unreadable || got.Known {
			t.Errorf("%.40q: %s, known %t", text, got, got.Known)
		}
	}
}

// TestOtherNamesBehindAPlus: a folder or a list that is named behind a plus is nobody's
// forgery; a name in the form of ours is.
func TestOtherNamesBehindAPlus(t *testing.T) {
	good := string(stored(t, "reports/postfix"))
	for _, name := range []string{"archive", "x", "2026", strings.Repeat("a", 31), strings.Repeat("a", 33), strings.Repeat("1", 32)} {
		got := reader.Read([]byte("Delivered-To: bounces+" + name + "@example.com\n" + good))
		if got.Kind != Status || got.Err != nil || !got.Known || got.Letter.Row != 1 {
			t.Errorf("%s: %s, known %t", name, got, got.Known)
		}
	}
	if got := reader.Read([]byte("Delivered-To: bounces+" + strings.Repeat("a", 32) + "@example.com\n" + good)); got.Kind != Forged {
		t.Errorf("a forged name: %s", got)
	}
}

// TestSeveralStatuses: a server that passes on the status of another beside its own speaks of
// one letter: the gravest counts, wherever it stands, and the mark tells both from one.
func TestSeveralStatuses(t *testing.T) {
	good := string(stored(t, "reports/postfix"))
	from := strings.Index(good, "--4kQ1By6X2Jz9x.1777885207/mail.example.com\nContent-Description: Delivery report")
	to := strings.Index(good, "--4kQ1By6X2Jz9x.1777885207/mail.example.com\nContent-Description: Undelivered")
	relayed := strings.NewReplacer("Action: failed", "Action: relayed", "Status: 5.1.1", "Status: 2.0.0").Replace(good[from:to])
	for name, text := range map[string]string{
		"twice the same": good[:to] + good[from:to] + good[to:],
		"failed last":    good[:from] + relayed + good[from:],
		"failed first":   good[:to] + relayed + good[to:],
	} {
		got := reader.Read([]byte(text))
		if got.Kind != Status || got.Action() != Failed || len(got.Recipients) != 2 || !got.Known {
			t.Errorf("%s: %s, %v", name, got, got.Recipients)
		}
		if got.Mark == reader.Read([]byte(good)).Mark {
			t.Errorf("%s: it has the mark of another", name)
		}
	}
}

// TestLineFromBefore: programs that file mail write a line From before it, in whatever form.
// It is read by itself, in a Maildir and from a stream alike.
func TestLineFromBefore(t *testing.T) {
	good := stored(t, "reports/postfix")
	plain := reader.Read(good)
	for _, line := range []string{
		"From MAILER-DAEMON Mon May  4 09:00:00 2026\n", "From MAILER-DAEMON  Mon May  4 09:00:00 2026\r\n", "From somebody\n",
		">From MAILER-DAEMON Mon May  4 09:00:00 2026\n", "From a Mon May  4 09:00:00 2026\n>From b Mon May  4 09:00:00 2026 remote from c\n",
	} {
		text := append([]byte(line), good...)
		read := map[string]func(func(Report) error) error{
			"a file":   func(visit func(Report) error) error { return reader.file(written(t, text), "new/1", visit) },
			"a stream": func(visit func(Report) error) error { return reader.Stream(bytes.NewReader(text), visit) },
		}
		for name, read := range read {
			var got []Report
			if err := read(func(r Report) error { got = append(got, r); return nil }); err != nil {
				t.Fatal(err)
			}
			if len(got) != 1 || got[0].Kind != Status || got[0].Letter.Row != 1 || got[0].Mark != plain.Mark {
				t.Errorf("%q, %s: %v", line, name, got)
			}
		}
	}
	if got := withoutFrom([]byte("From : x\n\n")); string(got) != "From : x\n\n" {
		t.Errorf("a field is taken for a line From: %q left", got)
	}
}

// written is a file with some text.
func written(t *testing.T, text []byte) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(name, text, 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// TestFileOfSeveral: a file of a Maildir that holds several messages gives each a name, and an
// empty one is a message that was lost.
func TestFileOfSeveral(t *testing.T) {
	const from = "From MAILER-DAEMON Mon May  4 09:00:00 2026\n"
	both := from + string(stored(t, "reports/postfix")) + "\n" + from + string(stored(t, "reports/exim"))
	found, sources := rows(t, func(visit func(Report) error) error { return reader.file(written(t, []byte(both)), "new/1", visit) })
	if !slices.Equal(found, []int{1, 2}) || !slices.Equal(sources, []string{"new/1", "new/1, message 2"}) {
		t.Errorf("rows %v of %q", found, sources)
	}
	var got []Report
	if err := reader.file(written(t, nil), "new/2", func(r Report) error { got = append(got, r); return nil }); err != nil || len(got) != 1 || got[0].Kind != Unreadable || got[0].Source != "new/2" {
		t.Errorf("an empty file: %v, %v", got, err)
	}
}
