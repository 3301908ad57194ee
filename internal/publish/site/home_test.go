package site

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tocsin/internal/bulletin"
	"tocsin/internal/verdict"
)

// calls are eight bulletins that ask for action, a day apart.
func calls() []bulletin.Bulletin {
	var all []bulletin.Bulletin
	for i := range 8 {
		all = append(all, bulletin.Bulletin{
			ID: bulletin.ID(fmt.Sprintf("TS-2026-%03d", i+1)), Title: fmt.Sprintf("Fault %d", i+1), Status: bulletin.Public, Severity: bulletin.High,
			Published: day("2026-01-01").AddDate(0, 0, i), Action: bulletin.Action{Required: verdict.Yes},
		})
	}
	return all
}

// revise changes a bulletin long after it was published.
func revise(b *bulletin.Bulletin, material bool) {
	b.Revisions = append(b.Revisions, bulletin.Revision{Version: 2, At: day("2026-05-20"), Summary: "It is worse.", Material: material})
}

func buildOf(t *testing.T, all []bulletin.Bulletin) map[string]string {
	t.Helper()
	s := small(t)
	s.Bulletins = nil
	for _, b := range all {
		s.Bulletins = append(s.Bulletins, published(t, b))
	}
	return build(t, s)
}

var urgentID = regexp.MustCompile(`<p class="do"><a href="/trust/security-bulletins/([^/]+)/"`)

// TestMostUrgent: what is exploited comes before what may be, that before what readers were told of
// last, however old it is.
func TestMostUrgent(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(all []bulletin.Bulletin)
		want   string
	}{
		{"nothing said", func([]bulletin.Bulletin) {}, "ts-2026-008"},
		{"an old one told anew", func(all []bulletin.Bulletin) { revise(&all[0], true) }, "ts-2026-001"},
		{"a correction of an old one", func(all []bulletin.Bulletin) { revise(&all[0], false) }, "ts-2026-008"},
		{"suspected", func(all []bulletin.Bulletin) { all[1].Exploited.Word = "suspected"; revise(&all[0], true) }, "ts-2026-002"},
		{"confirmed", func(all []bulletin.Bulletin) {
			all[2].Exploited.Word, all[5].Exploited.Word = "confirmed", "suspected"
		}, "ts-2026-003"},
		{"two confirmed", func(all []bulletin.Bulletin) {
			all[2].Exploited.Word, all[5].Exploited.Word = "confirmed", "confirmed"
		}, "ts-2026-006"},
		{"confirmed that not", func(all []bulletin.Bulletin) { all[0].Exploited.Word = "confirmed_none" }, "ts-2026-008"},
		{"exploited, and nothing to do", func(all []bulletin.Bulletin) {
			all[7].Exploited.Word, all[7].Action.Required = "confirmed", verdict.No
		}, "ts-2026-007"},
	} {
		all := calls()
		c.change(all)
		m := urgentID.FindStringSubmatch(buildOf(t, all)["index.html"])
		if m == nil || m[1] != c.want {
			t.Errorf("%s: %q is the most urgent, want %s", c.name, m, c.want)
		}
	}
}

// TestUrgentSaysWhy: the box says that it is exploited and when it changed, and how many bulletins
// leave open whether to act.
func TestUrgentSaysWhy(t *testing.T) {
	all := calls()
	all[0].Exploited.Word, all[1].Action.Required = "confirmed", verdict.Unknown
	revise(&all[0], true)
	box, _, _ := strings.Cut(buildOf(t, all)["index.html"], "</section>")
	for _, want := range []string{">Exploited</span>", `changed <time datetime="2026-05-20">`, "All 7 bulletins that require action", "1 bulletin does not state yet whether you need to act."} {
		if !strings.Contains(box, want) {
			t.Errorf("the box does not say %q", want)
		}
	}
}

// TestToldLately: the first page shows what readers were told of last; lists keep the order of
// publication.
func TestToldLately(t *testing.T) {
	all := calls()
	revise(&all[0], true)
	revise(&all[1], false)
	files := buildOf(t, all)
	want := []string{"ts-2026-001", "ts-2026-008", "ts-2026-007", "ts-2026-006", "ts-2026-005"}
	for _, path := range []string{"index.html", "404.html"} {
		if diff := cmp.Diff(want, shownIn(files[path])); diff != "" {
			t.Errorf("%s: %s", path, diff)
		}
	}
	list := shownIn(files["security-bulletins/index.html"])
	if len(list) != 8 || list[0] != "ts-2026-008" || list[7] != "ts-2026-001" {
		t.Errorf("the list of all has another order: %q", list)
	}
}

// TestEntry: a row says which products it is about, when it changed, and that nobody knows whether
// it is exploited; of a withdrawn one none of that holds.
func TestEntry(t *testing.T) {
	for _, c := range []struct {
		name         string
		change       func(*bulletin.Bulletin)
		says, silent []string
	}{
		{"plain", func(*bulletin.Bulletin) {}, []string{"Exploitation not known", "<bdi>Example client</bdi>, <bdi>other</bdi>"}, []string{"changed"}},
		{"said not to be known", func(b *bulletin.Bulletin) { b.Exploited.Word = "unknown" }, []string{"Exploitation not known"}, nil},
		{"no evidence", func(b *bulletin.Bulletin) { b.Exploited.Word = "no_evidence" }, nil, []string{"xploit"}},
		{"confirmed that not", func(b *bulletin.Bulletin) { b.Exploited.Word = "confirmed_none" }, nil, []string{"xploit"}},
		{"exploited", func(b *bulletin.Bulletin) { b.Exploited.Word = "confirmed" }, []string{">Exploited</span>"}, []string{"not known"}},
		{"a correction", func(b *bulletin.Bulletin) { revise(b, false) }, []string{`, changed <time datetime="2026-05-20">20 May 2026</time>`}, nil},
		{"a correction on the same day", func(b *bulletin.Bulletin) { b.Revisions = []bulletin.Revision{{Version: 2, At: b.Published}} }, nil, []string{"changed"}},
		{"withdrawn", func(b *bulletin.Bulletin) {
			revise(b, true)
			b.Status, b.Retraction = bulletin.Withdrawn, &bulletin.Retraction{At: day("2026-05-21"), Reason: "Wrong."}
		}, []string{`"><span class="gone-word">Withdrawn:</span> Fault 1</a></h3>`}, []string{"xploit", "changed", "client", "everity"}},
	} {
		b := calls()[0]
		b.Affected = []bulletin.Affected{{Product: "client"}, {Product: "other"}, {Product: "client", Platforms: []string{"linux"}}}
		c.change(&b)
		card, err := rendererOf(t, small(t)).Card(Notice{Bulletin: published(t, b)})
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range c.says {
			if !strings.Contains(string(card.Entry), want) {
				t.Errorf("%s: the row does not say %q:\n%s", c.name, want, card.Entry)
			}
		}
		for _, other := range c.silent {
			if strings.Contains(string(card.Entry), other) {
				t.Errorf("%s: the row says %q:\n%s", c.name, other, card.Entry)
			}
		}
	}
}
