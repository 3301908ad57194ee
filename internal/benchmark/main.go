// Benchmark measures tocsin beside Hugo on the same bulletins, made from a seed:
//
//	go run ./internal/benchmark [-sizes 100,1000] [-json FILE] [-dir FOLDER] [-seed N]
//	go run ./internal/benchmark -plan [-letters N] [-tailnets N] [-nodes N] [-json FILE] [-dir FOLDER] [-seed N]
//	go run ./internal/benchmark -send [-letters N] [-profile FILE] [-json FILE] [-dir FOLDER] [-seed N]
//
// Each build is a new process. It prints one table a size: wall time, processor time, peak
// memory, files and bytes written, for a build of everything, of nothing new, of one
// changed bulletin, and of all; then how long tocsin serve takes from an edit to a browser,
// and which goals were met. Progress goes to standard error.
//
// The Hugo site is honest and minimal: the same pages with the same facts on them, and RSS
// feeds of the same texts. What it leaves out stands in hugo/hugo.toml. What the machine
// does besides falls on both programs, which take turns, but it moves the ratios all the
// same: measure on a quiet one. The load average stands above every table.
//
// With -plan it measures what a plan takes instead: to read a large inventory, to match it
// and judge every tailnet, beside encoding/csv that does no more than read the same files;
// and, with -letters, to write and keep so many letters.
//
// With -send it measures how fast a plan's letters go to a server, each with its marks and
// its outcome durable in the ledger, beside smtp-source of Postfix with as many letters of
// the same size; both send to smtp-sink of Postfix on this machine, in turn. Then the same
// with a server that is a round trip of 20 ms away, and what a signature adds.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "benchmark:", err)
		os.Exit(1)
	}
}

// options are what the command line asks for.
type options struct {
	sizes           []int
	json            string
	dir             string
	seed            uint64
	limit           time.Duration
	plan            bool // measure plans, not builds
	letters         int
	tailnets, nodes int
	csv             bool // be the yardstick of plans
	send            bool // measure sending, not builds
	profile         string
	carry           bool // send, as -send has it
	sending         sending
}

func parse() (o options, err error) {
	sizes := flag.String("sizes", "100,1000,10000,50000", "how many bulletins: `numbers`, with commas")
	flag.StringVar(&o.json, "json", "", "write the results to this `file` as well")
	flag.StringVar(&o.dir, "dir", "", "work in this `folder`, and keep it; it must not exist")
	flag.Uint64Var(&o.seed, "seed", 1, "make the bulletins of this `seed`")
	flag.DurationVar(&o.limit, "limit", 2*time.Hour, "stop after this `time`")
	flag.BoolVar(&o.plan, "plan", false, "measure plans in place of builds")
	flag.IntVar(&o.letters, "letters", 0, "with -plan: plan this `number` of tailnets' letters as well; with -send: send those of so many")
	flag.IntVar(&o.tailnets, "tailnets", goalTailnets, "with -plan: read this `number` of tailnets")
	flag.IntVar(&o.nodes, "nodes", goalNodes, "with -plan: read this `number` of nodes")
	flag.BoolVar(&o.csv, "csv", false, "read the files that follow with encoding/csv and end, as -plan has it")
	flag.BoolVar(&o.send, "send", false, "measure sending in place of builds")
	flag.StringVar(&o.profile, "profile", "", "with -send: keep a profile of the processor, of the last run, in this `file`")
	flag.BoolVar(&o.carry, "carry", false, "send, and tell what that took, as -send has it")
	flag.StringVar(&o.sending.ledger, "ledger", "", "with -carry: the `file`")
	flag.StringVar(&o.sending.server, "server", "", "with -carry: its `address`")
	flag.StringVar(&o.sending.key, "key", "", "with -carry: sign with the key in this `file`")
	flag.IntVar(&o.sending.most, "most", 0, "with -carry: stop after so many `letters`")
	flag.Parse()
	o.sending.profile = o.profile
	if flag.NArg() > 0 && !o.csv {
		return o, fmt.Errorf("unknown argument %q: see -help", flag.Arg(0))
	}
	for text := range strings.SplitSeq(*sizes, ",") {
		size, err := strconv.Atoi(text)
		if err != nil || size < 1 || size > 99_999 {
			return o, fmt.Errorf("-sizes: %q is not a number from 1 to 99999", text)
		}
		o.sizes = append(o.sizes, size)
	}
	return o, nil
}

