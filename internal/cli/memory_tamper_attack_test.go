package cli

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// tamper changes what a build wrote.
func (m *meddled) tamper(string, string) string {
	root := filepath.Join(m.dir, []string{"public", ".tocsin/standby"}[m.dice.IntN(2)])
	var files []string
	_ = filepath.WalkDir(root, func(name string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() && filepath.Base(name) != "manifest.json" && filepath.Base(name) != ".gitignore" { // which are asked first: whose folder is this?
			files = append(files, name)
		}
		return nil
	})
	if len(files) == 0 {
		return "nothing"
	}
	file := files[m.dice.IntN(len(files))]
	what := m.dice.IntN(9)
	switch what {
	case 0:
		_ = os.Remove(file)
	case 1:
		write(m.T, file, "tampered")
	case 2:
		text, _ := os.ReadFile(file)
		write(m.T, file, strings.Replace(string(text), "e", "f", 1))
	case 3:
		_ = os.Chmod(file, 0o600)
	case 4:
		_ = os.Mkdir(filepath.Join(root, "empty"), 0o700)
	case 5:
		_ = os.Remove(file)
		_ = os.Symlink("/etc/hostname", file)
	case 6:
		_ = os.Remove(file)
		_ = os.Mkdir(file, 0o755)
	case 7:
		_ = os.Rename(file, files[m.dice.IntN(len(files))])
	case 8: // the same bytes under another inode
		text, _ := os.ReadFile(file)
		_ = os.Remove(file)
		write(m.T, file, string(text))
	}
	return fmt.Sprintf("tampered (%d) with %s", what, strings.TrimPrefix(file, m.dir))
}

// forget takes away, damages or replaces by an older one what the last build left.
func (m *meddled) forget(string, string) string {
	which := m.dice.IntN(2)
	name := []string{"memory", "tree"}[which]
	file := filepath.Join(m.dir, ".tocsin", name)
	text, _ := os.ReadFile(file)
	what := m.dice.IntN(5)
	switch {
	case what == 0:
		_ = os.Remove(file)
	case what == 1 && len(text) > 0:
		write(m.T, file, string(text[:m.dice.IntN(len(text))]))
	case what == 2 && len(text) > 0:
		text[m.dice.IntN(len(text))] ^= 1
		write(m.T, file, string(text))
	case len(m.old) > 0:
		write(m.T, file, m.old[m.dice.IntN(len(m.old))][which])
		return "an older " + name
	}
	return fmt.Sprintf("%s damaged (%d)", name, what)
}
