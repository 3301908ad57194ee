package main

import (
	"context"
	_ "embed"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
)

// duckdbModule is DuckDB 1.5 as a library: its command line comes in no package that can
// be installed anywhere. The start of the program around it, some 0.4 s, counts too.
const duckdbModule = "@duckdb/node-api@1.5.6-r.1"

//go:embed duckdb.mjs
var duckdbScript []byte

// What DuckDB is asked for: the sums alone, or with the checks that a plan makes.
const (
	duckdbQuery  = "DuckDB, sums alone"
	duckdbChecks = "DuckDB, same checks"
)

// duckdb installs DuckDB below a folder, and says how it does what a plan does with a
// site's inventory. It is empty where it cannot be had.
func duckdb(ctx context.Context, folder, site string, say func(string, ...any)) map[string][]string {
	folder = filepath.Join(folder, "duckdb")
	script := filepath.Join(folder, "duckdb.mjs")
	err := os.MkdirAll(folder, 0o755)
	if err == nil {
		err = os.WriteFile(script, duckdbScript, 0o644)
	}
	if err == nil {
		err = installDuckDB(ctx, folder)
	}
	if err != nil {
		say("no DuckDB: %v", err)
		return make(map[string][]string)
	}
	threads := strconv.Itoa(runtime.GOMAXPROCS(0))
	return map[string][]string{
		duckdbQuery:  {"node", script, site, "query", threads},
		duckdbChecks: {"node", script, site, "checks", threads},
	}
}

func installDuckDB(ctx context.Context, folder string) error {
	c := exec.CommandContext(ctx, "npm", "install", "--prefix", folder, "--ignore-scripts", "--no-audit", "--no-fund", "--no-save", duckdbModule)
	if said, err := c.CombinedOutput(); err != nil {
		return fmt.Errorf("npm install %s: %w\n%s", duckdbModule, err, said)
	}
	return nil
}
