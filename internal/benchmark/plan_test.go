package main

import (
	"bytes"
	"encoding/csv"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"tocsin/internal/notify/sample"
)

// TestEveryTailnetIsHit: the inventory of a plan with so many letters has one node more
// for each tailnet, which the bulletin is about.
func TestEveryTailnetIsHit(t *testing.T) {
	name := filepath.Join(t.TempDir(), "tailnets.csv")
	size := sample.Size{Tailnets: 30, Nodes: 60, Seed: 7}
	var tailnets, nodes, hits bytes.Buffer
	for _, err := range []error{sample.WriteTailnets(&tailnets, size), sample.WriteNodes(&nodes, size), os.WriteFile(name, tailnets.Bytes(), 0o600), writeHits(&hits, name)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	all, err := csv.NewReader(&tailnets).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	got, err := csv.NewReader(bytes.NewReader(hits.Bytes())).ReadAll()
	if err != nil || len(got) != 31 || len(all) != 31 {
		t.Fatalf("%d of %d tailnets, %v", len(got)-1, len(all)-1, err)
	}
	header, _, _ := strings.Cut(nodes.String(), "\n")
	if strings.Join(got[0], ",") != header {
		t.Errorf("the columns are %q, those of the sample %q", got[0], header)
	}
	ids := make(map[string]bool)
	for i, row := range got[1:] {
		if ids[row[1]] = true; row[0] != all[i+1][0] || row[4] != "windows" || row[5] != "1.60.0" || strings.Contains(nodes.String(), ","+row[1]+",") {
			t.Errorf("row %d: %q", i+1, row)
		}
	}
	if len(ids) != 30 {
		t.Errorf("%d different nodes", len(ids))
	}
}

// TestOtherTablesAreLeftOut: and settings that were reworded are an error, or a plan
// would read tables that nobody counted.
func TestOtherTablesAreLeftOut(t *testing.T) {
	name := filepath.Join(t.TempDir(), "tocsin.yaml")
	settings := "inventory:\n  tailnets: inventory/tailnets.csv\n  nodes: inventory/nodes.csv # one\n  users: inventory/users.csv\n  contacts: inventory/contacts.csv\n  findings: findings\n"
	if err := os.WriteFile(name, []byte(settings), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := onlyThese(name); err != nil {
		t.Fatal(err)
	}
	const want = "inventory:\n  tailnets: inventory/tailnets.csv\n  nodes: inventory/nodes*.csv # one\n  findings: findings\n"
	if got, err := os.ReadFile(name); string(got) != want {
		t.Errorf("%s, %v", got, err)
	}
	if err := onlyThese(name); err == nil {
		t.Error("settings without the other tables are no error")
	}
}

// TestPlanGoals: each goal is measured by the rows that it was set for, and by no others.
func TestPlanGoals(t *testing.T) {
	took := func(wall time.Duration, peak int64) figures { return figures{Wall: wall, Peak: peak} }
	all := []planned{
		{Program: "tocsin", Tailnets: 10, Nodes: 100, figures: took(9*time.Second, 9e9)},
		{Program: "encoding/csv", Tailnets: goalTailnets, Nodes: goalNodes, figures: took(4*time.Second, 2e7)},
		{Program: "tocsin", Tailnets: goalTailnets, Nodes: goalNodes, figures: took(2*time.Second, 2e8)},
		{Program: "tocsin", Tailnets: 1_000_000, Nodes: 3_000_000, Letters: 950_000, Ledger: 1_900_000_000, figures: figures{Wall: 95 * time.Second, CPU: 190 * time.Second, Peak: 3e8}},
	}
	goals := func(all []planned) string {
		var out strings.Builder
		if err := printPlanGoals(&out, all); err != nil {
			t.Fatal(err)
		}
		return strings.Join(strings.Fields(out.String()), " ")
	}
	got := goals(all)
	for _, want := range []string{"≤ 0.6 × 0.50 × met", "judged: peak memory ≤ 256 MB 200.00 MB met", "letters: peak memory ≤ 256 MB 300.00 MB not met"} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is not in %s", want, got)
		}
	}
	if got := goals(all[:2]); strings.Count(got, "not measured") != 3 {
		t.Error(got)
	}
	with := append(slices.Clone(all), planned{Program: duckdbChecks, Tailnets: goalTailnets, Nodes: goalNodes, figures: took(4*time.Second, 1)},
		planned{Program: duckdbQuery, Tailnets: goalTailnets, Nodes: goalNodes, figures: took(time.Second, 1)})
	if got := goals(with); !strings.Contains(got, "same checks ≤ 1 × 0.50 × met") || !strings.Contains(got, "sums alone ≤ 1 × 2.00 × not met") || strings.Contains(got, "encoding/csv") {
		t.Error(got)
	}
	var table strings.Builder
	if err := printPlans(&table, all); err != nil {
		t.Fatal(err)
	}
	last := strings.Fields(slices.Collect(strings.Lines(table.String()))[4])
	if want := "10000 200.0 2000"; strings.Join(last[len(last)-3:], " ") != want {
		t.Errorf("letters a second, microseconds and octets a letter: %q, want %s", last, want)
	}
}

// TestEndsAsItShould: a program that ends otherwise is an error, and would be a quick one.
func TestEndsAsItShould(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	command := []string{self, "-test.run", "^$"}
	f, said, err := took(t.Context(), 0, command)
	if err != nil || !strings.Contains(string(said), "PASS") || f.Wall <= 0 {
		t.Errorf("%+v, %q, %v", f, said, err)
	}
	for status, wrong := range map[int][]string{refused: command, 0: {self, "-test.nonsense"}} {
		if _, _, err := took(t.Context(), status, wrong); err == nil {
			t.Errorf("%q ends with %d", wrong, status)
		}
	}
}

// TestCountCSV: the yardstick reads all rows, or fails.
func TestCountCSV(t *testing.T) {
	if rows, err := countCSV(strings.NewReader("a,b\n1,2\n\"3\n\",4\n")); rows != 3 || err != nil {
		t.Errorf("%d rows, %v", rows, err)
	}
	if _, err := countCSV(strings.NewReader("a,b\n1\n")); err == nil {
		t.Error("a short row is none")
	}
}
