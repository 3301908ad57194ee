package ledger

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"io"

	"tocsin/internal/notify"
)

// Lines of an export, each a JSON object on a line of its own whose first member says what
// it is. All of it is in order, and nothing of it depends on when or where it is written.
type (
	planLine struct {
		Line         string          `json:"line"` // "plan"
		Plan         string          `json:"plan"`
		Form         int             `json:"form"` // of its digest
		Kind         notify.Kind     `json:"kind,omitempty"`
		Created      string          `json:"created"`
		Deadline     string          `json:"deadline"`
		Transport    string          `json:"transport"`
		Undetermined notify.Choice   `json:"undetermined"`
		Digest       string          `json:"digest"`
		Superseded   string          `json:"superseded,omitempty"`
		Paused       string          `json:"paused,omitempty"`
		Dropped      string          `json:"dropped,omitempty"`
		Inputs       notify.Inputs   `json:"inputs"`
		Tables       json.RawMessage `json:"tables"`  // as the digest covers them
		Pattern      string          `json:"pattern"` // hex SHA-256 of the letter that is nobody's
	}
	rowLine struct {
		Line       string          `json:"line"` // "row"
		Plan       string          `json:"plan"`
		Row        int             `json:"row"`
		Tailnet    string          `json:"tailnet"`
		Standing   notify.Standing `json:"standing"`
		Kind       notify.Kind     `json:"kind,omitempty"`
		Clauses    []string        `json:"clauses"`
		Missing    []string        `json:"missing"`
		Nodes      int             `json:"nodes"`
		Commitment string          `json:"commitment"`
		State      State           `json:"state"`
		Attempts   int             `json:"attempts"`
		Changed    string          `json:"changed"`
		Next       string          `json:"next,omitempty"`
		Run        int64           `json:"run,omitempty"`
		Connection int             `json:"connection,omitempty"`
		Code       int             `json:"code,omitempty"`
		Enhanced   string          `json:"enhanced,omitempty"`
		Settled    Event           `json:"settled,omitempty"`
		Twice      bool            `json:"twice,omitempty"`
		Forgotten  string          `json:"forgotten,omitempty"`
		Personal   *personalOfARow `json:"personal,omitempty"`
	}
	// personalOfARow is what a row's commitment is to, and what the chain's commitments to
	// replies are to, with the salt that opens them.
	personalOfARow struct {
		Name      string   `json:"name"`
		Address   string   `json:"address"`
		Reason    string   `json:"reason"`
		Trace     []string `json:"trace"`
		MessageID string   `json:"message_id"`
		Digest    string   `json:"digest"`
		Salt      []byte   `json:"salt"`
		Queue     string   `json:"queue,omitempty"`
		Reply     string   `json:"reply,omitempty"`
		Wire      string   `json:"wire,omitempty"`
	}
	settlementLine struct {
		Line string `json:"line"` // "settlement"
		Plan string `json:"plan"`
		Seq  int    `json:"seq"` // of its event
		Row  int    `json:"row"`
		How  Event  `json:"how"`
		Who  string `json:"who"`
		Why  string `json:"why"`
		Salt []byte `json:"salt"`
	}
	eventLine struct {
		Line string `json:"line"` // "event"
		Plan string `json:"plan"`
		Seq  int    `json:"seq"`
		Text string `json:"text"`
		Hash string `json:"hash"` // hex SHA-256 of the hash before (64 zeros at first), a line feed, and text
	}
)

// Export writes a plan down for an auditor: its head, its rows and its chain, as JSON Lines
// (https://jsonlines.org). Without personal there is nobody's name or address in it, and
// nothing that confirms a guess at one. Everything that its digest, its commitments and its
// seals are over is there, so that who has the formulas (docs/operating.md) needs no tocsin.
func (l *Ledger) Export(ctx context.Context, p Stored, personal bool, w io.Writer) error {
	if l.held == nil {
		return l.inOneMoment(ctx, p, func(l *Ledger, p Stored) error { return l.export(ctx, p, personal, w) })
	}
	if err := l.Enter(ctx); err != nil {
		return err
	}
	now, err := l.Plan(ctx, p.ID) // as it stands now, with its rows
	if err != nil {
		return err
	}
	return l.export(ctx, now, personal, w)
}

func (l *Ledger) export(ctx context.Context, p Stored, personal bool, w io.Writer) error {
	out := json.NewEncoder(w)
	out.SetEscapeHTML(false)
	return errors.Join(out.Encode(p.line()), l.exportRows(ctx, p, personal, out), l.exportSettlements(ctx, p, personal, out), l.exportApprovals(ctx, p, personal, out), l.exportEvents(ctx, p, out))
}

func (p Stored) line() planLine {
	return planLine{
		Line: "plan", Plan: p.ID.String(), Form: p.form, Kind: p.Kind, Created: stamp(p.Created), Deadline: stamp(p.Deadline),
		Transport: p.Transport, Undetermined: p.Undetermined, Digest: p.Digest, Superseded: p.Superseded, Paused: p.Paused, Dropped: p.Dropped,
		Inputs: p.Inputs, Tables: json.RawMessage(p.tables), Pattern: notify.Digest(p.pattern),
	}
}

func (l *Ledger) exportRows(ctx context.Context, p Stored, personal bool, out *json.Encoder) error {
	return each(ctx, l.db, func(rows *sql.Rows) error {
		var said reply
		d, err := scan(rows, &said.queue, &said.text, &said.wire)
		if err != nil {
			return damaged(p.ID, "rows", "one cannot be read (%v)", err)
		}
		line := rowLine{
			"row", p.ID.String(), d.Row, string(d.Tailnet), d.Standing, d.Kind, d.Clauses, d.Missing, d.Nodes, d.commitment, d.State, d.Attempts,
			d.Changed, d.Next, d.Run, d.Connection, d.Code, d.Enhanced, d.Settled, d.Twice, d.Erased, nil,
		}
		if personal && d.Erased == "" {
			line.Personal = &personalOfARow{d.Name, string(d.Address), string(d.Reason), d.Trace, d.MessageID, d.Digest, d.salt,
				said.queue.String, said.text.String, said.wire.String}
		}
		return out.Encode(line)
	}, "SELECT "+deliveryColumns+", queue, text, wire"+deliveryTables+"LEFT JOIN replies USING (plan, row) WHERE plan = ? ORDER BY row", p.key)
}

func (l *Ledger) exportSettlements(ctx context.Context, p Stored, personal bool, out *json.Encoder) error {
	return each(ctx, l.db, func(rows *sql.Rows) error {
		line := settlementLine{Line: "settlement", Plan: p.ID.String()}
		if err := rows.Scan(&line.Seq, &line.Row, &line.How, &line.Who, &line.Why, &line.Salt); err != nil {
			return err
		}
		if !personal {
			return nil // the event says all the rest
		}
		return out.Encode(line)
	}, "SELECT seq, row, how, who, why, salt FROM settlements WHERE plan = ? ORDER BY seq", p.key)
}

func (l *Ledger) exportEvents(ctx context.Context, p Stored, out *json.Encoder) error {
	return each(ctx, l.db, func(rows *sql.Rows) error {
		line := eventLine{Line: "event", Plan: p.ID.String()}
		if err := rows.Scan(&line.Seq, &line.Text, &line.Hash); err != nil {
			return err
		}
		return out.Encode(line)
	}, "SELECT seq, text, hash FROM events WHERE plan = ? ORDER BY seq", p.key)
}
