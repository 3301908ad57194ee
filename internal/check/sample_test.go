package check

import (
	"encoding/json"
	"io/fs"
	"maps"
	"os"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"tocsin/internal/bulletin"
	"tocsin/internal/content"
	"tocsin/internal/disclosure"
	"tocsin/internal/source"
)

// The samples stand on a small site that is in order, at an instant of its own.
var now = time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)

const settings = `base_url: https://security.example.com
organization: {name: Example Networks}
products:
  - {id: client, title: Example client, platforms: [windows, linux], version_suffix: build}
  - {id: gateway, title: Example gateway, platforms: [linux]}
  - {id: server, title: Coordination server, hosted: yes}
`

// good is a published bulletin that the policy asks to publish.
const good = `---
id: TS-2026-004
title: A fault
status: published
published: 2026-05-04
severity: high
affected:
  - product: client
    platforms: [windows]
    introduced: 1.30.0
    fixed: 1.66.1
    available: 2026-05-03
action: Update.
data_visible: no
---
` + sections4

// sections4 is a text that answers what readers ask.
const sections4 = `#### What happened?

A page could reach the client.

#### Who was affected?

Windows nodes.

#### What was the impact?

Settings could be read.

#### What do I need to do?

Update.
`

const goodPolicy = `---
title: Backups
slug: backups
last_updated: 2026-04-01
---
We keep backups.
`

// lone is the file that a sample speaks of where it names none.
const lone = content.BulletinFolder + "/TS-2026-004.md"

// laid is a sample as files: a site, its drafts root, and what git tracks.
type laid struct {
	site, drafts fstest.MapFS
	tracked      []string
	untold       bool
}

// sample makes the files of a site of a sample as [Code] describes it. Names can carry
// what a file cannot: "(a named pipe)", "(tracked by git)", " -> " and where a link leads.
func sample(t *testing.T, text string) laid {
	t.Helper()
	l := laid{site: fstest.MapFS{
		content.ConfigFile: {Data: []byte(settings)},
		content.PolicyFolder + "/incident-disclosure.md": {Data: samplePolicy(t)},
	}}
	all := pieces(text)
	for _, name := range slices.Sorted(maps.Keys(all)) {
		l.put(t, name, all[name])
	}
	for _, name := range slices.Sorted(maps.Keys(all)) { // a record has the digest of its bulletin
		l.record(t, name, all[name])
	}
	return l
}

func (l *laid) put(t *testing.T, name, text string) {
	t.Helper()
	plain, what, _ := strings.Cut(name, " ")
	switch {
	case strings.HasPrefix(what, "-> "):
		l.site[plain] = &fstest.MapFile{Mode: fs.ModeSymlink | 0o777, Data: []byte(strings.TrimPrefix(what, "-> "))}
	case what == "(a named pipe)":
		l.site[plain] = &fstest.MapFile{Mode: fs.ModeNamedPipe | 0o666}
	case what == "(tracked by git)":
		l.tracked = append(l.tracked, plain)
	case what == "(nobody to ask)":
		l.untold = true
	case strings.HasPrefix(plain, content.DecisionFolder):
	case strings.HasPrefix(plain, "../embargo/"):
		if l.drafts == nil {
			l.drafts = make(fstest.MapFS)
		}
		l.drafts[strings.TrimPrefix(plain, "../embargo/")] = &fstest.MapFile{Data: []byte(lay(plain, summed(text)))}
	case what != "":
		t.Fatalf("a sample has an unknown mark: %s", name)
	default:
		l.site[plain] = &fstest.MapFile{Data: []byte(lay(plain, summed(text)))}
	}
}

// summed gives a private bulletin a summary, which is in order.
func summed(keys string) string {
	if !strings.Contains(keys, "status: private\n") || strings.Contains(keys, "summary:") || strings.HasPrefix(keys, "---") {
		return keys
	}
	head, body, more := strings.Cut(keys, "---\n")
	keys = head + "summary: A page could reach the client.\n"
	if more {
		keys += "---\n" + body
	}
	return keys
}

