package check

import (
	"fmt"
	"slices"
	"time"

	"tocsin/internal/bulletin"
	"tocsin/internal/content"
	"tocsin/internal/source"
)

// silence is one suppress: entry of a file.
type silence struct {
	source.Suppression
	file  string
	draft bool
	line  string // of the file, for a problem that stands there
	used  bool
}

// remember keeps what a file silences.
func (c *Checker) remember(file source.File, status bulletin.Status, entries []source.Suppression) {
	c.silences = append(c.silences, silencesOf(file, status, entries)...)
}

// silencesOf is what a file silences.
func silencesOf(file source.File, status bulletin.Status, entries []source.Suppression) []silence {
	var all []silence
	for _, s := range entries {
		all = append(all, silence{Suppression: s, file: file.Name, draft: status == bulletin.Draft, line: file.Line(s.Position.Line)})
	}
	return all
}

// silence takes out what suppress: entries silence, and reports entries that silence
// nothing. The day on which an entry ends is a day in UTC: on it the problem shows again.
func (c *Checker) silence(found source.Problems) (left, suppressed source.Problems) {
	if len(c.silences) == 0 {
		return found, nil
	}
	today := day(c.Now)
	for _, f := range found {
		i := slices.IndexFunc(c.silences, func(s silence) bool { return s.file == f.Position.File && s.Code == f.Code && suppressible(f.Code) })
		if i < 0 {
			left = append(left, f)
			continue
		}
		s := &c.silences[i]
		s.used = true
		if s.Until.After(today) {
			suppressed = append(suppressed, f)
			continue
		}
		f.Hint = join(f.Hint, fmt.Sprintf("it was suppressed until %s: %s", s.Until.Format(time.DateOnly), s.Reason))
		left = append(left, f)
	}
	for _, s := range c.silences {
		left = append(left, s.problems()...)
	}
	return left, suppressed
}

func join(hint, more string) string {
	if hint == "" {
		return more
	}
	return hint + "; " + more
}

func suppressible(code string) bool {
	known, found := Find(code)
	return found && known.Suppressible
}

// problems is what is wrong with an entry itself.
func (s silence) problems() source.Problems {
	p := source.Problem{Position: s.Position, Excerpt: s.line}
	switch known, found := Find(s.Code); {
	case s.Code == "" || s.Until.IsZero(): // reported when it was read
		return nil
	case !found:
		p.Code, p.Message, p.Hint = "unknown-code", fmt.Sprintf("no problem has the code %q", s.Code), content.DidYouMean(s.Code, Names())
	case !known.Suppressible:
		p.Code, p.Message, p.Hint = "cannot-suppress", s.Code+" cannot be suppressed", "mend what it is about: tocsin explain "+s.Code
	case !s.used:
		p.Level, p.Code = source.Warning, "unused-suppression"
		p.Message, p.Hint = "nothing here has the code "+s.Code, "remove the entry"
	default:
		return nil
	}
	if s.draft && p.Level == source.Error {
		p.Level, p.Softened = source.Warning, true
	}
	return source.Problems{p}
}
