package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestMedianIsOfEachFigure(t *testing.T) {
	all := []figures{
		{Wall: 1, CPU: 9, System: 3, Peak: 5, Files: 2, Written: 1},
		{Wall: 8, CPU: 2, System: 2, Peak: 1, Files: 2, Written: 70},
		{Wall: 3, CPU: 4, Peak: 9, Files: 7, Written: 6},
	}
	if got, want := median(all), (figures{3, 4, 2, 5, 2, 6}); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
}

// TestWrittenAreYoung: what a build left alone it has not written, and nobody counts a
// site's own content.
func TestWrittenAreYoung(t *testing.T) {
	s := subject{site: t.TempDir(), outputs: []string{"public", "state", "one"}}
	began := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for name, at := range map[string]time.Time{
		"public/new": began, "public/a/newer": began.Add(time.Hour), "one": began.Add(time.Second),
		"public/old": began.Add(-time.Second), "content/new": began.Add(time.Second),
	} {
		file := filepath.Join(s.site, name)
		if err := writeFile(file, []byte("12345")); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(file, at, at); err != nil {
			t.Fatal(err)
		}
	}
	if files, size, err := s.written(began); files != 3 || size != 15 || err != nil {
		t.Errorf("%d files, %d bytes, %v; want 3 and 15", files, size, err)
	}
	if err := s.clear(); err != nil {
		t.Fatal(err)
	}
	left, _ := filepath.Glob(filepath.Join(s.site, "*"))
	if len(left) != 1 || filepath.Base(left[0]) != "content" {
		t.Errorf("after clear there is %q", left)
	}
}

// TestShowsTheEdit: a page without the edit is no quick build.
func TestShowsTheEdit(t *testing.T) {
	s := subject{name: "x", site: t.TempDir()}
	b := corpus{1, 9}.bulletin(3, 2)
	if err := writeFile(filepath.Join(s.site, "public", b.page(), "index.html"), []byte(b.body)); err != nil {
		t.Fatal(err)
	}
	if err := s.shows(b, mark(3, 2)); err != nil {
		t.Error(err)
	}
	if err := s.shows(b, mark(3, 1)); err == nil {
		t.Error("an older edition is taken for the new one")
	}
}

// TestGoals: each says met, not met or not measured, by its bound.
func TestGoals(t *testing.T) {
	of := func(size int, scenario, program string, wall, cpu time.Duration, peak int64) result {
		return result{Size: size, Scenario: scenario, Program: program, figures: figures{Wall: wall, CPU: cpu, Peak: peak}}
	}
	all := []result{
		of(10_000, "cold", "tocsin", 10, 10, 10), of(10_000, "cold", "hugo", 40, 39, 101),
		of(10_000, "one changed", "tocsin", 1, 1, 1), of(10_000, "one changed", "hugo", 59, 1, 1),
		of(1_000, "cold", "tocsin", 1, 1_000, 1),
	}
	for _, test := range []struct {
		all  []result
		more latency
		want string
	}{
		{all, latency{}, "met 4.00, not met 3.90, met 10.10, not met 59.00, not measured, not measured"},
		{append(all, of(50_000, "cold", "tocsin", 1, 65_000, 1)), latency{Edits: 20, Median: 60 * time.Millisecond}, "met 4.00, not met 3.90, met 10.10, not met 59.00, met 1.30, met 60.00"},
		{append(all, of(50_000, "cold", "tocsin", 1, 66_000, 1)), latency{Edits: 20, Median: 61 * time.Millisecond}, "met 4.00, not met 3.90, met 10.10, not met 59.00, not met 1.32, not met 61.00"},
	} {
		var out bytes.Buffer
		if err := printGoals(&out, test.all, test.more); err != nil {
			t.Fatal(err)
		}
		if got := verdicts(out.String()); got != test.want {
			t.Errorf("%s\nwant %s in\n%s", got, test.want, &out)
		}
	}
}

// verdicts are the last columns of the table of goals, without its units.
func verdicts(table string) string {
	var all []string
	for i, line := range strings.Split(strings.TrimSpace(table), "\n") {
		columns := strings.Split(line, "  ")
		last := strings.TrimSpace(columns[len(columns)-1])
		for _, column := range columns[1:] {
			if value, _, found := strings.Cut(strings.TrimSpace(column), " "); found && strings.Contains(value, ".") && !strings.ContainsAny(column, "≤≥") {
				last += " " + value
			}
		}
		if i > 0 {
			all = append(all, last)
		}
	}
	return strings.Join(all, ", ")
}
