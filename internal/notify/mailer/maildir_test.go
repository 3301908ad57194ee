package mailer

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"tocsin/internal/notify"
	"tocsin/internal/private"
)

func openMaildir(t *testing.T) (Maildir, string) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "out[b*x]?\\")
	m, err := OpenMaildir(dir)
	if err != nil {
		t.Fatal(err)
	}
	return m, dir
}

// files lists what is in the mailbox, as folder/name.
func files(t *testing.T, dir string) []string {
	t.Helper()
	var out []string
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			name, _ := filepath.Rel(dir, path)
			out = append(out, filepath.ToSlash(name))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func fileOf(t *testing.T, messageID string, message []byte) string {
	t.Helper()
	name, err := fileName(messageID, notify.Digest(message))
	if err != nil {
		t.Fatal(err)
	}
	return name
}

func wantFiles(t *testing.T, dir string, want ...string) {
	t.Helper()
	if got := files(t, dir); !slices.Equal(got, want) {
		t.Errorf("the mailbox holds %q, want %q", got, want)
	}
}

func TestMaildirHasItsForm(t *testing.T) {
	_, dir := openMaildir(t)
	for _, sub := range []string{"", "tmp", "new", "cur"} {
		info, err := os.Stat(filepath.Join(dir, sub))
		if err != nil || info.Mode() != fs.ModeDir|0o700 {
			t.Errorf("%q: %v, %v", sub, info.Mode(), err)
		}
	}
	if _, err := OpenMaildir(dir); err != nil {
		t.Errorf("opened twice: %v", err)
	}
}

func TestDeliverTwiceIsOnce(t *testing.T) {
	m, dir := openMaildir(t)
	message := []byte("To: x\r\n\r\nhello\r\n")
	name := fileOf(t, anID, message)
	for range 3 {
		if err := m.Deliver(anID, message); err != nil {
			t.Fatal(err)
		}
		wantFiles(t, dir, "new/"+name)
	}
	path := filepath.Join(dir, "new", name)
	got, err := os.ReadFile(path)
	if err != nil || string(got) != string(message) {
		t.Errorf("%q, %v", got, err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	if arrived, err := m.Settle(anID, notify.Digest(message)); !arrived || err != nil {
		t.Errorf("%v, %v", arrived, err)
	}
}

// TestReadMessagesAreThere is F35: a reader moved the message to cur and flagged it.
func TestReadMessagesAreThere(t *testing.T) {
	message := []byte("x")
	for _, flags := range []string{"", ":2,", ":2,S", ":2,FRS", ":1,x"} {
		m, dir := openMaildir(t)
		name := fileOf(t, anID, message)
		if err := m.Deliver(anID, message); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename(filepath.Join(dir, "new", name), filepath.Join(dir, "cur", name+flags)); err != nil {
			t.Fatal(err)
		}
		if arrived, err := m.Settle(anID, notify.Digest(message)); !arrived || err != nil {
			t.Errorf("%q: %v, %v", flags, arrived, err)
		}
		if err := m.Deliver(anID, message); err != nil {
			t.Error(err)
		}
		wantFiles(t, dir, "cur/"+name+flags)
	}
}

// TestMovedWhileItRuns is F35: a message that a killed run left in new is found by the
// next run also where a reader moves it to cur while that run goes on, whenever the
// run has last looked there.
func TestMovedWhileItRuns(t *testing.T) {
	message := []byte("x")
	old, dir := openMaildir(t)
	ids := []string{"m1@example.com", "m2@example.com", "m3@example.com"}
	for _, id := range ids {
		if err := old.Deliver(id, message); err != nil {
			t.Fatal(err)
		}
	}
	m, err := OpenMaildir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for i, id := range ids {
		if arrived, err := m.Settle(id, notify.Digest(message)); !arrived || err != nil {
			t.Errorf("%s: %v, %v", id, arrived, err)
		}
		if err := m.Deliver(id, message); err != nil {
			t.Error(err)
		}
		if i == 0 { // everything is read now
			for _, id := range ids {
				name := fileOf(t, id, message)
				if err := os.Rename(filepath.Join(dir, "new", name), filepath.Join(dir, "cur", name+":2,S")); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	if got := files(t, dir); len(got) != len(ids) {
		t.Errorf("the mailbox holds %q", got)
	}
}

// TestLooseMailboxIsRefused is F53.
func TestLooseMailboxIsRefused(t *testing.T) {
	for _, sub := range []string{"", "tmp", "new", "cur"} {
		_, dir := openMaildir(t)
		path := filepath.Join(dir, sub)
		if err := os.Chmod(path, 0o750); err != nil {
			t.Fatal(err)
		}
		var loose *private.LooseError
		if _, err := OpenMaildir(dir); !errors.As(err, &loose) || loose.Path != path || loose.Remedy() != "chmod 700 "+path {
			t.Errorf("%q: %v", sub, err)
		}
	}
}

// TestNeighboursAreOthers: a message whose name begins alike is another message.
func TestNeighboursAreOthers(t *testing.T) {
	m, dir := openMaildir(t)
	message := []byte("x")
	name := fileOf(t, anID, message)
	for _, other := range []string{name + "2", name + ".2", "x" + name, name + "2:2,S", name[:10]} {
		if err := os.WriteFile(filepath.Join(dir, "cur", other), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "tmp", name), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if arrived, err := m.Settle(anID, notify.Digest(message)); arrived || err != nil {
		t.Errorf("%v, %v", arrived, err)
	}
	if err := m.Deliver("f"+anID, message); err != nil {
		t.Fatal(err)
	}
	if arrived, _ := m.Settle(anID, notify.Digest(message)); arrived {
		t.Error("another's letter passes for this one's")
	}
}

// TestOtherWordsAreAnotherMessage: a ledger that was begun anew numbers its plans
// anew, and so makes the old Message-IDs for new letters. None is taken for another.
func TestOtherWordsAreAnotherMessage(t *testing.T) {
	m, dir := openMaildir(t)
	for _, text := range []string{"old words", "new words"} {
		if err := m.Deliver(anID, []byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	want := []string{"new/" + fileOf(t, anID, []byte("old words")), "new/" + fileOf(t, anID, []byte("new words"))}
	slices.Sort(want)
	wantFiles(t, dir, want...)
	if arrived, _ := m.Settle(anID, notify.Digest([]byte("third words"))); arrived {
		t.Error("words that never went out have arrived")
	}
}

// TestLeftovers is F34: every state in which a killed run may leave the mailbox ends
// as one whole message and nothing under tmp.
func TestLeftovers(t *testing.T) {
	message := []byte("whole message")
	for what, leave := range map[string]func(tmp, fresh string) error{
		"nothing": func(tmp, fresh string) error { return nil },
		"torn":    func(tmp, fresh string) error { return os.WriteFile(tmp, message[:4], 0o600) },
		"empty":   func(tmp, fresh string) error { return os.WriteFile(tmp, nil, 0o600) },
		"longer":  func(tmp, fresh string) error { return os.WriteFile(tmp, append(message, "more"...), 0o600) },
		"whole":   func(tmp, fresh string) error { return os.WriteFile(tmp, message, 0o600) },
		"linked": func(tmp, fresh string) error {
			return errors.Join(os.WriteFile(tmp, message, 0o600), os.Link(tmp, fresh))
		},
		"linked, tmp clean": func(tmp, fresh string) error { return os.WriteFile(fresh, message, 0o600) },
		"unwritable tmp":    func(tmp, fresh string) error { return os.WriteFile(tmp, nil, 0) },
	} {
		m, dir := openMaildir(t)
		name := fileOf(t, anID, message)
		tmp, fresh := filepath.Join(dir, "tmp", name), filepath.Join(dir, "new", name)
		if err := leave(tmp, fresh); err != nil {
			t.Fatal(err)
		}
		_, err := os.Lstat(fresh)
		if arrived, failed := m.Settle(anID, notify.Digest(message)); arrived != (err == nil) || failed != nil {
			t.Errorf("%s: arrived is %v, %v", what, arrived, failed)
		}
		if len(files(t, dir)) > 1 || arrivedOnly(t, dir) {
			t.Errorf("%s: settled, and the mailbox holds %q", what, files(t, dir))
		}
		if err := m.Deliver(anID, message); err != nil {
			t.Errorf("%s: %v", what, err)
		}
		wantFiles(t, dir, "new/"+name)
		if got, _ := os.ReadFile(fresh); string(got) != string(message) {
			t.Errorf("%s: the message is %q", what, got)
		}
	}
}

func arrivedOnly(t *testing.T, dir string) bool {
	return slices.ContainsFunc(files(t, dir), func(name string) bool { return strings.HasPrefix(name, "tmp/") })
}

// TestMovedMessageIsNotWrittenInto: a reader filed the message elsewhere before the
// killed run had cleared tmp. Both names are one file, and it must stay as it is.
func TestMovedMessageIsNotWrittenInto(t *testing.T) {
	m, dir := openMaildir(t)
	message := []byte("whole message")
	name := fileOf(t, anID, message)
	tmp, filed := filepath.Join(dir, "tmp", name), filepath.Join(dir, "filed")
	if err := errors.Join(os.WriteFile(tmp, message, 0o600), os.Link(tmp, filed), os.Chtimes(filed, sent, sent)); err != nil {
		t.Fatal(err)
	}
	if err := m.Deliver(anID, message); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(filed); err != nil || !info.ModTime().Equal(sent) {
		t.Errorf("the filed message was written into: %v, %v", info.ModTime(), err)
	}
}

// TestFaultsAreErrors is F50: what is in the way stops the delivery, leaves no half
// message, and going on after it is cleared works. (Root passes permissions, so
// files stand where folders should, and folders where files should.)
func TestFaultsAreErrors(t *testing.T) {
	message := []byte("whole message")
	for _, in := range []string{"tmp", "new", "cur", "tmp/NAME", "new (gone)", "tmp (gone)"} {
		m, dir := openMaildir(t)
		name := fileOf(t, anID, message)
		path := filepath.Join(dir, strings.TrimSuffix(strings.Replace(in, "NAME", name, 1), " (gone)"))
		var err error
		switch {
		case strings.HasSuffix(in, "(gone)"):
			err = os.Remove(path)
		case strings.HasSuffix(in, "NAME"):
			err = os.MkdirAll(filepath.Join(path, "full"), 0o700)
		default:
			err = errors.Join(os.Remove(path), os.WriteFile(path, nil, 0o600))
		}
		if err != nil {
			t.Fatal(err)
		}
		if err := m.Deliver(anID, message); err == nil {
			t.Errorf("%s: delivered all the same", in)
		}
		for _, name := range files(t, dir) {
			if strings.HasPrefix(name, "new/") {
				t.Errorf("%s: %s is there", in, name)
			}
		}
		if err := os.RemoveAll(path); err != nil {
			t.Fatal(err)
		}
		if m, err = OpenMaildir(dir); err != nil {
			t.Fatal(err)
		}
		if err := m.Deliver(anID, message); err != nil {
			t.Errorf("%s, cleared: %v", in, err)
		}
		wantFiles(t, dir, "new/"+name)
	}
	for _, in := range []string{"", "tmp"} {
		dir := filepath.Join(t.TempDir(), "out")
		if err := errors.Join(os.MkdirAll(filepath.Dir(filepath.Join(dir, in)), 0o700), os.WriteFile(filepath.Join(dir, in), nil, 0o600)); err != nil {
			t.Fatal(err)
		}
		if _, err := OpenMaildir(dir); err == nil {
			t.Errorf("opened over a file at %q", in)
		}
	}
}

// TestNamesAreSafe: a Message-ID cannot lead out of the mailbox or pass for a flag.
func TestNamesAreSafe(t *testing.T) {
	digest := notify.Digest(nil)
	for _, id := range []string{"", "x", "@", "@example.com", "../x@example.com", "a/b@example.com", "a@b/c", "a:2,S@example.com", ".x@example.com", "..@x", "a\x00@x"} {
		m, dir := openMaildir(t)
		if err := m.Deliver(id, []byte("x")); err == nil {
			t.Errorf("%q names %q", id, files(t, dir))
		}
		if _, err := m.Settle(id, digest); err == nil {
			t.Errorf("%q settles", id)
		}
		wantFiles(t, dir)
	}
	if _, err := fileName(anID, "short"); err == nil {
		t.Error("a short digest names a message")
	}
	if _, err := fileName(anID, strings.Repeat("../", 9)); err == nil {
		t.Error("a path names a message")
	}
}

// TestDeliverAtOnce: many at a time put every message there once.
func TestDeliverAtOnce(t *testing.T) {
	m, dir := openMaildir(t)
	var wait sync.WaitGroup
	for i := range 40 {
		wait.Go(func() {
			if err := m.Deliver(fmt.Sprintf("m%d@example.com", i), []byte("x")); err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	if got := files(t, dir); len(got) != 40 {
		t.Errorf("%d messages", len(got))
	}
}

// TestPythonReadsIt: another program's idea of a maildir and of mail, in its strict
// mode. It is skipped where there is no python3.
func TestPythonReadsIt(t *testing.T) {
	python, err := exec.LookPath("python3")
	if err == nil {
		err = exec.Command(python, "-c", "import mailbox, email.policy").Run()
	}
	if err != nil && os.Getenv("CI") == "true" {
		t.Fatal("no python3: .ci/prepare installs it:", err) // in CI nothing is left out
	}
	if err != nil {
		t.Skip("SKIPPED, NOT CHECKED: no python3 here, so no other program reads the mailbox:", err)
	}
	m, dir := openMaildir(t)
	want := make(map[string]string)
	for i, subject := range trickies {
		if strings.ContainsAny(subject, "\x00\x7f") {
			continue // refused at load; Python's parser calls them defects
		}
		l := aLetter
		l.Subject = subject
		id := fmt.Sprintf("%032d@example.com", i)
		from := sender
		from.Name = []string{"Example Security", "Beispiel-Bücherstube und Söhne, Sicherheit und Datenschutz", "مخبز"}[i%3]
		message, err := from.Compose(l, id)
		if err != nil {
			t.Fatal(err)
		}
		if err := m.Deliver(id, message); err != nil {
			t.Fatal(err)
		}
		want["<"+id+">"] = subject
	}
	const script = `
import mailbox, email, email.policy, json, sys
strict = email.policy.default.clone(raise_on_defect=True)
box = mailbox.Maildir(sys.argv[1], factory=None, create=False)
out = {}
for key in box.keys():
    m = email.message_from_bytes(box.get_bytes(key), policy=strict)
    defects = m.defects + [d for p in m.walk() for d in p.defects] + [d for h in m.values() for d in h.defects]
    assert not defects, (key, defects)
    assert m.get_content_type() == "multipart/alternative", key
    plain, html = m.get_body(("plain",)).get_content(), m.get_body(("html",)).get_content()
    assert [a.addr_spec for a in m["to"].addresses] == ["owner@acme.example"], m["to"]
    out[m["message-id"]] = {"subject": m["subject"], "plain": plain.replace("\r\n", "\n"), "html": html.replace("\r\n", "\n"), "date": m["date"].datetime.isoformat()}
print(json.dumps(out))
`
	data, err := exec.Command(python, "-c", script, dir).Output()
	if err != nil {
		var exit *exec.ExitError
		errors.As(err, &exit)
		t.Fatalf("%v\n%s", err, exit.Stderr)
	}
	var got map[string]struct{ Subject, Plain, HTML, Date string }
	if err := json.Unmarshal(data, &got); err != nil {
		t.Fatal(err)
	}
	if len(got) != len(want) {
		t.Errorf("Python finds %d messages of %d", len(got), len(want))
	}
	for id, m := range got {
		if m.Subject != want[id] || m.Plain != aLetter.Text || m.HTML != aLetter.HTML || m.Date != "2026-05-04T09:00:00+00:00" {
			t.Errorf("Python reads %+v, want the subject %q", m, want[id])
		}
	}
}
