package check

import "tocsin/internal/source"

// valueCodes are about the values of keys.
func valueCodes() []Code {
	return []Code{
		{
			Name: "not-text", Level: source.Error,
			Wants:   "text in the place of a list or a mapping",
			Why:     `The key holds one line of text, nothing else.`,
			Example: "title: [A fault]\n", Mended: "title: A fault\n",
		},
		{
			Name: "unknown-word", Level: source.Error, Fixable: true,
			Wants: "one of the words that the key knows",
			Why: `Every word here decides something. A word that is not known is never taken as the
nearest one, and true is not yes.`,
			Example: "data_visible: false\n", Mended: "data_visible: no\n",
		},
		{
			Name: "not-a-number", Level: source.Error,
			Wants:   "a whole number without sign or leading zero",
			Why:     `010 is ten to one program and eight to another.`,
			Example: "-- content/policies/backups.md --\nweight: 010\n", Mended: "-- content/policies/backups.md --\nweight: 10\n",
		},
		{
			Name: "not-a-date", Level: source.Error, Fixable: true,
			Wants:   "a day such as 2026-05-03, or an instant with its zone",
			Why:     `An instant without a zone is another one for every reader. A day is 00:00 UTC.`,
			Example: "published: 2026-05-03 14:30:00Z\n", Mended: "published: 2026-05-03T14:30:00Z\n",
		},
		{
			Name: "not-a-list", Level: source.Error,
			Wants:   "a list",
			Why:     `The key can hold several values, so it is a list even for one: [windows].`,
			Example: "affected:\n  - {product: client, platforms: windows, fixed: 1.66.1, available: 2026-05-03}\n",
			Mended:  "affected:\n  - {product: client, platforms: [windows], fixed: 1.66.1, available: 2026-05-03}\n",
		},
		{
			Name: "duplicate-item", Level: source.Error,
			Wants:   "every entry of a list once",
			Why:     `One of the two was probably meant to be another.`,
			Example: "affected:\n  - {product: client, platforms: [linux, linux], fixed: 1.66.1, available: 2026-05-03}\n",
			Mended:  "affected:\n  - {product: client, platforms: [linux], fixed: 1.66.1, available: 2026-05-03}\n",
		},
	}
}
