package cli

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"tocsin/internal/content"
	"tocsin/internal/notify/inventory"
	"tocsin/internal/tailnet"
)

// TestTablesOfOneMoment: whoever joins between one
// table and the next is in none of them (F29).
func TestTablesOfOneMoment(t *testing.T) {
	path := filepath.Join(t.TempDir(), "customers.db")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec("PRAGMA journal_mode(WAL); CREATE TABLE customers (tailnet, owner_email); INSERT INTO customers VALUES ('a.example.com', '')"); err != nil {
		t.Fatal(err)
	}
	r := &reading{site: &site{dir: filepath.Dir(path)}, ctx: context.Background(), rows: make(map[string]int64)}
	setting := content.Table{Query: "SELECT * FROM customers", Database: "sqlite:customers.db"}
	var seen [2]int
	for i := range seen {
		r.table("tailnets", setting, func(t inventory.Table) (inventory.Read, error) {
			return t.Tailnets(func(tailnet.Tailnet) { seen[i]++ })
		})
		if _, err := db.Exec("INSERT INTO customers VALUES ('b.example.com', '')"); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(r.result(), r.databases.close()); err != nil {
		t.Fatal(err)
	}
	if seen != [2]int{1, 1} {
		t.Errorf("rows of two readings: %v", seen)
	}
}
