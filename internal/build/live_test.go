package build

import (
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"tocsin/internal/address"
	"tocsin/internal/content"
	"tocsin/internal/publish"
	"tocsin/internal/source"
)

// Pages and feeds of a live site may be asked for at once, also right after a draft has become
// public, whose entry in the feeds is made late.
func TestLiveAskedAtOnce(t *testing.T) {
	dir := folder(t, 20)
	put(t, dir, nameOf(10), strings.Replace(textOf(10, 20), "status: published", "status: draft", 1))
	w := walkOf(t, dir, nil)
	live, err := w.Live(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	put(t, dir, nameOf(10), textOf(10, 20))
	if err := live.Again([]int{10}); err != nil {
		t.Fatal(err)
	}
	var group sync.WaitGroup
	group.Go(func() {
		if feed, err := live.Open(w.Feeds.Layout.Atom()); err != nil || !strings.Contains(string(feed.Data), "TS-2026-0010") {
			t.Errorf("the feed lacks what became public: %v", err)
		}
	})
	for range 50 {
		if _, err := live.Open(w.Feeds.Layout.Bulletin("TS-2026-0010")); err != nil {
			t.Error(err)
		}
	}
	group.Wait()
}

// A decision whose file is new was not there when the site was read: reading the bulletin again
// would not find it.
func TestLiveDecision(t *testing.T) {
	dir := folder(t, 3)
	record := path.Join(content.DecisionFolder, "TS-2026-0001.json")
	live, err := walkOf(t, dir, nil).Live(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, found := live.Number(record); found {
		t.Error("a record that is not there yet is read with its bulletin")
	}
	put(t, dir, record, "{}")
	if live, err = walkOf(t, dir, nil).Live(t.Context()); err != nil {
		t.Fatal(err)
	}
	if number, found := live.Number(record); !found || number != 1 {
		t.Errorf("the record belongs to %d: %v", number, found)
	}
}

// Of a clock that was put back nothing holds that was found out by the later one, also where the
// folder of a draft was away in between.
func TestClockPutBack(t *testing.T) {
	dir := folder(t, 5)
	put(t, dir, nameOf(2), strings.Replace(textOf(2, 5), "published: 2026-04", "published: 2026-12", 1))
	without := folder(t, 5) // the same files, but for one
	for number := range 5 {
		if err := os.Remove(filepath.Join(without, nameOf(number))); err != nil {
			t.Fatal(err)
		}
		if err := os.Link(filepath.Join(dir, nameOf(number)), filepath.Join(without, nameOf(number))); number != 2 && err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Remove(filepath.Join(without, nameOf(2))); err != nil {
		t.Fatal(err)
	}
	_, _, made := collect(t, walkAt(t, dir, nil, today.AddDate(1, 0, 0)))
	later := made.Problems
	_, _, made = collect(t, walkOf(t, without, made.Memory))
	_, _, now := collect(t, walkOf(t, dir, made.Memory))
	_, _, fresh := collect(t, walkOf(t, dir, nil))
	told := func(all source.Problems) (text string) {
		for _, p := range all {
			text += p.Position.File + " " + p.Code + "\n"
		}
		return text
	}
	if told(now.Problems) != told(fresh.Problems) || told(later) == told(fresh.Problems) {
		t.Errorf("%s\nwithout a memory\n%s\nin January\n%s", told(now.Problems), told(fresh.Problems), told(later))
	}
}

// The site will be another where readers get a bulletin that was read anew: not for a draft, and
// not for what is as it was.
func TestExpect(t *testing.T) {
	dir := folder(t, 20)
	put(t, dir, nameOf(3), strings.Replace(textOf(3, 20), "status: published", "status: draft", 1))
	var last *Memory
	for _, c := range []struct {
		edit  string
		names []int
		want  int
	}{{"First", []int{}, 1}, {"Second", []int{}, 0}, {"Third", []int{3}, 0}, {"Fourth", []int{5, 6, 7}, 1}} {
		for _, number := range c.names {
			data, err := os.ReadFile(filepath.Join(dir, nameOf(number)))
			if err != nil {
				t.Fatal(err)
			}
			put(t, dir, nameOf(number), strings.Replace(string(data), "title: ", "title: "+c.edit+" ", 1))
		}
		told := 0
		w := walkOf(t, dir, last)
		w.Expect = func() { told++ }
		_, _, made := collect(t, w)
		if last = made.Memory; told != c.want {
			t.Errorf("%s edit: told %d times, want %d", c.edit, told, c.want)
		}
	}
}

// An entry of a feed that was made late is remembered like the others.
func TestLateEntries(t *testing.T) {
	const bulletins = 400
	dir := folder(t, bulletins)
	put(t, dir, nameOf(2), strings.Replace(textOf(2, bulletins), "action: Update.",
		"action: Update.\nrevisions:\n  - {version: 1, at: 2026-05-01, summary: First.}\n  - {version: 2, at: 2026-05-30, summary: More., material: yes}", 1))
	_, _, made := collect(t, walkOf(t, dir, nil))
	again := walkOf(t, dir, made.Memory)
	p := again.begin(t.Context(), func(publish.File) error { return nil })
	if err := p.bulletins(); err != nil {
		t.Fatal(err)
	}
	if err := p.others(); err != nil || len(p.late) > 0 {
		t.Errorf("%d entries were made again: %v, %v", len(p.late), slices.Collect(maps.Keys(p.late)), err)
	}
}

// What a live site shows at a path is what a build writes there, page by page: none of those that
// show several bulletins is left in the room in which the next one is made.
func TestLiveShowsWhatIsBuilt(t *testing.T) {
	dir := folder(t, 20)
	files, _, _ := collect(t, walkOf(t, dir, nil))
	live, err := walkOf(t, dir, nil).Live(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for file, want := range files {
		if asked, err := live.Open(address.PageOf(file)); err != nil || string(asked.Data) != want {
			t.Errorf("%s: %v, and %d octets where a build writes %d", file, err, len(asked.Data), len(want))
		}
	}
}
