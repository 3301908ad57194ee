package mailer

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/wneessen/go-mail/smtp"
)

// Credentials are who we are to the relay. Printing them shows nothing.
type Credentials struct {
	User     string
	Password string // for PLAIN (RFC 4616) or LOGIN
	Token    string // an OAuth access token, for XOAUTH2, in place of a password
}

// String hides them.
func (Credentials) String() string { return "(credentials)" }

// GoString hides them.
func (Credentials) GoString() string { return "(credentials)" }

var (
	errMechanism = errors.New("the relay offers no way to authenticate that we know: PLAIN, LOGIN; XOAUTH2 with a token")
	errCredUser  = errors.New("no line `user: NAME`")
	errCredTwice = errors.New("both `password` and `token`: the relay wants one of them")
	errCredNone  = errors.New("neither `password` nor `token`")
)

// ParseCredentials reads a file of credentials: a line `user: NAME` and a line
// `password: WORDS` or `token: TOKEN`; blank lines and those that begin with # do not
// count. A password that the environment holds takes the place of the file's. The
// errors quote nothing of the file.
func ParseCredentials(text, password string) (Credentials, error) {
	var c Credentials
	fields := map[string]*string{"user": &c.User, "password": &c.Password, "token": &c.Token}
	number := 0
	for line := range strings.Lines(text) {
		number++
		line = strings.TrimRight(line, "\r\n")
		if strings.TrimSpace(line) == "" || strings.HasPrefix(line, "#") {
			continue
		}
		key, value, _ := strings.Cut(line, ":")
		value = strings.TrimPrefix(value, " ")
		if field := fields[key]; field == nil || *field != "" || value == "" || strings.ContainsFunc(value, control) {
			return Credentials{}, fmt.Errorf("line %d is not one of `user: NAME`, `password: WORDS`, `token: TOKEN`, each once", number)
		} else {
			*field = value
		}
	}
	if password != "" {
		c.Password = password
	}
	return c, c.whole()
}

func control(c rune) bool { return c < ' ' || c == 0x7f }

func (c Credentials) whole() error {
	switch {
	case c.User == "":
		return errCredUser
	case c.Password != "" && c.Token != "":
		return errCredTwice
	case c.Password == "" && c.Token == "":
		return errCredNone
	}
	return nil
}

// present authenticates, where there is something to present. The connection is
// encrypted by now, or does not leave this machine.
func (c Credentials) present(client *smtp.Client, host string) error {
	if c == (Credentials{}) {
		return nil
	}
	const inClear = true // on loopback only
	_, names := client.Extension("AUTH")
	offered := strings.Fields(strings.ToUpper(names))
	switch {
	case c.Token != "" && slices.Contains(offered, "XOAUTH2"):
		return client.Auth(smtp.XOAuth2Auth(c.User, c.Token))
	case c.Password != "" && slices.Contains(offered, "PLAIN"):
		return client.Auth(smtp.PlainAuth("", c.User, c.Password, host, inClear))
	case c.Password != "" && slices.Contains(offered, "LOGIN"):
		return client.Auth(smtp.LoginAuth(c.User, c.Password, host, inClear))
	}
	return &RefusedError{Authenticating, errMechanism}
}
