package notify

import (
	"strconv"
	"strings"

	"tocsin/internal/affected"
	"tocsin/internal/bulletin"
)

// Revision is that of a bulletin's text, as plans remember it: the number of its last
// revision. A release is revision 1, whether it is written there yet or not.
func Revision(b bulletin.Bulletin) int {
	last := 1
	for _, r := range b.Revisions {
		last = max(last, r.Version)
	}
	return last
}

// DigestRevision digests the number of a revision, as [Inputs] have it.
func DigestRevision(n int) string { return Digest([]byte(strconv.Itoa(n))) }

// Revision is that of the bulletin as it was when the plan was made. Plans of earlier
// releases did not write it down: of those the instants decide.
func (p Plan) Revision(b bulletin.Bulletin) int {
	for n := Revision(b); n > 0; n-- {
		if p.Inputs[RevisionInput] == DigestRevision(n) {
			return n
		}
	}
	last := 1
	for _, r := range b.Revisions {
		if !r.At.After(p.Created) {
			last = max(last, r.Version)
		}
	}
	return last
}

// Changes are the summaries of a bulletin's material revisions after one of them: what
// somebody does not know who was told then.
func Changes(b bulletin.Bulletin, since int) (summaries []string) {
	for _, r := range b.Revisions {
		if r.Material && r.Version > max(1, since) {
			summaries = append(summaries, strings.TrimSpace(r.Summary))
		}
	}
	return summaries
}

// FollowsUp reports whether a letter of the kind comes after another.
func (k Kind) FollowsUp() bool { return k != "" && k != FirstNotice }

// As is the row as its letter is of a kind. One that takes back the alarm says nothing of
// what was affected.
func (r Row) As(kind Kind) Row {
	r.Kind = kind
	if kind == AllClear {
		r.Match, r.Named, r.Users = affected.Match{Tailnet: r.Tailnet.ID}, nil, nil
		r.Clauses, r.Missing, r.Overridden = nil, nil, false
	}
	return r
}
