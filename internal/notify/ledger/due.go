package ledger

import (
	"context"
	"database/sql"
	"errors"
	"time"
)

// Due is when the first deferred letter of a plan comes due; zero where none is tried
// again.
func (l *Ledger) Due(ctx context.Context, p Stored) (time.Time, error) {
	var next string
	err := l.db.QueryRowContext(ctx, "SELECT next FROM deliveries WHERE plan = ? AND state = ? AND next > '' ORDER BY next LIMIT 1",
		p.key, string(Deferred)).Scan(&next)
	if errors.Is(err, sql.ErrNoRows) {
		return time.Time{}, nil
	}
	if err != nil {
		return time.Time{}, err
	}
	return time.Parse(time.RFC3339, next)
}