// outcome is everything that was measured.
type outcome struct {
	Machine string    `json:"machine"`
	Seed    uint64    `json:"seed"`
	Builds  []result  `json:"builds"`
	Serve   latency   `json:"serve"`
	Plans   []planned `json:"plans"`
	Sent    []carried `json:"sent"`
}

func run() (err error) {
	o, err := parse()
	if err != nil {
		return err
	}
	if o.csv {
		return passCSV(flag.Args())
	}
	if o.carry {
		return o.sending.tell(context.Background())
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	ctx, cancel := context.WithTimeoutCause(ctx, o.limit, fmt.Errorf("the limit of %v is reached: raise -limit, or measure fewer -sizes", o.limit))
	defer cancel()
	folder, remove, err := workIn(o.dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, remove()) }()
	began := time.Now()
	say := func(format string, values ...any) {
		fmt.Fprintf(os.Stderr, "%5.0fs  %s\n", time.Since(began).Seconds(), fmt.Sprintf(format, values...))
	}
	switch {
	case o.plan:
		return alone(ctx, o, folder, say, (*outcome).measurePlans)
	case o.send:
		return alone(ctx, o, folder, say, (*outcome).measureSending)
	}
	tools, err := findPrograms(ctx, folder, say)
	if err != nil {
		return err
	}
	found := outcome{Seed: o.seed, Machine: machine() + "; " + version(ctx, tools.hugo, "version")}
	fmt.Println(found.Machine)
	for _, size := range o.sizes {
		if err := found.measure(ctx, o, size, folder, tools, say); err != nil {
			return err
		}
	}
	fmt.Println()
	if err := printGoals(os.Stdout, found.Builds, found.Serve); err != nil {
		return err
	}
	return found.write(o.json)
}

// machine is what the figures were measured on.
func machine() string {
	return fmt.Sprintf("%s/%s, %d processors, %s", runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), runtime.Version())
}

// alone measures one thing, and no builds.
func alone(ctx context.Context, o options, folder string, say func(string, ...any), measure func(*outcome, context.Context, options, string, func(string, ...any)) error) error {
	found := outcome{Seed: o.seed, Machine: machine()}
	fmt.Println(found.Machine)
	if err := measure(&found, ctx, o, folder, say); err != nil {
		return err
	}
	return found.write(o.json)
}

// workIn is a new folder, and how it goes when the work is done.
func workIn(dir string) (folder string, remove func() error, err error) {
	if dir == "" {
		folder, err = os.MkdirTemp("", "tocsin-benchmark-")
		return folder, func() error { return os.RemoveAll(folder) }, err
	}
	folder, err = filepath.Abs(dir)
	if err == nil {
		err = os.Mkdir(folder, 0o755)
	}
	return folder, func() error { return nil }, err
}

// measure adds one size, and prints it.
func (found *outcome) measure(ctx context.Context, o options, size int, folder string, tools programs, say func(string, ...any)) (err error) {
	place := filepath.Join(folder, strconv.Itoa(size))
	say("%d bulletins: writing both sites", size)
	t, err := newTrial(ctx, corpus{o.seed, size}, place, tools)
	if err != nil {
		return err
	}
	t.progress = say
	before := load()
	results, err := t.measure(ctx)
	found.Builds = append(found.Builds, results...)
	fmt.Printf("\n%d bulletins; %s before, %s after\n", size, before, load())
	if err := errors.Join(err, printTable(os.Stdout, found.Builds, size)); err != nil {
		return err
	}
	if size != servedSize(o.sizes) {
		return nil
	}
	say("%d bulletins: serve, %d edits", size, edits)
	found.Serve, err = t.serve(ctx)
	if err == nil {
		fmt.Printf("serve: edit to browser, median of %d: %.1f ms, longest %.1f ms; %s\n", found.Serve.Edits, milliseconds(found.Serve.Median), milliseconds(found.Serve.Longest), load())
	}
	return err
}

// servedSize is the largest size up to the one that serve's goal is set for; 0 where there is none.
func servedSize(sizes []int) (most int) {
	for _, size := range sizes {
		if size <= goalSize {
			most = max(most, size)
		}
	}
	return most
}

// load is what else the machine does, where it says so: processes that ran or waited to
// run, on average over a minute.
func load() string {
	text, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return "load unknown"
	}
	first, _, _ := strings.Cut(string(text), " ")
	return "load " + first
}

func (found *outcome) write(name string) error {
	if name == "" {
		return nil
	}
	text, err := json.MarshalIndent(found, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(name, append(text, '\n'), 0o644)
}
