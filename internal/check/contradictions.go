package check

import (
	"slices"
	"strings"

	"tocsin/internal/bulletin"
	"tocsin/internal/source"
	"tocsin/internal/verdict"
)

// contradictions reports answers that cannot all be true.
func contradictions(_ *Checker, n *notice) source.Problems {
	var problems source.Problems
	clash := func(found bool, key, message, hint string) {
		if found {
			problems = append(problems, n.problem(n.Places.Of(key), "contradiction", message, hint))
		}
	}
	spared := n.UsersAffected.Word == "none_confirmed"
	clash(spared && n.Exploited.Word == "confirmed", "users_affected",
		"it is confirmed that it was exploited, and that no users were affected", "one of the two is not so")
	clash(spared && n.DataVisible.Word == "yes", "users_affected",
		"data was visible, and it is confirmed that no users were affected", "whose data was visible was affected")
	clash(n.Severity == bulletin.None && n.Exploited.Word == "confirmed", "severity",
		"it was exploited, and has no severity", "rate what it was used for, or write unrated")
	if n.Retraction != nil && n.Status != bulletin.Withdrawn {
		clash(true, "withdrawn",
			"it says why it was withdrawn, and its status is "+string(n.Status), "withdraw it with tocsin withdraw "+string(n.ID)+", or remove the key")
	}
	clash(n.Identification == "none" && n.VisibleFor == "listed" && n.DataVisible.Word == "yes", "identification",
		"nobody can be identified, and data_visible speaks of those listed", "write for: all, or identification: some")
	return slices.Concat(problems, n.actionAgainst(), n.nobodyTold())
}

// noAction is how people say "none" in a sentence, which would count as an action.
var noAction = newPattern(`(?i)^(no|none|nothing|n/?a)( (user |further |immediate )?(action|updates?|changes?|steps?)\b[^.;]{0,30})?( (is|are|needs?|has|have|to)\b[^.;]{0,30})?\.?$|^(you|users|customers|administrators) (do not|don[’']t) (need|have) to do anything`)

// nothings are how such sentences begin; ſ counts as an s.
var nothings = [...]string{"no", "na", "n/", "yo", "us", "uſ", "cu", "ad"}

// saysNothing reports whether a text begins like that. Nearly every one begins otherwise.
func saysNothing(text string) bool {
	return slices.ContainsFunc(nothings[:], func(n string) bool {
		return len(text) >= len(n) && strings.EqualFold(text[:len(n)], n)
	}) && noAction.MatchString(text)
}

// nobodyTold reports a bulletin whose letters go to nobody whom the inventory finds: it says that
// nobody can be identified, and speaks of what runs on nodes.
func (n *notice) nobodyTold() source.Problems {
	if n.Identification != "none" {
		return nil
	}
	for _, row := range n.rows {
		if row.product != nil && !row.product.Hosted {
			return source.Problems{n.warning(n.Places.Of("identification"), "identifiable",
				"identification is none, so that only those in the findings are written to, and line "+lineOf(row.Position)+" is of "+row.product.ID+", which the inventory finds on nodes",
				"write identification: some, which writes to those whose nodes match and says that there may be others")}
		}
	}
	return nil
}

// actionAgainst reports an action that is none, and none where there is one.
func (n *notice) actionAgainst() source.Problems {
	at := n.Places.Of("action")
	if n.Action.Required == verdict.Yes && saysNothing(n.Action.Text) {
		return source.Problems{n.problem(at, "action-says-none",
			"the text says that nothing needs to be done, and counts as an action", "write action: none")}
	}
	if n.Action.Required != verdict.No || n.RoutinePatch.Word == "yes" {
		return nil
	}
	for i := range n.Affected {
		row := &n.Affected[i]
		if fix, found := row.UserFix(); found || row.Remedy != "" && row.Deployed.IsZero() {
			what := "a remedy to apply"
			if found {
				what = "a version to update to: " + fix
			}
			return source.Problems{n.warning(at, "action-missing",
				"action is none, and line "+lineOf(row.Position)+" has "+what, "write what users have to do: the policy asks whether they have to")}
		}
	}
	return nil
}
