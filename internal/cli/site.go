package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"
	"unicode"

	"tocsin/internal/bulletin"
	"tocsin/internal/check"
	"tocsin/internal/content"
	"tocsin/internal/disclosure"
	"tocsin/internal/release"
	"tocsin/internal/source"
	"tocsin/templates"
)

// site is a site's folder with everything that people wrote in it, read and checked.
type site struct {
	dir       string
	now       time.Time // the instant of the run
	config    content.Config
	content   content.Site
	rules     disclosure.Rules
	templates fs.FS            // the site's own over tocsin's
	problems  source.Problems  // of the content; the settings' own end the command
	silenced  source.Problems  // that suppress: entries took out of them
	exposed   []string         // private files that the site's git tracks
	obstacles source.Problems  // those of them that keep anybody from giving verdicts
	watched   func(octets int) // where it is not nil, hears how much of the inventory was read
}

// open reads tocsin.yaml and everything that people wrote, checks it, and keeps every
// bulletin. Problems of the content are the caller's to judge: one colleague's broken
// file must not be in everybody's way.
func (p *program) open() (*site, error) { return p.openOver(asItIs) }

// trees are the two folders that people write in.
type trees struct {
	site   fs.FS
	drafts *content.Drafts // nil where the site has no private root
}

// asItIs looks at what is there. Another function can put over it what a command
// would write, to see what comes of that.
func asItIs(t trees) trees { return t }

// with puts files over the trees, by the names that problems have. A file without bytes
// is gone.
func (t trees) with(files map[string][]byte) trees {
	ours, drafts := make(map[string][]byte), make(map[string][]byte)
	for name, data := range files {
		if rest, in := t.inDrafts(name); in {
			drafts[rest] = data
		} else {
			ours[name] = data
		}
	}
	t.site = release.Over(t.site, ours)
	if t.drafts != nil {
		t.drafts = &content.Drafts{FS: release.Over(t.drafts.FS, drafts), Name: t.drafts.Name}
	}
	return t
}

func (t trees) inDrafts(name string) (rest string, in bool) {
	if t.drafts == nil {
		return "", false
	}
	return strings.CutPrefix(name, path.Clean(filepath.ToSlash(t.drafts.Name))+"/")
}

func (p *program) openOver(over func(trees) trees) (*site, error) {
	var all []bulletin.Bulletin
	s, err := p.walk(over, func(e content.Entry) {
		if e.Readable {
			all = append(all, e.Bulletin)
		}
	})
	if err != nil {
		return nil, err
	}
	s.content.Bulletins = all
	return s, nil
}

// walk reads and checks a site, and shows every bulletin file once.
func (p *program) walk(over func(trees) trees, visit func(content.Entry)) (*site, error) {
	s, err := p.prepare(over)
	if err != nil {
		return nil, err
	}
	return s.site, errors.Join(p.read(s, visit), s.close())
}

// prepared is a site whose bulletins are still to be read.
type prepared struct {
	*site
	reader  *content.Reader
	checker *check.Checker
	trees   []*content.Tree // that are read
	layouts *layouts        // where they were read already
}

// prepare reads everything of a site but its bulletins. It does other things meanwhile, which need
// the settings alone; of several errors it returns that of the site first.
func (p *program) prepare(over func(trees) trees, meanwhile ...func(*site) error) (*prepared, error) {
	s, root, err := p.configured()
	if err != nil {
		return nil, err
	}
	o := &prepared{site: s, trees: []*content.Tree{content.NewTree(root)}}
	things := []func() error{func() error { return o.open(over) }}
	settled := *s // what is read of the content goes into the other
	for _, do := range meanwhile {
		things = append(things, func() error { return do(&settled) })
	}
	if err := together(things...); err != nil {
		return nil, errors.Join(err, o.close())
	}
	return o, nil
}

func (o *prepared) open(over func(trees) trees) error {
	private, err := o.draftsRoot()
	if err != nil {
		return err
	}
	t := trees{site: o.trees[0]}
	if private != nil {
		drafts := content.NewTree(private)
		o.trees = append(o.trees, drafts)
		t.drafts = &content.Drafts{FS: drafts, Name: o.config.Drafts}
	}
	if o.templates, err = o.openTemplates(); err != nil {
		return err
	}
	t = over(t)
	if o.reader, err = content.Open(t.site, t.drafts); err != nil {
		return err
	}
	o.checker, err = o.site.checker(o.reader)
	return err
}

