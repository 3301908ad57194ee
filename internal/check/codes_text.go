package check

import "tocsin/internal/source"

// textCodes are about what readers read.
func textCodes() []Code {
	return []Code{
		{
			Name: "missing-section", Level: source.Warning, Suppressible: true,
			Wants: "headings that say what happened, who is affected, the impact, what to do",
			Why: `Somebody who gets the link at night looks for four answers. Any words, order and level of
heading will do: "What do I need to do?" and "Remediation" are the same.`,
			Example: "-- content/bulletins/TS-2026-004.md --\n---\nid: TS-2026-004\ntitle: A fault\nstatus: published\npublished: 2026-05-04\nseverity: high\naffected:\n  - {product: client, fixed: 1.66.1, available: 2026-05-03}\naction: Update to 1.66.1.\ndata_visible: no\n---\n\n## What happened?\n\nA fault.\n\n## Who was affected?\n\nYou.\n\n## What was the impact?\n\nMuch.\n",
			Mended:  "-- content/bulletins/TS-2026-004.md --\n---\nid: TS-2026-004\ntitle: A fault\nstatus: published\npublished: 2026-05-04\nseverity: high\naffected:\n  - {product: client, fixed: 1.66.1, available: 2026-05-03}\naction: Update to 1.66.1.\ndata_visible: no\n---\n\n## What happened?\n\nA fault.\n\n## Who was affected?\n\nYou.\n\n## What was the impact?\n\nMuch.\n\n## What do I need to do?\n\nUpdate.\n",
		},
		{
			Name: "private-summary", Level: source.Warning, Suppressible: true,
			Wants: "a summary of what only letters tell of",
			Why: `A private bulletin has no page. Its letters quote the summary, and none of the text: without
one, whoever is told learns the title and what to do, and not what happened.`,
			Example: "status: private\nsummary: A fault\n", Mended: "status: private\nsummary: A page could reach the local API.\n",
		},
		{
			Name: "empty-section", Level: source.Error,
			Wants: "a text under every heading",
			Why: `A heading with nothing under it looks like a page that was published by mistake. In a draft
it only means that the text is still to come.`,
			Example: "#### What happened?\n\n#### Who was affected?\n\nYou.\n\n#### What was the impact?\n\nMuch.\n\n#### What do I need to do?\n\nUpdate.\n",
			Mended:  "#### What happened?\n\nA fault.\n\n#### Who was affected?\n\nYou.\n\n#### What was the impact?\n\nMuch.\n\n#### What do I need to do?\n\nUpdate.\n",
		},
		{
			Name: "placeholder", Level: source.Error, Suppressible: true,
			Wants: "words that are final",
			Why: `TODO, "to be written", CVE-2026-XXXX and the like are promises of the authors to themselves.
Readers take them as neglect. In a draft they are only noted; none may be left at the release.`,
			Example: "summary: TODO\n", Mended: "summary: A page could reach the local API.\n",
		},
		{
			Name: "bare-mention", Level: source.Error, Suppressible: true,
			Wants: "people by name, not by account",
			Why: `An account such as @somebody comes from a chat. Readers do not know it, and on other sites
it can be a stranger's. Write the name, with the person's consent.`,
			Example: "summary: Found by @somebody in a test.\n", Mended: "summary: Found by A. Reporter in a test.\n",
		},
		{
			Name: "internal-name", Level: source.Error, Suppressible: true,
			Wants: "no names or addresses of inner networks",
			Why: `Names such as db1.corp and addresses such as 10.1.2.3 tell attackers how a network is built
and tell readers nothing. Documentation has example.com and 192.0.2.1 for the purpose.`,
			Example: "summary: The fault was on db1.corp for an hour.\n", Mended: "summary: The fault was on one server for an hour.\n",
		},
		{
			Name: "secret", Level: source.Error,
			Wants: "no keys or tokens",
			Why: `What looks like a private key or a token stands in the file. Revoke it first: whoever has the
file or its history has it. The message does not repeat it, and nothing suppresses this.`,
			Example: "summary: The key began with AKIAABCDEFGHIJKLMNOP.\n", Mended: "summary: The key was revoked.\n",
		},
		{
			Name: "restricted-link", Level: source.Error, Suppressible: true,
			Wants: "links that every reader can open",
			Why: `The link leads to a service that asks strangers to sign in. Readers cannot check what it
should prove, and its address may say more than it should.`,
			Example: "references:\n  - {url: \"https://docs.google.com/document/d/1\", summary: Our notes}\n",
			Mended:  "references:\n  - {url: \"https://example.org/report\", summary: The report}\n",
		},
		{
			Name: "mojibake", Level: source.Error, Fixable: true, Suppressible: true,
			Wants: "text that was encoded once",
			Why: `Text was read in one encoding and saved in another, so that quotes and accents show as
pairs of odd letters. tocsin check --fix puts back what stood there.`,
			Example: "summary: It isnâ€™t so.\n", Mended: "summary: It isn’t so.\n",
		},
		{
			Name: "mixed-script", Level: source.Warning, Suppressible: true,
			Wants: "words of one script",
			Why: `A Cyrillic or Greek letter stands among Latin ones and looks like one of them. No search
finds such a word, and in a name it is the oldest of tricks.`,
			Example: "summary: The аdmin console.\n", Mended: "summary: The admin console.\n",
		},
	}
}
