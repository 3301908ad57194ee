package check

import (
	"strings"
	"testing"

	"tocsin/internal/source"
)

// A row that says neither platform nor first version is noted, with whom it counts for.
func TestRowBounds(t *testing.T) {
	for row, want := range map[string]string{
		"product: client, fixed: 1.66.1, available: 2026-05-03":                     "windows, linux and every version before 1.66.1",
		"product: client, last_affected: 1.66.0":                                    "windows, linux and every version up to 1.66.0",
		"product: client, unfixed: in work":                                         "windows, linux and every version",
		"product: client, platforms: [linux], fixed: 1.66.1, available: 2026-05-03": "",
		"product: client, introduced: 1.30.0, fixed: 1.66.1, available: 2026-05-03": "",
		"product: gateway, fixed: 1.66.1, available: 2026-05-03":                    "",
		"product: server, deployed: 2026-05-03":                                     "",
	} {
		got := ""
		for _, p := range problemsOf(t, sample(t, "affected:\n  - {"+row+"}\n")) {
			if p.Code == "row-unbounded" {
				_, got, _ = strings.Cut(p.Message, "it counts for ")
				if p.Level != source.Note {
					t.Errorf("%s: a %s", row, p.Level)
				}
			}
		}
		if got != want {
			t.Errorf("%s: %q, want %q", row, got, want)
		}
	}
}
