package bulletin

import (
	"slices"
	"time"

	"tocsin/internal/source"
	"tocsin/internal/verdict"
)

// Revision is one state of a bulletin's text that readers have seen.
type Revision struct {
	Version  int // counts from 1, the text as it was released
	At       time.Time
	Summary  string
	Material bool // readers and feeds are told anew
	Position source.Position
}

// Retraction says why a bulletin was withdrawn.
type Retraction struct {
	At           time.Time
	Reason       string
	SupersededBy ID // the bulletin that holds instead; may be empty
	Position     source.Position
}

// Legal is one regime of disclosure law held against the matter.
type Legal struct {
	Regime   string
	Applies  verdict.Truth
	Deadline time.Time // by when it wants notice, or until when it wants silence; zero where none is stated
	Effect   Effect
	Position source.Position
}

// Effect is what a legal regime asks for.
type Effect string

const (
	// Require asks to disclose and to notify.
	Require Effect = "require"
	// Delay asks to wait until the deadline.
	Delay Effect = "delay"
)

// Overrides depart from the policy's verdicts, on the record.
type Overrides struct {
	Disclose *verdict.Override
	Notify   *verdict.Override
}

// Material is the last revision that readers are told anew of; false where there is none
// beside the release itself.
func (b Bulletin) Material() (Revision, bool) {
	for _, r := range slices.Backward(b.Revisions) {
		if r.Material && r.Version > 1 {
			return r, true
		}
	}
	return Revision{}, false
}

// Announced is when readers were told last: at the release, of a material revision, or
// that the bulletin was withdrawn.
func (b Bulletin) Announced() time.Time {
	last := b.Published
	if r, found := b.Material(); found && r.At.After(last) {
		last = r.At
	}
	if r := b.Retraction; b.Status == Withdrawn && r != nil && r.At.After(last) {
		last = r.At
	}
	return last
}

// Modified is when readers found another text last: at the release, a revision of any kind, or
// the withdrawal.
func (b Bulletin) Modified() time.Time {
	last := b.Announced()
	for _, r := range b.Revisions {
		if r.At.After(last) {
			last = r.At
		}
	}
	return last
}

// Products are the IDs of the products that the bulletin concerns, each once, in the order of its
// rows.
func (b Bulletin) Products() []string {
	var ids []string
	for _, a := range b.Affected {
		if !slices.Contains(ids, a.Product) {
			ids = append(ids, a.Product)
		}
	}
	return ids
}
