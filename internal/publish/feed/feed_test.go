package feed

import (
	"bytes"
	"encoding/xml"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tocsin/internal/bulletin"
)

var update = flag.Bool("update", false, "rewrite the golden files")

var (
	day = time.Date(2026, 3, 1, 8, 30, 0, 0, time.UTC)
	ch  = Channel{
		Title:       "Example security bulletins",
		Description: "What <we> fixed & what you have to do",
		Link:        "https://example.com/security-bulletins/",
		Self:        "https://example.com/security-bulletins/index.xml?a=1&b=2",
		Language:    "en",
	}
)

func entry(t testing.TB, b bulletin.Bulletin, content string) Entry {
	t.Helper()
	if b.Status == "" {
		b.Status = bulletin.Public
	}
	p, err := b.Publish()
	if err != nil {
		t.Fatal(err)
	}
	return Entry{p, "https://example.com/security-bulletins/" + strings.ToLower(string(b.ID)) + "/", content}
}

func sample(t testing.TB) []Entry {
	east := time.FixedZone("east", 9*3600)
	return []Entry{
		entry(t, bulletin.Bulletin{ID: "TS-2026-001", Title: "Keys stayed valid", Published: day, Severity: bulletin.High,
			Summary: "Removed devices kept access for up to an hour."}, "<p>All of it.</p>\r\n<pre>a ]]> b &amp; c</pre>\r"),
		entry(t, bulletin.Bulletin{ID: "TS-2026-003", Title: "Same instant, later id", Published: day.Add(time.Hour).In(east),
			Severity: bulletin.Unrated}, "<p>Same.</p>"),
		entry(t, bulletin.Bulletin{ID: "TS-2026-002", Title: "R&D <script> \"quoted\" 日本", Published: day.Add(time.Hour)}, ""),
		entry(t, bulletin.Bulletin{ID: "TS-2025-009", Title: "Taken back", Published: day.AddDate(0, -3, 0),
			Status: bulletin.Withdrawn, Severity: bulletin.Low, Summary: "It was not so."}, "<p>Why.</p>"),
	}
}

func mustRSS(t testing.TB, ch Channel, entries []Entry) []byte {
	t.Helper()
	data, err := RSS(ch, entries)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func mustParse(t testing.TB, data []byte) []item {
	t.Helper()
	items, err := parse(data)
	if err != nil {
		t.Fatal(err)
	}
	return items
}

func ids(items []item) []string {
	var all []string
	for _, i := range items {
		all = append(all, i.GUID.ID)
	}
	return all
}

func TestGolden(t *testing.T) {
	for name, entries := range map[string][]Entry{"feed.xml": sample(t), "empty.xml": nil} {
		t.Run(name, func(t *testing.T) {
			golden := filepath.Join("testdata", name)
			got := mustRSS(t, ch, entries)
			if *update {
				if err := os.WriteFile(golden, got, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), string(got)); diff != "" {
				t.Errorf("feed (-want +got):\n%s", diff)
			}
		})
	}
}

func TestItems(t *testing.T) {
	base := "https://example.com/security-bulletins/"
	want := []item{
		{Title: "TS-2026-003: Same instant, later id", Link: base + "ts-2026-003/", Description: "Same instant, later id",
			Content: "<p>Same.</p>", Category: "unrated", GUID: guid{"TS-2026-003", "false"}, PubDate: "Sun, 01 Mar 2026 09:30:00 +0000"},
		{Title: "TS-2026-002: R&D <script> \"quoted\" 日本", Link: base + "ts-2026-002/", Description: "R&D <script> \"quoted\" 日本",
			GUID: guid{"TS-2026-002", "false"}, PubDate: "Sun, 01 Mar 2026 09:30:00 +0000"},
		{Title: "TS-2026-001: Keys stayed valid", Link: base + "ts-2026-001/", Description: "Removed devices kept access for up to an hour.",
			Content: "<p>All of it.</p>\n<pre>a ]]> b &amp; c</pre>\n", Category: "high", GUID: guid{"TS-2026-001", "false"}, PubDate: "Sun, 01 Mar 2026 08:30:00 +0000"},
		{Title: "[Withdrawn] TS-2025-009: Taken back", Link: base + "ts-2025-009/", Description: bulletin.Withdrawal,
			Content: "<p>" + bulletin.Withdrawal + "</p>", GUID: guid{"TS-2025-009", "false"}, PubDate: "Mon, 01 Dec 2025 08:30:00 +0000"},
	}
	if diff := cmp.Diff(want, mustParse(t, mustRSS(t, ch, sample(t)))); diff != "" {
		t.Errorf("items (-want +got):\n%s", diff)
	}
}

func TestChannel(t *testing.T) {
	type parsed struct {
		Version string `xml:"version,attr"`
		Channel struct {
			Title       string `xml:"title"`
			Description string `xml:"description"`
			Language    string `xml:"language"`
			LastBuild   string `xml:"lastBuildDate"`
			Links       []struct {
				XMLName xml.Name
				Href    string `xml:"href,attr"`
				Rel     string `xml:"rel,attr"`
				Type    string `xml:"type,attr"`
				Text    string `xml:",chardata"`
			} `xml:"link"`
		} `xml:"channel"`
	}
	for _, c := range []struct {
		name      string
		entries   []Entry
		lastBuild string
	}{
		{"full", sample(t), "Sun, 01 Mar 2026 09:30:00 +0000"},
		{"empty", nil, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			data := mustRSS(t, ch, c.entries)
			var got parsed
			if err := xml.Unmarshal(data, &got); err != nil {
				t.Fatal(err)
			}
			if got.Version != "2.0" || got.Channel.Title != ch.Title || got.Channel.Description != ch.Description ||
				got.Channel.Language != ch.Language || got.Channel.LastBuild != c.lastBuild {
				t.Errorf("channel is %+v", got)
			}
			if c.lastBuild == "" && bytes.Contains(data, []byte("lastBuildDate")) {
				t.Error("an empty feed has a lastBuildDate")
			}
			links := got.Channel.Links
			if len(links) != 2 || links[0].XMLName.Space != "" || links[0].Text != ch.Link {
				t.Fatalf("links are %+v", links)
			}
			self := links[1]
			if self.XMLName.Space != atomSpace || self.Href != ch.Self || self.Rel != "self" || self.Type != "application/rss+xml" {
				t.Errorf("self link is %+v", self)
			}
		})
	}
}

