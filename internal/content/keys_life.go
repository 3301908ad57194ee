package content

// lawKeys are what the law asks, and departures from the policy's verdicts.
func lawKeys() []Key {
	const regime = "{regime: GDPR Art. 33, applies: yes, deadline: 2026-05-06T14:30:00Z, effect: require}"
	keys := []Key{{
		Path: "legal", Type: "`none`, or list of entries", Default: "not assessed, counted as no", Facts: []string{"legal", "legal_delay"},
		Advice:  "Ask whoever knows the law, early: some deadlines run from the hour you knew. `none` says that somebody has looked and nothing applies, which is not the same as leaving it out.",
		Example: "legal: none",
	}}
	keys = append(keys, under("legal[]", []Key{
		{
			Path: "regime", Type: "text", When: Always,
			Advice:  "The law, contract or order, so that a lawyer finds it: “GDPR Art. 33”, not “privacy”.",
			Example: regime,
		},
		{
			Path: "applies", Type: "word", Words: []string{"yes", "no", "unknown"}, When: Always, Facts: []string{"legal", "legal_delay"},
			Advice:  "`unknown` while it is being looked at. A `no` is worth writing down too: the next person need not ask again.",
			Example: regime,
		},
		{
			Path: "deadline", Type: "date",
			Advice:  "Until when it wants notice, or until when it wants silence; with the hour and the zone where it is counted in hours.",
			Example: regime,
		},
		{
			Path: "effect", Type: "word", Words: []string{"require", "delay"}, When: "unless `applies: no`", Facts: []string{"legal", "legal_delay"},
			Advice:  "`require` where it asks you to tell, whatever your policy says; `delay` where it asks you to keep silent until the deadline, as an investigation may.",
			Example: regime,
		},
	})...)
	keys = append(keys, Key{
		Path: "decision", Type: "keys",
		Advice:  "Only to depart from what the policy says, on the record and under your name. The policy's own verdict is still shown beside it.",
		Example: "decision: {disclose: {override: required, reason: Customers asked about it., by: A. Example}}",
	})
	for _, q := range []struct{ name, advice string }{
		{"disclose", "Whether there is a page, whatever the policy's verdict."},
		{"notify", "Whether affected customers get letters, whatever the policy's verdict."},
	} {
		keys = append(keys, under("decision", []Key{{Path: q.name, Type: "keys", Advice: q.advice, Example: "{" + q.name + ": " + override + "}"}})...)
		keys = append(keys, under("decision."+q.name, overrideKeys())...)
	}
	return of(BulletinFile, keys...)
}

const override = "{override: required, reason: Customers asked about it., by: A. Example}"

func overrideKeys() []Key {
	return []Key{
		{
			Path: "override", Type: "word", Words: []string{"required", "not_required"}, When: Always,
			Advice:  "What is done instead. To tell more people than the policy asks needs little courage; to tell fewer needs a very good reason.",
			Example: override,
		},
		{
			Path: "reason", Type: "text", When: Always,
			Advice:  "Why, so that somebody who was not there can agree. It stands in the record for good.",
			Example: override,
		},
		{
			Path: "by", Type: "text", When: Always,
			Advice:  "Who answers for it, by name.",
			Example: override,
		},
	}
}

// referenceKeys are other names of the matter, who helped, and what stands elsewhere.
func referenceKeys() []Key {
	const credit = "{name: A. Example, type: finder, url: https://example.com/a}"
	const reference = "{category: self, url: https://example.com/changelog, summary: Release notes of 1.66.1}"
	const event = "{at: 2026-04-27, event: A customer reported it.}"
	keys := []Key{
		{
			Path: "aliases", Type: "list of texts",
			Advice:  "Other names of the same vulnerability: its CVE, its GHSA. Leave it out until the number is certain; a placeholder will be copied.",
			Example: "aliases: [CVE-2026-12345]",
		},
		{
			Path: "related", Type: "list of texts",
			Advice:  "Names of other matters that readers should see too, such as an earlier bulletin on the same component.",
			Example: "related: [TS-2026-003]",
		},
		{
			Path: "cvss", Type: "text or list of texts",
			Advice:  "The vector, from which the score follows; a second one for another version of CVSS. Score the worst case that you know of, and have a second person score it too.",
			Example: "cvss: CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:L/I:H/A:N",
		},
		{
			Path: "cwe", Type: "list of texts",
			Advice:  "The kind of weakness, as narrow as fits: CWE-346, not CWE-20. One is enough.",
			Example: "cwe: [CWE-346]",
		},
		{
			Path: "credits", Type: "list of entries",
			Advice:  "Who helped. Ask first whether and how they want to be named, and when they publish themselves.",
			Example: "credits: [" + credit + "]",
		},
	}
	keys = append(keys, under("credits[]", []Key{
		{Path: "name", Type: "text", When: Always, Advice: "The name, spelt as its owner spells it.", Example: credit},
		{Path: "type", Type: "word", Words: creditTypes[:], Advice: "What they did, in OSV's words: who found it is a `finder`, who passed it on to you a `reporter`.", Example: credit},
		{Path: "url", Type: "URL", Advice: "Their page, if they want a link; `https:` only.", Example: credit},
	})...)
	keys = append(keys, Key{
		Path: "references", Type: "list of entries",
		Advice:  "Pages elsewhere that help: release notes, the upstream advisory, the finder's report. Nothing that readers cannot open, such as your own tracker.",
		Example: "references: [" + reference + "]",
	})
	keys = append(keys, under("references[]", []Key{
		{Path: "category", Type: "word", Words: []string{"self", "external"}, Default: "external", Advice: "`self` for your own pages about this matter, `external` for everybody else's.", Example: reference},
		{Path: "url", Type: "URL", When: Always, Advice: "The page; `https:` only. Prefer one that will still be there in five years.", Example: reference},
		{Path: "summary", Type: "text", Advice: "What one finds there, so that nobody has to click to know.", Example: reference},
	})...)
	keys = append(keys, Key{
		Path: "timeline", Type: "list of entries",
		Advice:  "What happened when, from the report to the fix. Write it down as it happens, with zones: it is hard to piece together later.",
		Example: "timeline: [" + event + "]",
	})
	keys = append(keys, under("timeline[]", []Key{
		{Path: "at", Type: "date", When: Always, Advice: "The day, or the instant with its zone.", Example: event},
		{Path: "event", Type: "text", When: Always, Advice: "One thing that happened, in one sentence; who did it, if that is no secret.", Example: event},
	})...)
	return of(BulletinFile, keys...)
}

