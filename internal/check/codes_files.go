package check

import "tocsin/internal/source"

// fileCodes are about files as such: what is read before any key is.
func fileCodes() []Code {
	return []Code{
		{
			Name: "too-large", Level: source.Error,
			Wants: "files of at most 256 KiB, front matter of 16 KiB and 1,000 lines, lines of 8 KiB",
			Why: `A page is prose. More than this is a mistake, such as a log that was pasted, or an
attempt to keep the build busy. Move data out of the page, and break long lines.`,
			Example: "{300 KiB}\n", Mended: "A text.\n",
		},
		{
			Name: "no-header", Level: source.Error, Fixable: true,
			Wants: "a file that begins with ---, then keys, then --- again",
			Why: `Without the first line the keys would be printed as text, and the status among them
would count for nothing: that is how a draft gets published.`,
			Example: "(the whole file)\n\n---\nid: TS-2026-004\ntitle: A fault\nstatus: draft\n---\nA text.\n",
			Mended:  "---\nid: TS-2026-004\ntitle: A fault\nstatus: draft\n---\nA text.\n",
		},
		{
			Name: "unclosed-header", Level: source.Error, Fixable: true,
			Wants:   "a line that holds only --- below the last key",
			Why:     `Without it nobody can tell where the keys end and the text begins.`,
			Example: "---\nid: TS-2026-004\ntitle: A fault\nstatus: draft\n----\nA text.\n",
			Mended:  "---\nid: TS-2026-004\ntitle: A fault\nstatus: draft\n---\nA text.\n",
		},
		{
			Name: "odd-fence", Level: source.Error, Fixable: true,
			Wants: "--- without white space around it",
			Why: `Some programs end the front matter at such a line and some do not. What stands below
it would be keys to the one and text to the other.`,
			Example: "---\nid: TS-2026-004\ntitle: A fault\nstatus: draft\n--- \nA text.\n",
			Mended:  "---\nid: TS-2026-004\ntitle: A fault\nstatus: draft\n---\nA text.\n",
		},
		{
			Name: "key-in-body", Level: source.Error,
			Wants: "a text that does not begin like a key",
			Why: `The --- above it probably stands too early: what was meant as the status or a date
would be printed, and would not count.`,
			Example: "title: A fault\n---\nstatus: draft\n\nA text.\n", Mended: "title: A fault\nstatus: draft\n---\nA text.\n",
		},
		{
			Name: "hidden-character", Level: source.Error, Fixable: true,
			Wants: "only characters that a reader can see",
			Why: `Characters without width, or that turn the direction of the text, make two texts look
alike that are not, hide words from a reviewer, and break feeds. The message has the number
of the character; retype the word.`,
			Example: "A pay\u200Bpal page.\n", Mended: "A paypal page.\n",
		},
		{
			Name: "symlink", Level: source.Error,
			Wants:   "files and folders themselves, no links to them",
			Why:     `A symbolic link could publish what lies elsewhere on the machine that builds the site.`,
			Example: "-- content/policies/keys.md -> ../../secrets/plan.key --\n",
			Mended:  "-- content/policies/keys.md --\n",
		},
		{
			Name: "odd-file", Level: source.Error,
			Wants:   "files and folders, nothing else",
			Why:     `A named pipe, a socket or a device has no text that stays, and reading one may never end.`,
			Example: "-- content/policies/keys.md (a named pipe) --\n",
			Mended:  "-- content/policies/keys.md --\n",
		},
		{
			Name: "stray-file", Level: source.Warning,
			Wants: "files where they are read",
			Why: `Nothing reads this file. A bulletin in the wrong folder, or a policy two folders deep,
would be missed in silence.`,
			Example: "-- content/TS-2026-004.md --\n", Mended: "-- content/bulletins/TS-2026-004.md --\n",
		},
		{
			Name: "letter-codes", Level: source.Error,
			Wants: "lists of letters' codes as tocsin status --publish wrote them",
			Why: `In such a list, beside a published bulletin, readers look up whether a letter is ours.
With a line lost, or two that a merge has put together, a genuine letter would look forged.
Beside a draft it would tell of the draft.`,
			Example: "-- content/bulletins/TS-2026-004.md --\n-- content/bulletins/TS-2026-004.codes --\ntocsin letter codes 1 of TS-2026-004\n<<<<<<< HEAD\n",
			Mended:  "-- content/bulletins/TS-2026-004.md --\n-- content/bulletins/TS-2026-004.codes --\ntocsin letter codes 1 of TS-2026-004\n00112233445566778899aabbccdd\n",
		},
	}
}
