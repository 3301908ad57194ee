package content

import (
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"strings"

	"tocsin/internal/source"
)

// walk visits the folder. Walking follows a link at its root, so that is looked at first.
func (r *Reader) walk() error {
	info, err := fs.Lstat(r.site, Folder)
	if err == nil && info.Mode()&fs.ModeSymlink != 0 {
		return r.visit(Folder, fs.FileInfoToDirEntry(info), nil)
	}
	return fs.WalkDir(r.site, Folder, r.visit)
}

// visit consumes one entry. Every file is read or named: a bulletin in the wrong
// folder must not be missed in silence.
func (r *Reader) visit(name string, entry fs.DirEntry, err error) error {
	switch {
	case err != nil:
		return err
	case r.odd(name, entry):
		if isRules(name) {
			r.broken(source.File{Name: name})
		}
		r.unreadRecord(place{name: name})
		return nil
	case strings.HasPrefix(path.Base(name), "."):
		if rulesByEnd.MatchString(name) {
			r.stray(name)
		}
		return skip(entry)
	case entry.IsDir():
		return r.folder(place{name: name})
	}
	return r.file(name, entry)
}

// folder goes into a folder, but for those among the decisions: nothing is read there.
func (r *Reader) folder(p place) error {
	switch {
	case amongDecisions(p):
		r.strayRecord(p)
		return fs.SkipDir
	case !p.embargoed && isRules(p.name):
		r.stray(p.name)
		r.broken(source.File{Name: p.name})
	}
	return nil
}

// strayRecord names what stands among the decisions and is none. A warning would do
// for a page that is not read; a record that is not read lets a bulletin be released
// twice.
func (r *Reader) strayRecord(p place) {
	r.add(source.Error, r.shown(p), "stray-file", "this is no decision, and is not read", "decisions are "+DecisionFolder+"/ID.json: remove it, or put the record back under its own name")
	r.unreadRecord(p)
}

// unreadRecord puts down that there is something in the place of a decision, or of all
// of them, that is not read.
func (r *Reader) unreadRecord(p place) {
	switch {
	case amongDecisions(p):
		id, _, _ := strings.Cut(path.Base(p.name), ".")
		id = strings.ToLower(id)
		r.unread[id] = append(r.unread[id], p)
	case strings.EqualFold(p.inSite(), DecisionFolder) || p.inSite() == Folder:
		r.allUnread = append(r.allUnread, p)
	}
}

// amongDecisions tells whether something stands in the folder of decisions, however its
// name is written: file systems that fold case hold them to be one.
func amongDecisions(p place) bool { return strings.EqualFold(path.Dir(p.inSite()), DecisionFolder) }

// odd reports what is neither a file nor a folder.
func (r *Reader) odd(name string, entry fs.DirEntry) bool {
	switch {
	case entry.Type()&fs.ModeSymlink != 0:
		r.add(source.Error, name, "symlink", "symbolic link in place of content", "put the file itself here: a link could publish what lies elsewhere")
	case !entry.IsDir() && !entry.Type().IsRegular():
		r.add(source.Error, name, "odd-file", "neither a file nor a folder", "remove it")
	default:
		return false
	}
	return true
}

// skip leaves out an entry, a folder with everything in it.
func skip(entry fs.DirEntry) error {
	if entry.IsDir() {
		return fs.SkipDir
	}
	return nil
}

// file reads a file, or puts it down to be read later.
func (r *Reader) file(name string, entry fs.DirEntry) error {
	switch {
	case amongDecisions(place{name: name}) && !isDecision(name) && !isForBrowsers(name):
		r.strayRecord(place{name: name})
		return nil
	case path.Ext(name) == ".go": // the content's own tests
		return nil
	case isForBrowsers(name):
		r.add(source.Note, name, "stray-file", "this file is not read: it is for those who browse the files", "")
		return nil
	case isCodes(name):
		return r.codes(name)
	case isBulletin(name):
		r.bulletins = append(r.bulletins, place{name: name, entry: entry})
		return nil
	case isDecision(name):
		r.record(place{name: name, entry: entry})
		return nil
	case isRules(name):
		return r.small(name, r.readRules, r.broken)
	case name == indexFile:
		return r.small(name, r.readIndex, ignore)
	case isPolicy(name):
		return r.small(name, r.readPolicy, ignore)
	}
	r.stray(name)
	return nil
}

