package notify

import (
	"fmt"
	"iter"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"tocsin/internal/bulletin"
	"tocsin/internal/disclosure"
	"tocsin/internal/tailnet"
	"tocsin/internal/verdict"
	"tocsin/internal/version"
	"tocsin/templates"
)

// dice gives random numbers from a printed seed; TOCSIN_SEED repeats a run.
func dice(t *testing.T) *rand.Rand {
	t.Helper()
	seed := rand.Uint64()
	if given := os.Getenv("TOCSIN_SEED"); given != "" {
		var err error
		if seed, err = strconv.ParseUint(given, 10, 64); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("TOCSIN_SEED=%d", seed)
	return rand.New(rand.NewPCG(seed, 0))
}

// rounds is how often a random test runs: in full with TOCSIN_SOAK=1.
func rounds(reduced, full int) int {
	if os.Getenv("TOCSIN_SOAK") != "" {
		return full
	}
	return reduced
}

func pick[T any](r *rand.Rand, from ...T) T { return from[r.IntN(len(from))] }

var products = []bulletin.Product{{
	ID: "client", Title: "Example client", Platforms: []string{"windows", "macos", "linux"}, VersionSuffix: version.Build,
	Update:      map[string]string{"windows": "winget upgrade Example.Client", "linux": "sudo apt install example-client={fixed}"},
	ShowVersion: "example version",
}, {
	ID: "coordination", Title: "the coordination server", Hosted: true,
}}

// severe is a bulletin of which every affected tailnet must be told.
func severe() bulletin.Bulletin {
	return bulletin.Bulletin{
		ID: "TS-2026-007", Title: "Local users could change settings", Severity: bulletin.High,
		Action:        bulletin.Action{Required: verdict.Yes, Text: "Update Windows nodes to 1.66.1 or later."},
		DataVisible:   bulletin.Answer{Word: "no"},
		UsersAffected: bulletin.Answer{Word: "unknown"},
		Exploited:     bulletin.Answer{Word: "no_evidence"},
		Affected: []bulletin.Affected{{
			Product: "client", Platforms: []string{"windows"},
			Versions: version.Range{Introduced: "1.58.0", Fixed: "1.66.1"},
		}},
	}
}

// branched is one whose fix is another on every platform, and on macOS not there yet.
func branched() bulletin.Bulletin {
	b := severe()
	b.Affected[0].Available = planned.AddDate(0, 0, -2)
	b.Affected = append(b.Affected,
		bulletin.Affected{Product: "client", Platforms: []string{"linux"}, Versions: version.Range{Fixed: "1.66.2"}, Available: planned.AddDate(0, 0, -1)},
		bulletin.Affected{Product: "client", Platforms: []string{"macos"}, Stopgap: "Let nobody else sign in."})
	return b
}

// mild is one of which nobody must be told.
func mild() bulletin.Bulletin {
	b := severe()
	b.Severity = bulletin.Low
	return b
}

// unrated is one of which nobody can say whether a tailnet must be told.
func unrated() bulletin.Bulletin {
	b := severe()
	b.Severity = ""
	return b
}

// hosted concerns a service: everybody, or nobody knows whom.
func hosted(everyone bool) bulletin.Bulletin {
	b := severe()
	b.Action = bulletin.Action{Required: verdict.No}
	b.DataVisible, b.VisibleFor = bulletin.Answer{Word: "yes"}, "all"
	b.Affected = []bulletin.Affected{{Product: "coordination", Everyone: everyone}}
	return b
}

func desk(b bulletin.Bulletin) Common {
	return Common{
		Organization: "Example Networks", Unit: "tailnet", Bulletin: b, Products: products,
		BulletinURL: "https://security.example.com/security-bulletins/ts-2026-007/",
		PolicyURL:   "https://security.example.com/security-policies/incident-disclosure/",
		Rules:       disclosure.Builtin().Notify,
		Settings:    "https://login.example.com/contacts",
		ReplyTo:     "reply@security.example.com",
		At:          planned,
	}
}

func stationery(t testing.TB) *Templates {
	t.Helper()
	s, err := ParseTemplates(templates.Files())
	if err != nil {
		t.Fatal(err)
	}
	return s
}

var planned = time.Date(2026, 5, 4, 9, 0, 0, 0, time.UTC)

// press composes letters as their parts and attachments, one after the other, with their head.
func press(t testing.TB, b bulletin.Bulletin) Composer {
	return Composer{
		Common: desk(b), Templates: stationery(t), Key: []byte("key"), Domain: "example.com",
		Message: func(l Letter, id string) ([]byte, error) {
			parts := []string{id, string(l.To), l.Subject, l.Text, l.HTML}
			for _, a := range l.Attachments {
				parts = append(parts, string(a.Data))
			}
			return []byte(strings.Join(parts, "\n\f\n")), nil
		},
	}
}

// rowsOf is all rows of a choice at once, with what the sums of them say.
func rowsOf(s *Survey, choice Choice) ([]Row, error) {
	var rows []Row
	for r, err := range s.Rows(choice) {
		if err != nil {
			return nil, err
		}
		rows = append(rows, r)
	}
	_, err := s.Tally(choice)
	return rows, err
}

func streamed(rows []Row) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		for _, r := range rows {
			if !yield(r, nil) {
				return
			}
		}
	}
}

func digestOf(t *testing.T, rows []Row) string {
	t.Helper()
	digest, err := DigestRows(streamed(rows))
	if err != nil {
		t.Fatal(err)
	}
	return digest
}

func counted(rows []Row) Counts {
	counts := make(Counts)
	for _, r := range rows {
		counts[r.Standing]++
	}
	return counts
}

