package build

import (
	"fmt"
	"time"

	"tocsin/internal/check"
	"tocsin/internal/publish/feed"
	"tocsin/internal/tape"
)

// record is what is remembered of one bulletin file. While nobody looks at it it is packed: one
// text without pointers. The many records of a large site would else be what the collector of
// garbage spends its time on.
type record struct {
	until  time.Time // from when on it does not hold; zero: it holds for ever
	public bool
	tape   string // look and shown as they are kept; empty while they stand on no tape
	packed bool   // look and shown are on the tape alone
	look   *check.Look
	shown  *shown // of what readers may see
}

// write puts the record on its tape, unless it stands there. The scratch is used again and again.
func (r *record) write(scratch *tape.Tape) {
	if r.tape != "" {
		return
	}
	scratch.Reset()
	r.body(scratch)
	r.tape = string(scratch.Bytes())
}

// pack keeps the tape and nothing else.
func (r *record) pack(scratch *tape.Tape) {
	r.write(scratch)
	r.packed, r.look, r.shown = true, nil, nil
}

// room is where some records are unpacked to: together, since each by itself costs the kernel
// and the collector of garbage more.
type room struct {
	looks []check.Look
	shown []shown
}

func newRoom(records int) *room {
	return &room{make([]check.Look, records), make([]shown, records)}
}

// unpack makes of the tape what was put on it.
func (r *record) unpack(in *room) error {
	if !r.packed {
		return nil
	}
	r.look, in.looks = &in.looks[0], in.looks[1:]
	if r.public {
		r.shown, in.shown = &in.shown[0], in.shown[1:]
	}
	t := tape.Read(r.tape)
	r.body(t)
	if err := t.End(); err != nil {
		return fmt.Errorf("what was kept of a bulletin: %w", err)
	}
	r.packed = false
	return nil
}

// heading is the record in the file of a memory, its tape as one text.
func (r *record) heading(t *tape.Tape) {
	t.Time(&r.until)
	t.Bool(&r.public)
	t.String(&r.tape)
	if t.Reading() {
		r.packed = true
	}
}

func (r *record) body(t *tape.Tape) {
	r.look.Tape(t)
	if r.public {
		r.shown.tape(t)
	}
}

func (s *shown) tape(t *tape.Tape) {
	c := &s.card
	tape.Text(t, &c.ID)
	t.String(&c.Title)
	t.Time(&c.Published)
	t.Time(&c.Announced)
	t.Time(&c.Modified)
	tape.Text(t, &c.Severity)
	t.String(&c.Exploited)
	tape.Number(t, &c.Action)
	tape.List(t, &c.Products, (*tape.Tape).String)
	t.Bool(&c.Withdrawn)
	tape.List(t, &c.Cites, (*tape.Tape).String)
	tape.Text(t, &c.Entry)
	t.Sum(&c.Mark)
	t.String(&s.path)
	t.Sum(&s.sum)
	t.Sum(&s.sight)
	there := s.item != nil
	t.Bool(&there)
	if there && t.Reading() {
		s.item = new(item)
	}
	if there {
		itemTape(t, &s.item.Item)
		t.Sum(&s.item.sum)
	}
}

func itemTape(t *tape.Tape, i *feed.Item) {
	for _, text := range []*string{&i.ID, &i.GUID, (*string)(&i.State), &i.Title, &i.Change, &i.Summary, &i.URL, &i.Content, &i.Severity, &i.Action, &i.Do, &i.Exploited} {
		t.String(text)
	}
	t.Time(&i.Announced)
	t.Time(&i.Updated)
	tape.List(t, &i.Products, (*tape.Tape).String)
}
