package planning

import (
	"slices"
	"testing"
	"time"

	"tocsin/internal/bulletin"
	"tocsin/internal/notify"
	"tocsin/internal/tailnet"
)

// reference works out by itself what becomes of a tailnet: from the states in which earlier
// plans left it, and from its one node.
type reference struct {
	w    *walk
	h    *tale
	b    bulletin.Bulletin
	kind notify.Kind // or "withdrawn"
}

// told is the last plan that told a tailnet, counted from 1, and the kind of its letter.
func (r reference) told(id tailnet.ID) (plan int, kind notify.Kind) {
	for i, c := range r.h.chapters[id] {
		if c.ends >= arrived {
			plan, kind = i+1, c.kind // which may be vanished
		}
	}
	return plan, kind
}

// news is the summaries of the material revisions after the plan that told it last.
func (r reference) news(id tailnet.ID) []string {
	plan, _ := r.told(id)
	return r.newsSince(plan)
}

// newsSince is the summaries of the material revisions after a plan.
func (r reference) newsSince(plan int) (news []string) {
	for _, revision := range r.b.Revisions[1:] {
		if plan > 0 && revision.Material && revision.Version > r.h.revisions[plan-1] {
			news = append(news, revision.Summary)
		}
	}
	return news
}

// lost is the kind of the last letter after that which did not arrive.
func (r reference) lost(id tailnet.ID) (kind notify.Kind) {
	_, kind = r.owed(id)
	return kind
}

func (r reference) owed(id tailnet.ID) (owes int, kind notify.Kind) {
	plan, _ := r.told(id)
	for i, c := range r.h.chapters[id] {
		if i >= plan && c.ends == missed {
			owes, kind = i+1, c.letter()
		}
	}
	return owes, kind
}

// explained is what a letter says to have changed: in an all-clear that goes out with an
// update, or with first notices, nothing.
func (r reference) explained(id tailnet.ID, kind notify.Kind) []string {
	of := r.kind
	if owes, _ := r.owed(id); of == "" && owes > 0 {
		of = r.h.kinds[owes-1]
	}
	if kind == notify.AllClear && (of == "" || of == notify.Update) {
		return nil
	}
	plan := r.sure(id)
	if plan == 0 {
		plan = r.first(id)
	}
	return r.newsSince(plan)
}

// first is the first plan that told a tailnet, counted from 1.
func (r reference) first(id tailnet.ID) int {
	return 1 + slices.IndexFunc(r.h.chapters[id], func(c chapter) bool { return c.ends >= arrived })
}

// sure is the last plan that told a tailnet for certain, counted from 1.
func (r reference) sure(id tailnet.ID) (plan int) {
	for i, c := range r.h.chapters[id] {
		if c.ends == arrived || c.ends == phoned {
			plan = i + 1
		}
	}
	return plan
}

// replaced is when the letter was made that another is to replace: the last one, where it arrived,
// or where it is the only one and nobody knows. One that takes back an all-clear is of that day, or of none.
func (r reference) replaced(id tailnet.ID, cleared bool) (at time.Time) {
	plan, _ := r.told(id)
	for i, c := range r.h.chapters[id] {
		if c.ends != arrived && c.ends != doubted || r.h.forgotten[id] {
			continue
		}
		if at = (time.Time{}); c.ends == arrived && (!cleared || i+1 == plan) || r.sure(id) == 0 && i+1 == r.first(id) && !cleared {
			at = madeOn(i + 1)
		}
	}
	return at
}

func (r reference) end(id tailnet.ID) string {
	surveyed, reached := "", false // by the survey, and whether there is an address
	for i, row := range r.w.tailnets {
		if row.ID == id {
			reached = row.OwnerEmail != ""
			surveyed = map[string]string{"1.60.0": "mailed", "1.70.0": "", "unreadable": "undetermined"}[r.w.nodes[i].Version]
		}
	}
	listed := slices.ContainsFunc(r.w.tailnets, func(row tailnet.Tailnet) bool { return row.ID == id })
	if !listed {
		reached = r.h.past(id).Address != ""
	}
	if surveyed == "mailed" && !reached {
		surveyed = "unreachable"
	}
	letter := func(kind notify.Kind) string {
		if reached {
			return "mailed " + string(kind)
		}
		return "unreachable " + string(kind)
	}
	plan, last := r.told(id)
	told, cleared := plan > 0 && last != notify.AllClear, plan > 0 && last == notify.AllClear
	affected := surveyed != ""
	silent := !listed && last == vanished && len(r.news(id)) == 0 && r.lost(id) == "" // it was told all that there is
	switch {
	case r.kind == "withdrawn" && told:
		return letter(notify.AllClear)
	case r.kind == "withdrawn", !affected && !told:
		return ""
	case affected && r.kind == notify.AllClear:
		return ""
	case affected && (cleared || last == vanished):
		return surveyed + " again"
	case affected && !told:
		return surveyed
	case affected && r.kind != "" && len(r.news(id)) > 0:
		return letter(r.kind)
	case affected && r.kind == "" && len(r.news(id)) > 0 && r.lost(id) != "" && r.lost(id) != notify.AllClear:
		return letter(r.lost(id))
	case affected:
		return "told"
	case silent:
		return ""
	case r.kind != "" || r.lost(id) != "":
		return letter(notify.AllClear)
	}
	return ""
}

// details holds what goes with a row against what the reference says.
func (r reference) details(t *testing.T, row notify.Row) {
	t.Helper()
	if !row.Kind.FollowsUp() && !row.Cleared {
		return
	}
	id := row.Tailnet.ID
	var sure, unsure bool
	var messages []string
	for i, c := range r.h.chapters[id] {
		sure = sure || c.ends == arrived || c.ends == phoned
		unsure = unsure || c.ends == doubted
		if (c.ends == arrived || c.ends == doubted) && !r.h.forgotten[id] {
			messages = append(messages, messageOf(id, i+1))
		}
	}
	if !slices.Equal(row.Earlier, messages) {
		t.Errorf("%s follows %q, want %q", id, row.Earlier, messages)
	}
	if want := r.explained(id, row.Kind); !slices.Equal(row.Changed, want) {
		t.Errorf("%s is told of %q, want %q", id, row.Changed, want)
	}
	if want := r.replaced(id, row.Cleared); !row.Replaces.Equal(want) {
		t.Errorf("%s: its letter replaces one of %s, want %s", id, row.Replaces, want)
	}
	if row.Kind.FollowsUp() && row.Doubtful != (unsure && !sure) {
		t.Errorf("%s is doubtful: %v, after %v", id, row.Doubtful, r.h.chapters[id])
	}
	if plan, last := r.told(id); row.Cleared {
		unrevised := r.sure(id) == plan && r.h.revisions[plan-1] == len(r.b.Revisions)
		if row.Doubtful != (r.sure(id) != plan) || row.Unrevised != unrevised || row.Unlisted != (last == vanished) {
			t.Errorf("%s was told that all is well: doubtful %v, unrevised %v, unlisted %v, after %v", id, row.Doubtful, row.Unrevised, row.Unlisted, r.h.chapters[id])
		}
	}
}
