// Package sample writes fictional inventories: the two private tables, tailnets
// and nodes, of any size, from a seed.
//
// They serve the first walk through a new site, tests and benchmarks. Every row is
// computed from the seed and the row's number alone, so nothing is kept in memory,
// millions of rows stream at the price of one, and the same size gives the same
// bytes on any machine. Nobody in them exists: names begin with or mean "Example",
// addresses lie under example.com, example.net and example.org.
package sample

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
)

// Size says how large an inventory is and which of all possible ones it is.
type Size struct {
	Tailnets int
	Nodes    int // at least one for every tailnet
	Seed     uint64
	// Unreadable is how many of the nodes report no version, or one that is no
	// version. They run Windows and are dealt to the tailnets one by one.
	Unreadable int
}

// Default is the inventory of a new site: small enough to read, with every kind
// of tailnet in it.
func Default() Size {
	return Size{Tailnets: 40, Nodes: 400, Seed: 2006}
}

// most keeps the arithmetic of row numbers within 64 bits.
const most = 1 << 31

var (
	errNegative   = errors.New("a sample has no negative number of rows")
	errTooLarge   = fmt.Errorf("a sample has at most %d rows a table", most)
	errNoNode     = errors.New("every tailnet of a sample has at least one node: ask for at least as many nodes as tailnets")
	errNoTailnet  = errors.New("nodes belong to tailnets: ask for at least one tailnet")
	errUnreadable = errors.New("a sample cannot have more unreadable versions than nodes")
)

func (s Size) check() error {
	switch {
	case s.Tailnets < 0 || s.Nodes < 0 || s.Unreadable < 0:
		return errNegative
	case s.Tailnets > most || s.Nodes > most:
		return errTooLarge
	case s.Nodes < s.Tailnets:
		return errNoNode
	case s.Tailnets == 0 && s.Nodes > 0:
		return errNoTailnet
	case s.Unreadable > s.Nodes:
		return errUnreadable
	}
	return nil
}

// table writes a header and then rows, each into the same fields as the one before.
func table(w io.Writer, header []string, rows int, fill func(row int, fields []string)) error {
	out := csv.NewWriter(w)
	fields := make([]string, len(header))
	copy(fields, header)
	for row := 0; ; row++ {
		if err := out.Write(fields); err != nil {
			return err
		}
		if row == rows {
			break
		}
		fill(row, fields)
	}
	out.Flush()
	return out.Error()
}
