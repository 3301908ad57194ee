package content

import "slices"

// bulletinKeys are the keys of a bulletin that the first night asks for.
func bulletinKeys() []Key {
	return of(BulletinFile,
		Key{
			Path: "id", Type: "text", When: Always,
			Advice:  "The file's name without `.md`, as `tocsin new bulletin` numbers it. It is never used twice, not even for a draft that came to nothing: letters, feeds and other people's trackers hold on to it.",
			Example: "id: TS-2026-004",
		},
		Key{
			Path: "title", Type: "text", When: Always,
			Advice:  "Say what somebody could do, to what: “Web pages could reach the local API of the Windows client”. Leave out the component's internal name, the fix, and words such as “issue” or “potential”; it is the subject of the letter.",
			Example: "title: Web pages could reach the local API of the Windows client",
		},
		Key{
			Path: "status", Type: "word", Words: statuses[:], When: Always,
			Advice:  "`draft` until it is released, on a line of its own. `private` means letters and no page, `withdrawn` that it was published and does not hold. Let `tocsin release` write `published`: only that word publishes.",
			Example: "status: draft",
		},
		Key{
			Path: "severity", Type: "word", Words: []string{"critical", "high", "medium", "low", "none", "unrated"}, Default: "unknown", Facts: []string{"severity"},
			Advice:  "How bad it is for the worst-placed user, before any workaround. Leave it out, or write `unrated`, while you do not know: absent is unknown, never low. `critical` and `high` can oblige you to write letters.",
			Example: "severity: high",
		},
		Key{
			Path: "summary", Type: "text", Default: "the title",
			Advice:  "One sentence for lists, feeds and the first lines of a letter: who could do what, and since when. Somebody who reads nothing else should know whether to read on.",
			Example: "summary: For nine days, the device API went on listing users who had been removed from a tailnet.",
		},
		Key{
			Path: "published", Type: "date", When: "if published or withdrawn",
			Advice:  "`tocsin release` stamps it. It must not lie in the future, for no date publishes by itself; give the instant with its zone where the hour may matter to somebody's deadline.",
			Example: "published: 2026-05-03T14:30:00Z",
		},
		Key{
			Path: "affected", Type: "list of entries", Default: "no row yet: unknown",
			Advice:  "One entry a product, and one more for each branch or platform that has another fix or another date. Write the products that you are sure of now and add the others as a revision: half a list helps, a wrong one does not.",
			Example: "affected:\n  - {product: client, platforms: [windows], introduced: 1.30.0, fixed: 1.66.1, available: 2026-05-03}\n  - {product: client, platforms: [ios], introduced: 1.30.0, fixed: 1.66.2, available: 2026-05-04, channel: store}",
		},
		Key{
			Path: "action", Type: "text, or `none`, or keys", Default: "not known yet", Facts: []string{"user_action"},
			Advice:  "What users have to do, as an order in one line, with the version in it. `none` only where nothing is left for them to do, not even to look; leave it out while nobody knows.",
			Example: "action: Update Windows nodes to 1.66.1 or later.",
		},
		Key{
			Path: "action.required", Type: "word", Words: []string{"yes", "some", "none", "unknown"}, When: Always, Facts: []string{"user_action"},
			Advice:  "`some` where only a part of the users has to act: name them under `audience`. For the policy, `some` is as good as `yes`.",
			Example: "action: {required: some, audience: Administrators of shared workstations, text: Update the client.}",
		},
		Key{
			Path: "action.audience", Type: "text", When: "with `required: some`",
			Advice:  "Who has to act, in words by which readers know whether they are meant: a role, a platform, a setting. Not “affected customers”: that is what they want to find out.",
			Example: "action: {required: some, audience: Administrators of shared workstations, text: Update the client.}",
		},
		Key{
			Path: "action.text", Type: "text", Default: "the first of `steps`", When: "where an action is required without `steps`",
			Advice:  "The one line that counts, as it will stand at the top of the page and of each letter.",
			Example: "action: {required: yes, text: Update Windows nodes to 1.66.1 or later.}",
		},
		Key{
			Path: "action.steps", Type: "list of texts",
			Advice:  "What to do, one order an entry, in the order in which to do it, ending with how to see that it worked. Put what is typed between backticks: it stands out on the page, and breaks at spaces alone. Try them once on a machine before you publish.",
			Example: "action: {required: yes, text: Update the client., steps: [Run `winget upgrade Example.Client`., Look at the version in the menu.]}",
		},
	)
}

