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

// newest sorts a copy, where that is needed, and cuts it.
func newest(items []Item) []Item {
	if !slices.IsSortedFunc(items, toldLast) {
		items = slices.Clone(items)
		slices.SortFunc(items, toldLast)
	}
	announced := make([]time.Time, len(items))
	for n := range items {
		announced[n] = items[n].Announced
	}
	return items[:Window(announced)]
}

func toldLast(a, b Item) int {
	if order := b.Announced.Compare(a.Announced); order != 0 {
		return order
	}
	return cmp.Or(bulletin.Compare(bulletin.ID(b.ID), bulletin.ID(a.ID)), cmp.Compare(b.GUID, a.GUID))
}
