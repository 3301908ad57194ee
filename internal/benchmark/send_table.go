package main

import (
	"fmt"
	"io"
	"slices"
	"text/tabwriter"
)

// The goals of sending.
const (
	goalBeside  = 1.0 // letters a second: times smtp-source's
	goalStretch = 1.3
	goalAway    = 4.0 // the same, with a server that is a round trip of 20 ms away
)

// printSent writes what was measured of sending.
func printSent(w io.Writer, all []carried) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "program\tround trip\tletters\toctets\truns\tletters/s\ta connection\tCPU µs/letter\tpeak MB\tverified in ms\t")
	for _, c := range all {
		fmt.Fprintf(t, "%s\t%v\t%d\t%d\t%d\t%.0f\t%.1f\t%.1f\t%.1f\t%.0f\t\n", c.What, c.Away, c.Letters, c.Octets, c.Runs,
			c.rate(), c.rate()/sessions, c.perLetter(), megabytes(c.Peak), milliseconds(c.Verified))
	}
	return t.Flush()
}

// printSentGoals says which are met, and what signing adds.
func printSentGoals(w io.Writer, all []carried) error {
	row := func(what string, away bool) (carried, bool) {
		i := slices.IndexFunc(all, func(c carried) bool { return c.What == what && (c.Away > 0) == away })
		if i < 0 {
			return carried{Letters: 1, figures: figures{Wall: 1}}, false
		}
		return all[i], true
	}
	near, one := row(ownProgram, false)
	other, two := row(otherProgram, false)
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, c := range all {
		if c.What != ownProgram && c.What != otherProgram && one {
			fmt.Fprintf(t, "%s: a signature adds %.0f µs of the processor to a letter\t\n", c.What, c.perLetter()-near.perLetter())
		}
	}
	fmt.Fprintln(t, "goal\tbound\tmeasured\t")
	const what = "letters/s, tocsin's : smtp-source's"
	printGoal(t, goal{bound: goalBeside, unit: "×", least: true}, what, near.rate()/other.rate(), one && two)
	printGoal(t, goal{bound: goalStretch, unit: "×", least: true}, what+" (stretch)", near.rate()/other.rate(), one && two)
	ours, one := row(ownProgram, true)
	theirs, two := row(otherProgram, true)
	printGoal(t, goal{bound: goalAway, unit: "×", least: true}, what+", a connection, 20 ms away", ours.rate()/theirs.rate(), one && two)
	printGoal(t, goal{bound: goalMemory, unit: "MB"}, "a million letters sent: peak memory", megabytes(near.Peak), near.Letters >= goalLetters)
	return t.Flush()
}
