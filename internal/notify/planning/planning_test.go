package planning

import (
	"context"
	"iter"
	"maps"
	"path/filepath"
	"slices"
	"testing"
	"testing/fstest"
	"time"

	"tocsin/internal/affected"
	"tocsin/internal/bulletin"
	"tocsin/internal/disclosure"
	"tocsin/internal/notify"
	"tocsin/internal/notify/isolation"
	"tocsin/internal/notify/ledger"
	"tocsin/internal/notify/mailer"
	"tocsin/internal/source"
	"tocsin/internal/tailnet"
	"tocsin/internal/verdict"
	"tocsin/internal/version"
)

var now = time.Date(2026, 5, 5, 9, 0, 0, 0, time.UTC)

func sources() Sources {
	b := bulletin.Bulletin{
		ID: "TS-2026-004", Title: "A fault", Status: bulletin.Draft, Severity: bulletin.High, BodyLine: 5, Stamped: []int{2},
		Action:   bulletin.Action{Required: verdict.Yes, Text: "Update."},
		Affected: []bulletin.Affected{{Product: "client", Versions: version.Range{Fixed: "1.66.1"}}},
		Source:   source.File{Name: "TS-2026-004.md", Data: []byte("---\nstatus: draft\ntitle: A fault\n---\nText\n")},
	}
	return Sources{
		Common: notify.Common{
			Organization: "Example Networks", Unit: "tailnet", Bulletin: b,
			Products: []bulletin.Product{{ID: "client", Title: "Example client", Update: map[string]string{"linux": "update", "windows": "update it"}}},
			Rules:    disclosure.Builtin().Notify, PolicyURL: "https://security.example.com/p/", BulletinURL: "https://security.example.com/b/",
		},
		Policy:    []byte("policy"),
		Sender:    mailer.Sender{Name: "Example", Address: "security@example.com"},
		Transport: mailer.IntoMaildir("var/outbox"),
		Templates: fstest.MapFS{"mail/letter.txt": {Data: []byte("{{.Name}} {{.LetterCode}}")}, "mail/letter.html": {Data: []byte("<p>{{.Name}} {{.LetterCode}}")}},
		Key:       []byte("key"),
		Domain:    "example.com",

		Identifiers: namesOf(row("a"), row("b"), row("c")),
	}
}

// namesOf are the names that rows hold.
func namesOf(rows ...notify.Row) *isolation.Identifiers {
	names := isolation.New(0)
	for _, r := range rows {
		names.Tailnet(r.Tailnet)
		for _, h := range r.Match.Hits {
			names.Node(h.Node)
		}
	}
	return names
}

// TestInputsNameWhatChanged is F44: each source that letters are made from shows as
// drift under its own name, and what does not matter shows not at all.
func TestInputsNameWhatChanged(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*Sources)
		want   []string
	}{
		"nothing":          {func(*Sources) {}, nil},
		"the key":          {func(s *Sources) { s.Key = []byte("other") }, nil},
		"released":         {func(s *Sources) { status(s, bulletin.Public) }, nil},
		"made private":     {func(s *Sources) { status(s, bulletin.Private) }, []string{"status"}},
		"withdrawn":        {func(s *Sources) { status(s, bulletin.Withdrawn) }, []string{"status"}},
		"text":             {func(s *Sources) { s.Common.Bulletin.Source.Data = []byte("other") }, []string{"bulletin"}},
		"policy":           {func(s *Sources) { s.Policy = []byte("other") }, []string{"policy"}},
		"policy gone":      {func(s *Sources) { s.Policy = nil }, []string{"policy"}},
		"a rule":           {func(s *Sources) { s.Common.Rules.Any = s.Common.Rules.Any[1:] }, []string{"rules"}},
		"a template":       {func(s *Sources) { s.Templates.(fstest.MapFS)["mail/letter.txt"].Data = []byte("x") }, []string{"templates"}},
		"another template": {func(s *Sources) { s.Templates.(fstest.MapFS)["mail/more.txt"] = &fstest.MapFile{} }, []string{"templates"}},
		"sender":           {func(s *Sources) { s.Sender.Name = "Other" }, []string{"settings"}},
		"a command":        {func(s *Sources) { s.Common.Products[0].Update["linux"] = "other" }, []string{"settings"}},
		"address":          {func(s *Sources) { s.Common.BulletinURL = "https://elsewhere.example.com/" }, []string{"settings"}},
		"reply to":         {func(s *Sources) { s.Common.ReplyTo = "other@example.com" }, []string{"settings"}},
		"language":         {func(s *Sources) { s.Common.Language = "de" }, []string{"settings"}},
		"shifted":          {func(s *Sources) { s.Common.Organization, s.Common.Unit = "Example", "Networks tailnet" }, []string{"settings"}},
		"hosted":           {func(s *Sources) { s.Common.Products[0].Hosted = true }, []string{"settings"}},
		"transport":        {func(s *Sources) { s.Transport = mailer.IntoMaildir("elsewhere") }, []string{"transport"}},
	} {
		t.Run(name, func(t *testing.T) {
			then, s := sources(), sources()
			c.change(&s)
			if got := inputs(t, then).Drift(inputs(t, s)); !slices.Equal(got, c.want) {
				t.Errorf("drift %v, want %v", got, c.want)
			}
		})
	}
}

