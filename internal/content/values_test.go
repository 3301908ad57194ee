package content

import (
	"slices"
	"strings"
	"testing"
	"time"

	"tocsin/internal/bulletin"
	"tocsin/internal/source"
	"tocsin/internal/verdict"
)

// with adds lines to the header of a whole bulletin, as lines 6 and following.
func with(lines string) string {
	return strings.Replace(whole, head, head+lines+"\n", 1)
}

// row reads one affected row, its keys in lines 7 and following.
func row(t *testing.T, lines string) (bulletin.Affected, source.Problems) {
	t.Helper()
	got, problems := readOne(t, with("affected:\n  - product: client\n    "+lines))
	if len(got) == 0 || len(got[0].Affected) == 0 {
		return bulletin.Affected{}, problems
	}
	return got[0].Affected[0], problems
}

// F3: YAML reads these values as something else than what was written. Here each
// is what was written, or an error at its place.
func TestYAMLTraps(t *testing.T) {
	for _, c := range []struct{ written, want, wrong string }{
		{"1.60", "1.60", ""}, // 1.6
		{"1.0", "1.0", ""},   // 1
		{"010", "010", ""},   // 8
		{"0x10", "0x10", ""}, // 16
		{"0o17", "0o17", ""},
		{"1e3", "1e3", ""},
		{"1_000", "1_000", ""},
		{".inf", ".inf", ""},
		{"1:30", "1:30", ""}, // 90
		{"2026-05-04", "2026-05-04", ""},
		{"yes", "yes", ""},
		{"no", "no", ""},
		{"true", "true", ""},
		{"'1.60'", "1.60", ""},
		{"\"1.60\"", "1.60", ""},
		{"=", "=", ""},
		{"v1.66.1 #359", "", "8:12 cut-comment"},
		{"v1.66.1 # the release of May", "v1.66.1", ""},
		{"\"v1.66.1 #359\"", "v1.66.1 #359", ""},
		{"", "", "8:11 no-value"},
		{"~", "", "8:12 no-value"},
		{"null", "", "8:12 no-value"},
		{"Null", "", "8:12 no-value"},
		{"\"null\"", "null", ""},
		{"\"\"", "", "8:12 no-value"},
		{"' '", "", "8:12 no-value"},
		{"&v 1.66.1", "", "8:12 yaml-anchor"},
		{"*v", "", "8:12 yaml-syntax"},
		{"!!float 1.60", "", "8:12 yaml-tag"},
		{"!!null 1.60", "", "8:12 yaml-tag"},
		{"!v 1.60", "", "8:12 yaml-tag"},
		{"! 1.60", "", "8:12 yaml-tag"},
		{"[1.60]", "", "8:12 not-text"},
		{"{v: 1.60}", "", "8:12 not-text"},
		{"|\n      1.60\n      1.61", "", "8:12 several-lines"},
		{"\"1.60\\n1.61\"", "", "8:12 several-lines"},
		{"\"1.60\\r\\n1.61\"", "", "8:12 hidden-character"},
		{"\"1.60\\L1.61\"", "", "8:12 hidden-character"},
		{"1.60: 1", "", "8:16 yaml-syntax"},
		{"@1.60", "", "8:12 yaml-syntax"},
		{"'1.60", "", "8:12 yaml-syntax"},
		{"\"1.60", "", "8:12 yaml-syntax"},
		{"[1.60", "", "8:12 yaml-syntax"},
	} {
		got, problems := row(t, "fixed: "+c.written)
		if said(problems) != c.wrong || c.wrong == "" && got.Versions.Fixed != c.want {
			t.Errorf("fixed: %s reads %q and %q, want %q and %q", c.written, got.Versions.Fixed, said(problems), c.want, c.wrong)
		}
	}
}

// F3 in words: a truth is exactly yes, no or unknown.
func TestWordsTakenAsTruths(t *testing.T) {
	for written, hint := range map[string]string{
		"true": "write yes", "True": "write yes", "on": "write yes", "Yes": "write yes", "YES": "write yes", "y": "write yes", "ON": "write yes",
		"false": "write no", "FALSE": "write no", "off": "write no", "No": "write no", "n": "write no", "NO": "write no",
		"unkown": `did you mean "unknown"?`, "Unknown": "write unknown", "1": "known here: yes, no, unknown",
	} {
		got, problems := readOne(t, with("data_visible: "+written))
		if said(problems) != "6:15 unknown-word" || problems[0].Hint != hint {
			t.Errorf("%s: %q, hint %q, want %q", written, said(problems), problems[0].Hint, hint)
		}
		if got[0].DataVisible.Asked() {
			t.Errorf("%s was taken as %q", written, got[0].DataVisible.Word)
		}
	}
	for _, written := range []string{"yes", "no", "unknown", "\"yes\"", "'no'", "{is: yes}", "{is: no, for: listed}"} {
		got, problems := readOne(t, with("data_visible: "+written))
		if len(problems) > 0 || !strings.Contains(written, got[0].DataVisible.Word) || !got[0].DataVisible.Asked() {
			t.Errorf("%s: %q, %v", written, got[0].DataVisible.Word, problems)
		}
	}
}

