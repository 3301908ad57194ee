package cli

import (
	"errors"
	"io/fs"
	"path/filepath"

	"tocsin/internal/content"
)

// linked refuses settings whose private files lie in an exposed folder by way of a
// symbolic link; plain paths were checked when tocsin.yaml was read.
func (s *site) linked() error {
	for _, name := range s.config.Private() {
		folder, err := s.exposing(s.path(name))
		if err != nil {
			return err
		}
		if folder != "" {
			return refuse("remove the link, or name another place in "+content.ConfigFile, "%s leads into %s/ through a symbolic link", name, folder)
		}
	}
	return nil
}

// exposing names the exposed folder of the site that a path really lies in; empty where
// it lies in none.
func (s *site) exposing(path string) (folder string, err error) {
	at, err := real(path)
	if err != nil {
		return "", err
	}
	for _, folder := range content.Exposed {
		exposed, err := real(s.path(folder))
		if err != nil {
			return "", err
		}
		if rel, err := filepath.Rel(exposed, at); err == nil && filepath.IsLocal(rel) {
			return folder, nil
		}
	}
	return "", nil
}

// unexposed refuses a folder for what is private that lies in an exposed one. instead is
// what to do.
func (s *site) unexposed(dir, instead string) error {
	folder, err := s.exposing(dir)
	if err == nil && folder != "" {
		return refuse(instead, "%s lies in %s/, which is no place for what is private", dir, folder)
	}
	return err
}

// real is the full path without links, as far as it exists.
func real(path string) (string, error) {
	full, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	resolved, err := filepath.EvalSymlinks(full)
	if errors.Is(err, fs.ErrNotExist) && filepath.Dir(full) != full {
		parent, err := real(filepath.Dir(full))
		return filepath.Join(parent, filepath.Base(full)), err
	}
	return resolved, err
}
