package cli

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"tocsin/internal/bulletin"
	"tocsin/internal/content"
	"tocsin/internal/verdict"
)

// meddled is a site that is changed in every way that somebody, or their tools, change one.
type meddled struct {
	*testing.T
	dir  string
	dice *rand.Rand
	now  time.Time
	of   int               // bulletins
	good map[string]string // the sources that were built last
	old  [][2]string       // memories that were left before: of the walk, of the tree
	told []string
}

// TestMemoryAttacked changes a site at random, in all ways that are known to tempt programs that
// remember: same size, same time, same inode, other names, other clocks, older memories. After
// each, a build that remembers prints and leaves what a build from nothing does (F56, F61).
// TOCSIN_SOAK=seeds runs that many seeds, of many more rounds.
func TestMemoryAttacked(t *testing.T) {
	seeds, rounds := 1, 25
	if soak, err := strconv.Atoi(os.Getenv("TOCSIN_SOAK")); err == nil {
		seeds, rounds = soak, 150
	}
	if testing.Short() {
		rounds = 8
	}
	for seed := range seeds {
		t.Run(strconv.Itoa(seed), func(t *testing.T) { attackMemory(t, uint64(seed), rounds) })
	}
}

func attackMemory(t *testing.T, seed uint64, rounds int) {
	m := &meddled{T: t, dir: filepath.Join(t.TempDir(), "site"), dice: rand.New(rand.NewPCG(seed, 99)), of: 24}
	m.now, _ = time.Parse(time.RFC3339, june)
	tocsinT(t, "init", m.dir)
	m.drafts("\ndrafts: ../embargo\n")
	for i := range m.of {
		write(t, m.bulletin(i), oneOf(m.dice, i, m.of))
	}
	time.Sleep(150 * time.Millisecond)
	if status, _, talk := m.run(); status != exitDone {
		t.Fatalf("exit status %d\n%s", status, talk)
	}
	m.good = m.sources()
	bad := 0
	for round := range rounds {
		m.told = nil
		for range 1 + m.dice.IntN(4) {
			m.told = append(m.told, m.meddle())
		}
		if !m.compare(round) {
			bad++
			m.restore()
		}
	}
	t.Logf("seed %d: %d of %d rounds with errors", seed, bad, rounds)
	if bad > rounds*3/4 {
		t.Error("nearly nothing was built: the changes are too wild to prove anything")
	}
}

func (m *meddled) drafts(setting string) {
	if err := os.MkdirAll(filepath.Join(m.dir, "../embargo/bulletins"), 0o700); err != nil {
		m.Fatal(err)
	}
	file := filepath.Join(m.dir, "tocsin.yaml")
	text, err := os.ReadFile(file)
	if err != nil {
		m.Fatal(err)
	}
	write(m.T, file, string(text)+setting)
}

func (m *meddled) bulletin(i int) string {
	return filepath.Join(m.dir, "content", "bulletins", name(i)+".md")
}

func (m *meddled) run(args ...string) (status int, out, talk string) {
	return run(append([]string{"-C", m.dir, "--now", m.now.Format(time.RFC3339), "build"}, args...)...)
}

// compare builds with what is remembered, then from nothing; false where there are errors.
func (m *meddled) compare(round int) bool {
	if m.dice.IntN(10) < 7 {
		time.Sleep(150 * time.Millisecond) // else all that is changed is too young to be remembered
	}
	status, out, talk := m.run()
	kept := m.memories()
	fresh, freshOut, freshTalk := m.run("--fresh")
	what := fmt.Sprintf("round %d, %v", round, m.told)
	if status != fresh || out != freshOut || withoutNew(talk) != withoutNew(freshTalk) {
		m.Fatalf("%s:\n--- remembering: %d\n%s%s\n--- from nothing: %d\n%s%s", what, status, out, talk, fresh, freshOut, freshTalk)
	}
	if status == exitProblems {
		return false
	}
	if status != exitDone {
		m.Fatalf("%s: exit status %d\n%s", what, status, talk)
	}
	if _, changed, _ := m.run("--fresh", "--changed"); changed != "" {
		m.Fatalf("%s: a build from nothing changes %s", what, changed)
	}
	if status, out, talk := m.run("--check"); status != exitDone {
		m.Fatalf("%s: the build is not what it would be from nothing: %d\n%s%s", what, status, out, talk)
	}
	m.putBack(kept) // so that one memory goes on from round to round
	m.old = append(m.old, kept)
	m.good = m.sources()
	return true
}

