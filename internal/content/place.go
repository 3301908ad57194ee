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
		f.doc.absolute = append(f.doc.absolute, placed{name: name, at: f.position(key)})
	}
	return name
}

// misplaced says why a path is not one for something private; empty where it is. A
// path counts in any case and with either slash, as it does on some machines.
func misplaced(name string) string {
	slashed := slashed(name)
	if slices.Contains(strings.Split(slashed, "/"), "..") {
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

// draftsOf reads the folder of the private drafts root. It may lie outside of the
// site, but not around it: all that stands in the folder is looked at.
func draftsOf(f *fields) string {
	name, why := f.line("drafts"), ""
	switch {
	case name == "":
		return ""
	case !outside(name):
		why = misplaced(name)
	case path.Base(path.Clean(slashed(name))) == ".." || path.Clean(slashed(name)) == "/":
		why = "a folder that holds the site"
	default:
		f.doc.absolute = append(f.doc.absolute, placed{name, f.position("drafts"), true})
	}
	if why != "" {
		f.doc.report(f.value("drafts"), "odd-path", fmt.Sprintf("drafts is %q, %s", name, why), "name a folder of its own, such as ../embargo")
	}
	return name
}

// outside reports whether a path leads out of the site, as far as it can tell.
func outside(name string) bool {
	first, _, _ := strings.Cut(path.Clean(slashed(name)), "/")
	return first == ".." || filepath.IsAbs(name) || path.IsAbs(slashed(name))
}

func slashed(name string) string { return strings.ReplaceAll(name, `\`, "/") }

// placed is a path that may lead anywhere, and where it is named.
type placed struct {
	name   string
	at     source.Position
	drafts bool // the drafts root, of which everything is read
}

// Inside reports every private file or folder that tocsin.yaml names by a path from
// outside and that lies in the site all the same: the rules for paths within it would
// not see it. The folder is the site's own full path.
func (c Config) Inside(folder string) source.Problems {
	var problems source.Problems
	report := func(p placed, message, hint string) {
		problems = append(problems, problem(c.Source, p.at.Line, p.at.Column, "odd-path", fmt.Sprintf(message, p.name), hint))
	}
	for _, p := range c.absolute {
		full := p.name
		if !filepath.IsAbs(full) {
			full = filepath.Join(folder, filepath.FromSlash(slashed(p.name)))
		}
		switch {
		case lies(full, folder):
			report(p, "%q lies in the site", "write the path as it is from "+ConfigFile)
		case p.drafts && lies(folder, full):
			report(p, "%q holds the site", "name a folder of its own, such as ../embargo")
		}
	}
	return problems
}

// lies reports whether a full path is a folder, or leads into it.
func lies(name, folder string) bool {
	rel, err := filepath.Rel(folder, name)
	return err == nil && filepath.IsLocal(rel)
}