// fate is what a node's version and platform come to under the client's bulletin.
type fate int

const (
	hit fate = iota
	cannotTell
	missed
)

// random is one inventory with what it must come to, worked out without the code
// under test.
type random struct {
	tailnets []tailnet.Tailnet
	nodes    []tailnet.Node
	affected map[tailnet.ID]verdict.Truth // of the client's bulletin
	reached  map[tailnet.ID]tailnet.Address
}

// build makes an inventory of up to a dozen tailnets. Each name comes from name,
// which is told what for and may repeat itself between tailnets.
func build(r *rand.Rand, name func(kind string, number int) string) random {
	w := random{affected: make(map[tailnet.ID]verdict.Truth), reached: make(map[tailnet.ID]tailnet.Address)}
	serial := 0
	for i := range r.IntN(12) {
		n := tailnet.Tailnet{ID: tailnet.ID(name("tailnet", i)), Language: pick(r, "", "en", "ar")}
		if _, twice := w.affected[n.ID]; twice {
			continue
		}
		if r.IntN(2) == 0 {
			n.DisplayName = name("display", i)
		}
		w.contact(r, &n, i)
		w.tailnets = append(w.tailnets, n)
		w.affected[n.ID] = verdict.No
		for range r.IntN(6) {
			serial++
			node, f := aNode(r, n.ID, fmt.Sprintf("n%d", serial), name("node", i))
			w.nodes = append(w.nodes, node)
			if f == hit || f == cannotTell && w.affected[n.ID] == verdict.No {
				w.affected[n.ID] = map[fate]verdict.Truth{hit: verdict.Yes, cannotTell: verdict.Unknown}[f]
			}
		}
	}
	return w
}

func (w *random) contact(r *rand.Rand, n *tailnet.Tailnet, i int) {
	owner, security := fmt.Sprintf("owner-%d@a%d.example.com", i, i), fmt.Sprintf("security-%d@a%d.example.com", i, i)
	switch r.IntN(5) {
	case 0:
		n.OwnerEmail, n.SecurityEmail, n.SecurityVerified = owner, security, true
		w.reached[n.ID] = tailnet.Address(security)
	case 1:
		n.OwnerEmail, n.SecurityEmail = owner, security
		w.reached[n.ID] = tailnet.Address(owner)
	case 2:
		n.OwnerEmail = owner
		w.reached[n.ID] = tailnet.Address(owner)
	case 3:
		n.SecurityEmail = security // never confirmed
	}
}

func aNode(r *rand.Rand, of tailnet.ID, id, name string) (tailnet.Node, fate) {
	n := tailnet.Node{Tailnet: of, ID: id, Name: name, Product: "client", OS: "windows"}
	switch r.IntN(6) {
	case 0, 1:
		n.Version = pick(r, "1.58.0", "1.58.2-tabc", "1.60.0", "1.66.0", "v1.60")
		return n, hit
	case 2:
		n.Version = pick(r, "", "custom-build", "1.2.3.4", "01.60.0")
		return n, cannotTell
	case 3:
		n.OS, n.Version = pick(r, "", "plan9"), "1.60.0"
		return n, cannotTell
	case 4:
		n.Version = pick(r, "1.57.9", "1.66.1", "1.66.1-tabc", "1.70.0", "0.1")
		return n, missed
	}
	n.OS, n.Version = pick(r, "macos", "linux"), "1.60.0"
	return n, missed
}

// survey takes the inventory in, each table in another order every time.
func (w random) survey(r *rand.Rand, b bulletin.Bulletin) *Survey {
	s := NewSurvey(b, products, disclosure.Builtin(), planned)
	tailnets, nodes := slices.Clone(w.tailnets), slices.Clone(w.nodes)
	r.Shuffle(len(tailnets), func(i, j int) { tailnets[i], tailnets[j] = tailnets[j], tailnets[i] })
	r.Shuffle(len(nodes), func(i, j int) { nodes[i], nodes[j] = nodes[j], nodes[i] })
	for _, n := range tailnets {
		s.Tailnet(n)
	}
	for _, n := range nodes {
		if err := s.Node(n); err != nil {
			panic(err) // nodes of the test's own making
		}
	}
	return s
}

// hostile are names that have hurt somebody: parts of one another, markup, code of
// templates and shells, formulas, controls, directions, encodings.
var hostile = []string{
	"db", "db-1", "db-10", "db-1.example", "DB", "windows", "server", "node", "high",
	"<script>alert(1)</script>", "</bdi></td></tr></table>", "<img src=x onerror=alert(1)>", "<!--", "-->", "]]>", "&lt;b&gt;", "<b", `" onmouseover="x`, "'><svg/onload=x>", "</title><h1>",
	"{{.Secret}}", "{{template `letter.html`}}", "{{", "}}", "{{/*", "${HOME}", "$(reboot)", "`id`", "%s%n%d", "{fixed}",
	"=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "=HYPERLINK(\"http://evil.example\")",
	"**bold**", "[link](https://evil.example)", "https://evil.example/", "_x_", "# head", "-- ", ".", "..", "a\n.\nb",
	"\u202Egnp.exe", "a\u2066b\u2069c", "\u200Bzero", "\uFEFFmark", "مخبز", "שלום 1.2", "ab\u05D0\u05D11", "e\u0301", "サンプル", "😀",
	"\x00", "a\x1b[31mred", "x\r\nBcc: evil@example.com", "x\u2028y", "x\u0085y", "\x7f", "bad\xff\xfeutf8", "\xc3",
	"=?UTF-8?q?hidden?=", "a  b", "   ", strings.Repeat("long", 80), strings.Repeat("w ", 200), `\`, `"`, "'",
}