// withoutNew leaves out what the first of two builds says alone.
func withoutNew(talk string) string {
	lines := strings.Split(talk, "\n")
	return strings.Join(slices.DeleteFunc(lines, func(l string) bool { return strings.HasPrefix(l, "urls.lock: ") }), "\n")
}

func (m *meddled) memories() (kept [2]string) {
	for i, name := range []string{"memory", "tree"} {
		text, _ := os.ReadFile(filepath.Join(m.dir, ".tocsin", name))
		kept[i] = string(text)
	}
	return kept
}

func (m *meddled) putBack(kept [2]string) {
	write(m.T, filepath.Join(m.dir, ".tocsin", "memory"), kept[0])
}

// sources are the files that people write.
func (m *meddled) sources() map[string]string {
	all := make(map[string]string)
	for _, top := range []string{"content", "templates", "tocsin.yaml", "urls.lock", "../embargo"} {
		root := filepath.Join(m.dir, top)
		_ = filepath.WalkDir(root, func(name string, e fs.DirEntry, err error) error {
			if err == nil && !e.IsDir() {
				text, _ := os.ReadFile(name)
				all[name] = string(text)
			}
			return nil
		})
	}
	return all
}

// restore is what git checkout does: only what differs gets a new file.
func (m *meddled) restore() {
	m.now, _ = time.Parse(time.RFC3339, june)
	for name := range m.sources() {
		if _, there := m.good[name]; !there {
			_ = os.Remove(name)
		}
	}
	for name, text := range m.good {
		if now, err := os.ReadFile(name); err != nil || string(now) != text {
			_ = os.RemoveAll(name)
			write(m.T, name, text)
		}
	}
}

// meddle makes one change, and says which.
func (m *meddled) meddle() string {
	all := []func(file, text string) string{
		m.edit, m.edit, m.edit, m.edit, m.sameSize, m.replaced, m.touched, m.linked, m.swapped, m.renamed, m.decided, m.settings, m.settings, m.settings, m.settings,
		m.template, m.template, m.policy, m.clock, m.clock, m.tamper, m.tamper, m.forget, m.forget, m.lock, m.lock, m.rewritten, m.embargoed, m.gone,
	}
	file := m.bulletin(m.dice.IntN(m.of))
	text, err := os.ReadFile(file)
	if err != nil {
		write(m.T, file, oneOf(m.dice, m.number(file), m.of))
		return "back: " + filepath.Base(file)
	}
	return filepath.Base(file) + " " + all[m.dice.IntN(len(all))](file, string(text))
}

func (m *meddled) number(file string) int {
	n, _ := strconv.Atoi(strings.TrimSuffix(filepath.Base(file), ".md")[len("TS-2025-"):])
	return n
}

func (m *meddled) swap(file, text, old, new string) string {
	write(m.T, file, strings.Replace(text, old, new, 1))
	return old + " → " + new
}

func (m *meddled) other() string { return name(m.dice.IntN(m.of)) }

func (m *meddled) edit(file, text string) string {
	add := func(lines string) string { return m.swap(file, text, "aliases:", lines+"\naliases:") }
	dates := []string{"2026-05-30", "2026-06-01", "2026-06-02T09:00:00Z", "2026-08-01"}
	date := dates[m.dice.IntN(len(dates))]
	switch m.dice.IntN(18) {
	case 0:
		return m.swap(file, text, "title: ", fmt.Sprintf("title: Title %d ", m.dice.IntN(99)))
	case 1:
		return m.swap(file, text, "status: published", "status: draft")
	case 2:
		return m.swap(file, text, "status: published", "status: private")
	case 3:
		return m.swap(file, m.swapText(text, "status: draft", "status: private"), "status: private", "status: published")
	case 4:
		return m.swap(file, text, "status: published", "withdrawn: {at: 2026-05-06, reason: Wrong., superseded_by: "+m.other()+"}\nstatus: withdrawn")
	case 5:
		return m.swap(file, text, "severity: ", "severity: high # ")
	case 6:
		return m.swap(file, text, "action: Update.", "action: none")
	case 7:
		return add("related: [" + m.other() + ", " + m.other() + "]")
	case 8:
		return add("next_update: " + date)
	case 9:
		return m.swap(file, text, "action: Update.", "action: Update to CVE-2026-XXXX.\nsuppress: [{code: placeholder, reason: It is one., until: "+date+"}]")
	case 10:
		return m.swap(file, text, "aliases: [CVE-2025-", "aliases: [CVE-2025-10001, CVE-2025-")
	case 11:
		return add("revisions: [{version: 1, at: 2026-05-01, summary: First.}, {version: 2, at: " + date + ", summary: Second., material: yes}]")
	case 12:
		return add("timeline: [{at: " + date + ", event: Something.}]")
	case 13:
		return m.swap(file, text, "/#what-happened", "/#nowhere")
	case 14:
		return m.swap(file, text, "published: 2025-", "published: 2026-")
	case 15:
		return m.swap(file, text, "product: client", "product: coordination-server")
	case 16:
		return m.swap(file, text, "available: 2025-01-01", "available: "+date)
	}
	return m.swap(file, text, "/security-bulletins/ts", "/security-policies/patch-management/#no-"+strconv.Itoa(m.dice.IntN(3)))
}

