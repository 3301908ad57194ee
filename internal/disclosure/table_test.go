package disclosure

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"tocsin/internal/verdict"
)

// The tables of testdata were written by hand from the sentences of the policy, by
// somebody who had not seen the rules. They are the authority: where a rule and a row
// disagree, one of them misreads the policy, and it is not the test's to say which.

// table is the expected verdict for every combination of values.
type table struct {
	columns []string // facts
	rows    []row
}

// row matches the combinations that have one of its values in every column.
type row struct {
	line    int
	cells   [][]string // nil is any value
	verdict verdict.Outcome
}

func readTable(t *testing.T, name string) table {
	t.Helper()
	text, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := parseTable(string(text))
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return parsed
}

func parseTable(text string) (table, error) {
	var out table
	line := 0
	for words := range strings.Lines(text) {
		line++
		words, _, _ = strings.Cut(words, "#")
		fields := strings.Fields(words)
		last := len(fields) - 1
		switch {
		case last < 0:
			continue
		case out.columns == nil:
			if fields[last] != "verdict" {
				return out, fmt.Errorf("line %d: the last column is %s", line, fields[last])
			}
			out.columns = fields[:last]
			continue
		case last != len(out.columns):
			return out, fmt.Errorf("line %d: %d cells where the head has %d", line, last+1, len(out.columns)+1)
		}
		r := row{line: line, verdict: verdict.Outcome(fields[last])}
		for _, cell := range fields[:last] {
			var values []string
			if cell != "*" {
				values = strings.Split(cell, "|")
			}
			r.cells = append(r.cells, values)
		}
		out.rows = append(out.rows, r)
	}
	return out, nil
}

// matching lists the rows that a combination falls under.
func (tb table) matching(values []string) []row {
	var found []row
	for _, r := range tb.rows {
		if r.matches(values) {
			found = append(found, r)
		}
	}
	return found
}

func (r row) matches(values []string) bool {
	for i, v := range values {
		if r.cells[i] != nil && !slices.Contains(r.cells[i], v) {
			return false
		}
	}
	return true
}

// domains are the values that each column can have, unknown where a fact can be that.
func (tb table) domains() ([][]string, error) {
	var all [][]string
	for _, name := range tb.columns {
		d, found := Define(name)
		if !found {
			return nil, fmt.Errorf("no fact is called %s", name)
		}
		values := slices.Clone(d.Domain)
		if d.When.Unknown != "" {
			values = append(values, "unknown")
		}
		all = append(all, values)
	}
	return all, nil
}

// strange lists cells that no combination has: a misspelt value would match nothing.
func (tb table) strange(domains [][]string) []string {
	var out []string
	for _, r := range tb.rows {
		for i, cell := range r.cells {
			for _, v := range cell {
				if !slices.Contains(domains[i], v) {
					out = append(out, fmt.Sprintf("line %d: %s is never %q", r.line, tb.columns[i], v))
				}
			}
		}
		if !slices.Contains([]verdict.Outcome{verdict.Required, verdict.NotRequired, verdict.Held, verdict.Undetermined}, r.verdict) {
			out = append(out, fmt.Sprintf("line %d: no verdict is called %q", r.line, r.verdict))
		}
	}
	return out
}

// combinations visits every way of choosing one value of each domain.
func combinations(domains [][]string, visit func(values []string)) {
	values := make([]string, len(domains))
	var choose func(i int)
	choose = func(i int) {
		if i == len(domains) {
			visit(values)
			return
		}
		for _, values[i] = range domains[i] {
			choose(i + 1)
		}
	}
	choose(0)
}

// hold compares a table with a judge, and finds what the table itself leaves out or
// says twice; used are the rows that some combination falls under.
func (tb table) hold(domains [][]string, judge func(values []string) verdict.Outcome) (faults []string, count int) {
	faults = tb.strange(domains)
	used := make(map[int]bool)
	combinations(domains, func(values []string) {
		count++
		rows := tb.matching(values)
		for _, r := range rows {
			used[r.line] = true
		}
		switch got := judge(values); {
		case len(rows) != 1:
			faults = append(faults, fmt.Sprintf("%v is matched by %d rows", values, len(rows)))
		case got != rows[0].verdict:
			faults = append(faults, fmt.Sprintf("%v is %s; line %d says %s", values, got, rows[0].line, rows[0].verdict))
		}
	})
	for _, r := range tb.rows {
		if !used[r.line] {
			faults = append(faults, fmt.Sprintf("line %d matches nothing", r.line))
		}
	}
	return faults, count
}