// F2: an unknown key comes with what was probably meant, and its absence under the
// right name is no second finding.
func TestUnknownKeys(t *testing.T) {
	for key, hint := range map[string]string{
		"stauts: draft":         `did you mean "status"?`,
		"severty: high":         `did you mean "severity"?`,
		"serverity: high":       `did you mean "severity"?`,
		"Title: A fault":        `did you mean "title"?`,
		"afected: []":           `did you mean "affected"?`,
		"data-visible: no":      `did you mean "data_visible"?`,
		"actoin: none":          `did you mean "action"?`,
		"user_affected: some":   `did you mean "users_affected"?`,
		"embargo: 2026-06-01":   "known here: id, title, ",
		"öäü: größer":           "known here: id, title, ",
		"1: x":                  "known here: id, title, ",
		"\"<<\": {status: x}":   "known here: id, title, ",
		"x-internal-note: oops": "known here: id, title, ",
	} {
		_, problems := readOne(t, with(key))
		if said(problems) != "6:1 unknown-key" || !strings.HasPrefix(problems[0].Hint, hint) {
			t.Errorf("%s: %q %q, want the hint %q", key, said(problems), problems[0].Hint, hint)
		}
		if known := strings.Split(problems[0].Hint, ", "); len(slices.Compact(slices.Sorted(slices.Values(known)))) != len(known) {
			t.Errorf("%s: the hint repeats itself: %s", key, problems[0].Hint)
		}
	}
	_, problems := readOne(t, with("scope: {is: own, by: B. Example, bt: 2026-05-03}"))
	if said(problems) != "6:34 unknown-key" || problems[0].Hint != `did you mean "at"?` {
		t.Errorf("a key that stands there already was meant: %v", problems)
	}
	_, problems = readOne(t, strings.Replace(whole, "title:", "titel:", 1))
	if said(problems) != "3:1 unknown-key" {
		t.Errorf("titel: %q", said(problems))
	}
	_, problems = readOne(t, with("severity: low\nseverity: high\nseverity: none"))
	if said(problems) != "7:1 duplicate-key, 8:1 duplicate-key" || !strings.Contains(problems[0].Message, "line 6") || !strings.Contains(problems[1].Message, "line 6") {
		t.Errorf("three severities: %v", problems)
	}
}

