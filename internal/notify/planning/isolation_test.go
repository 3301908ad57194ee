package planning

import (
	"bytes"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"tocsin/internal/affected"
	"tocsin/internal/bulletin"
	"tocsin/internal/disclosure"
	"tocsin/internal/notify"
	"tocsin/internal/notify/genuine"
	"tocsin/internal/notify/isolation"
	"tocsin/internal/notify/mailer"
	"tocsin/internal/tailnet"
	"tocsin/internal/verdict"
	"tocsin/internal/version"
	"tocsin/templates"
)

// walk is the way from the tables to letters, with a place at each step at which a test
// can put a mistake. What the guard knows it learns from the tables themselves.
type walk struct {
	tailnets    []tailnet.Tailnet
	findings    []tailnet.Finding
	nodes       []tailnet.Node
	users       []tailnet.User
	supplements []tailnet.Supplement

	taken   mistakes                                   // between a table and the survey
	rows    func([]notify.Row)                         // between the survey and the letters
	written func(*notify.Letter)                       // between the templates and the message
	sent    func(to tailnet.ID, message []byte) []byte // between the message and the plan
	open    bool                                       // without a guard
}

// mistakes are made with one row of a table each; nil: none.
type mistakes struct {
	tailnet    func(*tailnet.Tailnet)
	finding    func(*tailnet.Finding)
	node       func(*tailnet.Node)
	user       func(*tailnet.User)
	supplement func(*tailnet.Supplement)
}

// everybodys was done for everybody.
const everybodys = "We shut every door."

func (w *walk) bulletin() bulletin.Bulletin {
	return bulletin.Bulletin{
		ID: "TS-2026-007", Title: "Local users could change settings", Severity: bulletin.High,
		Action:        bulletin.Action{Required: verdict.Yes, Text: "Update Windows nodes to 1.66.1 or later."},
		DataVisible:   bulletin.Answer{Word: "no"},
		UsersAffected: bulletin.Answer{Word: "unknown"},
		Exploited:     bulletin.Answer{Word: "no_evidence"},
		Done:          []bulletin.Event{{At: time.Date(2026, 5, 3, 0, 0, 0, 0, time.UTC), Text: everybodys}},
		Affected: []bulletin.Affected{{
			Product: "client", Platforms: []string{"windows"},
			Versions: version.Range{Introduced: "1.58.0", Fixed: "1.66.1"},
		}},
	}
}

func (w *walk) sources(names *isolation.Identifiers) Sources {
	return Sources{
		Common: notify.Common{
			Organization: "Example Networks", Unit: "tailnet", Bulletin: w.bulletin(),
			Products: []bulletin.Product{{
				ID: "client", Title: "Example client", Platforms: []string{"windows", "macos", "linux"}, VersionSuffix: version.Build,
				Update: map[string]string{"windows": "winget upgrade Example.Client"}, ShowVersion: "example version",
			}},
			BulletinURL: "https://security.example.com/security-bulletins/ts-2026-007/",
			PolicyURL:   "https://security.example.com/security-policies/incident-disclosure/",
			Rules:       disclosure.Builtin().Notify, Settings: "https://login.example.com/contacts", ReplyTo: "reply@security.example.com",
		},
		Sender:      mailer.Sender{Name: "Example Security", Address: "security@example.com"},
		Transport:   mailer.IntoMaildir("var/outbox"),
		Templates:   templates.Files(),
		Key:         []byte("key"),
		Domain:      "example.com",
		Identifiers: names,
	}
}

// survey takes the tables in, and their rows as they are beside.
func (w *walk) survey(t testing.TB) (*notify.Survey, *isolation.Identifiers) {
	names := isolation.New(0)
	s := notify.NewSurvey(w.bulletin(), w.sources(nil).Common.Products, disclosure.Builtin(), now)
	t.Cleanup(func() { _ = s.Close() })
	each(t, w.tailnets, names.Tailnet, w.taken.tailnet, func(row tailnet.Tailnet) error { s.Tailnet(row); return nil })
	each(t, w.findings, names.Finding, w.taken.finding, s.Finding)
	each(t, w.supplements, names.Supplement, w.taken.supplement, s.Supplement)
	each(t, w.nodes, names.Node, w.taken.node, s.Node)
	each(t, w.users, names.User, w.taken.user, s.User)
	return s, names
}

