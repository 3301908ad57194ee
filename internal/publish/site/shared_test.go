package site

import (
	"bytes"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"tocsin/internal/address"
	"tocsin/internal/bulletin"
	"tocsin/internal/disclosure"
	"tocsin/internal/verdict"
	"tocsin/templates"
)

// made is a shared file with the digest of what it shows.
type made struct {
	from [32]byte
	data string
}

func sharedOf(t *testing.T, r *Renderer, all []bulletin.Bulletin) map[string]made {
	t.Helper()
	var cards []*Card
	for _, b := range all {
		c, err := r.Card(Notice{Bulletin: published(t, b), Public: func(bulletin.ID) bool { return true }})
		if err != nil {
			t.Fatal(err)
		}
		cards = append(cards, &c)
	}
	files := make(map[string]made)
	for s := range r.Shared(cards) {
		data, err := s.Write(nil)
		if err != nil {
			t.Fatal(err)
		}
		if s.From == [32]byte{} {
			t.Errorf("%s has no digest", s.Path)
		}
		files[s.Path] = made{s.From, string(data)}
	}
	return files
}

// edits are what can happen to one of some bulletins.
var edits = []func(r *rand.Rand, b *bulletin.Bulletin){
	func(r *rand.Rand, b *bulletin.Bulletin) { b.Title += "!" },
	func(r *rand.Rand, b *bulletin.Bulletin) { b.Summary += "?" },
	func(r *rand.Rand, b *bulletin.Bulletin) {
		b.Severity = bulletin.Severities()[r.IntN(len(bulletin.Severities()))]
	},
	func(r *rand.Rand, b *bulletin.Bulletin) { b.Action.Required = verdict.Truth(r.IntN(3)) },
	func(r *rand.Rand, b *bulletin.Bulletin) { b.Exploited.Word = "confirmed" },
	func(r *rand.Rand, b *bulletin.Bulletin) { b.Published = b.Published.AddDate(0, 0, r.IntN(1000)-500) },
	func(r *rand.Rand, b *bulletin.Bulletin) { b.Published = b.Published.Add(time.Minute) },
	func(r *rand.Rand, b *bulletin.Bulletin) {
		b.Affected = []bulletin.Affected{{Product: []string{"client", "coordination-server", "other"}[r.IntN(3)]}}
	},
	func(r *rand.Rand, b *bulletin.Bulletin) {
		b.Revisions = append(b.Revisions, bulletin.Revision{Version: 2, At: b.Published.AddDate(1, 0, 0), Summary: "A typo."})
	},
	func(r *rand.Rand, b *bulletin.Bulletin) {
		b.Status, b.Retraction = bulletin.Withdrawn, &bulletin.Retraction{At: b.Published.AddDate(1, 0, 0), Reason: "Wrong."}
	},
	func(r *rand.Rand, b *bulletin.Bulletin) { b.ID += bulletin.ID(fmt.Sprint(r.IntN(10))) },
	decided,
	func(*rand.Rand, *bulletin.Bulletin) {}, // and goes, below
}

// decided gives a bulletin a record, by which a sentence of the policy published it.
func decided(_ *rand.Rand, b *bulletin.Bulletin) {
	b.Decision = &bulletin.Decision{Verdicts: map[string]bulletin.Judged{disclosure.Disclose: {Verdict: verdict.Required,
		Clauses: []bulletin.JudgedClause{{Clause: "action", Quote: actionQuote, Value: "yes", Decides: true}}}}}
}

// edited are the bulletins with a few edits; some come to be, some are gone.
func edited(r *rand.Rand, all []bulletin.Bulletin) []bulletin.Bulletin {
	all = slices.Clone(all)
	for range 1 + r.IntN(2) {
		at, edit := r.IntN(len(all)), r.IntN(len(edits))
		switch {
		case edit == len(edits)-1 && len(all) > 2:
			all = slices.Delete(all, at, at+1)
		default:
			b := all[at]
			b.Revisions = slices.Clone(b.Revisions)
			edits[edit](r, &b)
			all[at] = b
		}
	}
	return all
}

