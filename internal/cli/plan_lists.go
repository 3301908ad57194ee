package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"tocsin/internal/bulletin"
	"tocsin/internal/notify"
	"tocsin/internal/notify/planning"
	"tocsin/internal/private"
	"tocsin/internal/tailnet"
)

// lists writes the nodes of each affected tailnet into a folder, where one is named, for
// their owner's eyes only, and says what it wrote.
func (p *program) lists(s *site, b bulletin.Bulletin, rows iter.Seq2[notify.Row, error], plan notify.Plan, from taken, dir string) error {
	if dir == "" {
		return nil
	}
	if err := errors.Join(makePrivate(dir), putNew(dir, ".gitignore", []byte("*\n"))); err != nil {
		return err
	}
	written := 0
	sources := s.sources(b)
	sources.Identifiers = from.identifiers
	without, err := sources.Lists(rows, plan.Created, func(l planning.List) error {
		written++
		name := listName(l.Tailnet)
		return errors.Join(putNew(dir, name+".csv", l.CSV), putNew(dir, name+".json", l.JSON))
	})
	if err != nil {
		return err
	}
	p.say("wrote the nodes of %s to %s, as CSV and as JSON", many(written, s.config.Organization.Unit.One), dir)
	if without > 0 {
		p.say("%d more have no node that is affected, and so no list", without)
	}
	return nil
}

// vacantFor refuses a folder for lists before anything is frozen: one that is
// published, or that others can open, or in which something is already, which would
// stand among the lists and look like one.
func (s *site) vacantFor(dir string) error {
	if dir == "" {
		return nil
	}
	if err := s.unexposed(dir, "name another folder, such as var/lists"); err != nil {
		return err
	}
	own, err := s.keeps(dir)
	if err != nil {
		return err
	}
	entries, err := os.ReadDir(dir)
	switch {
	case own != "":
		return refuse("name a folder of their own, such as var/lists", "%s is the folder of %s, and no place for lists", dir, own)
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	case len(entries) > 0:
		return refuse("name a new folder, or empty this one", "%s is not empty", dir)
	}
	return private.Check(dir)
}

// keeps names a private file of the site that stands in a folder, or will; empty where
// none does.
func (s *site) keeps(dir string) (name string, err error) {
	at, err := real(dir)
	if err != nil {
		return "", err
	}
	for _, name := range s.config.Private() {
		if name == "" {
			continue
		}
		kept, err := real(s.path(name))
		if err != nil {
			return "", err
		}
		if kept == at || filepath.Dir(kept) == at {
			return name, nil
		}
	}
	return "", nil
}

// makePrivate makes a folder that only its owner can open, unless it is there.
func makePrivate(dir string) error {
	if err := os.MkdirAll(filepath.Dir(dir), 0o755); err != nil {
		return err
	}
	if err := os.Mkdir(dir, 0o700); !errors.Is(err, fs.ErrExist) {
		return err
	}
	return nil
}

// putNew writes a new private file. It never goes through what bears the name already:
// on some machines two names are one.
func putNew(dir, name string, data []byte) (err error) {
	f, err := os.OpenFile(filepath.Join(dir, name), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	_, err = f.Write(data)
	return err
}

// longestName is how much of a file's name a tailnet may take: most file systems allow
// 255 octets.
const longestName = 200

// listName makes the name of a file of a tailnet's ID, so that no two IDs share one, not
// even where capitals count for nothing, none leads elsewhere, is hidden, or looks like a
// flag. A name that does not hold the whole ID ends in ~ and its digest.
func listName(id tailnet.ID) string {
	name := strings.NewReplacer(":", "%3A", "~", "%7E").Replace(url.PathEscape(string(id)))
	if strings.HasPrefix(name, ".") || strings.HasPrefix(name, "-") {
		name = fmt.Sprintf("%%%02X", name[0]) + name[1:]
	}
	lower := strings.ToLower(string(id))
	if len(name) > longestName || lower != string(id) {
		return strings.ToLower(name[:min(len(name), longestName-65)]) + "~" + notify.Digest([]byte(id))
	}
	return name
}
