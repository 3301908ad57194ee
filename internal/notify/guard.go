package notify

import (
	"crypto/hmac"
	"crypto/sha256"
	"slices"
	"strings"
	"sync"

	"tocsin/internal/affected"
	"tocsin/internal/notify/isolation"
	"tocsin/internal/tailnet"
	"tocsin/internal/verdict"
)

// Guard proves the letters of one plan before they are frozen: each holds the data of
// its own tailnet alone (F20). Any number may use it at a time.
type Guard struct {
	apart   Composer
	checker *isolation.Checker
	once    sync.Once
	err     error // of what was done once
}

// NewGuard begins with whose everything is, as the tables were read. The composer must
// be as the one that writes the letters and share nothing with it that can change: it
// sees masked rows alone, so that what it writes is nobody's.
func NewGuard(of *isolation.Identifiers, apart Composer) *Guard {
	return &Guard{apart: apart, checker: isolation.NewChecker(of)}
}

// check proves one row and its letter, where it gets one. A nil guard proves nothing.
func (g *Guard) check(plan Plan, r Row, e Entry) error {
	if g == nil {
		return nil
	}
	letter := g.apart.Common.Claims(r)
	if r.Standing != Mailed {
		return g.checker.CheckRow(letter)
	}
	if g.once.Do(func() { g.err = g.begin(plan) }); g.err != nil {
		return g.err
	}
	// The code is worked out here once more. It names nobody, so the twin bears the same.
	own := mark{e.MessageID, g.apart.code(plan, r)}
	letter.Message, letter.LetterCode = e.Message, string(own.code)
	return g.checker.Check(letter, func() (isolation.Twin, error) { return g.twin(plan, r, own) })
}

// Claims lists what a row says that its letter holds.
func (d Common) Claims(r Row) isolation.Letter {
	l := isolation.Letter{Tailnet: r.Tailnet.ID, Name: r.Tailnet.Name(), To: r.Contact.Address}
	if r.Kind != AllClear {
		l.Nodes = make([]isolation.Node, 0, len(r.Match.Hits))
		for _, h := range r.Match.Hits {
			l.Nodes = append(l.Nodes, isolation.Node{ID: h.Node.ID, Name: h.Node.Name})
		}
		l.NoJSON, l.NoCSV = r.Lists >= CSVAlone, r.Lists >= NoLists
		r.Match.Hits = nil // they are claimed
	}
	r.mapped(func(text string) string {
		l.Others = append(l.Others, text)
		return text
	})
	return l
}

// twin writes the letter of a row with masks, under the same Message-ID, of which boundaries
// are made, and with the same code.
func (g *Guard) twin(plan Plan, r Row, own mark) (isolation.Twin, error) {
	var everybodys []string
	for _, done := range g.apart.Common.done() {
		everybodys = append(everybodys, done.What)
	}
	masked, masks := r.masked(g.word(plan), everybodys)
	letter := g.apart.Common.Claims(masked)
	var err error
	letter.Message, err = g.apart.letter(plan, masked, own)
	letter.LetterCode = string(own.code)
	return isolation.Twin{Letter: letter, Masks: masks}, err
}

// word begins the masks of a plan.
func (g *Guard) word(plan Plan) string {
	digester := Digester{hmac.New(sha256.New, g.apart.Key)}
	digester.Add("mask", plan.ID.String())
	return "m" + digester.Sum()[:16] + "n"
}

// begin gathers what letters of the plan may say to anybody: the words of the templates,
// what the bulletin and the settings say, and letters for nobody.
func (g *Guard) begin(plan Plan) error {
	d := g.apart.Common
	g.checker.Allow(string(d.Bulletin.Source.Data), d.Bulletin.Title, d.Bulletin.Summary, d.Organization, d.Unit, d.Settings, string(d.ReplyTo), d.BulletinURL, d.PolicyURL)
	g.checker.Allow(Changes(d.Bulletin, 0)...)
	g.checker.AllowHosts(string(d.Bulletin.Source.Data), d.Settings, d.BulletinURL, d.PolicyURL)
	for language, words := range g.apart.Templates.words {
		for _, text := range words.texts {
			g.checker.Allow(text, strings.ToUpper(text))
		}
		for _, nobodys := range g.apart.specimens(g.word(plan), language) {
			letter, err := g.apart.letter(plan, nobodys, mark{plan.ID.String(), g.apart.code(plan, nobodys)})
			if err != nil {
				return err
			}
			if err := g.checker.Learn(letter); err != nil {
				return err
			}
		}
	}
	return nil
}

// specimens are rows of a tailnet that there is not, of every kind that the plan may hold.
func (c Composer) specimens(word, language string) []Row {
	sure, unsure := c.Common.specimen(word, language, verdict.Yes), c.Common.specimen(word, language, verdict.Unknown)
	rows := []Row{sure, unsure}
	if c.FollowUps {
		for _, kind := range []Kind{Correction, Update, AllClear} {
			rows = append(rows, c.Common.following(sure, kind), c.Common.following(unsure, kind))
		}
	}
	return rows
}

// following is a specimen as a letter of a kind, which says all that one of them may say.
func (d Common) following(r Row, kind Kind) Row {
	r = r.As(kind)
	if r.Kind.FollowsUp() {
		r.Changed = Changes(d.Bulletin, 0)
	}
	return r
}

// specimen is the row of a tailnet that there is not: with a node on every platform that
// the bulletin is about and one of which it cannot be told, and told by every sentence of the policy.
func (d Common) specimen(word, language string, sure verdict.Truth) Row {
	id := tailnet.ID(word + "e")
	r := Row{
		Tailnet:  tailnet.Tailnet{ID: id, Language: language},
		Standing: Mailed,
		Contact:  tailnet.Contact{Tailnet: id, Address: tailnet.Address(word + "e@mask.example"), Reason: tailnet.Owner},
		Match:    affected.Match{Tailnet: id, Affected: sure, Evidence: string(id)},
	}
	for _, c := range d.Rules.Clauses() {
		r.Clauses = append(r.Clauses, c.ID)
	}
	for i, row := range d.Bulletin.Affected {
		product, _ := d.Products.Find(row.Product)
		nobodys := tailnet.Node{Tailnet: id, ID: string(id), Name: string(id), Product: row.Product}
		r.Match.Hits = append(r.Match.Hits, affected.Hit{Node: nobodys, Row: i, Others: d.alike(i), Affected: sure})
		platforms := row.Platforms
		if len(platforms) == 0 {
			platforms = slices.Concat(product.Platforms, []string{""})
		}
		for _, platform := range platforms {
			nobodys.OS = platform
			r.Match.Hits = append(r.Match.Hits, affected.Hit{Node: nobodys, Row: i, Affected: sure})
		}
	}
	return r
}

// alike are the affected rows after one that are about the same product.
func (d Common) alike(i int) (rows []int) {
	for j := i + 1; j < len(d.Bulletin.Affected); j++ {
		if d.Bulletin.Affected[j].Product == d.Bulletin.Affected[i].Product {
			rows = append(rows, j)
		}
	}
	return rows
}