func (m *meddled) swapText(text, old, new string) string { return strings.Replace(text, old, new, 1) }

// sameSize edits in place, and then restores the time.
func (m *meddled) sameSize(file, text string) string {
	info, err := os.Stat(file)
	if err != nil {
		m.Fatal(err)
	}
	told := m.swap(file, text, "Fault", []string{"Flaws", "Error", "Traps"}[m.dice.IntN(3)])
	m.times(file, info.ModTime())
	return "same size, same time: " + told
}

func (m *meddled) times(file string, at time.Time) {
	if err := os.Chtimes(file, at, at); err != nil {
		m.Fatal(err)
	}
}

// replaced is an editor that writes beside and renames, and keeps the time.
func (m *meddled) replaced(file, text string) string {
	info, _ := os.Stat(file)
	write(m.T, file+".tmp", strings.Replace(text, "Fault", "Fluke", 1))
	m.times(file+".tmp", info.ModTime())
	if err := os.Rename(file+".tmp", file); err != nil {
		m.Fatal(err)
	}
	return "replaced"
}

func (m *meddled) touched(file, _ string) string {
	m.times(file, time.Unix(int64(m.dice.IntN(3))*1e9, 0))
	return "touched"
}

// linked edits a file by another name of it.
func (m *meddled) linked(file, text string) string {
	other := filepath.Join(m.dir, "..", "link"+strconv.Itoa(m.dice.IntN(1e6)))
	if err := os.Link(file, other); err != nil {
		m.Fatal(err)
	}
	return "by its other name: " + m.sameSize(other, text)
}

// swapped has two files change places, each with its own inode, size and time.
func (m *meddled) swapped(file, text string) string {
	other := m.bulletin(m.dice.IntN(m.of))
	theirs, err := os.ReadFile(other)
	if err != nil || other == file {
		return "nothing"
	}
	a, b := strings.TrimSuffix(filepath.Base(file), ".md"), strings.TrimSuffix(filepath.Base(other), ".md")
	for _, move := range [][2]string{{file, file + ".x"}, {other, file}, {file + ".x", other}} {
		if err := os.Rename(move[0], move[1]); err != nil {
			m.Fatal(err)
		}
	}
	if m.dice.IntN(2) == 0 { // an error: the IDs are not the names
		return "swapped with " + b
	}
	write(m.T, file, strings.Replace(string(theirs), "id: "+b, "id: "+a, 1))
	write(m.T, other, strings.Replace(text, "id: "+a, "id: "+b, 1))
	return "swapped with " + b + ", IDs too"
}

func (m *meddled) renamed(file, text string) string {
	to := m.dice.IntN(m.of)
	old := strings.TrimSuffix(filepath.Base(file), ".md")
	if err := os.Rename(file, m.bulletin(to)); err != nil {
		m.Fatal(err)
	}
	if m.dice.IntN(3) > 0 {
		write(m.T, m.bulletin(to), strings.Replace(text, "id: "+old, "id: "+name(to), 1))
	}
	return "renamed to " + name(to)
}

// decided puts a decision on record, changes it, or takes it away.
func (m *meddled) decided(file, text string) string {
	id := strings.TrimSuffix(filepath.Base(file), ".md")
	at := filepath.Join(m.dir, "content", "decisions", id+".json")
	if _, err := os.Stat(at); err == nil && m.dice.IntN(2) == 0 {
		_ = os.Remove(at)
		return "decision gone"
	}
	day := time.Date(2026, 5, 1+m.dice.IntN(20), 0, 0, 0, 0, time.UTC)
	sum := sha256.Sum256([]byte(text))
	record, err := content.EncodeDecision(bulletin.Decision{
		ID: bulletin.ID(id), Released: day, Status: bulletin.Public, By: "A. Example",
		Verdicts: map[string]bulletin.Judged{"disclose": {Verdict: verdict.Required, Clauses: []bulletin.JudgedClause{}, Facts: map[string]bulletin.JudgedFact{}}},
		Texts:    []bulletin.Text{{Version: 1, At: day, SHA256: hex.EncodeToString(sum[:])}},
	})
	if err != nil {
		m.Fatal(err)
	}
	write(m.T, at, string(record))
	return "decided"
}

