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
	"slices"
	"strings"
	"time"

	"tocsin/internal/bulletin"
	"tocsin/internal/content"
	"tocsin/internal/notify"
	"tocsin/internal/notify/inventory"
	"tocsin/internal/private"
	"tocsin/internal/source"
	"tocsin/internal/tailnet"
)

// survey streams the inventory once and collects what the bulletin means for it, with
// what the export says of itself. seen, where it is not nil, sees every node that was
// taken in.
func (s *site) survey(ctx context.Context, b bulletin.Bulletin, seen func(tailnet.Node)) (*notify.Survey, inventory.Export, error) {
	survey := notify.NewSurvey(b, s.config.Products, s.rules, s.now)
	export, err := s.export()
	if err != nil {
		return survey, export, err
	}
	visit := survey.Node
	if seen != nil {
		visit = func(n tailnet.Node) error {
			seen(n)
			return survey.Node(n)
		}
	}
	files := s.config.Inventory
	r := &reading{site: s, ctx: ctx, export: export}
	r.table("tailnets", files.Tailnets, func(t inventory.Table) (inventory.Read, error) { return t.Tailnets(survey.Tailnet) })
	if r.failed() {
		return survey, export, r.result() // only with every tailnet known can one be called unknown
	}
	r.table("contacts", files.Contacts, func(t inventory.Table) (inventory.Read, error) {
		return t.Contacts(survey.Known, survey.Supplement)
	})
	r.findings(b.ID, func(t inventory.Table) (inventory.Read, error) { return t.Findings(survey.Known, survey.Finding) })
	r.table("nodes", files.Nodes, func(t inventory.Table) (inventory.Read, error) {
		return t.Nodes(s.installed(), survey.Columns(), survey.Known, visit)
	})
	r.table("users", files.Users, func(t inventory.Table) (inventory.Read, error) { return t.Users(survey.Known, survey.User) })
	return survey, export, r.result()
}

// export reads what the export says of itself, and refuses one that is too old. Where
// it says nothing, the zero value does.
func (s *site) export() (inventory.Export, error) {
	name := s.config.Inventory.Export
	data, err := private.Read(s.path(name))
	if errors.Is(err, fs.ErrNotExist) {
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
		return export, refuse("export the inventory again", "the inventory was taken at %s, %d hours ago, and inventory.max_age is %d hours",
			export.Taken.Format(time.RFC3339), int(age.Hours()), int(most.Hours()))
	}
	return export, nil
}

// reading goes through the tables of the inventory, and gathers what is wrong in them.
type reading struct {
	site     *site
	ctx      context.Context
	export   inventory.Export
	problems source.Problems
	err      error // a file that cannot be read: nothing is read after it
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
func (r *reading) table(name, setting string, read func(inventory.Table) (inventory.Read, error)) {
	if r.err != nil || setting == "" {
		return
	}
	files, err := r.site.tableFiles(r.ctx, name, setting)
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
}

// findings reads what is known of single tailnets: every file of the folder that bears
// the bulletin's ID, whatever format its name ends in. There may be none.
func (r *reading) findings(id bulletin.ID, read func(inventory.Table) (inventory.Read, error)) {
	folder := r.site.config.Inventory.Findings
	entries, err := os.ReadDir(r.site.path(folder))
	if r.err != nil || errors.Is(err, fs.ErrNotExist) {
		return
	}
	var files []inventory.File
	for _, e := range entries {
		if bearer, _, _ := strings.Cut(e.Name(), "."); strings.EqualFold(bearer, string(id)) && !e.IsDir() {
			files = append(files, r.site.privateFile(r.ctx, path.Join(filepath.ToSlash(folder), e.Name())))
		}
	}
	if r.err = err; err == nil {
		r.files("findings", files, read)
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

// privateFile is one private file, which is refused where others can read it.
func (s *site) privateFile(ctx context.Context, name string) inventory.File {
	return inventory.File{
		Name: path.Clean(filepath.ToSlash(name)),
		Open: func() (io.ReadCloser, error) {
			f, err := private.Open(s.path(name))
			if err != nil {
				return nil, err
			}
			return interruptible{ctx, f}, nil
		},
	}
}

// interruptible ends a long read when the person at the terminal does.
type interruptible struct {
	ctx context.Context
	io.ReadCloser
}

// Read reads until the context is done.
func (i interruptible) Read(b []byte) (int, error) {
	if err := i.ctx.Err(); err != nil {
		return 0, err
	}
	return i.ReadCloser.Read(b)
}

// installed lists the products that run on nodes.
func (s *site) installed() []string {
	var ids []string
	for _, p := range s.config.Installed() {
		ids = append(ids, p.ID)
	}
	return ids
}
