package cli

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"tocsin/internal/bulletin"
	"tocsin/internal/content"
)

// nextID is the number of the clock's year that follows every one a bulletin ever had:
// in either root, in any state, as a file's name or within it, and on record. A gap
// is never filled: what stood there may be known to somebody.
func (s *site) nextID() (bulletin.ID, error) {
	year, last := s.now.Year(), 0
	folders := []string{content.BulletinFolder, content.DecisionFolder}
	if s.config.Drafts != "" {
		folders = append(folders, s.config.Drafts+"/bulletins", s.config.Drafts+"/decisions")
	}
	for _, folder := range folders {
		ids, err := idsIn(s.path(folder))
		if err != nil {
			return "", err
		}
		for _, id := range ids {
			if y, number, ok := s.config.IDs.Number(id); ok && y == year {
				last = max(last, number)
			}
		}
	}
	return s.config.IDs.ID(year, last+1), nil
}

// idsIn lists every ID that a folder's files are named after or claim. The files need
// not be readable as bulletins.
func idsIn(folder string) ([]bulletin.ID, error) {
	entries, err := os.ReadDir(folder)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	var ids []bulletin.ID
	for _, e := range entries {
		ids = append(ids, bulletin.ID(strings.TrimSuffix(e.Name(), filepath.Ext(e.Name()))))
		if filepath.Ext(e.Name()) != ".md" || !e.Type().IsRegular() {
			continue
		}
		data, err := os.ReadFile(filepath.Join(folder, e.Name()))
		if err != nil {
			return nil, err
		}
		if m := idLine.FindSubmatch(data); m != nil {
			ids = append(ids, bulletin.ID(m[1]))
		}
	}
	return ids, err
}

var idLine = regexp.MustCompile(`(?m)^id:[ \t]*["']?([A-Z0-9-]+)`)
