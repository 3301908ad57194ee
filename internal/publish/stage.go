package publish

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"iter"
	"os"
)

// stage is a new tree while it is being written. Every write goes through root, so
// that no name, and no link somebody plants meanwhile, leads out of it.
type stage struct {
	root  *os.Root
	names names
	sums  map[string]string
}

// fill writes files into the empty folder, with the .gitignore that is kept (nil
// for none) and the manifest, and waits until all of it is on the disk.
func fill(folder string, gitignore []byte, files iter.Seq2[File, error]) (report Report, err error) {
	root, err := os.OpenRoot(folder)
	if err != nil {
		return Report{}, fmt.Errorf("open the new tree: %w", err)
	}
	defer func() { err = errors.Join(err, root.Close()) }()
	s := stage{root, newNames(), map[string]string{}}
	for f, err := range files {
		if err != nil {
			return Report{}, fmt.Errorf("make the site: %w", err)
		}
		if err := s.add(f); err != nil {
			return Report{}, err
		}
		report.Files++
		report.Bytes += int64(len(f.Data))
	}
	return report, s.finish(gitignore)
}

func (s stage) add(f File) error {
	folders, err := s.names.add(f.Path)
	if err != nil {
		return err
	}
	for _, folder := range folders {
		if err := s.mkdir(folder); err != nil {
			return err
		}
	}
	sum := sha256.Sum256(f.Data)
	s.sums[f.Path] = hex.EncodeToString(sum[:])
	return s.write(f.Path, f.Data)
}

func (s stage) finish(gitignore []byte) error {
	if gitignore != nil {
		if err := s.write(gitignoreName, gitignore); err != nil {
			return err
		}
	}
	data, err := encodeManifest(s.sums)
	if err != nil {
		return err
	}
	if err := s.write(manifestName, data); err != nil {
		return err
	}
	// The stage is made for this user only; the site is for everybody.
	if err := s.root.Chmod(".", 0o755); err != nil {
		return fmt.Errorf("open the new tree to all: %w", err)
	}
	if err := syncTree(s.root); err != nil {
		return fmt.Errorf("bring the new tree to the disk: %w", err)
	}
	return nil
}

// mkdir and write set the mode once more, because the umask took from the first.

func (s stage) mkdir(folder string) error {
	err := s.root.Mkdir(folder, 0o755)
	if err == nil {
		err = s.root.Chmod(folder, 0o755)
	}
	if err != nil {
		return fmt.Errorf("write the new tree: %w", err)
	}
	return nil
}

func (s stage) write(path string, data []byte) error {
	f, err := s.root.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return fmt.Errorf("write the new tree: %w", err)
	}
	_, err = f.Write(data)
	if err := errors.Join(err, f.Chmod(0o644), f.Close()); err != nil {
		return fmt.Errorf("write the new tree: %w", err)
	}
	return nil
}
