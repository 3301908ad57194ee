package mailer

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"tocsin/internal/durable"
	"tocsin/internal/notify"
	"tocsin/internal/private"
)

// Maildir is a mailbox on disk, as mail readers open it: a message is written
// under tmp, synced, and linked into new (https://cr.yp.to/proto/maildir.html).
// A message is there or not, so delivering into it is not in doubt, as long as
// nobody takes messages out of the mailbox between a run that was killed and the
// next one.
type Maildir struct {
	dir   string
	found *found
}

// OpenMaildir opens or makes the mailbox; it is for its owner's eyes only, and one
// that others can open is refused with a [private.LooseError].
func OpenMaildir(dir string) (Maildir, error) {
	for _, sub := range []string{"", "tmp", "new", "cur"} {
		path := filepath.Join(dir, sub)
		if err := os.MkdirAll(path, 0o700); err != nil {
			return Maildir{}, err
		}
		if err := private.Check(path); err != nil {
			return Maildir{}, err
		}
	}
	return Maildir{dir, &found{}}, errors.Join(durable.SyncFolder(dir), durable.SyncFolder(filepath.Dir(dir)))
}

// found is which of our messages were in the mailbox when it was first asked after
// one, and those that have been delivered since.
type found struct {
	mutex sync.Mutex
	names map[string]bool // as in new: without a reader's flags
}

// has reports whether a message was in the mailbox. It lists the mailbox once: asking
// the folders anew for every letter would take longer the more letters there are. It
// lists new before cur, the way that messages go, so that one which a reader moves
// meanwhile is seen in one of the two or in both; whatever was there stays found.
func (f *found) has(dir, name string) (bool, error) {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	if f.names == nil {
		names := make(map[string]bool)
		for _, sub := range []string{"new", "cur"} {
			entries, err := os.ReadDir(filepath.Join(dir, sub))
			if err != nil {
				return false, err
			}
			for _, e := range entries {
				// A mail reader moves a message to cur and adds its flags: name:2,S
				plain, _, _ := strings.Cut(e.Name(), ":")
				names[plain] = true
			}
		}
		f.names = names
	}
	return f.names[name], nil
}

// add remembers a message that has been delivered.
func (f *found) add(name string) {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	f.names[name] = true
}

// fileName is the message's name in the mailbox: the same for every attempt at
// the same letter, another for other words under the same Message-ID (a ledger
// that is begun anew numbers its plans anew), and free of characters that the
// format gives a meaning.
func fileName(messageID, digest string) (string, error) {
	unique, _, found := strings.Cut(messageID, "@")
	if !found || unique == "" || strings.ContainsAny(messageID+digest, "/:\x00") || strings.HasPrefix(messageID, ".") || len(digest) < 16 {
		return "", fmt.Errorf("%q cannot name a message", messageID)
	}
	return unique + "." + digest[:16] + ".tocsin", nil
}

// Settle tells whether a message is in the mailbox, read or unread, after a run
// that may have been killed while it delivered, and clears what that run left
// under tmp. A message that is there survives a power cut from now on.
func (m Maildir) Settle(messageID, digest string) (arrived bool, err error) {
	name, err := fileName(messageID, digest)
	if err != nil {
		return false, err
	}
	if err := durable.RemoveIfThere(filepath.Join(m.dir, "tmp", name)); err != nil {
		return false, err
	}
	arrived, err = m.found.has(m.dir, name)
	if !arrived || err != nil {
		return false, err
	}
	// The run that was killed may not have come to syncing the folder.
	return true, errors.Join(durable.SyncFolder(filepath.Join(m.dir, "new")), durable.SyncFolder(filepath.Join(m.dir, "cur")))
}

// Deliver puts the message into the mailbox, once: where it is there already,
// nothing happens. On return without error it survives a power cut.
func (m Maildir) Deliver(messageID string, message []byte) error {
	digest := notify.Digest(message)
	if arrived, err := m.Settle(messageID, digest); arrived || err != nil {
		return err
	}
	name, err := fileName(messageID, digest)
	if err != nil {
		return err
	}
	tmp := filepath.Join(m.dir, "tmp", name)
	if err := writeSynced(tmp, message); err != nil {
		return errors.Join(err, durable.RemoveIfThere(tmp))
	}
	if err := os.Link(tmp, filepath.Join(m.dir, "new", name)); err != nil && !errors.Is(err, fs.ErrExist) {
		return errors.Join(err, durable.RemoveIfThere(tmp))
	}
	m.found.add(name)
	return errors.Join(durable.SyncFolder(filepath.Join(m.dir, "new")), durable.RemoveIfThere(tmp))
}

// writeSynced makes a new file. It never writes into one that is there: that may be
// a message which a reader has moved elsewhere, under its first name.
func writeSynced(path string, data []byte) (err error) {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if _, err := f.Write(data); err != nil {
		return err
	}
	return f.Sync()
}
