package publish

import (
	"io/fs"
	"iter"
	"os"
)

// Built yields the files of the site that stands in a folder, as it was written last,
// by path. The error is fs.ErrNotExist where nothing was built there yet.
func Built(folder string) iter.Seq2[File, error] {
	return func(yield func(File, error) bool) {
		site := os.DirFS(folder)
		if _, err := fs.Stat(site, manifestName); err != nil {
			yield(File{}, err)
			return
		}
		_ = fs.WalkDir(site, ".", func(name string, entry fs.DirEntry, err error) error {
			f := File{Path: name}
			switch {
			case err == nil && (entry.IsDir() || isOwn(name)):
				return nil
			case err == nil:
				f.Data, err = fs.ReadFile(site, name)
			}
			if !yield(f, err) || err != nil {
				return fs.SkipAll
			}
			return nil
		})
	}
}
