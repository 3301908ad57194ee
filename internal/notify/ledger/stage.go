package ledger

import (
	"context"
	"database/sql"
	"errors"

	"tocsin/internal/bulletin"
)

// Stage is how far the plans of a bulletin have come: which is the last, and where its chain
// ends. Between two that are equal nobody has planned, and of the last plan nothing was sent,
// settled, approved or dropped. The zero Stage is that of a bulletin without plans.
type Stage struct {
	Last int // number of the last plan; 0: there is none
	end  link
}

// Stage reads how far a bulletin's plans have come, in one look: others may write meanwhile.
func (l *Ledger) Stage(ctx context.Context, id bulletin.ID) (s Stage, err error) {
	if err := l.Enter(ctx); err != nil {
		return Stage{}, err
	}
	err = l.db.QueryRowContext(ctx,
		`SELECT number, coalesce(seq, 0), coalesce(hash, '') FROM plans LEFT JOIN events USING (plan)
		 WHERE bulletin = ? ORDER BY number DESC, seq DESC LIMIT 1`, string(id)).Scan(&s.Last, &s.end.seq, &s.end.hash)
	if errors.Is(err, sql.ErrNoRows) {
		return Stage{}, nil
	}
	return s, err
}
