package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"slices"
	"time"

	"tocsin/internal/bulletin"
	"tocsin/internal/content"
	"tocsin/internal/notify"
	"tocsin/internal/notify/inventory"
	"tocsin/internal/notify/isolation"
	"tocsin/internal/private"
	"tocsin/internal/source"
	"tocsin/internal/tailnet"
)

// survey streams the inventory once and collects what the bulletin means for it, with
// what the export says of itself. Whoever calls it closes the survey. seen, where it is
// not nil, sees every node before it is taken in.
func (s *site) survey(ctx context.Context, b bulletin.Bulletin, seen func(*notify.Survey, tailnet.Node)) (survey *notify.Survey, found taken, err error) {
	survey = notify.NewSurvey(b, s.config.Products, s.rules, s.now)
	survey.Spill(s.scratch)
	found.Export, err = s.export()
	if err != nil {
		return survey, found, err
	}
	var names *isolation.Identifiers // nil takes in nothing: whoever only looks writes no letters
	if seen == nil {
		names = isolation.New(named(found.Export))
		found.identifiers = names
	}
	files := s.config.Inventory
	r := &reading{site: s, ctx: ctx, export: found.Export, rows: make(map[string]int64), names: make(map[string]bool)}
	defer func() { err = errors.Join(err, r.databases.close()) }()
	r.table("tailnets", files.Tailnets, func(t inventory.Table) (inventory.Read, error) {
		return t.Tailnets(func(n tailnet.Tailnet) { names.Tailnet(n); survey.Tailnet(n) })
	})
	if r.failed() {
		return survey, found, r.result() // only with every tailnet known can one be called unknown
	}
	r.table("contacts", files.Contacts, func(t inventory.Table) (inventory.Read, error) {
		return t.Contacts(survey.Known, both(names.Supplement, survey.Supplement))
	})
	r.findings(b.ID, func(t inventory.Table) (inventory.Read, error) {
		return t.Findings(survey.Known, both(names.Finding, survey.Finding))
	})
	r.nodes(survey, func(known func(tailnet.ID) bool, visit func(tailnet.Node) error) {
		r.table("nodes", files.Nodes, func(t inventory.Table) (inventory.Read, error) {
			if known == nil {
				return t.NodesByMany(s.installed(), survey.Columns(), intakes(survey, names, seen)...)
			}
			return t.Nodes(s.installed(), survey.Columns(), known, visit)
		})
	}, survey.Node)
	r.table("users", files.Users, func(t inventory.Table) (inventory.Read, error) {
		return t.Users(survey.Known, both(names.User, survey.User))
	})
	r.gone()
	found.findings = r.found
	if err := r.result(); err != nil {
		return survey, found, err
	}
	found.tables, err = r.tables()
	return survey, found, err
}

// mostIntakes is how many goroutines take in nodes: each has a buffer of eight megabytes.
const mostIntakes = 4

// intakes hand nodes to the identifiers and to the survey, as both does, one for each
// processor. Where somebody sees every node before, there is one.
func intakes(survey *notify.Survey, names *isolation.Identifiers, seen func(*notify.Survey, tailnet.Node)) (visits []func(*tailnet.Node) error) {
	if seen != nil {
		return []func(*tailnet.Node) error{func(n *tailnet.Node) error {
			seen(survey, *n)
			return survey.Node(*n)
		}}
	}
	for range min(runtime.GOMAXPROCS(0), mostIntakes) {
		names, intake := names.Notes(), survey.Intake()
		visits = append(visits, func(n *tailnet.Node) error {
			names.Node(n)
			return intake.Node(n)
		})
	}
	return visits
}

// named is how many names an inventory has, by what its export says of it; 0 where that
// says nothing. What it says is not believed beyond a hundred megabytes.
func named(export inventory.Export) int {
	const each, most = 2, 1 << 24 // names a row: of a node its ID and its name
	rows := int64(0)
	for _, n := range export.Rows {
		rows += min(n, most)
	}
	return int(min(each*rows, most))
}

// both hands a row to the identifiers, and then to the survey: each learns of the tables
// by itself, so that a mistake in the survey is seen (F20).
func both[T any](names func(T), survey func(T) error) func(T) error {
	return func(row T) error {
		names(row)
		return survey(row)
	}
}

// export reads what the export says of itself, and refuses one that is too old. Where
// it says nothing, the zero value does. What a database is asked for is as old as the
// question.
func (s *site) export() (inventory.Export, error) {
	name := s.config.Inventory.Export
	switch {
	case name == "" && s.config.Inventory.Exported():
		return inventory.Export{}, nil
	case name == "":
		return inventory.Export{Taken: s.now}, nil
	}
	data, err := private.Read(s.path(name))
	switch missing := errors.Is(err, fs.ErrNotExist); {
	case missing && s.config.Inventory.Named.Export:
		return inventory.Export{}, refuse("export the inventory with it, or take inventory.export out of "+content.ConfigFile, "inventory.export: there is no %s", name)
	case missing:
		return inventory.Export{}, nil
	}
	if err != nil {
		return inventory.Export{}, err
	}
	export, problems := inventory.ReadExport(source.File{Name: path.Clean(filepath.ToSlash(name)), Data: data})
	if len(problems) > 0 {
		return export, problems
	}
	if export.Taken.After(s.now.Add(time.Hour)) {
		return export, refuse("mend taken_at in "+name+", or the clock of this machine", "the inventory says that it was taken at %s, which is yet to come", export.Taken.Format(time.RFC3339))
	}
	if age, most := s.now.Sub(export.Taken), s.config.Inventory.MaxAge; age > most {
		return export, refuse("export the inventory again", "the inventory was taken at %s, which is more than %d hours ago (inventory.max_age)",
			export.Taken.Format(time.RFC3339), int(most.Hours()))
	}
	return export, nil
}

