package address

import (
	"errors"
	"fmt"
	"net/url"
	"path"
	"regexp"
	"strings"
)

// Move is what became of an address that readers still have: it leads elsewhere, or
// what stood there is gone for a reason.
type Move struct {
	From   Page
	To     string // a [Page], with a #fragment or none, or an https URL; empty where it is gone
	Reason string // why it is gone; empty where it moved
}

// Gone reports whether the address leads nowhere any more.
func (m Move) Gone() bool { return m.To == "" }

// Status is what a server that can tells programs: 301 Moved Permanently or 410 Gone
// (RFC 9110, 15.4.2 and 15.5.11).
func (m Move) Status() int {
	if m.Gone() {
		return 410
	}
	return 301
}

// Away reports whether the address leads to another site.
func (m Move) Away() bool { return strings.HasPrefix(m.To, "https://") }

// Shown reports whether a page can tell readers. Programs that ask for a feed cannot
// read one: only a server's own answer moves them.
func (m Move) Shown() bool {
	return strings.HasSuffix(string(m.From), "/") || path.Ext(string(m.From)) == ".html"
}

// MovedTo is the link to where an address leads now; the empty string where it is gone.
func (l Layout) MovedTo(m Move) string {
	if m.Away() || m.Gone() {
		return m.To
	}
	return l.Href(Page(m.To))
}

// PageOf is the page that a file of the output tree is: [Page.File] the other way.
func PageOf(file string) Page {
	if file == "index.html" || strings.HasSuffix(file, "/index.html") {
		file = strings.TrimSuffix(file, "index.html")
	}
	return Page("/" + file)
}

// Lasting reports whether a page of the site keeps its address for ever: bulletins,
// policies, lists and feeds do. The first page has no other address; parts of lists, what
// is printed, and what belongs to the site itself are found by links.
func (l Layout) Lasting(p Page) bool {
	switch {
	case strings.HasPrefix(string(p), string(l.policies)):
		return strings.HasSuffix(string(p), "/") && p != l.PoliciesPrint()
	case strings.HasPrefix(string(p), string(l.bulletins)):
		switch last := path.Base(string(p)); {
		case strings.HasSuffix(string(p), "/"):
			return !isPart(last)
		default:
			return last == "index.xml" || last == "atom.xml" || last == "feed.json"
		}
	}
	return false
}

// isPart tells the folder of a part of a list: page-12.
func isPart(folder string) bool {
	number, is := strings.CutPrefix(folder, "page-")
	return is && strings.Trim(number, "0123456789") == ""
}

// maxPath is how many octets an address can have: with the folders above it, it must be
// the name of a file on every system.
const maxPath = 200

var (
	folderName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$`)
	fileName   = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_-]{0,63}(\.[A-Za-z0-9]{1,8}){1,2}$`)
	device     = regexp.MustCompile(`(?i)^(con|prn|aux|nul|com[0-9]|lpt[0-9])(\.|$)`) // on Windows, whatever follows the dot
	ownFile    = regexp.MustCompile(`(?i)^/(404\.html|robots\.txt|manifest\.json|sitemap(-[0-9]+)?\.xml)$`)
)

// ParseKept reads an address that readers may have from this site or an older one: folders
// that end with a slash, or a file below them. Old names may have capitals. It refuses
// what cannot be a file on every system, and what belongs to the site itself.
func ParseKept(text string) (Page, error) {
	switch {
	case !strings.HasPrefix(text, "/"):
		return "", errors.New("begins with a slash")
	case text == string(Home):
		return "", errors.New("is the first page, which stays where it is")
	case len(text) > maxPath:
		return "", fmt.Errorf("is longer than %d characters", maxPath)
	case strings.HasSuffix(text, "/index.html"):
		return "", fmt.Errorf("is written without index.html: %s", strings.TrimSuffix(text, "index.html"))
	case len(text) >= len(assetRoot) && strings.EqualFold(text[:len(assetRoot)], string(assetRoot)), ownFile.MatchString(text):
		return "", errors.New("belongs to the site itself")
	}
	folders, file := path.Split(text)
	for name := range strings.SplitSeq(strings.TrimSuffix(folders[1:], "/"), "/") {
		if folders != "/" && (!folderName.MatchString(name) || device.MatchString(name)) {
			return "", fmt.Errorf("cannot have the folder %q: letters, digits, - and _, one slash between", name)
		}
	}
	if file != "" && (!fileName.MatchString(file) || device.MatchString(file)) {
		return "", fmt.Errorf("ends with a slash, or with a file such as old.html, not with %q", file)
	}
	return Page(text), nil
}

// webAddress allows the characters of RFC 3986 but for quotes and $, which end the address
// in the instruction to a browser, or are a variable in that to a server.
var webAddress = regexp.MustCompile(`^https://[A-Za-z0-9._~:/?#@!&()*+,;=%\[\]-]+$`)

// ParseDestination reads where an address leads now: a page of this site, with a #fragment
// or none, or an https URL.
func ParseDestination(text string) (string, error) {
	if strings.HasPrefix(text, "https://") {
		u, err := url.Parse(text)
		if err != nil || !webAddress.MatchString(text) || !host.MatchString(u.Host) || u.User != nil {
			return "", errors.New("is no https address")
		}
		return text, nil
	}
	page, fragment, cut := strings.Cut(text, "#")
	if !strings.HasPrefix(text, "/") {
		return "", errors.New("begins with a slash, for a page of this site, or with https://")
	}
	if page != string(Home) {
		if _, err := ParseKept(page); err != nil {
			return "", err
		}
	}
	if cut && !fragmentName.MatchString(fragment) {
		return "", fmt.Errorf("has the fragment %q, and not letters, digits, -, _ and dots only", fragment)
	}
	return text, nil
}

var fragmentName = regexp.MustCompile(`^[\pL\pN._-]+$`)
