package check

import "tocsin/internal/source"

// recordCodes are about what release put on record, and what became of it.
func recordCodes() []Code {
	return []Code{
		{
			Name: "bad-decision", Level: source.Error,
			Wants: "the record of a release as tocsin wrote it",
			Why: `content/decisions/ID.json says what was decided when a bulletin was released, by which
sentences and facts. It is evidence: no person edits it. Put it back from git.`,
			Example: "-- content/bulletins/TS-2026-004.md --\n-- content/decisions/TS-2026-004.json --\n{\"status\": \"draft\"}\n",
			Mended:  "-- content/bulletins/TS-2026-004.md --\n-- content/decisions/TS-2026-004.json --\n{\"status\": \"published\"}\n",
		},
		{
			Name: "stray-decision", Level: source.Error,
			Wants: "the bulletin of every record",
			Why: `What was released was read, and other people's records name it. Its page cannot vanish:
put the file back from git. A bulletin that does not hold is taken back with tocsin withdraw, which
keeps its page and says why.`,
			Example: "-- content/decisions/TS-2026-003.json --\n{}\n",
			Mended:  "-- content/bulletins/TS-2026-003.md --\n-- content/decisions/TS-2026-003.json --\n{}\n",
		},
		{
			Name: "not-as-released", Level: source.Error,
			Wants: "a bulletin that stands as it was released",
			Why: `The record of the release says otherwise than the file. A released bulletin that becomes
a draft again would vanish from the website, and a withdrawn one that is published again would
surprise those who were told. The commands change both together: tocsin release, revise, withdraw.`,
			Example: "-- content/bulletins/TS-2026-004.md --\nstatus: draft\n-- content/decisions/TS-2026-004.json --\n{}\n",
			Mended:  "-- content/bulletins/TS-2026-004.md --\nstatus: published\n-- content/decisions/TS-2026-004.json --\n{}\n",
		},
		{
			Name: "changed-without-revision", Level: source.Error,
			Wants: "a revision for every change that readers can see",
			Why: `The text is not the one that readers were shown last, by its digest on record. Who read
the bulletin before has to learn that it changed: tocsin revise ID adds an entry that says what did.
Where nothing was meant to change, put the file back from git.`,
			Example: "-- content/bulletins/TS-2026-004.md --\n-- content/decisions/TS-2026-004.json (of another text) --\n{}\n",
			Mended:  "-- content/bulletins/TS-2026-004.md --\n-- content/decisions/TS-2026-004.json --\n{}\n",
		},
		{
			Name: "record-differs", Level: source.Error,
			Wants: "dates, revisions and a withdrawal as they are on record",
			Why: `The date of publication, an entry of revisions: or what the page of a withdrawn bulletin
shows is not what was recorded when readers were told it. tocsin's commands write these; nobody edits
them afterwards. Put them back from git. A revision that was wrong is put right by a further one.`,
			Example: "-- content/bulletins/TS-2026-004.md --\n-- content/decisions/TS-2026-004.json --\n{\"released\": \"2026-05-01T00:00:00Z\"}\n",
			Mended:  "-- content/bulletins/TS-2026-004.md --\n-- content/decisions/TS-2026-004.json --\n{}\n",
		},
		{
			Name: "revision-removed", Level: source.Error,
			Wants: "every revision that readers were shown",
			Why: `The record has a later revision than the file. What readers were told is not taken back:
put the entries of revisions: back from git.`,
			Example: "-- content/bulletins/TS-2026-004.md --\n-- content/decisions/TS-2026-004.json (of 2 texts) --\n{}\n",
			Mended:  "-- content/bulletins/TS-2026-004.md --\nrevisions:\n  - {version: 1, at: 2026-05-04, material: no, summary: First}\n  - {version: 2, at: 2026-05-04, material: no, summary: More}\n-- content/decisions/TS-2026-004.json (of 2 texts) --\n{}\n",
		},
		{
			Name: "revision-unrecorded", Level: source.Error,
			Wants: "revisions that tocsin revise wrote",
			Why: `The file has a revision that is not on record, so nobody can say later which text
readers were shown under it. Remove the entry; tocsin revise ID writes it with its record.`,
			Example: "-- content/bulletins/TS-2026-004.md --\nrevisions:\n  - {version: 1, at: 2026-05-04, material: no, summary: First}\n  - {version: 2, at: 2026-05-04, material: no, summary: More}\n-- content/decisions/TS-2026-004.json --\n{}\n",
			Mended:  "-- content/bulletins/TS-2026-004.md --\nrevisions:\n  - {version: 1, at: 2026-05-04, material: no, summary: First}\n-- content/decisions/TS-2026-004.json --\n{}\n",
		},
		{
			Name: "revision-order", Level: source.Error,
			Wants: "revisions that count up from 1, in number and in time",
			Why: `Readers tell by the number whether they have seen the last one. A number that stands
twice, is left out or goes back misleads them, and so does a revision that is older than what it
revises.`,
			Example: "revisions:\n  - {version: 2, at: 2026-05-04, material: no, summary: More}\n  - {version: 1, at: 2026-05-04, material: no, summary: First}\n",
			Mended:  "revisions:\n  - {version: 1, at: 2026-05-04, material: no, summary: First}\n  - {version: 2, at: 2026-05-04, material: no, summary: More}\n",
		},
		{
			Name: "verdict-changed", Level: source.Warning,
			Wants: "somebody's eye on a verdict that would be another today",
			Why: `The bulletin was released by a verdict that is on record, and stands. Its facts or the
policy have changed since, so that it would be decided otherwise today. If that means that people
should be told who were not, tell them: tocsin revise ID, tocsin plan ID.`,
			Example: "-- content/bulletins/TS-2026-004.md --\nscope: third_party\n-- content/decisions/TS-2026-004.json --\n{}\n",
			Mended:  "-- content/bulletins/TS-2026-004.md --\nscope: own\n-- content/decisions/TS-2026-004.json --\n{}\n",
		},
	}
}
