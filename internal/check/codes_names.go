package check

import "tocsin/internal/source"

// nameCodes are about names that must be unique.
func nameCodes() []Code {
	return []Code{
		{
			Name: "duplicate-slug", Level: source.Error,
			Wants: "one page at one address",
			Why: `Of two policies with one slug, one would not be on the website, and nobody would notice
which.`,
			Example: "-- content/policies/backups.md --\n-- content/policies/restore.md --\nslug: backups\n",
			Mended:  "-- content/policies/backups.md --\n-- content/policies/restore.md --\nslug: restore\n",
		},
		{
			Name: "duplicate-id", Level: source.Error,
			Wants: "an id of its own for every bulletin, drafts too",
			Why: `An id names one bulletin for ever, in letters and in other people's records. Whoever asks
for it must never get another. Take the next free number.`,
			Example: "-- tocsin.yaml --\nproducts:\n  - {id: client, title: Example client, platforms: [windows]}\n  - {id: client, title: Example gateway, platforms: [linux]}\n",
			Mended:  "-- tocsin.yaml --\nproducts:\n  - {id: client, title: Example client, platforms: [windows]}\n  - {id: gateway, title: Example gateway, platforms: [linux]}\n",
		},
	}
}