// close lets go of the folders. Nothing can be read any more.
func (o *prepared) close() error {
	var errs []error
	for _, tree := range o.trees {
		errs = append(errs, tree.Close())
	}
	return errors.Join(errs...)
}

// draftsRoot opens the private root that bulletins may be written in; nil where the
// site has none.
func (s *site) draftsRoot() (*os.Root, error) {
	if s.config.Drafts == "" {
		return nil, nil
	}
	root, err := os.OpenRoot(s.path(s.config.Drafts))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, &refusal{exitIO, fmt.Sprintf("the drafts folder %s is not there, and what stands in it would be missed", s.config.Drafts),
			"make or mount it, or remove drafts: from " + content.ConfigFile}
	}
	return root, err
}

// read reads the bulletins, and checks them on the way.
func (p *program) read(o *prepared, visit func(content.Entry)) error {
	add, done := p.progress("checking", o.reader.Count())
	defer done()
	for e, err := range o.reader.Bulletins() {
		if err != nil {
			return err
		}
		o.checker.Bulletin(e)
		visit(e)
		add(1)
	}
	o.problems, o.silenced, o.obstacles = o.checker.Done(), o.checker.Suppressed(), o.checker.Obstacles()
	return nil
}

// checker begins to check what a reader reads.
func (s *site) checker(reader *content.Reader) (*check.Checker, error) {
	s.content = reader.Site()
	rules, problems := check.Reading(s.content)
	s.rules = rules
	tracked, known, err := s.tracked()
	s.exposed = tracked
	if err != nil {
		return nil, err
	}
	assets, err := fs.Sub(s.templates, "static")
	if err != nil {
		return nil, err
	}
	return check.New(check.Settings{
		Config: s.config, Rules: rules, Now: s.now, Found: slices.Concat(reader.Problems(), problems),
		Assets: assets, Tracked: tracked, Untold: !known,
	}, s.content), nil
}

// configured reads tocsin.yaml alone.
func (p *program) configured() (*site, *os.Root, error) {
	now, err := p.clock()
	if err != nil {
		return nil, nil, err
	}
	root, err := os.OpenRoot(p.dir)
	if err != nil {
		return nil, nil, err
	}
	config, problems, err := content.ReadConfig(root.FS())
	if full, absErr := filepath.Abs(p.dir); absErr == nil {
		problems = append(problems, config.Inside(full)...)
	}
	if err == nil && len(problems) > 0 {
		err = problems
	}
	if err != nil {
		return nil, nil, errors.Join(err, root.Close())
	}
	s := &site{dir: p.dir, now: now, config: config}
	p.bookPath = s.path(config.Ledger)
	if err := s.linked(); err != nil {
		return nil, nil, errors.Join(err, root.Close())
	}
	return s, root, nil
}

// settings reads tocsin.yaml and nothing else: the ledger's commands work whatever
// the content is like.
func (p *program) settings() (*site, error) {
	s, root, err := p.configured()
	if err != nil {
		return nil, err
	}
	return s, root.Close()
}

// path resolves a path of tocsin.yaml.
func (s *site) path(name string) string {
	if filepath.IsAbs(name) {
		return name
	}
	return filepath.Join(s.dir, filepath.FromSlash(name))
}

// openTemplates opens tocsin's templates with those of the site's templates/ folder
// over them. It refuses a folder that could show what lies elsewhere.
func (s *site) openTemplates() (fs.FS, error) {
	tree, err := templates.Open(s.path(templates.Folder))
	if errors.Is(err, templates.ErrNotFile) {
		return nil, refuse("remove it, then the same command again", "%v", err)
	}
	return tree, err
}

// public is the folder of the built site, state the private folder of its builds.
func (s *site) public() string { return s.path("public") }
func (s *site) state() string  { return s.path(".tocsin") }

// published lists the bulletins that readers may see.
func (s *site) published() []bulletin.Published {
	var out []bulletin.Published
	for _, b := range s.content.Bulletins {
		if b, err := b.Publish(); err == nil {
			out = append(out, b)
		}
	}
	return out
}

// bulletin finds a bulletin that may be judged: it is there, its own file can be
// read without problems, and the policy says what the rules quote.
func (s *site) bulletin(id string) (bulletin.Bulletin, error) {
	b, found := s.content.Bulletin(bulletin.ID(id))
	if !found {
		return b, s.absent(id)
	}
	if problems := s.unreadable(b.Source.Name); len(problems) > 0 {
		return b, unsure(id, problems)
	}
	return b, s.judgeable()
}