// each hands the rows of a table to both.
func each[T any](t testing.TB, rows []T, names func(T), mistake func(*T), take func(T) error) {
	t.Helper()
	for _, row := range rows {
		names(row)
		if mistake != nil {
			mistake(&row)
		}
		if err := take(row); err != nil {
			t.Fatalf("the survey refuses the row itself: %v", err)
		}
	}
}

// letters makes the entries of the plan, up to the first error.
func (w *walk) letters(t testing.TB, visit func(notify.Row, notify.Entry)) error {
	survey, names := w.survey(t)
	rows := slices.Collect(firsts(t, survey.Rows(notify.Tell)))
	if w.rows != nil {
		w.rows(rows)
	}
	sources := w.sources(names)
	composer, err := sources.composer()
	if err != nil {
		t.Fatal(err)
	}
	composer.Message = w.message(sources.Sender)
	if w.open {
		composer.Guard = nil
	}
	plan := sources.head(1, notify.Tell, nil, now)
	at := 0
	for e, err := range composer.Entries(plan, withoutErrors(rows)) {
		if err != nil {
			return err
		}
		visit(rows[at], e)
		at++
	}
	if at != len(rows) {
		t.Errorf("%d entries of %d rows", at, len(rows))
	}
	return nil
}

func (w *walk) message(sender mailer.Sender) func(notify.Letter, string) ([]byte, error) {
	var one sync.Mutex // letters are written on every processor
	return func(l notify.Letter, id string) ([]byte, error) {
		one.Lock()
		defer one.Unlock()
		if w.written != nil {
			w.written(&l)
		}
		message, err := sender.Compose(l, id)
		if w.sent != nil {
			message = w.sent(l.Tailnet, message)
		}
		return message, err
	}
}

func firsts(t testing.TB, rows iter.Seq2[notify.Row, error]) iter.Seq[notify.Row] {
	return func(yield func(notify.Row) bool) {
		for r, err := range rows {
			if err != nil {
				t.Fatal(err)
			}
			if !yield(r) {
				return
			}
		}
	}
}

func withoutErrors(rows []notify.Row) iter.Seq2[notify.Row, error] {
	return func(yield func(notify.Row, error) bool) {
		for _, r := range rows {
			if !yield(r, nil) {
				return
			}
		}
	}
}

// street is a few tailnets with everything that a tailnet can have, all affected.
func street() *walk {
	w := new(walk)
	for i, name := range []string{"bakery", "clinic", "library", "farm", "studio", "school"} {
		id := tailnet.ID(name + ".example.com")
		n := tailnet.Tailnet{ID: id, DisplayName: "Example " + strings.ToUpper(name[:1]) + name[1:] + " and Sons", OwnerEmail: "owner@" + string(id)}
		if name == "farm" {
			n.OwnerEmail = ""
			w.supplements = append(w.supplements, tailnet.Supplement{Tailnet: id, Email: "tenant@" + string(id)})
		}
		if name == "school" {
			n.OwnerEmail = ""
			w.supplements = append(w.supplements, tailnet.Supplement{Tailnet: id, Email: "janitor@" + string(id)})
		}
		w.tailnets = append(w.tailnets, n)
		w.users = append(w.users, tailnet.User{Tailnet: id, ID: fmt.Sprintf("u%d", i), Login: "keeper@" + string(id)})
		for n := range 3 {
			w.nodes = append(w.nodes, tailnet.Node{
				Tailnet: id, ID: fmt.Sprintf("n%d%d", i, n), Name: fmt.Sprintf("%s-till-%d", name, n), Product: "client", OS: "windows", Version: "1.60.0",
			})
		}
		w.nodes = append(w.nodes, tailnet.Node{Tailnet: id, ID: fmt.Sprintf("m%d", i), Name: name + " oven", Product: "client", OS: "macos", Version: "1.60.0"})
		w.findings = append(w.findings,
			tailnet.Finding{Tailnet: id, Status: tailnet.KnownAffected, Node: fmt.Sprintf("n%d0", i), Tell: "Somebody opened the door of the " + name + " twice.", Done: "We shut the door of the " + name + " again.", DoneAt: "2026-05-02"},
			tailnet.Finding{Tailnet: id, Status: tailnet.UnderInvestigation, User: fmt.Sprintf("u%d", i)},
			tailnet.Finding{Tailnet: id, Status: tailnet.KnownNotAffected, Node: fmt.Sprintf("m%d", i)})
	}
	return w
}

