package content

import (
	"strings"
	"testing"
)

// Somebody who held the law against the matter says so, also where nothing applies.
func TestLegal(t *testing.T) {
	for _, c := range []struct {
		written, problems string
		entries           int
		assessed          bool
	}{
		{"none", "", 0, true},
		{"\"none\"", "", 0, true},
		{"None", "6:8 unknown-word", 0, false},
		{"no", "6:8 unknown-word", 0, false},
		{"", "6:7 no-value", 0, false},
		{"[]", "6:8 not-a-list", 0, false},
		{"{}", "6:8 not-a-list", 0, false},
		{"[none]", "6:9 not-a-mapping", 0, false},
		{"[{regime: A, applies: yes, effect: require}]", "", 1, true},
		{"[{regime: A, applies: no}, {regime: B, applies: unknown, effect: delay, deadline: 2026-06-01}]", "", 2, true},
		{"[{regime: A, applies: no, effect: require}]", "", 1, true},
		{"[{regime: A, applies: unknown}]", "6:9 missing-key", 1, true},
		{"[{regime: A, applies: maybe, effect: delay}]", "6:30 unknown-word", 1, true},
		{"[{regime: A, effect: delay}]", "6:9 missing-key", 1, true},
		{"[{applies: yes, effect: forbid, regime: A}]", "6:32 unknown-word", 1, true},
	} {
		got, problems := readOne(t, with("legal: "+c.written))
		if said(problems) != c.problems || len(got) != 1 || len(got[0].Legal) != c.entries || got[0].LegalAssessed != c.assessed {
			t.Errorf("%s: %q, want %q: %d read", c.written, said(problems), c.problems, len(got))
		}
	}
}

// Half an override overrides nothing (F18).
func TestOverridesAreWhole(t *testing.T) {
	for _, c := range []struct {
		written, problems string
		counts            bool
	}{
		{"{override: required, reason: R, by: B}", "", true},
		{"{override: not_required, reason: R, by: B}", "", true},
		{"{override: required, reason: R}", "7:13 missing-key", false},
		{"{override: required, by: B}", "7:13 missing-key", false},
		{"{reason: R, by: B}", "7:13 missing-key", false},
		{"{override: required, reason: \"\", by: B}", "7:42 no-value", false},
		{"{override: required, reason: R, by: ' '}", "7:49 no-value", false},
		{"{override: held, reason: R, by: B}", "7:24 unknown-word", false},
		{"{override: Required, reason: R, by: B}", "7:24 unknown-word", false},
		{"{override: required, reason: R, by: B, until: 2026-06-01}", "7:52 unknown-key", true},
		{"required", "7:13 not-a-mapping", false},
		{"{override: required, reason: \"a\\nb\", by: B}", "7:42 several-lines", true},
	} {
		got, problems := readOne(t, with("decision:\n  disclose: "+c.written))
		if said(problems) != c.problems || len(got) != 1 || (got[0].Overrides.Disclose != nil) != c.counts || got[0].Overrides.Notify != nil {
			t.Errorf("%s: %q, want %q: %d read", c.written, said(problems), c.problems, len(got))
		}
	}
	for _, text := range []string{"decision: required", "decision: [disclose]"} {
		if _, problems := readOne(t, with(text)); said(problems) != "6:11 not-a-mapping" {
			t.Errorf("%s: %q", text, said(problems))
		}
	}
}

