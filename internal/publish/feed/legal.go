package feed

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// check finds everything that would make the feed invalid or unreadable, or that
// readers could not tell apart.
func check(d document, items []Item) error {
	var errs []error
	for _, f := range d.fields() {
		errs = append(errs, checkText("the channel", f))
	}
	known := identities{make(map[string]bool), make(map[string]bool)}
	for n, i := range items {
		name := fmt.Sprintf("bulletin %q", i.ID)
		errs = append(errs, known.check(name, i), checkDates(name, i))
		if i.URL == "" {
			errs = append(errs, fmt.Errorf("%s has no link", name))
		}
		if strings.Contains(i.Content, "\r") {
			errs = append(errs, fmt.Errorf("%s: the content holds a carriage return, which XML reads as another line end", name))
		}
		for _, f := range d.entries[n].fields() {
			errs = append(errs, checkText(name, f))
		}
	}
	return errors.Join(errs...)
}

// identities are what entries are known by so far.
type identities struct{ ids, guids map[string]bool }

// check finds what readers cannot tell from another entry.
func (k identities) check(name string, i Item) error {
	twice, taken := k.ids[i.ID], k.guids[i.GUID]
	k.ids[i.ID], k.guids[i.GUID] = true, true
	switch {
	case i.ID == "" || i.GUID == "":
		return fmt.Errorf("bulletin %q has no id", i.Title)
	case twice:
		return fmt.Errorf("%s stands in the feed twice", name)
	case taken:
		return fmt.Errorf("%s: the guid %q is that of another bulletin", name, i.GUID)
	case !plain(i.ID) || !plain(i.GUID):
		return fmt.Errorf("%s: the id holds more than letters, digits and - . _ : /", name)
	}
	return nil
}

// check finds what the channel itself lacks in a format.
func (ch Channel) check(f format) error {
	var errs []error
	for _, f := range []field{{"title", ch.Title}, {"link", ch.Link}, {"self", ch.Self}} {
		if f.text == "" {
			errs = append(errs, fmt.Errorf("the channel has no %s", f.name))
		}
	}
	if _, plain := f.(rss); !plain && ch.ID == "" {
		errs = append(errs, errors.New("the channel has no id, which the ids of its entries begin with"))
	}
	if strings.ContainsAny(ch.Style, `"<>&`) { // they could end the instruction that names it
		errs = append(errs, fmt.Errorf("the channel: the style %q holds one of \" < > &", ch.Style))
	}
	return errors.Join(errs...)
}

// plain reports whether an ID can stand in an IRI as it is. Readers trim white space, and
// then know the entry by another name.
func plain(id string) bool {
	return !strings.ContainsFunc(id, func(r rune) bool {
		return (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z') && !strings.ContainsRune("-._:/", r)
	})
}

// checkDates refuses dates that have no spelling of four digits for the year.
func checkDates(whose string, i Item) error {
	for _, t := range []struct {
		name string
		year int
		zero bool
	}{{"date", i.Announced.Year(), i.Announced.IsZero()}, {"date of change", i.Updated.Year(), i.Updated.IsZero()}} {
		switch {
		case t.zero:
			return fmt.Errorf("%s has no %s", whose, t.name)
		case t.year < 1 || t.year > 9999:
			return fmt.Errorf("%s: the %s is in the year %d, which feeds cannot tell", whose, t.name, t.year)
		}
	}
	return nil
}

// checkText finds what XML 1.0 cannot hold. encoding/xml would put U+FFFD in its
// place, or in CDATA let it pass. What RSS cannot tell, JSON Feed does not either.
func checkText(whose string, f field) error {
	if !utf8.ValidString(f.text) {
		return fmt.Errorf("%s: the %s is not valid UTF-8", whose, f.name)
	}
	if i := strings.IndexFunc(f.text, isIllegal); i >= 0 {
		r, _ := utf8.DecodeRuneInString(f.text[i:])
		return fmt.Errorf("%s: the %s holds the character %U, which XML forbids", whose, f.name, r)
	}
	return nil
}

func isIllegal(r rune) bool {
	return r < ' ' && r != '\t' && r != '\n' && r != '\r' || r == '\uFFFE' || r == '\uFFFF'
}
