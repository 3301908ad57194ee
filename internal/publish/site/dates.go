package site

import (
	"html/template"
	"strconv"
	"sync/atomic"
	"time"
)

// Date is a day as people read it, the same for programs, and both in their element.
type Date struct {
	Day, Machine string
	HTML         template.HTML
	Exact        template.HTML // with the time of day, where one was stated; else as HTML
}

// days are the dates that pages were given last, each in the place of its day. Bulletins that are
// made one after another tell of few days, and of each several times.
type days [256]atomic.Pointer[madeDay]

type madeDay struct {
	number int64 // of days since 1970
	date   Date
}

const secondsADay = 24 * 60 * 60

// date is nil for the zero time: a date that nobody stated. Days are those of UTC; a
// time of day is given to programs where there is one. Pages share what they are given.
func (r *Renderer) date(t time.Time) *Date {
	if t.IsZero() {
		return nil
	}
	second := t.Unix()
	if t.Nanosecond() != 0 || second%secondsADay != 0 {
		return r.newDate(t.UTC(), time.RFC3339)
	}
	number := second / secondsADay
	place := &r.days[uint64(number)%uint64(len(r.days))]
	made := place.Load()
	if made == nil || made.number != number {
		made = &madeDay{number, *r.newDate(t.UTC(), time.DateOnly)}
		place.Store(made)
	}
	return &made.date
}

func (r *Renderer) newDate(t time.Time, form string) *Date {
	machine := t.Format(form)
	day := r.words.plain("date", strconv.Itoa(t.Day()), r.words.months[t.Month()], strconv.Itoa(t.Year()))
	element := func(text string) template.HTML {
		return template.HTML(`<time datetime="` + machine + `">` + template.HTMLEscapeString(text) + `</time>`)
	}
	made := &Date{Day: day, Machine: machine, HTML: element(day)}
	if made.Exact = made.HTML; form != time.DateOnly {
		made.Exact = element(r.words.plain("date.time", day, t.Format("15:04")))
	}
	return made
}