// lifeKeys are what becomes of a bulletin after its release; commands write most of it.
func lifeKeys() []Key {
	const revision = "{version: 2, at: 2026-05-04, summary: Android is affected too., material: yes}"
	const withdrawn = "{at: 2026-05-06, reason: The fault was in another product., superseded_by: TS-2026-005}"
	const done = "{at: 2026-05-05, what: We blocked the old versions at the coordination server.}"
	const notified = "{count: 1204, first: 2026-05-03T15:00:00Z, last: 2026-05-04T09:00:00Z}"
	const silenced = "{code: placeholder, reason: The text quotes a placeholder., until: 2026-12-31}"
	keys := []Key{{
		Path: "revisions", Type: "list of entries",
		Advice:  "What changed since the release. `tocsin release` writes the first and `tocsin revise` the others; do not change a published text without one.",
		Example: "revisions: [" + revision + "]",
	}}
	keys = append(keys, under("revisions[]", []Key{
		{Path: "version", Type: "number", When: Always, Advice: "1 for the text as it was released, then 2, 3 and so on.", Example: revision},
		{Path: "at", Type: "date", When: Always, Advice: "When readers could see it.", Example: revision},
		{Path: "summary", Type: "text", When: Always, Advice: "What is different, so that somebody who has acted on the old text knows whether to act again.", Example: revision},
		{Path: "material", Type: "word", Words: []string{"yes", "no"}, Default: "no", When: "from version 2 on", Advice: "`yes` where somebody might act otherwise for it: feeds announce it anew, and letters can follow. A mended typing error is `no`.", Example: revision},
	})...)
	keys = append(keys, Key{
		Path: "withdrawn", Type: "keys",
		Advice:  "Why the bulletin does not hold, for `status: withdrawn`; `tocsin withdraw` writes it. The page stays, so that nobody takes the silence for an all-clear.",
		Example: "withdrawn: " + withdrawn,
	})
	keys = append(keys, under("withdrawn", []Key{
		{Path: "at", Type: "date", When: Always, Advice: "When it was withdrawn.", Example: withdrawn},
		{Path: "reason", Type: "text", When: Always, Advice: "Why, and what readers who acted on it should do now. It is all that the page will say.", Example: withdrawn},
		{Path: "superseded_by", Type: "text", Advice: "The id of the bulletin that holds instead.", Example: withdrawn},
	})...)
	keys = append(keys,
		Key{
			Path: "next_update", Type: "date",
			Advice:  "When readers can expect to hear more, even if it is that there is nothing new. Promise a time that you will keep: it stops the calls.",
			Example: "next_update: 2026-05-04T09:00:00Z",
		},
		Key{
			Path: "done", Type: "list of entries",
			Advice:  "What you have already done for users, so that they need not: keys that you rotated, versions that you blocked.",
			Example: "done: [" + done + "]",
		})
	keys = append(keys, under("done[]", []Key{
		{Path: "at", Type: "date", When: Always, Advice: "When it was done, for everybody.", Example: done},
		{Path: "what", Type: "text", When: Always, Advice: "What was done, and whether users notice anything of it.", Example: done},
	})...)
	keys = append(keys, Key{
		Path: "notified", Type: "keys",
		Advice:  "How many servers took a letter. `tocsin status ID --publish` writes it, from the ledger.",
		Example: "notified: " + notified,
	})
	keys = append(keys, under("notified", []Key{
		{Path: "count", Type: "number", When: Always, Advice: "How many customers' mail servers accepted a letter.", Example: notified},
		{Path: "first", Type: "date", When: Always, Advice: "When the first letter was accepted.", Example: notified},
		{Path: "last", Type: "date", When: Always, Advice: "When the last letter was accepted.", Example: notified},
	})...)
	keys = append(keys, Key{
		Path: "suppress", Type: "list of entries",
		Advice:  "Problems of this file that are none, each with its reason and an end. What decides who is told cannot be silenced.",
		Example: "suppress: [" + silenced + "]",
	})
	keys = append(keys, under("suppress[]", suppressKeys(silenced))...)
	return of(BulletinFile, keys...)
}

func suppressKeys(example string) []Key {
	return []Key{
		{Path: "code", Type: "text", When: Always, Advice: "What stands in [brackets] behind the problem; `tocsin explain CODE` says what it wants.", Example: example},
		{Path: "reason", Type: "text", When: Always, Advice: "Why it is right as it stands, for the colleague who will ask.", Example: example},
		{Path: "until", Type: "date", When: Always, Advice: "The day from which the problem shows again. Nothing is silenced for good.", Example: example},
	}
}
