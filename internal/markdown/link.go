package markdown

import (
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/util"
)

// Link is a link or an image of a page.
type Link struct {
	Target       string // as written, escapes and entities resolved, percent-encoding not
	Image        bool
	Line, Column int // within the text, from 1; Column in characters
}

// Links lists the links and images that the page will have, in the order of the
// text. Those that Problems is about are left out.
func (d *Document) Links() []Link { return slices.Clone(d.links) }

// link is where a link or an image goes.
type link struct {
	raw  string // with escapes and entities resolved (CommonMark 6.1, 6.2)
	href string // the same as it stands in an attribute, percent-encoded
}

func destination(written []byte) link {
	if to := string(written); isPlain(to) {
		return link{to, to}
	}
	raw := util.ResolveEntityNames(util.ResolveNumericReferences(util.UnescapePunctuations(written)))
	return link{string(raw), string(util.URLEscape(raw, false))}
}

// attributeLink is where a link of raw HTML goes.
func attributeLink(value string) link {
	if isPlain(value) {
		return link{value, value}
	}
	return link{value, string(util.URLEscape([]byte(value), false))}
}

// linkKey is the attribute of an element that says where it goes, and whether that
// is an image; empty for elements that go nowhere.
func linkKey(element string) (key string, image bool) {
	switch element {
	case "a":
		return "href", false
	case "img":
		return "src", true
	}
	return "", false
}

// autoDestination is where an autolink goes; nothing is escaped in one.
func (d *Document) autoDestination(n *ast.AutoLink) link {
	to := string(n.URL(d.source))
	if n.AutoLinkType == ast.AutoLinkEmail && !strings.HasPrefix(strings.ToLower(to), "mailto:") {
		to = "mailto:" + to
	}
	return link{to, string(util.URLEscape([]byte(to), false))}
}

// scheme is the scheme of a link that is not relative, in lower case and with its
// colon (RFC 3986, 3.1); empty for a relative one.
func (l link) scheme() string {
	end := strings.IndexAny(l.raw, ":/?#")
	if end < 0 || l.raw[end] != ':' {
		return ""
	}
	return strings.ToLower(l.raw[:end+1])
}

// fault says what is wrong with a destination, as the end of a sentence; empty
// where it is safe. Only what is known to be safe passes: browsers read much as
// javascript: that does not look like it (white space, controls, backslashes).
func (l link) fault() string {
	plain := isPlain(l.raw)
	switch scheme := l.scheme(); {
	case plain && scheme == "" && !strings.HasPrefix(l.raw, "//"), plain && scheme == "https:" && hasPlainHost(l.raw):
		return ""
	case strings.ContainsFunc(l.raw, hidden) || strings.TrimSpace(l.raw) != l.raw:
		return "has control characters or white space around it"
	case strings.ContainsRune(l.raw, '\\'):
		return "has a backslash, which browsers read as /"
	case strings.HasPrefix(l.raw, "//"):
		return "names another host without https:"
	case scheme == "https:":
		return l.hostFault()
	case scheme == "mailto:":
		return ""
	case scheme == "http:":
		return "is not encrypted: http: instead of https:"
	case scheme != "" || encodedColon(l.raw) || encodedHost.MatchString(l.raw):
		return "is none that a page may have"
	}
	return ""
}

// isPlain tells whether a destination has nothing in it that could be read in two
// ways. Nearly all are like that, and take no time then.
func isPlain(to string) bool {
	for i := range len(to) {
		c := to[i]
		if !('a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '-' <= c && c <= ':' || c == '#' || c == '?' || c == '=' || c == '_') {
			return false
		}
	}
	return true
}

// hasPlainHost tells whether a plain https: link has a host and nothing beside it.
func hasPlainHost(to string) bool {
	host, is := strings.CutPrefix(to[len("https:"):], "//")
	if end := strings.IndexAny(host, "/?#"); end >= 0 {
		host = host[:end]
	}
	return is && host != "" && strings.Trim(host, "abcdefghijklmnopqrstuvwxyz0123456789.-") == ""
}

func hidden(r rune) bool {
	return unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == '\u2028' || r == '\u2029'
}

// hostFault tells whether an https link has a host and nothing that hides it:
// in https://bank.example@evil.example the host is the second.
func (l link) hostFault() string {
	u, err := url.Parse(l.href)
	switch {
	case err != nil || u.Host == "":
		return "has no host"
	case u.User != nil:
		return "has a name before the host"
	}
	return ""
}

// encodedHost is the // of a host, encoded for whoever decodes it once too often.
var encodedHost = regexp.MustCompile(`^/?%(?i:2f|5c)`)

// encodedColon tells whether the first part of a relative link would read as a
// scheme to whoever decodes it once too often.
func encodedColon(raw string) bool {
	first := raw
	if end := strings.IndexAny(raw, "/?#"); end >= 0 {
		first = raw[:end]
	}
	return strings.Contains(strings.ToLower(first), "%3a")
}
