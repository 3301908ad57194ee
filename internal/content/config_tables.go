package content

import (
	"fmt"
	"net/url"
	"path"
	"regexp"
	"strings"

	"go.yaml.in/yaml/v4"

	"tocsin/internal/source"
)

// Table is where one private table stands: in files, or in a database that is asked
// for it. The zero value is no table.
type Table struct {
	Files    string // path, of which the file's name may be a pattern as [path.Match] has them: all its files are one table
	Query    string // SQL, in place of files
	Database string // that is asked, in the words of [SplitDatabase]
}

// Is reports whether there is a table.
func (t Table) Is() bool { return t.Files != "" || t.Query != "" }

// private is the file or folder of the table, or of the way to it, which nobody else
// may open; empty where there is none.
func (t Table) private() string {
	if t.Query != "" {
		if kind, rest := SplitDatabase(t.Database); kind == SQLite || kind == URLFile {
			return rest
		}
		return ""
	}
	if IsPattern(t.Files) {
		return path.Dir(slashed(t.Files))
	}
	return t.Files
}

// IsPattern reports whether a path names all files that match it.
func IsPattern(name string) bool { return strings.ContainsAny(name, "*?[") }

// DatabaseKind is how a database is named.
type DatabaseKind string

// The ways to name a database.
const (
	SQLite   DatabaseKind = "sqlite:"     // and the path of its file
	URLFile  DatabaseKind = "file:"       // and the path of a file that holds its URL
	URLIn    DatabaseKind = "env:"        // and the environment's variable that holds its URL
	Postgres DatabaseKind = "postgres://" // and the rest of its URL, which holds no password
)

// SplitDatabase takes the name of a database apart; the kind is empty where it is none.
// The rest is what follows the kind; of a URL all of it.
func SplitDatabase(name string) (kind DatabaseKind, rest string) {
	for _, kind := range []DatabaseKind{SQLite, URLFile, URLIn} {
		if rest, is := strings.CutPrefix(name, string(kind)); is {
			return kind, rest
		}
	}
	if strings.HasPrefix(name, string(Postgres)) || strings.HasPrefix(name, "postgresql://") {
		return Postgres, name
	}
	return "", name
}

// demandTable reads a table that must be there.
func (f *fields) demandTable(key, database string) Table {
	if f.value(key) == nil {
		f.missing(key, "a CSV file, or a query")
	}
	return f.table(key, database)
}

// table reads where a table stands: a path, or keys with a query. A pattern stands in
// a file's name alone: a folder that is only guessed at might be one that is published.
func (f *fields) table(key, database string) Table {
	if n := f.value(key); n != nil && n.Kind == yaml.MappingNode {
		return f.queried(key, database)
	}
	name := f.files(key)
	folder, file := path.Split(slashed(name))
	_, err := path.Match(file, "")
	switch {
	case !IsPattern(name):
	case IsPattern(folder) || path.Clean(folder) == ".":
		f.doc.report(f.value(key), "odd-path", fmt.Sprintf("%s is %q, a pattern for more than the name of a file in a folder of its own", key, name), "such as inventory/nodes-*.csv")
	case err != nil:
		f.doc.report(f.value(key), "odd-path", fmt.Sprintf("%s is %q, a pattern with a bracket that is not closed", key, name), "such as inventory/nodes-*.csv")
	}
	return Table{Files: name}
}

// files reads a path where a database might be meant.
func (f *fields) files(key string) string {
	name := f.line(key)
	if kind, _ := SplitDatabase(name); kind != "" {
		f.doc.report(f.value(key), "odd-database", key+" names a database, and not what to ask it for", "write two keys below it: database: and query:")
		return ""
	}
	return f.private(key, name)
}

// queried reads a table that a database is asked for: the one that it names, or the
// one of the whole inventory.
func (f *fields) queried(key, database string) Table {
	in := f.mapping(key)
	defer in.done()
	t := Table{Query: in.text("query"), Database: in.database("database")}
	if in.value("query") == nil {
		in.missing("query", "such as query: SELECT id AS tailnet, owner AS owner_email FROM customers")
	}
	if in.value("database") == nil {
		if t.Database = database; database == "" && f.value("database") == nil {
			in.missing("database", "say it here, or once for all tables as inventory.database")
		}
	}
	return t
}

// findings reads where findings stand. A database has those of all bulletins in one
// table, so the query has to ask for those of one.
func (f *fields) findings(database string) Table {
	if f.value("findings") == nil {
		return Table{Files: defaultFindings}
	}
	if n := f.value("findings"); n.Kind != yaml.MappingNode {
		return Table{Files: f.files("findings")}
	}
	t := f.queried("findings", database)
	if t.Query != "" && !strings.Contains(t.Query, "$1") {
		f.doc.report(f.value("findings"), "odd-database", "the query asks for the findings of all bulletins: those of one are told to its readers alone", "write WHERE bulletin = $1, or whatever the column is called: $1 is the bulletin's ID")
	}
	return t
}

var variableForm = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// database reads the name of a database, in which no password stands.
func (f *fields) database(key string) string {
	name := f.line(key)
	if name == "" {
		return ""
	}
	why := ""
	switch kind, rest := SplitDatabase(name); kind {
	case SQLite, URLFile:
		if rest == "" {
			why = "has no path"
		}
		f.private(key, rest)
	case URLIn:
		if !variableForm.MatchString(rest) {
			why = "names no variable of the environment"
		}
	case Postgres:
		why = oddURL(rest)
	default:
		why = "is no name of a database"
	}
	if why != "" {
		f.doc.report(f.value(key), "odd-database", key+" "+why, "postgres://user@host/database without a password, or sqlite: and a path, or file: and a private file that holds the URL, or env: and a variable that does")
		return ""
	}
	return name
}

// oddURL says what is wrong with the URL of a PostgreSQL database; empty where nothing
// is. Which parameters it may have, the one that connects knows.
func oddURL(text string) string {
	u, err := url.Parse(text)
	if err != nil || u.Fragment != "" || u.Opaque != "" {
		return "is no URL: postgres://user@host/database"
	}
	if _, secret := u.User.Password(); secret || u.Query().Has("password") || u.Query().Has("sslpassword") {
		return "holds a password, and whoever reads this file would have it: take it out, and change it"
	}
	return ""
}

// secretForm is a password in a URL, with what comes before it. Whatever may follow it goes
// too: a password may hold spaces and quotes.
var secretForm = regexp.MustCompile(`(://[^/\s:@]*:).*@|(password\s*=).+`)

// unsecret takes passwords out of problems, and the lines that they stand on: problems
// reach terminals and logs.
func unsecret(problems source.Problems) source.Problems {
	for i := range problems {
		p := &problems[i]
		if secretForm.MatchString(p.Excerpt) {
			p.Excerpt = ""
		}
		p.Message = secretForm.ReplaceAllString(p.Message, "${1}${2}…")
	}
	return problems
}
