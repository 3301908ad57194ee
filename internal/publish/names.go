package publish

import (
	"fmt"
	"io/fs"
	"sort"
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

func newNames() names {
	n := make(names)
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
	return twice(e.path)
}

func twice(path string) error { return fmt.Errorf("two files for path %q", path) }

// oldNames are the names of the last site, as far as they fit together: then those of them that
// the next site has do so too, and need not be held against each other.
type oldNames struct {
	files   []node  // by path, all of them folded
	folders []place // by path, with every folder above a file
}

// clash reports whether a path that is not among them may come in the way of one that is.
func (o oldNames) clash(path, folded string) bool {
	for i := range len(folded) {
		if folded[i] != '/' {
			continue
		}
		if o.file(folded[:i]) || folded != path && o.folder(folded[:i]) {
			return true
		}
	}
	return o.folder(folded) || folded != path && o.file(folded)
}

// file looks at paths alone: the rest of a node may be changing meanwhile.
func (o oldNames) file(path string) bool {
	_, is := sort.Find(len(o.files), func(i int) int { return strings.Compare(path, o.files[i].path) })
	return is
}

func (o oldNames) folder(path string) bool {
	_, is := sort.Find(len(o.folders), func(i int) int { return strings.Compare(path, o.folders[i].path) })
	return is
}

// isPlainName tells nearly all paths: no [fold] changes them, and [checkPath] lets them pass.
func isPlainName(path string) bool {
	for i := range len(path) {
		if c := path[i]; c <= ' ' || c >= 0x7f || c == '\\' || 'A' <= c && c <= 'Z' {
			return false
		}
	}
	return fs.ValidPath(path) && path != "."
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
