package feed

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"tocsin/internal/bulletin"
)

// Everything that is wrong is named, each with its bulletin (F58).
func TestRefused(t *testing.T) {
	good := item(t, bulletin.Bulletin{ID: "TS-1", Title: "good", Published: day}, "")
	with := func(change func(i *Item)) []Item {
		bad := item(t, bulletin.Bulletin{ID: "TS-2", Title: "bad", Published: day}, "")
		change(&bad)
		return []Item{good, bad}
	}
	channel := func(change func(ch *Channel)) Channel {
		bad := ch
		change(&bad)
		return bad
	}
	for _, c := range []struct {
		name  string
		ch    Channel
		items []Item
		want  string
	}{
		{"control in title", ch, with(func(i *Item) { i.Title = "a\x01" }),
			`bulletin "TS-2": the title holds the character U+0001, which XML forbids`},
		{"control in summary", ch, with(func(i *Item) { i.Summary = "a\x0bb" }),
			`bulletin "TS-2": the summary holds the character U+000B, which XML forbids`},
		{"control in content", ch, with(func(i *Item) { i.Content = "<p>\x1b[31m</p>" }),
			`bulletin "TS-2": the content holds the character U+001B, which XML forbids`},
		{"no character", ch, with(func(i *Item) { i.Content = "\uffff" }),
			`bulletin "TS-2": the content holds the character U+FFFF, which XML forbids`},
		{"control in URL", ch, with(func(i *Item) { i.URL = "https://a/\x00" }),
			`bulletin "TS-2": the link holds the character U+0000, which XML forbids`},
		{"control in severity", ch, with(func(i *Item) { i.Severity = "hi\x03gh" }),
			`bulletin "TS-2": the category holds the character U+0003, which XML forbids`},
		{"control in product", ch, with(func(i *Item) { i.Products = []string{"a\x03"} }),
			`bulletin "TS-2": the category holds the character U+0003, which XML forbids`},
		{"white space in id", ch, with(func(i *Item) { i.ID = "TS-2 " }),
			`bulletin "TS-2 ": the id holds more than letters, digits and - . _ : /`},
		{"broken UTF-8", ch, with(func(i *Item) { i.Content = "caf\xe9" }), `bulletin "TS-2": the content is not valid UTF-8`},
		{"carriage return that NewItem did not see", ch, with(func(i *Item) { i.Content = "a\rb" }),
			`bulletin "TS-2": the content holds a carriage return, which XML reads as another line end`},
		{"twice", ch, with(func(i *Item) { i.ID = "TS-1" }), `bulletin "TS-1" stands in the feed twice`},
		{"guid of another", ch, with(func(i *Item) { i.GUID = "TS-1" }), `bulletin "TS-1": the guid "TS-1" is that of another bulletin`},
		{"no id", ch, with(func(i *Item) { i.ID, i.GUID = "", "" }), `bulletin "bad" has no id`},
		{"no guid", ch, with(func(i *Item) { i.GUID = "" }), `bulletin "bad" has no id`},
		{"no date", ch, with(func(i *Item) { i.Announced = time.Time{} }), `bulletin "TS-2" has no date`},
		{"no address", ch, with(func(i *Item) { i.URL = "" }), `bulletin "TS-2" has no link`},
		{"date that nobody can spell", ch, with(func(i *Item) { i.Announced, i.Updated = day.AddDate(9000, 0, 0), day.AddDate(9000, 0, 0) }),
			`bulletin "TS-2": the date is in the year 11026, which feeds cannot tell`},
		{"several", ch, append(with(func(i *Item) { i.Title, i.Content = "a\x01", "\x02" }), good),
			`bulletin "TS-1" stands in the feed twice` + "\n" +
				`bulletin "TS-2": the title holds the character U+0001, which XML forbids` + "\n" +
				`bulletin "TS-2": the content holds the character U+0002, which XML forbids`},
		{"channel's title", channel(func(ch *Channel) { ch.Title = "a\x07" }), nil,
			`the channel: the title holds the character U+0007, which XML forbids`},
		{"empty channel", Channel{ID: "x"}, nil, "the channel has no title\nthe channel has no link\nthe channel has no self"},
		{"style", channel(func(ch *Channel) { ch.Style = `x"?><evil/>` }), nil,
			`the channel: the style "x\"?><evil/>" holds one of " < > &`},
	} {
		for name, write := range formats {
			t.Run(c.name+" "+name, func(t *testing.T) {
				data, err := write(c.ch, c.items)
				if data != nil || !sameLines(fmt.Sprint(err), c.want) {
					t.Errorf("feed of %d bytes, error\n%v\nwant\n%s", len(data), err, c.want)
				}
			})
		}
	}
}

// sameLines compares errors whose order is that of the entries.
func sameLines(a, b string) bool {
	x, y := strings.Split(a, "\n"), strings.Split(b, "\n")
	slices.Sort(x)
	slices.Sort(y)
	return slices.Equal(x, y)
}

