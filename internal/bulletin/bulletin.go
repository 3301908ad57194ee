// Package bulletin holds the nouns of a security notice: the bulletin itself,
// what it affects, and the answers its authors gave.
//
// A [Bulletin] is whatever stands in a file, in any state. Readers of the website
// only ever get a [Published], a different type that only [Bulletin.Publish]
// makes, so that a draft cannot reach a renderer by mistake.
package bulletin

import (
	"bytes"
	"fmt"
	"path"
	"slices"
	"time"

	"tocsin/internal/source"
	"tocsin/internal/verdict"
)

// ID names a bulletin for ever, such as TS-2026-004.
type ID string

// Status is where a bulletin stands in its life.
type Status string

const (
	// Draft is being written; nobody outside may see it.
	Draft Status = "draft"
	// Private is told by letter only and has no page.
	Private Status = "private"
	// Public is on the website. Only the word itself publishes.
	Public Status = "published"
	// Withdrawn was published and taken back; its page stays and says so.
	Withdrawn Status = "withdrawn"
)

// Severity is the impact of a vulnerability; the empty Severity is not stated, which is never "low".
type Severity string

// The severities; Unrated is a stated "not known".
const (
	Critical Severity = "critical"
	High     Severity = "high"
	Medium   Severity = "medium"
	Low      Severity = "low"
	None     Severity = "none"
	Unrated  Severity = "unrated"
)

// Severities are the words in the order of urgency, then the empty one: not stated.
func Severities() []Severity { return []Severity{Critical, High, Medium, Low, None, Unrated, ""} }

// Bulletin is one security notice as its file states it.
type Bulletin struct {
	ID        ID
	Title     string
	Summary   string // one sentence; the title where the file has none
	Status    Status
	Severity  Severity
	Published time.Time // instant of publication, UTC; zero where none is stated
	Affected  []Affected
	Action    Action

	Exploited      Answer   // was it used against anybody?
	DataVisible    Answer   // could an unauthorised party see tailnet metadata or data?
	VisibleFor     string   // who that concerns: "all" affected tailnets, or those "listed" in findings
	VisibleData    []string // what could be seen: metadata, content, credentials
	UsersAffected  Answer   // can we confirm that no users were affected?
	Scope          Answer
	RoutinePatch   Answer // a routine patch of a dependency
	Identification string // whether affected tailnets can be told from others: "", some or none
	Legal          []Legal
	LegalAssessed  bool // somebody held the law against it, whatever they found
	Overrides      Overrides

	Aliases    []source.Value // other names of the same vulnerability: CVE-2026-1234, GHSA-…
	Related    []source.Value // names of what is another matter
	CVSS       []source.Value // vectors
	CWE        []source.Value // CWE-79, …
	Credits    []Credit
	References []Reference
	Timeline   []Event
	Revisions  []Revision
	Retraction *Retraction // why it was withdrawn; nil where it was not
	NextUpdate time.Time   // when readers can expect more; zero where nothing is promised
	Done       []Event     // what the organisation did for its users
	Notified   *Notified
	Suppress   []Suppression

	Decision  *Decision // what release put on record; nil where nothing did
	Embargoed bool      // stands in the private drafts root

	Body   []byte      // Markdown
	Source source.File // the whole file, for places and digests
	// BodyLine is the line of the file on which Body begins.
	BodyLine int
	Places   source.Places // of the header's values, by key: severity, decision.disclose
	// Stamped are the lines of the file that release writes, and no later revision.
	Stamped []int
	// Recorded are the lines that tocsin's commands write, or that no reader sees.
	Recorded []int
}

// Action is what users have to do.
type Action struct {
	Required verdict.Truth
	Text     string   // empty where no action is needed or none is stated yet
	Audience string   // who has to, where not everybody; may be empty
	Steps    []string // what follows the text; may be empty
	Position source.Position
}

// Answer is what the authors answered to one question, in the question's own words.
type Answer struct {
	Word      string // as written: yes, confirmed_none, …; empty where nobody asked yet
	By        string // who said so
	At        string // when, as written
	Basis     string // on what evidence
	NextCheck string // of an unknown: when it is looked at again, as written
	Position  source.Position
}

// Asked reports whether anybody gave an answer, "unknown" included.
func (a Answer) Asked() bool { return a.Word != "" }

// Supported reports whether the answer names who gave it, when, and on what
// evidence: the strong claims count only then.
func (a Answer) Supported() bool { return a.By != "" && a.At != "" && a.Basis != "" }

// Given reports whether the day on which the answer was given has come. A date that
// nobody can read has not.
func (a Answer) Given(at time.Time) bool {
	given := Instant(a.At)
	return !given.IsZero() && !given.After(at)
}

