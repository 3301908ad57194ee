package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// scenario is one way in which a site is built again.
type scenario struct {
	name   string
	before func(*trial, subject, int) error // what happens before the build, outside its time
	after  func(*trial, subject, int) error // whether the build did what it was for
	only   string                           // the one program that it is measured for
}

// scenarios are in the order in which they run: each begins with the site that the one
// before has left. Hugo keeps nothing from one process to the next, so that each of its
// builds is a whole one; with all bulletins changed it would be the same again.
var scenarios = []scenario{
	{name: "cold", before: (*trial).cold},
	{name: "unchanged"},
	{name: "one changed", before: (*trial).changeOne, after: (*trial).showsOne},
	{name: "all changed", before: (*trial).changeAll, after: (*trial).showsOne, only: "tocsin"},
}

// trial is both programs on one corpus.
type trial struct {
	corpus
	subjects []subject
	edition  int
	changed  int // the number of the bulletin that was changed last
	progress func(format string, values ...any)
}

// result is one row: a scenario, a program, the median of its runs.
type result struct {
	Size     int    `json:"bulletins"`
	Scenario string `json:"scenario"`
	Program  string `json:"program"`
	Runs     int    `json:"runs"`
	figures
}

// mostRuns is how often a build is repeated that is over at once.
const mostRuns = 9

// largeSize is from where on runs take so long that one must do.
const largeSize = 20_000

func (t *trial) runs(s scenario, program string) int {
	switch {
	case s.name == "one changed" && program == "tocsin":
		return mostRuns // it takes no time, and the first one makes a second tree
	case t.size > largeSize:
		return 1
	case s.name == "cold":
		return 5 // what the disk does beside it makes them differ most
	}
	return 3
}

// measure goes through all scenarios. The programs take turns, so that what else the
// machine does falls on both.
func (t *trial) measure(ctx context.Context) ([]result, error) {
	var results []result
	for _, s := range scenarios {
		samples := make(map[string][]figures)
		for run := range mostRuns {
			for _, p := range t.subjects {
				if run >= t.runs(s, p.name) || s.only != "" && s.only != p.name {
					continue
				}
				f, err := t.once(ctx, s, p, run)
				if err != nil {
					return results, fmt.Errorf("%d bulletins, %s, %s: %w", t.size, s.name, p.name, err)
				}
				samples[p.name] = append(samples[p.name], f)
			}
		}
		for _, p := range t.subjects {
			if all := samples[p.name]; len(all) > 0 {
				results = append(results, result{t.size, s.name, p.name, len(all), median(all)})
			}
		}
	}
	return results, nil
}

func (t *trial) once(ctx context.Context, s scenario, p subject, run int) (figures, error) {
	if s.before != nil {
		if err := s.before(t, p, run); err != nil {
			return figures{}, err
		}
	}
	f, err := p.build(ctx)
	if err == nil && s.after != nil {
		err = s.after(t, p, run)
	}
	t.progress("%d bulletins, %s, run %d: %s %v", t.size, s.name, run+1, p.name, f.Wall.Round(time.Millisecond))
	return f, err
}

func (t *trial) cold(p subject, _ int) error { return p.clear() }

// changeOne changes the newest bulletin in the first run, and others of all ages after it:
// the newest are in feeds and on the first pages, the old ones are in neither.
func (t *trial) changeOne(p subject, run int) error {
	t.edition++
	t.changed = (t.size - 1) * [mostRuns]int{8, 4, 1, 6, 2, 7, 3, 5, 0}[run] / 8
	return p.edit(t.bulletin(t.changed, t.edition))
}

func (t *trial) changeAll(p subject, _ int) error {
	t.edition++
	for number := range t.size {
		t.changed = number
		if err := p.edit(t.bulletin(number, t.edition)); err != nil {
			return err
		}
	}
	return nil
}

func (t *trial) showsOne(p subject, _ int) error {
	return p.shows(t.bulletin(t.changed, t.edition), mark(t.changed, t.edition))
}

// newTrial writes both sites below a folder.
func newTrial(ctx context.Context, c corpus, folder string, tools programs) (*trial, error) {
	t := &trial{corpus: c, subjects: []subject{tools.tocsinIn(filepath.Join(folder, "tocsin")), tools.hugoIn(filepath.Join(folder, "hugo"))}}
	first := t.subjects[0]
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return nil, err
	}
	begin := subject{site: folder}
	if _, err := begin.run(ctx, []string{tools.tocsin, "init", first.site}); err != nil {
		return nil, err
	}
	if err := c.writeTocsin(first.site); err != nil {
		return nil, err
	}
	return t, c.writeHugo(t.subjects[1].site)
}

// page is the path of a bulletin's page, with both programs.
func (b bulletin) page() string { return "/security-bulletins/" + strings.ToLower(b.id) + "/" }
