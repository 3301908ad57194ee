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

// InventoryFiles names the private tables, and says how they are spelt. A path of a
// table may be a pattern in the file's name, as [path.Match] has them: all its files
// are one table.
type InventoryFiles struct {
	Tailnets string
	Nodes    string
	Users    string        // empty where there is none
	Contacts string        // addresses that fill gaps; empty where there is none
	Findings string        // folder of one table a bulletin, <ID>.csv; it need not be there
	Export   string        // what the export says of itself; it need not be there
	MaxAge   time.Duration // an export that was taken longer ago is refused
	Columns  Columns
}

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

func inventoryOf(f *fields) InventoryFiles {
	files := InventoryFiles{
		Tailnets: f.table("tailnets", f.demand("tailnets", "a CSV file")),
		Nodes:    f.table("nodes", f.demand("nodes", "a CSV file")),
		Users:    f.table("users", f.line("users")),
		Contacts: f.table("contacts", f.line("contacts")),
		Findings: defaultFindings,
		MaxAge:   f.hours("max_age", defaultMaxAge),
		Columns:  renamesOf(f),
	}
	if name := f.private("findings", f.line("findings")); name != "" {
		files.Findings = name
	}
	if files.Export = f.private("export", f.line("export")); files.Export == "" && files.Tailnets != "" {
		files.Export = path.Join(path.Dir(slashed(files.Tailnets)), defaultExport)
	}
	return files
}

// private lists what holds the customers' own: of a pattern its folder, for whatever
// is put there later.
func (i InventoryFiles) private() []string {
	if i.Tailnets == "" {
		return nil
	}
	all := []string{i.Tailnets, i.Nodes, i.Users, i.Contacts, i.Findings, i.Export}
	for n, name := range all {
		if IsPattern(name) {
			all[n] = path.Dir(slashed(name))
		}
	}
	return all
}

// IsPattern reports whether a path names all files that match it.
func IsPattern(name string) bool { return strings.ContainsAny(name, "*?[") }

// table checks the path of a table. A pattern stands in a file's name alone: a folder
// that is only guessed at might be one that is published.
func (f *fields) table(key, name string) string {
	f.private(key, name)
	folder, file := path.Split(slashed(name))
	_, err := path.Match(file, "")
	switch {
	case !IsPattern(name):
	case IsPattern(folder) || path.Clean(folder) == ".":
		f.doc.report(f.value(key), "odd-path", fmt.Sprintf("%s is %q, a pattern for more than the name of a file in a folder of its own", key, name), "such as inventory/nodes-*.csv")
	case err != nil:
		f.doc.report(f.value(key), "odd-path", fmt.Sprintf("%s is %q, a pattern with a bracket that is not closed", key, name), "such as inventory/nodes-*.csv")
	}
	return name
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
