package content

// settingsKeys are the keys of tocsin.yaml.
func settingsKeys() []Key {
	keys := []Key{
		{
			Path: "base_url", Type: "URL", When: Always,
			Advice:  "Where readers will find the site, also while you build on your own machine: feeds and letters link there. `https:`; `http:` only for this machine.",
			Example: "base_url: https://security.example.com",
		},
		{
			Path: "organization", Type: "keys", When: Always,
			Advice:  "Who publishes.",
			Example: "organization: {name: Example Networks}",
		},
	}
	keys = append(keys, organizationKeys()...)
	keys = append(keys,
		Key{
			Path: "language", Type: "language tag", Default: "en",
			Advice:  "What the pages' own words are written in: `en`, `de`, or any language for which you write `templates/strings/<language>.json`. Your bulletins and policies stay as you wrote them.",
			Example: "language: en",
		},
		Key{
			Path: "repository", Type: "word", Words: []string{"private", "public"}, Default: "private",
			Advice:  "`public` where everybody can read what you commit. A draft, or a bulletin that is told by letter only, is an error there: write those in the `drafts` root.",
			Example: "repository: private",
		},
		Key{
			Path: "drafts", Type: "path",
			Advice:  "A second folder for bulletins that nobody outside may see yet, such as a private repository beside this one. `tocsin release` moves a bulletin over.",
			Example: "drafts: ../embargo",
		},
		Key{Path: "bulletins", Type: "keys", Advice: "Where bulletins stand, and how they are numbered.", Example: "bulletins: {path: /security-bulletins/}"},
		Key{
			Path: "bulletins.path", Type: "text", Default: "/security-bulletins/",
			Advice:  "The section on the website. Links from outside break when it changes.",
			Example: "bulletins: {path: /security-bulletins/}",
		},
		Key{
			Path: "bulletins.id", Type: "text", Default: "TS-{year}-{number:3}",
			Advice:  "How bulletins are numbered: a prefix of your own, the year, and a number of at least so many digits.",
			Example: "bulletins: {id: \"TS-{year}-{number:3}\"}",
		},
		Key{Path: "policies", Type: "keys", Advice: "Where policies stand.", Example: "policies: {path: /security-policies/}"},
		Key{
			Path: "policies.path", Type: "text", Default: "/security-policies/",
			Advice:  "The section on the website.",
			Example: "policies: {path: /security-policies/}",
		},
		Key{
			Path: "products", Type: "list of entries",
			Advice:  "What bulletins can be about: everything that you ship or run.",
			Example: "products: [{id: client, title: Example client, platforms: [windows]}]",
		})
	keys = append(keys, under("products[]", productKeys())...)
	keys = append(keys, inventoryKeys()...)
	keys = append(keys, mailKeys()...)
	keys = append(keys, Key{
		Path: "ledger", Type: "`sqlite:` and a path", Default: "sqlite:var/ledger.db",
		Advice:  "The record of every plan and of what became of each letter. Back it up; never restore an older one without reading what was sent since.",
		Example: "ledger: sqlite:var/ledger.db",
	})
	keys = append(keys, approvalKeys()...)
	return of(SettingsFile, keys...)
}

func organizationKeys() []Key {
	const whole = "{name: Example Networks, contact: security@example.com, namespace: https://example.com/security, unit: {one: tailnet, many: tailnets}}"
	return under("organization", []Key{
		{Path: "name", Type: "text", When: Always, Advice: "As customers know you.", Example: whole},
		{Path: "contact", Type: "address", Advice: "Where readers and finders write to; somebody must read it on a Sunday.", Example: whole},
		{
			Path: "namespace", Type: "URL", Default: "the host of `base_url`",
			Advice:  "What the ids of feeds and documents begin with. Set it before the first release and never change it, also when the site moves: readers would be alerted again to everything.",
			Example: whole,
		},
		{Path: "unit", Type: "keys", Default: "tailnet, tailnets", Advice: "What you call one customer's network, and several, in pages and letters.", Example: whole},
		{Path: "unit.one", Type: "text", When: Always, Advice: "One of them.", Example: whole},
		{Path: "unit.many", Type: "text", When: Always, Advice: "Several of them.", Example: whole},
	})
}

func productKeys() []Key {
	const whole = "{id: client, title: Example client, platforms: [windows, linux], version_suffix: build, update: {windows: winget upgrade Example.Client}, show_version: example version, purl: pkg:github/example/client}"
	return []Key{
		{Path: "id", Type: "text", When: Always, Advice: "A short word that bulletins name the product by. It never changes.", Example: whole},
		{Path: "title", Type: "text", When: Always, Advice: "The product's name, as users know it.", Example: whole},
		{Path: "platforms", Type: "list of texts", Advice: "What it runs on, spelt as in the `os` column of the node table.", Example: whole},
		{
			Path: "version_suffix", Type: "word", Words: []string{"build"}, Default: "a prerelease",
			Advice:  "`build` where 1.66.1-t9d5c0b is a build of 1.66.1. Without it, what follows a hyphen is a prerelease, which comes before 1.66.1 and counts as affected.",
			Example: whole,
		},
		{Path: "update", Type: "keys", Advice: "The command that updates it, by platform; letters tell it.", Example: whole},
		{Path: "update.*", Type: "text", Advice: "One line to paste into a terminal; `{fixed}` stands for the version.", Example: whole},
		{Path: "show_version", Type: "text", Advice: "The command that shows which version a computer runs.", Example: whole},
		{
			Path: "hosted", Type: "word", Words: []string{"yes", "no"}, Default: "no",
			Advice:  "`yes` for what you run yourselves: nobody installs it, nobody updates it, and no inventory shows it.",
			Example: "{id: coordination-server, title: Coordination server, hosted: yes}",
		},
		{Path: "purl", Type: "text", Advice: "Its package URL, by which scanners find it.", Example: whole},
	}
}

