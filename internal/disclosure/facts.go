package disclosure

import (
	"strings"
	"time"

	"tocsin/internal/bulletin"
	"tocsin/internal/verdict"
)

// Notes on facts that no file states.
const (
	unasked     = "not asked yet"
	unstated    = "not stated yet"
	assumed     = "assumed"
	notAssessed = "not assessed, counted as no"
)

// bulletinFacts are what a bulletin says of itself, in the order in which a proof
// prints them.
func bulletinFacts(b *bulletin.Bulletin, at time.Time) verdict.Facts {
	return verdict.Facts{
		legalFact(b, at), delayFact(b, at),
		defaulted("in_scope", b.Scope, verdict.Of(b.Scope.Word != "third_party")),
		fixAvailable(b, at),
		userAction(b),
		severity(b),
		answered("data_visible", b.DataVisible, truth(b.DataVisible)),
		claim("none_affected_confirmed", b.UsersAffected, "none_confirmed", at),
		claim("not_exploited_confirmed", b.Exploited, "confirmed_none", at),
		defaulted("routine_dependency_patch", b.RoutinePatch, routine(b.RoutinePatch)),
	}
}

// tailnetFacts are what is known of one tailnet; by tells how it is known whether it is
// affected.
func tailnetFacts(b bulletin.Bulletin, t TailnetFacts, by string) verdict.Facts {
	touched := verdict.Statement("tailnet_affected", t.Affected)
	touched.Note = by
	return verdict.Facts{touched, tailnetDataVisible(b, t)}
}

// answered is a fact that an answer states: nothing is assumed where nobody asked.
func answered(name string, a bulletin.Answer, t verdict.Truth) verdict.Fact {
	f := verdict.Statement(name, t)
	if !a.Asked() {
		f.Note = unasked
		return f
	}
	f.Position = a.Position
	if !f.Known() && a.NextCheck != "" {
		f.Note = "looked at again " + a.NextCheck
	}
	return f
}

// defaulted is a fact that has its usual value where nobody says otherwise.
func defaulted(name string, a bulletin.Answer, t verdict.Truth) verdict.Fact {
	f := answered(name, a, t)
	if !a.Asked() {
		f.Note, f.Assumed = assumed, true
	}
	return f
}

// claim is yes only where the strong word has a name, a date that has come and evidence
// behind it. Anything else is "cannot confirm", which is what the policy asks.
func claim(name string, a bulletin.Answer, word string, at time.Time) verdict.Fact {
	come := a.Given(at)
	f := answered(name, a, verdict.Of(a.Word == word && a.Supported() && come))
	f.Assumed = !a.Asked()
	switch {
	case a.Word != word:
	case !a.Supported():
		f.Note = "counts only with by, at and basis"
	case !come:
		f.Note = "counts from " + a.At
	}
	return f
}

// truth reads an answer's word; anything but yes and no is unknown.
func truth(a bulletin.Answer) verdict.Truth {
	switch a.Word {
	case "yes":
		return verdict.Yes
	case "no":
		return verdict.No
	}
	return verdict.Unknown
}

// routine is no where nobody says so.
func routine(a bulletin.Answer) verdict.Truth {
	if !a.Asked() {
		return verdict.No
	}
	return truth(a)
}

func userAction(b *bulletin.Bulletin) verdict.Fact {
	f := verdict.Statement("user_action", b.Action.Required)
	if !f.Known() && !b.Places.Has("action") {
		f.Note = unstated
		return f
	}
	f.Position = b.Action.Position
	return f
}

func severity(b *bulletin.Bulletin) verdict.Fact {
	word := string(b.Severity)
	if b.Severity == bulletin.Unrated {
		word = ""
	}
	f := verdict.Word("severity", word, severities)
	if b.Severity == "" {
		f.Note = unstated
		return f
	}
	f.Position = b.Places.Of("severity")
	return f
}

var severities = []string{
	string(bulletin.Critical), string(bulletin.High), string(bulletin.Medium), string(bulletin.Low), string(bulletin.None),
}

// tailnetDataVisible is what the bulletin says of the data of every affected tailnet,
// or of none of them; else what the tailnet's findings say. A finding that says yes is
// believed against a bulletin that says no.
func tailnetDataVisible(b bulletin.Bulletin, t TailnetFacts) verdict.Fact {
	const name = "tailnet_data_visible"
	said := truth(b.DataVisible)
	switch {
	case said == verdict.Yes && b.VisibleFor == "all":
	case t.Listed == verdict.Yes && (t.DataVisible == verdict.Yes || said != verdict.No):
		f := verdict.Statement(name, t.DataVisible)
		f.Note = "by its findings"
		if !f.Known() {
			f.Note = "its findings do not say"
		}
		return f
	case said == verdict.Yes:
		return visibleForSome(name, b, t.Listed)
	}
	return answered(name, b.DataVisible, said)
}

// visibleForSome speaks of a tailnet that no finding names. Where there are findings,
// the data was that of others; where nobody looked, nothing is said of it.
func visibleForSome(name string, b bulletin.Bulletin, listed verdict.Truth) verdict.Fact {
	f := answered(name, b.DataVisible, listed)
	f.Note = "visible for some, and nothing says for which"
	if listed == verdict.No {
		f.Note = "visible for some, and no finding names it"
	}
	return f
}

// fixAvailable asks every row: one that still waits makes the whole wait. The fact
// stands at the row that is waited for, else at one of which nothing is known, else
// at the first.
func fixAvailable(b *bulletin.Bulletin, at time.Time) verdict.Fact {
	for _, t := range []verdict.Truth{verdict.No, verdict.Unknown, verdict.Yes} {
		for i := range b.Affected {
			row := &b.Affected[i]
			if row.Fixed(at) == t {
				f := verdict.Statement("fix_available", t)
				f.Position, f.Note = row.Position, waits(row, at)
				return f
			}
		}
	}
	f := verdict.Statement("fix_available", verdict.Unknown)
	f.Note = "no affected rows yet"
	return f
}

// waits names the row that a fix is waited for, and for what; empty where it is there.
func waits(row *bulletin.Affected, at time.Time) string {
	fixed, found := row.UserFix()
	why := ""
	switch {
	case row.Fixed(at) == verdict.Yes:
		return ""
	case row.Unfixed != "":
		why = "unfixed: " + row.Unfixed
	case row.Withheld():
		why = row.Channel + " is not for users yet"
	case !row.Deployed.IsZero():
		why = "deployed from " + instant(row.Deployed)
	case found && !row.Available.IsZero():
		why = fixed + " is available from " + instant(row.Available)
	case found:
		why = "nothing says since when " + fixed + " is available"
	case row.Stopgap != "":
		why = "a stopgap is no fix"
	default:
		why = "nothing says which version has the fix, or since when it is deployed"
	}
	return strings.Join(append([]string{row.Product}, row.Platforms...), " ") + ": " + why
}

// instant is a day where it is the whole day that is meant.
func instant(t time.Time) string {
	if t.Equal(t.Truncate(24 * time.Hour)) {
		return t.Format(time.DateOnly)
	}
	return t.Format(time.RFC3339)
}