// Without a namespace, ids would begin with nothing; RSS does without one.
func TestAtomNeedsANamespace(t *testing.T) {
	bare := ch
	bare.ID = ""
	const want = "the channel has no id, which the ids of its entries begin with"
	for name, write := range formats {
		_, err := write(bare, sample(t))
		if name == "feed.xml" && err != nil || name != "feed.xml" && (err == nil || err.Error() != want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestDeleteAndC1PassAsXMLAllows(t *testing.T) {
	const odd = "\t\x7f\u0085\u2028\ufffd\U0001F512\U0001fffe\ufeff\u202e\u200b"
	i := item(t, bulletin.Bulletin{ID: "TS-1", Title: odd, Summary: odd + ".", Published: day}, "<p>"+odd+"</p>")
	for name := range formats {
		e := found(t, name, must(t, name, ch, []Item{i})).entries[0]
		if e.title != "TS-1: "+odd || e.content != "<p>"+odd+"</p>" {
			t.Errorf("%s: read back as %q, %q", name, e.title, e.content)
		}
	}
}

// verify is the last guard: it must see any field of any entry that came out wrong.
func TestVerifySeesEveryDifference(t *testing.T) {
	for name, f := range readers {
		want := f.document(ch, newest(sample(t)))
		changes := map[string]func(d *document){
			"feed: the title":                   func(d *document) { d.title += " " },
			"feed: the link":                    func(d *document) { d.link += "#" },
			"feed: the self":                    func(d *document) { d.self = "https://example.com/" },
			"feed: the language":                func(d *document) { d.language = "" },
			"feed: the description":             func(d *document) { d.description += "." },
			"TS-2026-001\": the id":             func(d *document) { d.entries[2].id += "x" },
			"TS-2026-001\": the title":          func(d *document) { d.entries[2].title = "" },
			"TS-2026-001\": the link":           func(d *document) { d.entries[2].link += "#" },
			"TS-2026-001\": the summary":        func(d *document) { d.entries[2].summary += " " },
			"TS-2026-001\": the content":        func(d *document) { d.entries[2].content += "\n" },
			"TS-2026-001\": the author":         func(d *document) { d.entries[2].author = "" },
			"TS-2026-001\": the date":           func(d *document) { d.entries[2].published = want.entries[4].published },
			"TS-2026-001\": the date of change": func(d *document) { d.entries[2].updated = want.entries[4].updated },
			"TS-2026-001\": the category":       func(d *document) { d.entries[2].categories = d.entries[2].categories[1:] },
			"5 where":                           nil,
		}
		switch name {
		case "feed.xml":
			changes["isPermaLink"] = func(d *document) { d.entries[2].permalink = "true" }
			changes["feed: the style"] = func(d *document) { d.style = "/other.css" }
			changes["feed: the date of change"] = func(d *document) { d.updated = "" }
		case "atom.xml":
			changes["category's scheme"] = func(d *document) { d.entries[2].categories[0].scheme = "x" }
			changes["feed: the id"] = func(d *document) { d.id += "x" }
			changes["feed: the author"] = func(d *document) { d.author = "" }
		}
		delete(changes, "5 where")
		for what, change := range changes {
			changed := want
			changed.entries = slices.Clone(want.entries)
			for n := range changed.entries {
				changed.entries[n].categories = slices.Clone(want.entries[n].categories)
			}
			change(&changed)
			data, err := f.encode(changed)
			if err != nil {
				t.Fatal(err)
			}
			if err := verify(f, data, want); err == nil || !strings.Contains(err.Error(), what) {
				t.Errorf("%s: %s: %v", name, what, err)
			}
		}
		whole, err := f.encode(want)
		if err != nil {
			t.Fatal(err)
		}
		if err := verify(f, whole, want); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if err := verify(f, whole[:len(whole)-20], want); err == nil {
			t.Errorf("%s: a feed cut short reads back", name)
		}
		fewer := want
		fewer.entries = want.entries[1:]
		if err := verify(f, whole, fewer); err == nil || !strings.Contains(err.Error(), "5 items where 4") {
			t.Errorf("%s: an item too many: %v", name, err)
		}
	}
}

// liar is RSS by a library that changes what it is given.
type liar struct{ rss }

func (l liar) encode(d document) ([]byte, error) {
	d.entries = slices.Clone(d.entries)
	d.entries[1].title += "!"
	return l.rss.encode(d)
}

// Nobody gets a feed that was not read back.
func TestWhatDoesNotReadBackIsRefused(t *testing.T) {
	const want = `entry "TS-2026-002": the title does not read back as it was asked for`
	if data, err := ch.write(sample(t), liar{}); data != nil || err == nil || err.Error() != want {
		t.Errorf("a feed of %d bytes, %v", len(data), err)
	}
}