// reading goes through the tables of the inventory, and gathers what is wrong in them.
type reading struct {
	site      *site
	ctx       context.Context
	export    inventory.Export
	databases databases
	rows      map[string]int64 // of each table that was read
	names     map[string]bool  // of the files that were read
	found     findingsSum
	problems  source.Problems
	err       error // a table that cannot be read: nothing is read after it
}

func (r *reading) failed() bool { return r.err != nil || len(r.problems) > 0 }

func (r *reading) result() error {
	if r.err == nil && len(r.problems) > 0 {
		return r.problems
	}
	return r.err
}

// table reads one table from where a setting says that it stands; nothing where it
// says nothing.
func (r *reading) table(name string, setting content.Table, read func(inventory.Table) (inventory.Read, error)) {
	if r.err != nil || !setting.Is() {
		return
	}
	read = r.counted(name, read)
	if setting.Query != "" {
		r.query(name, setting, read)
		return
	}
	files, err := r.site.tableFiles(r.ctx, name, setting.Files)
	if err != nil {
		r.err = err
		return
	}
	r.files(name, files, read)
}

// files reads the files of one table, and holds them against the export.
func (r *reading) files(name string, files []inventory.File, read func(inventory.Table) (inventory.Read, error)) {
	found, err := read(inventory.Table{Files: files, Columns: r.site.config.Inventory.Columns[name], Sum: len(r.export.Sums) > 0})
	if r.err = err; err == nil {
		r.problems = slices.Concat(r.problems, found.Problems, r.export.Holds(name, found))
	}
	for _, f := range files {
		r.names[f.Name] = true
	}
}

// tableFiles lists the files of a table: the one that is named, or all that match.
func (s *site) tableFiles(ctx context.Context, table, setting string) ([]inventory.File, error) {
	if !content.IsPattern(setting) {
		return []inventory.File{s.privateFile(ctx, setting)}, nil
	}
	folder, pattern := path.Split(filepath.ToSlash(setting))
	entries, err := os.ReadDir(s.path(folder))
	if err != nil {
		return nil, err
	}
	var files []inventory.File
	for _, e := range entries {
		matches, err := path.Match(pattern, e.Name())
		if err != nil {
			return nil, err
		}
		if matches && !e.IsDir() {
			files = append(files, s.privateFile(ctx, folder+e.Name()))
		}
	}
	if len(files) == 0 {
		return nil, refuse(fmt.Sprintf("export the inventory there, or mend inventory.%s in %s", table, content.ConfigFile), "inventory.%s: no file matches %q", table, setting)
	}
	return files, nil
}

// closedFolder refuses the folder of a private file, in the site, that others can open: what
// a file in it is called says which bulletin is to come, and who can write there can put
// another in its place. A folder elsewhere is not the site's to judge.
func (s *site) closedFolder(name string) error {
	folder := path.Dir(path.Clean(filepath.ToSlash(name)))
	if folder == "." || !filepath.IsLocal(folder) {
		return nil
	}
	if err := private.Check(s.path(folder)); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// privateFile is one private file, which is refused where others can read it.
func (s *site) privateFile(ctx context.Context, name string) inventory.File {
	return inventory.File{
		Name: path.Clean(filepath.ToSlash(name)),
		Open: func() (io.ReadCloser, error) {
			if err := s.closedFolder(name); err != nil {
				return nil, err
			}
			f, err := private.Open(s.path(name))
			if errors.Is(err, fs.ErrNotExist) {
				return nil, refuse("export the inventory there, or mend inventory: in "+content.ConfigFile, "there is no %s", name)
			}
			if err != nil {
				return nil, err
			}
			return interruptible{ctx, s.watched, f}, nil
		},
	}
}

// interruptible ends a long read when the person at the terminal does.
type interruptible struct {
	ctx     context.Context
	watched func(octets int)
	io.ReadCloser
}

// Read reads until the context is done.
func (i interruptible) Read(b []byte) (int, error) {
	if err := i.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := i.ReadCloser.Read(b)
	if i.watched != nil {
		i.watched(n)
	}
	return n, err
}

// installed lists the products that run on nodes.
func (s *site) installed() []string {
	var ids []string
	for _, p := range s.config.Installed() {
		ids = append(ids, p.ID)
	}
	return ids
}
