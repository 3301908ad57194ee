// Package inventory reads the private tables of tailnets, of their nodes and users,
// of contacts on file and of findings.
//
// A table is one file or several, as CSV or as JSON Lines, compressed or not, and is
// read as a stream, in any row order. A row that cannot be read is a problem with its
// line, never skipped: a plan made without it would leave out a customer in silence.
// Problems name columns and lines, not what stands in them, because they reach
// terminals and logs.
package inventory

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"unicode"

	"tocsin/internal/source"
)

// Table is one table of an inventory. Its files follow one another as if they were
// one; each is CSV with a header row (RFC 4180) or JSON Lines, compressed by gzip or
// not, whatever its name says. A table without files has no rows, unless a query has.
type Table struct {
	Files   []File
	Query   *Query            // in place of files; nil where there are some
	Columns map[string]string // our name of a column → theirs, where they differ
	Sum     bool              // compute each file's SHA-256
}

// File is one file of a table.
type File struct {
	Name string // as a person would type it
	Open func() (io.ReadCloser, error)
}

// Read is what became of a table.
type Read struct {
	Problems source.Problems
	Rows     int64             // all of them, good and bad
	Sums     map[string]string // SHA-256 in hex, by the file's name, of the file as it lies there
}

// columns are what a table is read for. A row keeps its cells in their order.
type columns struct {
	theirs map[string]string
	list   []column
	closed []string // columns that may stand there unread; where it names any, every other is refused
	brief  bool     // nobody keeps a text of a row
}

type column struct {
	ours, theirs string
	needed       bool   // every file has it
	why          string // it is needed, where that is not plain
}

// must asks for a column that has to be there.
func (c *columns) must(ours string) int { return c.ask(ours, true) }

// may asks for a column that need not be there. One that was renamed by hand must: a
// name that nothing bears is a slip of the pen.
func (c *columns) may(ours string) int {
	_, renamed := c.theirs[ours]
	return c.ask(ours, renamed)
}

func (c *columns) ask(ours string, needed bool) int {
	theirs, renamed := c.theirs[ours]
	if !renamed {
		theirs = ours
	}
	c.list = append(c.list, column{ours: ours, theirs: theirs, needed: needed})
	return len(c.list) - 1
}

// strange reports a column that nobody reads, of a table where that changes what a row
// means: a finding without its node_id speaks for the whole tailnet.
func (c *columns) strange(name string) bool {
	return len(c.closed) > 0 && !slices.Contains(c.closed, name) && !slices.ContainsFunc(c.list, func(o column) bool { return o.theirs == name })
}

// misspelt says which columns that need not be there a table has under another spelling.
// Nobody would miss what stands in them: a contact, or what a bulletin asks for.
func (c *columns) misspelt(names []string) (said []string) {
	for _, name := range names {
		if at := c.near(name); at >= 0 && !slices.Contains(names, c.list[at].theirs) {
			said = append(said, c.list[at].misspelt())
		}
	}
	return said
}

// near is the index of the column that a name is meant for, and does not name; -1 where
// there is none.
func (c *columns) near(name string) int {
	alike := spelling(name)
	if alike == "" || slices.ContainsFunc(c.list, func(o column) bool { return o.theirs == name }) {
		return -1
	}
	return slices.IndexFunc(c.list, func(o column) bool { return spelling(o.theirs) == alike })
}

// spelling is what is left of a name however it is spelt: user_id, User ID and userId are alike.
func spelling(name string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			return -1
		}
		return unicode.ToLower(r)
	}, name)
}

// misspelt says that a column goes by another spelling.
func (c column) misspelt() string {
	return fmt.Sprintf("the column %q is spelt otherwise here: call it that, or name it under inventory.columns", c.theirs)
}

// scanner reads one file, whatever its format.
type scanner interface {
	// header finds the columns and says which of them are there. Faults keep the
	// file from being read on.
	header(*columns) (there []bool, faults []fault, err error)
	// next reads a row's cells; [io.EOF] follows the last. A [fault] is a row that
	// cannot be read, after which there may be others.
	next(*row) error
	// place says where the row's cell in a column stands.
	place(column int) (line, at int)
	// beside is another scanner of the file, for another goroutine: each row is read by
	// one of them. It is for after the header, and nil where only one can read.
	beside() scanner
	// close ends whatever reads ahead, and returns when it has ended.
	close()
}

// row is what a table holds in the columns that were asked for. Its texts stay good, but
// for those of brief rows; it itself is used again for the next row.
type row struct {
	cells   []string
	there   []bool // the file has the column, or the row the key
	reading *reading
}

// bad reports what is wrong with a cell.
func (r *row) bad(column int, what string) { r.reading.badCell(column, what) }

// fault is what is wrong at a place of the file that is being read.
type fault struct {
	problem source.Problem
	last    bool // nothing can be read after it
}

func faultAt(line, at int, code, message string) fault {
	return fault{problem: source.Problem{
		Position: source.Position{Line: line, Column: at},
		Code:     code,
		Message:  message,
		Hint:     "export the table again, or mend the row: no row is left out in silence",
	}}
}

// Error says what is wrong.
func (f fault) Error() string { return f.problem.Message }

// reading is a table while it is read.
type reading struct {
	Table
	asked    *columns
	first    []bool // columns of the first file that has a header row, which those of the others equal
	file     string
	turn     int // the file's place in the table
	scanner  scanner
	read     Read
	problems problems
	keys     *twice    // what the rows are about
	repeated *repeated // what several rows are about, where the table is read a second time
}

