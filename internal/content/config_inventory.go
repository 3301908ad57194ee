package content

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Inventory names the private tables, and says how they are spelt.
type Inventory struct {
	Tailnets Table
	Nodes    Table
	Users    Table         // the zero value where there is none
	Contacts Table         // addresses that fill gaps; the zero value where there is none
	Findings Table         // its file is a folder of one table a bulletin, <ID>.csv, and need not be there; its query's $1 is the bulletin's ID
	Export   string        // what the export of the files says of itself; empty where there are none; it need not be there
	MaxAge   time.Duration // an export that was taken longer ago is refused
	Named    Named         // which of the places that have a default somebody wrote down
	Columns  Columns
}

// Named says which places somebody wrote down. What is named and not there has been
// lost, or is misspelt; what is not named need not be there.
type Named struct{ Findings, Export bool }

// Columns are the columns that go by another name in a table: by table, our name to
// the table's.
type Columns map[string]map[string]string

const (
	defaultFindings = "findings"
	defaultExport   = "export.yaml" // in the folder of the table of tailnets
	defaultMaxAge   = 72 * time.Hour
)

// TableColumns lists, by table, the names of the columns that are read and that the
// setting inventory.columns can rename. What a bulletin's `where` asks for is not
// among them: it is asked for as it is spelt.
func TableColumns() map[string][]string {
	return map[string][]string{
		"tailnets": {"tailnet", "display_name", "owner_email", "security_email", "security_email_verified", "language"},
		"nodes":    {"tailnet", "node_id", "node_name", "user_id", "os", "client_version", "last_seen", "product"},
		"users":    {"tailnet", "user_id", "login", "role"},
		"contacts": {"tailnet", "email", "source", "by"},
		"findings": {"tailnet", "node_id", "user_id", "status", "data_visible", "first_seen", "last_seen", "tell", "done", "done_at", "email"},
	}
}

// tables are the names of the tables in the order in which they are read.
var tables = [...]string{"tailnets", "nodes", "users", "contacts", "findings"}

func inventoryOf(f *fields) Inventory {
	database := f.database("database")
	i := Inventory{
		Tailnets: f.demandTable("tailnets", database),
		Nodes:    f.demandTable("nodes", database),
		Users:    f.table("users", database),
		Contacts: f.table("contacts", database),
		Findings: f.findings(database),
		Export:   f.private("export", f.line("export")),
		MaxAge:   f.hours("max_age", defaultMaxAge),
		Named:    Named{Findings: f.value("findings") != nil, Export: f.value("export") != nil},
		Columns:  renamesOf(f),
	}
	if i.Export == "" && i.Tailnets.Files != "" {
		i.Export = path.Join(path.Dir(slashed(i.Tailnets.Files)), defaultExport)
	}
	return i
}

// all are the tables, in the order of their names in tables.
func (i Inventory) all() [len(tables)]Table {
	return [...]Table{i.Tailnets, i.Nodes, i.Users, i.Contacts, i.Findings}
}

// Exported reports whether any of the tables is a file that another program exported,
// and which grows old. Contacts and findings are written by hand.
func (i Inventory) Exported() bool {
	return i.Tailnets.Files != "" || i.Nodes.Files != "" || i.Users.Files != ""
}

// Asked names the tables that a database is asked for, in the order in which they are read.
func (i Inventory) Asked() (names []string) {
	for n, t := range i.all() {
		if t.Query != "" {
			names = append(names, tables[n])
		}
	}
	return names
}

// private lists what holds the customers' own: of a pattern its folder, for whatever
// is put there later.
func (i Inventory) private() []string {
	if !i.Tailnets.Is() {
		return nil
	}
	all := []string{i.Export}
	for _, t := range i.all() {
		all = append(all, t.private())
	}
	return all
}

var hoursForm = regexp.MustCompile(`^[1-9][0-9]{0,5}h$`)

// hours reads a time in whole hours.
func (f *fields) hours(key string, absent time.Duration) time.Duration {
	text := f.line(key)
	if text == "" {
		return absent
	}
	n, err := strconv.Atoi(strings.TrimSuffix(text, "h"))
	if err != nil || !hoursForm.MatchString(text) {
		f.doc.report(f.value(key), "not-a-number", fmt.Sprintf("%s must be a number of hours such as 72h", key), "")
		return absent
	}
	return time.Duration(n) * time.Hour
}

// renamesOf reads which columns of which tables go by other names.
func renamesOf(f *fields) Columns {
	renamed := f.mapping("columns")
	if renamed == nil {
		return nil
	}
	defer renamed.done()
	all, known := make(Columns), TableColumns()
	for _, table := range tables {
		if columns := renamed.mapping(table); columns != nil {
			all[table] = columns.renamed(known[table])
			columns.done()
		}
	}
	return all
}

// renamed reads the names that a table has for columns. One column of it is not two.
func (f *fields) renamed(columns []string) map[string]string {
	names, taken := make(map[string]string), []string{}
	for _, ours := range columns {
		theirs := f.line(ours)
		switch {
		case theirs == "":
			continue
		case slices.Contains(taken, theirs):
			f.doc.report(f.value(ours), "duplicate-item", fmt.Sprintf("%q is named for two columns of one table", theirs), "keep one of them")
		}
		names[ours], taken = theirs, append(taken, theirs)
	}
	return names
}