func (m *meddled) settings(string, string) string {
	file := filepath.Join(m.dir, "tocsin.yaml")
	text, _ := os.ReadFile(file)
	pairs := [][2]string{
		{"title: Example client", "title: The client"}, {"name: Example Networks", "name: Example Nets"}, {"title: Coordination", "title: Co-ordination"},
		{"platforms: [windows, macos, linux, ios, android]", "platforms: [windows, macos]"}, {"base_url: https://security.", "base_url: https://secure."},
		{"contact: security@example.com", "contact: secure@example.com"}, {"organization:", "language: de\norganization:"},
	}
	p := pairs[m.dice.IntN(len(pairs))]
	if !strings.Contains(string(text), p[0]) {
		p[0], p[1] = p[1], p[0]
	}
	return "settings: " + m.swap(file, string(text), p[0], p[1])
}

func (m *meddled) template(string, string) string {
	n := m.dice.IntN(4)
	files := map[string]string{
		"site/404.html":        fmt.Sprintf("{{define \"main\"}}<h1>Nothing %d</h1>{{end}}", n),
		"strings/en.json":      fmt.Sprintf(`{"layout.skip": "Skip %d"}`, n),
		"static/style.css":     fmt.Sprintf("body { margin: %dpx }\n", n),
		"static/note.txt":      fmt.Sprintf("note %d", n),
		"site/feed-entry.html": "",
	}
	names := slices.Sorted(func(yield func(string) bool) {
		for name := range files {
			if !yield(name) {
				return
			}
		}
	})
	name := names[m.dice.IntN(len(names))]
	at := filepath.Join(m.dir, "templates", name)
	if m.dice.IntN(3) == 0 || files[name] == "" {
		_ = os.Remove(at)
		return "template gone: " + name
	}
	write(m.T, at, files[name])
	return "template: " + name
}

func (m *meddled) policy(string, string) string {
	file := filepath.Join(m.dir, "content", "policies", "extra.md")
	switch m.dice.IntN(3) {
	case 0:
		_ = os.Remove(file)
		return "policy gone"
	case 1:
		file = filepath.Join(m.dir, "content", "policies", "patch-management.md")
	default:
		write(m.T, file, "---\ntitle: Extra policy\n---\n\n# No 1\n\nText.\n")
	}
	text, _ := os.ReadFile(file)
	write(m.T, file, string(text)+fmt.Sprintf("\n## No %d\n\nMore.\n", m.dice.IntN(3)))
	return "policy " + filepath.Base(file)
}

func (m *meddled) clock(string, string) string {
	days := []string{"2026-05-29T12:00:00Z", "2026-06-01T00:00:00Z", "2026-06-01T09:00:00Z", "2026-06-02T09:00:00Z", "2026-06-02T09:00:01Z", "2026-08-01T00:00:00Z", "2027-01-02T00:00:00Z"}
	m.now, _ = time.Parse(time.RFC3339, days[m.dice.IntN(len(days))])
	return "now: " + m.now.String()
}

func (m *meddled) lock(string, string) string {
	file := filepath.Join(m.dir, "urls.lock")
	switch m.dice.IntN(4) {
	case 0:
		text, _ := os.ReadFile(file)
		write(m.T, file, string(text)+fmt.Sprintf("/security-bulletins/old-%d/ -> /security-bulletins/\n/gone-%d/ gone: it is\n", m.dice.IntN(99), m.dice.IntN(99)))
		return "moves"
	}
	_ = os.Remove(file)
	return "no urls.lock"
}

// rewritten is a checkout of everything, byte for byte.
func (m *meddled) rewritten(string, string) string {
	for name, text := range m.sources() {
		_ = os.Remove(name)
		write(m.T, name, text)
	}
	return "all files written anew"
}

// embargoed moves a bulletin into the drafts root, or copies it there.
func (m *meddled) embargoed(file, text string) string {
	away := filepath.Join(m.dir, "../embargo/bulletins", filepath.Base(file))
	if _, err := os.Stat(away); err == nil {
		_ = os.Remove(away)
		return "embargoed one gone"
	}
	write(m.T, away, strings.Replace(text, "status: published", "status: draft", 1))
	if m.dice.IntN(2) == 0 {
		_ = os.Remove(file)
	}
	return "embargoed"
}

func (m *meddled) gone(file, _ string) string {
	_ = os.Remove(file)
	return "gone"
}
