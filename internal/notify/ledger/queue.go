package ledger

import (
	"context"
	"database/sql"
)

// EachQueue calls visit for every row of a plan of which the relay said, when it took the
// letter, under which ID it queued it, in the order of rows. What was forgotten is not there.
func (l *Ledger) EachQueue(ctx context.Context, p Stored, visit func(row int, id string) error) error {
	if err := l.Enter(ctx); err != nil {
		return err
	}
	return each(ctx, l.db, func(rows *sql.Rows) error {
		var row int
		var id string
		if err := rows.Scan(&row, &id); err != nil {
			return err
		}
		return visit(row, id)
	}, "SELECT row, queue FROM replies WHERE plan = ? AND queue <> '' ORDER BY row", p.key)
}
