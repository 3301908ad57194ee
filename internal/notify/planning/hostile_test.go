package planning

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"tocsin/internal/notify"
	"tocsin/internal/tailnet"
)

// crowd is many tailnets whose names are as bad as names get, and what must become of
// each, worked out without the code under test.
type crowd struct {
	walk
	dice     *rand.Rand
	harmless bool // the same crowd with plain names
	standing map[tailnet.ID]notify.Standing
	of       map[tailnet.Address]int // number of the tailnet that is written to
	nodes    map[tailnet.ID]int      // that are hit
	serial   int
}

// gather makes a crowd of so many tailnets, one of them with very many nodes.
func gather(seed uint64, tailnets, most int, harmless bool) *crowd {
	c := &crowd{
		dice: rand.New(rand.NewPCG(seed, 0)), harmless: harmless,
		standing: make(map[tailnet.ID]notify.Standing), of: make(map[tailnet.Address]int), nodes: make(map[tailnet.ID]int),
	}
	for i := range tailnets {
		nodes := c.dice.IntN(6)
		if i == tailnets/2 {
			nodes = most
		}
		c.settle(i, nodes)
	}
	return c
}

// name is a bad name, which others may have too; a plain one in a harmless crowd.
func (c *crowd) name() string {
	name := c.pick()
	switch c.dice.IntN(8) {
	case 0:
		name += " " + c.pick()
	case 1:
		name += c.pick()
	}
	if c.harmless && strings.TrimSpace(name) != "" {
		return "name"
	}
	return name
}

// told is a name as a finding may tell it: one without an address, and without what may be the
// ID of another tailnet, each of which ends in a number. The survey refuses those.
func (c *crowd) told() string {
	name := c.name()
	if refused.MatchString(name) {
		return "name"
	}
	return name
}

func (c *crowd) pick() string {
	if c.dice.IntN(3) == 0 {
		return badNames[c.dice.IntN(len(badNames))]
	}
	return commonName(c.dice.IntN(1000))
}

// settle adds the tailnet of a number.
func (c *crowd) settle(i, nodes int) {
	id := tailnet.ID(strings.TrimSpace(c.name()) + strconv.Itoa(i))
	n := tailnet.Tailnet{ID: id, Language: []string{"", "en", "de", "ar"}[c.dice.IntN(4)]}
	if c.dice.IntN(2) == 0 {
		n.DisplayName = c.name()
	}
	if reached := c.dice.IntN(8) > 0; reached {
		n.OwnerEmail = fmt.Sprintf("owner-%d@a%d.example.com", i, i%7)
		c.of[tailnet.Address(n.OwnerEmail)] = i
	}
	c.tailnets = append(c.tailnets, n)
	for range nodes {
		c.node(i, n)
	}
}

// node adds a node, hit or not, and what was found about it.
func (c *crowd) node(i int, of tailnet.Tailnet) {
	c.serial++
	n := tailnet.Node{Tailnet: of.ID, ID: fmt.Sprintf("n%d", c.serial), Name: c.name(), Product: "client", OS: "windows", Version: "1.60.0"}
	if c.dice.IntN(3) == 0 {
		n.Name = fmt.Sprintf("canary-%d.", i)
	}
	switch c.dice.IntN(4) {
	case 0:
		n.OS, n.Version = "linux", "1.60.0"
	case 1:
		n.Version = []string{"", "desktop", "server-3", "1.2.3.4"}[c.dice.IntN(4)]
	}
	c.walk.nodes = append(c.walk.nodes, n)
	tell := c.told() + " (" + c.told() + ") canary-" + strconv.Itoa(i) + "."
	if n.OS != "windows" {
		return
	}
	c.nodes[of.ID]++
	c.standing[of.ID] = notify.Mailed
	if of.OwnerEmail == "" {
		c.standing[of.ID] = notify.Unreachable
	}
	if c.dice.IntN(4) == 0 {
		c.findings = append(c.findings, tailnet.Finding{Tailnet: of.ID, Node: n.ID, Status: tailnet.KnownAffected, Tell: tell, Done: c.told() + " " + n.ID, DoneAt: "2026-05-02"})
	}
}

// commonName is one of the thousand names that machines have most often, by number.
func commonName(number int) string {
	words := []string{
		"windows", "server", "update", "node", "nodes", "mail", "desktop", "laptop", "client", "example", "version", "security", "letter", "high",
		"tailnet", "attached", "macos", "linux", "gateway", "nas", "backup", "db", "web", "test", "dev", "prod", "pi", "router", "printer", "home",
		"office", "phone", "iphone", "ipad", "android", "macbook", "localhost", "ubuntu", "debian", "proxy", "vpn", "build", "ci", "git", "docker",
		"2026", "3", "1.60.0", "1.66.1", "or",
	}
	word := words[number%len(words)]
	switch n := number / len(words); {
	case n == 0:
		return word
	case n < 10:
		return word + "-" + strconv.Itoa(n)
	default:
		return word + "-" + fmt.Sprintf("%04x", number*7919)[:4]
	}
}