// TestLettersAreIsolated is F20: a mistake that puts what belongs to one tailnet into
// the letter of another stops the plan, wherever between the tables and the bytes it is
// made.
func TestLettersAreIsolated(t *testing.T) {
	if err := street().letters(t, func(notify.Row, notify.Entry) {}); err != nil {
		t.Fatalf("without a mistake: %v", err)
	}
	for _, m := range isolationMistakes() {
		t.Run(m.name, func(t *testing.T) {
			faulty := street()
			m.make(faulty)
			if slices.EqualFunc(unguarded(t, street()), unguarded(t, faulty), bytes.Equal) {
				t.Fatal("the mistake changes no letter: it proves nothing")
			}
			faulty = street()
			m.make(faulty)
			err := faulty.letters(t, func(notify.Row, notify.Entry) {})
			if err == nil {
				t.Fatal("the plan is not refused")
			}
			t.Log(err)
			for _, secret := range []string{"till", "oven", "keeper", "owner@", "tenant@", "janitor@", "Sons", "door"} {
				if strings.Contains(err.Error(), secret) {
					t.Errorf("F53: the error holds %q: %v", secret, err)
				}
			}
		})
	}
}

// unguarded are the letters of a walk without a guard.
func unguarded(t testing.TB, w *walk) (letters [][]byte) {
	t.Helper()
	w.open = true
	err := w.letters(t, func(_ notify.Row, e notify.Entry) { letters = append(letters, e.Message) })
	if err != nil {
		t.Fatalf("without a guard the mistake is refused elsewhere: %v", err)
	}
	return letters
}

// TestNoPlanWithoutProof is F20: whoever forgets to say whose the names are gets no plan.
func TestNoPlanWithoutProof(t *testing.T) {
	s := sources()
	s.Identifiers = nil
	if _, err := s.Try(t.Context(), streamed([]notify.Row{row("a")}), notify.Hold, now); err == nil {
		t.Error("letters are made that nobody proves")
	}
}

// TestListsAreIsolated is F20 for lists: a node that was booked to the wrong tailnet is in
// no list, of those who get no letter neither.
func TestListsAreIsolated(t *testing.T) {
	mine, other := row("a"), row("b")
	other.Match.Hits[0].Node.ID, other.Match.Hits[0].Node.Name = "n2", "other"
	s := sources()
	s.Identifiers = namesOf(mine, other)
	put := func(List) error { return nil }
	for _, standing := range notify.Standings {
		booked := other.Match.Hits[0]
		booked.Node.Tailnet = "a"
		wrong := mine
		wrong.Standing, wrong.Match.Hits = standing, []affected.Hit{mine.Match.Hits[0], booked}
		refused := (*isolation.RefusedError)(nil)
		if _, err := s.Lists(streamed([]notify.Row{wrong}), now, put); !errors.As(err, &refused) {
			t.Errorf("%s: %v", standing, err)
		}
	}
	if _, err := s.Lists(streamed([]notify.Row{mine, other}), now, put); err != nil {
		t.Error(err)
	}
	s.Identifiers = nil
	if _, err := s.Lists(streamed([]notify.Row{mine}), now, put); err == nil {
		t.Error("a list is made that nobody proves")
	}
}

