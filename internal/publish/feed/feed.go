// Package feed turns published bulletins into RSS, Atom and JSON Feed, for readers and
// for programs that watch for the next bulletin. It is the only door of gorilla/feeds.
//
// A feed reader alerts to an identity that it does not know. That of an entry is made of
// the bulletin's ID alone, so a corrected title, date, address or severity alerts nobody
// twice. Two things are meant to alert again, and stand in the place of the entry before:
//
//	TS-2026-004              the bulletin as it was released
//	TS-2026-004/r3           its version 3, where that is a material revision
//	TS-2026-004/withdrawn    its withdrawal: who acted on it must learn of it
//
// One illegal character makes the whole feed unreadable, and a reader that cannot read a
// feed says nothing. So what is produced is read back, and compared field by field with
// what was asked for, before anybody gets it.
package feed

import (
	"cmp"
	"errors"
	"strings"
	"time"

	"tocsin/internal/bulletin"
)

// Channel is a feed as a whole: what it says besides its items.
type Channel struct {
	Title       string
	Description string // what it is a feed of; the first thing that people see of it in a browser
	Link        string // URL of the page that it is the feed of
	Self        string // URL of the feed itself
	Language    string // BCP 47, such as en; may be empty
	Author      string // who publishes; may be empty
	// ID is an IRI that stays when the site moves: the organisation's namespace. The entries'
	// identities in Atom and JSON Feed are this, a slash and the guid. RSS does without.
	ID string
	// Style is the stylesheet by which browsers show the feed, as a link from it: a full URL or
	// a path from the root of the host; none where empty. JSON Feed has no such thing.
	Style string
	Words Words
}

// Words are the words that the feed adds to the authors' own, in its language. An empty
// one is English.
type Words struct {
	Updated   string // stands before the title of a material revision, in brackets: Updated
	Withdrawn string // before that of a withdrawn bulletin: Withdrawn
	Retracted string // all that is said of what a withdrawn bulletin said: [bulletin.Withdrawal]
	// Action are sentences by whether users have to do something (yes, no, unknown), Exploited
	// by what is known of attacks ([Item].Exploited). Summaries begin with them.
	Action, Exploited map[string]string
}

// action says whether users have to do something; no answer that we know is an answer not stated.
func (w Words) action(answer string) string {
	switch answer {
	case "yes":
		return cmp.Or(w.Action[answer], "Action required: yes.")
	case "no":
		return cmp.Or(w.Action[answer], "Action required: no.")
	}
	return cmp.Or(w.Action["unknown"], "Action required: not stated.")
}

// exploited says what is known of attacks.
func (w Words) exploited(answer string) string {
	switch answer {
	case "":
		return cmp.Or(w.Exploited[answer], "Exploited: Not stated.")
	case "confirmed":
		return cmp.Or(w.Exploited[answer], "Exploited: Yes, confirmed.")
	case "suspected":
		return cmp.Or(w.Exploited[answer], "Exploited: Suspected.")
	case "no_evidence":
		return cmp.Or(w.Exploited[answer], "Exploited: No evidence.")
	case "confirmed_none":
		return cmp.Or(w.Exploited[answer], "Exploited: No, confirmed.")
	}
	return cmp.Or(w.Exploited["unknown"], "Exploited: Not known yet.")
}

// RSS writes items, in any order, as RSS 2.0: newest first, cut as [Window] says. Dates come
// from the items alone, so the same items give the same bytes.
//
// The error names everything that cannot stand in a feed, each with its bulletin: a
// character that XML forbids, text that is no UTF-8, a missing id, an id used twice, a
// date outside the years 1 to 9999; or what did not read back as it was asked for.
func (ch Channel) RSS(items []Item) ([]byte, error) { return ch.write(items, rss{}) }

// Atom writes items as Atom (RFC 4287), like [Channel.RSS]. It needs the channel's ID.
func (ch Channel) Atom(items []Item) ([]byte, error) { return ch.write(items, atom{}) }

