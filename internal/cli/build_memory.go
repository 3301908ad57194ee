package cli

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	pages "tocsin/internal/publish/site"
	"tocsin/templates"
)

// memoryFile is what one build leaves for the next.
func (s *site) memoryFile() string { return filepath.Join(s.state(), "memory") }

// layouts are the templates of a site's pages, read and parsed.
type layouts struct {
	sum    string // of the site's own, before they were read: see [prepared.memoryKey]
	parsed *pages.Templates
}

func (s *site) readLayouts(open func() (fs.FS, error)) (*layouts, error) {
	sum, err := s.sumTemplates()
	if err != nil {
		return nil, err
	}
	files, err := open()
	if err != nil {
		return nil, err
	}
	parsed, err := pages.ReadTemplates(files, s.config.Language)
	return &layouts{sum, parsed}, err
}

// sumTemplates sums up the site's own templates. It goes before they are read: one that changes
// meanwhile has another sum next time.
func (s *site) sumTemplates() (string, error) {
	h := sha256.New()
	err := hashTree(h, s.path(templates.Folder))
	return hex.EncodeToString(h.Sum(nil)), err
}

// memoryKey is a digest of all that bulletins have in common: with another key, every one of
// them may look otherwise.
func (s *prepared) memoryKey(templates string) (string, error) {
	h := sha256.New()
	if err := hashSelf(h); err != nil {
		return "", err
	}
	hashText(h, s.config.Source.Data)
	for _, of := range s.content.Policies {
		hashText(h, []byte(of.Source.Name), of.Source.Data)
	}
	hashText(h, []byte(s.content.Index.Source.Name), s.content.Index.Source.Data)
	for _, of := range s.content.Rules {
		hashText(h, []byte(of.Source.Name), of.Source.Data)
	}
	inForce, err := json.Marshal(s.rules.At(s.now)) // a rule comes into force on a day
	if err != nil {
		return "", fmt.Errorf("encode the rules: %w", err)
	}
	hashText(h, inForce)
	hashText(h, []byte(templates))
	return hex.EncodeToString(h.Sum(nil)), nil
}

// hashSelf takes in which tocsin this is.
func hashSelf(h hash.Hash) error {
	name, err := os.Executable()
	if err != nil {
		return fmt.Errorf("find tocsin itself: %w", err)
	}
	info, err := os.Stat(name)
	if err != nil {
		return fmt.Errorf("look at tocsin itself: %w", err)
	}
	fmt.Fprintln(h, ownVersion(), name, info.Size(), info.ModTime().UnixNano())
	return nil
}

// hashText takes in texts, each with its length, so that no two lists of them are alike.
func hashText(h hash.Hash, texts ...[]byte) {
	for _, text := range texts {
		fmt.Fprintln(h, len(text))
		h.Write(text)
	}
}

// hashTree takes in every file of the site's own folder of templates, but for what is left out
// there: what editors keep beside the files. It takes in nothing where there is no folder.
func hashTree(h hash.Hash, folder string) error {
	if gone, err := missing(folder); err != nil || gone {
		return err
	}
	tree := os.DirFS(folder)
	return fs.WalkDir(tree, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || strings.HasPrefix(entry.Name(), ".") || strings.HasSuffix(name, "~") {
			return err
		}
		data, err := fs.ReadFile(tree, name)
		hashText(h, []byte(name), data)
		return err
	})
}