// Instant is the instant that an answer's date stands for, as written: a day begins at
// 00:00 UTC. It is zero where the text is no date.
func Instant(text string) time.Time {
	layout := time.RFC3339
	switch {
	case len(text) < len(time.DateOnly):
		return time.Time{} // nearly always empty, and an error takes longer than a date
	case len(text) == len(time.DateOnly):
		layout = time.DateOnly
	}
	at, err := time.Parse(layout, text)
	if err != nil {
		return time.Time{}
	}
	return at
}

// Turns is the first instant, from another on, at which the bulletin may have to be judged
// otherwise without anybody having touched it: the earliest date in its header that is not
// past, in whatever key it stands. It is zero where no such date comes any more, and from itself
// where nobody can tell: what YAML writes with escapes may be a date too.
func (b Bulletin) Turns(from time.Time) time.Time {
	header := b.Source.Data[:len(b.Source.Data)-len(b.Body)]
	if bytes.IndexByte(header, '\\') >= 0 {
		return from
	}
	var first time.Time
	for i := 0; i+len(time.DateOnly) <= len(header); i++ {
		if header[i+4] != '-' || header[i+7] != '-' || !isDigit(header[i]) || !isDigit(header[i+9]) {
			continue
		}
		if at := dateIn(header[i:]); !at.IsZero() && !at.Before(from) && (first.IsZero() || at.Before(first)) {
			first = at
		}
	}
	return first
}

// dateIn reads the date or instant that a text begins with; zero where it begins with none.
func dateIn(text []byte) time.Time {
	end := bytes.IndexAny(text, " \t\r\n,}]\"'#")
	if end < 0 {
		end = len(text)
	}
	if at := Instant(string(text[:end])); !at.IsZero() {
		return at
	}
	return Instant(string(text[:len(time.DateOnly)]))
}

// Withdrawal is all that readers are told of what a withdrawn bulletin said.
const Withdrawal = "This bulletin was withdrawn. What it said does not hold."

// Published is a bulletin that its authors published, or published and withdrew.
// There is no other way to make one than [Bulletin.Publish].
type Published struct{ b Bulletin }

// Publish admits a bulletin to the website; of a withdrawn one, what names it and
// nothing that it said. It refuses whatever is not published or withdrawn by the
// word, or has no date of publication.
func (b Bulletin) Publish() (Published, error) {
	if b.Status != Public && b.Status != Withdrawn {
		return Published{}, fmt.Errorf("%s is %s: only the word %q publishes", b.ID, b.Status, Public)
	}
	if b.Published.IsZero() {
		return Published{}, fmt.Errorf("%s has no date of publication", b.ID)
	}
	if b.Status == Withdrawn {
		b = b.marker()
	}
	return Published{b}, nil
}

// marker is what stays of a withdrawn bulletin, with why it was withdrawn, which is
// written for readers: nobody can tell by the word whether the rest was ever published.
func (b Bulletin) marker() Bulletin {
	return Bulletin{ID: b.ID, Title: b.Title, Summary: Withdrawal, Status: b.Status, Published: b.Published, Retraction: b.Retraction}
}

// Shown is all that the page of a withdrawn bulletin tells: two bulletins of equal
// Shown have the same page.
func (b Bulletin) Shown() []byte {
	parts := []string{string(b.ID), b.Title, b.Published.UTC().Format(time.RFC3339Nano)}
	if r := b.Retraction; r != nil {
		parts = append(parts, r.At.UTC().Format(time.RFC3339Nano), r.Reason, string(r.SupersededBy))
	}
	return fmt.Appendf(nil, "%q", parts)
}

// Bulletin is the bulletin that was published; of a withdrawn one, ID, title, date
// and the reason, with [Withdrawal] for a summary.
func (p Published) Bulletin() Bulletin { return p.b }

// OwnsName reports whether the bulletin stands in the file of its own name.
func (b Bulletin) OwnsName() bool { return path.Base(b.Source.Name) == string(b.ID)+".md" }

// Substance is the file without the lines that releasing a bulletin writes: two
// files of equal substance say the same, whether released or not.
func (b Bulletin) Substance() []byte { return b.without(b.Stamped) }

// Wording is what the authors themselves wrote for readers: the file without every
// line that tocsin's commands write and those that no reader sees. Where it changes
// after release, readers are owed a revision. Line ends, which git may change, count
// as LF.
func (b Bulletin) Wording() []byte {
	return bytes.ReplaceAll(b.without(b.Recorded), []byte("\r\n"), []byte("\n"))
}

func (b Bulletin) without(lines []int) []byte {
	var out []byte
	number := 0
	for line := range bytes.Lines(b.Source.Data) {
		number++
		if !slices.Contains(lines, number) {
			out = append(out, line...)
		}
	}
	return out
}