// Dates are days or instants with their zone, and never shift (F19, F65).
func TestDates(t *testing.T) {
	day := time.Date(2026, 5, 3, 0, 0, 0, 0, time.UTC)
	for written, want := range map[string]time.Time{
		"2026-05-03":                       day,
		"'2026-05-03'":                     day,
		"2026-05-03T00:00:00Z":             day,
		"2026-05-03T14:30:00Z":             day.Add(14*time.Hour + 30*time.Minute),
		"2026-05-03T14:30:00+02:00":        day.Add(12*time.Hour + 30*time.Minute),
		"2026-05-03T14:30:00+14:00":        day.Add(30 * time.Minute),
		"2026-05-02T12:00:00-12:00":        day,
		"2026-05-03T14:30:00-00:00":        day.Add(14*time.Hour + 30*time.Minute),
		"2026-05-03T14:30:00.5Z":           day.Add(14*time.Hour + 30*time.Minute + time.Second/2),
		"2026-05-03T14:30:00.123456789Z":   day.Add(14*time.Hour + 30*time.Minute + 123456789),
		"2024-02-29":                       time.Date(2024, 2, 29, 0, 0, 0, 0, time.UTC),
		"2000-02-29":                       time.Date(2000, 2, 29, 0, 0, 0, 0, time.UTC),
		"9999-12-31":                       time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC),
		"1990-01-01":                       time.Date(1990, 1, 1, 0, 0, 0, 0, time.UTC),
		"2026-05-03 # a day of the spring": day,
		// No zone, no day, or no such day.
		"2026-05-03T14:30:00":          {},
		"2026-05-03T14:30Z":            {},
		"2026-05-03 14:30:00Z":         {},
		"2026-05-03t14:30:00z":         {},
		"2026-05-03T4:30:00Z":          {},
		"2026-05-03T14:30:00,5Z":       {},
		"2026-05-03T14:30:00.Z":        {},
		"2026-05-03T14:30:00+2:00":     {},
		"2026-05-03T14:30:00+0200":     {},
		"2026-05-03T14:30:00+02":       {},
		"2026-05-03T14:30:00+99:00":    {},
		"2026-05-03T14:30:00 CEST":     {},
		"2026-05-03T24:00:00Z":         {},
		"2026-05-03T23:59:60Z":         {},
		"2026-05-03T14:60:00Z":         {},
		"2026-05-03Z":                  {},
		"2026-5-3":                     {},
		"2026-05":                      {},
		"2026":                         {},
		"20260503":                     {},
		"03.05.2026":                   {},
		"05/03/2026":                   {},
		"2026/05/03":                   {},
		"3 May 2026":                   {},
		"today":                        {},
		"2026-02-29":                   {},
		"1900-02-29":                   {},
		"2026-13-01":                   {},
		"2026-00-10":                   {},
		"2026-04-31":                   {},
		"2026-05-00":                   {},
		"0001-01-01":                   {},
		"0001-01-01T00:00:00Z":         {},
		"0000-00-00":                   {},
		"1970-01-01":                   {},
		"12026-05-03":                  {},
		"-2026-05-03":                  {},
		"'2026-05-03 '":                {},
		"２０２６-05-03":                   {},
		"[2026-05-03]":                 {},
		"{year: 2026}":                 {},
		"1777766400":                   {},
		"2026-05-03T14:30:00Z[Europe]": {},
	} {
		got, problems := row(t, "available: "+written)
		if !got.Available.Equal(want) || (said(problems) == "") != !want.IsZero() {
			t.Errorf("%s reads %v (%s), want %v", written, got.Available, said(problems), want)
		}
		if want.IsZero() && said(problems) != "8:16 not-a-date" {
			t.Errorf("%s: %q", written, said(problems))
		}
		if !want.IsZero() && got.Available.Location() != time.UTC {
			t.Errorf("%s stands in %v", written, got.Available.Location())
		}
	}
}

// F19: the machine's zone changes no date.
func TestDatesInEveryZone(t *testing.T) {
	defer func(zone *time.Location) { time.Local = zone }(time.Local)
	for hours := -12; hours <= 14; hours++ {
		time.Local = time.FixedZone("", hours*3600)
		got, err := parseDate("2026-05-03")
		if err != nil || got != time.Date(2026, 5, 3, 0, 0, 0, 0, time.UTC) {
			t.Errorf("%+d h: %v %v", hours, got, err)
		}
	}
}

// Every key of a bulletin arrives where it belongs.
func TestEveryKeyOfABulletin(t *testing.T) {
	got, problems := readOne(t, `---
id: TS-2026-004
title: "Fault: a colon"
summary: >-
  One sentence
  over two lines.
status: withdrawn
severity: critical
published: 2026-05-03T14:30:00+02:00
action: Update now.
affected:
  - product: client
    platforms: [windows, linux]
    introduced: 1.60
    fixed: 1.66.1
    available: 2026-05-02
    channel: store
    remedy: Turn it off.
    stopgap: Use another network.
  - {product: coordination-server, last_affected: 2.1, deployed: 2026-05-01, tailnets: all}
  - {product: client, unfixed: "no longer built"}
exploited: {is: confirmed_none, by: A. Example, at: 2026-05-01, basis: logs}
data_visible: {is: yes, for: all, by: B. Example}
users_affected: {is: unknown, next_check: 2026-06-01}
scope: third_party
routine_dependency_patch: no
---
The text.
`)
	if len(problems) > 0 || len(got) != 1 {
		t.Fatal(problems)
	}
	b := got[0]
	type row struct {
		product, introduced, fixed, last, channel, unfixed, remedy, stopgap string
		platforms                                                           int
		everyone                                                            bool
		at                                                                  string
	}
	var rows []row
	for _, a := range b.Affected {
		rows = append(rows, row{a.Product, a.Versions.Introduced, a.Versions.Fixed, a.Versions.LastAffected, a.Channel, a.Unfixed, a.Remedy, a.Stopgap, len(a.Platforms), a.Everyone, a.Position.String()})
	}
	if want := []row{
		{"client", "1.60", "1.66.1", "", "store", "", "Turn it off.", "Use another network.", 2, false, ours + ":12:5"},
		{product: "coordination-server", last: "2.1", everyone: true, at: ours + ":20:5"},
		{product: "client", unfixed: "no longer built", at: ours + ":21:5"},
	}; !slices.Equal(rows, want) {
		t.Errorf("rows %+v", rows)
	}
	if b.Affected[0].Available.Day() != 2 || b.Affected[1].Deployed.Day() != 1 {
		t.Errorf("dates of the rows: %v, %v", b.Affected[0].Available, b.Affected[1].Deployed)
	}
	if b.Title != "Fault: a colon" || b.Summary != "One sentence over two lines." || b.Status != bulletin.Withdrawn || b.Severity != bulletin.Critical ||
		b.Action.Required != verdict.Yes || b.Action.Text != "Update now." || !b.Published.Equal(time.Date(2026, 5, 3, 12, 30, 0, 0, time.UTC)) {
		t.Errorf("%+v", b)
	}
	if b.VisibleFor != "all" || b.DataVisible.Word != "yes" || b.DataVisible.By != "B. Example" || b.UsersAffected.NextCheck != "2026-06-01" ||
		!b.Exploited.Supported() || b.Scope.Word != "third_party" || b.RoutinePatch.Word != "no" {
		t.Errorf("%+v", b)
	}
	if b.BodyLine != 28 || string(b.Body) != "The text.\n" {
		t.Errorf("line %d: %q", b.BodyLine, b.Body)
	}
	if b.Exploited.Position.Line != 22 || b.Action.Position.Line != 10 || b.Places.Of("severity").Line != 8 {
		t.Errorf("exploited %v, action %v, severity %v", b.Exploited.Position, b.Action.Position, b.Places.Of("severity"))
	}
}

