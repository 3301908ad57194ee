package feed

import (
	"cmp"
	"slices"
	"time"

	"tocsin/internal/bulletin"
)

// A feed is cut at the older end only, and only beyond both of these: a burst of
// bulletins must not push out one that a weekly reader has not seen, and a quiet
// year must not leave the feed empty.
const (
	newestAlways = 100
	daysAlways   = 90 * 24 * time.Hour
)

// Window is how many bulletins stand in a feed, of the times when readers were told of
// each, sorted newest first: the newest 100, and whatever is at most 90 days (of 24 hours)
// older than the newest. Bulletins of one instant are sorted by ID, greatest first.
func Window(announced []time.Time) int {
	if len(announced) <= newestAlways {
		return len(announced)
	}
	since := announced[0].Add(-daysAlways)
	end := newestAlways
	for end < len(announced) && !announced[end].Before(since) {
		end++
	}
	return end
}

// newest sorts a copy and cuts it.
func newest(items []Item) []Item {
	sorted := slices.SortedFunc(slices.Values(items), func(a, b Item) int {
		return cmp.Or(b.Announced.Compare(a.Announced), bulletin.Compare(bulletin.ID(b.ID), bulletin.ID(a.ID)), cmp.Compare(b.GUID, a.GUID))
	})
	announced := make([]time.Time, len(sorted))
	for n, i := range sorted {
		announced[n] = i.Announced
	}
	return sorted[:Window(announced)]
}
