package history

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// Standing looks for tokens in what the next commit would hold: the names and contents
// of all files that git tracks, as they stand in the work tree now. The Leaks have no
// Commit. A file that is gone is no finding; one that is too large is Unsearched.
func (r *Repository) Standing(ctx context.Context, tokens []Token) (Findings, error) {
	if len(tokens) == 0 {
		return Findings{}, nil
	}
	words, err := newWords(tokens)
	if err != nil {
		return Findings{}, err
	}
	top, err := r.line(ctx, "rev-parse", "--show-toplevel")
	if err != nil {
		return Findings{}, err
	}
	whole := &Repository{filepath.FromSlash(top), r.git}
	paths, err := whole.Tracked(ctx, ".")
	if err != nil {
		return Findings{}, err
	}
	s := &search{words: words, found: make(map[place]*Leak)}
	var large []Unsearched
	for _, path := range paths {
		s.note([]byte(path), "", "name of "+path)
		data, size, err := standing(filepath.Join(whole.dir, filepath.FromSlash(path)))
		switch {
		case err != nil:
			return Findings{}, err
		case size > maxObject:
			large = append(large, Unsearched{Path: path, Size: size})
		}
		s.note(data, "", path)
		if err := ctx.Err(); err != nil {
			return Findings{}, err
		}
	}
	return Findings{s.leaks(tokens), large}, nil
}

// standing is what a commit would hold of a file: its bytes, or where a link leads.
// Of a folder (another repository), and of what is gone or too large, that is nothing.
func standing(name string) (data []byte, size int64, err error) {
	info, err := os.Lstat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, 0, nil
	case err != nil:
		return nil, 0, err
	case info.Mode()&fs.ModeSymlink != 0:
		to, err := os.Readlink(name)
		return []byte(to), int64(len(to)), err
	case !info.Mode().IsRegular() || info.Size() > maxObject:
		return nil, info.Size(), nil
	}
	data, err = os.ReadFile(name)
	return data, info.Size(), err
}