// small reads a file at once. Whoever needs it is told where it is too large.
func (r *Reader) small(name string, read, tooLarge func(source.File)) error {
	file, problems, err := r.open(place{name: name})
	switch {
	case err != nil:
		return err
	case len(problems) > 0:
		r.problems = append(r.problems, problems...)
		tooLarge(file)
	default:
		read(file)
	}
	return nil
}

func ignore(source.File) {}

// stray names a file that nothing reads. Rules that are not read would leave the
// built-in ones in force, so those are an error.
func (r *Reader) stray(name string) {
	level, hint := source.Warning, "bulletins are content/bulletins/ID.md, policies content/policies/NAME.md or NAME/index.md"
	if meantAsRules(name) {
		level, hint = source.Error, "the rules of a policy are content/policies/SLUG.rules.yaml, or lie beside its page"
	}
	r.add(level, name, "stray-file", "this file is not read", hint)
}

// meantAsRules tells of files that somebody may take for the rules of a policy: rules
// anywhere by their end, and under the policies whatever is called rules.
func meantAsRules(name string) bool {
	return rulesByEnd.MatchString(name) || strings.HasPrefix(name, PolicyFolder+"/") && rulesByName.MatchString(path.Base(name))
}

var (
	rulesByEnd  = regexp.MustCompile(`(?i)\.rules(\.ya?ml|\.json)?$`)
	rulesByName = regexp.MustCompile(`(?i)(^|[^a-z])rules?\.(ya?ml|json)\b`)
)

// walkDrafts visits the drafts root. Only bulletins, and decisions on record about
// them, are read there.
func (r *Reader) walkDrafts() error {
	err := fs.WalkDir(r.drafts.FS, ".", func(name string, entry fs.DirEntry, err error) error {
		switch dir, ext := path.Dir(name), path.Ext(name); {
		case err != nil:
			return err
		case name == ".":
			return nil
		case r.odd(r.drafts.file(name), entry):
			r.unreadRecord(place{name: name, embargoed: true})
			return nil
		case strings.HasPrefix(path.Base(name), "."):
			return skip(entry)
		case entry.IsDir():
			return r.folder(place{name: name, embargoed: true})
		case isForBrowsers(name):
			return nil
		case dir == path.Base(BulletinFolder) && ext == ".md":
			r.bulletins = append(r.bulletins, place{name, true, entry})
		case dir == path.Base(DecisionFolder) && ext == ".json":
			r.record(place{name, true, entry})
		case amongDecisions(place{name: name, embargoed: true}):
			r.strayRecord(place{name: name, embargoed: true})
		default:
			r.add(source.Warning, r.drafts.file(name), "stray-file", "this file is not read", "drafts are "+r.drafts.file("bulletins/ID.md"))
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("the drafts root %s: %w", r.drafts.Name, err)
	}
	return nil
}

func isBulletin(name string) bool {
	return path.Dir(name) == BulletinFolder && path.Ext(name) == ".md"
}

// isPolicy accepts content/policies/name.md and content/policies/name/index.md.
func isPolicy(name string) bool {
	dir := path.Dir(name)
	return dir == PolicyFolder && path.Ext(name) == ".md" ||
		path.Dir(dir) == PolicyFolder && path.Base(name) == "index.md"
}

// indexFile is the policies' own front page.
const indexFile = PolicyFolder + "/_index.md"

// isRules accepts content/policies/slug.rules.yaml, and the same beside the page of a
// policy that has a folder.
func isRules(name string) bool {
	dir := path.Dir(name)
	return (dir == PolicyFolder || path.Dir(dir) == PolicyFolder) && strings.HasSuffix(name, rulesEnd)
}

func isDecision(name string) bool {
	return path.Dir(name) == DecisionFolder && path.Ext(name) == ".json"
}

// isForBrowsers tells of what stands in many repositories to be read there. Were it
// taken for a policy without a header, it would be published.
func isForBrowsers(name string) bool {
	switch path.Base(name) {
	case "README", "README.md", "LICENSE", "LICENSE.md", "LICENSE.txt", "CONTRIBUTING.md", "CODE_OF_CONDUCT.md", "CODEOWNERS":
		return true
	}
	return false
}

// add reports a problem of a file as a whole.
func (r *Reader) add(level source.Level, name, code, message, hint string) {
	r.problems = append(r.problems, source.Problem{
		Position: source.Position{File: name}, Level: level, Code: code, Message: message, Hint: hint,
	})
}
