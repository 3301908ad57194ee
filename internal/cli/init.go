package cli

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	samples "tocsin/content"
	"tocsin/internal/content"
	"tocsin/internal/notify/sample"
	"tocsin/templates"
)

func (p *program) init() *cobra.Command {
	return &cobra.Command{
		Use:   "init DIR",
		Short: "Make a complete small site to begin with",
		Args:  exactly("DIR"),
		RunE:  func(_ *cobra.Command, args []string) error { return p.runInit(args[0]) },
	}
}

// runInit makes the site beside its place and moves it there whole, so that a
// stopped init leaves no half of one.
func (p *program) runInit(dir string) (err error) {
	exists, err := vacant(dir)
	if err != nil {
		return err
	}
	parent := filepath.Dir(filepath.Clean(dir))
	if exists {
		parent = dir
	}
	if err := os.MkdirAll(parent, 0o755); err != nil {
		return err
	}
	stage, err := os.MkdirTemp(parent, stagePrefix)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(stage)) }()
	if err := p.furnish(stage); err != nil {
		return err
	}
	if err := moveIn(stage, dir, exists); err != nil {
		return err
	}
	p.print("made %s: the sample organisation, with an inventory of %s", dir, many(sample.Default().Tailnets, "tailnet"))
	if filepath.Clean(dir) == "." {
		p.say("next: tocsin check")
	} else {
		p.say("next: cd %s && tocsin check", dir)
	}
	return nil
}

// stagePrefix begins the name of a site that is being made.
const stagePrefix = ".tocsin-init-"

// moveIn moves the finished site to its place: in one step, or, into a folder that
// is there already, piece by piece with the file that makes it a site at the end.
func moveIn(stage, dir string, exists bool) error {
	if !exists {
		return errors.Join(os.Chmod(stage, 0o755), os.Rename(stage, dir))
	}
	entries, err := os.ReadDir(stage)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if e.Name() == content.ConfigFile {
			continue
		}
		if err := os.Rename(filepath.Join(stage, e.Name()), filepath.Join(dir, e.Name())); err != nil {
			return err
		}
	}
	return os.Rename(filepath.Join(stage, content.ConfigFile), filepath.Join(dir, content.ConfigFile))
}

// vacant refuses a place where something is already, so that nobody's files are
// overwritten. It reports whether there is an empty folder.
func vacant(dir string) (exists bool, err error) {
	entries, err := os.ReadDir(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return false, nil
	case err != nil:
		return false, err
	}
	for _, e := range entries {
		leftover := filepath.Join(dir, e.Name())
		if !strings.HasPrefix(e.Name(), stagePrefix) {
			return true, refuse("tocsin init with the name of a new folder", "%s is not empty", dir)
		}
		if err := os.RemoveAll(leftover); err != nil { // of an init that was killed: it holds a key
			return true, err
		}
	}
	return true, nil
}

// furnish fills a folder with a site.
func (p *program) furnish(dir string) error {
	steps := []func() error{
		func() error { return copyTree(samples.Files(), filepath.Join(dir, content.Folder)) },
		func() error { return p.copySettings(dir) },
		func() error { return put(filepath.Join(dir, "public", ".gitignore"), keepOut, 0o755, 0o644) },
		func() error { return os.Mkdir(filepath.Join(dir, "var"), 0o700) },
		func() error { return inventoryInto(dir) },
		func() error { return p.makeKey(filepath.Join(dir, "secrets", "plan.key")) },
	}
	for _, step := range steps {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// keepOut is public/.gitignore: the built site is not source.
const keepOut = "# The built site. `tocsin build` writes it; git does not keep it.\n*\n!.gitignore\n"

func copyTree(from fs.FS, to string) error {
	return fs.WalkDir(from, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := fs.ReadFile(from, name)
		if err != nil {
			return err
		}
		return put(filepath.Join(to, filepath.FromSlash(name)), string(data), 0o755, 0o644)
	})
}

// copySettings copies what of a site is not content. A file that git would obey
// where it is embedded is kept there under a name without the dot.
func (p *program) copySettings(dir string) error {
	settings, err := fs.Sub(templates.Files(), "init")
	if err != nil {
		return err
	}
	if err := copyTree(settings, dir); err != nil {
		return err
	}
	return os.Rename(filepath.Join(dir, "gitignore"), filepath.Join(dir, ".gitignore"))
}

// put writes a new file, making its folder.
func put(name, text string, folder, file fs.FileMode) error {
	if err := os.MkdirAll(filepath.Dir(name), folder); err != nil {
		return err
	}
	return os.WriteFile(name, []byte(text), file)
}

// inventoryInto writes the sample inventory, whole and with its export.yaml, and the
// findings of one bulletin.
func inventoryInto(dir string) error {
	digests := make(map[string]string)
	for name, write := range map[string]func(io.Writer, sample.Size) error{
		"tailnets.csv": sample.WriteTailnets, "nodes.csv": sample.WriteNodes, "users.csv": sample.WriteUsers,
	} {
		digest, err := table(filepath.Join(dir, "inventory", name), write)
		if err != nil {
			return err
		}
		digests[name] = digest
	}
	for name, write := range map[string]func(io.Writer, sample.Size) error{
		"inventory/contacts.csv": sample.WriteContacts, "findings/" + sample.FindingsOf + ".csv": sample.WriteFindings,
		"inventory/export.yaml": func(w io.Writer, s sample.Size) error { return sample.WriteExport(w, s, digests) },
	} {
		if _, err := table(filepath.Join(dir, filepath.FromSlash(name)), write); err != nil {
			return err
		}
	}
	return nil
}

// table writes one table of the sample inventory, for its owner's eyes only, as a
// real one has to be. It returns the file's SHA-256 in hex.
func table(full string, write func(io.Writer, sample.Size) error) (digest string, err error) {
	if err := put(full, "", 0o700, 0o600); err != nil {
		return "", err
	}
	f, err := os.OpenFile(full, os.O_WRONLY, 0)
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	sum := sha256.New()
	err = write(io.MultiWriter(f, sum), sample.Default())
	return hex.EncodeToString(sum.Sum(nil)), err
}

// keyOctets is the length of the plan key.
const keyOctets = 32

func (p *program) makeKey(name string) error {
	key := make([]byte, keyOctets)
	if _, err := io.ReadFull(p.Random, key); err != nil {
		return fmt.Errorf("%s: %w", path.Base(name), err)
	}
	return put(name, string(key), 0o700, 0o600)
}
