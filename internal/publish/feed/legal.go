package feed

import (
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"
)

// check finds everything that would make the feed invalid or unreadable, or that
// readers could not tell apart.
func check(d document, items []Item) error {
	var errs []error
	for _, f := range d.fields() {
		if err := checkText("the channel", f); err != nil {
			errs = append(errs, err)
		}
	}
	known := identities{make(map[string]bool, len(items)), make(map[string]bool, len(items))}
	for n := range items {
		if err := known.checkEntry(&items[n], &d.entries[n]); err != nil {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// identities are what entries are known by so far.
type identities struct{ ids, guids map[string]bool }

// checkEntry finds what is wrong with a bulletin and its entry.
func (k identities) checkEntry(i *Item, e *entry) error {
	err := errors.Join(k.check(i), checkDates(i))
	if i.URL == "" {
		err = errors.Join(err, fmt.Errorf("%s has no link", i.name()))
	}
	if strings.Contains(i.Content, "\r") {
		err = errors.Join(err, fmt.Errorf("%s: the content holds a carriage return, which XML reads as another line end", i.name()))
	}
	for _, f := range e.fields() {
		if !legal(f.text) {
			err = errors.Join(err, checkText(i.name(), f))
		}
	}
	return err
}

// name is what errors call the bulletin of an item.
func (i *Item) name() string { return fmt.Sprintf("bulletin %q", i.ID) }

// check finds what readers cannot tell from another entry.
func (k identities) check(i *Item) error {
	twice, taken := k.ids[i.ID], k.guids[i.GUID]
	k.ids[i.ID], k.guids[i.GUID] = true, true
	switch {
	case i.ID == "" || i.GUID == "":
		return fmt.Errorf("bulletin %q has no id", i.Title)
	case twice:
		return fmt.Errorf("%s stands in the feed twice", i.name())
	case taken:
		return fmt.Errorf("%s: the guid %q is that of another bulletin", i.name(), i.GUID)
	case !plain(i.ID) || !plain(i.GUID):
		return fmt.Errorf("%s: the id holds more than letters, digits and - . _ : /", i.name())
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
func checkDates(i *Item) error {
	for _, t := range [...]struct {
		name string
		at   time.Time
	}{{"date", i.Announced}, {"date of change", i.Updated}} {
		switch year := t.at.Year(); {
		case t.at.IsZero():
			return fmt.Errorf("%s has no %s", i.name(), t.name)
		case year < 1 || year > 9999:
			return fmt.Errorf("%s: the %s is in the year %d, which feeds cannot tell", i.name(), t.name, year)
		}
	}
	return nil
}

// checkText finds what XML 1.0 cannot hold. encoding/xml would put U+FFFD in its
// place, or in CDATA let it pass. What RSS cannot tell, JSON Feed does not either.
func checkText(whose string, f field) error {
	if legal(f.text) {
		return nil
	}
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

// legal reports whether a text is UTF-8 of characters that XML 1.0 can hold.
func legal(text string) bool {
	for i := 0; i < len(text); {
		if c := text[i]; c < utf8.RuneSelf {
			if c < ' ' && isIllegal(rune(c)) {
				return false
			}
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(text[i:])
		if r == utf8.RuneError && size == 1 || isIllegal(r) {
			return false
		}
		i += size
	}
	return true
}
