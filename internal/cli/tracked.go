package cli

import (
	"context"
	"errors"
	"os"
	"path/filepath"

	"tocsin/internal/history"
)

// tracked lists the private files that git tracks, as tocsin.yaml names them or as git
// does. What lies in no repository, or in another than the site, is nobody's business
// here. Known is false where there is no git to ask.
func (s *site) tracked() (files []string, known bool, err error) {
	repository, err := history.Open(s.dir)
	switch {
	case errors.Is(err, history.ErrNone):
		return nil, true, nil
	case errors.Is(err, history.ErrNoGit):
		return nil, false, nil
	case err != nil:
		return nil, false, err
	}
	home, err := repositoryOf(s.dir)
	if err != nil {
		return nil, false, err
	}
	names := s.config.Private()
	if s.config.Drafts != "" {
		names = append(names, s.config.Drafts)
	}
	var paths []string
	for _, name := range names {
		path := s.path(name)
		if at, err := repositoryOf(path); err != nil || at != home {
			continue // what is nowhere is not tracked
		}
		full, err := filepath.Abs(path)
		if err != nil {
			return nil, false, err
		}
		paths = append(paths, full)
	}
	files, err = repository.Tracked(context.Background(), paths...)
	return files, err == nil, err
}

// repositoryOf is the folder that holds the .git of a path, which need not be there;
// empty where there is none.
func repositoryOf(path string) (string, error) {
	at, err := filepath.Abs(path)
	for err == nil {
		real, missing := filepath.EvalSymlinks(at)
		if missing == nil {
			at = real
			break
		}
		if !errors.Is(missing, os.ErrNotExist) || at == filepath.Dir(at) {
			return "", missing
		}
		at = filepath.Dir(at)
	}
	for err == nil {
		if _, missing := os.Lstat(filepath.Join(at, ".git")); missing == nil {
			return at, nil
		}
		if at == filepath.Dir(at) {
			return "", nil
		}
		at = filepath.Dir(at)
	}
	return "", err
}