// A reader alerts again on a new guid, so nothing but the ID may change it.
func TestGUIDIsStable(t *testing.T) {
	before := bulletin.Bulletin{ID: "TS-2026-004", Title: "Before", Published: day}
	for name, change := range map[string]func(b *bulletin.Bulletin, e *Entry){
		"title":    func(b *bulletin.Bulletin, _ *Entry) { b.Title = "After" },
		"date":     func(b *bulletin.Bulletin, _ *Entry) { b.Published = day.AddDate(1, 0, 0) },
		"severity": func(b *bulletin.Bulletin, _ *Entry) { b.Severity = bulletin.Critical },
		"status":   func(b *bulletin.Bulletin, _ *Entry) { b.Status = bulletin.Withdrawn },
		"URL":      func(_ *bulletin.Bulletin, e *Entry) { e.URL = "https://example.org/moved/" },
		"content":  func(_ *bulletin.Bulletin, e *Entry) { e.ContentHTML = "<p>corrected</p>" },
	} {
		t.Run(name, func(t *testing.T) {
			b := before
			change(&b, &Entry{})
			e := entry(t, b, "")
			change(&b, &e)
			old := mustRSS(t, ch, []Entry{entry(t, before, "")})
			changed := mustRSS(t, ch, []Entry{e})
			if bytes.Equal(old, changed) {
				t.Fatal("the change does not show in the feed: this test tests nothing")
			}
			if got := mustParse(t, changed)[0].GUID; got != mustParse(t, old)[0].GUID || got.ID != "TS-2026-004" {
				t.Errorf("guid is now %+v", got)
			}
		})
	}
}

// A material revision is told anew, once and with its own date; any other is not (F59).
func TestMaterialRevision(t *testing.T) {
	revised := func(material ...bool) bulletin.Bulletin {
		b := bulletin.Bulletin{ID: "TS-2026-004", Title: "A fault", Published: day}
		for i, m := range material {
			b.Revisions = append(b.Revisions, bulletin.Revision{Version: i + 1, At: day.AddDate(0, 0, i), Material: m})
		}
		return b
	}
	for _, c := range []struct {
		b    bulletin.Bulletin
		guid string
		at   time.Time
	}{
		{revised(false), "TS-2026-004", day},
		{revised(true), "TS-2026-004", day}, // the release itself
		{revised(false, false), "TS-2026-004", day},
		{revised(false, true), "TS-2026-004/r2", day.AddDate(0, 0, 1)},
		{revised(false, true, false), "TS-2026-004/r2", day.AddDate(0, 0, 1)},
		{revised(false, true, false, true), "TS-2026-004/r4", day.AddDate(0, 0, 3)},
	} {
		got := mustParse(t, mustRSS(t, ch, []Entry{entry(t, c.b, "")}))[0]
		if got.GUID.ID != c.guid || got.PubDate != date(c.at) {
			t.Errorf("%d revisions: %s of %s, want %s of %s", len(c.b.Revisions), got.GUID.ID, got.PubDate, c.guid, date(c.at))
		}
	}
	later := entry(t, bulletin.Bulletin{ID: "TS-2026-005", Title: "Later", Published: day.AddDate(0, 0, 2)}, "")
	if got := ids(mustParse(t, mustRSS(t, ch, []Entry{later, entry(t, revised(false, false, false, true), "")}))); got[0] != "TS-2026-004/r4" {
		t.Errorf("what was told last stands first: %v", got)
	}
}