// JSON writes items as JSON Feed 1.1, like [Channel.Atom]: its entries have the same ids.
func (ch Channel) JSON(items []Item) ([]byte, error) { return ch.write(items, jsonFeed{}) }

// format is one way to write a feed down.
type format interface {
	// document is what a feed says in this format.
	document(Channel, []Item) document
	encode(document) ([]byte, error)
	// decode reads a feed without the library that wrote it.
	decode([]byte) (document, error)
}

func (ch Channel) write(items []Item, f format) ([]byte, error) {
	items = newest(items)
	want := f.document(ch, items)
	if err := errors.Join(ch.check(f), check(want, items)); err != nil {
		return nil, err
	}
	data, err := f.encode(want)
	if err != nil {
		return nil, err
	}
	if err := verify(f, data, want); err != nil {
		return nil, err
	}
	return data, nil
}

// title is what an item is called in lists of entries.
func (ch Channel) title(i Item) string {
	title := i.ID + ": " + i.Title
	switch i.State {
	case Updated:
		return "[" + cmp.Or(ch.Words.Updated, "Updated") + "] " + title
	case Withdrawn:
		return "[" + cmp.Or(ch.Words.Withdrawn, "Withdrawn") + "] " + title
	}
	return title
}

// summary is an item in a few sentences: what is new of it, what to do, whether it is exploited.
// Many readers see no more of an entry, and most of those its title beside it.
func (ch Channel) summary(i Item) string {
	if i.State == Withdrawn {
		return joined(cmp.Or(ch.Words.Retracted, bulletin.Withdrawal), i.Change)
	}
	do := joined(ch.Words.action(i.Action), i.Do)
	return joined(joined(i.Change, do), joined(ch.Words.exploited(i.Exploited), i.Summary))
}

func joined(first, second string) string {
	if first == "" || second == "" {
		return first + second
	}
	return first + " " + second
}

// iri is the identity of an entry wherever guids of several publishers meet.
func (ch Channel) iri(name string) string { return strings.TrimSuffix(ch.ID, "/") + "/" + name }

// schemes tell the categories of items apart: IRIs under the channel's ID.
type schemes struct{ state, severity, action, exploitation, product string }

func (ch Channel) schemes() schemes {
	if ch.ID == "" {
		return schemes{"state", "severity", "action", "exploitation", "product"}
	}
	return schemes{ch.iri("state"), ch.iri("severity"), ch.iri("action"), ch.iri("exploitation"), ch.iri("product")}
}

// categories sort an item.
func (s schemes) categories(i Item) []category {
	all := make([]category, 0, 4+len(i.Products))
	if i.State != Released {
		all = append(all, category{s.state, string(i.State)})
	}
	if i.State == Withdrawn {
		return all
	}
	action := "action-not-stated" // unknown is never "no"
	switch i.Action {
	case "yes":
		action = "action-required"
	case "no":
		action = "no-action-required"
	}
	all = append(all, category{s.severity, cmp.Or(i.Severity, "severity-not-stated")}, category{s.action, action}, category{s.exploitation, exploitation(i.Exploited)})
	for _, p := range i.Products {
		all = append(all, category{s.product, p})
	}
	return all
}

// exploitation is what is known of attacks, as a category. That nobody has looked is not known
// either; who found nothing says no more than that.
func exploitation(word string) string {
	switch word {
	case "confirmed":
		return "exploited"
	case "suspected":
		return "exploitation-suspected"
	case "no_evidence":
		return "no-evidence-of-exploitation"
	case "confirmed_none":
		return "not-exploited"
	}
	return "exploitation-not-known"
}

// lastChange is when a feed of items changed last; zero without any.
func lastChange(items []Item) time.Time {
	var last time.Time
	for _, i := range items {
		if i.Updated.After(last) {
			last = i.Updated
		}
	}
	return last
}
