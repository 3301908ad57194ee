package templates

import (
	"errors"
	"html/template"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// folder writes a site's templates folder beside a secret.
func folder(t *testing.T, files ...string) string {
	t.Helper()
	site := t.TempDir()
	for _, name := range append(files, "../secret.key") {
		full := filepath.Join(site, "templates", name)
		if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(full, []byte(name), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return filepath.Join(site, "templates")
}

func names(t *testing.T, tree fs.FS, folder string) string {
	t.Helper()
	entries, err := fs.ReadDir(tree, folder)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, e := range entries {
		out = append(out, e.Name())
	}
	return strings.Join(out, " ")
}

func TestOpen(t *testing.T) {
	both, err := Open(folder(t, "site/404.html", "site/piece.html", "static/logo/big.svg", "mail/letter.txt"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"site/404.html", "site/piece.html", "static/logo/big.svg", "mail/letter.txt"} {
		if got, err := fs.ReadFile(both, name); err != nil || string(got) != name {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
	if got := names(t, both, "static"); got != "favicon.svg feed.css letters.js logo style.css" {
		t.Error(got)
	}
	if none, err := Open(filepath.Join(t.TempDir(), "none")); err != nil || names(t, none, "mail") != "letter.de.json letter.en.json letter.html letter.txt" {
		t.Error(err)
	}
}

// What editors leave behind is neither published nor part of a letter (F13).
func TestOpenLeavesOut(t *testing.T) {
	both, err := Open(folder(t, ".git/config", "static/.env", "static/.style.css.swp", "static/style.css~", "static/.git/config", "mail/.#letter.txt", "init/tocsin.yaml", "templates.go"))
	if err != nil {
		t.Fatal(err)
	}
	if got := names(t, both, "static") + " " + names(t, both, "mail"); got != "favicon.svg feed.css letters.js style.css letter.de.json letter.en.json letter.html letter.txt" {
		t.Error(got)
	}
	for _, name := range []string{"static/.env", "static/.git/config", "static/style.css~"} {
		if _, err := fs.ReadFile(both, name); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if got, err := fs.ReadFile(both, "init/tocsin.yaml"); err != nil || len(got) < 100 {
		t.Errorf("init is not ours: %q, %v", got, err)
	}
}

// A link could publish what lies elsewhere: it is named, and nothing is used (F13).
func TestOpenRefusesLinks(t *testing.T) {
	for name, to := range map[string]string{
		"static/plan.key": "../../secret.key", "static/within.css": "../site/x.html", "site/x.svg": "/etc/hostname",
		"mail/letter.txt": "nowhere", "static/all": "../..", "static": "..", "mail": "/",
	} {
		dir := folder(t, "site/x.html")
		link := filepath.Join(dir, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(link), 0o755), os.Symlink(to, link)); err != nil {
			t.Fatal(err)
		}
		tree, err := Open(dir)
		var named *Error
		if tree != nil || !errors.Is(err, ErrNotFile) || !errors.As(err, &named) || named.Path != "templates/"+name {
			t.Errorf("%s: %v, %v", name, tree, err)
		}
	}
}

// A link that takes a file's place after the inspection leads nowhere either (F13).
func TestOpenRefusesLaterLinks(t *testing.T) {
	dir := folder(t, "static/logo.svg", "static/more/a.svg")
	both, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	for name, to := range map[string]string{"static/logo.svg": "../../secret.key", "static/more": "../.."} {
		if err := errors.Join(os.RemoveAll(filepath.Join(dir, name)), os.Symlink(to, filepath.Join(dir, name))); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"static/logo.svg", "static/more/secret.key"} {
		if got, err := fs.ReadFile(both, name); err == nil {
			t.Errorf("%s: %q", name, got)
		}
	}
}

func TestOpenRefusesWhatItCannotUse(t *testing.T) {
	for _, name := range []string{"README.md", "pages/home.html", "site", "404.html"} {
		if _, err := Open(folder(t, name)); !errors.Is(err, ErrNoPlace) || !strings.Contains(err.Error(), "templates/"+strings.Split(name, "/")[0]) {
			t.Errorf("%s: %v", name, err)
		}
	}
	dir := folder(t)
	if err := os.WriteFile(dir, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	var path *fs.PathError
	if _, err := Open(dir); !errors.As(err, &path) {
		t.Errorf("a file in place of the folder: %v", err)
	}
	if _, err := Open(filepath.Join(dir, Folder)); err == nil || errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a folder that cannot be reached: %v", err)
	}
	if err := errors.Join(os.Remove(dir), os.Symlink(filepath.Dir(dir), dir)); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(dir); !errors.Is(err, ErrNotFile) {
		t.Errorf("a link in place of the folder: %v", err)
	}
}

func TestUnreadableFolder(t *testing.T) {
	if os.Getuid() == 0 {
		t.Skip("root reads everything")
	}
	for _, name := range []string{".", "static"} {
		dir := folder(t, "static/x")
		if err := os.Chmod(filepath.Join(dir, name), 0); err != nil {
			t.Fatal(err)
		}
		if _, err := Open(dir); !errors.Is(err, fs.ErrPermission) {
			t.Errorf("%s: %v", name, err)
		}
		if err := os.Chmod(filepath.Join(dir, name), 0o755); err != nil {
			t.Fatal(err)
		}
	}
}

// Every fault of a template names the file to mend, as the person knows it.
func TestFault(t *testing.T) {
	_, broken := template.New("site/home.html").Parse("\n{{if}}")
	run := template.Must(template.New("mail/letter.html").Parse("\n{{.Missing}}")).Execute(&strings.Builder{}, struct{}{})
	context := template.Must(template.New("site/home.html").Parse("<a href='{{if .}}'{{end}}>")).Execute(&strings.Builder{}, true)
	for _, c := range []struct {
		asked string
		err   error
		want  string
	}{
		{"site/home.html", broken, "templates/site/home.html:2: "},
		{"site/layout.html", broken, "templates/site/home.html:2: "},
		{"mail/letter.html", run, "templates/mail/letter.html:2:2: executing"},
		{"site/home.html", context, "templates/site/home.html:1:"},
		{"site/home.html", errors.New("odd"), "templates/site/home.html: odd"},
	} {
		if got := Fault(c.asked, c.err); got == nil || !strings.HasPrefix(got.Error(), c.want) || !errors.Is(got, c.err) {
			t.Errorf("%v, want %s", got, c.want)
		}
	}
	if Fault("site/home.html", nil) != nil {
		t.Error("a fault of nothing")
	}
}

// TestFaultIsShort: an error that quotes what a template was executed with is cut, and keeps the
// place and the reason.
func TestFaultIsShort(t *testing.T) {
	err := Fault("mail/letter.txt", errors.New("template: mail/letter.txt:1:5: executing "+strings.Repeat("ä", 1<<20)+" no such field"))
	if got := err.Error(); len(got) > 700 || !strings.HasPrefix(got, "templates/mail/letter.txt:1:5: executing ä") || !strings.HasSuffix(got, "ä no such field") {
		t.Errorf("%d octets: %.700s", len(got), got)
	}
}
