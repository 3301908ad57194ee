// Package gallery writes the letters of a plan as pages that a person reads before
// anybody is written to: offline, without a script, for its owner alone.
//
// A letter is hostile until it has been read: its HTML stands in a frame that may run,
// load and open nothing, whatever is in it. A big plan is shown by what goes furthest in
// it and by an even choice of the rest, so that memory and reading stay bounded.
package gallery

import (
	"context"
	"errors"
	"fmt"

	"tocsin/internal/notify/ledger"
	"tocsin/internal/notify/mailer"
)

// Options say what is shown, and in which words.
type Options struct {
	All      bool      // every row, however many there are
	Many     string    // what several tailnets are called
	Progress func(int) // told of every row that was gone through; each is twice
}

// Shown is what a gallery shows of a plan.
type Shown struct {
	Letters, OfLetters int // written, and in the plan
	Others, OfOthers   int // rows without a letter
}

// Whole reports whether nothing was left out.
func (s Shown) Whole() bool { return s.Letters == s.OfLetters && s.Others == s.OfOthers }

// Write writes a plan's letters into a folder that is made for them, in place of those
// that it wrote there before. Before that, every row and every letter is proven to be
// what was frozen: the error is a [ledger.ErrChanged] where one is not, a [*ForeignError]
// or a [*private.LooseError] where the folder cannot be used.
func Write(ctx context.Context, place string, book *ledger.Ledger, plan ledger.Stored, o Options) (Shown, error) {
	f, err := begin(place)
	if err != nil {
		return Shown{}, err
	}
	shown, err := write(ctx, f, book, plan, o)
	if err != nil {
		return Shown{}, errors.Join(err, f.abandon())
	}
	return shown, f.finish()
}

func write(ctx context.Context, f folder, book *ledger.Ledger, plan ledger.Stored, o Options) (Shown, error) {
	if err := book.Verify(ctx, plan); err != nil {
		return Shown{}, err
	}
	c, err := choose(ctx, book, plan, o)
	if err != nil {
		return Shown{}, err
	}
	pages, err := parsePages()
	if err != nil {
		return Shown{}, err
	}
	shown := Shown{c.letters, c.of, c.rows - c.letters, plan.Counts.Affected() - c.of}
	w := writer{folder: f, pages: pages, plan: plan, many: o.Many, choice: c, shown: shown, spread: o.spread(plan, sampled)}
	err = book.Each(ctx, plan, func(d ledger.Delivery) error {
		o.Progress(1)
		sampled := w.spread.next(d.Standing)
		if !sampled && len(c.why[d.Row]) == 0 {
			return nil
		}
		if !hasLetter(d) {
			return w.row(d, mailer.Message{})
		}
		raw, err := book.Message(ctx, plan, d)
		if err != nil {
			return err
		}
		return w.letter(d, raw)
	})
	return shown, errors.Join(err, w.end())
}

// writer writes the pages while the rows go by.
type writer struct {
	folder folder
	pages  *pages
	plan   ledger.Stored
	many   string
	choice choice
	shown  Shown
	spread spread

	list    file    // the page of the list that is being written
	page    int     // its number, from 1; 0 before the first
	rows    int     // on all of its pages so far
	waiting *letter // its page names the next one, which is not known yet
}

// letter writes a letter's message and its row, and the page of the one before it.
func (w *writer) letter(d ledger.Delivery, raw []byte) error {
	m, err := mailer.Read(raw)
	if err != nil {
		return unreadable(w.plan, d)
	}
	if err := w.folder.put(messageName(d.Row), raw); err != nil {
		return err
	}
	next := w.view(d, m, len(raw))
	if w.waiting != nil {
		w.waiting.Next, next.Before = nameOf(d.Row), nameOf(w.waiting.row)
	}
	if err := w.flush(); err != nil {
		return err
	}
	w.waiting = &next
	return w.row(d, m)
}

// unreadable is a letter that no mail program could take apart. Which line it stumbled at
// is not said: it may be an address.
func unreadable(plan ledger.Stored, d ledger.Delivery) error {
	return fmt.Errorf("letter %d of %s cannot be read as a mail message", d.Row, plan.ID)
}

// flush writes the page of the letter that waits.
func (w *writer) flush() error {
	if w.waiting == nil {
		return nil
	}
	to, err := w.folder.create(pageName(w.waiting.row))
	if err != nil {
		return err
	}
	return errors.Join(w.pages.letter(to, *w.waiting), to.close())
}

// row writes a row of the list, and begins and ends the list's pages.
func (w *writer) row(d ledger.Delivery, m mailer.Message) error {
	if w.rows%listed == 0 {
		if err := w.turn(); err != nil {
			return err
		}
	}
	w.rows++
	return w.pages.row(w.list, w.line(d, m))
}

// turn ends a page of the list and begins the next.
func (w *writer) turn() error {
	if err := w.closeList(); err != nil {
		return err
	}
	w.page++
	var err error
	if w.list, err = w.folder.create(listName(w.page)); err != nil {
		return err
	}
	return w.pages.head(w.list, w.heading())
}

func (w *writer) closeList() error {
	if w.list.f == nil {
		return nil
	}
	err := errors.Join(w.pages.foot(w.list, w.heading()), w.list.close())
	w.list = file{}
	return err
}

// end writes what waits. A plan without rows has a list all the same.
func (w *writer) end() error {
	if w.page == 0 {
		if err := w.turn(); err != nil {
			return err
		}
	}
	return errors.Join(w.flush(), w.closeList())
}
