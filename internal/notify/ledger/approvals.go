package ledger

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"tocsin/internal/notify"
)

// Approve keeps an approval with its plan. Whether it is one is the caller's to say, who
// has looked at those that are kept already and holds the lock since. It fails with an
// error while the plan is superseded, and where the same key has signed in this role.
func (l *Ledger) Approve(ctx context.Context, p Stored, a notify.Approval) error {
	return l.transact(ctx, func(tx *sql.Tx) error {
		var superseded sql.NullString
		var dropped string
		err := tx.QueryRowContext(ctx, "SELECT superseded, dropped FROM plans WHERE plan = ?", p.key).Scan(&superseded, &dropped)
		switch {
		case err != nil:
			return err
		case superseded.Valid:
			return fmt.Errorf("%s has taken the place of %s, so it is not approved any more", superseded.String, p.ID)
		case dropped != "":
			return fmt.Errorf("%s was dropped on %s, so it is not approved any more", p.ID, dropped)
		}
		seal := approvalSeal(p, a)
		_, err = tx.ExecContext(ctx,
			`INSERT INTO approvals (plan, number, fingerprint, role, principal, reason, at, statement, signature, seal)
			 SELECT ?1, count(*) + 1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9 FROM approvals WHERE plan = ?1`,
			p.key, a.Fingerprint, string(a.Role), a.Principal, a.Reason, stamp(a.At), a.Statement, a.Signature, seal)
		if err != nil {
			return err
		}
		return l.record(ctx, tx, p, a.At, approvedKind, sealLine(seal))
	})
}

// approvalSeal digests an approval with its plan. No person is in it that the signature
// does not name, and the signature is by a key.
func approvalSeal(p Stored, a notify.Approval) string {
	digester := notify.NewDigester()
	digester.Add("approval", p.ID.String(), p.Digest, a.Fingerprint, string(a.Role), a.Principal, a.Reason, stamp(a.At),
		notify.Digest(a.Statement), notify.Digest(a.Signature))
	return digester.Sum()
}

// sealLine is the line of an approval in its plan's chain. It begins with no digit, as the
// lines of rows do.
func sealLine(seal string) string { return "seal " + seal }

// Approvals reads the approvals of a plan, in the order in which they came. What is not
// as it was written down is an [ErrChanged].
func (l *Ledger) Approvals(ctx context.Context, p Stored) (all []notify.Approval, err error) {
	rows, err := l.db.QueryContext(ctx,
		"SELECT number, fingerprint, role, principal, reason, at, statement, signature, seal FROM approvals WHERE plan = ? ORDER BY number", p.key)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var a notify.Approval
		var number int
		var at, seal string
		if err := rows.Scan(&number, &a.Fingerprint, &a.Role, &a.Principal, &a.Reason, &at, &a.Statement, &a.Signature, &seal); err != nil {
			return nil, fmt.Errorf("approval %d of %s cannot be read (%v): %w", len(all)+1, p.ID, err, ErrChanged)
		}
		a.At, err = time.Parse(time.RFC3339, at)
		if err != nil || number != len(all)+1 || stamp(a.At) != at || approvalSeal(p, a) != seal {
			return nil, fmt.Errorf("approval %d of %s: %w", len(all)+1, p.ID, ErrChanged)
		}
		all = append(all, a)
	}
	return all, rows.Err()
}

// approvalLine is an approval in an export. The seal is what the chain has of it.
type approvalLine struct {
	Line        string                `json:"line"` // "approval"
	Plan        string                `json:"plan"`
	Number      int                   `json:"number"`
	Fingerprint string                `json:"fingerprint"`
	Role        notify.Role           `json:"role"`
	At          string                `json:"at"`
	Seal        string                `json:"seal"`
	Personal    *personalOfAnApproval `json:"personal,omitempty"`
}

// personalOfAnApproval is who signed, and what: ssh-keygen -Y verify takes the statement
// and, in its armour, the signature.
type personalOfAnApproval struct {
	Principal string `json:"principal"`
	Reason    string `json:"reason,omitempty"`
	Statement string `json:"statement"`
	Signature []byte `json:"signature"`
}

func (l *Ledger) exportApprovals(ctx context.Context, p Stored, personal bool, out *json.Encoder) error {
	kept, err := l.Approvals(ctx, p)
	for i, a := range kept {
		line := approvalLine{"approval", p.ID.String(), i + 1, a.Fingerprint, a.Role, stamp(a.At), approvalSeal(p, a), nil}
		if personal {
			line.Personal = &personalOfAnApproval{a.Principal, a.Reason, string(a.Statement), a.Signature}
		}
		err = errors.Join(err, out.Encode(line))
	}
	return err
}

// Decided counts the rows of a plan by standing and clauses, in that order.
func (l *Ledger) Decided(ctx context.Context, p Stored) (all []notify.Decided, err error) {
	rows, err := l.db.QueryContext(ctx,
		"SELECT standing, nullif(kind, ?) AS follows, clauses, count(*) FROM deliveries WHERE plan = ? GROUP BY 1, 2, 3 ORDER BY 1, 2, 3", string(notify.FirstNotice), p.key)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var d notify.Decided
		var clauses string
		var kind sql.NullString
		if err := rows.Scan(&d.Standing, &kind, &clauses, &d.Rows); err != nil {
			return nil, err
		}
		d.Kind = notify.Kind(kind.String)
		if err := json.Unmarshal([]byte(clauses), &d.Clauses); err != nil {
			return nil, fmt.Errorf("the clauses of a row of %s cannot be read: %w", p.ID, ErrChanged)
		}
		all = append(all, d)
	}
	return all, rows.Err()
}

// Pattern is what the letters of the plan have in common, as [notify.Composer.Pattern]
// made it; the digest covers it. A plan of the first schema has none.
func (p Stored) Pattern() []byte { return p.pattern }
