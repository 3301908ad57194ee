package notify

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"tocsin/internal/tailnet"
	"tocsin/internal/verdict"
	"tocsin/internal/version"
	"tocsin/templates"
)

// TestCataloguesAreWhole is F27: every language says everything that English says, with
// the same values in it, and nothing that no letter asks for.
func TestCataloguesAreWhole(t *testing.T) {
	hole := regexp.MustCompile(`\{\d\}`)
	holes := func(text string) []string {
		return slices.Compact(slices.Sorted(slices.Values(hole.FindAllString(text, -1))))
	}
	for _, language := range []string{"en", "de"} {
		texts, err := readCatalogue(templates.Files(), "mail/letter."+language+".json")
		if err != nil {
			t.Fatal(err)
		}
		english, err := readCatalogue(templates.Files(), "mail/letter.en.json")
		if err != nil {
			t.Fatal(err)
		}
		for key, text := range english {
			if !slices.Equal(holes(texts[key]), holes(text)) || texts[key] == "" {
				t.Errorf("%s: %s is %q, in English %q", language, key, texts[key], text)
			}
		}
		for key := range texts {
			if english[key] == "" {
				t.Errorf("%s: nothing asks for %s", language, key)
			}
		}
	}
}

// TestEveryTextIsSaid: letters of every kind and state, so that a text which no letter
// uses, and a state which has none, are found.
func TestEveryTextIsSaid(t *testing.T) {
	said := make(map[string]bool)
	s := stationery(t)
	for key := range s.words[english].texts {
		if strings.HasPrefix(key, "month.") {
			said[key] = true
		}
	}
	for key := range s.words[english].texts {
		s.words[english].texts[key] = "<<" + key + ">>" + s.words[english].texts[key]
	}
	for _, v := range everyState() {
		l, err := s.Write(Row{}, v, "", planned)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(`<<([^>]+)>>`).FindAllStringSubmatch(l.Subject+" "+l.Text+strings.ReplaceAll(strings.ReplaceAll(l.HTML, "&lt;", "<"), "&gt;", ">"), -1) {
			said[strings.Join(strings.Fields(m[1]), " ")] = true
			said[strings.ToLower(m[1])] = true
		}
	}
	for _, key := range slices.Sorted(maps.Keys(s.words[english].texts)) {
		if !said[key] {
			t.Errorf("no letter says %q", key)
		}
	}
}

