package ledger

import (
	"context"
	"database/sql"
	"sync"
)

// everyLetter are the statements that a run needs for every letter. They are prepared when
// it starts: to parse one takes longer than to run it.
var everyLetter = [...]string{
	insertRecord, selectRecords, emptyJournal, selectWriting, selectRun, selectTip, selectDue, insertEvent, updateFooting, keepReplies, keepWires,
}

// statements are kept prepared until the ledger is closed.
type statements struct {
	sync.Mutex
	kept map[string]*sql.Stmt
}

// prepare prepares a statement, unless it is already. In a transaction of a writer it would
// wait for itself: that has one connection.
func (l *Ledger) prepare(ctx context.Context, query string) (*sql.Stmt, error) {
	l.statements.Lock()
	defer l.statements.Unlock()
	if s := l.statements.kept[query]; s != nil {
		return s, nil
	}
	s, err := l.db.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	if l.statements.kept == nil {
		l.statements.kept = make(map[string]*sql.Stmt)
	}
	l.statements.kept[query] = s
	return s, nil
}

// statement is one for a transaction, with which it ends: the prepared one where there is one.
func (l *Ledger) statement(ctx context.Context, tx *sql.Tx, query string) (*sql.Stmt, error) {
	l.statements.Lock()
	s := l.statements.kept[query]
	l.statements.Unlock()
	if s == nil {
		return tx.PrepareContext(ctx, query)
	}
	return tx.StmtContext(ctx, s), nil
}
