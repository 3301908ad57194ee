package publish

import (
	"path"
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

// names lists what lies in each folder whose stamp is remembered.
func (m memory) names() map[string][]string {
	all := make(map[string][]string, len(m.folders))
	add := func(name string) {
		above := path.Dir(name)
		if m.folders[above].known() {
			all[above] = append(all[above], path.Base(name))
		}
	}
	for name := range m.folders {
		add(name)
	}
	for name := range m.files {
		add(name)
	}
	return all
}