// everyState is views that between them take every state that there is.
func everyState() (out []View) {
	for _, kind := range []Kind{"", Correction, Update, AllClear} {
		for i, reason := range []tailnet.ContactReason{tailnet.SecurityContact, tailnet.Owner, tailnet.Supplemented, tailnet.FoundAddress, tailnet.EarlierAddress} {
			v := every()
			v.Kind, v.ToldAs = kind, reason
			v.Bulletin.Severity = []string{"critical", "high", "medium", "low"}[i%4]
			v.Bulletin.Exploited = []string{"confirmed", "suspected", "no_evidence", "confirmed_none"}[i%4]
			v.When = []When{Now, NowInPart, Expected, NotYet}[i%4]
			if kind == Update && i == 0 {
				v.When = NowWhereSaid
			}
			v.Services[0].Fixed, v.Services[1].Fixed = []verdict.Truth{verdict.Yes, verdict.No}[i%2], []verdict.Truth{verdict.Yes, verdict.No, verdict.Unknown}[i%3]
			v.Bulletin.NoAction = false
			v.Unsettled, v.Beyond, v.Certain = i == 0, i == 1, i != 2
			v.Doubtful, v.Cleared = kind == Correction && i >= 3, kind == "" && i >= 2
			if v.Unrevised = i == 3; kind == "" {
				v.Doubtful = i == 4
			}
			if v.Replaces = planned; i == 3 || i == 0 {
				v.Replaces, v.Changed = time.Time{}, nil
			}
			if kind == AllClear && i == 1 {
				v.Bulletin.Withdrawn, v.Bulletin.Reason, v.Bulletin.Instead = true, "Nobody had it.", "TS-2026-008"
			}
			if kind == Correction && i == 2 {
				v.Reasons = nil
			}
			out = append(out, v)
		}
	}
	for _, day := range []time.Time{{}, planned} {
		v := every()
		v.Cleared, v.Unlisted, v.Replaces = true, true, day
		out = append(out, v)
	}
	for i, step := range []Step{UpdateNow, UpdateSoon, AwaitFix, NoFix, DoInstead, FixedAlready, Nothing, OneOf} {
		v := every()
		v.Bulletin.Severity = []string{"none", "unrated"}[i%2]
		v.Bulletin.Exploited = "unknown"
		v.When = []When{Settled, Unspecified}[i/2%2]
		v.Bulletin.Action, v.Bulletin.NoAction = []string{"", "Update."}[i/5], i%2 == 0
		node := NodeView{Name: "a", Fix: Fix{Step: step, From: planned, After: "1.66.0"}, Unsure: []Doubt{NoPlatform, NoVersion, Unclear, StillAsked}[i%4]}
		waiting := node
		waiting.Until = true
		v.Nodes = []NodeView{node, waiting}[:1+i%2]
		if v.Until = []Stopgap{{nil, "a", i%2 == 0}, {[]string{"b"}, "b", i%2 == 0}}; i == 3 {
			v.Until, v.Commands = nil, nil // nobody knows anything that helps
		}
		v.Findings = nil
		for range 51 {
			v.Findings = append(v.Findings, Finding{Status: tailnet.FindingStatuses[i%4], Visible: []verdict.Truth{verdict.No, verdict.Yes}[i%2]})
		}
		v.Findings[0].Despite = true
		v.Bulletin.URL = ""
		out = append(out, v, v)
		out[len(out)-1].Nodes, out[len(out)-1].Commands, out[len(out)-1].NoNode = nil, every().Commands, true
		named, whole := Finding{Name: "b", Status: tailnet.FixedFinding}, Finding{Status: tailnet.FixedFinding}
		out[len(out)-1].Findings = [][]Finding{{named}, {named, whole}, {whole}}[i%3]
		if i == 0 {
			out[len(out)-1].Nodes = slices.Repeat([]NodeView{node}, listed+1)
			for _, lists := range []Lists{CSVAlone, NoLists} {
				out = append(out, out[len(out)-1])
				out[len(out)-1].lists = lists
			}
		}
		if step == OneOf {
			out[len(out)-2].Options = []Option{{Platform: "a", Fix: Fix{Step: UpdateNow, Fixed: "1.66.1"}}, {Fix: Fix{Step: NoFix}}}
			for _, r := range []version.Range{{Introduced: "1"}, {Fixed: "2"}, {LastAffected: "2"}, {Introduced: "1", Fixed: "2"}, {Introduced: "1", LastAffected: "2"}} {
				out[len(out)-2].Options = append(out[len(out)-2].Options, Option{Platform: "a", Versions: r, Fix: Fix{Step: NoFix}})
			}
		}
	}
	return out
}

// TestLanguageOfLetters: the tailnet's own, with its region or without; else the site's;
// else English. The HTML says which, for those who listen to it.
func TestLanguageOfLetters(t *testing.T) {
	v := every()
	for _, c := range []struct{ tailnet, site, want string }{
		{"", "", "en"}, {"de", "", "de"}, {"de-AT", "en", "de"}, {"DE_ch", "en", "de"}, {"de-Latn-DE", "", "de"}, {"", "de", "de"}, {"fr", "de", "de"}, {"fr", "it", "en"},
		{"en", "de", "en"}, {"en-GB", "de", "en"}, {"d", "de", "de"}, {"../de", "en", "en"}, {"-", "en", "en"}, {"<b>", "", "en"}, {strings.Repeat("de-", 5000), "", "de"},
	} {
		l, err := stationery(t).Write(Row{Tailnet: tailnet.Tailnet{Language: c.tailnet}}, v, c.site, planned)
		if err != nil {
			t.Fatal(err)
		}
		german := strings.Contains(l.Text, "IHRE GERÄTE")
		if !strings.Contains(l.HTML, `<html lang="`+c.want+`" dir="ltr">`) || german != (c.want == "de") || german == strings.Contains(l.Text, "YOUR NODES") {
			t.Errorf("%.20q of a site in %q: not in %s\n%.80s", c.tailnet, c.site, c.want, l.Text)
		}
	}
}

