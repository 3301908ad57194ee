package publish

import (
	"iter"
	"slices"
	"strings"

	"tocsin/internal/tape"
)

// stamp tells a folder whose names are as they were, without reading it. Whatever makes, removes
// or renames a name in a folder sets both of its times, and nobody can put back the second.
// It is zero, and equals no other, where the system tells no such times.
type stamp struct {
	inode        uint64
	mtime, ctime int64 // nanoseconds since 1970
}

func (s stamp) known() bool { return s.inode != 0 }

// before is the stamp if it is older than an instant that came before it was taken, else zero:
// what is changed in the same instant has the time it had.
func (s stamp) before(instant int64) stamp {
	if max(s.mtime, s.ctime) >= instant {
		return stamp{}
	}
	return s
}

// folder is a folder of a tree; its stamp is zero where it has to be read at the next look.
type folder struct {
	path  string
	stamp stamp
}

func folderTape(t *tape.Tape, f *folder) {
	t.String(&f.path)
	f.stamp.tape(t)
}

func (s *stamp) tape(t *tape.Tape) {
	inode := int64(s.inode)
	t.Int(&inode)
	s.inode = uint64(inode)
	t.Int(&s.mtime)
	t.Int(&s.ctime)
}

func sortFolders(all []folder) {
	slices.SortFunc(all, func(a, b folder) int { return strings.Compare(a.path, b.path) })
}

// foldersOf are the folders in which files lie that are sorted by path, by path and without stamps.
func foldersOf(files []file) []folder {
	all := make([]folder, 0, len(files)) // of most sites nearly every file has a folder of its own
	last := ""
	for i := range files {
		path := files[i].path
		for i := shared(last, path); i < len(path); i++ {
			if path[i] == '/' {
				all = append(all, folder{path: path[:i]})
			}
		}
		last = path
	}
	sortFolders(all) // nearly are: a-b/c stands before a/b, and the folder a before a-b
	return all
}

// shared is how many octets two texts begin with that are the same.
func shared(a, b string) int {
	i := 0
	for i < min(len(a), len(b)) && a[i] == b[i] {
		i++
	}
	return i
}

// without yields the folders that are not among others; both are sorted by path.
func without(folders, others []folder) iter.Seq[folder] {
	return func(yield func(folder) bool) {
		for _, f := range folders {
			for len(others) > 0 && others[0].path < f.path {
				others = others[1:]
			}
			if (len(others) == 0 || others[0].path != f.path) && !yield(f) {
				return
			}
		}
	}
}

// isAmong reports whether a path is one of some folders, which are sorted by path.
func isAmong(folders []folder, path string) bool {
	_, is := slices.BinarySearchFunc(folders, path, func(f folder, path string) int { return strings.Compare(f.path, path) })
	return is
}

// stamped gives folders the stamps that they have among others; both are sorted by path.
func stamped(folders, others []folder) []folder {
	for i := range folders {
		for len(others) > 0 && others[0].path < folders[i].path {
			others = others[1:]
		}
		if len(others) > 0 && others[0].path == folders[i].path {
			folders[i].stamp = others[0].stamp
		}
	}
	return folders
}
