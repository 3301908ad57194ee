package verdict_test

import (
	"fmt"

	"tocsin/internal/verdict"
)

// A policy says: "We will tell you where your data was visible, once it is fixed."
func rules() verdict.Rules {
	return verdict.Rules{
		Question: "tell",
		All: []verdict.Clause{{
			ID: "fix", Quote: "once it is fixed",
			When:      []verdict.Condition{{Fact: "fixed", In: []string{"yes"}}},
			Otherwise: verdict.Held,
		}},
		Any: []verdict.Clause{{
			ID: "visible", Quote: "where your data was visible",
			When: []verdict.Condition{{Fact: "data_visible", In: []string{"yes"}}},
		}},
	}
}

func ExampleRules_Judge() {
	for _, facts := range []verdict.Facts{
		{verdict.Statement("fixed", verdict.Yes), verdict.Statement("data_visible", verdict.Yes)},
		{verdict.Statement("fixed", verdict.No), verdict.Statement("data_visible", verdict.Yes)},
		{verdict.Statement("fixed", verdict.Yes), verdict.Statement("data_visible", verdict.Unknown)},
		{verdict.Statement("fixed", verdict.Unknown), verdict.Statement("data_visible", verdict.No)},
	} {
		proof := rules().Judge(facts)
		fmt.Println(proof.Outcome.Words(), proof.Missing)
	}
	// Output:
	// required []
	// held []
	// undetermined [data_visible]
	// not required []
}

func ExampleProof_Deciding() {
	proof := rules().Judge(verdict.Facts{
		verdict.Statement("fixed", verdict.No),
		verdict.Statement("data_visible", verdict.Yes),
	})
	for _, clause := range proof.Deciding() {
		fmt.Printf("%s: the policy says %q", proof.Outcome, clause.Quote)
	}
	// Output: held: the policy says "once it is fixed"
}