// TestOwnLanguage: a site writes a language that we have not, or other words for some of
// ours; what it leaves out is in English.
func TestOwnLanguage(t *testing.T) {
	s, err := ParseTemplates(templates.Over(fstest.MapFS{
		"mail/letter.ar.json": {Data: []byte(`{"nodes.heading": "أجهزتك"}`)},
		"mail/letter.de.json": {Data: []byte(`{"nodes.heading": "Ihre Rechner"}`)},
	}))
	if err != nil {
		t.Fatal(err)
	}
	for language, want := range map[string][]string{"ar": {`lang="ar" dir="rtl"`, "أجهزتك", "Why you get this letter"}, "de": {`lang="de" dir="ltr"`, "Ihre Rechner", "Warum Sie diesen Brief bekommen"}} {
		l, err := s.Write(Row{Tailnet: tailnet.Tailnet{Language: language}}, every(), "", planned)
		for _, text := range want {
			if err != nil || !strings.Contains(l.HTML, text) {
				t.Errorf("%s: %v, no %s", language, err, text)
			}
		}
	}
}

// TestCatalogueFaults: a catalogue that could break a header (F24), or is none, is named.
func TestCatalogueFaults(t *testing.T) {
	for name, text := range map[string]string{
		"a line": `{"subject.action": "x\r\nBcc: evil@example.com"}`, "a control": `{"intro": "\u0085"}`, "no JSON": `{"intro"`, "no texts": `{"intro": 1}`, "empty": ``,
	} {
		_, err := ParseTemplates(templates.Over(fstest.MapFS{"mail/letter.fr.json": {Data: []byte(text)}}))
		if err == nil || !strings.HasPrefix(err.Error(), "templates/mail/letter.fr.json") {
			t.Errorf("%s: %v", name, err)
		}
	}
	w := stationery(t).words["de"]
	if text, err := w.Say("none"); err == nil || text != "" {
		t.Errorf("a text that nobody wrote: %q", text)
	}
	if text, err := w.Say("node", "{1}", "{{.Secret}}"); err != nil || text != "Gerät" {
		t.Errorf("%q, %v", text, err)
	}
	if text, err := w.Say("subject.action", "{2}", "{3}", "{1}"); err != nil || text != "[Bitte handeln] {2}: {3} ({1})" {
		t.Errorf("a value became a place for another: %q, %v", text, err)
	}
}

// TestFilledIn: every place is filled once, and what a value says is no place.
func TestFilledIn(t *testing.T) {
	for in, want := range map[string]string{
		"": "", "none": "none", "{1}": "{2}", "{2}{1}{2}": "7{2}7", "a {1}, {3} {x} {01} {0} {": "a {2}, {3} {x} {01} {0} {", "{{1}}": "{{2}}", "{1": "{1", "{2 {2}": "{2 7",
		"{99999999999999999999}": "{99999999999999999999}", "{}": "{}", "}{2}{": "}7{",
	} {
		if got := filledIn(in, []any{"{2}", 7}); got != want {
			t.Errorf("%q is filled in as %q, want %q", in, got, want)
		}
	}
	if got := filledIn("{1}", nil); got != "{1}" {
		t.Errorf("without values %q", got)
	}
}
