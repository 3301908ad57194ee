package cli

import (
	"errors"
	"io"
	"strings"
	"testing"

	"tocsin/internal/content"
	"tocsin/internal/source"
)

// settled is a bulletin of which nothing is left to ask but whom its row concerns.
func settled(row string) string {
	return bulletinText("severity: low\naffected:\n  - {" + row + "}\naction: none\ndata_visible: no\nlegal: none\nscope: own\n" +
		"exploited: no_evidence\nusers_affected: some\nroutine_dependency_patch: no\n")
}

// A row made by hand is asked whom it concerns: once in a run, and Enter leaves it as it is.
func TestScopeIsAsked(t *testing.T) {
	const fixed = "product: client, fixed: 1.66.1, available: 2026-05-03"
	for _, c := range []struct{ name, row, typed, want string }{
		{"some platforms, a first version", fixed, "windows linux/1.30.0", "- {product: client, platforms: [windows, linux], introduced: 1.30.0, fixed: 1.66.1"},
		{"all", fixed, "/", "- {product: client, fixed: 1.66.1"},
		{"all, by its word", fixed, "all/ALL", "- {product: client, fixed: 1.66.1"},
		{"platforms known", "product: client, platforms: [linux], fixed: 1.66.1, available: 2026-05-03", "1.30.0", "platforms: [linux], introduced: 1.30.0, fixed"},
		{"a first version behind the fix", fixed, "linux/1.70.0/1.30.0", "introduced: 1.30.0, fixed"},
		{"no such platform", fixed, "beos/macos/", "platforms: [macos], fixed"},
		{"every network", "product: server, deployed: 2026-05-01", "yes", "tailnets: all}"},
		{"those found out", "product: server, deployed: 2026-05-01", "no", "deployed: 2026-05-01}"},
	} {
		a, out := asked(t, settled(c.row), typed(strings.Split(c.typed, "/")...))
		if err := a.run(); err != nil {
			t.Errorf("%s: %v\n%s", c.name, err, out)
		}
		if text := string(a.b.Source.Data); !strings.Contains(text, c.want) || !strings.Contains(out.String(), "(decides who is told)") {
			t.Errorf("%s: %q is not in\n%s\n%s", c.name, c.want, text, out)
		}
	}
}

// A row that ask itself began was asked already.
func TestScopeIsAskedOnce(t *testing.T) {
	a, out := asked(t, bulletinText("data_visible: no\nseverity: low\naction: none\n"), typed("client", "", "", "no", "fixed", "1.66.1", "today"))
	if err := a.run(); !errors.Is(err, errStop) || strings.Contains(out.String(), "decides who is told") {
		t.Errorf("%v\n%s", err, out)
	}
}

// Whoever goes back finds the file as it was, byte by byte, and the question again.
func TestBack(t *testing.T) {
	const row = "affected: [{product: client, platforms: [windows], introduced: 1.30.0, fixed: 1.66.1, available: 2026-05-03}] # x\n"
	for _, c := range []struct{ typed, want string }{
		{"no/b", row},
		{"no/b/unknown/", row + "data_visible: unknown\n"},
		{"no/b/b/b/no", row + "data_visible: no\n"},
		{"unknown/b/no", row + "data_visible: no\n"}, // out of what an answer needs
		{"/b/no", row + "data_visible: no\n"},        // to a question that was left
	} {
		a, out := asked(t, bulletinText(row+"action: none\n"), typed(strings.Split(c.typed, "/")...))
		if err := a.run(); !errors.Is(err, errStop) {
			t.Fatal(err)
		}
		want := bulletinText(strings.Replace(c.want, row, row+"action: none\n", 1))
		if text := string(a.b.Source.Data); text != want {
			t.Errorf("%s:\n%s\n%s", c.typed, text, out)
		}
	}
}

// Going back never takes out what somebody else has saved.
func TestBackOverAChange(t *testing.T) {
	a, out := asked(t, bulletinText("affected: [{product: client}]\n"), nil)
	lines, saves := []string{"no", "med", "b", "b"}, 0
	a.next = func() (string, error) {
		if len(lines) == 0 {
			return "", io.EOF
		}
		line := lines[0]
		lines = lines[1:]
		return line, nil
	}
	theirs := bulletinText("affected: [{product: client}]\ndata_visible: no # ours\n")
	a.save = func(source.File, []byte) error {
		if saves++; saves == 3 {
			return errChanged
		}
		return nil
	}
	a.read = func(name string) (content.Entry, error) {
		e, err := content.NewEditor(source.File{Name: name, Data: []byte(theirs)})
		return e.Entry(), err
	}
	if err := a.run(); !errors.Is(err, errStop) || string(a.b.Source.Data) != theirs || len(a.past) > 1 {
		t.Errorf("%v\n%s\n%s", err, a.b.Source.Data, out)
	}
}
