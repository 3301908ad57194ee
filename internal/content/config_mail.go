package content

import (
	"cmp"
	"regexp"
	"strconv"
	"strings"
)

// DKIM is what letters to a relay are signed with (RFC 6376).
type DKIM struct {
	Domain   string // of the sender
	Selector string // under which the key is published; empty where letters are not signed
	KeyFile  string // PEM
	Ed25519  DKIMKey
}

// DKIMKey is a second key to sign with (RFC 8463); empty where there is none.
type DKIMKey struct {
	Selector string
	KeyFile  string // PEM
}

func mailOf(f *fields) Mail {
	m := Mail{
		From:            mailboxOf(f),
		ReplyTo:         f.address("reply_to", f.line("reply_to")),
		ContactSettings: f.httpsURL("contact_settings_url"),
		Credentials:     f.private("credentials_file", f.line("credentials_file")),
		Bounces:         f.address("bounces", f.line("bounces")),
		Self:            f.address("self", f.line("self")),
		KeyFile:         f.private("key_file", f.demand("key_file", "such as secrets/plan.key; tocsin init makes one")),
	}
	m.Maildir, m.Relay = transportOf(f)
	m.DKIM = dkimOf(f, m.From.Address.Domain())
	return m
}

const maildirScheme = "maildir:"

// relayForm is a host, with a port or none. A user's name or a password has no place here.
var relayForm = regexp.MustCompile(`^smtps?://([a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*|\[[0-9a-f:]+\])(:([1-9][0-9]{0,4}))?$`)

// isRelay reports whether text names a relay.
func isRelay(text string) bool {
	parts := relayForm.FindStringSubmatch(text)
	if parts == nil {
		return false
	}
	port := parts[len(parts)-1]
	_, err := strconv.ParseUint(port, 10, 16)
	return port == "" || err == nil
}

// transportOf reads where letters go: into a folder here, or to a relay.
func transportOf(f *fields) (maildir, relay string) {
	const example = "such as maildir:var/outbox or smtp://mail.example.com:587"
	text := f.demand("transport", example)
	folder, stays := strings.CutPrefix(text, maildirScheme)
	switch {
	case stays && folder != "":
		return f.private("transport", folder), ""
	case isRelay(text):
		return "", text
	case text != "":
		f.doc.report(f.value("transport"), "odd-url",
			"transport must be maildir: and a path, or smtp:// or smtps:// and a host, without user and password", example)
	}
	return "", ""
}

// dkimOf reads what letters are signed with.
func dkimOf(f *fields, sender string) DKIM {
	s := f.mapping("dkim")
	if s == nil {
		return DKIM{}
	}
	defer s.done()
	return DKIM{
		Domain:   cmp.Or(s.line("domain"), sender),
		Selector: s.demand("selector", "such as s1: the key is published at s1._domainkey.example.com"),
		KeyFile:  s.private("key_file", s.demand("key_file", "such as secrets/dkim.pem")),
		Ed25519:  secondKeyOf(s),
	}
}

// secondKeyOf reads the key that signs beside the first.
func secondKeyOf(f *fields) DKIMKey {
	s := f.mapping("ed25519")
	if s == nil {
		return DKIMKey{}
	}
	defer s.done()
	return DKIMKey{
		Selector: s.demand("selector", "such as e1: another one than the first key's"),
		KeyFile:  s.private("key_file", s.demand("key_file", "such as secrets/dkim-ed25519.pem")),
	}
}
