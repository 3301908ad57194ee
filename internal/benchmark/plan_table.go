package main

import (
	"fmt"
	"io"
	"slices"
	"text/tabwriter"
)

// printPlans writes what was measured of plans.
func printPlans(w io.Writer, all []planned) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "tailnets\tnodes\tletters\tprogram\truns\twall ms\tCPU ms\tof it system\tpeak MB\tletters/s\tCPU µs/letter\tbytes/letter\t")
	for _, p := range all {
		fmt.Fprintf(t, "%d\t%d\t%d\t%s\t%d\t%.0f\t%.0f\t%.0f\t%.1f\t", p.Tailnets, p.Nodes, p.Letters, p.Program, p.Runs,
			milliseconds(p.Wall), milliseconds(p.CPU), milliseconds(p.System), megabytes(p.Peak))
		if p.Letters == 0 {
			fmt.Fprintln(t, "\t\t\t")
			continue
		}
		letters := float64(p.Letters)
		fmt.Fprintf(t, "%.0f\t%.1f\t%d\t\n", letters/p.Wall.Seconds(), float64(p.CPU.Microseconds())/letters, p.Ledger/int64(p.Letters))
	}
	return t.Flush()
}

func megabytes(n int64) float64 { return float64(n) / 1e6 }

// The goals of planning, each for the inventory that it was set for.
const (
	goalNodes, goalTailnets = 5_000_000, 500_000
	goalLetters             = 900_000 // of a million tailnets: some have no address
	goalDuckDB              = 1.0     // of the wall time of DuckDB, which makes the same checks
	goalReading             = 0.6     // of the wall time of encoding/csv, where there is no DuckDB
	goalMemory              = 256     // megabytes
)

// printPlanGoals says which are met.
func printPlanGoals(w io.Writer, all []planned) error {
	find := func(is func(planned) bool) (planned, bool) {
		if i := slices.IndexFunc(all, is); i >= 0 {
			return all[i], true
		}
		return planned{Program: "none", figures: figures{Wall: 1}}, false
	}
	large := func(program string) func(planned) bool {
		return func(p planned) bool {
			return p.Program == program && p.Nodes == goalNodes && p.Tailnets == goalTailnets && p.Letters == 0
		}
	}
	ours, measured := find(large("tocsin"))
	theirs, also := find(large("encoding/csv"))
	checked, duckdb := find(large(duckdbChecks))
	queried, _ := find(large(duckdbQuery))
	plan, million := find(func(p planned) bool { return p.Letters >= goalLetters })
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "goal\tbound\tmeasured\t")
	const reading = "5,000,000 nodes read, matched, judged: wall time, tocsin's : "
	if duckdb {
		printGoal(t, goal{bound: goalDuckDB, unit: "×"}, reading+"that of DuckDB with the same checks", float64(ours.Wall)/float64(checked.Wall), measured)
		printGoal(t, goal{bound: goalDuckDB, unit: "×"}, reading+"that of DuckDB for the sums alone", float64(ours.Wall)/float64(queried.Wall), measured)
	} else {
		printGoal(t, goal{bound: goalReading, unit: "×"}, reading+"encoding/csv's", float64(ours.Wall)/float64(theirs.Wall), measured && also)
	}
	printGoal(t, goal{bound: goalMemory, unit: "MB"}, "5,000,000 nodes read, matched, judged: peak memory", megabytes(ours.Peak), measured)
	printGoal(t, goal{bound: goalMemory, unit: "MB"}, "a million tailnets' letters: peak memory", megabytes(plan.Peak), million)
	return t.Flush()
}
