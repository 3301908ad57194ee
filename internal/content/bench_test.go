package content

import (
	"os"
	"testing"

	"tocsin/internal/source"
)

func BenchmarkReadBulletin(b *testing.B) {
	data, err := os.ReadFile("../../content/bulletins/TS-2026-002.md")
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	room := new(plainReader)
	for b.Loop() {
		readBulletinIn(room, source.File{Name: "content/bulletins/TS-2026-002.md", Data: data})
	}
}

func BenchmarkReadFull(b *testing.B) {
	data := []byte(with(full))
	b.ReportAllocs()
	room := new(plainReader)
	for b.Loop() {
		readBulletinIn(room, source.File{Name: ours, Data: data})
	}
}