// affectedKeys are the keys of one row of what is affected.
func affectedKeys() []Key {
	const example = "{product: client, platforms: [windows], introduced: 1.30.0, fixed: 1.66.1, available: 2026-05-03}"
	keys := under("affected[]", []Key{
		{
			Path: "product", Type: "text", When: Always,
			Advice:  "The `id` of a product in `tocsin.yaml`. Your own service belongs here too, though nobody installs it.",
			Example: example,
		},
		{
			Path: "platforms", Type: "list of texts", Default: "all of the product's",
			Advice:  "Only the platforms that you know to be affected, once you know that the others are not; leave it out while you have not looked. A platform that gets its fix on another day needs an entry of its own.",
			Example: example,
		},
		{
			Path: "introduced", Type: "text", Default: "all versions up to the fix",
			Advice:  "The first version with the fault, as users see it. If it was always there, or nobody has looked, leave it out: all older versions count as affected then.",
			Example: example,
		},
		{
			Path: "fixed", Type: "text", Facts: []string{"fix_available"},
			Advice:  "The first version that does not have the fault, not the one that you recommend. Give `available` with it: without a date, nobody can tell whether users can have it.",
			Example: example,
		},
		{
			Path: "last_affected", Type: "text",
			Advice:  "The last version with the fault, where no fix has a number yet. It is not a fix; replace it by `fixed` as soon as there is one.",
			Example: "{product: client, last_affected: 1.66.0}",
		},
		{
			Path: "unfixed", Type: "text", Facts: []string{"fix_available"},
			Advice:  "Why there is no fix: in the making, no longer supported, not ours to fix. It holds back what the policy would only disclose with a fix, so give a `remedy` with it where there is one.",
			Example: "{product: client, unfixed: This branch is no longer supported.}",
		},
		{
			Path: "available", Type: "date", Facts: []string{"fix_available"},
			Advice:  "When users could have the fix on their channel: the day in the store, not the day of the merge. A day in the future is fine; the policy waits for it.",
			Example: example,
		},
		{
			Path: "channel", Type: "word", Words: []string{"stable", "store", "distro", "rc", "unstable"}, Default: "stable", Facts: []string{"fix_available"},
			Advice:  "Where the fix can be had. `rc` and `unstable` are no fix for users; an app store or a distribution may be days behind, and deserves its own entry.",
			Example: "{product: client, platforms: [ios], fixed: 1.66.1, available: 2026-05-03, channel: store}",
		},
		{
			Path: "remedy", Type: "text", Facts: []string{"fix_available"},
			Advice:  "Something that users can do and that removes the vulnerability altogether, without an update: it counts as the fix. If it only makes an attack harder, it is a `stopgap`.",
			Example: "{product: client, remedy: Turn off the local API in the settings.}",
		},
		{
			Path: "stopgap", Type: "text", Facts: []string{"fix_available"},
			Advice:  "Something that helps until the fix is there. Say what it costs (“nodes lose file sharing meanwhile”), or people will find out in production.",
			Example: "{product: client, stopgap: Close the browser while connected to networks that you do not trust.}",
		},
		{
			Path: "where", Type: "keys", Facts: []string{"tailnet_affected"},
			Advice:  "What else the inventory must say of a node for it to be affected, such as a setting that it reports. All of the columns must match; a node whose column is empty, or says `unknown`, `NULL`, `\\N`, `n/a`, `-` or `?`, counts as perhaps affected, never as safe. `yes`, `true` and `1` are one answer, and so are `no`, `false` and `0`.",
			Example: "{product: client, where: {arch: [amd64, arm64]}}",
		},
		{
			Path: "where.*", Type: "text or list of texts",
			Advice:  "A column of your node table, by the name in its header row, and the value or values that are affected, spelt as in the table.",
			Example: "{product: client, where: {arch: [amd64, arm64]}}",
		},
		{
			Path: "deployed", Type: "date", Facts: []string{"fix_available"},
			Advice:  "Of a service that you run: when the fix was live everywhere, not on the first host.",
			Example: "{product: coordination-server, deployed: 2026-05-03T14:30:00Z}",
		},
		{
			Path: "tailnets", Type: "word", Words: []string{"all"}, Facts: []string{"tailnet_affected"},
			Advice:  "Of a service that you run: `all` where every customer was exposed. Leave it out where logs can tell who was; the plan then asks what becomes of each.",
			Example: "{product: coordination-server, deployed: 2026-05-03, tailnets: all}",
		},
	})
	return of(BulletinFile, keys...)
}

