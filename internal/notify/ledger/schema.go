package ledger

// schemaVersion counts the steps in migrations.
const schemaVersion = 1

// migrations make the schema, one step a version. A step that has shipped is never
// changed: the next one changes what it made.
var migrations = [schemaVersion]string{`
CREATE TABLE plans (
	plan         INTEGER PRIMARY KEY,
	bulletin     TEXT    NOT NULL,
	number       INTEGER NOT NULL CHECK (number > 0),
	created      TEXT    NOT NULL, -- RFC 3339, UTC
	deadline     TEXT    NOT NULL,
	transport    TEXT    NOT NULL,
	undetermined TEXT    NOT NULL,
	inputs       TEXT    NOT NULL, -- JSON object: name to digest
	inputs_seal  TEXT    NOT NULL,
	digest       TEXT    NOT NULL,
	superseded   TEXT,             -- name of the plan that took this one's place
	UNIQUE (bulletin, number)
) STRICT;

CREATE TABLE deliveries (
	plan        INTEGER NOT NULL REFERENCES plans,
	row         INTEGER NOT NULL,
	tailnet     TEXT    NOT NULL,
	standing    TEXT    NOT NULL,
	clauses     TEXT    NOT NULL, -- JSON list
	missing     TEXT    NOT NULL, -- JSON list
	nodes       INTEGER NOT NULL,
	message_id  TEXT    NOT NULL,
	digest      TEXT    NOT NULL,
	state       TEXT    NOT NULL,
	attempts    INTEGER NOT NULL DEFAULT 0,
	changed     TEXT    NOT NULL, -- RFC 3339, UTC: when the state was last set
	detail      TEXT    NOT NULL DEFAULT '',
	PRIMARY KEY (plan, row),
	UNIQUE (plan, tailnet)        -- no tailnet stands twice in a plan
) STRICT, WITHOUT ROWID;

-- What is personal stands apart from what happened.
CREATE TABLE recipients (
	plan    INTEGER NOT NULL REFERENCES plans,
	row     INTEGER NOT NULL,
	name    TEXT    NOT NULL,
	address TEXT    NOT NULL,
	reason  TEXT    NOT NULL, -- why this address
	trace   TEXT    NOT NULL, -- JSON list: which were passed over, and why
	PRIMARY KEY (plan, row)
) STRICT, WITHOUT ROWID;

CREATE INDEX deliveries_by_state ON deliveries (plan, state, row);

CREATE TABLE letters (
	plan    INTEGER NOT NULL REFERENCES plans,
	row     INTEGER NOT NULL,
	message BLOB    NOT NULL,
	PRIMARY KEY (plan, row)
) STRICT;
`}