func TestActions(t *testing.T) {
	for lines, want := range map[string]bulletin.Action{
		"severity: low":                {Required: verdict.Unknown},
		"action: none":                 {Required: verdict.No},
		"action: None of this is safe": {Required: verdict.Yes, Text: "None of this is safe"},
		"action: \"none\"":             {Required: verdict.No},
	} {
		got, problems := readOne(t, with(lines))
		if len(problems) > 0 || got[0].Action.Required != want.Required || got[0].Action.Text != want.Text {
			t.Errorf("%s: %+v %v", lines, got[0].Action, problems)
		}
	}
}

// The two claims that can spare users a notice need a name, a date and evidence
// (F18); what is wrong with one of those is said once (F4).
func TestStrongClaims(t *testing.T) {
	for _, c := range []struct{ lines, want string }{
		{"exploited: confirmed_none", "6:12 claim-without-basis"},
		{"users_affected: none_confirmed", "6:17 claim-without-basis"},
		{"exploited: {is: confirmed_none}", "6:12 claim-without-basis"},
		{"exploited: {is: confirmed_none, by: A. Example, at: 2026-05-01}", "6:12 claim-without-basis"},
		{"users_affected: {is: none_confirmed, by: A. Example, basis: logs}", "6:17 claim-without-basis"},
		{"users_affected: {is: none_confirmed, at: 2026-05-01, basis: logs}", "6:17 claim-without-basis"},
		{"users_affected: {is: none_confirmed, by: A. Example, at: yesterday, basis: logs}", "6:58 not-a-date"},
		{"users_affected: {is: none_confirmed, by: A. Example, at: 2026-05-01, basis: \"\"}", "6:77 no-value"},
		{"users_affected: {is: none_confirmed, by: A. Example, at: 2026-05-01, basis: logs}", ""},
		{"exploited: {is: confirmed_none, by: A. Example, at: 2026-05-01, basis: logs}", ""},
		{"exploited: no_evidence\nusers_affected: some", ""},
		{"exploited: {is: unknown, next_check: soon}", "6:38 not-a-date"},
		{"exploited: {is: unknown, for: all}", "6:26 unknown-key"},
		{"exploited: {by: A. Example}", "6:12 missing-key"},
		{"exploited: [confirmed]", "6:12 unknown-word"},
	} {
		got, problems := readOne(t, with(c.lines))
		if said(problems) != c.want {
			t.Errorf("%s: %q, want %q", c.lines, said(problems), c.want)
		}
		if len(got) == 1 && c.want != "" && (got[0].Exploited.Supported() || got[0].UsersAffected.Supported()) {
			t.Errorf("%s: counts as supported", c.lines)
		}
	}
}