// record puts a record beside its bulletin: that of a release of the text as it is, with
// the keys of the piece laid over.
func (l *laid) record(t *testing.T, name, text string) {
	t.Helper()
	plain, what, _ := strings.Cut(name, " ")
	if !strings.HasPrefix(plain, content.DecisionFolder) {
		return
	}
	id := bulletin.ID(strings.TrimSuffix(path.Base(plain), ".json"))
	d := goodRecord(t, id)
	if found, _, err := content.Read(l.site); err == nil {
		if b, is := found.Bulletin(id); is && what != "(of another text)" {
			d.Texts[0].SHA256 = bulletin.Digest(b.Wording())
			text = strings.NewReplacer("WORDING", d.Texts[0].SHA256, "SHOWN", bulletin.Digest(b.Shown())).Replace(text)
		} else if is {
			text = strings.ReplaceAll(text, "SHOWN", bulletin.Digest(b.Shown()))
		}
	}
	if what == "(of 2 texts)" {
		d.Texts = append(d.Texts, bulletin.Text{Version: 2, At: d.Texts[0].At, SHA256: d.Texts[0].SHA256})
	}
	if err := json.Unmarshal([]byte(text), &d); err != nil {
		t.Fatal(name, err)
	}
	data, err := content.EncodeDecision(d)
	if err != nil {
		t.Fatal(err)
	}
	l.site[plain] = &fstest.MapFile{Data: data}
}

// goodRecord is the record of the release of the bulletin that is in order.
func goodRecord(t *testing.T, id bulletin.ID) bulletin.Decision {
	t.Helper()
	found, problems, err := content.Read(fstest.MapFS{lone: {Data: []byte(good)}})
	if err != nil || len(problems) > 0 {
		t.Fatal(problems, err)
	}
	b, rules := found.Bulletins[0], disclosure.Builtin()
	return bulletin.Decision{
		ID: id, Released: b.Published, Status: bulletin.Public,
		Verdicts: map[string]bulletin.Judged{
			disclosure.Disclose: bulletin.Judge(rules.Bulletin(b, now)),
			disclosure.Notify:   bulletin.Judge(rules.AnyTailnet(b, now)),
		},
		Texts: []bulletin.Text{{Version: 1, At: b.Published, SHA256: bulletin.Digest([]byte("another text"))}},
	}
}

var marker = regexp.MustCompile(`(?m)^-- (.+) --\n`)

// pieces cuts a sample at its markers.
func pieces(text string) map[string]string {
	marks := marker.FindAllStringSubmatchIndex(text, -1)
	if marks == nil {
		return map[string]string{lone: text}
	}
	found := make(map[string]string)
	for i, m := range marks {
		end := len(text)
		if i+1 < len(marks) {
			end = marks[i+1][0]
		}
		found[text[m[2]:m[3]]] = text[m[1]:end]
	}
	return found
}

var (
	keyLine = regexp.MustCompile(`(?m)^([a-z_]+):`)
	large   = regexp.MustCompile(`\{(\d+) KiB\}`)
)

// lay puts a piece in the place of what it replaces in a file that is in order.
func lay(name, text string) string {
	text = large.ReplaceAllStringFunc(text, filler)
	base := baseOf(name)
	if whole, is := strings.CutPrefix(text, "(the whole file)\n"); is {
		return whole
	}
	switch {
	case strings.HasPrefix(text, "---") || base == "":
		return text
	case name == content.ConfigFile:
		return replaceKeys(base, text)
	}
	header, body, _ := strings.Cut(strings.TrimPrefix(base, "---\n"), "\n---\n")
	if loc := keyLine.FindStringIndex(text); loc == nil || loc[0] != 0 {
		return "---\n" + header + "\n---\n" + answering(text)
	}
	if above, below, cut := strings.Cut(text, "\n---\n"); cut {
		text, body = above+"\n", below
	}
	return "---\n" + replaceKeys(header+"\n", text) + "---\n" + body
}

// answering adds what readers ask for to a text that is about something else.
func answering(text string) string {
	if strings.Contains(text, "####") {
		return text
	}
	return text + "\n" + sections4
}

