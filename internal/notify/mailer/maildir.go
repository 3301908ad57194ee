package mailer

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Maildir is a mailbox on disk, as mail readers open it: a message is written
// under tmp, synced, and linked into new (https://cr.yp.to/proto/maildir.html).
// A message is there or not, so delivering into it is never in doubt.
type Maildir struct{ dir string }

// OpenMaildir opens or makes the mailbox; it is for its owner's eyes only.
func OpenMaildir(dir string) (Maildir, error) {
	for _, sub := range []string{"", "tmp", "new", "cur"} {
		if err := os.MkdirAll(filepath.Join(dir, sub), 0o700); err != nil {
			return Maildir{}, err
		}
	}
	return Maildir{dir}, nil
}

// fileName is the message's name in the mailbox: the same for every attempt at
// the same letter, and free of characters that the format gives a meaning.
func fileName(messageID string) (string, error) {
	unique, _, found := strings.Cut(messageID, "@")
	if !found || unique == "" || strings.ContainsAny(messageID, "/:\x00") || strings.HasPrefix(messageID, ".") {
		return "", fmt.Errorf("%q cannot name a message", messageID)
	}
	return unique + ".tocsin", nil
}

// Holds reports whether the mailbox has the message, read or unread.
func (m Maildir) Holds(messageID string) (bool, error) {
	name, err := fileName(messageID)
	if err != nil {
		return false, err
	}
	if _, err := os.Lstat(filepath.Join(m.dir, "new", name)); !errors.Is(err, fs.ErrNotExist) {
		return err == nil, err
	}
	if _, err := os.Lstat(filepath.Join(m.dir, "cur", name)); err == nil {
		return true, nil
	}
	// A mail reader moves a message to cur and adds its flags: name:2,S
	read, err := filepath.Glob(filepath.Join(escape(m.dir), "cur", name+":*"))
	return len(read) > 0, err
}

// escape takes the meaning from characters of a path that Glob would read as a pattern.
func escape(path string) string {
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`).Replace(path)
}

// Deliver puts the message into the mailbox, once: where it is there already,
// nothing happens. On return without error it survives a power cut.
func (m Maildir) Deliver(messageID string, message []byte) error {
	held, err := m.Holds(messageID)
	if held || err != nil {
		return err
	}
	name, err := fileName(messageID)
	if err != nil {
		return err
	}
	tmp := filepath.Join(m.dir, "tmp", name)
	if err := writeSynced(tmp, message); err != nil {
		return errors.Join(err, removeIfThere(tmp))
	}
	if err := os.Link(tmp, filepath.Join(m.dir, "new", name)); err != nil && !errors.Is(err, fs.ErrExist) {
		return errors.Join(err, os.Remove(tmp))
	}
	return errors.Join(syncFolder(filepath.Join(m.dir, "new")), os.Remove(tmp))
}

func writeSynced(path string, data []byte) (err error) {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if _, err := f.Write(data); err != nil {
		return err
	}
	return f.Sync()
}

func removeIfThere(path string) error {
	if err := os.Remove(path); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

func syncFolder(path string) (err error) {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	return f.Sync()
}
