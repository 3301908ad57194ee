package publish

import (
	"fmt"
	"io/fs"
	"strings"
	"unicode"
)

const (
	gitignoreName = ".gitignore"
	manifestName  = "manifest.json"
)

// names knows every file and folder of a tree by its name without regard to case:
// a site that is copied to macOS or Windows must not lose a page there.
type names map[string]entry

type entry struct {
	path   string
	folder bool
}

func newNames() names {
	n := names{}
	for _, own := range []string{gitignoreName, manifestName} {
		n[fold(own)] = entry{path: own}
	}
	return n
}

// add admits the path of a file and returns the folders it needs that are new,
// outermost first.
func (n names) add(path string) (folders []string, err error) {
	if err := checkPath(path); err != nil {
		return nil, err
	}
	for i, r := range path {
		if r != '/' {
			continue
		}
		isNew, err := n.claim(entry{path[:i], true})
		if err != nil {
			return nil, err
		}
		if isNew {
			folders = append(folders, path[:i])
		}
	}
	_, err = n.claim(entry{path, false})
	return folders, err
}

func (n names) claim(e entry) (isNew bool, err error) {
	key := fold(e.path)
	other, taken := n[key]
	switch {
	case !taken:
		n[key] = e
		return true, nil
	case other.path != e.path:
		return false, fmt.Errorf("paths %q and %q differ only in case", other.path, e.path)
	case other.folder != e.folder:
		return false, fmt.Errorf("path %q is a file and also a folder", e.path)
	case e.folder:
		return false, nil
	case e.path == gitignoreName, e.path == manifestName:
		return false, fmt.Errorf("path %q is written by the builder itself", e.path)
	}
	return false, fmt.Errorf("two files for path %q", e.path)
}

func checkPath(path string) error {
	// A backslash separates folders on Windows, where fs.ValidPath lets it pass.
	if !fs.ValidPath(path) || path == "." || strings.ContainsFunc(path, isUnfit) {
		return fmt.Errorf("path %q cannot be a file of the site", path)
	}
	return nil
}

func isUnfit(r rune) bool { return r == '\\' || unicode.IsControl(r) }

// fold goes by way of upper case, so that ſ and s, or ς and σ, become one.
func fold(path string) string { return strings.ToLower(strings.ToUpper(path)) }
