package disclosure

import (
	"testing"
	"time"

	"tocsin/internal/bulletin"
	"tocsin/internal/verdict"
	"tocsin/internal/version"
)

var today = time.Date(2026, 5, 4, 0, 0, 0, 0, time.UTC)

// windowsBug is a bulletin with every fact known: users must update, nothing was visible.
func windowsBug() bulletin.Bulletin {
	return bulletin.Bulletin{
		ID: "TS-2026-004", Severity: bulletin.High,
		Action:        bulletin.Action{Required: verdict.Yes, Text: "Update."},
		DataVisible:   bulletin.Answer{Word: "no"},
		UsersAffected: bulletin.Answer{Word: "unknown"},
		Exploited:     bulletin.Answer{Word: "no_evidence"},
		Affected: []bulletin.Affected{{
			Product: "client", Versions: version.Range{Introduced: "1.30.0", Fixed: "1.66.1"}, Available: today,
		}},
	}
}

var sworn = bulletin.Answer{By: "A. Example", At: "2026-05-01", Basis: "logs"}

func word(w string) bulletin.Answer {
	a := sworn
	a.Word = w
	return a
}

// TestBulletin holds the built-in rules against the policy's sentences: the
// sentence stands beside each expectation.
func TestBulletin(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*bulletin.Bulletin)
		want   verdict.Outcome
	}{
		"fix is available and user action is needed":           {func(b *bulletin.Bulletin) {}, verdict.Required},
		"no fix yet: held":                                     {func(b *bulletin.Bulletin) { b.Affected[0].Unfixed = "in work" }, verdict.Held},
		"fix comes tomorrow: held":                             {func(b *bulletin.Bulletin) { b.Affected[0].Available = today.Add(24 * time.Hour) }, verdict.Held},
		"a release candidate is no fix for users":              {func(b *bulletin.Bulletin) { b.Affected[0].Channel = "rc" }, verdict.Held},
		"a remedy counts as the fix":                           {func(b *bulletin.Bulletin) { b.Affected[0] = bulletin.Affected{Remedy: "Turn it off."} }, verdict.Required},
		"nobody said when the fix came out":                    {func(b *bulletin.Bulletin) { b.Affected[0].Available = time.Time{} }, verdict.Undetermined},
		"no affected rows":                                     {func(b *bulletin.Bulletin) { b.Affected = nil }, verdict.Undetermined},
		"somebody else's product":                              {func(b *bulletin.Bulletin) { b.Scope = word("third_party") }, verdict.NotRequired},
		"no action, but cannot confirm that no users affected": {noAction, verdict.Required},
		"no action, users confirmed safe": {func(b *bulletin.Bulletin) {
			noAction(b)
			b.UsersAffected = word("none_confirmed")
		}, verdict.NotRequired},
		"confirmed safe without a name is no confirmation": {func(b *bulletin.Bulletin) {
			noAction(b)
			b.UsersAffected = bulletin.Answer{Word: "none_confirmed"}
		}, verdict.Required},
		"no action, safe, data visible unknown": {func(b *bulletin.Bulletin) {
			noAction(b)
			b.UsersAffected, b.DataVisible = word("none_confirmed"), bulletin.Answer{}
		}, verdict.Undetermined},
		"routine patching outweighs cannot-confirm": {func(b *bulletin.Bulletin) {
			noAction(b)
			b.RoutinePatch = word("yes")
		}, verdict.NotRequired},
		"routine patching does not outweigh user action": {func(b *bulletin.Bulletin) { b.RoutinePatch = word("yes") }, verdict.Required},
		"not exploited alone exempts nothing": {func(b *bulletin.Bulletin) {
			noAction(b)
			b.Exploited = word("confirmed_none")
		}, verdict.Required},
	} {
		t.Run(name, func(t *testing.T) {
			b := windowsBug()
			c.change(&b)
			if got := Builtin().Bulletin(b, today); got.Outcome != c.want {
				t.Errorf("disclose: %s, want %s\n%+v", got.Outcome, c.want, got.Facts)
			}
		})
	}
}

func noAction(b *bulletin.Bulletin) { b.Action = bulletin.Action{Required: verdict.No} }

func TestTailnet(t *testing.T) {
	for name, c := range map[string]struct {
		affected verdict.Truth
		change   func(*bulletin.Bulletin)
		want     verdict.Outcome
	}{
		"affected, action needed, high":       {verdict.Yes, func(b *bulletin.Bulletin) {}, verdict.Required},
		"not affected":                        {verdict.No, func(b *bulletin.Bulletin) {}, verdict.NotRequired},
		"cannot tell whether affected":        {verdict.Unknown, func(b *bulletin.Bulletin) {}, verdict.Undetermined},
		"medium impact":                       {verdict.Yes, func(b *bulletin.Bulletin) { b.Severity = bulletin.Medium }, verdict.NotRequired},
		"impact not rated":                    {verdict.Yes, func(b *bulletin.Bulletin) { b.Severity = bulletin.Unrated }, verdict.Undetermined},
		"no action, nothing visible":          {verdict.Yes, noAction, verdict.NotRequired},
		"no fix is no reason to keep silent":  {verdict.Yes, func(b *bulletin.Bulletin) { b.Affected[0].Unfixed = "in work" }, verdict.Required},
		"cannot tell, but no promise anyway":  {verdict.Unknown, noAction, verdict.NotRequired},
		"no action, data visible to everyone": {verdict.Yes, visibleForAll, verdict.Required},
		"data visible for some: which?": {verdict.Yes, func(b *bulletin.Bulletin) {
			visibleForAll(b)
			b.VisibleFor = ""
		}, verdict.Undetermined},
	} {
		t.Run(name, func(t *testing.T) {
			b := windowsBug()
			c.change(&b)
			if got := Builtin().Tailnet(b, TailnetFacts{Affected: c.affected}, today); got.Outcome != c.want {
				t.Errorf("notify: %s, want %s\n%+v", got.Outcome, c.want, got.Facts)
			}
		})
	}
}

func visibleForAll(b *bulletin.Bulletin) {
	noAction(b)
	b.DataVisible, b.VisibleFor = word("yes"), "all"
}

// TestMissing names the facts that would still turn the verdict, and only those.
func TestMissing(t *testing.T) {
	b := windowsBug()
	b.Severity, b.DataVisible = "", bulletin.Answer{}
	got := Builtin().AnyTailnet(b, today)
	if got.Outcome != verdict.Undetermined {
		t.Fatalf("notify: %s", got.Outcome)
	}
	if len(got.Missing) != 2 || got.Missing[0] != "severity" || got.Missing[1] != "tailnet_data_visible" {
		t.Errorf("missing: %v", got.Missing)
	}
}
