package mailer

import (
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
)

// Transport is how a plan's letters travel, as a plan names it: maildir:PATH, into a
// mailbox on this machine; smtp://HOST:PORT, to a relay that must offer STARTTLS, unless
// it is this machine, to which they go in clear; smtps://HOST:PORT, to a relay that is
// encrypted from the start.
type Transport struct {
	folder   string
	host     string
	port     uint16
	security Security
}

const maildirScheme = "maildir:"

// IntoMaildir is the transport into a mailbox on this machine.
func IntoMaildir(folder string) Transport { return Transport{folder: folder} }

// ParseTransport reads the name that a plan was frozen with. Without a port, smtp: is
// submission (587, RFC 6409) and smtps: is its encrypted twin (465, RFC 8314).
func ParseTransport(text string) (Transport, error) {
	folder, found := strings.CutPrefix(text, maildirScheme)
	if found && folder != "" {
		return IntoMaildir(folder), nil
	}
	if t, ok := parseRelay(text); ok {
		return t, nil
	}
	return Transport{}, fmt.Errorf("%q is no way for letters to travel that this tocsin knows: it knows %sPATH, smtp://HOST:PORT and smtps://HOST:PORT", text, maildirScheme)
}

// parseRelay reads scheme, host and port and takes nothing beside them: a user's name
// or a password has no place in a plan.
func parseRelay(text string) (Transport, bool) {
	u, err := url.Parse(text)
	if err != nil {
		return Transport{}, false
	}
	t := Transport{host: u.Hostname(), port: 587}
	if u.Scheme == "smtps" {
		t.port, t.security = 465, ImplicitTLS
	} else if isThisMachine(t.host) {
		t.security = Loopback
	}
	if port := u.Port(); port != "" {
		n, err := strconv.ParseUint(port, 10, 16)
		if err != nil || n == 0 {
			return Transport{}, false
		}
		t.port = uint16(n)
	}
	bare := t.host
	if strings.Contains(bare, ":") {
		bare = "[" + bare + "]"
	}
	if u.Port() != "" {
		bare += ":" + u.Port()
	}
	return t, text == u.Scheme+"://"+bare && (u.Scheme == "smtp" || u.Scheme == "smtps") && isHost(t.host)
}

// isThisMachine reports whether a name can be nothing else.
func isThisMachine(host string) bool {
	address, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && address.IsLoopback()
}

// isHost reports whether text is an IP address, or labels of small letters, digits and
// hyphens with dots between.
func isHost(text string) bool {
	if _, err := netip.ParseAddr(text); err == nil {
		return !strings.Contains(text, "%")
	}
	if len(text) > 253 {
		return false
	}
	for label := range strings.SplitSeq(text, ".") {
		odd := func(c rune) bool { return !('a' <= c && c <= 'z' || '0' <= c && c <= '9' || c == '-') }
		if label == "" || len(label) > 63 || strings.ContainsFunc(label, odd) || strings.HasPrefix(label, "-") || strings.HasSuffix(label, "-") {
			return false
		}
	}
	return true
}

// String is the name that a plan is frozen with.
func (t Transport) String() string {
	if t.host == "" {
		return maildirScheme + t.folder
	}
	scheme := "smtp://"
	if t.security == ImplicitTLS {
		scheme = "smtps://"
	}
	return scheme + net.JoinHostPort(t.host, strconv.Itoa(int(t.port)))
}

// Folder is the mailbox, as the settings name it; empty where letters leave the machine.
func (t Transport) Folder() string { return t.folder }

// Rehearsal reports whether nobody outside hears of the letters: they stay on this
// machine.
func (t Transport) Rehearsal() bool { return t.folder != "" }

// Relay is the server that the letters go to, with the standard timeouts; false where
// they go into a mailbox. The caller adds our own name, the clock and the credentials.
func (t Transport) Relay() (Relay, bool) {
	return Relay{Host: t.host, Port: t.port, Security: t.security, Timeouts: StandardTimeouts()}, t.host != ""
}
