package check

import "tocsin/internal/source"

// inventoryCodes are about the private tables of tailnets, nodes and the rest, and about
// what their export says of them. A faulty table stops a plan: a row that is skipped is
// a customer who is not told.
func inventoryCodes() []Code {
	const by = "plan"
	return []Code{
		{
			Name: "empty-table", Level: source.Error, By: by,
			Wants: "a table with a header row",
			Why: `The file is empty. A truncated export is the quietest way to lose a customer: export it
again.`,
			Example: "-- inventory/tailnets.csv --\n", Mended: "-- inventory/tailnets.csv --\ntailnet,owner_email\na.example,alice@example.com\n",
		},
		{
			Name: "one-column", Level: source.Error, By: by,
			Wants: "columns that are divided by commas",
			Why: `The header row is one column, so the table is probably divided by semicolons or tabs.
Export it with commas.`,
			Example: "-- inventory/tailnets.csv --\ntailnet;owner_email\n", Mended: "-- inventory/tailnets.csv --\ntailnet,owner_email\na.example,alice@example.com\n",
		},
		{
			Name: "missing-column", Level: source.Error, By: by,
			Wants:   "the columns that the table is read for",
			Why:     `Without the column nobody can say which tailnet a row is about, or what runs there.`,
			Example: "-- inventory/tailnets.csv --\nname,owner_email\n", Mended: "-- inventory/tailnets.csv --\ntailnet,owner_email\na.example,alice@example.com\n",
		},
		{
			Name: "duplicate-column", Level: source.Error, By: by,
			Wants:   "every column once",
			Why:     `Of two columns of one name, nobody can say which holds the value that counts.`,
			Example: "-- inventory/tailnets.csv --\ntailnet,owner_email,owner_email\n", Mended: "-- inventory/tailnets.csv --\ntailnet,owner_email\na.example,alice@example.com\n",
		},
		{
			Name: "bad-row", Level: source.Error, By: by,
			Wants: "rows that can be read, every one of them",
			Why: `A row that is skipped is a customer who is not told, so the first that cannot be read
stops the plan. The message has its line, and not what stands there.`,
			Example: "-- inventory/tailnets.csv --\ntailnet,owner_email\na.example,alice@example.com,more\n",
			Mended:  "-- inventory/tailnets.csv --\ntailnet,owner_email\na.example,alice@example.com\n",
		},
		{
			Name: "bad-export", Level: source.Error, By: by,
			Wants: "an export.yaml that says when, how many rows, and which files",
			Why: `What the export says of itself is how a table that was cut off is found. It has taken_at,
rows and, best, sha256, and nothing else.`,
			Example: "-- inventory/export.yaml --\ntaken_at: yesterday\nrows: {tailnets: 1, nodes: 9}\n",
			Mended:  "-- inventory/export.yaml --\ntaken_at: 2026-05-01T06:00:00Z\nrows: {tailnets: 1, nodes: 9}\n",
		},
		{
			Name: "export-differs", Level: source.Error, By: by,
			Wants: "the tables as they were exported: every row, and no other file",
			Why: `The table has more rows or fewer than were exported, or a file of it is another. Most
likely it was cut off on its way: the customers in the missing rows would not be told.`,
			Example: "-- inventory/export.yaml --\ntaken_at: 2026-05-01T06:00:00Z\nrows: {tailnets: 2, nodes: 9}\n",
			Mended:  "-- inventory/export.yaml --\ntaken_at: 2026-05-01T06:00:00Z\nrows: {tailnets: 1, nodes: 9}\n",
		},
	}
}
