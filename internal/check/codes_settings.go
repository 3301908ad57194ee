package check

import "tocsin/internal/source"

// settingsCodes are about tocsin.yaml.
func settingsCodes() []Code {
	return []Code{
		{
			Name: "odd-path", Level: source.Error,
			Wants: "private files where nothing is published",
			Why: `What lies under content/, templates/ or public/ is published, or replaced by the next
build. Customers' data and keys must not lie there.`,
			Example: "-- tocsin.yaml --\nledger: sqlite:public/ledger.db\n", Mended: "-- tocsin.yaml --\nledger: sqlite:var/ledger.db\n",
		},
		{
			Name: "odd-url", Level: source.Error,
			Wants:   "an https:// address, or a path that the site can have",
			Why:     `Readers get these addresses in pages, feeds and letters, where nothing can mend them.`,
			Example: "-- tocsin.yaml --\nbase_url: http://security.example.com\n", Mended: "-- tocsin.yaml --\nbase_url: https://security.example.com\n",
		},
		{
			Name: "odd-database", Level: source.Error,
			Wants: "the name of a database, without a password, and a query for it",
			Why: `tocsin.yaml lies in git, where many read it. Passwords come from the environment or from
files that only their owner can read.`,
			Example: "-- tocsin.yaml --\ninventory: {tailnets: inventory/tailnets.csv, nodes: {query: SELECT * FROM nodes, database: mysql}}\n",
			Mended:  "-- tocsin.yaml --\ninventory: {tailnets: inventory/tailnets.csv, nodes: {query: SELECT * FROM nodes, database: \"sqlite:var/nodes.db\"}}\n",
		},
		{
			Name: "odd-pattern", Level: source.Error,
			Wants:   "a pattern of ids such as TS-{year}-{number:3}",
			Why:     `Ids are numbered by it, and the next free one is found by it.`,
			Example: "-- tocsin.yaml --\nbulletins: {id: \"TS-{year}\"}\n", Mended: "-- tocsin.yaml --\nbulletins: {id: \"TS-{year}-{number:3}\"}\n",
		},
		{
			Name: "odd-address", Level: source.Error,
			Wants: "a plain e-mail address",
			Why: `Addresses with quotes, comments or routes are read differently by different programs, and
one that carries a second address would send a letter to it.`,
			Example: "-- tocsin.yaml --\norganization: {name: Example Networks, contact: security at example.com}\n",
			Mended:  "-- tocsin.yaml --\norganization: {name: Example Networks, contact: security@example.com}\n",
		},
	}
}