// TestFrom: no file that shows several bulletins is kept where it would be another by now (F61):
// where its bytes change, so does its digest. Most digests stay, or nothing would be kept.
func TestFrom(t *testing.T) {
	s := small(t)
	s.Rules = disclosure.Builtin()
	pieces, err := fs.ReadFile(templates.Files(), "site/pieces.html")
	if err != nil {
		t.Fatal(err)
	}
	dateless := strings.Replace(string(pieces), "<span class=\"id\">{{.ID}}</span> <span>{{.Published.HTML}}{{with .Changed}}{{t \"list.separator\"}}{{t \"bulletin.changed\" .HTML}}{{end}}</span>", "", 1)
	bare := s
	bare.Templates = templates.Over(fstest.MapFS{"site/pieces.html": {Data: []byte(dateless)}})
	var long []bulletin.Bulletin
	for _, p := range plain(t, 420) {
		long = append(long, p.Bulletin())
	}
	few := append(bulletins(t), long[:8]...)
	for i := range few {
		if i%2 == 0 {
			decided(nil, &few[i])
		}
	}
	random := rand.New(rand.NewPCG(61, 4))
	for _, c := range []struct {
		name  string
		site  whole
		all   []bulletin.Bulletin
		times int
	}{{"few", s, few, 150}, {"rows without dates", bare, bulletins(t), 100}, {"parts", s, long, 6}} {
		t.Run(c.name, func(t *testing.T) {
			r := rendererOf(t, c.site)
			before := sharedOf(t, r, c.all)
			files, changed, told := 0, 0, 0
			for range c.times {
				after := sharedOf(t, r, edited(random, c.all))
				for path, was := range before {
					is, still := after[path]
					switch files++; {
					case !still:
					case was.data != is.data:
						if changed++; was.from == is.from {
							t.Errorf("%s changed, and its digest did not", path)
						}
					case was.from != is.from:
						told++
					}
				}
			}
			t.Logf("%d files, %d changed, %d told of a change that there was not", files, changed, told)
			if changed == 0 || told > changed/2 || changed > files/2 {
				t.Errorf("of %d files %d changed, and %d would be made in vain", files, changed, told)
			}
		})
	}
}

// What pages show of bulletins whose rows they do not.
func TestFromOfOldBulletins(t *testing.T) {
	count := func(n int, action verdict.Truth) []bulletin.Bulletin {
		var all []bulletin.Bulletin
		for _, p := range plain(t, n) {
			b := p.Bulletin()
			b.Action.Required = action
			all = append(all, b)
		}
		return all
	}
	urgent := count(8, verdict.No)
	urgent[0].Action.Required = verdict.Yes
	for _, c := range []struct {
		name   string
		all    []bulletin.Bulletin
		change func(oldest *bulletin.Bulletin)
		path   string
	}{
		{"the last that does not say yet", count(8, verdict.Unknown), func(b *bulletin.Bulletin) { b.Action.Required = verdict.No }, "index.html"},
		{"one that asks", count(8, verdict.Yes), func(b *bulletin.Bulletin) { b.Action.Required = verdict.No }, "index.html"},
		{"the title of what is urgent", urgent, func(b *bulletin.Bulletin) { b.Title = "Other" }, "index.html"},
		{"its severity", urgent, func(b *bulletin.Bulletin) { b.Severity = bulletin.Critical }, "index.html"},
		{"that it is exploited", urgent, func(b *bulletin.Bulletin) { b.Exploited.Word = "confirmed" }, "index.html"},
		{"when it changed", urgent, func(b *bulletin.Bulletin) { revise(b, false) }, "index.html"},
		{"an old one told anew", count(8, verdict.No), func(b *bulletin.Bulletin) { revise(b, true) }, "404.html"},
		{"its day", urgent, func(b *bulletin.Bulletin) { b.Published = b.Published.AddDate(0, 0, -1) }, "index.html"},
		{"the first day of a part", count(420, verdict.No), func(b *bulletin.Bulletin) { b.Published = b.Published.AddDate(0, 0, -1) }, "security-bulletins/severity/high/index.html"},
		{"the only one of a year", count(420, verdict.No), func(b *bulletin.Bulletin) { b.Published = b.Published.AddDate(-1, 0, 0) }, "security-bulletins/index.html"},
		{"the oldest ID", count(8, verdict.No), func(b *bulletin.Bulletin) { b.ID = "TS-2019-00001" }, "security-bulletins/feeds/index.html"},
	} {
		r := rendererOf(t, small(t))
		c.all[0].Published = c.all[0].Published.AddDate(-1, 0, 0)
		was := sharedOf(t, r, c.all)[c.path]
		c.change(&c.all[0])
		if is := sharedOf(t, r, c.all)[c.path]; is.data == was.data || is.from == was.from {
			t.Errorf("%s: the page changed: %v; its digest: %v", c.name, is.data != was.data, is.from != was.from)
		}
	}
	r := rendererOf(t, small(t))
	if five, six := sharedOf(t, r, count(6, verdict.No)[1:])["index.html"], sharedOf(t, r, count(6, verdict.No))["index.html"]; five.data == six.data || five.from == six.from {
		t.Error("the first page does not tell whether there are more bulletins than it shows")
	}
}

