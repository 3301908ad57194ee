package cli

import (
	"context"
	"os"

	"tocsin/internal/content"
)

const mebi = 1 << 20

// watchReading shows how much of the files of the inventory has been read, until done is
// called. What databases answer is not in it: nobody knows how much that will be.
func (p *program) watchReading(ctx context.Context, s *site) (done func()) {
	total := 0
	for name, table := range s.tables() {
		files, err := s.tableFiles(ctx, name, table.Files)
		if err != nil {
			continue // whoever reads it will say what is wrong
		}
		for _, f := range files {
			if info, err := os.Stat(s.path(f.Name)); err == nil {
				total += int(info.Size())
			}
		}
	}
	add, done := p.progress("reading the inventory, in MiB", max(1, total/mebi))
	octets := 0
	s.watched = func(read int) {
		before := octets / mebi
		octets += read
		if whole := octets/mebi - before; whole > 0 {
			add(whole)
		}
	}
	return done
}

// tables are the large tables of the inventory that stand in files, by their names.
func (s *site) tables() map[string]content.Table {
	i, files := s.config.Inventory, make(map[string]content.Table)
	for name, table := range map[string]content.Table{"tailnets": i.Tailnets, "nodes": i.Nodes, "users": i.Users, "contacts": i.Contacts} {
		if table.Is() && table.Query == "" {
			files[name] = table
		}
	}
	return files
}
