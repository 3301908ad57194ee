package cli

import (
	"fmt"
	"os"
	"sync"

	"tocsin/internal/address"
	"tocsin/internal/content"
	"tocsin/internal/durable"
	"tocsin/internal/publish"
)

// lasting collects the new addresses of a site that must not disappear without a word.
type lasting struct {
	layout address.Layout
	named  content.Addresses // these need not be collected
	mutex  sync.Mutex
	pages  []address.Page
}

// through hands files on to add, and keeps the addresses of those that were taken.
func (l *lasting) through(add func(publish.File) error) func(publish.File) error {
	return func(f publish.File) error {
		if err := add(f); err != nil {
			return err
		}
		if l.named.Names(f.Path) {
			return nil
		}
		page := address.PageOf(f.Path)
		if l.layout.Lasting(page) {
			l.mutex.Lock()
			defer l.mutex.Unlock()
			l.pages = append(l.pages, page)
		}
		return nil
	}
}

// lockAddresses adds to urls.lock what the site has published for the first time.
func (p *program) lockAddresses(s *prepared, pages []address.Page) error {
	data, added := s.content.Addresses.With(pages)
	if data == nil {
		return nil
	}
	file := s.path(content.AddressFile)
	if info, err := os.Stat(file); err == nil && info.Mode().Perm()&0o200 == 0 {
		return refuse("make it writable, then tocsin build", "the site is built, and %s cannot be written: it lacks %s", content.AddressFile, newAddresses(len(added)))
	}
	if err := durable.Replace(file, data, readable); err != nil {
		return fmt.Errorf("the site is built, and %s is not kept: %w", content.AddressFile, err)
	}
	p.say("%s: %s; commit it", content.AddressFile, newAddresses(len(added)))
	return nil
}

func newAddresses(n int) string {
	if n == 1 {
		return "1 new address"
	}
	return many(n, "new addresse")
}
