package inventory

import (
	"encoding/hex"
	"fmt"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"tocsin/internal/source"
)

// tables are the tables of an inventory, by the names that an export counts them under.
// Findings are not counted: each bulletin has its own.
var tables = [...]string{"tailnets", "nodes", "users", "contacts"}

// Export is what the program that exported an inventory says about it: a truncated
// table is the quietest way to lose a customer. The zero value says nothing.
type Export struct {
	Taken time.Time         // when; UTC
	Rows  map[string]int64  // by table
	Sums  map[string]string // SHA-256 in hex, by the name of a file as a table's [File] has it

	name string
	at   map[string]source.Position // of the keys of Rows and Sums
}

// ReadExport reads export.yaml: taken_at (RFC 3339), rows (how many each table has;
// tailnets and nodes must be there) and sha256 (of each file; names are relative to
// the folder of export.yaml). It understands as much of YAML as that takes, which is
// JSON too, and refuses whatever else there is.
func ReadExport(file source.File) (Export, source.Problems) {
	r := &exportReader{text: exportText{file: file}, export: Export{
		Rows: make(map[string]int64), Sums: make(map[string]string),
		name: file.Name, at: make(map[string]source.Position),
	}}
	entries, ok := r.text.read()
	if !ok {
		return r.export, r.text.problems
	}
	seen := make(map[string]bool)
	for _, e := range entries {
		seen[e.key] = true
		r.entry(e)
	}
	for _, key := range []string{"taken_at", "rows"} {
		if !seen[key] {
			r.text.report(0, "the key "+key+" is missing")
		}
	}
	for _, table := range tables[:2] {
		if _, counted := r.export.Rows[table]; seen["rows"] && len(r.text.problems) == 0 && !counted {
			r.text.report(0, "rows: "+table+" is missing")
		}
	}
	r.text.problems.Sort()
	return r.export, r.text.problems
}

// exportReader makes an export of what the file says.
type exportReader struct {
	text   exportText
	export Export
}

// entry reads one of the file's own keys. No text of the file is repeated: it may be
// another file than was meant.
func (r *exportReader) entry(e exportEntry) {
	switch e.key {
	case "taken_at":
		taken, err := time.Parse(time.RFC3339, e.value)
		if err != nil {
			r.text.report(e.valueAt, "taken_at must be a time with its zone, such as 2026-05-01T06:00:00Z")
		}
		r.export.Taken = taken.UTC()
	case "rows":
		r.entries(e, r.count)
	case "sha256":
		r.entries(e, r.sum)
	default:
		r.text.report(e.at, "an unknown key: taken_at, rows and sha256 are those of an export")
	}
}

func (r *exportReader) entries(e exportEntry, each func(exportEntry)) {
	if !e.mapping {
		r.text.report(e.valueAt, e.key+" must have keys of its own")
	}
	for _, inner := range e.entries {
		each(inner)
	}
}

func (r *exportReader) count(e exportEntry) {
	rows, err := strconv.ParseInt(e.value, 10, 64)
	switch {
	case !slices.Contains(tables[:], e.key):
		r.text.report(e.at, "no such table: "+strings.Join(tables[:], ", ")+" are those that an export counts")
	case err != nil || rows < 0 || e.value != strconv.FormatInt(rows, 10):
		r.text.report(e.valueAt, "rows: "+e.key+" must be a number")
	default:
		r.export.Rows[e.key] = rows
		r.export.at[e.key] = r.text.file.Position(e.at)
	}
}

func (r *exportReader) sum(e exportEntry) {
	sum := strings.ToLower(e.value)
	if raw, err := hex.DecodeString(sum); err != nil || len(raw) != 32 {
		r.text.report(e.valueAt, "sha256 must be 64 hexadecimal digits for each file")
		return
	}
	name := path.Join(path.Dir(r.text.file.Name), e.key)
	if _, twice := r.export.Sums[name]; twice {
		r.text.report(e.at, "the file has a sum already")
		return
	}
	r.export.Sums[name] = sum
	r.export.at[name] = r.text.file.Position(e.at)
}

// Holds compares a table that was read, with its sums, with what the export says of
// it. A table that the export does not count is not its own. Of one that it does,
// every file must be summed where any file is.
func (e Export) Holds(table string, r Read) (problems source.Problems) {
	want, counted := e.Rows[table]
	if counted && want != r.Rows {
		problems = append(problems, e.differs(table, fmt.Sprintf("the table of %s has %d rows, and was exported with %d", table, r.Rows, want)))
	}
	names := make(map[string]string)
	for name, sum := range r.Sums {
		names[path.Clean(name)] = sum
	}
	for _, name := range slices.Sorted(maps.Keys(names)) {
		switch sum, summed := e.Sums[name]; {
		case summed && sum != names[name]:
			problems = append(problems, e.differs(name, fmt.Sprintf("%s is not the file that was exported: its SHA-256 is another", name)))
		case !summed && counted && len(e.Sums) > 0:
			problems = append(problems, e.differs("", fmt.Sprintf("%s is no file of this export: it may be left from another", name)))
		}
	}
	return problems
}

// Gone reports the files that were exported and are not there any more: a file of
// findings, say, which nothing else would miss.
func (e Export) Gone(there func(name string) bool) (problems source.Problems) {
	for _, name := range slices.Sorted(maps.Keys(e.Sums)) {
		if !there(name) {
			problems = append(problems, e.differs(name, name+" was exported, and is not there"))
		}
	}
	return problems
}

func (e Export) differs(key, message string) source.Problem {
	position := e.at[key]
	if position.File == "" {
		position.File = e.name
	}
	return source.Problem{
		Position: position, Code: "export-differs", Message: message,
		Hint: "export the inventory again, whole: a table that is cut off leaves customers out in silence",
	}
}
