package check

import (
	"strings"
	"testing"
)

// lonely is the prefix of problems of the bulletin that samples speak of.
const lonely = "bulletins/TS-2026-004.md:"

// Only what readers see is held against the policy's verdict; what was withdrawn was
// published first; what overrides the verdict on record is taken at its word.
func TestVerdicts(t *testing.T) {
	const (
		held      = "affected:\n  - {product: client, unfixed: in work}\n"
		mistake   = "scope: third_party\n"
		withdrawn = "status: withdrawn\nwithdrawn: {at: 2026-05-04, reason: Wrong.}\n"
		decision  = "decision:\n  disclose: {override: required, reason: Told already., by: Alice Example}\n"
		silence   = "decision:\n  disclose: {override: not_required, reason: Nobody asks., by: Alice Example}\n"
		require   = "legal: [{regime: An act, applies: yes, effect: require}]\n"
		delay     = "legal: [{regime: An act, applies: yes, effect: delay, deadline: 2026-06-01}]\n"
		open      = "legal: [{regime: An act, applies: unknown, effect: require}]\n"
	)
	for name, c := range map[string]struct{ keys, want string }{
		"a draft is not judged":               {"status: draft\n" + held, ""},
		"a private one is told by letter":     {"status: private\n" + held, ""},
		"published while held":                {held, "4:9 error verdict-held"},
		"withdrawn while held":                {withdrawn + held, "4:9 error verdict-held"},
		"published for nothing":               {mistake, "4:9 error verdict-not-required"},
		"a mistake that is withdrawn":         {withdrawn + mistake, ""},
		"published by an override":            {mistake + decision, ""},
		"held, and published by an override":  {held + decision, ""},
		"published against its own override":  {silence, "4:9 error verdict-not-required"},
		"the law delays":                      {delay, "4:9 error verdict-held"},
		"the law delays, whatever overrides":  {delay + decision, "4:9 error verdict-held"},
		"the law asks, and nothing else":      {mistake + require, ""},
		"silenced against the law":            {mistake + require + silence, "18:13 error override-against-law"},
		"silenced while nobody knows the law": {mistake + open + silence, "4:9 error verdict-undetermined\n18:13 error override-against-law"},
		"the same in a draft":                 {"status: draft\n" + mistake + require + silence, "18:13 warning override-against-law"},
		"no tailnet told against the law":     {require + "decision:\n  notify: {override: not_required, reason: Nobody asks., by: Alice Example}\n", "17:11 error override-against-law"},
		"routine, and an action":              {"routine_dependency_patch: yes\n", "15:27 warning contradictory-exemption"},
		"routine, and nothing to do":          {"routine_dependency_patch: yes\naction: none\n", "4:9 error verdict-not-required"},
	} {
		if got, want := said(problemsOf(t, sample(t, c.keys))), prefixed(lonely, c.want); got != want {
			t.Errorf("%s: found\n%s\nwant\n%s", name, got, want)
		}
	}
}

// A contradiction names both sentences, once for both questions.
func TestContradictionNamesBothSentences(t *testing.T) {
	problems := problemsOf(t, sample(t, "routine_dependency_patch: yes\n"))
	if len(problems) != 1 || !strings.Contains(problems[0].Message, "not notify users for routine security patching") || !strings.Contains(problems[0].Message, `"User action is needed to fix the vulnerability", "User action is needed to fix the vulnerability, and`) {
		t.Errorf("%+v", problems)
	}
}

// A sentence that both questions promise by is named once.
func TestContradictionNamesASentenceOnce(t *testing.T) {
	problems := problemsOf(t, sample(t, "routine_dependency_patch: yes\ndata_visible: {is: yes, for: all}\nlegal: none\n"))
	if len(problems) != 1 || strings.Count(problems[0].Message, "was visible to an unauthorized party") != 1 {
		t.Errorf("%+v", problems)
	}
}

// A held verdict says what it waits for; one that is open names the facts to find out
// and the command that shows the proof.
func TestVerdictsSayWhatToDo(t *testing.T) {
	for keys, want := range map[string]string{
		"affected:\n  - {product: client, fixed: 1.66.1}\n":                                            "published, and the policy's answer depends on facts that are missing: fix_available",
		"affected:\n  - {product: client, unfixed: in work}\n":                                         "published, and the policy holds it until a fix is available",
		"legal: [{regime: An act, applies: yes, effect: delay, deadline: 2026-06-01}]\n":               "published, and the policy holds it while the law asks to wait",
		"status: withdrawn\nwithdrawn: {at: 2026-05-04, reason: W.}\naffected:\n  - product: client\n": "withdrawn, and the policy's answer depends on facts that are missing: fix_available",
	} {
		problems := problemsOf(t, sample(t, keys))
		if len(problems) == 0 || problems[0].Message != want || problems[0].Hint != "see the proof: tocsin explain TS-2026-004" {
			t.Errorf("%q: %+v", keys, problems)
		}
	}
}