func inventoryKeys() []Key {
	const (
		whole     = "{tailnets: inventory/tailnets.csv, nodes: inventory/nodes-*.csv.gz, users: inventory/users.csv, contacts: inventory/contacts.csv, findings: findings, export: inventory/export.yaml, max_age: 72h}"
		asked     = `{database: "postgres://reader@db.example.com/customers", tailnets: {query: "SELECT id AS tailnet, owner AS owner_email FROM customers"}, nodes: {query: "SELECT customer AS tailnet, id AS node_id, os, version AS client_version FROM devices", database: "sqlite:var/devices.db"}, users: {query: "SELECT customer AS tailnet, id AS user_id FROM people"}, contacts: {query: "SELECT customer AS tailnet, email FROM contacts"}, findings: {query: "SELECT customer AS tailnet, status FROM findings WHERE bulletin = $1"}}`
		elsewhere = `{database: "env:CUSTOMERS_URL", tailnets: {query: "SELECT id AS tailnet, owner AS owner_email FROM customers", database: "sqlite:var/a.db"}, nodes: {query: "SELECT customer AS tailnet, id AS node_id, os, version AS client_version FROM devices", database: "sqlite:var/a.db"}, users: {query: "SELECT customer AS tailnet, id AS user_id FROM people", database: "sqlite:var/a.db"}, contacts: {query: "SELECT customer AS tailnet, email FROM contacts", database: "sqlite:var/a.db"}, findings: {query: "SELECT customer AS tailnet, status FROM findings WHERE bulletin = $1", database: "file:secrets/findings.url"}}`
		renamed   = "{tailnets: inventory/tailnets.csv, nodes: inventory/nodes.csv, columns: {nodes: {node_name: hostname, os: platform}}}"
	)
	keys := []Key{
		{Path: "tailnets", Type: "path, or keys", When: Always, Advice: "One row a customer, with the addresses to write to. Every table is CSV or JSON Lines, gzip or not; a pattern such as `nodes-*.csv` takes all its files as one table. With the keys `query` and `database`, a table is what a database answers.", Example: whole},
		{Path: "nodes", Type: "path, or keys", When: Always, Advice: "One row a node, with the version that it runs.", Example: whole},
		{Path: "users", Type: "path, or keys", Advice: "One row a user: who it is that a finding names.", Example: whole},
		{Path: "contacts", Type: "path, or keys", Advice: "Addresses for customers who have given none that can be written to, each with where it is from and who found it.", Example: whole},
		{Path: "findings", Type: "path, or keys", Default: "findings", Advice: "A folder with one table a bulletin, `TS-2026-004.csv`: what you know of single customers that no inventory shows, from logs, say. A folder that is written here must be there. A query has the bulletin's id as `$1`.", Example: whole},
		{Path: "database", Type: "name of a database", When: "where a query has none of its own", Advice: "The one that queries are put to. `postgres://user@host/name` without a password, which PostgreSQL's own ways give: `PGPASSWORD`, a file `.pgpass` of mode 0600, a certificate. Or `sqlite:` and a path. Or `env:` and the variable that holds the URL, `file:` and the path of a file of mode 0600 that does; a password may stand in those. All tables are read as they stood at one moment, and nothing is written; give it a role that may read these tables whole and nothing else. Over a network the server must prove who it is, unless the URL says `?sslmode=require`.", Example: asked},
		{Path: "export", Type: "path", Default: "`export.yaml` beside the table of tailnets", Advice: "What the export says of itself: when it was taken, how many rows each table has, the digest of each file. Where it is there, all of it must be true. A query needs none: it is as old as the question.", Example: whole},
		{Path: "max_age", Type: "hours", Default: "72h", Advice: "An export that was taken longer ago is refused: it misses who came since, and who has updated.", Example: whole},
		{Path: "columns", Type: "keys", Advice: "Where your tables have other names for columns: by table, the name that tocsin has for a column and the one that you have.", Example: renamed},
	}
	for _, table := range tables {
		keys = append(keys,
			Key{Path: table + ".query", Type: "SQL", When: Always, Advice: "One `SELECT` whose columns have the names that tocsin reads, by `AS` where yours differ. NULL is an empty cell.", Example: asked},
			Key{Path: table + ".database", Type: "name of a database", Default: "`inventory.database`", Advice: "The database of this table, where it is another.", Example: elsewhere})
		example := "{tailnets: inventory/tailnets.csv, nodes: inventory/nodes.csv, columns: {" + table + ": {tailnet: customer}}}"
		keys = append(keys,
			Key{Path: "columns." + table, Type: "keys", Advice: "The columns of this table that go by another name.", Example: example},
			Key{Path: "columns." + table + ".*", Type: "text", Advice: "Your name for this column.", Example: example})
	}
	return append([]Key{{
		Path: "inventory", Type: "keys", When: "when letters are planned",
		Advice:  "The private tables of customers and of their nodes. Nothing of them may reach git or the site.",
		Example: "inventory: {tailnets: inventory/tailnets.csv, nodes: inventory/nodes.csv}",
	}}, under("inventory", keys)...)
}