// answerKeys are the questions that the policy asks, each with its long form.
func answerKeys() []Key {
	var keys []Key
	for _, q := range []struct {
		key  Key
		word string // an answer that the long form is good for
		more []Key
	}{
		{Key{
			Path: "exploited", Type: "word or keys", Words: []string{"confirmed", "suspected", "no_evidence", "confirmed_none", "unknown"}, Default: "not asked yet", Facts: []string{"not_exploited_confirmed"},
			Advice:  "`no_evidence` is what you can say of most faults: you looked, or could look, and saw nothing. `confirmed_none` says that your records would show it and do not, and counts only in the long form; `suspected` is enough to start the clock of many laws.",
			Example: "exploited: no_evidence",
		}, "confirmed_none", nil},
		{Key{
			Path: "data_visible", Type: "word or keys", Words: []string{"yes", "no", "unknown"}, Default: "not asked yet", Facts: []string{"data_visible", "tailnet_data_visible"},
			Advice:  "Could somebody who should not have seen it see metadata or data of a customer? `no` only if you know; a fault that could have shown it, in logs that do not tell, is `unknown`.",
			Example: "data_visible: unknown",
		}, "yes", visibleKeys()},
		{Key{
			Path: "users_affected", Type: "word or keys", Words: []string{"some", "none_confirmed", "unknown"}, Default: "not asked yet", Facts: []string{"none_affected_confirmed"},
			Advice:  "Can you confirm that nobody was affected? `none_confirmed` spares everybody a notice, so it takes a name, a date and evidence; “nobody has complained” is none.",
			Example: "users_affected: unknown",
		}, "none_confirmed", nil},
		{Key{
			Path: "scope", Type: "word or keys", Words: []string{"own", "third_party"}, Default: "own", Facts: []string{"in_scope"},
			Advice:  "`third_party` only for what you neither ship nor run. A library's fault that ships in your client is your own.",
			Example: "scope: third_party",
		}, "third_party", nil},
		{Key{
			Path: "routine_dependency_patch", Type: "word or keys", Words: []string{"yes", "no", "unknown"}, Default: "no", Facts: []string{"routine_dependency_patch"},
			Advice:  "`yes` where you only take over somebody's patched release, as in any week, and nothing shows that your users could be reached through it. As soon as they could, it is a vulnerability of yours.",
			Example: "routine_dependency_patch: yes",
		}, "yes", nil},
	} {
		keys = append(keys, q.key)
		keys = append(keys, under(q.key.Path, slices.Concat(longKeys(q.key.Words, q.word), q.more))...)
	}
	keys = append(keys, Key{
		Path: "identification", Type: "word", Words: []string{"some", "none"}, Default: "all for what runs on nodes, unknown for what you run",
		Advice:  "Whether you can tell who was affected: `some` says that letters go to those you found and that there may be others, `none` that you cannot tell any of them, so that nobody waits for a letter.",
		Example: "identification: some",
	})
	return of(BulletinFile, keys...)
}

// longKeys are the keys of an answer that says more than its word.
func longKeys(words []string, word string) []Key {
	example := "{is: " + word + ", by: A. Example, at: 2026-05-03, basis: Server logs of all regions}"
	return []Key{
		{
			Path: "is", Type: "word", Words: words, When: Always,
			Advice:  "The answer, as the short form has it.",
			Example: example,
		},
		{
			Path: "by", Type: "text", When: "with the two strong claims",
			Advice:  "Who says so: a person's name, not a team's. That person will be asked.",
			Example: example,
		},
		{
			Path: "at", Type: "date", When: "with the two strong claims",
			Advice:  "When it was established. What you learn later needs a later date.",
			Example: example,
		},
		{
			Path: "basis", Type: "text", When: "with the two strong claims",
			Advice:  "What was looked at, over which time, and where a stranger would find it again: “access logs of all regions, 1 to 10 March”.",
			Example: example,
		},
		{
			Path: "next_check", Type: "date",
			Advice:  "When an answer that is not settled yet is looked at again. A date keeps `unknown` from staying for ever.",
			Example: "{is: " + words[len(words)-1] + ", next_check: 2026-05-05}",
		},
	}
}

// visibleKeys are the keys that only the answer about visible data has.
func visibleKeys() []Key {
	return []Key{
		{
			Path: "for", Type: "word", Words: []string{"all", "listed"}, Default: "listed", Facts: []string{"tailnet_data_visible"},
			Advice:  "`all` where every affected customer's data could be seen; `listed` where it was some of them.",
			Example: "{is: yes, for: all}",
		},
		{
			Path: "data", Type: "list of words", Words: []string{"metadata", "content", "credentials"},
			Advice:  "What could be seen: `metadata` (names, addresses, times), `content` (what was sent or stored), `credentials` (keys, tokens: say in the text how to replace them).",
			Example: "{is: yes, data: [metadata]}",
		},
	}
}
