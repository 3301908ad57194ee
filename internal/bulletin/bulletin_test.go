package bulletin

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"tocsin/internal/source"
	"tocsin/internal/verdict"
	"tocsin/internal/version"
)

var today = time.Date(2026, 5, 4, 0, 0, 0, 0, time.UTC)

// Only the words published and withdrawn, with a date, reach readers (F1, F55).
func TestPublish(t *testing.T) {
	for _, c := range []struct {
		status Status
		at     time.Time
		want   bool
	}{
		{Public, today, true},
		{Withdrawn, today, true},
		{Public, time.Time{}, false},
		{Withdrawn, time.Time{}, false},
		{Draft, today, false},
		{Private, today, false},
		{"", today, false},
		{"Published", today, false},
		{"published ", today, false},
	} {
		p, err := Bulletin{ID: "TS-2026-004", Status: c.status, Published: c.at}.Publish()
		if (err == nil) != c.want {
			t.Errorf("status %q, published %v: %v", c.status, c.at, err)
		}
		if err == nil && p.Bulletin().ID != "TS-2026-004" || err != nil && p.Bulletin().ID != "" {
			t.Errorf("status %q: published %q, %v", c.status, p.Bulletin().ID, err)
		}
	}
}

// When a row counts as fixed: a line each.
func TestFixed(t *testing.T) {
	const yes, no, unknown = verdict.Yes, verdict.No, verdict.Unknown
	fixed := version.Range{Fixed: "1.66.1"}
	before, after := today.Add(-time.Second), today.Add(time.Second)
	for _, c := range []struct {
		name string
		row  Affected
		want verdict.Truth
	}{
		{"fixed, and available since a second", Affected{Versions: fixed, Available: before}, yes},
		{"fixed, and available this instant", Affected{Versions: fixed, Available: today}, yes},
		{"fixed, available in a second", Affected{Versions: fixed, Available: after}, no},
		{"fixed, nobody said since when", Affected{Versions: fixed}, unknown},
		{"a date without a version", Affected{Available: before}, unknown},
		{"last_affected alone", Affected{Versions: version.Range{LastAffected: "1.66.0"}, Available: before}, unknown},
		{"nothing stated", Affected{}, unknown},
		{"in a store", Affected{Versions: fixed, Available: before, Channel: "store"}, yes},
		{"in a distribution", Affected{Versions: fixed, Available: before, Channel: "distro"}, yes},
		{"release candidate", Affected{Versions: fixed, Available: before, Channel: "rc"}, no},
		{"unstable", Affected{Versions: fixed, Available: before, Channel: "unstable"}, no},
		{"deployed", Affected{Deployed: before}, yes},
		{"deployed this instant", Affected{Deployed: today}, yes},
		{"deployed in a second", Affected{Deployed: after}, no},
		{"unfixed", Affected{Unfixed: "in work"}, no},
		{"unfixed, with a remedy", Affected{Unfixed: "never", Remedy: "Turn it off."}, yes},
		{"a remedy", Affected{Remedy: "Turn it off."}, yes},
		{"a remedy, fix in a second", Affected{Remedy: "Turn it off.", Versions: fixed, Available: after}, yes},
		{"only a stopgap", Affected{Stopgap: "Use another browser."}, no},
		{"a stopgap, last_affected", Affected{Stopgap: "Use another browser.", Versions: version.Range{LastAffected: "1.66.0"}}, no},
		{"a stopgap beside the fix", Affected{Stopgap: "Use another browser.", Versions: fixed, Available: before}, yes},
		{"a stopgap beside a fix to come", Affected{Stopgap: "Use another browser.", Versions: fixed, Available: after}, no},
		{"a stopgap beside a fix without date", Affected{Stopgap: "Use another browser.", Versions: fixed}, unknown},
		{"a stopgap beside a deployment", Affected{Stopgap: "Use another browser.", Deployed: before}, yes},
	} {
		if got := c.row.Fixed(today); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

// One rule for what users can update to: a line each.
func TestUserFix(t *testing.T) {
	for name, c := range map[string]struct {
		row  Affected
		want string
	}{
		"fixed":                      {Affected{Versions: version.Range{Fixed: "1.66.1"}}, "1.66.1"},
		"fixed in a store":           {Affected{Versions: version.Range{Fixed: "1.66.1"}, Channel: "store"}, "1.66.1"},
		"a release candidate":        {Affected{Versions: version.Range{Fixed: "1.66.1"}, Channel: "rc"}, ""},
		"unstable":                   {Affected{Versions: version.Range{Fixed: "1.66.1"}, Channel: "unstable"}, ""},
		"unfixed":                    {Affected{Versions: version.Range{Fixed: "1.66.1"}, Unfixed: "in work"}, ""},
		"only the last affected one": {Affected{Versions: version.Range{LastAffected: "1.66.0"}}, ""},
		"a remedy":                   {Affected{Remedy: "Turn it off."}, ""},
	} {
		if got, found := c.row.UserFix(); got != c.want || found != (c.want != "") {
			t.Errorf("%s: %q, %v", name, got, found)
		}
	}
}

func TestFind(t *testing.T) {
	products := Products{{ID: "client", Title: "Client"}, {ID: "server", Title: "Server"}}
	if p, found := products.Find("server"); !found || p.Title != "Server" {
		t.Errorf("%+v, %v", p, found)
	}
	if p, found := products.Find("none"); found || p.ID != "" {
		t.Errorf("%+v", p)
	}
}

// A withdrawn bulletin keeps its name and date, and nothing that it said: it may
// never have been published (F55).
func TestWithdrawnKeepsNothing(t *testing.T) {
	full := Bulletin{ID: "TS-2026-004", Title: "A fault", Status: Withdrawn, Published: today, Summary: "s", Severity: High, Body: []byte("text"),
		Source: source.File{Data: []byte("text")}, Affected: []Affected{{Product: "client"}}, Action: Action{Text: "Update."}}
	p, err := full.Publish()
	want := Bulletin{ID: full.ID, Title: full.Title, Status: Withdrawn, Published: today, Summary: Withdrawal}
	if err != nil || !reflect.DeepEqual(p.Bulletin(), want) {
		t.Errorf("%+v, %v", p.Bulletin(), err)
	}
	full.Status = Public
	if p, err := full.Publish(); err != nil || !reflect.DeepEqual(p.Bulletin(), full) {
		t.Errorf("%+v, %v", p.Bulletin(), err)
	}
}

func TestSupported(t *testing.T) {
	full := Answer{Word: "confirmed_none", By: "A. Example", At: "2026-05-03", Basis: "logs"}
	if !full.Supported() {
		t.Error("name, date and evidence are support")
	}
	for name, a := range map[string]Answer{
		"by": {At: full.At, Basis: full.Basis}, "at": {By: full.By, Basis: full.Basis}, "basis": {By: full.By, At: full.At},
	} {
		if a.Supported() {
			t.Errorf("supported without %s", name)
		}
	}
	if (Answer{}).Asked() || !(Answer{Word: "unknown"}).Asked() {
		t.Error("asked is: somebody gave an answer, if unknown")
	}
}

// Releasing a bulletin does not change what it says; anything else does.
func TestSubstance(t *testing.T) {
	const draft = "---\nid: TS-2026-004\nstatus: draft\ntitle: A fault\n---\nstatus: draft stands here too\n"
	of := func(text string) string {
		b := Bulletin{Source: source.File{Data: []byte(text)}}
		header, _, _ := strings.Cut(text[4:], "---\n")
		for i, line := range strings.Split(header, "\n") {
			if strings.HasPrefix(line, "status:") || strings.HasPrefix(line, "published:") {
				b.Stamped = append(b.Stamped, i+2)
			}
		}
		return string(b.Substance())
	}
	if a, b := of(draft), of(strings.Replace(draft, "status: draft", "status: published\npublished: 2026-05-03", 1)); a != b {
		t.Errorf("released: %q became %q", a, b)
	}
	for _, c := range [][2]string{{"A fault", "Another fault"}, {"stands here", "stood here"}, {"too\n", "too"}, {"status: draft stands", "status: published stands"}} {
		if changed := strings.Replace(draft, c[0], c[1], 1); changed == draft || of(changed) == of(draft) {
			t.Errorf("%q instead of %q says the same", c[1], c[0])
		}
	}
}

func TestOwnsName(t *testing.T) {
	for name, want := range map[string]bool{
		"content/bulletins/TS-2026-004.md": true, "TS-2026-004.md": true,
		"content/bulletins/TS-2026-003.md": false, "content/bulletins/ts-2026-004.md": false, "content/TS-2026-004": false, "": false,
	} {
		if got := (Bulletin{ID: "TS-2026-004", Source: source.File{Name: name}}).OwnsName(); got != want {
			t.Errorf("%q: %v", name, got)
		}
	}
}

// F60: every word that the page of a withdrawn bulletin shows is in its digest, and
// nothing that it does not show.
func TestShown(t *testing.T) {
	base := Bulletin{ID: "TS-2026-004", Title: "T", Published: today, Retraction: &Retraction{At: today, Reason: "R", SupersededBy: "TS-2026-005"}}
	for name, c := range map[string]struct {
		change func(*Bulletin)
		same   bool
	}{
		"nothing":    {func(*Bulletin) {}, true},
		"the text":   {func(b *Bulletin) { b.Body = []byte("x") }, true},
		"the zone":   {func(b *Bulletin) { b.Published = today.In(time.FixedZone("", 3600)) }, true},
		"title":      {func(b *Bulletin) { b.Title = "U" }, false},
		"id":         {func(b *Bulletin) { b.ID = "TS-2026-006" }, false},
		"published":  {func(b *Bulletin) { b.Published = today.Add(time.Second) }, false},
		"at":         {func(b *Bulletin) { b.Retraction.At = today.Add(time.Second) }, false},
		"reason":     {func(b *Bulletin) { b.Retraction.Reason = "S" }, false},
		"superseded": {func(b *Bulletin) { b.Retraction.SupersededBy = "" }, false},
		"retraction": {func(b *Bulletin) { b.Retraction = nil }, false},
	} {
		b, r := base, *base.Retraction
		b.Retraction = &r
		c.change(&b)
		if got := string(b.Shown()) == string(base.Shown()); got != c.same {
			t.Errorf("%s: same is %v: %s", name, got, b.Shown())
		}
	}
}
