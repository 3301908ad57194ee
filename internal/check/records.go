package check

import (
	"fmt"

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
	newest := 1
	for _, r := range n.Revisions {
		newest = max(newest, r.Version)
	}
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
