package main

import (
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"tocsin/internal/notify/smtptest"
)

var update = flag.Bool("update", false, "rewrite the expected output in testdata/script")

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"tocsin": func() {
		if os.Getenv(withRelay) != "" {
			os.Exit(run(time.Now)) // connections end by the machine's own clock
		}
		os.Exit(run(inJune))
	}})
}

// inJune is the clock of every session: the sample's bulletins are of the spring of
// 2026, and what is shown must not change as they grow old.
func inJune() time.Time { return june.Add(time.Since(started)) }

var june, started = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC), time.Now()

// endsAtOnce are the settings of the race detector in the programs that a test starts. Each would
// sleep for a second before it ends, lest a goroutine that nobody waits for races by then: in 700
// commands that is most of the time.
func endsAtOnce() string { return os.Getenv("GORACE") + " atexit_sleep_ms=0" }

// TestScript plays testdata/script: each file is a terminal session about one thing.
func TestScript(t *testing.T) {
	relays := &relays{TB: t, of: make(map[string]*smtptest.Server)}
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		Setup:               func(env *testscript.Env) error { env.Setenv("GORACE", endsAtOnce()); return nil },
		UpdateScripts:       *update,
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits": exits,
			"mode":  mode,
			"count": count,
			"tree":  tree,
			"swap":  swap,

			"relay":   relays.relay,
			"report":  relays.report,
			"maillog": relays.maillog,
		},
	})
}

// exits STATUS COMMAND… runs a command that must end with that exit status.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	var exit *exec.ExitError
	switch err := ts.Exec(args[1], args[2:]...); {
	case errors.As(err, &exit):
		got = exit.ExitCode()
	case err != nil:
		ts.Fatalf("%v", err)
	}
	if (got == want) == neg {
		ts.Fatalf("exit status %d, want %d", got, want)
	}
}

// mode MODE FILE… asserts the permission bits of files.
func mode(ts *testscript.TestScript, neg bool, args []string) {
	for _, name := range args[1:] {
		info, err := os.Stat(ts.MkAbs(name))
		ts.Check(err)
		if got := fmt.Sprintf("%04o", info.Mode().Perm()); (got == args[0]) == neg {
			ts.Fatalf("%s has mode %s, want %s", name, got, args[0])
		}
	}
}

// count N FOLDER asserts how many entries a folder has.
func count(ts *testscript.TestScript, neg bool, args []string) {
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	entries, err := os.ReadDir(ts.MkAbs(args[1]))
	ts.Check(err)
	if (len(entries) == want) == neg {
		ts.Fatalf("%s has %d entries, want %d", args[1], len(entries), want)
	}
}

// tree FOLDER [TEXT…] asserts that none of the texts stands in any file below the
// folder, nor in any of their names, whatever the case.
func tree(ts *testscript.TestScript, neg bool, args []string) {
	root := ts.MkAbs(args[0])
	found := ""
	ts.Check(filepath.WalkDir(root, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := os.ReadFile(name)
		all := strings.ToLower(strings.TrimPrefix(name, root) + "\n" + string(data))
		for _, text := range args[1:] {
			if strings.Contains(all, strings.ToLower(text)) {
				found = fmt.Sprintf("%q stands in %s", text, name)
			}
		}
		return err
	}))
	if (found == "") == neg {
		ts.Fatalf("%s (wanted: %v)", found, neg)
	}
}

// swap FILE OLD NEW replaces a text that stands in a file exactly once.
func swap(ts *testscript.TestScript, _ bool, args []string) {
	name := ts.MkAbs(args[0])
	data, err := os.ReadFile(name)
	ts.Check(err)
	if n := strings.Count(string(data), args[1]); n != 1 {
		ts.Fatalf("%q stands %d times in %s", args[1], n, args[0])
	}
	ts.Check(os.WriteFile(name, []byte(strings.Replace(string(data), args[1], args[2], 1)), 0o600))
}
