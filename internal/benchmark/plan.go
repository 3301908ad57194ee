package main

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"time"
)

// planned is one row: what a program did with an inventory, the median of its runs.
type planned struct {
	Program  string `json:"program"`
	Tailnets int    `json:"tailnets"`
	Nodes    int    `json:"nodes"`
	Letters  int    `json:"letters"`
	Ledger   int64  `json:"ledger_bytes"` // of all letters and everything else that a plan keeps
	Runs     int    `json:"runs"`
	figures
}

// planRuns is how often an inventory is read by each of the programs, in turn.
const planRuns = 5

// measurePlans measures what planning takes: the reading and matching of a large
// inventory, and where letters are asked for a whole plan with so many of them.
func (found *outcome) measurePlans(ctx context.Context, o options, folder string, say func(string, ...any)) error {
	tocsin, err := buildTocsin(ctx, folder, say)
	if err != nil {
		return err
	}
	before := load()
	if err := found.measureReading(ctx, o, tocsin, folder, say); err != nil {
		return err
	}
	if o.letters > 0 {
		if err := found.measureLetters(ctx, o, tocsin, filepath.Join(folder, "letters"), say); err != nil {
			return err
		}
	}
	fmt.Printf("\nplan; %s before, %s after\n", before, load())
	if err := printPlans(os.Stdout, found.Plans); err != nil {
		return err
	}
	fmt.Println()
	return printPlanGoals(os.Stdout, found.Plans)
}

// measureReading lets all programs read one inventory. Ours matches and judges every
// tailnet as well; it ends before the first letter, as nobody expects no tailnet.
func (found *outcome) measureReading(ctx context.Context, o options, tocsin, folder string, say func(string, ...any)) error {
	site := filepath.Join(folder, "reading")
	inventory := stock{seed: o.seed, tailnets: o.tailnets, nodes: o.nodes}
	say("writing %d nodes of %d tailnets", inventory.nodes, inventory.tailnets)
	if err := inventory.write(ctx, tocsin, site); err != nil {
		return err
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	commands := duckdb(ctx, folder, site, say)
	commands["encoding/csv"] = append([]string{self, "-csv"}, inventory.files(site)...)
	commands["tocsin"] = []string{tocsin, "-C", site, "plan", planOf, "--dry-run", "--expect", "0"}
	programs := slices.Sorted(maps.Keys(commands))
	all := make(map[string][]figures)
	for run := range planRuns {
		for _, program := range programs {
			f, err := readOnce(ctx, program, commands[program], inventory.files(site))
			if err != nil {
				return err
			}
			all[program] = append(all[program], f)
			say("reading, run %d: %s %v", run+1, program, f.Wall.Round(time.Millisecond))
		}
	}
	for _, program := range programs {
		found.Plans = append(found.Plans, planned{Program: program, Tailnets: inventory.tailnets, Nodes: inventory.nodes, Runs: planRuns, figures: median(all[program])})
	}
	return nil
}

// readOnce runs one program, on tables that are in memory: see [subject.build].
func readOnce(ctx context.Context, program string, command, tables []string) (figures, error) {
	for _, name := range append([]string{command[0]}, tables...) {
		if filepath.IsAbs(name) {
			if err := discard(name); err != nil {
				return figures{}, err
			}
		}
	}
	status := 0
	if program == "tocsin" {
		status = refused
	}
	f, _, err := took(ctx, status, command)
	return f, err
}

// measureLetters makes one plan in which every tailnet is affected.
func (found *outcome) measureLetters(ctx context.Context, o options, tocsin, site string, say func(string, ...any)) error {
	inventory := stock{seed: o.seed, tailnets: o.letters, nodes: 2 * o.letters, allHit: true}
	say("writing an inventory for %d letters", o.letters)
	if err := inventory.write(ctx, tocsin, site); err != nil {
		return err
	}
	say("planning %d letters", o.letters)
	f, said, err := took(ctx, 0, []string{tocsin, "-C", site, "plan", planOf, "--json"})
	if err != nil {
		return err
	}
	var sum struct {
		Standings map[string]int `json:"standings"`
	}
	if err := json.Unmarshal(said, &sum); err != nil {
		return err
	}
	p := planned{Program: "tocsin", Tailnets: inventory.tailnets, Nodes: inventory.nodes + inventory.tailnets, Letters: sum.Standings["mailed"], Runs: 1, figures: f}
	if p.Letters == 0 {
		return errors.New("the plan has no letters")
	}
	ledger, err := os.Stat(filepath.Join(site, "var", "ledger.db"))
	if err != nil {
		return err
	}
	p.Ledger = ledger.Size()
	found.Plans = append(found.Plans, p)
	return nil
}

// refused is the exit status of tocsin where it works and will not do what is asked.
const refused = 4

// took runs a program that should end with a status, and says what it took and what it
// printed.
func took(ctx context.Context, status int, command []string) (figures, []byte, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	c := exec.CommandContext(ctx, command[0], command[1:]...)
	c.WaitDelay = 10 * time.Second
	var said, errs bytes.Buffer
	c.Stdout, c.Stderr = &said, &errs
	flush()
	began := time.Now()
	err := c.Run()
	wall := time.Since(began)
	if c.ProcessState == nil || c.ProcessState.ExitCode() != status {
		err = errors.Join(err, context.Cause(ctx), fmt.Errorf("it should have ended with %d", status))
		return figures{}, nil, fmt.Errorf("%q: %w\n%s", command, err, &errs)
	}
	state := c.ProcessState
	return figures{Wall: wall, CPU: state.UserTime() + state.SystemTime(), System: state.SystemTime(), Peak: peak(state)}, said.Bytes(), nil
}

// passCSV reads files as plainly as can be: the yardstick of reading.
func passCSV(names []string) error {
	for _, name := range names {
		f, err := os.Open(name)
		if err != nil {
			return err
		}
		rows, err := countCSV(f)
		if err = errors.Join(err, f.Close()); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		fmt.Println(strconv.Itoa(rows) + " rows in " + name)
	}
	return nil
}

func countCSV(in io.Reader) (rows int, err error) {
	r := csv.NewReader(in)
	r.ReuseRecord = true
	for ; ; rows++ {
		if _, err := r.Read(); err == io.EOF {
			return rows, nil
		} else if err != nil {
			return rows, err
		}
	}
}
