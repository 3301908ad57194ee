package feed

import (
	"fmt"
	"strings"
	"time"

	"tocsin/internal/bulletin"
)

// Item is one bulletin as feeds show it. It is plain data, so that a build can remember it.
type Item struct {
	ID        string    // of the bulletin: TS-2026-004
	GUID      string    // what readers know this entry by
	State     State     // what the entry tells
	Title     string    // of the bulletin
	Change    string    // what a material revision changed, or why the bulletin was withdrawn; may be empty
	Summary   string    // a sentence, as plain text; empty of a withdrawn bulletin, and where it only repeats the title
	URL       string    // of its page
	Content   string    // all that the entry says, as HTML; may be empty
	Announced time.Time // when readers are told of this entry, UTC, to the second
	Updated   time.Time // when the bulletin changed last
	Severity  string    // empty where it is not stated
	Action    string    // whether users have to do something: yes, no, unknown
	Do        string    // what that is, as one line of plain text; may be empty
	Exploited string    // confirmed, suspected, no_evidence, confirmed_none or unknown; empty where nobody asked yet
	Products  []string  // IDs, each once
}

// State is what an entry tells of its bulletin.
type State string

// The states.
const (
	Released  State = "" // for the first time
	Updated   State = "updated"
	Withdrawn State = "withdrawn"
)

// lineEnds turns every line end into the one that reading XML gives anyway.
var lineEnds = strings.NewReplacer("\r\n", "\n", "\r", "\n")

// NewItem is the entry of a bulletin whose page is at a URL. The content is the whole of
// what the entry says, with full addresses in it; of a withdrawn bulletin, nothing of what
// it said (see package site, which makes it).
func NewItem(p bulletin.Published, url string, contentHTML string) Item {
	b := p.Bulletin()
	i := Item{
		ID:        string(b.ID),
		GUID:      string(b.ID),
		Title:     b.Title,
		Summary:   b.Summary,
		URL:       url,
		Content:   lineEnds.Replace(contentHTML),
		Announced: second(b.Announced()),
		Updated:   second(b.Modified()),
		Severity:  string(b.Severity),
		Action:    b.Action.Required.String(),
		Do:        strings.Join(strings.Fields(b.Action.Text), " "),
		Exploited: b.Exploited.Word,
		Products:  b.Products(),
	}
	if i.Summary == i.Title {
		i.Summary = ""
	}
	return i.asOf(b)
}

// asOf gives an entry the identity of what its bulletin's readers were told last.
func (i Item) asOf(b bulletin.Bulletin) Item {
	if b.Status == bulletin.Withdrawn {
		i.State, i.GUID, i.Products = Withdrawn, i.ID+"/withdrawn", nil
		i.Summary, i.Severity, i.Action, i.Do, i.Exploited = "", "", "", "", ""
		if b.Retraction != nil {
			i.Change = b.Retraction.Reason
		}
		return i
	}
	if r, found := b.Material(); found {
		i.State, i.GUID, i.Change = Updated, fmt.Sprintf("%s/r%d", i.ID, r.Version), r.Summary
	}
	return i
}

// second is a time as exact as RSS can tell it.
func second(t time.Time) time.Time { return t.UTC().Truncate(time.Second) }