// Somebody has to hold the law against what was exploited, or showed data, before it is
// released; what is on record is not asked again.
func TestLawIsAssessed(t *testing.T) {
	for name, c := range map[string]struct{ files, want string }{
		"exploited":                   {"exploited: confirmed\n", "15:12 error legal-not-assessed"},
		"suspected":                   {"exploited: suspected\n", "15:12 error legal-not-assessed"},
		"data was visible":            {"data_visible: yes\n", "14:15 error legal-not-assessed"},
		"in the long form":            {"data_visible:\n  is: yes\n  for: all\n", "15:3 error legal-not-assessed"},
		"both: once":                  {"exploited: confirmed\ndata_visible: yes\n", "15:12 error legal-not-assessed"},
		"in a draft":                  {"status: draft\nexploited: confirmed\n", "15:12 warning legal-not-assessed"},
		"in a private one":            {"status: private\nexploited: confirmed\n", "15:12 error legal-not-assessed"},
		"no evidence":                 {"exploited: no_evidence\n", ""},
		"unknown":                     {"exploited: unknown\ndata_visible: unknown\n", ""},
		"assessed, and nothing found": {"exploited: confirmed\nlegal: none\n", ""},
		"assessed, and open":          {"exploited: confirmed\nlegal: [{regime: An act, applies: unknown, effect: require}]\n", ""},
		"misread: held back (F4)":     {"exploited: confirmed\nlegal: nothing\n", "16:8 error unknown-word"},
		"withdrawn":                   {"status: withdrawn\nwithdrawn: {at: 2026-05-04, reason: Wrong.}\nexploited: confirmed\n", ""},
		"on record":                   {one("TS-2026-004", "exploited: confirmed\n") + "-- content/decisions/TS-2026-004.json --\n{}\n", ""},
	} {
		if got, want := said(problemsOf(t, sample(t, c.files))), prefixed(lonely, c.want); got != want {
			t.Errorf("%s: found\n%s\nwant\n%s", name, got, want)
		}
	}
}

// What was released is not judged again: what would turn the verdict is a warning that
// says why.
func TestReleasedIsNotJudgedAgain(t *testing.T) {
	const record = "-- content/decisions/TS-2026-004.json --\n{}\n"
	for name, c := range map[string]struct{ keys, want, says string }{
		"nothing has changed":             {"", "", ""},
		"no sentence asks any more":       {"scope: third_party\n", "4:9 warning verdict-changed\n4:9 warning verdict-changed", "disclose was required at its release and would be not required today: in_scope is no"},
		"a row without a fix":             {"affected:\n  - {product: client, unfixed: in work}\n", "4:9 warning verdict-changed", "disclose was required at its release and would be held today: fix_available is no"},
		"less grave: fewer letters":       {"severity: low\n", "4:9 warning verdict-changed", "notify was required at its release and would be not required today: severity is low"},
		"a fact that turns nothing":       {"data_visible: unknown\n", "", ""},
		"an override is no new judgement": {"exploited: no_evidence\n", "", ""},
		"misread: held back (F4)":         {"scop: third_party\n", "15:1 error unknown-key", ""},
	} {
		problems := problemsOf(t, sample(t, one("TS-2026-004", c.keys)+record))
		if got, want := said(problems), prefixed(lonely, c.want); got != want {
			t.Errorf("%s: found\n%s\nwant\n%s", name, got, want)
		}
		if len(problems) > 0 && !strings.Contains(problems[0].Message, c.says) {
			t.Errorf("%s: it says %q, not %q", name, problems[0].Message, c.says)
		}
	}
	problems := problemsOf(t, sample(t, one("TS-2026-004", "affected:\n  - {product: client, unfixed: in work}\n")+"-- content/decisions/TS-2026-004.json --\n{\"verdicts\": {\"disclose\": {\"verdict\": \"held\", \"clauses\": [], \"facts\": {}}}, \"partial\": \"Most have a fix.\"}\n"))
	if got := said(problems); got != "" {
		t.Errorf("released while held, and held still: %s", got)
	}
}

// A record that cannot be read leaves open what was decided: no verdict (F4).
func TestNoVerdictWithABadRecord(t *testing.T) {
	got := said(problemsOf(t, sample(t, one("TS-2026-004", "scope: third_party\n")+"-- content/decisions/TS-2026-004.json --\n{\"status\": \"draft\"}\n")))
	if want := "decisions/TS-2026-004.json:4:3 error bad-decision"; got != want {
		t.Errorf("found\n%s\nwant\n%s", got, want)
	}
}
