package evidence

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// rows are those that a reading found, by the letters' return paths, in order.
func rows(t *testing.T, read func(visit func(Report) error) error) (found []int, sources []string) {
	t.Helper()
	err := read(func(r Report) error {
		found, sources = append(found, r.Letter.Row), append(sources, r.Source)
		if r.Kind != Status || r.Err != nil {
			t.Errorf("%s: %s", r.Source, r)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found, sources
}

// TestMailboxFile: all reports in one file, as mboxrd quotes them, as mboxo does, with line
// ends of either kind, with and without an empty line at the end.
func TestMailboxFile(t *testing.T) {
	var want []int
	var rd, o bytes.Buffer
	for i, r := range reports {
		want = append(want, i+1)
		for box, quote := range map[*bytes.Buffer]func(string) bool{
			&rd: func(line string) bool { return strings.HasPrefix(strings.TrimLeft(line, ">"), "From ") },
			&o:  func(line string) bool { return strings.HasPrefix(line, "From ") },
		} {
			box.WriteString("From MAILER-DAEMON Mon May  4 09:00:00 2026\n")
			data := strings.Replace(string(stored(t, "reports/"+r.name)), "\n\n", "\n\nFrom here on Mon May  4 09:00:00 2026\n\nFrom MAILER-DAEMON Mon May  4 09:00:00 2026\n", 1)
			if r.name == "qmail" { // which must begin with the greeting
				data = string(stored(t, "reports/"+r.name))
			}
			for line := range strings.Lines(data) {
				if quote(line) {
					box.WriteByte('>')
				}
				box.WriteString(line)
			}
			box.WriteString("\n")
		}
	}
	for name, text := range map[string]string{"mboxrd": rd.String(), "mboxo": o.String(), "CR LF": strings.ReplaceAll(rd.String(), "\n", "\r\n"), "no last line end": strings.TrimRight(rd.String(), "\n")} {
		found, _ := rows(t, func(visit func(Report) error) error { return reader.Stream(strings.NewReader(text), visit) })
		if !slices.Equal(found, want) {
			t.Errorf("%s: rows %v, want %v", name, found, want)
		}
	}
}

// TestQuotedLines: what was quoted comes back, and no line is taken for a separator that is none.
func TestQuotedLines(t *testing.T) {
	var got []string
	box := mbox{reader: reader, visit: func(Report) error { return nil }}
	for _, line := range []string{">From x", ">>From x", "> From x", ">From", "x>From "} {
		box.add([]byte(line), true)
		got = append(got, box.message.String())
		box.message.Reset()
	}
	if want := []string{"From x", ">From x", "> From x", ">From", "x>From "}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	n := 0
	text := "From a Mon May  4 09:00:00 2026\nA: b\n\nx\nFrom a Mon May  4 09:00:00 2026\n\nFrom one to another\n\n" + strings.Repeat("y", 200_000) + "From a Mon May  4 09:00:00 2026\n\nFrom a Mon May  4 09:00:00 2026\nA: b\n\n"
	if err := reader.Stream(strings.NewReader(text), func(Report) error { n++; return nil }); err != nil || n != 2 {
		t.Errorf("%d messages, %v; want 2", n, err)
	}
}

// TestMailboxMessageTooLarge: it is counted, and the next one is read.
func TestMailboxMessageTooLarge(t *testing.T) {
	small := reader
	small.Limits.Message = 10_000
	from := "From MAILER-DAEMON Mon May  4 09:00:00 2026\n"
	text := from + "A: b\n\n" + strings.Repeat("line\n", 10_000) + "\n" + from + string(stored(t, "reports/postfix"))
	var got []Report
	if err := small.Stream(strings.NewReader(text), func(r Report) error { got = append(got, r); return nil }); err != nil {
		t.Fatal(err)
	}
	if len(got) != 2 || got[0].Kind != Unreadable || got[1].Kind != Status || got[1].Source != "2" {
		t.Errorf("%v", got)
	}
}

// TestStreamOfOne: what does not begin as a mailbox is one message; nothing is none.
func TestStreamOfOne(t *testing.T) {
	found, _ := rows(t, func(visit func(Report) error) error {
		return reader.Stream(bytes.NewReader(stored(t, "reports/gmail")), visit)
	})
	if !slices.Equal(found, []int{5}) {
		t.Errorf("rows %v", found)
	}
	if found, _ := rows(t, func(visit func(Report) error) error { return reader.Stream(strings.NewReader(""), visit) }); found != nil {
		t.Errorf("nothing is %v", found)
	}
}

// TestMaildir: new and seen messages, in the order in which they came; what is being
// written is left out; nothing in it changes.
func TestMaildir(t *testing.T) {
	folder := t.TempDir()
	for _, part := range []string{"new", "cur", "tmp"} {
		if err := os.Mkdir(filepath.Join(folder, part), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	for name, report := range map[string]string{"cur/1777885201.a.mx:2,S": "postfix", "new/1777885202.a.mx": "exim", "new/1777885203.a.mx": "sendmail", "tmp/1777885204.a.mx": "gmail", "new/.hidden": "qmail"} {
		if err := os.WriteFile(filepath.Join(folder, name), stored(t, "reports/"+report), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	found, sources := rows(t, func(visit func(Report) error) error { return reader.Folder(folder, visit) })
	if !slices.Equal(found, []int{1, 2, 3}) || !slices.Equal(sources, []string{"cur/1777885201.a.mx:2,S", "new/1777885202.a.mx", "new/1777885203.a.mx"}) {
		t.Errorf("rows %v of %q", found, sources)
	}
	stop := errors.New("stop")
	if err := reader.Folder(folder, func(Report) error { return stop }); !errors.Is(err, stop) {
		t.Errorf("the visitor's error is lost: %v", err)
	}
	if err := reader.Folder(t.TempDir(), nil); err == nil || !strings.Contains(err.Error(), "is not a Maildir") {
		t.Errorf("an empty folder: %v", err)
	}
}

// FuzzStream: a mailbox of anything is read to its end.
func FuzzStream(f *testing.F) {
	f.Add([]byte("From a Mon May  4 09:00:00 2026\nA: b\n\n>From x\n\nFrom a Mon May  4 09:00:00 2026\n\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		n := 0
		if err := reader.Stream(bytes.NewReader(data), func(Report) error { n++; return nil }); err != nil {
			t.Fatal(err)
		}
		if n > bytes.Count(data, []byte("From "))+1 {
			t.Errorf("%d messages in %q", n, data)
		}
	})
}