func TestWindow(t *testing.T) {
	// series makes n bulletins, one each step back in time, oldest first.
	series := func(n int, step time.Duration) []Entry {
		var all []Entry
		for i := n - 1; i >= 0; i-- {
			all = append(all, entry(t, bulletin.Bulletin{ID: bulletin.ID(fmt.Sprintf("TS-%04d", 9999-i)), Title: "x",
				Published: day.Add(-time.Duration(i) * step)}, ""))
		}
		return all
	}
	for _, c := range []struct {
		name    string
		entries []Entry
		want    int
	}{
		{"few and old", series(30, 1000*time.Hour), 30},
		{"hundred and old", series(100, 1000*time.Hour), 100},
		{"one too many", series(101, 1000*time.Hour), 100},
		{"a burst stays", series(500, time.Hour), 500},
		{"90 days to the second", series(300, 12*time.Hour), 181}, // 0 … 180 half days
		{"a second short of 90 days", series(300, 12*time.Hour+time.Second), 180},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := ids(mustParse(t, mustRSS(t, ch, c.entries)))
			if len(got) != c.want {
				t.Errorf("%d items, want %d", len(got), c.want)
			}
			if got[0] != "TS-9999" || !slices.IsSortedFunc(got, func(a, b string) int { return strings.Compare(b, a) }) {
				t.Errorf("not newest first: %v", got)
			}
		})
	}
}

func TestSameBytesWhateverOrderAndZone(t *testing.T) {
	entries := sample(t)
	want := mustRSS(t, ch, entries)
	before := slices.Clone(entries)
	for range entries {
		entries = append(entries[1:], entries[0])
		if got := mustRSS(t, ch, entries); !bytes.Equal(got, want) {
			t.Errorf("another order gives another feed:\n%s", cmp.Diff(string(want), string(got)))
		}
	}
	for i, e := range before {
		b := e.Bulletin.Bulletin()
		b.Published = b.Published.In(time.FixedZone("west", -7*3600))
		before[i] = entry(t, b, e.ContentHTML)
	}
	if got := mustRSS(t, ch, before); !bytes.Equal(got, want) {
		t.Errorf("another zone gives another feed:\n%s", cmp.Diff(string(want), string(got)))
	}
}

func TestInputIsNotReordered(t *testing.T) {
	entries := sample(t)
	mustRSS(t, ch, entries)
	if got := entries[0].Bulletin.Bulletin().ID; got != "TS-2026-001" {
		t.Errorf("the caller's first entry is now %s", got)
	}
}

func TestRefused(t *testing.T) {
	good := bulletin.Bulletin{ID: "TS-1", Title: "good", Published: day}
	with := func(change func(b *bulletin.Bulletin)) []Entry {
		b := bulletin.Bulletin{ID: "TS-2", Title: "bad", Published: day}
		change(&b)
		return []Entry{entry(t, good, ""), entry(t, b, "")}
	}
	for _, c := range []struct {
		name    string
		ch      Channel
		entries []Entry
		want    string
	}{
		{"control in title", ch, with(func(b *bulletin.Bulletin) { b.Title = "a\x01" }),
			`bulletin "TS-2": the title holds the character U+0001, which XML forbids` + "\n" +
				`bulletin "TS-2": the description holds the character U+0001, which XML forbids`},
		{"control in summary", ch, with(func(b *bulletin.Bulletin) { b.Summary = "a\x0bb" }),
			`bulletin "TS-2": the description holds the character U+000B, which XML forbids`},
		{"control in content", ch, []Entry{entry(t, good, "<p>\x1b[31m</p>")},
			`bulletin "TS-1": the content holds the character U+001B, which XML forbids`},
		{"no character", ch, []Entry{entry(t, good, "\uffff")},
			`bulletin "TS-1": the content holds the character U+FFFF, which XML forbids`},
		{"control in URL", ch, []Entry{{entry(t, good, "").Bulletin, "https://a/\x00", ""}},
			`bulletin "TS-1": the link holds the character U+0000, which XML forbids`},
		{"control in id", ch, with(func(b *bulletin.Bulletin) { b.ID = "TS\x02" }),
			`bulletin "TS\x02": the id holds the character U+0002, which XML forbids` + "\n" +
				`bulletin "TS\x02": the title holds the character U+0002, which XML forbids` + "\n" +
				`bulletin "TS\x02": the link holds the character U+0002, which XML forbids`},
		{"control in severity", ch, with(func(b *bulletin.Bulletin) { b.Severity = "hi\x03gh" }),
			`bulletin "TS-2": the category holds the character U+0003, which XML forbids`},
		{"broken UTF-8", ch, []Entry{entry(t, good, "caf\xe9")}, `bulletin "TS-1": the content is not valid UTF-8`},
		{"channel", Channel{Title: "a\x07"}, nil, `the channel: the title holds the character U+0007, which XML forbids`},
		{"twice", ch, with(func(b *bulletin.Bulletin) { b.ID = "TS-1" }), `bulletin "TS-1" stands in the feed twice`},
		{"no id", ch, with(func(b *bulletin.Bulletin) { b.ID = "" }), `bulletin "bad" has no id`},
		{"never published", ch, []Entry{{}}, `bulletin "" has no id`},
	} {
		t.Run(c.name, func(t *testing.T) {
			data, err := RSS(c.ch, c.entries)
			if data != nil || fmt.Sprint(err) != c.want {
				t.Errorf("feed of %d bytes, error\n%v\nwant\n%s", len(data), err, c.want)
			}
		})
	}
}