// filler is as much text as a mark such as {300 KiB} asks for.
func filler(mark string) string {
	kib, _ := strconv.Atoi(large.FindStringSubmatch(mark)[1])
	return strings.Repeat(strings.Repeat("x", 63)+"\n", 16*kib)
}

// baseOf is a file in order, by its name; empty where there is none for it.
func baseOf(name string) string {
	stem := strings.TrimSuffix(path.Base(name), ".md")
	switch {
	case name == content.ConfigFile:
		return settings
	case path.Ext(name) == ".md" && path.Base(path.Dir(name)) == "bulletins":
		return strings.Replace(good, "TS-2026-004", stem, 1)
	case path.Ext(name) == ".md" && path.Dir(name) == content.PolicyFolder:
		return strings.Replace(goodPolicy, "slug: backups", "slug: "+stem, 1)
	}
	return ""
}

// replaceKeys puts each top-level key of a text in the place of the base's.
func replaceKeys(base, text string) string {
	var order []string
	blocks := make(map[string]string)
	for _, key := range keysOf(base) {
		order = append(order, key.name)
		blocks[key.name] = key.block
	}
	replaced := make(map[string]bool)
	for _, key := range keysOf(text) {
		if !slices.Contains(order, key.name) {
			order = append(order, key.name)
		}
		if !replaced[key.name] {
			blocks[key.name] = ""
		}
		blocks[key.name] += key.block
		replaced[key.name] = true
	}
	var b strings.Builder
	for _, name := range order {
		b.WriteString(blocks[name])
	}
	return b.String()
}

type keyBlock struct{ name, block string }

func keysOf(text string) []keyBlock {
	var found []keyBlock
	starts := keyLine.FindAllStringSubmatchIndex(text, -1)
	for i, s := range starts {
		end := len(text)
		if i+1 < len(starts) {
			end = starts[i+1][0]
		}
		found = append(found, keyBlock{text[s[2]:s[3]], text[s[0]:end]})
	}
	return found
}

func samplePolicy(t *testing.T) []byte {
	t.Helper()
	data, err := os.ReadFile("../../content/policies/incident-disclosure.md")
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// problemsOf walks a site as the command does, and returns all that is wrong with it.
func problemsOf(t *testing.T, l laid) source.Problems {
	t.Helper()
	return walk(t, l, now).Done()
}

// walk takes a checker through a site, up to its end.
func walk(t *testing.T, l laid, now time.Time) *Checker {
	t.Helper()
	config, problems, err := content.ReadConfig(l.site)
	if err != nil || len(problems) > 0 {
		return &Checker{problems: problems} // they end everything else
	}
	return walkTree(t, Settings{Config: config, Now: now, Tracked: l.tracked, Untold: l.untold}, l.site, l.drafts)
}

func walkTree(t *testing.T, s Settings, tree fs.FS, drafts fstest.MapFS) *Checker {
	t.Helper()
	var private *content.Drafts
	if drafts != nil {
		private = &content.Drafts{FS: drafts, Name: "../embargo"}
	}
	reader, err := content.Open(tree, private)
	if err != nil {
		t.Fatal(err)
	}
	rules, unread := Reading(reader.Site())
	s.Rules, s.Found = rules, append(reader.Problems(), unread...)
	c := New(s, reader.Site())
	for e, err := range reader.Bulletins() {
		if err != nil {
			t.Fatal(err)
		}
		c.Bulletin(e)
	}
	return c
}

// The samples' own site is in order: what is found in a sample is the sample's.
func TestSamplesStandOnFirmGround(t *testing.T) {
	for _, text := range []string{
		"", "-- content/policies/backups.md --\n", "status: draft\n", "A text.\n", "severity: low\n---\nA text.\n",
		"-- content/bulletins/TS-2026-001.md --\n-- content/bulletins/TS-2026-002.md --\nstatus: " + string(bulletin.Private) + "\n",
	} {
		if problems := inShort("", problemsOf(t, sample(t, text))); len(problems) > 0 {
			t.Errorf("%q: %s", text, said(problems))
		}
	}
}

func fileOf(text string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(text)} }
