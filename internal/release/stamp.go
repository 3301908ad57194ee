package release

import (
	"bytes"
	"strconv"
	"time"

	"tocsin/internal/bulletin"
	"tocsin/internal/content"
	"tocsin/internal/verdict"
)

// First is the summary of the first revision of every bulletin.
const First = "Initial release."

// Terms are what a release writes into the front matter.
type Terms struct {
	As      bulletin.Status   // published or private
	At      time.Time         // the instant of the release
	Partial *verdict.Override // why it is released while the policy holds it; nil where it is not
}

// Stamp is the file of a bulletin as releasing it makes it. The error is a
// [content.ManualError], where a person has to write a line.
func Stamp(b bulletin.Bulletin, t Terms) ([]byte, error) {
	e, err := content.NewEditor(b.Source)
	if err != nil {
		return nil, err
	}
	data, err := edited(e, []func() error{
		func() error { return e.Set(string(t.As), "status") },
		func() error { return stampDate(e, b, t) },
		func() error { return stampOverride(e, t.Partial) },
		func() error { return stampFirst(e, b, t.At) },
	})
	if err == nil {
		err = sameSubstance(b, e.Entry().Bulletin)
	}
	if err != nil {
		return nil, err
	}
	return data, nil
}

// sameSubstance refuses a layout in which the lines that a release writes cannot be told
// from the rest: what was approved on the draft would not be what is sent.
func sameSubstance(draft, released bulletin.Bulletin) error {
	if bytes.Equal(draft.Substance(), released.Substance()) {
		return nil
	}
	return &content.ManualError{
		Position: draft.Places.Of("status"), Reason: "releasing it would change lines that are not the release's own",
		Write: "write the header, decision: and revisions: without { } and [ ], and comments on lines of their own,",
	}
}

// edited makes the edits, one after the other.
func edited(e *content.Editor, steps []func() error) ([]byte, error) {
	for _, step := range steps {
		if err := step(); err != nil {
			return nil, err
		}
	}
	return e.Bytes(), nil
}

// stampDate writes when readers could first see it. What a draft says of its
// publication was a plan; a private bulletin has none.
func stampDate(e *content.Editor, b bulletin.Bulletin, t Terms) error {
	switch {
	case t.As == bulletin.Public:
		return e.Set(instant(t.At), "published")
	case b.Places.Has("published"):
		return e.Remove("published")
	}
	return nil
}

func stampFirst(e *content.Editor, b bulletin.Bulletin, at time.Time) error {
	if len(b.Revisions) > 0 {
		return nil
	}
	return e.Append("revisions", revision(bulletin.Revision{Version: 1, At: at, Summary: First}))
}

func stampOverride(e *content.Editor, o *verdict.Override) error {
	if o == nil {
		return nil
	}
	for _, pair := range [][2]string{{"override", string(o.Outcome)}, {"reason", o.Reason}, {"by", o.By}} {
		if err := e.Set(pair[1], "decision", "disclose", pair[0]); err != nil {
			return err
		}
	}
	return nil
}

// Revise is the file of a released bulletin with one more revision. A bulletin that
// states none was shown as its first, from its publication on.
func Revise(b bulletin.Bulletin, r bulletin.Revision) ([]byte, error) {
	e, err := content.NewEditor(b.Source)
	if err != nil {
		return nil, err
	}
	since := b.Published
	if since.IsZero() {
		since = r.At // private: told by letter, and since when is on record
	}
	return edited(e, []func() error{
		func() error { return stampFirst(e, b, since) },
		func() error { return e.Append("revisions", revision(r)) },
	})
}

// Withdraw is the file of a published bulletin as taking it back makes it.
func Withdraw(b bulletin.Bulletin, r bulletin.Retraction) ([]byte, error) {
	e, err := content.NewEditor(b.Source)
	if err != nil {
		return nil, err
	}
	pairs := []content.Pair{{Key: "at", Value: instant(r.At)}, {Key: "reason", Value: r.Reason}}
	if r.SupersededBy != "" {
		pairs = append(pairs, content.Pair{Key: "superseded_by", Value: string(r.SupersededBy)})
	}
	return edited(e, []func() error{
		func() error { return e.Set(string(bulletin.Withdrawn), "status") },
		func() error { return e.SetMapping("withdrawn", pairs) },
	})
}

// Notify is the file of a published bulletin with what became of its letters. Where no server
// took one, it says nothing of letters.
func Notify(b bulletin.Bulletin, n bulletin.Notified) ([]byte, error) {
	e, err := content.NewEditor(b.Source)
	if err != nil {
		return nil, err
	}
	return edited(e, []func() error{func() error {
		switch {
		case n.Count < 1 && b.Places.Has("notified"):
			return e.Remove("notified")
		case n.Count < 1:
			return nil
		}
		return e.SetMapping("notified", []content.Pair{
			{Key: "count", Value: strconv.Itoa(n.Count)}, {Key: "first", Value: instant(n.First)}, {Key: "last", Value: instant(n.Last)},
		})
	}})
}

// revision is an entry of revisions. Whether readers are told anew is said of every
// one but the first, which is new to everybody.
func revision(r bulletin.Revision) []content.Pair {
	pairs := []content.Pair{
		{Key: "version", Value: strconv.Itoa(r.Version)}, {Key: "at", Value: instant(r.At)}, {Key: "summary", Value: r.Summary},
	}
	if r.Version > 1 {
		pairs = append(pairs, content.Pair{Key: "material", Value: yesNo[r.Material]})
	}
	return pairs
}

var yesNo = map[bool]string{true: "yes", false: "no"}

// instant is a time as the commands write it: RFC 3339, UTC, whole seconds.
func instant(at time.Time) string { return at.UTC().Format(time.RFC3339) }
