package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"tocsin/internal/notify/sample"
)

// planOf is the sample bulletin that is planned. It concerns three nodes of ten: those
// that run Windows, from version 1.58.0 on and before 1.66.1.
const planOf = "TS-2026-002"

// stock is an inventory, made from a seed.
type stock struct {
	seed            uint64
	tailnets, nodes int
	allHit          bool // every tailnet has one node more, which is concerned
}

// The tables, below a site. Users and contacts are none of them: one table of users would
// be six times as long as that of nodes.
const (
	tailnetsFile = "inventory/tailnets.csv"
	nodesFile    = "inventory/nodes.csv"
	hitsFile     = "inventory/nodes-hit.csv"
)

// files are the tables of a site, by their paths.
func (s stock) files(site string) (names []string) {
	for _, name := range []string{tailnetsFile, nodesFile, hitsFile} {
		if name != hitsFile || s.allHit {
			names = append(names, filepath.Join(site, filepath.FromSlash(name)))
		}
	}
	return names
}

// write makes a sample site with this inventory in place of its own.
func (s stock) write(ctx context.Context, tocsin, site string) error {
	if _, _, err := took(ctx, 0, []string{tocsin, "init", site}); err != nil {
		return err
	}
	for _, unread := range []string{"users.csv", "contacts.csv", "export.yaml"} {
		if err := os.Remove(filepath.Join(site, "inventory", unread)); err != nil {
			return err
		}
	}
	if err := onlyThese(filepath.Join(site, "tocsin.yaml")); err != nil {
		return err
	}
	size := sample.Size{Tailnets: s.tailnets, Nodes: s.nodes, Seed: s.seed}
	files := s.files(site)
	tables := []func(io.Writer) error{
		func(w io.Writer) error { return sample.WriteTailnets(w, size) },
		func(w io.Writer) error { return sample.WriteNodes(w, size) },
		func(w io.Writer) error { return writeHits(w, files[0]) },
	}
	for i, name := range files {
		if err := writeTable(name, tables[i]); err != nil {
			return err
		}
	}
	return nil
}

// onlyThese takes the other tables out of the settings.
func onlyThese(name string) error {
	text, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	for _, change := range [][2]string{
		{"nodes: inventory/nodes.csv", "nodes: inventory/nodes*.csv"},
		{"  users: inventory/users.csv\n", ""}, {"  contacts: inventory/contacts.csv\n", ""},
	} {
		if !bytes.Contains(text, []byte(change[0])) {
			return fmt.Errorf("%s: nothing there reads %q", name, change[0])
		}
		text = bytes.Replace(text, []byte(change[0]), []byte(change[1]), 1)
	}
	return replace(name, text)
}

func writeTable(name string, table func(io.Writer) error) error {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	w := bufio.NewWriterSize(f, 1<<20)
	return errors.Join(table(w), w.Flush(), f.Close())
}

// writeHits writes one node for each tailnet of a table.
func writeHits(w io.Writer, tailnets string) (err error) {
	f, err := os.Open(tailnets)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	rows := csv.NewReader(f)
	rows.ReuseRecord = true
	if _, err := rows.Read(); err != nil {
		return err
	}
	fmt.Fprintln(w, "tailnet,node_id,node_name,user_id,os,client_version,last_seen")
	for number := 1; ; number++ {
		row, err := rows.Read()
		if err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
		if _, err := fmt.Fprintf(w, "%s,m%d,reception,,windows,1.60.0,2026-05-03T06:00:00Z\n", row[0], number); err != nil {
			return err
		}
	}
}
