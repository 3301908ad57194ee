package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"tocsin/internal/content"
	"tocsin/internal/source"
)

// selection is the files and folders that a check was asked for.
type selection struct {
	site  string   // the site's folder
	paths []string // as they were typed; none means everything
	full  []string // the same as full paths
}

// only selects what was named on the command line. A path that is not there is a slip,
// not a file without problems.
func (p *program) only(paths []string) (selection, error) {
	s := selection{site: p.dir, paths: paths}
	for _, name := range paths {
		if _, err := os.Lstat(name); errors.Is(err, fs.ErrNotExist) {
			return s, &refusal{exitUsage, fmt.Sprintf("there is no %q", name), "tocsin check without a path checks everything"}
		}
		full, err := full(name)
		if err != nil {
			return s, err
		}
		s.full = append(s.full, full)
	}
	return s, nil
}

// full is the full path of a name, with the links on the way to it resolved: a name
// that is a link itself stays one.
func full(name string) (string, error) {
	path, err := filepath.Abs(name)
	if err != nil {
		return "", err
	}
	folder, err := filepath.EvalSymlinks(filepath.Dir(path))
	if errors.Is(err, fs.ErrNotExist) {
		return path, nil
	}
	return filepath.Join(folder, filepath.Base(path)), err
}

// holds reports whether a file of the site was asked for.
func (s selection) holds(file string) bool {
	if len(s.full) == 0 {
		return true
	}
	name, err := full(here(s.site, file))
	return err == nil && slices.ContainsFunc(s.full, func(path string) bool { return under(path, name) })
}

// under reports whether a path is a folder's own, or lies in it.
func under(folder, path string) bool {
	rel, err := filepath.Rel(folder, path)
	return err == nil && rel != ".." && !strings.HasPrefix(rel, ".."+string(filepath.Separator))
}

// checked refuses a path under which nothing is checked: to find no problem there
// would say nothing.
func (s selection) checked(of *site) error {
	roots := []string{content.Folder, content.ConfigFile}
	if of.config.Drafts != "" {
		roots = append(roots, of.config.Drafts)
	}
	for i, path := range s.full {
		known := slices.ContainsFunc(roots, func(root string) bool {
			name, err := full(here(s.site, root))
			return err == nil && (under(name, path) || under(path, name))
		})
		if !known {
			return &refusal{exitUsage, fmt.Sprintf("nothing in %q is checked", s.paths[i]), "tocsin check looks at " + strings.Join(roots, ", ")}
		}
	}
	return nil
}

// problems are those of the files that were asked for.
func (s selection) problems(found source.Problems) source.Problems {
	return slices.DeleteFunc(slices.Clone(found), func(f source.Problem) bool { return !s.holds(f.Position.File) })
}

// policies counts the policies that were asked for.
func (s selection) policies(of *site) int {
	n := 0
	for _, page := range of.content.Policies {
		if s.holds(page.Source.Name) {
			n++
		}
	}
	return n
}