// TestTwinsAreAlike: a letter that says another's name for a reason of its own passes,
// whatever is in it: a version, a count, a deed that was done for everybody.
func TestTwinsAreAlike(t *testing.T) {
	w := street()
	for i, name := range []string{"1.60.0", "3", "2026", "macos", "2"} {
		w.nodes = append(w.nodes, tailnet.Node{Tailnet: "school.example.com", ID: fmt.Sprintf("z%d", i), Name: name, Product: "client", OS: "macos", Version: "1.60.0"})
	}
	for i := range w.findings {
		if w.findings[i].User != "" {
			w.findings[i].Done, w.findings[i].DoneAt = everybodys, "2026-05-03"
		}
	}
	if err := w.letters(t, func(notify.Row, notify.Entry) {}); err != nil {
		t.Error(err)
	}
}

// TestCodesAreNobodys: a letter passes whose code somebody's node is called by, whole or in
// part. It is a hash, and names nobody.
func TestCodesAreNobodys(t *testing.T) {
	w := street()
	code := genuine.Make([]byte("key"), genuine.Letter{
		Plan: genuine.Plan{Bulletin: "TS-2026-007", Number: 1}, Tailnet: "bakery.example.com", Address: "owner@bakery.example.com",
	})
	for i, name := range []string{string(code), string(code[:5]), strings.ToLower(string(code[6:11])), string(code[12:])} {
		w.nodes = append(w.nodes, tailnet.Node{Tailnet: "school.example.com", ID: fmt.Sprintf("z%d", i), Name: name, Product: "client", OS: "macos", Version: "1.60.0"})
	}
	borne := 0
	err := w.letters(t, func(_ notify.Row, e notify.Entry) {
		if bytes.Contains(e.Message, []byte(code)) {
			borne++
		}
	})
	if err != nil || borne != 1 {
		t.Errorf("%d letters bear the code of one: %v", borne, err)
	}
}

// TestNoTwoLettersShareACode: not of one plan, nor of a bulletin's next one.
func TestNoTwoLettersShareACode(t *testing.T) {
	w := town(200)
	survey, names := w.survey(t)
	composer, err := w.sources(names).composer()
	if err != nil {
		t.Fatal(err)
	}
	seen := make(map[string]bool)
	for number := range 2 {
		for e, err := range composer.Entries(w.sources(names).head(number+1, notify.Hold, nil, now), survey.Rows(notify.Hold)) {
			if err != nil {
				t.Fatal(err)
			}
			seen[string(codeOf.Find(e.Message))] = true
		}
	}
	if delete(seen, ""); len(seen) != 400 {
		t.Errorf("%d codes on 400 letters", len(seen))
	}
}

// TestCommonNamesCostNothing: that somebody's node is called like a word of the letters
// makes no second letter necessary.
func TestCommonNamesCostNothing(t *testing.T) {
	const letters = 50
	w := town(letters)
	survey, names := w.survey(t)
	composer, err := w.sources(names).composer()
	if err != nil {
		t.Fatal(err)
	}
	apart, err := w.sources(names).writer()
	if err != nil {
		t.Fatal(err)
	}
	var written atomic.Int64
	compose := apart.Message
	apart.Message = func(l notify.Letter, id string) ([]byte, error) {
		written.Add(1)
		return compose(l, id)
	}
	composer.Guard = notify.NewGuard(names, apart)
	for _, err := range composer.Entries(w.sources(names).head(1, notify.Hold, nil, now), survey.Rows(notify.Hold)) {
		if err != nil {
			t.Fatal(err)
		}
	}
	if n := written.Load(); n > letters/3 {
		t.Errorf("%d letters beside %d", n, letters)
	}
}
