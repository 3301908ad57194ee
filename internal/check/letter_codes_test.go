package check

import (
	"strings"
	"testing"
)

// A list of letters' codes tells of the bulletin that it stands beside: where readers cannot
// see that, it is an error, and so is one of no bulletin at all (F55).
func TestLetterCodes(t *testing.T) {
	const list = "-- content/bulletins/TS-2026-004.codes --\ntocsin letter codes 1 of TS-2026-004\n00112233445566778899aabbccdd\n"
	for name, c := range map[string]struct{ text, want string }{
		"published":         {"-- content/bulletins/TS-2026-004.md --\n" + list, ""},
		"a draft":           {"-- content/bulletins/TS-2026-004.md --\nstatus: draft\n" + list, "bulletins/TS-2026-004.codes error letter-codes"},
		"private":           {"-- content/bulletins/TS-2026-004.md --\nstatus: private\n" + list, "bulletins/TS-2026-004.codes error letter-codes"},
		"of no bulletin":    {"-- content/bulletins/TS-2026-005.md --\n" + list, "bulletins/TS-2026-004.codes error letter-codes"},
		"of another's list": {"-- content/bulletins/TS-2026-004.md --\n" + strings.Replace(list, "of TS-2026-004", "of TS-2026-005", 1), "bulletins/TS-2026-004.codes error letter-codes"},
	} {
		var got []string
		for line := range strings.Lines(said(problemsOf(t, sample(t, c.text)))) {
			if strings.Contains(line, "letter-codes") {
				got = append(got, strings.TrimSpace(line))
			}
		}
		if strings.Join(got, "\n") != c.want {
			t.Errorf("%s: found %q, want %q", name, got, c.want)
		}
	}
}