// missing says that a file has no such column, and what asks for it.
func (c column) missing() string {
	why := c.why
	if c.ours != c.theirs {
		why = ", which inventory.columns names as " + c.ours
	}
	return fmt.Sprintf("the column %q is missing%s", c.theirs, why)
}

// asking begins with no columns.
func (t Table) asking() *columns { return &columns{theirs: t.Columns} }

// each calls visit for every readable row of every file and reports the others; of several,
// each row is visited by one, in a goroutine of its own. The error is a file that cannot
// be opened or stops being readable.
func (t Table) each(c *columns, visits ...func(*row)) (Read, error) {
	r := &reading{Table: t, asked: c, keys: newTwice()}
	if t.Sum {
		r.read.Sums = make(map[string]string, len(t.Files))
	}
	err := r.all(visits)
	if repeated := r.keys.repeated(); err == nil && len(repeated) > 0 {
		err = r.findAgain(repeated, visits)
	}
	r.read.Problems = r.problems.all()
	return r.read, err
}

// all reads every file, or the query.
func (r *reading) all(visits []func(*row)) error {
	if r.Query != nil {
		if err := r.query(visits); err != nil {
			return fmt.Errorf("%s: %w", r.Query.Name, err)
		}
	}
	for i, f := range r.Files {
		r.turn = i
		if err := r.one(f, visits); err != nil {
			return fmt.Errorf("%s: %w", f.Name, err)
		}
	}
	return nil
}

// one reads one file, and sums it up to its end even where reading ends before.
func (r *reading) one(f File, visits []func(*row)) (err error) {
	r.file = f.Name
	in, err := open(f, r.Sum)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, in.close()) }()
	err = r.rows(in, visits)
	if last, bad := errors.AsType[fault](err); bad {
		r.add(last)
		err = nil
	}
	if err == nil && r.Sum {
		r.read.Sums[f.Name], err = in.sum()
	}
	return err
}

// rows reads the file's header, and its rows where the header is sound. The error is a
// [fault] after which nothing can be read, or a file that stops being readable.
func (r *reading) rows(in *input, visits []func(*row)) (err error) {
	if r.scanner, err = in.scanner(len(visits), r.asked.brief); err != nil {
		return err
	}
	defer r.scanner.close()
	return r.scanned(visits)
}

// scanned reads what the scanner gives.
func (r *reading) scanned(visits []func(*row)) error {
	there, faults, err := r.scanner.header(r.asked)
	if err != nil {
		return err
	}
	if len(faults) == 0 {
		faults = r.unlikeFirst(there)
	}
	for _, f := range faults {
		r.add(f)
	}
	if len(faults) > 0 {
		return nil // without its columns a table means nothing
	}
	return r.share(there, visits)
}

// share has every visitor read its share of the rows. What they find is put together as if
// one had read them all.
func (r *reading) share(there []bool, visits []func(*row)) error {
	scanners := []scanner{r.scanner}
	for range visits[1:] {
		if other := r.scanner.beside(); other != nil {
			scanners = append(scanners, other)
		}
	}
	if len(scanners) == 1 {
		return r.visit(there, visits[0])
	}
	parts, errs := make([]reading, len(scanners)), make([]error, len(scanners))
	var group sync.WaitGroup
	for i, s := range scanners {
		parts[i] = reading{Table: r.Table, asked: r.asked, file: r.file, turn: r.turn, scanner: s}
		group.Go(func() { errs[i] = parts[i].visit(there, visits[i]) })
	}
	group.Wait()
	for i := range parts {
		r.read.Rows += parts[i].read.Rows
		r.problems.merge(parts[i].problems)
	}
	return errors.Join(errs...)
}

// visit calls a visitor for every row that its scanner gives.
func (r *reading) visit(there []bool, visit func(*row)) error {
	current := row{cells: make([]string, len(r.asked.list)), there: make([]bool, len(r.asked.list)), reading: r}
	copy(current.there, there)
	for {
		err := r.scanner.next(&current)
		if err == io.EOF {
			return nil
		}
		r.read.Rows++
		if err == nil {
			visit(&current)
			continue
		}
		bad, is := errors.AsType[fault](err)
		if !is || bad.last {
			return err
		}
		r.add(bad)
	}
}

// unlikeFirst compares a file's columns with those of the first: a column that some
// have and some have not was lost. A file without a header row has none to compare.
func (r *reading) unlikeFirst(there []bool) (faults []fault) {
	if there == nil {
		return nil
	}
	if r.first == nil {
		r.first = there
	}
	for i, c := range r.asked.list {
		if there[i] != r.first[i] {
			faults = append(faults, faultAt(1, 0, "missing-column", fmt.Sprintf("the column %q stands in some files of this table and not in others", c.theirs)))
		}
	}
	return faults
}

// badCell reports a cell of the current row.
func (r *reading) badCell(column int, what string) {
	if r.repeated == nil { // else it was reported before
		r.report(column, what)
	}
}

func (r *reading) report(column int, what string) {
	line, at := r.scanner.place(column)
	r.list(faultAt(line, at, "bad-row", r.asked.list[column].theirs+": "+what))
}

// add reports what is wrong with a row, or with a file.
func (r *reading) add(f fault) {
	if r.repeated == nil {
		r.list(f)
	}
}

func (r *reading) list(f fault) {
	place := f.problem.Position
	f.problem.Position.File = r.file
	if r.Query != nil {
		f.problem = r.Query.placed(f.problem)
	}
	r.problems.add(listed{r.turn, place.Line, place.Column, f.problem})
}