func mailKeys() []Key {
	const relayed = "mail: {from: Example Security <security@example.com>, transport: smtp://mail.example.com:587, credentials_file: secrets/relay, bounces: bounces@example.com, self: security-team@example.com, dkim: {domain: example.com, selector: s1, key_file: secrets/dkim.pem, ed25519: {selector: e1, key_file: secrets/dkim-ed25519.pem}}, key_file: secrets/plan.key}"
	const whole = "mail: {from: Example Security <security@example.com>, reply_to: security@example.com, contact_settings_url: https://login.example.com/contacts, transport: maildir:var/outbox, key_file: secrets/plan.key}"
	return []Key{
		{Path: "mail", Type: "keys", When: "when letters are planned", Advice: "How letters are made and sent.", Example: whole},
		{Path: "mail.from", Type: "name and address", When: Always, Advice: "Who writes; the same sender for years, so that people and filters know it.", Example: whole},
		{Path: "mail.reply_to", Type: "address", Default: "`from`", Advice: "Where answers go: to people, not to a machine.", Example: whole},
		{Path: "mail.contact_settings_url", Type: "URL", Advice: "The page on which an administrator changes the address that letters go to.", Example: whole},
		{
			Path: "mail.transport", Type: "`maildir:` and a path, or `smtp://` or `smtps://` and a host", When: Always,
			Advice:  "Where letters go. `maildir:`: into a folder, one file each, in which you can read them before anybody else does. `smtp://mail.example.com:587`: to a relay that must offer STARTTLS; `smtps://mail.example.com:465`: to one that is encrypted from the start. Without encryption letters go to this machine only, `smtp://localhost:25`.",
			Example: whole,
		},
		{
			Path: "mail.credentials_file", Type: "path", Default: "the relay takes letters without",
			Advice:  "A file of mode 0600 with a line `user: NAME` and a line `password: WORDS` (PLAIN or LOGIN) or `token: TOKEN` (XOAUTH2). It is read again for every connection, so that a program of yours can put a new token there while letters go. `TOCSIN_SMTP_PASSWORD` in the environment takes the place of its password.",
			Example: relayed,
		},
		{
			Path: "mail.bounces", Type: "address", Default: "letters bounce to `from`",
			Advice:  "What return paths are made of: letters bounce to `bounces+NAME@example.com`, each with a name of its own that only the holder of `key_file` can make. The mailbox must take what follows a `+`.",
			Example: relayed,
		},
		{
			Path: "mail.self", Type: "address", Default: "`from`",
			Advice:  "Where the letter goes that every plan begins with: to yourselves, to see that it arrives, that its signature holds and how it looks, before anybody else gets one. It is about no customer.",
			Example: relayed,
		},
		{Path: "mail.dkim", Type: "keys", Default: "letters are not signed here", Advice: "What letters to a relay are signed with (RFC 6376). Leave it out where the relay signs.", Example: relayed},
		{Path: "mail.dkim.domain", Type: "domain", Default: "that of `from`", Advice: "Whose signature it is: the domain of `from`, or one above it.", Example: relayed},
		{Path: "mail.dkim.selector", Type: "text", When: Always, Advice: "The key is published in DNS at `SELECTOR._domainkey.DOMAIN`; `tocsin dkim` prints the record.", Example: relayed},
		{Path: "mail.dkim.key_file", Type: "path", When: Always, Advice: "The private key, PEM, mode 0600: RSA of 2048 bits or more, or Ed25519.", Example: relayed},
		{Path: "mail.dkim.ed25519", Type: "keys", Default: "letters bear one signature", Advice: "A second key, which signs beside an RSA key: for receivers that have moved on (RFC 8463). Those that have not judge by the first.", Example: relayed},
		{Path: "mail.dkim.ed25519.selector", Type: "text", When: Always, Advice: "Its name in DNS: another one than the first key's.", Example: relayed},
		{Path: "mail.dkim.ed25519.key_file", Type: "path", When: Always, Advice: "The private key, PEM, mode 0600; `openssl genpkey -algorithm ED25519` makes one.", Example: relayed},
		{
			Path: "mail.key_file", Type: "path", When: Always,
			Advice:  "32 random bytes that `tocsin init` makes. Whoever has it can forge return addresses; who loses it cannot tell old letters apart.",
			Example: whole,
		},
	}
}
