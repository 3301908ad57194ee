package inventory

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"io"
	"testing"

	"tocsin/internal/notify/sample"
	"tocsin/internal/tailnet"
)

// BenchmarkNodes reads 200,000 nodes in each format; beside it what encoding/csv alone
// takes for them, with nothing done to a row.
func BenchmarkNodes(b *testing.B) {
	const rows = 200_000
	var plain bytes.Buffer
	if err := sample.WriteNodes(&plain, sample.Size{Tailnets: rows / 10, Nodes: rows, Seed: 1}); err != nil {
		b.Fatal(err)
	}
	read := func(text string) func(*testing.B) {
		return func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			for b.Loop() {
				read, err := one("nodes", text).Nodes([]string{"client"}, nil, everybody, func(tailnet.Node) error { return nil })
				if err != nil || read.Rows != rows {
					b.Fatal(read.Rows, err)
				}
			}
		}
	}
	lines := asLines(b, plain.Bytes())
	b.Run("CSV", read(plain.String()))
	b.Run("CSV, compressed", read(zip(b, plain.String())))
	b.Run("JSON Lines", read(lines))
	b.Run("encoding csv alone", func(b *testing.B) {
		b.SetBytes(int64(plain.Len()))
		for b.Loop() {
			r := csv.NewReader(bytes.NewReader(plain.Bytes()))
			r.ReuseRecord = true
			for {
				if _, err := r.Read(); err == io.EOF {
					break
				} else if err != nil {
					b.Fatal(err)
				}
			}
		}
	})
}

// asLines writes CSV as JSON Lines.
func asLines(b *testing.B, text []byte) string {
	b.Helper()
	all, err := csv.NewReader(bytes.NewReader(text)).ReadAll()
	if err != nil {
		b.Fatal(err)
	}
	var out bytes.Buffer
	lines := json.NewEncoder(&out)
	for _, row := range all[1:] {
		object := make(map[string]string)
		for i, cell := range row {
			object[all[0][i]] = cell
		}
		if err := lines.Encode(object); err != nil {
			b.Fatal(err)
		}
	}
	return out.String()
}