// TestFromOfMoves: addresses that move come from a file that changes from build to build, so that
// their pages are digests of them.
func TestFromOfMoves(t *testing.T) {
	from := make(map[[32]byte]address.Move)
	for _, m := range []address.Move{{From: "/old/", To: "/a/"}, {From: "/old/", To: "/b/"}, {From: "/old/", Reason: "/b/"}, {From: "/old/", Reason: "/a/"}, {From: "/older/", To: "/a/"}} {
		s := small(t)
		s.Moves = []address.Move{m}
		file := sharedOf(t, rendererOf(t, s), nil)[m.From.File()]
		if other, taken := from[file.from]; taken || file.data == "" {
			t.Errorf("%v is told from %v", m, other)
		}
		from[file.from] = m
	}
}

// TestSight: no two sights are alike.
func TestSight(t *testing.T) {
	row := &Card{Published: day("2026-01-01")}
	other := &Card{Published: day("2026-01-02")}
	all := map[string]sight{
		"nothing": nil, "an empty text": sight(nil).text(""), "two": sight(nil).text("", ""), "ab": sight(nil).text("ab"), "a, b": sight(nil).text("a", "b"),
		"1": sight(nil).number(1), "2": sight(nil).number(2), "a row": sight(nil).rows([]*Card{row}), "of another day": sight(nil).rows([]*Card{other}),
	}
	for a, one := range all {
		for b, two := range all {
			if a != b && (bytes.Equal(one, two) || one.from() == two.from()) {
				t.Errorf("%s and %s are alike", a, b)
			}
		}
	}
	if one := sight(nil).time(day("2026-01-01")); !bytes.Equal(one, sight(nil).time(day("2026-01-01").In(time.FixedZone("", 3600)))) {
		t.Error("a zone is seen, which no page shows")
	}
}

// TestSharedAtOnce: files that share what they are made of can be made at once, twice, and are the
// same; go test -race looks on.
func TestSharedAtOnce(t *testing.T) {
	s := small(t)
	s.Rules = disclosure.Builtin()
	r := rendererOf(t, s)
	want := sharedOf(t, r, bulletins(t))
	var cards []*Card
	for n := range Notices(s.Bulletins) {
		c, err := r.Card(n)
		if err != nil {
			t.Fatal(err)
		}
		cards = append(cards, &c)
	}
	files := slices.Collect(r.Shared(cards))
	var group sync.WaitGroup
	for _, f := range append(files, files...) {
		group.Go(func() {
			if data, err := f.Write(nil); err != nil || string(data) != want[f.Path].data {
				t.Errorf("%s is another: %v", f.Path, err)
			}
		})
	}
	group.Wait()
}

// TestSharedStops: who has enough of the list gets no more of it.
func TestSharedStops(t *testing.T) {
	r := rendererOf(t, small(t))
	count := 0
	for range r.Shared(nil) {
		count++
	}
	for stop := range count {
		n := 0
		for range r.Shared(nil) {
			if n++; n > stop {
				break
			}
		}
		if n != stop+1 {
			t.Errorf("%d files where %d were asked for", n, stop+1)
		}
	}
}
