package main

import (
	"fmt"
	"io"
	"strconv"
	"text/tabwriter"
	"time"
)

// row finds a result; false where it was not measured.
func row(all []result, size int, scenario, program string) (result, bool) {
	for _, r := range all {
		if r.Size == size && r.Scenario == scenario && r.Program == program {
			return r, true
		}
	}
	return result{}, false
}

// printTable writes the results of one size, and after each pair how many times as much
// the other program took.
func printTable(w io.Writer, all []result, size int) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "build\tprogram\truns\twall ms\tCPU ms\tof it system\tpeak MiB\tfiles\tMiB written\tCPU µs/bulletin\tbytes/bulletin\t")
	for _, s := range scenarios {
		ours, measured := row(all, size, s.name, "tocsin")
		if !measured {
			continue
		}
		printRow(t, ours)
		theirs, measured := row(all, size, s.name, "hugo")
		if !measured {
			continue
		}
		printRow(t, theirs)
		fmt.Fprintf(t, "\thugo : tocsin\t\t%s\t%s\t%s\t%s\t%s\t%s\t\t\t\n",
			times(theirs.Wall, ours.Wall), times(theirs.CPU, ours.CPU), times(theirs.System, ours.System), times(theirs.Peak, ours.Peak),
			times(theirs.Files, ours.Files), times(theirs.Written, ours.Written))
	}
	return t.Flush()
}

func printRow(w io.Writer, r result) {
	fmt.Fprintf(w, "%s\t%s\t%d\t%.1f\t%.1f\t%.1f\t%.1f\t%d\t%.2f\t%.1f\t%d\t\n", r.Scenario, r.Program, r.Runs,
		milliseconds(r.Wall), milliseconds(r.CPU), milliseconds(r.System), mebibytes(r.Peak), r.Files, mebibytes(r.Written),
		r.perBulletin(), r.Written/int64(r.Size))
}

// perBulletin is the processor time of one bulletin, in microseconds.
func (r result) perBulletin() float64 {
	return float64(r.CPU.Nanoseconds()) / 1000 / float64(r.Size)
}

func milliseconds(d time.Duration) float64 { return float64(d.Nanoseconds()) / 1e6 }

func mebibytes(n int64) float64 { return float64(n) / (1 << 20) }

func times[T time.Duration | int | int64](theirs, ours T) string {
	if ours <= 0 {
		return "–"
	}
	return strconv.FormatFloat(float64(theirs)/float64(ours), 'f', 1, 64) + " ×"
}

// goal is a figure that this project has promised.
type goal struct {
	what  string
	value func([]result) (float64, bool) // false where it was not measured
	least bool                           // the bound is the least; else the most
	bound float64
	unit  string
}

// goals are those of the builds; the time from an edit to the browser is served's.
var goals = []goal{
	{"cold, 10,000 bulletins: wall time, Hugo's : tocsin's", against("cold", wall), true, 4, "×"},
	{"cold, 10,000 bulletins: CPU time, Hugo's : tocsin's", against("cold", processor), true, 4, "×"},
	{"cold, 10,000 bulletins: peak memory, Hugo's : tocsin's", against("cold", memory), true, 10, "×"},
	{"one changed, 10,000 bulletins: wall time, Hugo's : tocsin's", against("one changed", wall), true, 60, "×"},
	{"cold: CPU per bulletin, 50,000 : 1,000 bulletins", growth, false, 1.3, "×"},
}

// goalSize is the size that the goals against Hugo are set for.
const goalSize = 10_000

func wall(f figures) float64      { return float64(f.Wall) }
func processor(f figures) float64 { return float64(f.CPU) }
func memory(f figures) float64    { return float64(f.Peak) }

func against(scenario string, of func(figures) float64) func([]result) (float64, bool) {
	return func(all []result) (float64, bool) {
		ours, one := row(all, goalSize, scenario, "tocsin")
		theirs, other := row(all, goalSize, scenario, "hugo")
		if !one || !other || of(ours.figures) == 0 {
			return 0, false
		}
		return of(theirs.figures) / of(ours.figures), true
	}
}

func growth(all []result) (float64, bool) {
	small, one := row(all, 1_000, "cold", "tocsin")
	large, other := row(all, 50_000, "cold", "tocsin")
	if !one || !other {
		return 0, false
	}
	return large.perBulletin() / small.perBulletin(), true
}

func (g goal) met(value float64) bool {
	return g.least && value >= g.bound || !g.least && value <= g.bound
}

// printGoals says which are met.
func printGoals(w io.Writer, all []result, edits latency) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "goal\tbound\tmeasured\t")
	for _, g := range goals {
		value, measured := g.value(all)
		printGoal(t, g, g.what, value, measured)
	}
	g := goal{bound: 60, unit: "ms"}
	printGoal(t, g, fmt.Sprintf("serve, %d bulletins: edit to browser, median of %d", edits.Size, edits.Edits), milliseconds(edits.Median), edits.Edits > 0)
	return t.Flush()
}

func printGoal(w io.Writer, g goal, what string, value float64, measured bool) {
	word, bound := "not met", "≤"
	if g.least {
		bound = "≥"
	}
	if g.met(value) {
		word = "met"
	}
	if !measured {
		fmt.Fprintf(w, "%s\t%s %g %s\t–\tnot measured\n", what, bound, g.bound, g.unit)
		return
	}
	fmt.Fprintf(w, "%s\t%s %g %s\t%.2f %s\t%s\n", what, bound, g.bound, g.unit, value, g.unit, word)
}
