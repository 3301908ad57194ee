// Package disclosure decides, by the rules of the disclosure policy, whether a
// bulletin must be disclosed and whether a tailnet must be told. (The policy page
// itself is package policy's.) It is pure: the instant of the question is passed in.
//
// Conventions beyond the policy's words: data or users about which nothing is
// known count as "we cannot confirm that no users were affected"; a promise whose
// fix is not available yet is held, not dropped; the law comes first.
package disclosure

import (
	"time"

	"tocsin/internal/bulletin"
	"tocsin/internal/source"
	"tocsin/internal/verdict"
)

// Rules are the readings of the policy's two questions.
type Rules struct {
	Disclose verdict.Rules
	Notify   verdict.Rules
}

// Bulletin decides whether a bulletin must be disclosed to everybody.
func (r Rules) Bulletin(b bulletin.Bulletin, at time.Time) verdict.Proof {
	return r.Disclose.Judge(append(common(b),
		stated(verdict.Statement("fix_available", fixAvailable(b, at)), fixSource(b, at), noRow(b)),
		stated(verdict.Statement("data_visible", dataVisible(b)), b.DataVisible.Position, unasked(b.DataVisible)),
	))
}

// TailnetFacts are what is known of one tailnet beyond the bulletin. Whatever the
// policy asks of a single tailnet has its place here, such as findings of what was
// seen of its data.
type TailnetFacts struct {
	Affected verdict.Truth // by the inventory
}

// Tailnet decides whether one tailnet must be told directly.
func (r Rules) Tailnet(b bulletin.Bulletin, t TailnetFacts) verdict.Proof {
	visible, note := tailnetDataVisible(b)
	return r.Notify.Judge(append(common(b),
		stated(verdict.Statement("tailnet_affected", t.Affected), source.Position{}, "by the inventory"),
		severity(b),
		stated(verdict.Statement("tailnet_data_visible", visible), b.DataVisible.Position, note),
	))
}

// AnyTailnet decides for a tailnet that is confirmed affected and of which nothing
// else is known: what `explain` says before there is a plan.
func (r Rules) AnyTailnet(b bulletin.Bulletin) verdict.Proof {
	p := r.Tailnet(b, TailnetFacts{Affected: verdict.Yes})
	for i := range p.Facts {
		if p.Facts[i].Name == "tailnet_affected" {
			p.Facts[i].Note = "for the sake of the question"
		}
	}
	return p
}

// Key names what an author writes in a bulletin to state a fact.
func Key(fact string) string {
	key, found := keys[fact]
	if !found {
		return fact
	}
	return key
}

// keys holds the facts that are not called as their key.
var keys = map[string]string{
	"in_scope":                "scope",
	"fix_available":           "fixed with available (or deployed, or remedy) in each affected row",
	"user_action":             "action",
	"none_affected_confirmed": "users_affected",
	"not_exploited_confirmed": "exploited",
	"tailnet_affected":        "tailnets: all in the rows of hosted products, if it was all",
	"tailnet_data_visible":    "data_visible, with for: all where it concerns every one",
}

// common are the facts that both questions ask for.
func common(b bulletin.Bulletin) verdict.Facts {
	return verdict.Facts{
		stated(verdict.Statement("legal", verdict.No), source.Position{}, "not assessed, counted as no"),
		stated(verdict.Statement("legal_delay", verdict.No), source.Position{}, "not assessed, counted as no"),
		stated(verdict.Statement("in_scope", verdict.Of(b.Scope.Word != "third_party")), b.Scope.Position, assumed(b.Scope)),
		stated(verdict.Statement("user_action", b.Action.Required), b.Action.Position, notStated(b.Action.Required)),
		stated(verdict.Statement("none_affected_confirmed", claim(b.UsersAffected, "none_confirmed")), b.UsersAffected.Position, unasked(b.UsersAffected)),
		stated(verdict.Statement("not_exploited_confirmed", claim(b.Exploited, "confirmed_none")), b.Exploited.Position, unasked(b.Exploited)),
		stated(verdict.Statement("routine_dependency_patch", routine(b)), b.RoutinePatch.Position, assumed(b.RoutinePatch)),
	}
}

// stated adds to a fact where it stands, or the note that says why it stands nowhere.
func stated(f verdict.Fact, at source.Position, note string) verdict.Fact {
	f.Note = note
	if note == "" {
		f.Position = at
	}
	return f
}

func unasked(a bulletin.Answer) string {
	if a.Asked() {
		return ""
	}
	return "not asked yet"
}

func assumed(a bulletin.Answer) string {
	if a.Asked() {
		return ""
	}
	return "assumed"
}

func notStated(t verdict.Truth) string {
	if t != verdict.Unknown {
		return ""
	}
	return "not stated yet"
}

// claim is yes only where the strong word has a name, a date and evidence behind
// it. Anything else is "cannot confirm", which is what the policy asks.
func claim(a bulletin.Answer, word string) verdict.Truth {
	return verdict.Of(a.Word == word && a.Supported())
}

func routine(b bulletin.Bulletin) verdict.Truth {
	switch b.RoutinePatch.Word {
	case "yes":
		return verdict.Yes
	case "unknown":
		return verdict.Unknown
	}
	return verdict.No
}

func dataVisible(b bulletin.Bulletin) verdict.Truth {
	switch b.DataVisible.Word {
	case "yes":
		return verdict.Yes
	case "no":
		return verdict.No
	}
	return verdict.Unknown
}

// tailnetDataVisible speaks of a tailnet without findings of its own. A bulletin
// that says yes for listed tailnets says nothing of one that was not looked at.
func tailnetDataVisible(b bulletin.Bulletin) (verdict.Truth, string) {
	truth := dataVisible(b)
	if truth == verdict.Yes && b.VisibleFor != "all" {
		return verdict.Unknown, "visible for some, and nothing says for which"
	}
	return truth, unasked(b.DataVisible)
}

// fixAvailable asks every row: one that still waits makes the whole wait.
func fixAvailable(b bulletin.Bulletin, at time.Time) verdict.Truth {
	if len(b.Affected) == 0 {
		return verdict.Unknown
	}
	parts := make([]verdict.Truth, len(b.Affected))
	for i, row := range b.Affected {
		parts[i] = row.Fixed(at)
	}
	return verdict.And(parts...)
}

// fixSource is the row that is waited for, else one of which nothing is known,
// else the first.
func fixSource(b bulletin.Bulletin, at time.Time) source.Position {
	for _, waits := range []verdict.Truth{verdict.No, verdict.Unknown, verdict.Yes} {
		for _, row := range b.Affected {
			if row.Fixed(at) == waits {
				return row.Position
			}
		}
	}
	return source.Position{}
}

func noRow(b bulletin.Bulletin) string {
	if len(b.Affected) == 0 {
		return "no affected rows yet"
	}
	return ""
}

func severity(b bulletin.Bulletin) verdict.Fact {
	domain := []string{"critical", "high", "medium", "low", "none"}
	word, note := string(b.Severity), ""
	switch b.Severity {
	case "":
		note = "not stated yet"
	case bulletin.Unrated:
		word = ""
	}
	return stated(verdict.Word("severity", word, domain), b.Places.Of("severity"), note)
}
