package database

import (
	"context"
	"database/sql"
)

// Scratch is an empty database in memory, which is gone when it is closed.
func Scratch(ctx context.Context) (*sql.DB, error) { return connect(ctx, ":memory:") }
