package content

import (
	"fmt"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"tocsin/internal/source"
)

// Exposed are the folders of a site in which nothing private may stand: they are
// published, replaced with every build, or read as something else.
var Exposed = [...]string{"public", Folder, "templates", ".tocsin"}

// private checks where a private file or folder is to stand, which was read from a
// key, and returns it.
func (f *fields) private(key, name string) string {
	switch why := misplaced(name); {
	case name == "":
	case why != "":
		f.doc.report(f.value(key), "odd-path", fmt.Sprintf("%s is %q, %s", key, name, why), "put it elsewhere, such as under var/")
	case filepath.IsAbs(name):
		f.doc.absolute = append(f.doc.absolute, placed{name, f.position(key)})
	}
	return name
}

// misplaced says why a path is not one for something private; empty where it is. A
// path counts in any case and with either slash, as it does on some machines.
func misplaced(name string) string {
	slashed := strings.ReplaceAll(name, `\`, "/")
	parts := strings.Split(slashed, "/")
	if slices.Contains(parts, "..") {
		return "and .. can lead anywhere"
	}
	if path.IsAbs(slashed) || filepath.IsAbs(name) {
		return "" // [Config.Inside] looks at those
	}
	top, _, _ := strings.Cut(path.Clean(slashed), "/")
	switch {
	case top == ".":
		return "the folder of the site itself"
	case slices.ContainsFunc(Exposed[:], func(o string) bool { return strings.EqualFold(o, top) }):
		return "and " + strings.ToLower(top) + "/ is no place for what is private"
	}
	return ""
}

// placed is a full path and where it is named.
type placed struct {
	name string
	at   source.Position
}

// Inside reports every private file or folder that tocsin.yaml names by its full
// path and that lies in the site all the same: the rules for relative paths would
// not see it. The folder is the site's own full path.
func (c Config) Inside(folder string) source.Problems {
	var problems source.Problems
	for _, p := range c.absolute {
		if rel, err := filepath.Rel(folder, p.name); err == nil && filepath.IsLocal(rel) {
			problems = append(problems, problem(c.Source, p.at.Line, p.at.Column, "odd-path",
				fmt.Sprintf("%q lies in the site", p.name), "write the path as it is from "+ConfigFile))
		}
	}
	return problems
}
