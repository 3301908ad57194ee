package ledger

// schemaVersion counts the steps in migrations.
const schemaVersion = 6

// journalSchema is the first that has a journal: what rows were behind of before is entered,
// and runs.entered means nothing any more.
const journalSchema = 6

// chainedSchema is the first that has a chain of events: what it finds it takes in.
const chainedSchema = 3

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
`, `
-- Of people and letters a digest covers commitments, so that it verifies when they are forgotten.
ALTER TABLE plans ADD COLUMN form    INTEGER NOT NULL DEFAULT 1; -- what the digest covers: 1 the rows as they are, 2 commitments
ALTER TABLE plans ADD COLUMN tables  TEXT    NOT NULL DEFAULT '{}'; -- JSON object: rows of the inventory's tables
ALTER TABLE plans ADD COLUMN pattern BLOB    NOT NULL DEFAULT x''; -- nobody's letter: what the letters are compressed against

ALTER TABLE deliveries ADD COLUMN commitment TEXT NOT NULL DEFAULT '';
ALTER TABLE deliveries ADD COLUMN erased     TEXT NOT NULL DEFAULT ''; -- RFC 3339, UTC: since when recipient and letter are forgotten

-- A letter's digest, and with the key its Message-ID too, would tell whoever guesses the
-- letter or the address that the guess is right.
ALTER TABLE recipients ADD COLUMN salt       BLOB NOT NULL DEFAULT x'';
ALTER TABLE recipients ADD COLUMN message_id TEXT NOT NULL DEFAULT '';
ALTER TABLE recipients ADD COLUMN digest     TEXT NOT NULL DEFAULT '';
UPDATE recipients SET message_id = d.message_id, digest = d.digest FROM deliveries AS d WHERE d.plan = recipients.plan AND d.row = recipients.row;
ALTER TABLE deliveries DROP COLUMN message_id;
ALTER TABLE deliveries DROP COLUMN digest;

ALTER TABLE letters ADD COLUMN octets INTEGER NOT NULL DEFAULT 0; -- of the letter: a message of fewer is compressed
UPDATE letters SET octets = length(message);
`, `
-- A chain of events a plan: nothing that happened can be taken back or altered unseen.
-- It names nobody.
CREATE TABLE events (
	plan INTEGER NOT NULL REFERENCES plans,
	seq  INTEGER NOT NULL CHECK (seq > 0),
	text TEXT    NOT NULL,
	hash TEXT    NOT NULL, -- hex SHA-256 of the hash before, a line feed and the text
	PRIMARY KEY (plan, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE runs (
	run    INTEGER PRIMARY KEY,
	plan   INTEGER NOT NULL REFERENCES plans,
	pid    INTEGER NOT NULL,
	host   TEXT    NOT NULL,
	boot   TEXT    NOT NULL, -- ID of the machine's boot: a process ends with it
	synced INTEGER NOT NULL, -- whether a dot mark is on the disk before the dot goes out
	began  TEXT    NOT NULL, -- RFC 3339, UTC
	ended  TEXT    NOT NULL DEFAULT '',
	fence  INTEGER NOT NULL DEFAULT 1 -- raised when the run was found gone: what it writes with an older one is refused
) STRICT;

ALTER TABLE deliveries DROP COLUMN detail;
ALTER TABLE deliveries ADD COLUMN next       TEXT    NOT NULL DEFAULT ''; -- RFC 3339, UTC: when it is tried again
ALTER TABLE deliveries ADD COLUMN run        INTEGER NOT NULL DEFAULT 0;  -- that begun it last
ALTER TABLE deliveries ADD COLUMN connection INTEGER NOT NULL DEFAULT 0;  -- of the run, over which the dot goes or went; 0 before it
ALTER TABLE deliveries ADD COLUMN code       INTEGER NOT NULL DEFAULT 0;  -- of the last reply (RFC 5321 §4.2)
ALTER TABLE deliveries ADD COLUMN enhanced   TEXT    NOT NULL DEFAULT ''; -- of the last reply (RFC 3463)
ALTER TABLE deliveries ADD COLUMN settled    TEXT    NOT NULL DEFAULT ''; -- how it was settled last
ALTER TABLE deliveries ADD COLUMN twice      INTEGER NOT NULL DEFAULT 0;  -- 1: sent again while nobody knew whether it had arrived
DROP INDEX deliveries_by_state;
CREATE INDEX deliveries_by_state ON deliveries (plan, state, next, row);

-- What a server said of a letter, and what went to it, can lead to the recipient.
CREATE TABLE replies (
	plan  INTEGER NOT NULL REFERENCES plans,
	row   INTEGER NOT NULL,
	queue TEXT    NOT NULL, -- the relay's queue ID
	text  TEXT    NOT NULL, -- without addresses
	wire  TEXT    NOT NULL, -- digest of what went out; empty where it is the letter's own
	PRIMARY KEY (plan, row)
) STRICT, WITHOUT ROWID;

CREATE TABLE settlements (
	plan INTEGER NOT NULL REFERENCES plans,
	seq  INTEGER NOT NULL, -- of its event
	row  INTEGER NOT NULL,
	how  TEXT    NOT NULL,
	who  TEXT    NOT NULL,
	why  TEXT    NOT NULL,
	salt BLOB    NOT NULL,
	PRIMARY KEY (plan, seq)
) STRICT, WITHOUT ROWID;

-- Who has signed a plan. The seal is over the rest of the row.
CREATE TABLE approvals (
	plan        INTEGER NOT NULL REFERENCES plans,
	number      INTEGER NOT NULL, -- in the order in which they came, from 1
	fingerprint TEXT    NOT NULL,
	role        TEXT    NOT NULL,
	principal   TEXT    NOT NULL,
	reason      TEXT    NOT NULL,
	at          TEXT    NOT NULL, -- RFC 3339, UTC: when it was taken in
	statement   BLOB    NOT NULL,
	signature   BLOB    NOT NULL,
	seal        TEXT    NOT NULL,
	PRIMARY KEY (plan, number),
	UNIQUE (plan, fingerprint, role)
) STRICT;
`, `
-- A plan that follows one of which people were told.
ALTER TABLE plans ADD COLUMN kind    TEXT NOT NULL DEFAULT ''; -- what those get who were told
ALTER TABLE plans ADD COLUMN paused  TEXT NOT NULL DEFAULT ''; -- name of the plan that is to take this one's place: until then nothing of it goes out
ALTER TABLE plans ADD COLUMN dropped TEXT NOT NULL DEFAULT ''; -- RFC 3339, UTC: when somebody abandoned it
ALTER TABLE deliveries ADD COLUMN kind TEXT NOT NULL DEFAULT ''; -- of its letter
CREATE INDEX settlements_by_row ON settlements (plan, row);
`, `
ALTER TABLE plans ADD COLUMN packing TEXT NOT NULL DEFAULT 'deflate'; -- of its letters against the pattern: deflate (RFC 1951) or s2
ALTER TABLE runs  ADD COLUMN entered INTEGER NOT NULL DEFAULT 0; -- event of the plan's chain up to which the rows say where the run's letters stand; 0: all of it
`, `
-- What a run has written and what is in no chain and no row yet: see journal.go. It is
-- emptied many times a minute, and empty where no run is at work.
CREATE TABLE journal (
	record INTEGER PRIMARY KEY, -- its run, and in the lower 32 bits its number in that, from 1
	text   TEXT    NOT NULL,
	hash   TEXT    NOT NULL     -- as in a chain; the first one's after the end of the plan's
) STRICT;
`}
