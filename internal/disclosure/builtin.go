package disclosure

import "tocsin/internal/verdict"

// Policy is the slug of the policy page that the built-in rules execute.
const Policy = "incident-disclosure"

// Paragraphs of the policy, by how they begin.
const (
	lawParagraph      = "For incidents that fall under"
	noiseParagraph    = "Generally, we aim to reduce noise"
	discloseParagraph = "We will disclose"
	notifyParagraph   = "We will notify users directly"
)

// Builtin is the built-in reading of an incident disclosure and notification
// policy: which of its sentences ask for what.
func Builtin() Rules {
	return Rules{Policy: Policy, Disclose: disclose(), Notify: notify()}
}

func disclose() verdict.Rules {
	return verdict.Rules{
		Question: Disclose,
		Policy:   Policy,
		Delay:    []verdict.Clause{legalDelay()},
		First:    []verdict.Clause{law(is("legal", "yes"))},
		All: []verdict.Clause{scope(), {
			ID: "fix", Under: discloseParagraph, Quote: "when a fix is available",
			When: all(is("fix_available", "yes")), Force: verdict.Promise, Otherwise: verdict.Held,
		}},
		Any: []verdict.Clause{{
			ID: "action", Under: discloseParagraph, Quote: "User action is needed to fix the vulnerability",
			When: all(is("user_action", "yes")), Force: verdict.Promise,
		}, {
			ID: "data", Under: discloseParagraph, Quote: "We can confirm that tailnet metadata or data was visible to an unauthorized party",
			When: all(is("data_visible", "yes")), Force: verdict.Promise,
		}, {
			ID: "cannot-confirm", Under: discloseParagraph, Quote: "We cannot confirm that no users were affected by the vulnerability",
			When: all(is("none_affected_confirmed", "no")), Force: verdict.Promise,
		}},
		Except: exemptions("cannot-confirm"),
	}
}

func notify() verdict.Rules {
	return verdict.Rules{
		Question: Notify,
		Policy:   Policy,
		Delay:    []verdict.Clause{legalDelay()},
		First:    []verdict.Clause{law(is("legal", "yes"), is("tailnet_affected", "yes"))},
		All: []verdict.Clause{{
			ID: "affected", Under: notifyParagraph, Quote: "when we can confirm that the tailnet was affected",
			When: all(is("tailnet_affected", "yes")), Force: verdict.Promise, Otherwise: verdict.NotRequired,
		}, scope()},
		Any: []verdict.Clause{{
			ID: "severe-action", Under: notifyParagraph, Quote: "User action is needed to fix the vulnerability, and it is a critical or high impact vulnerability",
			When: all(is("user_action", "yes"), is("severity", "critical", "high")), Force: verdict.Promise,
		}, {
			ID: "tailnet-data", Under: notifyParagraph, Quote: "We can confirm that tailnet metadata or data was visible to an unauthorized party",
			When: all(is("tailnet_data_visible", "yes")), Force: verdict.Promise,
		}},
		Except: exemptions(),
	}
}

// law is the clause that decides before all others.
func law(conditions ...verdict.Condition) verdict.Clause {
	return verdict.Clause{
		ID: "legal", Under: lawParagraph, Quote: "those requirements will take precedence over this policy",
		When: conditions, Force: verdict.Promise,
	}
}

// legalDelay is the same sentence where the law asks to wait.
func legalDelay() verdict.Clause {
	c := law(is("legal_delay", "yes"))
	c.ID = "legal-delay"
	return c
}

func scope() verdict.Clause {
	return verdict.Clause{
		ID: "scope", Under: "Both the client software", Quote: "are in scope for this policy",
		When: all(is("in_scope", "yes")), Force: verdict.Promise, Otherwise: verdict.NotRequired,
	}
}

// exemptions are the two sentences that spare users noise. Routine patching
// outweighs the named promises only: it can hardly ever be confirmed of a
// dependency that nobody was affected, and the policy's own practice for it is a
// line in the changelog. The other needs both confirmations and outweighs none.
func exemptions(overRoutine ...string) []verdict.Clause {
	return []verdict.Clause{{
		ID: "routine", Under: noiseParagraph, Quote: "not notify users for routine security patching of dependencies",
		When: all(is("routine_dependency_patch", "yes")), Force: verdict.Promise, Over: overRoutine,
	}, {
		ID: "not-exploited", Under: noiseParagraph, Quote: "if we confirm the vulnerability was not exploited and no users were affected",
		When: all(is("not_exploited_confirmed", "yes"), is("none_affected_confirmed", "yes")), Force: verdict.Promise,
	}}
}

// is asks that a fact has one of some values.
func is(fact string, in ...string) verdict.Condition {
	return verdict.Condition{Fact: fact, In: in}
}

func all(conditions ...verdict.Condition) []verdict.Condition { return conditions }
