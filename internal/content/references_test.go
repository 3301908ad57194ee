package content

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tocsin/internal/bulletin"
	"tocsin/internal/source"
	"tocsin/internal/verdict"
)

// full holds every key of a bulletin that its authors or tocsin's commands write
// beyond the first night; the keys begin at line 6.
const full = `aliases: [CVE-2026-12345, "GHSA-aaaa-bbbb-cccc"]
related:
  - TS-2026-003
cvss:
  - CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:L/I:H/A:N
  - CVSS:4.0/AV:L/AC:L/AT:N/PR:L/UI:N/VC:L/VI:H/VA:N/SC:N/SI:N/SA:N
cwe: [CWE-346]
credits:
  - {name: A. Example, type: finder, url: https://example.com/a}
  - name: B. Example
references:
  - {category: self, url: https://example.com/notes, summary: Release notes}
  - url: https://example.com/talk
timeline:
  - {at: 2026-04-27, event: A customer reported it.}
  - {at: 2026-05-03T14:30:00+02:00, event: "Fixed: 1.66.1."}
legal:
  - {regime: GDPR Art. 33, applies: yes, deadline: 2026-05-06T14:30:00Z, effect: require}
  - {regime: Police, applies: unknown, effect: delay}
  - {regime: NIS 2, applies: no}
decision:
  disclose: {override: required, reason: Customers asked., by: A. Example}
  notify:
    override: not_required
    reason: >-
      Told by
      telephone.
    by: B. Example
revisions:
  - {version: 1, at: 2026-05-03, summary: First published.}
  - {version: 2, at: 2026-05-04, summary: More platforms., material: yes}
withdrawn: {at: 2026-05-06, reason: It was another fault., superseded_by: TS-2026-005}
next_update: 2026-05-07T12:00:00Z
done:
  - {at: 2026-05-05, what: We blocked the old versions.}
notified: {count: 1204, first: 2026-05-03T15:00:00Z, last: 2026-05-04T09:00:00Z}
suppress:
  - {code: placeholder, reason: It quotes a placeholder., until: 2026-12-31}
identification: some`