func status(s *Sources, to bulletin.Status) {
	b := &s.Common.Bulletin
	b.Status = to
	b.Source.Data = []byte("---\nstatus: " + string(to) + "\npublished: 2026-05-05\ntitle: A fault\n---\nText\n")
	b.BodyLine, b.Stamped = 6, []int{2, 3}
}

func inputs(t *testing.T, s Sources) notify.Inputs {
	t.Helper()
	in, err := s.Inputs()
	if err != nil {
		t.Fatal(err)
	}
	return in
}

// TestInputsAreStable: a map prints in any order; its digest does not.
func TestInputsAreStable(t *testing.T) {
	first := inputs(t, sources())
	for range 50 {
		if again := inputs(t, sources()); !maps.Equal(first, again) {
			t.Fatalf("%v, then %v", first, again)
		}
	}
}

func row(id tailnet.ID) notify.Row {
	node := tailnet.Node{Tailnet: id, ID: "n1", Name: "node", OS: "linux", Version: "1.60.0", Product: "client"}
	return notify.Row{
		Tailnet:  tailnet.Tailnet{ID: id, OwnerEmail: "owner@example.org"},
		Standing: notify.Mailed, Clauses: []string{"severe-action"},
		Contact: tailnet.Contact{Tailnet: id, Address: "owner@example.org", Reason: tailnet.Owner},
		Match:   affected.Match{Tailnet: id, Affected: verdict.Yes, Hits: []affected.Hit{{Node: node, Affected: verdict.Yes}}},
	}
}

func streamed(rows []notify.Row) iter.Seq2[notify.Row, error] {
	return func(yield func(notify.Row, error) bool) {
		for _, r := range rows {
			if !yield(r, nil) {
				return
			}
		}
	}
}

// TestFreeze: the same inputs find the plan that stands, until its deadline; other
// inputs make the next one.
func TestFreeze(t *testing.T) {
	ctx := context.Background()
	book, err := ledger.Open(ctx, filepath.Join(t.TempDir(), "ledger.db"), "testing")
	if err != nil {
		t.Fatal(err)
	}
	defer book.Close()
	rows := []notify.Row{row("a"), row("b")}
	for _, step := range []struct {
		what   string
		rows   []notify.Row
		choice notify.Choice
		at     time.Time
		number int
		fresh  bool
	}{
		{"first", rows, notify.Undecided, now, 1, true},
		{"again", rows, notify.Undecided, now.Add(time.Hour), 1, false},
		{"another inventory", rows[:1], notify.Undecided, now.Add(2 * time.Hour), 2, true},
		{"the first inventory again", rows, notify.Undecided, now.Add(3 * time.Hour), 3, true},
		{"after the deadline", rows, notify.Undecided, now.Add(4*time.Hour + notify.Lifetime), 4, true},
	} {
		plan, fresh, err := sources().Freeze(ctx, book, streamed(step.rows), step.choice, step.at)
		if err != nil {
			t.Fatalf("%s: %v", step.what, err)
		}
		if plan.ID.Number != step.number || fresh != step.fresh || plan.Counts[notify.Mailed] != len(step.rows) || plan.Digest == "" {
			t.Errorf("%s: plan %v (fresh %v, %v), want number %d", step.what, plan.ID, fresh, plan.Counts, step.number)
		}
	}
}
