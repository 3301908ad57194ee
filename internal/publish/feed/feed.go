// Package feed turns published bulletins into RSS, for readers and for programs
// that watch for the next bulletin. It is the only door of gorilla/feeds.
//
// A feed reader knows a bulletin by its guid, which is the ID alone: a corrected
// title, date or address alerts nobody twice. A material revision is meant to: it has
// a guid of its own, and its own date. One illegal character makes the
// whole feed unreadable, so what is produced is read back and compared before
// anybody gets it.
package feed

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"tocsin/internal/bulletin"
)

// A feed is cut at the older end only, and only beyond both of these: a burst of
// bulletins must not push out one that a weekly reader has not seen, and a quiet
// year must not leave the feed empty.
const (
	newestAlways = 100
	daysAlways   = 90 * 24 * time.Hour
)

// Channel is the feed as a whole.
type Channel struct {
	Title       string
	Description string
	Link        string // URL of the list of bulletins
	Self        string // URL of the feed itself
	Language    string // such as en; may be empty
}

// Entry is one bulletin of the feed.
type Entry struct {
	Bulletin    bulletin.Published
	URL         string // of its page
	ContentHTML string // the whole text; may be empty, and is not used of a withdrawn bulletin
}

// RSS writes the entries, in any order, as an RSS 2.0 feed: newest first, cut to
// the newest 100 and never to less than 90 days counted back from the newest.
// Dates come from the bulletins alone, so the same entries give the same bytes.
//
// The error names every bulletin that cannot stand in a feed: a character that XML
// forbids, no ID, an ID used twice; or what did not read back as asked.
func RSS(ch Channel, entries []Entry) ([]byte, error) {
	if err := check(ch, entries); err != nil {
		return nil, err
	}
	entries = newest(entries)
	items := make([]item, 0, len(entries))
	for _, e := range entries {
		items = append(items, newItem(e))
	}
	data, err := encode(ch, lastBuild(entries), items)
	if err != nil {
		return nil, err
	}
	if err := verify(data, items); err != nil {
		return nil, err
	}
	return data, nil
}

// newest sorts a copy and cuts it.
func newest(entries []Entry) []Entry {
	sorted := slices.SortedFunc(slices.Values(entries), func(a, b Entry) int {
		x, y := a.Bulletin.Bulletin(), b.Bulletin.Bulletin()
		return cmp.Or(y.Announced().Compare(x.Announced()), cmp.Compare(y.ID, x.ID))
	})
	if len(sorted) <= newestAlways {
		return sorted
	}
	since := sorted[0].Bulletin.Bulletin().Announced().Add(-daysAlways)
	end := newestAlways
	for end < len(sorted) && !sorted[end].Bulletin.Bulletin().Announced().Before(since) {
		end++
	}
	return sorted[:end]
}

// guidOf is what readers know an entry by: TS-2026-004, and TS-2026-004/r2 of its
// second version where that is a material one.
func guidOf(b bulletin.Bulletin) string {
	if r, found := b.Material(); found {
		return fmt.Sprintf("%s/r%d", b.ID, r.Version)
	}
	return string(b.ID)
}

// lastBuild is the date of the newest of sorted entries; empty without any.
func lastBuild(entries []Entry) string {
	if len(entries) == 0 {
		return ""
	}
	return date(entries[0].Bulletin.Bulletin().Announced())
}

func date(t time.Time) string { return t.UTC().Format(time.RFC1123Z) }

// check finds everything that would make the feed invalid or unreadable.
func check(ch Channel, entries []Entry) error {
	var errs []error
	for _, f := range ch.fields() {
		errs = append(errs, checkText("the channel", f))
	}
	seen := map[bulletin.ID]bool{}
	for _, e := range entries {
		b := e.Bulletin.Bulletin()
		name := fmt.Sprintf("bulletin %q", b.ID)
		switch {
		case b.ID == "":
			errs = append(errs, fmt.Errorf("bulletin %q has no id", b.Title))
		case seen[b.ID]:
			errs = append(errs, fmt.Errorf("%s stands in the feed twice", name))
		}
		seen[b.ID] = true
		for _, f := range newItem(e).fields() {
			errs = append(errs, checkText(name, f))
		}
	}
	return errors.Join(errs...)
}

func (ch Channel) fields() []field {
	return []field{
		{"title", ch.Title}, {"description", ch.Description}, {"link", ch.Link},
		{"self", ch.Self}, {"language", ch.Language},
	}
}

// checkText finds what XML 1.0 cannot hold. encoding/xml would put U+FFFD in its
// place, or in CDATA let it pass.
func checkText(whose string, f field) error {
	if !utf8.ValidString(f.text) {
		return fmt.Errorf("%s: the %s is not valid UTF-8", whose, f.name)
	}
	if i := strings.IndexFunc(f.text, isIllegal); i >= 0 {
		r, _ := utf8.DecodeRuneInString(f.text[i:])
		return fmt.Errorf("%s: the %s holds the character %U, which XML forbids", whose, f.name, r)
	}
	return nil
}

func isIllegal(r rune) bool {
	return r < ' ' && r != '\t' && r != '\n' && r != '\r' || r == '\uFFFE' || r == '\uFFFF'
}