// Every one of them arrives where it belongs, with its place.
func TestEveryLaterKey(t *testing.T) {
	read, problems := readOne(t, with(full))
	if len(problems) > 0 || len(read) != 1 {
		t.Fatal(problems)
	}
	at := func(line, column int) source.Position {
		return source.Position{File: ours, Line: line, Column: column}
	}
	day := func(month time.Month, day, hour, minute int) time.Time {
		return time.Date(2026, month, day, hour, minute, 0, 0, time.UTC)
	}
	want := bulletin.Bulletin{
		Aliases: []source.Value{{Text: "CVE-2026-12345", Position: at(6, 11)}, {Text: "GHSA-aaaa-bbbb-cccc", Position: at(6, 27)}},
		Related: []source.Value{{Text: "TS-2026-003", Position: at(8, 5)}},
		CVSS: []source.Value{
			{Text: "CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:L/I:H/A:N", Position: at(10, 5)},
			{Text: "CVSS:4.0/AV:L/AC:L/AT:N/PR:L/UI:N/VC:L/VI:H/VA:N/SC:N/SI:N/SA:N", Position: at(11, 5)},
		},
		CWE: []source.Value{{Text: "CWE-346", Position: at(12, 7)}},
		Credits: []bulletin.Credit{
			{Name: "A. Example", Type: "finder", URL: "https://example.com/a", Position: at(14, 5)},
			{Name: "B. Example", Position: at(15, 5)},
		},
		References: []bulletin.Reference{
			{Category: "self", URL: "https://example.com/notes", Summary: "Release notes", Position: at(17, 5)},
			{Category: "external", URL: "https://example.com/talk", Position: at(18, 5)},
		},
		Timeline: []bulletin.Event{
			{At: day(4, 27, 0, 0), Text: "A customer reported it.", Position: at(20, 5)},
			{At: day(5, 3, 12, 30), Text: "Fixed: 1.66.1.", Position: at(21, 5)},
		},
		Legal: []bulletin.Legal{
			{Regime: "GDPR Art. 33", Applies: verdict.Yes, Deadline: day(5, 6, 14, 30), Effect: bulletin.Require, Position: at(23, 5)},
			{Regime: "Police", Applies: verdict.Unknown, Effect: bulletin.Delay, Position: at(24, 5)},
			{Regime: "NIS 2", Applies: verdict.No, Position: at(25, 5)},
		},
		LegalAssessed: true,
		Overrides: bulletin.Overrides{
			Disclose: &verdict.Override{Outcome: verdict.Required, Reason: "Customers asked.", By: "A. Example", Position: at(27, 13)},
			Notify:   &verdict.Override{Outcome: verdict.NotRequired, Reason: "Told by telephone.", By: "B. Example", Position: at(29, 5)},
		},
		Revisions: []bulletin.Revision{
			{Version: 1, At: day(5, 3, 0, 0), Summary: "First published.", Position: at(35, 5)},
			{Version: 2, At: day(5, 4, 0, 0), Summary: "More platforms.", Material: true, Position: at(36, 5)},
		},
		Retraction:     &bulletin.Retraction{At: day(5, 6, 0, 0), Reason: "It was another fault.", SupersededBy: "TS-2026-005", Position: at(37, 12)},
		NextUpdate:     day(5, 7, 12, 0),
		Done:           []bulletin.Event{{At: day(5, 5, 0, 0), Text: "We blocked the old versions.", Position: at(40, 5)}},
		Notified:       &bulletin.Notified{Count: 1204, First: day(5, 3, 15, 0), Last: day(5, 4, 9, 0), Position: at(41, 11)},
		Suppress:       []bulletin.Suppression{{Code: "placeholder", Reason: "It quotes a placeholder.", Until: day(12, 31, 0, 0), Position: at(43, 5)}},
		Identification: "some",
	}
	b := read[0]
	got := bulletin.Bulletin{
		Aliases: b.Aliases, Related: b.Related, CVSS: b.CVSS, CWE: b.CWE, Credits: b.Credits, References: b.References, Timeline: b.Timeline,
		Legal: b.Legal, LegalAssessed: b.LegalAssessed, Overrides: b.Overrides, Revisions: b.Revisions, Retraction: b.Retraction,
		NextUpdate: b.NextUpdate, Done: b.Done, Notified: b.Notified, Suppress: b.Suppress, Identification: b.Identification,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for key, place := range map[string]source.Position{
		"aliases": at(6, 10), "decision": at(27, 3), "decision.notify": at(29, 5), "decision.notify.by": at(33, 9), "withdrawn.superseded_by": at(37, 75), "": at(2, 1),
	} {
		if b.Places.Of(key) != place {
			t.Errorf("%q stands at %v, want %v", key, b.Places.Of(key), place)
		}
	}
}

// One vector needs no list.
func TestOneVector(t *testing.T) {
	got, problems := readOne(t, with("cvss: CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:L/I:H/A:N"))
	if len(problems) > 0 || len(got[0].CVSS) != 1 || got[0].CVSS[0].Text != "CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:L/I:H/A:N" || got[0].CVSS[0].Position.Column != 7 {
		t.Errorf("%v, %d read", problems, len(got))
	}
	for written, want := range map[string]string{"": "6:6 no-value", "\"\"": "6:7 no-value", "{v: x}": "6:7 not-text", "[]": "6:7 not-a-list", "\"a\\nb\"": "6:7 several-lines"} {
		if _, problems := readOne(t, with("cvss: "+written)); said(problems) != want {
			t.Errorf("cvss: %s: %q, want %q", written, said(problems), want)
		}
	}
}

// A link that a page shows is one that a page may have (F6).
func TestLinksOfReferences(t *testing.T) {
	for _, url := range []string{"javascript:alert(1)", "http://example.com", "//example.com", "ftp://example.com", "example.com", "https://", "https://a@example.com", "/notes"} {
		if _, problems := readOne(t, with("references:\n  - url: \""+url+"\"")); said(problems) != "7:10 odd-url" {
			t.Errorf("%s: %q", url, said(problems))
		}
		if _, problems := readOne(t, with("credits:\n  - {name: A, url: \""+url+"\"}")); said(problems) != "7:20 odd-url" {
			t.Errorf("%s: %q", url, said(problems))
		}
	}
}
