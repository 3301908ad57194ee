// Package release works out what releasing, revising or withdrawing a bulletin would
// change, before anything is written: the bulletin's own file, the site that would be
// checked, what of the website becomes public, what goes on record, and what must
// not have become public before. It is pure; package cli shows, asks and writes.
package release

import (
	"bytes"
	"crypto/sha256"
	"encoding/xml"
	"fmt"
	"iter"
	"path"
	"slices"
	"strings"
	"sync"

	"tocsin/internal/publish"
)

// Tree is a whole website, by the digests of its files and the entries of its feeds.
type Tree struct {
	mutex   sync.Mutex
	sums    map[string][sha256.Size]byte
	entries []Entry
}

// Entry is one entry of a feed: what a subscriber is shown.
type Entry struct {
	Feed  string // path of the feed in the site
	Title string
	GUID  string // by which readers tell new entries from old ones
}

// Change is one file of the website that becomes another.
type Change struct {
	Kind Kind
	Path string // slash-separated, in the site
}

// Kind is what becomes of a file.
type Kind string

// The kinds of change, in the order in which people are told of them.
const (
	New     Kind = "new"
	Changed Kind = "changed"
	Gone    Kind = "gone"
)

// NewTree is a website without files.
func NewTree() *Tree { return &Tree{sums: make(map[string][sha256.Size]byte)} }

// Add takes in a file of a website that nobody writes to disk. Any number of goroutines may do so
// at once. The error is a feed that cannot be read back.
func (t *Tree) Add(f publish.File) error {
	sum := sha256.Sum256(f.Data)
	entries, err := entriesOf(f)
	t.mutex.Lock()
	defer t.mutex.Unlock()
	t.sums[f.Path] = sum
	t.entries = append(t.entries, entries...)
	return err
}

// Render takes in a whole website. The error is the first that files yields, or [Tree.Add]'s.
func Render(files iter.Seq2[publish.File, error]) (*Tree, error) {
	t := NewTree()
	for f, err := range files {
		if err == nil {
			err = t.Add(f)
		}
		if err != nil {
			return nil, err
		}
	}
	return t, nil
}

// rss is as much of a feed as tells its entries apart.
type rss struct {
	XMLName xml.Name `xml:"rss"`
	Items   []struct {
		Title string `xml:"title"`
		GUID  string `xml:"guid"`
	} `xml:"channel>item"`
}

// entriesOf reads the entries of an RSS feed; another file has none.
func entriesOf(f publish.File) ([]Entry, error) {
	if path.Ext(f.Path) != ".xml" || !bytes.Contains(f.Data, []byte("<rss")) {
		return nil, nil
	}
	var feed rss
	if err := xml.Unmarshal(f.Data, &feed); err != nil {
		return nil, fmt.Errorf("%s: %w", f.Path, err)
	}
	var entries []Entry
	for _, item := range feed.Items {
		entries = append(entries, Entry{f.Path, item.Title, item.GUID})
	}
	return entries, nil
}

// Changes is what becomes of the files of a website when it turns into another: what
// is new, then what changes, then what goes, each by path.
func (t *Tree) Changes(after *Tree) []Change {
	var all []Change
	for name, sum := range after.sums {
		switch old, there := t.sums[name]; {
		case !there:
			all = append(all, Change{New, name})
		case old != sum:
			all = append(all, Change{Changed, name})
		}
	}
	for name := range t.sums {
		if _, stays := after.sums[name]; !stays {
			all = append(all, Change{Gone, name})
		}
	}
	order := []Kind{New, Changed, Gone}
	slices.SortFunc(all, func(a, b Change) int {
		if a.Kind != b.Kind {
			return slices.Index(order, a.Kind) - slices.Index(order, b.Kind)
		}
		return strings.Compare(a.Path, b.Path)
	})
	return all
}

// Announced are the entries of feeds that readers have not been shown: a guid that
// the feed did not hold. They are in the order of the feeds' paths.
func (t *Tree) Announced(after *Tree) []Entry {
	known := make(map[Entry]bool)
	for _, e := range t.entries {
		known[Entry{Feed: e.Feed, GUID: e.GUID}] = true
	}
	sorted := slices.SortedStableFunc(slices.Values(after.entries), func(a, b Entry) int { return strings.Compare(a.Feed, b.Feed) })
	return slices.DeleteFunc(sorted, func(e Entry) bool {
		return known[Entry{Feed: e.Feed, GUID: e.GUID}]
	})
}
