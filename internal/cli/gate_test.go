package cli

import (
	"strings"
	"testing"
	"time"

	"tocsin/internal/bulletin"
	"tocsin/internal/disclosure"
	"tocsin/internal/source"
	"tocsin/internal/verdict"
	versions "tocsin/internal/version"
)

// F18: what the policy holds, does not ask for, or cannot say yet is not released, as
// the one or as the other; unknown is never a yes.
func TestAllowed(t *testing.T) {
	day := func(d int) time.Time { return time.Date(2026, 5, d, 0, 0, 0, 0, time.UTC) }
	row := func(available time.Time) bulletin.Affected {
		return bulletin.Affected{
			Product: "client", Platforms: []string{"ios"}, Versions: versions.Range{Fixed: "1.66.1"}, Available: available,
			Position: source.Position{File: "x.md", Line: 7, Column: 5},
		}
	}
	asked := func(word string) bulletin.Answer { return bulletin.Answer{Word: word} }
	b := bulletin.Bulletin{
		ID: "TS-2026-004", Source: source.File{Name: "x.md"}, Severity: bulletin.High, Affected: []bulletin.Affected{row(day(3))},
		Action: bulletin.Action{Required: verdict.Yes, Text: "Update."}, Exploited: asked("no_evidence"), DataVisible: asked("no"), UsersAffected: asked("unknown"),
	}
	with := func(change func(*bulletin.Bulletin)) bulletin.Bulletin {
		c := b
		change(&c)
		return c
	}
	delay := bulletin.Legal{Regime: "Police request", Applies: verdict.Yes, Effect: bulletin.Delay, Deadline: day(30)}
	for _, c := range []struct {
		name                string
		b                   bulletin.Bulletin
		publicly, privately string // what the refusal says; empty: released
	}{
		{"plain", b, "", ""},
		{
			"no fix yet", with(func(b *bulletin.Bulletin) { b.Affected = []bulletin.Affected{row(day(3)), row(day(9))} }),
			"waits for client on ios (x.md:7:5)", "",
		},
		{
			"nobody knows of a fix", with(func(b *bulletin.Bulletin) { b.Affected = nil }),
			"it depends on fix_available", "",
		},
		{
			"little consequence", with(func(b *bulletin.Bulletin) { b.Severity = bulletin.Low }),
			"", "no sentence of the policy asks to tell anybody",
		},
		{
			"severity unknown", with(func(b *bulletin.Bulletin) { b.Severity = "" }),
			"", "it depends on severity",
		},
		{
			"visible for some", with(func(b *bulletin.Bulletin) {
				b.Severity, b.DataVisible, b.VisibleFor = bulletin.Low, asked("yes"), "listed"
			}),
			"", "",
		},
		{
			"visible, unknown for whom", with(func(b *bulletin.Bulletin) { b.Severity, b.DataVisible = bulletin.Low, asked("unknown") }),
			"", "it depends on tailnet_data_visible",
		},
		{"the law asks to wait", with(func(b *bulletin.Bulletin) { b.Legal = []bulletin.Legal{delay} }), "Police request until 2026-05-30", "Police request until 2026-05-30"},
		{
			"overridden: not to be published", with(func(b *bulletin.Bulletin) {
				b.Overrides.Disclose = &verdict.Override{Outcome: verdict.NotRequired, Reason: "Known since long.", By: "x"}
			}),
			"says itself that it is not to be published: Known since long.", "",
		},
	} {
		s := &site{now: day(4), rules: disclosure.Builtin()}
		for status, says := range map[bulletin.Status]string{bulletin.Public: c.publicly, bulletin.Private: c.privately} {
			c.b.Status = status
			err := s.allowed(c.b, s.ground(c.b))
			if (err == nil) != (says == "") || err != nil && !strings.Contains(err.Error(), says) {
				t.Errorf("%s, %s: %v; want %q", c.name, status, err, says)
			}
		}
	}
}