// F18: every combination of the values that facts can have, unknown, the law and the
// scope included, against a table that was written by hand from the policy's sentences.
func TestEveryCombination(t *testing.T) {
	for name, rules := range map[string]verdict.Rules{"disclose.table": Builtin().Disclose, "notify.table": Builtin().Notify} {
		t.Run(name, func(t *testing.T) {
			tb := readTable(t, name)
			domains, err := tb.domains()
			if err != nil {
				t.Fatal(err)
			}
			if asks := rules.Asks(); strings.Join(slices.Sorted(slices.Values(asks)), " ") != strings.Join(slices.Sorted(slices.Values(tb.columns)), " ") {
				t.Errorf("the rules ask for %v, the table for %v", asks, tb.columns)
			}
			facts := make(verdict.Facts, len(tb.columns))
			for i, name := range tb.columns {
				d, _ := Define(name)
				facts[i] = verdict.Fact{Name: name, Domain: d.Domain}
			}
			faults, count := tb.hold(domains, func(values []string) verdict.Outcome {
				for i, v := range values {
					facts[i].Value = v
				}
				return rules.Judge(facts).Outcome
			})
			t.Logf("%d combinations, %d rows", count, len(tb.rows))
			for i, fault := range faults {
				if i == 20 {
					t.Fatalf("and %d more", len(faults)-i)
				}
				t.Error(fault)
			}
			if count < 5000 {
				t.Errorf("only %d combinations: the test looks away", count)
			}
		})
	}
}

// expected is what a table says of a proof's facts.
func (tb table) expected(t *testing.T, facts verdict.Facts) verdict.Outcome {
	t.Helper()
	var values []string
	for _, name := range tb.columns {
		values = append(values, facts.Find(name).Value)
	}
	rows := tb.matching(values)
	if len(rows) != 1 {
		t.Fatalf("%v is matched by %d rows", values, len(rows))
	}
	return rows[0].verdict
}

// The harness itself: it must see a gap, an overlap, a row that nothing matches, a
// misspelt cell and a wrong verdict.
func TestTheTablesAreHeld(t *testing.T) {
	const head = "user_action none_affected_confirmed verdict\n"
	judge := func(values []string) verdict.Outcome {
		if values[0] == "yes" {
			return verdict.Required
		}
		return verdict.NotRequired
	}
	for name, c := range map[string]struct{ rows, want string }{
		"right":    {"yes * required\nno|unknown * not_required", ""},
		"comments": {"# all\nyes * required # those\n\nno|unknown * not_required", ""},
		"gap":      {"yes * required\nno * not_required", "[unknown yes] is matched by 0 rows"},
		"overlap":  {"yes * required\nno|unknown * not_required\nno yes not_required", "[no yes] is matched by 2 rows"},
		"wrong":    {"yes * required\nno|unknown * held", "[no yes] is not_required; line 3 says held"},
		"unused":   {"yes * required\nno|unknown * not_required\nnever yes required", "line 4 matches nothing"},
		"misspelt": {"yes * required\nno|unknwon|unknown * not_required", `line 3: user_action is never "unknwon"`},
		"impossible": {"yes yes|no|unknown required\nno|unknown * not_required",
			`line 2: none_affected_confirmed is never "unknown"`},
		"no verdict": {"yes * required\nno|unknown * perhaps", `line 3: no verdict is called "perhaps"`},
	} {
		tb, err := parseTable(head + c.rows)
		if err != nil {
			t.Fatal(err)
		}
		domains, err := tb.domains()
		if err != nil {
			t.Fatal(err)
		}
		faults, count := tb.hold(domains, judge)
		if count != 6 || (c.want == "") != (len(faults) == 0) || c.want != "" && !slices.Contains(faults, c.want) {
			t.Errorf("%s: %q of %d combinations, want %q", name, faults, count, c.want)
		}
	}
	for _, text := range []string{"user_action\n", head + "yes required\n", head + "yes * * required\n"} {
		if _, err := parseTable(text); err == nil {
			t.Errorf("%q is no table", text)
		}
	}
	if _, err := (table{columns: []string{"weather"}}).domains(); err == nil {
		t.Error("weather is no fact")
	}
}
