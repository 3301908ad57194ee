package publish

import (
	"fmt"
	"io/fs"
	"strings"
	"unicode"
	"unicode/utf8"
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

// newNames has room for so many files and folders.
func newNames(room int) names {
	n := make(names, room)
	for _, own := range []string{gitignoreName, manifestName} {
		n[own] = entry{path: own}
	}
	return n
}

// add admits the path of a file; folded is the path by way of fold.
func (n names) add(path, folded string) error {
	from := 0 // folding may change the length of a name, but never its slashes
	for i, r := range path {
		if r != '/' {
			continue
		}
		from += strings.IndexByte(folded[from:], '/')
		if err := n.claim(folded[:from], entry{path[:i], true}); err != nil {
			return err
		}
		from++
	}
	return n.claim(folded, entry{path, false})
}

func (n names) claim(key string, e entry) error {
	other, taken := n[key]
	switch {
	case !taken:
		n[key] = e
		return nil
	case other.path != e.path:
		return fmt.Errorf("paths %q and %q differ only in case", other.path, e.path)
	case other.folder != e.folder:
		return fmt.Errorf("path %q is a file and also a folder", e.path)
	case e.folder:
		return nil
	case isOwn(e.path):
		return fmt.Errorf("path %q is written by the builder itself", e.path)
	}
	return fmt.Errorf("two files for path %q", e.path)
}

// folder reports whether files of the tree lie in the folder.
func (n names) folder(path string) bool {
	return n[fold(path)] == entry{path, true}
}

// covers reports whether the path, or a folder above it, is a file of the tree.
func (n names) covers(path string) bool {
	for i := len(path); i > 0; i = strings.LastIndexByte(path[:i], '/') {
		if n[fold(path[:i])] == (entry{path[:i], false}) {
			return true
		}
	}
	return false
}

// isOwn tells the files that the writer makes from those it is given.
func isOwn(path string) bool { return path == gitignoreName || path == manifestName }

func checkPath(path string) error {
	// A backslash separates folders on Windows, where fs.ValidPath lets it pass.
	if !fs.ValidPath(path) || path == "." || strings.ContainsFunc(path, isUnfit) {
		return fmt.Errorf("path %q cannot be a file of the site", path)
	}
	return nil
}

func isUnfit(r rune) bool { return r == '\\' || unicode.IsControl(r) }

// fold goes by way of upper case, so that ſ and s, or ς and σ, become one. Nearly
// every path is folded already, and costs no memory of its own.
func fold(path string) string {
	if !strings.ContainsFunc(path, func(r rune) bool { return r >= utf8.RuneSelf || 'A' <= r && r <= 'Z' }) {
		return path
	}
	return strings.ToLower(strings.ToUpper(path))
}
