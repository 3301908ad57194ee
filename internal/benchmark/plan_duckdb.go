package main

import (
	"context"
	_ "embed"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
)

// duckdbModule is DuckDB 1.5 as a library, for the one platform that we compare on. Its
// command line comes in no package that can be installed anywhere: a small program in C
// stands in for it.
const (
	duckdbModule  = "@duckdb/node-bindings-linux-x64@1.5.6-r.1"
	duckdbLibrary = "node_modules/@duckdb/node-bindings-linux-x64"
)

//go:embed duckdb/duckdb.c
var duckdbProgram []byte

// What DuckDB is asked for: the sums alone, or with the checks that a plan makes.
const (
	duckdbQuery  = "DuckDB, sums alone"
	duckdbChecks = "DuckDB, same checks"
)

// duckdb installs DuckDB below a folder, and says how it does what a plan does with a
// site's inventory. It is empty where it cannot be had.
func duckdb(ctx context.Context, folder, site string, say func(string, ...any)) map[string][]string {
	program, err := buildDuckDB(ctx, filepath.Join(folder, "duckdb"))
	if err != nil {
		say("no DuckDB: %v", err)
		return make(map[string][]string)
	}
	threads := fmt.Sprintf("SET threads = %d", runtime.GOMAXPROCS(0))
	begin := []string{program, threads, "SET preserve_insertion_order = false"}
	return map[string][]string{
		duckdbQuery:  append(begin[:len(begin):len(begin)], duckdbSums(site)),
		duckdbChecks: append(begin[:len(begin):len(begin)], duckdbPlan(site)...),
	}
}

// buildDuckDB installs the library with npm, and compiles the program that uses it.
func buildDuckDB(ctx context.Context, folder string) (program string, err error) {
	program = filepath.Join(folder, "duckdb")
	library := filepath.Join(folder, filepath.FromSlash(duckdbLibrary))
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return "", err
	}
	if err := os.WriteFile(program+".c", duckdbProgram, 0o644); err != nil {
		return "", err
	}
	for _, command := range [][]string{
		{"npm", "install", "--prefix", folder, "--ignore-scripts", "--no-audit", "--no-fund", "--no-save", duckdbModule},
		{"cc", "-O2", "-o", program, program + ".c", filepath.Join(library, "libduckdb.so"), "-Wl,-rpath," + library},
	} {
		if said, err := exec.CommandContext(ctx, command[0], command[1:]...).CombinedOutput(); err != nil {
			return "", fmt.Errorf("%s: %w\n%s", strings.Join(command, " "), err, said)
		}
	}
	return program, nil
}

// duckdbHit holds for the nodes that the bulletin concerns: see [planOf].
const (
	duckdbVersion = `(TRY_CAST(split_part(split_part(client_version, '-', 1), '.', 1) AS INT) * 1000000` +
		` + TRY_CAST(split_part(split_part(client_version, '-', 1), '.', 2) AS INT) * 1000` +
		` + TRY_CAST(split_part(split_part(client_version, '-', 1), '.', 3) AS INT))`
	duckdbHit = `os = 'windows' AND ` + duckdbVersion + ` >= 1058000 AND ` + duckdbVersion + ` < 1066001`
)

// duckdbTable reads a table of a site.
func duckdbTable(site, file string) string {
	name := strings.ReplaceAll(filepath.Join(site, filepath.FromSlash(file)), "'", "''")
	return "read_csv('" + name + "', all_varchar = true, header = true)"
}

// duckdbSums asks for the sums alone.
func duckdbSums(site string) string {
	return `SELECT count(*), sum(n) FROM (SELECT tailnet, any_value(t.owner_email), count(*) AS n FROM ` +
		duckdbTable(site, nodesFile) + ` JOIN ` + duckdbTable(site, tailnetsFile) + ` t USING (tailnet) WHERE ` + duckdbHit + ` GROUP BY tailnet)`
}

// duckdbPlan also makes the checks without which no letter may go, and keeps each tailnet's
// nodes.
func duckdbPlan(site string) []string {
	return []string{
		`CREATE TABLE tailnets AS SELECT * FROM ` + duckdbTable(site, tailnetsFile),
		`CREATE TABLE nodes AS SELECT * FROM ` + duckdbTable(site, nodesFile),
		`SELECT CASE WHEN count(*) > 0 THEN error('nodes of unknown tailnets') END FROM nodes ANTI JOIN tailnets USING (tailnet)`,
		`SELECT CASE WHEN count(*) > count(DISTINCT node_id) THEN error('nodes that stand twice') END FROM nodes`,
		`CREATE TABLE hits AS SELECT tailnet, list(struct_pack(a := node_id, b := node_name, c := user_id, d := os,` +
			` e := client_version, f := last_seen)) AS nodes FROM nodes WHERE ` + duckdbHit + ` GROUP BY tailnet`,
		`SELECT count(*), sum(len(nodes)) FROM hits JOIN tailnets USING (tailnet)`,
	}
}