// unsure says that a bulletin is not judged while nobody can be sure what it says.
func unsure(id string, problems source.Problems) error {
	return &undone{problems, id + " cannot be read whole, so nothing is decided by it", "mend that (tocsin check --fix may), then the same command again"}
}

// absent says why there is no bulletin of an ID: its file cannot be read, which may be a
// warning where it is a draft, or is not there.
func (s *site) absent(id string) error {
	for _, file := range s.filesOf(id) {
		if problems := s.unreadable(file); len(problems) > 0 {
			return unsure(id, problems)
		}
		if problems := s.problemsOf(file); len(problems) > 0 {
			return unsure(id, problems)
		}
	}
	return s.noBulletin(id)
}

// noBulletin says that there is no bulletin of an ID, and which one was probably meant.
func (s *site) noBulletin(id string) error {
	what := fmt.Sprintf("there is no bulletin %q under %s", id, content.BulletinFolder)
	if meant := s.meantID(id); meant != "" {
		what += ": did you mean " + meant + "?"
	}
	return &refusal{exitUsage, what, "tocsin status lists them"}
}

// meantID is the one bulletin whose ID a text is another way to write: in small letters,
// without the letters before the year, or without the zeros before the number. Empty
// where there is none, or several.
func (s *site) meantID(text string) string {
	found := ""
	for _, b := range s.content.Bulletins {
		id := string(b.ID)
		if loose(id) != loose(text) || id == found {
			continue
		}
		if found != "" {
			return ""
		}
		found = id
	}
	return found
}

// loose is what an ID has left without the parts that people leave out: 2026-11.
func loose(id string) string {
	number := id[strings.IndexFunc(id+"0", unicode.IsDigit):]
	year, serial, _ := strings.Cut(number, "-")
	return year + "-" + strings.TrimLeft(serial, "0")
}

// filesOf names the files that a bulletin can stand in.
func (s *site) filesOf(id string) []string {
	files := []string{path.Join(content.BulletinFolder, id+".md")}
	if s.config.Drafts != "" {
		files = append(files, path.Join(filepath.ToSlash(s.config.Drafts), "bulletins", id+".md"))
	}
	return files
}

// problemsOf lists everything about one file.
func (s *site) problemsOf(file string) source.Problems {
	return slices.DeleteFunc(slices.Clone(s.problems), func(f source.Problem) bool { return f.Position.File != file })
}

// unreadable lists the errors of one file by which nobody can be sure what it says. A
// verdict on it, or a link that leads nowhere, is none of them. A draft may be unfinished:
// of the problems that are warnings there only those count by which a fact in its front
// matter was misread.
func (s *site) unreadable(file string) source.Problems {
	return slices.DeleteFunc(s.problemsOf(file), func(f source.Problem) bool {
		return !check.Misread(f.Code) || f.Level != source.Error && !(f.Softened && s.misreads(f))
	})
}

// misreads tells whether a draft's problem stands in the front matter of what was read all
// the same. A claim without evidence is understood well: it counts for nothing.
func (s *site) misreads(f source.Problem) bool {
	return f.Code != "claim-without-basis" && slices.ContainsFunc(s.content.Bulletins, func(b bulletin.Bulletin) bool {
		return b.Source.Name == f.Position.File && f.Position.Line < b.BodyLine
	})
}

// judgeable refuses to give verdicts by sentences that are not the policy's.
func (s *site) judgeable() error {
	if len(s.obstacles) == 0 {
		return nil
	}
	if s.obstacles.Errors() > 0 {
		return &undone{s.obstacles, "no verdict can be given until then", "mend that, then the same command again"}
	}
	first := s.obstacles[0]
	return refuse("tocsin new rules "+s.rules.Policy, "no verdict: %s", first.Message)
}

// policyURL is the page of the disclosure policy; the list of policies where the
// site has no such page.
func (s *site) policyURL() string {
	layout := s.config.Layout
	if _, found := s.content.Policy(s.rules.Policy); found {
		return layout.URL(layout.Policy(s.rules.Policy))
	}
	return layout.URL(layout.Policies())
}

// clauseURL is the sentence of a clause on the page of the disclosure policy; the list of
// policies where the site has no such page.
func (s *site) clauseURL(question, clause string) string {
	if _, found := s.content.Policy(s.rules.Policy); !found {
		return s.policyURL()
	}
	layout := s.config.Layout
	return layout.URL(layout.Clause(s.rules.Policy, question, clause))
}

// missing reports whether a path is not there.
func missing(path string) (bool, error) {
	_, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return true, nil
	}
	return false, err
}
