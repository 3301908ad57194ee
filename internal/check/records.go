package check

import (
	"fmt"
	"slices"

	"tocsin/internal/bulletin"
	"tocsin/internal/source"
)

// asReleased reports a bulletin that stands otherwise than the record of its release
// says. Readers were told the one; taking it back in silence is what a record is there
// against (F60).
func asReleased(_ *Checker, n *notice) source.Problems {
	d := n.Decision
	if d == nil || n.Status == "" {
		return nil
	}
	was := d.Status
	if d.Withdrawn != nil {
		was = bulletin.Withdrawn
	}
	if n.Status == was {
		return nil
	}
	return source.Problems{n.problem(n.Places.Of("status"), "not-as-released",
		fmt.Sprintf("%s is %s here and %s on record", n.ID, n.Status, was), asReleasedHint(n.ID, was, n.Status))}
}

func asReleasedHint(id bulletin.ID, was, is bulletin.Status) string {
	switch {
	case is == bulletin.Withdrawn:
		return fmt.Sprintf("write status: %s again, then tocsin withdraw %s", was, id)
	case was == bulletin.Withdrawn:
		return "what was withdrawn stays so: write status: withdrawn again; what holds now is another bulletin"
	case is == bulletin.Draft:
		return fmt.Sprintf("tocsin release %s finishes a release that was stopped; to take it back from its readers, tocsin withdraw %s", id, id)
	}
	return fmt.Sprintf("write status: %s again, then tocsin release %s", was, id)
}

// revised reports a text that is not the one that readers were last shown, without a
// word to them (F60).
func revised(_ *Checker, n *notice) source.Problems {
	d := n.Decision
	if d == nil || n.unsure || d.Withdrawn != nil || n.Status != bulletin.Public && n.Status != bulletin.Private {
		return nil
	}
	last := d.Texts[len(d.Texts)-1]
	newest := max(1, n.newest())
	switch {
	case newest < last.Version:
		return source.Problems{n.problem(n.Places.Of("revisions"), "revision-removed",
			fmt.Sprintf("readers were shown revision %d, and revisions: ends with %d", last.Version, newest), "put the entries back from git: what readers were told is not taken back")}
	case last.SHA256 != bulletin.Digest(n.Wording()):
		return source.Problems{n.problem(n.file.At(1, 0), "changed-without-revision",
			fmt.Sprintf("the text is not the one of revision %d, which readers were shown last", last.Version), fmt.Sprintf("tocsin revise %s --summary TEXT tells them", n.ID))}
	case newest > last.Version:
		return source.Problems{n.problem(n.Places.Of("revisions"), "revision-unrecorded",
			fmt.Sprintf("revision %d is not on record", newest), fmt.Sprintf("remove the entry, then tocsin revise %s --summary TEXT writes it", n.ID))}
	}
	return nil
}

// asRecorded reports what readers are told of a bulletin's life otherwise than the
// record says: when it was published, what its revisions said, why it was withdrawn.
// None of it is wording, for commands write it; none of it changes in silence (F60).
func asRecorded(_ *Checker, n *notice) source.Problems {
	d := n.Decision
	if d == nil || n.unsure || n.Status == bulletin.Draft || n.Status == "" {
		return nil
	}
	var problems source.Problems
	if d.Status == bulletin.Public && n.Status != bulletin.Private && !n.Published.Equal(d.Released) {
		problems = append(problems, n.differs(n.Places.Of("published"), "the date of publication", "published:"))
	}
	switch w := d.Withdrawn; {
	case w == nil:
		return append(problems, n.retold()...)
	case n.Status == bulletin.Withdrawn && w.SHA256 != bulletin.Digest(n.Shown()) && len(problems) == 0:
		problems = append(problems, n.differs(n.Places.Of("withdrawn"), "what the page of the withdrawn bulletin shows", "title:, published: and withdrawn:"))
	}
	return problems
}

// retold reports recorded revisions that read otherwise here, and those that are gone
// though a later one is there.
func (n *notice) retold() source.Problems {
	if n.Status != bulletin.Public && n.Status != bulletin.Private {
		return nil
	}
	var problems source.Problems
	for _, t := range n.Decision.Texts {
		i := slices.IndexFunc(n.Revisions, func(r bulletin.Revision) bool { return r.Version == t.Version })
		what := fmt.Sprintf("revision %d", t.Version)
		switch {
		case i < 0 && t.Summary != "" && t.Version <= max(1, n.newest()):
			problems = append(problems, n.differs(n.Places.Of("revisions"), what, "its entry"))
		case i < 0:
		case !n.Revisions[i].At.Equal(t.At), t.Summary != "" && (n.Revisions[i].Summary != t.Summary || n.Revisions[i].Material != t.Material):
			problems = append(problems, n.differs(n.Revisions[i].Position, what, "its entry"))
		}
	}
	return problems
}

// newest is the latest version that the bulletin states; 0 where it states none.
func (n *notice) newest() int {
	latest := 0
	for _, r := range n.Revisions {
		latest = max(latest, r.Version)
	}
	return latest
}

func (n *notice) differs(at source.Position, what, keys string) source.Problem {
	return n.problem(at, "record-differs", fmt.Sprintf("%s of %s is not as it is on record", what, n.ID),
		"put "+keys+" back from git: readers were told the other, and the record holds it")
}

// revisionOrder reports revisions that do not count up, in number and in time.
func revisionOrder(_ *Checker, n *notice) source.Problems {
	var problems source.Problems
	version, at := 0, n.Published
	if d := n.Decision; d != nil && len(d.Texts) > 0 && d.Texts[0].At.Before(at) {
		at = d.Texts[0].At // told by letter before it was published
	}
	for _, r := range n.Revisions {
		switch {
		case r.Version == 0 || r.At.IsZero(): // reported when it was read
			continue
		case r.Version <= version:
			problems = append(problems, n.problem(r.Position, "revision-order",
				fmt.Sprintf("revision %d stands behind revision %d", r.Version, version), "revisions count up from 1, the oldest first"))
		case r.Version > version+1:
			problems = append(problems, n.problem(r.Position, "revision-order",
				fmt.Sprintf("revision %d stands behind revision %d, and none between", r.Version, version), "revisions count up from 1, without a gap"))
		case r.At.Before(at):
			problems = append(problems, n.problem(r.Position, "revision-order",
				fmt.Sprintf("revision %d is older than what it revises", r.Version), "nothing can be revised before it was published"))
		}
		version, at = max(version, r.Version), later(at, r.At)
	}
	return problems
}