// What a command writes of a bulletin's life is held to its form as well.
func TestRevisionsAndTheRest(t *testing.T) {
	for _, c := range []struct{ lines, problems string }{
		{"revisions: [{version: 1, at: 2026-05-03, summary: S}]", ""},
		{"revisions: [{version: 1, at: 2026-05-03, summary: S, material: yes}]", ""},
		{"revisions: [{version: 2, at: 2026-05-03, summary: S}]", "6:13 missing-key"},
		{"revisions: [{version: 2, at: 2026-05-03, summary: S, material: unknown}]", "6:64 unknown-word"},
		{"revisions: [{at: 2026-05-03, summary: S}]", "6:13 missing-key"},
		{"revisions: [{version: 1, summary: S}]", "6:13 missing-key"},
		{"revisions: [{version: 1, at: 2026-05-03}]", "6:13 missing-key"},
		{"revisions: [{version: -1, at: 2026-05-03, summary: S}]", "6:23 not-a-number"},
		{"revisions: [{version: 1.0, at: 2026-05-03, summary: S}]", "6:23 not-a-number"},
		{"revisions: [{version: [1], at: 2026-05-03, summary: S}]", "6:23 not-a-number"},
		{"revisions: {version: 1}", "6:12 not-a-list"},
		{"withdrawn: {at: 2026-05-03, reason: R}", ""},
		{"withdrawn: {reason: R}", "6:12 missing-key"},
		{"withdrawn: {at: 2026-05-03}", "6:12 missing-key"},
		{"withdrawn: {at: 2026-05-03, reason: R, superseded_by: ts-2026-005}", "6:55 odd-id"},
		{"withdrawn: 2026-05-03", "6:12 not-a-mapping"},
		{"next_update: soon", "6:14 not-a-date"},
		{"done: [{at: 2026-05-03, what: W}]", ""},
		{"done: [{at: 2026-05-03, event: W}]", "6:8 missing-key, 6:25 unknown-key"},
		{"done: [{what: W}]", "6:8 missing-key"},
		{"timeline: [{at: 2026-05-03, event: \"a\\nb\"}]", "6:36 several-lines"},
		{"notified: {count: 0, first: 2026-05-03, last: 2026-05-03}", ""},
		{"notified: {count: 1204, first: 2026-05-03}", "6:11 missing-key"},
		{"notified: {count: 1204, last: 2026-05-03}", "6:11 missing-key"},
		{"notified: {first: 2026-05-03, last: 2026-05-03}", "6:11 missing-key"},
		{"notified: {count: 1_204, first: 2026-05-03, last: 2026-05-03}", "6:19 not-a-number"},
		{"notified: 1204", "6:11 not-a-mapping"},
		{"credits: [{type: finder}]", "6:11 missing-key"},
		{"credits: [{name: A, type: Finder}]", "6:27 unknown-word"},
		{"references: [{summary: S}]", "6:14 missing-key"},
	} {
		got, problems := readOne(t, with(c.lines))
		if said(problems) != c.problems || len(got) != 1 {
			t.Errorf("%s: %q, want %q", c.lines, said(problems), c.problems)
		}
	}
}

// Nothing is silenced by halves (F15).
func TestSuppressionsAreWhole(t *testing.T) {
	for _, c := range []struct {
		written, problems string
		counts            int
	}{
		{"{code: placeholder, reason: R, until: 2026-12-31}", "", 1},
		{"{code: placeholder, reason: R}", "7:5 missing-key", 0},
		{"{code: placeholder, until: 2026-12-31}", "7:5 missing-key", 0},
		{"{reason: R, until: 2026-12-31}", "7:5 missing-key", 0},
		{"{code: placeholder, reason: R, until: always}", "7:43 not-a-date", 0},
		{"{code: placeholder, reason: \"\", until: 2026-12-31}", "7:33 no-value", 0},
		{"{code: Placeholder, reason: R, until: 2026-12-31}", "7:12 odd-code", 0},
		{"{code: \"*\", reason: R, until: 2026-12-31}", "7:12 odd-code", 0},
		{"placeholder", "7:5 not-a-mapping", 0},
	} {
		got, problems := readOne(t, with("suppress:\n  - "+c.written))
		if said(problems) != c.problems || len(got) != 1 || len(got[0].Suppress) != c.counts {
			t.Errorf("%s: %q, want %q: %d read", c.written, said(problems), c.problems, len(got))
		}
	}
}

// A draft may leave out what publication needs: whatever is missing in it is a warning.
func TestDraftsMayBeIncomplete(t *testing.T) {
	draft := strings.Replace(with("legal: [{applies: unknown}]\nrevisions: [{summary: S}]\naction: {required: some}\ncredits: [{type: finder}]"), "status: published", "status: draft", 1)
	got, problems := readOne(t, draft)
	if len(got) != 1 || problems.Errors() > 0 || len(problems) != 7 {
		t.Errorf("%d errors: %s", problems.Errors(), said(problems))
	}
	for _, p := range problems {
		if !p.Softened {
			t.Errorf("%s would not keep it from being released", p.Position)
		}
	}
}
