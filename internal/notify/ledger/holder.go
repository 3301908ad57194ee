package ledger

import (
	"errors"
	"path/filepath"

	"tocsin/internal/lock"
)

// Holder is who has a ledger open for writing at the moment, and what for, such as "pid 4242:
// sending TS-2026-004/1"; empty where nobody has, or where nobody can tell. It is a help for
// people: the holder may be gone by the time it is read.
func Holder(path string) string {
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real
	}
	if lock.Note(path+".lock") == "" {
		return "" // and nobody is kept from it
	}
	free, err := lock.Acquire(path+".lock", "looking who has the ledger")
	var held *lock.HeldError
	if errors.As(err, &held) {
		return held.Holder
	}
	if err == nil {
		_ = free.Release() // who cannot say so lets go all the same when it ends
	}
	return ""
}
