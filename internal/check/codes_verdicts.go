package check

import "tocsin/internal/source"

// verdictCodes are about the disclosure policy, its rules, and what they decide.
func verdictCodes() []Code {
	return []Code{
		{
			Name: "verdict-held", Level: source.Error,
			Wants: "a fix that users can have before everybody is told",
			Why: `The policy promises to disclose the matter when a fix is available, and none is yet. Until
then it can be told to the tailnets that are affected, by letter (status: private).`,
			Example: "affected:\n  - {product: client, unfixed: in work}\n",
			Mended:  "affected:\n  - {product: client, fixed: 1.66.1, available: 2026-05-03}\n",
		},
		{
			Name: "verdict-not-required", Level: source.Error,
			Wants: "a sentence of the policy that asks to disclose what is published",
			Why: `By its facts no sentence of the policy asks for this bulletin. Look at the proof: either a
fact is wrong, or it should be published all the same, for a reason that goes on record.`,
			Example: "scope: third_party\n", Mended: "scope: own\n",
		},
		{
			Name: "verdict-undetermined", Level: source.Error,
			Wants: "the facts that decide",
			Why: `The policy's answer hangs on facts that nobody has stated yet. Unknown is never taken as
no. The message names them; tocsin explain ID says which key states each.`,
			Example: "affected:\n  - {product: client, fixed: 1.66.1}\n",
			Mended:  "affected:\n  - {product: client, fixed: 1.66.1, available: 2026-05-03}\n",
		},
		{
			Name: "override-against-law", Level: source.Error,
			Wants: "overrides that the law allows",
			Why: `decision: overrides the policy, on record. It cannot leave undone what a law asks for,
or what it may ask for while nobody knows.`,
			Example: "legal: [{regime: GDPR Art. 33, applies: yes, effect: require, deadline: 2026-05-06}]\ndecision:\n  disclose: {override: not_required, reason: We would rather not., by: Alice Example}\n",
			Mended:  "legal: [{regime: GDPR Art. 33, applies: yes, effect: require, deadline: 2026-05-06}]\n",
		},
		{
			Name: "contradictory-exemption", Level: source.Warning,
			Wants: "facts by which the policy does not ask for two opposite things",
			Why: `One sentence of the policy exempts the matter and another promises to tell. The promise
wins. Most often one of the facts is wrong: what was not exploited and affected nobody rarely
showed anybody's data.`,
			Example: "routine_dependency_patch: yes\n", Mended: "routine_dependency_patch: no\n",
		},
		{
			Name: "legal-not-assessed", Level: source.Error,
			Wants: "an answer to what the law asks, where data was visible or the fault exploited",
			Why: `Laws of disclosure have deadlines that run from the day somebody knew. Hold the law
against the matter before it is released: legal: none says that somebody did and found nothing.`,
			Example: "exploited: confirmed\n", Mended: "exploited: confirmed\nlegal: none\n",
		},
		{
			Name: "verdict-impossible", Level: source.Error,
			Wants: "rules that are the policy's own",
			Why: `The bulletin is published, and nobody can say whether the policy asks for it, since the
rules and the policy do not agree. See the problem of the policy.`,
			Example: "-- content/policies/incident-disclosure.md --\nWe disclose at will.\n-- content/bulletins/TS-2026-004.md --\n",
			Mended:  "-- content/bulletins/TS-2026-004.md --\n",
		},
	}
}
