package check

import (
	"unique"

	"tocsin/internal/address"
	"tocsin/internal/bulletin"
	"tocsin/internal/source"
	"tocsin/internal/tape"
)

// Tape writes a look down, or reads it back, for a build that begins where the last one ended.
// What would mend a problem is not kept: `check --fix` looks for itself.
func (l *Look) Tape(t *tape.Tape) {
	tape.List(t, (*[]source.Problem)(&l.Problems), problemTape)
	l.card.tape(t)
	tape.List(t, &l.silences, silenceTape)
}

// Related are the bulletins that the page links to by name: related ones, and the one that holds
// in its place.
func (l *Look) Related() []bulletin.ID {
	var ids []bulletin.ID
	for _, list := range [][]mention{l.card.related, l.card.superseded} {
		for _, m := range list {
			ids = append(ids, bulletin.ID(m.word))
		}
	}
	return ids
}

func problemTape(t *tape.Tape, p *source.Problem) {
	positionTape(t, &p.Position)
	tape.Number(t, &p.Level)
	for _, s := range []*string{&p.Code, &p.Message, &p.Hint, &p.Excerpt} {
		t.String(s)
	}
	t.Bool(&p.Softened)
}

func positionTape(t *tape.Tape, p *source.Position) {
	t.String(&p.File)
	tape.Number(t, &p.Line)
	tape.Number(t, &p.Column)
}

func silenceTape(t *tape.Tape, s *silence) {
	t.String(&s.Code)
	t.String(&s.Reason)
	t.Time(&s.Until)
	positionTape(t, &s.Position)
	t.String(&s.file)
	t.Bool(&s.draft)
	t.String(&s.line)
}

func (k *card) tape(t *tape.Tape) {
	tape.Text(t, &k.id)
	t.Bool(&k.unread)
	tape.Text(t, &k.status)
	t.Bool(&k.embargoed)
	t.Bool(&k.owner)
	t.String(&k.file)
	mentionTape(t, &k.idAt)
	for _, list := range []*[]mention{&k.aliases, &k.related, &k.superseded} {
		tape.List(t, list, mentionTape)
	}
	tape.List(t, &k.links, linkTape)
	tape.List(t, &k.anchors, anchorTape)
	t.Time(&k.published)
	tape.Text(t, &k.severity)
	t.Bool(&k.action)
	tape.List(t, &k.products, anchorTape)
}

func mentionTape(t *tape.Tape, m *mention) {
	t.String(&m.word)
	t.String(&m.excerpt)
	tape.Number(t, &m.line)
	tape.Number(t, &m.column)
}

func linkTape(t *tape.Tape, l *link) {
	mentionTape(t, &l.mention)
	tape.Text[address.Page](t, &l.page)
	t.String(&l.fragment)
}

func anchorTape(t *tape.Tape, a *anchor) {
	var text string
	if !t.Reading() {
		text = a.Value()
	}
	t.String(&text)
	if t.Reading() {
		*a = unique.Make(text)
	}
}