// A draft's problems are warnings; a file of which it is not certain that it is a
// draft is no draft.
func TestDraftsSoften(t *testing.T) {
	draft := strings.Replace(strings.Replace(whole, "status: published\n", "status: draft\n", 1), "published: 2026-05-03\n", "", 1)
	for _, c := range []struct{ name, text, want string }{
		{"unknown key", strings.Replace(draft, "title", "tilte", 1), "3:1 unknown-key"},
		{"wrong word", strings.Replace(draft, "status:", "severity: hihg\nstatus:", 1), "4:11 unknown-word"},
		{"a value to come", strings.Replace(draft, "status:", "severity:\nstatus:", 1), "4:10 no-value"},
		{"a duplicate key", strings.Replace(draft, "status:", "title: B\nstatus:", 1), "4:1 duplicate-key"},
		{"an alias elsewhere", strings.Replace(draft, "A fault", "&a A fault", 1), "3:8 yaml-anchor"},
		{"a link that no page may have", draft + "[a](file:b)\n", "8:1 unsafe-link"},
		{"an invisible character in the text", draft + "a\u200Bb\n", "8:2 hidden-character"},
		{"other id", strings.Replace(draft, "TS-2026-004", "TS-2026-005", 1), "2:5 id-not-file-name"},
		{"broken YAML", strings.Replace(draft, "A fault", "A: fault", 1), "3:9 yaml-syntax"},
		{"no end", strings.Replace(draft, "\n---\n", "\n", 1), "1:1 unclosed-header"},
		{"an invisible character in the header", strings.Replace(draft, "A fault", "A\u200B fault", 1), "3:9 hidden-character"},
		{"the header ends too early", strings.Replace(draft, "The text", "severity: high", 1), "7:1 key-in-body"},
	} {
		if _, problems := readOne(t, c.text); said(problems) != c.want || problems.Errors() > 0 || problems.Warnings() != len(problems) {
			t.Errorf("%s: %q with %d errors, want %q as warnings", c.name, said(problems), problems.Errors(), c.want)
		}
	}
	for _, c := range []struct{ name, text, want string }{
		{"draft in the text of a file without a header's end", "---\nid: TS-2026-004\n\nstatus: draft\n", "1:1 unclosed-header"},
		{"broken YAML, draft and published", strings.Replace(draft, "status: draft", "status: draft\n? x: y: z\n\nstatus: published", 1), "5:7 yaml-syntax, 7:1 duplicate-key"},
		{"status misspelt", strings.Replace(draft, "status: draft", "status: drfat", 1), "4:9 unknown-word"},
		{"key misspelt", strings.Replace(draft, "status: draft", "stauts: draft", 1), "4:1 unknown-key"},
		{"no status", strings.Replace(draft, "status: draft\n", "", 1), "2:1 missing-key"},
		{"two statuses", strings.Replace(draft, "status: draft", "status: draft\nstatus: draft", 1), "5:1 duplicate-key"},
		{"draft and published", strings.Replace(draft, "status: draft", "status: draft\nstatus: published", 1), "5:1 duplicate-key"},
		{"tagged", strings.Replace(draft, "status: draft", "status: !!str draft", 1), "4:9 yaml-tag"},
		{"an alias of draft", strings.Replace(draft, "title: A fault\nstatus: draft", "title: &d draft\nstatus: *d", 1), "3:8 yaml-anchor, 4:9 yaml-alias"},
		{"a private bulletin", strings.Replace(draft, "status: draft", "status: private\nseverity: hihg", 1), "5:11 unknown-word"},
		{"draft in a comment only", strings.Replace(draft, "status: draft", "# status: draft", 1), "2:1 missing-key"},
		{"draft of something else", strings.Replace(draft, "status: draft", "affected:\n  - status: draft\n    product: client", 1), "2:1 missing-key, 5:5 unknown-key"},
	} {
		if _, problems := readOne(t, c.text); said(problems) != c.want || problems.Errors() != len(problems) {
			t.Errorf("%s: %q with %d errors, want %q as errors", c.name, said(problems), problems.Errors(), c.want)
		}
	}
}

// An ID is fit for file names, URLs and headers alike.
func TestIDs(t *testing.T) {
	for _, id := range []string{"ts-2026-004", "TS", "TS-2026-004-", "-TS-2026", "TS_2026", "TS 2026", "TS-2026-004.md", "../TS-2026", "TS/2026-004", "2026-004", "TS-2026-004-1-2", "TS-12345678901234567"} {
		if _, problems := readOne(t, strings.Replace(whole, "TS-2026-004", id, 1)); said(problems) != "2:5 odd-id" {
			t.Errorf("%s: %q", id, said(problems))
		}
	}
}
