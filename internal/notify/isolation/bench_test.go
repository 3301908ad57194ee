package isolation

import (
	"fmt"
	"testing"

	"tocsin/internal/tailnet"
)

// BenchmarkNode is what the inventory's largest table costs: 5 million rows of it must
// not be felt.
func BenchmarkNode(b *testing.B) {
	const some, identifiers = 1 << 20, 10_000_000
	nodes := make([]tailnet.Node, some)
	for n := range nodes {
		nodes[n] = tailnet.Node{Tailnet: tailnet.ID(fmt.Sprintf("bakery-%d.example.com", n%100_000)), ID: fmt.Sprintf("n%d", 100_000+n), Name: fmt.Sprintf("desktop-%x", n*7)}
	}
	i := New(identifiers)
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		i.Node(nodes[n%some])
		n++
	}
	octets := 0
	for _, l := range i.layers {
		octets += len(l.blocks) * blockBits / 8
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(2*b.N), "ns/identifier")
	b.ReportMetric(float64(octets)/1e6, "MB")
}
