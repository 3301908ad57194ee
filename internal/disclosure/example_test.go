package disclosure_test

import (
	"fmt"
	"time"

	"tocsin/internal/bulletin"
	"tocsin/internal/disclosure"
	"tocsin/internal/verdict"
	"tocsin/internal/version"
)

func ExampleRules_Bulletin() {
	b := bulletin.Bulletin{
		ID:       "TS-2026-004",
		Action:   bulletin.Action{Required: verdict.Yes, Text: "Update to 1.66.1 or later."},
		Affected: []bulletin.Affected{{Product: "client", Versions: version.Range{Fixed: "1.66.1"}, Available: day(3)}},
	}
	for _, today := range []time.Time{day(2), day(3)} {
		proof := disclosure.Builtin().Bulletin(b, today)
		fmt.Printf("%s: %s, for the policy says %q\n", today.Format(time.DateOnly), proof.Stands(), proof.Deciding()[0].Quote)
	}
	// Output:
	// 2026-05-02: held, for the policy says "when a fix is available"
	// 2026-05-03: required, for the policy says "User action is needed to fix the vulnerability"
}

func ExampleRules_Open() {
	b := bulletin.Bulletin{ID: "TS-2026-004", LegalAssessed: true, Severity: bulletin.High}
	for _, fact := range disclosure.Builtin().Open(b, day(2)) {
		d, _ := disclosure.Define(fact)
		fmt.Printf("%s: %s\n", d.Key, d.Ask)
	}
	// Output:
	// action: Do users have to do anything, such as to update?
	// data_visible: Could anybody who must not see it see metadata or data of the affected tailnets?
	// affected: Can users have a fix by now, for every row of affected?
	// scope: Is the fault in something that we make or run ourselves?
	// users_affected: Can we confirm that no users were affected?
	// routine_dependency_patch: Is this no more than the routine security patch of a dependency?
}

func day(n int) time.Time { return time.Date(2026, 5, n, 0, 0, 0, 0, time.UTC) }
