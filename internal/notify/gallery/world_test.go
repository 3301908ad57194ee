package gallery

import (
	"fmt"
	"html"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tocsin/internal/notify"
	"tocsin/internal/notify/ledger"
	"tocsin/internal/notify/mailer"
	"tocsin/internal/tailnet"
)

var (
	planned = time.Date(2026, 5, 4, 9, 0, 0, 0, time.UTC)
	sender  = mailer.Sender{Name: "Example Security", Address: "security@example.com"}
	all     = Options{All: true, Many: "tailnets", Progress: func(int) {}}
	chosen  = Options{Many: "tailnets", Progress: func(int) {}}
)

// mailed is a row with a letter in a language, as the mailer composes it.
func mailed(t testing.TB, id, name, language string, nodes int) notify.Entry {
	t.Helper()
	direction := "ltr"
	if language == "he" {
		direction = "rtl"
	}
	e := notify.Entry{
		Tailnet: tailnet.ID(id), Name: name, Standing: notify.Mailed, Clauses: []string{"severe-action"},
		Address: "owner@example.com", Reason: tailnet.Owner, Trace: []string{"no security contact"}, Nodes: nodes,
		MessageID: notify.Digest([]byte(id))[:32] + "@example.com",
	}
	list := strings.Repeat("    node\n", nodes)
	letter := notify.Letter{
		Tailnet: e.Tailnet, To: e.Address, Subject: "TS-2026-002: a fault (" + strings.Join(strings.Fields(name), " ") + ")", Date: planned,
		Text: name + " is affected.\n\n" + list,
		HTML: fmt.Sprintf("<!DOCTYPE html>\n<html lang=%q dir=%q>\n<title>letter</title><p style=\"color:red\">%s is affected.</p>\n</html>\n", language, direction, html.EscapeString(name)),
	}
	if nodes > 0 {
		letter.Attachments = []notify.Attachment{
			{Name: "TS-2026-002-nodes.csv", Type: "text/csv; charset=utf-8; header=present", Data: []byte("node\r\n" + strings.Repeat("a node\r\n", nodes))},
			{Name: "TS-2026-002-nodes.json", Type: "application/json", Data: []byte("{}\n")},
		}
	}
	return framed(t, e, letter)
}

// framed is an entry with its letter composed.
func framed(t testing.TB, e notify.Entry, l notify.Letter) notify.Entry {
	t.Helper()
	var err error
	if e.Message, err = sender.Compose(l, e.MessageID); err != nil {
		t.Fatal(err)
	}
	e.Digest = notify.Digest(e.Message)
	return e
}

// unreachable is a row that gets no letter.
func unreachable(id, name string, nodes int) notify.Entry {
	return notify.Entry{
		Tailnet: tailnet.ID(id), Name: name, Standing: notify.Unreachable, Clauses: []string{"severe-action"},
		Trace: []string{"no security contact", "no Owner address"}, Nodes: nodes,
	}
}

// several are the rows of a small plan: one of each kind.
func several(t testing.TB) []notify.Entry {
	unsure := mailed(t, "unsure.example.com", "Unsure <b>&amp;</b>", "en", 2)
	unsure.Missing, unsure.Clauses = []string{"version"}, []string{"severe-action", "tailnet-data"}
	held := unreachable("held.example.com", "held.example.com", 0)
	held.Standing, held.Trace, held.Missing = notify.Undetermined, nil, []string{"version", "platform"}
	return []notify.Entry{
		mailed(t, "bakery.example.com", "Example Bakery", "en", 3),
		mailed(t, "buch.example.com", "Beispiel-Bücherstube", "de", 1),
		unsure,
		unreachable("gone.example.com", "Example Cycles", 7),
		mailed(t, "makhbaz.example.com", "מאפייה לדוגמה", "he", 40),
		held,
	}
}

// frozen is a ledger of one plan with these rows.
func frozen(t testing.TB, entries []notify.Entry) (*ledger.Ledger, ledger.Stored) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "ledger.db")
	id := notify.PlanID{Bulletin: "TS-2026-002", Number: 1}
	freeze(t, path, id, entries)
	return reading(t, path, id)
}

// reading opens a ledger as the command does.
func reading(t testing.TB, path string, id notify.PlanID) (*ledger.Ledger, ledger.Stored) {
	t.Helper()
	book, err := ledger.OpenReader(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := book.Close(); err != nil {
			t.Error(err)
		}
	})
	plan, err := book.Plan(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return book, plan
}

func freeze(t testing.TB, path string, id notify.PlanID, entries []notify.Entry) {
	t.Helper()
	book, err := ledger.Open(t.Context(), path, "testing")
	if err != nil {
		t.Fatal(err)
	}
	plan := notify.Plan{ID: id, Created: planned, Deadline: planned.Add(notify.Lifetime), Transport: "maildir:var/outbox", Inputs: notify.Inputs{"bulletin": "b"}}
	_, err = book.Freeze(t.Context(), plan, nil, func(yield func(notify.Entry, error) bool) {
		for _, e := range entries {
			if !yield(e, nil) {
				return
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := book.Close(); err != nil {
		t.Fatal(err)
	}
}

// written writes a plan of these rows, and returns the folder.
func written(t testing.TB, o Options, entries []notify.Entry) (string, Shown) {
	t.Helper()
	book, plan := frozen(t, entries)
	dir := filepath.Join(t.TempDir(), "letters", "TS-2026-002-1")
	shown, err := Write(t.Context(), dir, book, plan, o)
	if err != nil {
		t.Fatal(err)
	}
	return dir, shown
}

// files reads every file of a folder, by its path.
func files(t testing.TB, dir string) map[string]string {
	t.Helper()
	all := make(map[string]string)
	err := fs.WalkDir(os.DirFS(dir), ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		if !entry.Type().IsRegular() {
			all[name] = entry.Type().String()
			return nil
		}
		data, err := os.ReadFile(filepath.Join(dir, name))
		all[name] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}
