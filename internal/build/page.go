package build

import (
	"crypto/sha256"
	"strconv"

	"tocsin/internal/bulletin"
	"tocsin/internal/publish"
	"tocsin/internal/publish/feed"
	"tocsin/internal/publish/site"
)

// shown is what is left of a bulletin that readers may see, when its page was made.
type shown struct {
	card  site.Card
	path  string   // of the page
	sum   [32]byte // its SHA-256
	sight [32]byte // a digest of what the page shows of others
	item  *item    // where it stands in a feed
}

func (s *shown) name() *site.Neighbour {
	return &site.Neighbour{ID: s.card.ID, Title: s.card.Title, Withdrawn: s.card.Withdrawn}
}

// page makes the page of a bulletin, by its place among those that readers may see, unless the
// tree holds it as it would be. What the page was made of is forgotten with it.
func (p *pass) page(public []*step, at int, t *tools) error {
	s := public[at]
	newer, older := neighbour(public, at-1), neighbour(public, at+1)
	sight := p.sight(s, newer, older)
	fill := func() (site.Notice, error) { return p.notice(s, newer, older) }
	if s.old && s.shown.sight == sight {
		return p.unchanged(s, fill)
	}
	n, err := fill()
	if err != nil {
		return err
	}
	s.bulletin, s.text = nil, nil
	page, err := p.anew(s, n, t)
	if err != nil {
		s.err = err
		return nil // the problems that check finds come first: they may say why
	}
	s.shown.sight = sight
	return p.add(page)
}

func neighbour(public []*step, at int) *site.Neighbour {
	if at < 0 || at >= len(public) {
		return nil
	}
	return public[at].name
}

// unchanged hands on the page that the tree holds, and how to make it should it not.
func (p *pass) unchanged(s *step, fill func() (site.Notice, error)) error {
	return p.add(publish.File{Path: s.shown.path, Sum: s.shown.sum, Again: func() ([]byte, error) {
		n, err := fill()
		if err != nil {
			return nil, err
		}
		page, err := p.Pages.Bulletin(n)
		return page.Data, err
	}})
}

// notice is what the page of a bulletin is made of. Where the last walk read the bulletin, it is
// read again.
func (p *pass) notice(s *step, newer, older *site.Neighbour) (site.Notice, error) {
	n := site.Notice{Newer: newer, Older: older, Public: p.isPublic, Text: s.text}
	if s.bulletin != nil {
		n.Bulletin = *s.bulletin
		return n, nil
	}
	e, err := p.Reader.Bulletin(s.number)
	if err != nil {
		return n, err
	}
	n.Text = e.Text
	n.Bulletin, err = e.Bulletin.Publish()
	return n, err
}

// anew makes the page of a bulletin and what is kept of it.
func (p *pass) anew(s *step, n site.Notice, t *tools) (publish.File, error) {
	page, card, err := p.Pages.BulletinAndCard(n, &t.room)
	if err != nil {
		return page, err
	}
	page.Sum = sha256.Sum256(page.Data)
	made := &shown{card: card, path: page.Path, sum: page.Sum}
	if s.wanted {
		made.item, err = p.item(n)
	}
	// The last walk's record stays as it is: others may be looking at it.
	s.record, s.old = &record{until: s.until, public: true, look: s.look, shown: made}, false
	return page, err
}

// item is the bulletin as feeds have it.
func (p *pass) item(n site.Notice) (*item, error) {
	b := n.Bulletin.Bulletin()
	body, err := p.Pages.FeedHTML(n)
	if err != nil {
		return nil, err
	}
	return newItem(feed.NewItem(n.Bulletin, p.Feeds.Layout.URL(p.Feeds.Layout.Bulletin(string(b.ID))), body)), nil
}

// sight is a digest of all that the page of a bulletin shows of others.
func (p *pass) sight(s *step, newer, older *site.Neighbour) [32]byte {
	text := make([]byte, 0, 256)
	for _, n := range []*site.Neighbour{newer, older} {
		if n != nil {
			text = append(append(text, n.ID...), 0)
			text = append(append(text, n.Title...), 0)
			text = strconv.AppendBool(text, n.Withdrawn)
		}
		text = append(text, '\n')
	}
	if p.Pages.HasCodes(s.shown.card.ID) {
		text = append(text, "codes\n"...)
	}
	for _, id := range s.look.Related() {
		if p.isPublic(id) {
			text = append(append(text, id...), '\n')
		}
	}
	return sha256.Sum256(text)
}

// isPublic reports whether readers may know of a bulletin, which may not have been read yet.
func (p *pass) isPublic(id bulletin.ID) bool {
	number, found := p.Reader.Number(id)
	if !found {
		return false
	}
	if s := p.steps[number]; p.Last != nil && s.last != nil {
		return s.last.public
	}
	return p.Reader.Public(id)
}
