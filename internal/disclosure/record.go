package disclosure

import (
	"slices"
	"time"

	"tocsin/internal/bulletin"
	"tocsin/internal/source"
	"tocsin/internal/verdict"
)

// Difference is what has changed about one question since a bulletin was released. The
// verdict on record stands all the same: a released bulletin is not judged again.
type Difference struct {
	Question string
	Was, Is  verdict.Outcome // what stood at release, and what would stand now
	Released bulletin.Status // what it was released as: published or private
	Facts    []ChangedFact
	Clauses  []ChangedClause
}

// ChangedFact is a fact with another value; Was is empty where it was not asked for then.
type ChangedFact struct {
	Name     string
	Was, Is  string
	Position source.Position // of what a file states now; zero where none does
}

// ChangedClause is a sentence that is new, gone, in other words, or no longer holds as
// it did. Its truth is empty where the clause was not applied.
type ChangedClause struct {
	ID       string
	Was, Is  string
	Reworded bool
}

// Turned reports that the bulletin would be decided otherwise, and not in favour of
// what was done: that one which was published while it was held is required by now is
// how it was meant. That everybody must be told by now of one that was released to few
// is not.
func (d Difference) Turned() bool {
	met := d.Question == Disclose && d.Is == verdict.Required && d.Released == bulletin.Public
	return d.Was != d.Is && !met
}

// Changed compares the verdicts on a bulletin's record with those that would be given
// now, and lists the questions about which anything is different. Without a record
// there is nothing to differ from.
func (r Rules) Changed(b bulletin.Bulletin, at time.Time) []Difference {
	if b.Decision == nil {
		return nil
	}
	var out []Difference
	for _, now := range []verdict.Proof{r.Bulletin(b, at), r.AnyTailnet(b, at)} {
		then, recorded := b.Decision.Verdicts[now.Question]
		if !recorded {
			continue
		}
		d := difference(then, now)
		d.Released = b.Decision.Status
		if d.Was != d.Is || len(d.Facts) > 0 || len(d.Clauses) > 0 {
			out = append(out, d)
		}
	}
	return out
}

func difference(then bulletin.Judged, now verdict.Proof) Difference {
	d := Difference{Question: now.Question, Was: stood(then), Is: now.Stands()}
	for _, f := range now.Facts {
		if was := then.Facts[f.Name].Value; was != f.Value {
			d.Facts = append(d.Facts, ChangedFact{f.Name, was, f.Value, f.Position})
		}
	}
	d.Clauses = changedClauses(then.Clauses, now.Steps)
	return d
}

// stood is the verdict that was acted on: not every override stands.
func stood(j bulletin.Judged) verdict.Outcome {
	switch {
	case j.Override == nil:
		return j.Verdict
	case j.Override.Stood != "":
		return j.Override.Stood
	}
	return j.Override.Verdict
}

// changedClauses lists the clauses of now that differ, then those that are gone.
func changedClauses(then []bulletin.JudgedClause, now []verdict.Step) []ChangedClause {
	var out []ChangedClause
	for _, s := range now {
		i := slices.IndexFunc(then, func(c bulletin.JudgedClause) bool { return c.Clause == s.Clause.ID })
		change := ChangedClause{ID: s.Clause.ID, Is: s.Truth.String()}
		if i >= 0 {
			change.Was, change.Reworded = then[i].Value, then[i].Quote != s.Clause.Quote
		}
		if change.Was != change.Is || change.Reworded {
			out = append(out, change)
		}
	}
	for _, c := range then {
		if !slices.ContainsFunc(now, func(s verdict.Step) bool { return s.Clause.ID == c.Clause }) {
			out = append(out, ChangedClause{ID: c.Clause, Was: c.Value})
		}
	}
	return out
}

// Standing is the verdict that is acted on: the one on record where there is one, else
// what stands now.
func Standing(b bulletin.Bulletin, now verdict.Proof) verdict.Outcome {
	if b.Decision != nil {
		if then, recorded := b.Decision.Verdicts[now.Question]; recorded {
			return stood(then)
		}
	}
	return now.Stands()
}
