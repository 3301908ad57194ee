package main

import (
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"tocsin/internal/notify/sample"
)

// TestDuckDB: where it can be had, it counts what the bulletin concerns, with the checks and
// without, and refuses nodes that stand twice.
func TestDuckDB(t *testing.T) {
	if os.Getenv("TOCSIN_SOAK") == "" {
		t.Skip("asks the network for some hundred megabytes: TOCSIN_SOAK=1")
	}
	for _, program := range []string{"npm", "cc"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skip(err)
		}
	}
	site := t.TempDir()
	if err := os.Mkdir(filepath.Join(site, "inventory"), 0o700); err != nil {
		t.Fatal(err)
	}
	size, files := sample.Size{Tailnets: 30, Nodes: 300, Seed: 7}, stock{}.files(site)
	tailnets := writeTable(files[0], func(w io.Writer) error { return sample.WriteTailnets(w, size) })
	nodes := writeTable(files[1], func(w io.Writer) error { return sample.WriteNodes(w, size) })
	if err := errors.Join(tailnets, nodes); err != nil {
		t.Fatal(err)
	}
	commands := duckdb(t.Context(), t.TempDir(), site, t.Logf)
	if len(commands) == 0 {
		t.Fatal("DuckDB cannot be had")
	}
	_, sums, err := took(t.Context(), 0, commands[duckdbQuery])
	if err != nil {
		t.Fatal(err)
	}
	_, checked, err := took(t.Context(), 0, commands[duckdbChecks])
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(checked)), "\n")
	if last := lines[len(lines)-1]; last != strings.TrimSpace(string(sums)) || strings.HasPrefix(last, "0|") {
		t.Errorf("%q with the checks, %q without", last, sums)
	}
	text, err := os.ReadFile(files[1])
	if err != nil {
		t.Fatal(err)
	}
	rows := strings.SplitAfter(string(text), "\n")
	if err := os.WriteFile(files[1], []byte(string(text)+rows[1]), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, _, err := took(t.Context(), 0, commands[duckdbChecks]); err == nil || !strings.Contains(err.Error(), "stand twice") {
		t.Errorf("a node that stands twice: %v", err)
	}
}