func TestDeleteAndC1PassAsXMLAllows(t *testing.T) {
	e := entry(t, bulletin.Bulletin{ID: "TS-1", Title: "\t\x7f\u0085\u2028\ufffd\U0001F512", Published: day}, "")
	if got := mustParse(t, mustRSS(t, ch, []Entry{e}))[0].Description; got != "\t\x7f\u0085\u2028\ufffd\U0001F512" {
		t.Errorf("read back as %q", got)
	}
}

// verify is the last guard: it must see any field of any item that came out wrong.
func TestVerifySeesEveryDifference(t *testing.T) {
	want := mustParse(t, mustRSS(t, ch, sample(t)))
	for name, change := range map[string]func(i *item){
		"id":          func(i *item) { i.GUID.ID += "x" },
		"isPermaLink": func(i *item) { i.GUID.IsPermaLink = "" },
		"title":       func(i *item) { i.Title = "" },
		"link":        func(i *item) { i.Link += "#" },
		"description": func(i *item) { i.Description += " " },
		"content":     func(i *item) { i.Content += "\n" },
		"category":    func(i *item) { i.Category = "low" },
		"date":        func(i *item) { i.PubDate = "" },
	} {
		changed := slices.Clone(want)
		change(&changed[2])
		data, err := encode(ch, "", changed)
		if err != nil {
			t.Fatal(err)
		}
		if err := verify(data, want); err == nil || !strings.Contains(err.Error(), `"TS-2026-001": the `+name) {
			t.Errorf("%s: %v", name, err)
		}
	}
	data := mustRSS(t, ch, sample(t)[1:])
	if err := verify(data, want); err == nil || !strings.Contains(err.Error(), "3 items where 4") {
		t.Errorf("a missing item: %v", err)
	}
	if err := verify(data[:len(data)-20], want[:3]); err == nil {
		t.Error("a feed cut short reads back")
	}
}

func FuzzRSS(f *testing.F) {
	f.Add("TS-1", "title", "summary", "<p>content</p>", int64(0), true)
	f.Add("TS-2", "]]> <![CDATA[", "&amp; &#x1;", "]]>]]&gt;<![CDATA[ ]]", int64(1<<40), false)
	f.Add("a\r\nb", " \r ", "\n", "\r\n\r", int64(-1), true)
	f.Add("\xff", "\x00", "\ufffe", "\x1b", int64(1), false)
	f.Add("0", "\xc2", "\x8a", "0", int64(0), false) // halves of one character
	f.Add("TS-3", "", "", "", int64(-62135596800), true)
	f.Fuzz(func(t *testing.T, id, title, summary, content string, second int64, withdrawn bool) {
		b := bulletin.Bulletin{ID: bulletin.ID(id), Title: title, Summary: summary, Status: bulletin.Public,
			Published: time.Unix(second%(1<<37), 0)}
		if withdrawn {
			b.Status = bulletin.Withdrawn
		}
		p, err := b.Publish()
		if err != nil {
			t.Skip()
		}
		data, err := RSS(ch, []Entry{{p, "https://example.com/" + id, content}})
		sound := id != "" && legalXML(id) && legalXML(title) && legalXML(summary) && legalXML(content)
		if sound != (err == nil) {
			t.Fatalf("sound is %v, error is %v", sound, err)
		}
		if err != nil {
			return
		}
		got := mustParse(t, data)
		if len(got) != 1 || got[0].GUID.ID != id || !strings.HasSuffix(got[0].Title, id+": "+title) {
			t.Fatalf("reads back as %+v", got)
		}
	})
}

// legalXML asks encoding/xml, which knows the rule on its own.
func legalXML(text string) bool {
	var b bytes.Buffer
	if err := xml.EscapeText(&b, []byte(text)); err != nil {
		return false
	}
	return bytes.Count(b.Bytes(), []byte("\ufffd")) == strings.Count(text, "\ufffd")
}
