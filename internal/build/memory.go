package build

import (
	"maps"
	"slices"
	"time"

	"tocsin/internal/content"
)

// Memory is what a walk leaves for the next one: of each bulletin what check found, what lists
// need, and the digest of its page.
//
// It is a hint and no truth. What it says of a bulletin holds only while
//
//   - everything that bulletins have in common is the same: the Key, which its user makes of
//     tocsin itself, the settings, the templates, the policies and their rules;
//   - the files of the bulletin are those that were read: see [content.Identity];
//   - no date in the bulletin has come since, by which it could be judged otherwise.
//
// Everything else is read again, and so is all of it where the memory is damaged or gone. Whether
// public/ still holds what the memory says, package publish finds out for itself.
type Memory struct {
	Key     string
	checked time.Time             // by the clock that decides what is due
	records map[string]*record    // by the identity of a bulletin's files; several memories share the map
	later   map[string]*record    // what was read since, which goes before
	shared  map[string]sharedFile // files that show several bulletins, by path
	file    *memoryFile           // what of it stands in a file; nil where nothing does
	unkept  news                  // what does not, where the rest does
}

// news is what one walk knows that the one before it did not.
type news struct {
	records map[string]*record
	shared  map[string]sharedFile
}

// For is the memory where it has this key, else none.
func (m *Memory) For(key string) *Memory {
	if m == nil || m.Key != key {
		return nil
	}
	return m
}

// recall finds what holds of a bulletin's files at an instant; nil where nothing does.
func (m *Memory) recall(id content.Identity, now time.Time) *record {
	if m == nil || id.Is == "" || now.Before(m.checked) {
		return nil
	}
	r := m.record(id)
	if r == nil || !r.until.IsZero() && !now.Before(r.until) {
		return nil
	}
	return r
}

func (m *Memory) record(id content.Identity) *record {
	if r := m.later[id.Is]; r != nil {
		return r
	}
	return m.records[id.Is]
}

// holds reports whether anything that is remembered is of the files of some steps.
func (m *Memory) holds(steps []*step) bool {
	return slices.ContainsFunc(steps, func(s *step) bool { return m.record(s.identity) != nil })
}

// with is the memory with what a later walk knows besides; it is the same where that is nothing.
func (m *Memory) with(checked time.Time, n news) *Memory {
	if len(n.records) == 0 && len(n.shared) == 0 {
		return m
	}
	return &Memory{
		Key: m.Key, checked: checked, records: m.records, later: union(m.later, n.records), shared: union(m.shared, n.shared),
		file: m.file, unkept: news{union(m.unkept.records, n.records), union(m.unkept.shared, n.shared)},
	}
}

func union[T any](a, b map[string]T) map[string]T {
	all := make(map[string]T, len(a)+len(b))
	maps.Copy(all, a)
	maps.Copy(all, b)
	return all
}

// coarse is how far behind the clock of a file system can be: a file that is younger than that,
// against the beginning of the walk, may yet change without its times changing.
const coarse = 100 * time.Millisecond

// memory is what this walk leaves: what the last walk left and what is new, so that keeping it
// costs no more than that. When much of it is of files as they are no more, it begins anew.
func (p *pass) memory() *Memory {
	if p.Last != nil {
		m := p.Last.with(p.Now, news{p.records(func(s *step) bool { return !s.old }), p.newlyShared()})
		if stale := len(m.records) + len(m.later) - len(p.steps); stale <= len(p.steps)/8+fewStale {
			return m
		}
	}
	return &Memory{checked: p.Now, records: p.records(func(*step) bool { return true }), shared: p.shared}
}

// fewStale is how many records of a small site may be of files as they are no more.
const fewStale = 64

// records are those of some bulletins, but for files that may change without its being seen.
func (p *pass) records(of func(*step) bool) map[string]*record {
	all := make(map[string]*record)
	for _, s := range p.steps {
		if of(s) && s.identity.Is != "" && s.identity.Youngest.Before(p.Began.Add(-coarse)) {
			all[s.identity.Is] = s.record
		}
	}
	return all
}

// newlyShared are the files of several bulletins that are not as the last walk left them.
func (p *pass) newlyShared() map[string]sharedFile {
	all := make(map[string]sharedFile)
	for path, f := range p.shared {
		if p.Last.shared[path] != f {
			all[path] = f
		}
	}
	return all
}
