package planning

import (
	"fmt"
	"slices"
	"strconv"
	"testing"

	"tocsin/internal/notify"
	"tocsin/internal/tailnet"
)

// town is tailnets with names as they are in life, ten nodes each.
func town(tailnets int) *walk {
	w := new(walk)
	for i := range tailnets {
		id := tailnet.ID(fmt.Sprintf("bakery-%05d.example.com", i))
		w.tailnets = append(w.tailnets, tailnet.Tailnet{ID: id, DisplayName: fmt.Sprintf("Example Farm, Orchard & Sons %05d", i), OwnerEmail: "owner@" + string(id)})
		for n := range 10 {
			number := i*10 + n
			name := []string{"desktop", "laptop", "server", "windows", "frontdesk-%d", "till-%d", "office-pc-%d", "laptop-%d", "studio-%d", "nas-%d"}[n]
			switch {
			case n > 3:
				name = fmt.Sprintf(name, number)
			case i%10 > 0: // one in ten calls machines what they are
				name += "-" + strconv.Itoa(number)
			}
			w.nodes = append(w.nodes, tailnet.Node{Tailnet: id, ID: fmt.Sprintf("n%d", 100_000+number), Name: name, Product: "client", OS: "windows", Version: []string{"1.60.0", "1.62.1", "1.64.0-t1a2b3c4"}[n%3]})
		}
	}
	return w
}

// BenchmarkLetter is what a letter costs, and what it costs to prove it.
func BenchmarkLetter(b *testing.B) {
	w := town(1000)
	survey, names := w.survey(b)
	rows := slices.Collect(firsts(b, survey.Rows(notify.Hold)))
	for _, guarded := range []bool{false, true} {
		b.Run(fmt.Sprintf("guarded=%v", guarded), func(b *testing.B) {
			sources := w.sources(names)
			composer, err := sources.composer()
			if err != nil {
				b.Fatal(err)
			}
			if !guarded {
				composer.Guard = nil
			}
			plan := sources.head(1, notify.Hold, nil, now)
			b.ReportAllocs()
			b.ResetTimer()
			for done := 0; done < b.N; {
				for _, err := range composer.Entries(plan, withoutErrors(rows[:min(len(rows), b.N-done)])) {
					if err != nil {
						b.Fatal(err)
					}
					done++
				}
			}
		})
	}
}
