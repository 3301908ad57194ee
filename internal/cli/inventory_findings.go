package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"unicode"

	"tocsin/internal/bulletin"
	"tocsin/internal/content"
	"tocsin/internal/notify/inventory"
)

// findingsSum is how much was found by those who looked.
type findingsSum struct {
	Rows  int64 `json:"rows"`
	Files int   `json:"files"` // none where a database was asked
}

// String says it to people.
func (f findingsSum) String() string {
	switch {
	case f.Files > 0:
		return fmt.Sprintf("%d in %s", f.Rows, many(f.Files, "file"))
	case f.Rows > 0:
		return fmt.Sprint(f.Rows)
	}
	return "none"
}

// findings reads what is known of single tailnets, and counts it. There may be none.
func (r *reading) findings(id bulletin.ID, read func(inventory.Table) (inventory.Read, error)) {
	if r.err != nil {
		return
	}
	counted := func(t inventory.Table) (inventory.Read, error) {
		found, err := read(t)
		r.found.Rows = found.Rows
		return found, err
	}
	setting := r.site.config.Inventory.Findings
	if setting.Query != "" {
		r.query("findings", setting, counted, string(id))
		return
	}
	files, err := r.findingsFiles(id, filepath.ToSlash(setting.Files))
	if r.err = err; err == nil {
		r.found.Files = len(files)
		r.files("findings", files, counted)
	}
}

// findingsFiles lists the files of the folder that bear the bulletin's ID. What may hold
// findings and is not read by its name is refused: those whom it names would be forgotten
// in silence.
func (r *reading) findingsFiles(id bulletin.ID, folder string) ([]inventory.File, error) {
	entries, err := os.ReadDir(r.site.path(folder))
	switch missing := errors.Is(err, fs.ErrNotExist); {
	case missing && r.site.config.Inventory.Named.Findings:
		return nil, refuse("make the folder, empty where nobody found anything, or mend inventory.findings in "+content.ConfigFile, "inventory.findings: there is no folder %s", folder)
	case missing:
		return nil, nil
	case err != nil:
		return nil, err
	}
	var files []inventory.File
	for _, e := range entries {
		name := path.Join(folder, e.Name())
		switch about, readable := findingsFile(e.Name(), id); {
		case readable && !e.IsDir():
			files = append(files, r.site.privateFile(r.ctx, name))
		case about && !r.anothers(e.Name()):
			return nil, refuse(fmt.Sprintf("name it %s.csv or %s.jsonl, with .gz after it where it is compressed, or move it away", id, id),
				"%s may hold findings, and is not read by that name", name)
		}
	}
	return files, nil
}

// anothers reports whether a file is named for another bulletin of the site: one ID may
// stand in another.
func (r *reading) anothers(name string) bool {
	stem, _, _ := strings.Cut(strings.ToUpper(name), ".")
	_, found := r.site.content.Bulletin(bulletin.ID(stem))
	return found
}

// findingsFile reports whether a file's name says that it is about a bulletin, and whether
// as one that is read. The copies that editors leave beside a file are about nothing.
func findingsFile(name string, id bulletin.ID) (about, readable bool) {
	name = strings.ToLower(name)
	before, rest, named := strings.Cut(name, strings.ToLower(string(id)))
	if !named || strings.Trim(name[:1], ".#~") == "" {
		return false, false
	}
	switch strings.TrimSuffix(rest, ".gz") {
	case ".csv", ".jsonl", ".json":
		return true, before == ""
	}
	for _, copied := range []string{"~", ".bak", ".orig", ".swp"} {
		if strings.HasSuffix(rest, copied) {
			return false, false
		}
	}
	longer := strings.IndexFunc(rest, unicode.IsDigit) == 0 // the ID of another
	return !longer, false
}

// gone reports what was exported and is not there any more.
func (r *reading) gone() {
	if r.err != nil {
		return
	}
	r.problems = append(r.problems, r.export.Gone(func(name string) bool {
		_, err := os.Lstat(r.site.path(name))
		return r.names[name] || !errors.Is(err, fs.ErrNotExist)
	})...)
}
