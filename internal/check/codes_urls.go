package check

import "tocsin/internal/source"

// urlCodes are about the addresses that readers have.
func urlCodes() []Code {
	return []Code{
		{
			Name: "bad-address", Level: source.Error,
			Wants: "lines of urls.lock that say what became of an address",
			Why: `urls.lock holds every address that the site has published, one a line: the address alone,
"/old/ -> /new/" where its page moved, or "/old/ gone: why". An address is a path of this site; a page
moves to another one, or to a full https address. A comment has a line of its own that begins with #.`,
			Example: "-- urls.lock --\n/security-policies/backup/ => /security-policies/\n",
			Mended:  "-- urls.lock --\n/security-policies/backup/ -> /security-policies/\n",
		},
		{
			Name: "duplicate-address", Level: source.Error,
			Wants: "every address once",
			Why: `Two lines of urls.lock name the same address, or two that some systems hold to be the same
file. After a merge, keep the line that says more.`,
			Example: "-- urls.lock --\n/security-policies/backup/ -> /security-policies/\n/security-policies/backup/ gone: We make none.\n",
			Mended:  "-- urls.lock --\n/security-policies/backup/ -> /security-policies/\n",
		},
		{
			Name: "moved-in-circle", Level: source.Error,
			Wants: "addresses that arrive somewhere",
			Why: `A page that moved leads to one that moved, and so on, back to the first. Browsers give up
after a few rounds.`,
			Example: "-- urls.lock --\n/security-policies/a/ -> /security-policies/b/\n/security-policies/b/ -> /security-policies/a/\n",
			Mended:  "-- urls.lock --\n/security-policies/a/ -> /security-policies/b/\n/security-policies/b/ -> /security-policies/\n",
		},
		{
			Name: "moved-nowhere", Level: source.Error,
			Wants: "moved addresses that lead to a page of the site",
			Why: `Readers who follow an old link would be sent to a page, or to a place on it, that is not
there, or of which they may not know yet.`,
			Example: "-- content/policies/backups.md --\n-- urls.lock --\n/security-policies/backup/ -> /security-policies/back-ups/\n",
			Mended:  "-- content/policies/backups.md --\n-- urls.lock --\n/security-policies/backup/ -> /security-policies/backups/\n",
		},
		{
			Name: "address-lost", Level: source.Error,
			Wants: "a page, or a word, at every address that readers were given",
			Why: `The site published this address: people linked to it, and letters name it. A bulletin is
withdrawn, never deleted: tocsin withdraw ID keeps its page and says why. A policy that got another name
leads on: write /security-policies/old/ -> /security-policies/new/ in urls.lock. What is over says so:
/security-policies/old/ gone: why.`,
			Example: "-- urls.lock --\n/security-policies/backup/\n",
			Mended:  "-- content/policies/backup.md --\n-- urls.lock --\n/security-policies/backup/\n",
		},
		{
			Name: "address-in-use", Level: source.Error,
			Wants: "one thing at one address",
			Why: `urls.lock says that the page moved or is gone, and the site has a page there. Write the
address alone where the page is back.`,
			Example: "-- content/policies/backups.md --\n-- urls.lock --\n/security-policies/backups/ gone: We make none.\n",
			Mended:  "-- content/policies/backups.md --\n-- urls.lock --\n/security-policies/backups/\n",
		},
		{
			Name: "bulletin-removed", Level: source.Error,
			Wants: "the page of every bulletin that was ever published",
			Why: `A line of urls.lock says that a bulletin is gone, or leads its readers to something else. Who
acted on it must be able to read what became of it: tocsin withdraw ID keeps the page and says why, and
--superseded-by names the bulletin that holds. Where the bulletins' path changed, or another site has them
now, its address leads to the same bulletin there.`,
			Example: "-- urls.lock --\n/security-bulletins/ts-2026-003/ gone: It was wrong.\n",
			Mended:  "-- content/bulletins/TS-2026-003.md --\nstatus: withdrawn\nwithdrawn: {at: 2026-05-04, reason: It was wrong.}\n-- urls.lock --\n/security-bulletins/ts-2026-003/\n",
		},
		{
			Name: "server-must-move", Level: source.Note,
			Wants: "a server that answers for what is no page",
			Why: `A page that moved leaves a page that says so. Programs that ask for a feed or another file
cannot read one: the server has to answer 301 or 410 itself. docs/addresses.md shows how.`,
			Example: "-- urls.lock --\n/security-bulletins/rss.xml -> /security-bulletins/index.xml\n",
			Mended:  "-- urls.lock --\n/security-bulletins/rss/ -> /security-bulletins/feeds/\n",
		},
	}
}
