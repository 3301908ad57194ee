package mailer

import (
	"fmt"
	"strings"
)

// Transport is how a plan's letters travel, as a plan names it: maildir:PATH, into a
// mailbox on this machine.
type Transport struct{ folder string }

const maildirScheme = "maildir:"

// IntoMaildir is the transport into a mailbox on this machine.
func IntoMaildir(folder string) Transport { return Transport{folder} }

// ParseTransport reads the name that a plan was frozen with.
func ParseTransport(text string) (Transport, error) {
	folder, found := strings.CutPrefix(text, maildirScheme)
	if !found || folder == "" {
		return Transport{}, fmt.Errorf("%q is no way for letters to travel that this tocsin knows: it knows %sPATH", text, maildirScheme)
	}
	return Transport{folder}, nil
}

// String is the name that a plan is frozen with.
func (t Transport) String() string { return maildirScheme + t.folder }

// Folder is the mailbox, as the settings name it.
func (t Transport) Folder() string { return t.folder }

// Rehearsal reports whether nobody outside hears of the letters: they stay on this
// machine.
func (t Transport) Rehearsal() bool { return t.folder != "" }
