package check

import "tocsin/internal/source"

// yamlCodes are about front matter and settings as YAML, whatever the keys mean.
func yamlCodes() []Code {
	return []Code{
		{
			Name: "yaml-syntax", Level: source.Error,
			Wants: "YAML",
			Why: `The keys cannot be read at all. Most often a value holds a colon and a space: put it
into quotes.`,
			Example: "title: Note: it is fixed\n", Mended: "title: \"Note: it is fixed\"\n",
		},
		{
			Name: "empty-header", Level: source.Error,
			Wants:   "keys between the two lines ---",
			Why:     `There is nothing to say what this page is. Copy the head of another file.`,
			Example: "---\n---\nA text.\n", Mended: "---\nid: TS-2026-004\ntitle: A fault\nstatus: draft\n---\nA text.\n",
		},
		{
			Name: "second-document", Level: source.Error,
			Wants: "one list of keys",
			Why: `YAML allows several documents in one text, and readers of YAML take the first and drop
the rest in silence.`,
			Example: "-- tocsin.yaml --\nbase_url: https://security.example.com\n---\norganization: {name: Example Networks}\n",
			Mended:  "-- tocsin.yaml --\nbase_url: https://security.example.com\norganization: {name: Example Networks}\n",
		},
		{
			Name: "not-a-mapping", Level: source.Error,
			Wants:   "keys with values",
			Why:     `Here must stand keys with values, such as {is: yes, by: Alice}, or one a line.`,
			Example: "-- tocsin.yaml --\norganization: Example Networks\n", Mended: "-- tocsin.yaml --\norganization: {name: Example Networks}\n",
		},
		{
			Name: "yaml-anchor", Level: source.Error,
			Wants: "values written out, without &anchors",
			Why: `Anchors and aliases make a value say something that does not stand there, and a few of
them can make a text of megabytes.`,
			Example: "title: &t A fault\n", Mended: "title: A fault\n",
		},
		{
			Name: "yaml-alias", Level: source.Error,
			Wants: "values written out, without *aliases",
			Why: `Anchors and aliases make a value say something that does not stand there, and a few of
them can make a text of megabytes.`,
			Example: "title: &t A fault\nsummary: *t\n", Mended: "title: A fault\nsummary: A fault\n",
		},
		{
			Name: "yaml-merge", Level: source.Error,
			Wants:   "keys written out, without <<",
			Why:     `A merge key draws in keys that do not stand in the place where they count.`,
			Example: "affected:\n  - product: client\n    <<: {fixed: 1.66.1}\n",
			Mended:  "affected:\n  - product: client\n    fixed: 1.66.1\n    available: 2026-05-03\n",
		},
		{
			Name: "yaml-tag", Level: source.Error,
			Wants: "values without !tags",
			Why: `A tag changes what kind of value a text is. Here every value is the text that stands
there.`,
			Example: "title: !!str A fault\n", Mended: "title: A fault\n",
		},
		{
			Name: "no-value", Level: source.Error,
			Wants: "a value behind every key",
			Why: `A key without a value is neither an answer nor the lack of one. Write the value, or
remove the key: what is absent counts as not asked yet.`,
			Example: "summary:\n", Mended: "summary: A page could reach the client.\n",
		},
		{
			Name: "cut-comment", Level: source.Error,
			Wants:   "quotes around a value that holds a #",
			Why:     `YAML takes everything from " #" on as a comment, and drops it.`,
			Example: "title: A fault #359\n", Mended: "title: \"A fault #359\"\n",
		},
		{
			Name: "several-lines", Level: source.Error,
			Wants: "a value in one line, or begun with >- and its lines below",
			Why: `A plain or quoted value that runs on in the next line can swallow what was meant as
another key.`,
			Example: "title: A fault that\n  goes on\n", Mended: "title: A fault that goes on\n",
		},
		{
			Name: "odd-key", Level: source.Error,
			Wants:   "keys that are plain words",
			Why:     `A key can be a list or a mapping in YAML. No key here is.`,
			Example: "---\nid: TS-2026-004\n? [a, b]\n: A fault\n---\nA text.\n",
			Mended:  "---\nid: TS-2026-004\ntitle: A fault\nstatus: draft\n---\nA text.\n",
		},
		{
			Name: "duplicate-key", Level: source.Error,
			Wants: "every key once",
			Why: `Of two equal keys most programs take one and drop the other in silence, and not all the
same one.`,
			Example: "severity: high\nseverity: low\n", Mended: "severity: high\n",
		},
		{
			Name: "unknown-key", Level: source.Error,
			Wants: "only keys that mean something here",
			Why: `A key that is not known is nearly always misspelt, and what was meant would count for
nothing. docs/format.md lists the keys.`,
			Example: "sevrity: high\n", Mended: "severity: high\n",
		},
		{
			Name: "missing-key", Level: source.Error,
			Wants: "the keys that cannot be done without",
			Why: `Nothing is assumed in the place of what decides who may see a page, or what it is
called.`,
			Example: "---\nid: TS-2026-004\ntitle: A fault\n---\nA text.\n",
			Mended:  "---\nid: TS-2026-004\ntitle: A fault\nstatus: draft\n---\nA text.\n",
		},
	}
}
