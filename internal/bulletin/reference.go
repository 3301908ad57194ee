package bulletin

import (
	"time"

	"tocsin/internal/source"
)

// Credit names somebody who helped, as in CSAF's acknowledgments and OSV's credits.
type Credit struct {
	Name     string
	Type     string // OSV's word in small letters: finder, reporter, analyst, coordinator, …; may be empty
	URL      string // may be empty
	Position source.Position
}

// Reference is a page elsewhere, as in CSAF.
type Reference struct {
	Category string // self or external (default)
	URL      string
	Summary  string // what stands there; may be empty
	Position source.Position
}

// Event is something that happened at an instant.
type Event struct {
	At       time.Time
	Text     string
	Position source.Position
}

// Notified is how many were told by letter, as status writes it.
type Notified struct {
	Count       int
	First, Last time.Time
	Position    source.Position
}

// Suppression silences one code in one file, for a reason and until a day.
type Suppression = source.Suppression