// badNames have hurt somebody: parts of one another and of letters, markup, code of
// templates and shells, formulas, controls, directions, encodings.
var badNames = []string{
	"db", "db-1", "db-10", "db-1.example", "DB", "Example Networks", "Your nodes", "winget upgrade", "your tailnet", "May", "a b c", "a b", "b c",
	"<script>alert(1)</script>", "</bdi></td></tr></table>", "<img src=x onerror=alert(1)>", "<!--", "-->", "]]>", "&lt;b&gt;", "<b", `" onmouseover="x`, "'><svg/onload=x>", "</title><h1>",
	"{{.Secret}}", "{{template `letter.html`}}", "{{", "}}", "{{/*", "${HOME}", "$(reboot)", "`id`", "%s%n%d", "{fixed}", "{1}", "{2}",
	"=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "=HYPERLINK(\"http://evil.example\")", "'", "'=1", "''x",
	"db;=1", "db;'=1", "a;'b", ";", ";-1", "x;", "a; \"@b", "a;\tb", "\uFF1D1;\uFF0B",
	"**bold**", "[link](https://evil.example)", "https://evil.example/?q=a&b=c", "_x_", "# head", "-- ", ".", "..", "a\n.\nb", "(x)", "x)", "(x",
	"\u202Egnp.exe", "a\u2066b\u2069c", "\u2068", "\u200Bzero", "\uFEFFmark", "مخبز", "שלום 1.2", "ab\u05D0\u05D11", "e\u0301", "サンプル", "😀", "\u00A0x\u00A0", "\u3164",
	"\x00", "a\x1b[31mred", "x\r\nBcc: evil@example.com", "x\u2028y", "x\u0085y", "\x7f",
	"=?UTF-8?q?hidden?=", "a  b", "a     b", "   ", "", strings.Repeat("long", 80), strings.Repeat("w ", 100), `\`, `"`, `\u0041`, `{"node":"x"}`, "a,b;c", "'a'",
}

var (
	refused  = regexp.MustCompile(`\S@\S|[^\d\s]\S*\d`)
	canaries = regexp.MustCompile(`canary-\d+`)
	elements = regexp.MustCompile(`</?[a-zA-Z!][^\s>/]*`)
)

// TestHostileTailnets is F20, F25 and F29: whatever tailnets and nodes are called, no
// letter holds a name of another tailnet, none is refused, every tailnet stands where it
// must, and no name becomes markup.
func TestHostileTailnets(t *testing.T) {
	tailnets, most := 300, 1000
	if os.Getenv("TOCSIN_SOAK") != "" {
		tailnets, most = 10_000, 10_000
	}
	seed := rand.Uint64()
	if given := os.Getenv("TOCSIN_SEED"); given != "" {
		seed, _ = strconv.ParseUint(given, 10, 64)
	}
	t.Logf("TOCSIN_SEED=%d", seed)
	c, plain := gather(seed, tailnets, most, false), gather(seed, tailnets, most, true)
	pages, plainPages := c.print(t), plain.print(t)
	for to, page := range pages {
		if got, want := markup(page), markup(plainPages[to]); !maps.Equal(got, want) {
			t.Errorf("tailnet %d: the elements of its letter are\n%v\nand with harmless names\n%v", c.of[to], got, want)
		}
	}
	t.Logf("%d letters of %d tailnets with %d nodes", len(pages), len(c.tailnets), len(c.walk.nodes))
}

// markup counts the elements of a page. Names order the nodes, so of a page that lists
// not all of them it counts each element once.
func markup(page string) map[string]int {
	counts := make(map[string]int)
	for _, element := range elements.FindAllString(page, -1) {
		counts[element]++
	}
	if counts["<tr"] > 50 {
		for element := range counts {
			counts[element] = 1
		}
	}
	return counts
}

// print writes the letters of a crowd under guard, and looks through what they hold.
func (c *crowd) print(t *testing.T) (pages map[tailnet.Address]string) {
	t.Helper()
	pages = make(map[tailnet.Address]string)
	c.written = func(l *notify.Letter) {
		pages[l.To] = l.HTML
		texts := []string{l.Subject, l.Text, l.HTML}
		for _, a := range l.Attachments {
			texts = append(texts, string(a.Data))
		}
		own := "canary-" + strconv.Itoa(c.of[l.To])
		for _, text := range texts {
			for _, canary := range canaries.FindAllString(text, -1) {
				if canary != own {
					t.Errorf("the letter of tailnet %d holds %s", c.of[l.To], canary)
				}
			}
		}
	}
	got := make(map[tailnet.ID]notify.Standing)
	err := c.letters(t, func(_ notify.Row, e notify.Entry) {
		got[e.Tailnet] = e.Standing
		if e.Nodes != c.nodes[e.Tailnet] {
			t.Errorf("a letter is about %d nodes, want %d", e.Nodes, c.nodes[e.Tailnet])
		}
	})
	if err != nil {
		t.Fatalf("a letter is refused that holds nothing of others: %v", err)
	}
	if !maps.Equal(got, c.standing) {
		t.Errorf("the partition is %d tailnets, want %d, or not the same", len(got), len(c.standing))
	}
	return pages
}
