package isolation

import (
	"slices"
	"strings"
)

var errLink = &RefusedError{"its HTML links to a host that neither the settings nor the bulletin name, by an address that is not the same in every letter"}

// AllowHosts takes in the hosts of all addresses in some texts. A letter may link there
// whoever it is for: they are told nothing that they do not know.
func (c *Checker) AllowHosts(texts ...string) {
	for _, text := range texts {
		for {
			_, after, found := strings.Cut(text, "://")
			if !found {
				break
			}
			if host := hostOf(after); host != "" {
				c.hosts[host] = true
			}
			text = after
		}
	}
}

// hostOf is the host that an address has after its scheme.
func hostOf(address string) string {
	host := address[:endOf(address, blanks+"/\\?#\"'<>()[]`,;")]
	return strings.ToLower(host[strings.LastIndexByte(host, '@')+1:])
}

// foreign lists the links of a tag that lead to a host which nobody allowed, by an address
// that no letter for nobody has. A tag may have several: browsers take the first, and other
// programs the last.
func (c *Checker) foreign(tag string) (links []string) {
	tag = strings.TrimPrefix(tag, "/")
	attributes(tag[endOf(tag, blanks+"/>"):], func(name, value string) bool {
		lower := strings.ToLower(value)
		if name != "href" || !strings.HasPrefix(lower, "https://") && !strings.HasPrefix(lower, "http://") {
			return true
		}
		_, address, _ := strings.Cut(value, "://")
		known := c.hosts[hostOf(address)] && !strings.ContainsAny(value, blanks) // which browsers take out
		if !known && !c.links[value] {
			links = append(links, value)
		}
		return true
	})
	return links
}

// foreignLinks lists those of a quiet page, or of a piece of one, whatever in it is a tag.
func (c *Checker) foreignLinks(page string) (links []string) {
	for {
		_, rest, more := strings.Cut(page, "<")
		if !more {
			return links
		}
		if rest != "" && strings.ContainsRune(tagBegins, rune(rest[0])) {
			links = append(links, c.foreign(rest)...)
		}
		page = rest
	}
}

// constant proves that links which lead elsewhere are those of the letter's twin: whoever
// they lead to cannot tell by them who reads.
func (c *Checker) constant(links []string, twin func() (Twin, error)) error {
	if len(links) == 0 {
		return nil
	}
	t, err := twin()
	if err != nil {
		return err
	}
	other, err := read(t.Message)
	if err != nil {
		return err
	}
	theirs := c.foreignLinks(other.html)
	if slices.ContainsFunc(links, func(link string) bool { return !slices.Contains(theirs, link) }) {
		return errLink
	}
	return nil
}
