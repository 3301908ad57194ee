package ledger

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"

	"tocsin/internal/notify"
)

// writer writes the rows of one plan, and digests them as they go by.
type writer struct {
	plan                   Stored
	salts                  io.Reader
	letters                *packer
	deliver, concern, keep *sql.Stmt
	salt                   [notify.SaltOctets]byte
}

func newWriter(ctx context.Context, tx *sql.Tx, plan Stored, salts io.Reader) (w *writer, err error) {
	w = &writer{plan: plan, salts: salts, letters: newPacker(plan.pattern)}
	for query, statement := range map[string]**sql.Stmt{
		`INSERT INTO deliveries (plan, row, tailnet, standing, kind, clauses, missing, nodes, commitment, state, changed)
		 VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`: &w.deliver,
		"INSERT INTO recipients (plan, row, name, address, reason, trace, message_id, digest, salt) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)": &w.concern,
		"INSERT INTO letters (plan, row, octets, message) VALUES (?, ?, ?, ?)":                                                          &w.keep,
	} {
		if *statement, err = tx.PrepareContext(ctx, query); err != nil {
			return nil, errors.Join(err, w.close())
		}
	}
	return w, nil
}

func (w *writer) close() error {
	var failures []error
	for _, s := range []*sql.Stmt{w.deliver, w.concern, w.keep} {
		if s != nil {
			failures = append(failures, s.Close())
		}
	}
	return errors.Join(failures...)
}

// all writes every row, one after the other, counts them, and returns the plan's digest.
func (w *writer) all(ctx context.Context, counted *notify.Plan, entries iter.Seq2[notify.Entry, error]) (digest string, err error) {
	seal, row := w.plan.begin(), 0
	counted.Counts = make(notify.Counts)
	for e, err := range entries {
		if err != nil {
			return "", err
		}
		row++
		commitment, err := w.commit(e)
		if err == nil {
			err = w.write(ctx, row, e, commitment)
		}
		if err != nil {
			return "", err
		}
		counted.Count(e.Standing, e.Kind, 1)
		w.plan.row(seal, e, commitment)
	}
	return seal.Sum(), nil
}

// commit draws the row's salt and commits the row to what it says about people.
func (w *writer) commit(e notify.Entry) (string, error) {
	if _, err := io.ReadFull(w.salts, w.salt[:]); err != nil {
		return "", err
	}
	return notify.Commitment(w.salt[:], e), nil
}

// write puts a row where it belongs: what happens to it, whom it concerns, its letter.
func (w *writer) write(ctx context.Context, row int, e notify.Entry, commitment string) error {
	state, err := firstState(e)
	if err != nil {
		return err
	}
	clauses, err1 := list(e.Clauses)
	missing, err2 := list(e.Missing)
	trace, err3 := list(e.Trace)
	if err := errors.Join(err1, err2, err3); err != nil {
		return err
	}
	_, err = w.deliver.ExecContext(ctx, w.plan.key, row, string(e.Tailnet), string(e.Standing), string(e.Kind), clauses, missing,
		e.Nodes, commitment, string(state), stamp(w.plan.Created))
	if err == nil {
		_, err = w.concern.ExecContext(ctx, w.plan.key, row, e.Name, string(e.Address), string(e.Reason), trace, e.MessageID, e.Digest, w.salt[:])
	}
	if err == nil && state == Planned {
		err = w.letter(ctx, row, e.Message)
	}
	return err
}

// letter packs a row's letter and puts it away.
func (w *writer) letter(ctx context.Context, row int, message []byte) error {
	packed, err := w.letters.pack(message)
	if err == nil {
		_, err = w.keep.ExecContext(ctx, w.plan.key, row, len(message), packed)
	}
	return err
}

// firstState is where a row begins: planned where it has a letter. A row whose letter
// does not go with its standing is refused.
func firstState(e notify.Entry) (State, error) {
	if (e.Message != nil) != (e.Standing == notify.Mailed) {
		return "", fmt.Errorf("the row of tailnet %q is %s and its letter does not agree", e.Tailnet, e.Standing)
	}
	if e.Message == nil {
		return NoLetter, nil
	}
	return Planned, nil
}

// list writes words as a JSON list.
func list(words []string) (string, error) {
	data, err := json.Marshal(append([]string{}, words...)) // none is [], not null
	return string(data), err
}
