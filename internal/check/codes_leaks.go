package check

import "tocsin/internal/source"

// leakCodes are about what others could see too early, or should never see. None but
// the last can be suppressed, and that one only since history cannot be made undone.
func leakCodes() []Code {
	return []Code{
		{
			Name: "draft-in-public", Level: source.Error,
			Wants: "drafts and private bulletins outside a public repository",
			Why: `tocsin.yaml says repository: public, so everybody can read this file, whatever its
status says. Write drafts in a private folder of their own (drafts: in tocsin.yaml); tocsin release
moves them here. If the file was committed already, taking it out of the last commit is not enough.`,
			Example: "-- tocsin.yaml --\nrepository: public\n-- content/bulletins/TS-2026-004.md --\nstatus: draft\n",
			Mended:  "-- tocsin.yaml --\nrepository: private\n-- content/bulletins/TS-2026-004.md --\nstatus: draft\n",
		},
		{
			Name: "published-in-drafts", Level: source.Error,
			Wants: "published bulletins in the site, not in the drafts root",
			Why: `What stands in the drafts root is never built, so nobody would see this bulletin,
although its file says that it is published. tocsin release moves it.`,
			Example: "-- ../embargo/bulletins/TS-2026-005.md --\nstatus: published\n",
			Mended:  "-- ../embargo/bulletins/TS-2026-005.md --\nstatus: draft\n",
		},
		{
			Name: "tracked-private", Level: source.Error,
			Wants: "private files that git does not track",
			Why: `Customers' data, keys and the ledger would be copied to everybody who clones the
repository, and stay in its history. Take the file out with git rm --cached, see that .gitignore
names it, and replace every key that was in it.`,
			Example: "-- secrets/plan.key (tracked by git) --\n", Mended: "-- secrets/plan.key --\n",
		},
		{
			Name: "tracked-unknown", Level: source.Note,
			Wants: "git, to see whether it tracks a private file",
			Why: `The site stands in a git repository, and there is no git to ask. Nothing is known then,
which is not the same as nothing being wrong.`,
			Example: "-- .git (nobody to ask) --\n", Mended: "-- .git --\n",
		},
		{
			Name: "draft-in-history", Level: source.Error, Suppressible: true, By: "release",
			Wants: "a history of git that holds nothing of what is embargoed",
			Why: `The repository is public, and what a draft says stands in a commit, a tag or a branch name that everybody can read:
deleting the file does not take it out of there. Release the bulletin, or rewrite the history if
nobody has seen it yet. Where neither can be done, a suppress: entry puts on record that it is known.`,
			Example: "-- content/bulletins/TS-2026-005.md (of an old commit) --\nstatus: draft\n",
			Mended:  "-- ../embargo/bulletins/TS-2026-005.md --\nstatus: draft\n",
		},
	}
}
