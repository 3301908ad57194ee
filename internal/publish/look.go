package publish

import (
	"io/fs"
	"os"
	"sort"
	"strings"
	"sync"
	"sync/atomic"
)

// look goes through the tree and believes what is remembered of a file if it is of
// the same size, time and inode, and older than the memory itself: what is changed
// in the instant of being remembered has the time it had. A folder with the stamp that
// is remembered need not be read: its names are the same.
//
// So it looks at every folder that is remembered, then at every file in those that are as
// they were, and reads the others. The root is always read.
func (l *live) look(m memory) error {
	r := newLook(l, m)
	err := r.lookAt(l.root)
	if err == nil {
		err = walkBut(r.met, l.root, r.unread(), r.visit)
	}
	l.asRemembered = l.settle(r.files) && m.written != 0
	r.takeNames()
	sortFolders(l.folders)
	return err
}

// look is one look at the live tree, memory in hand.
type look struct {
	live    *live
	written int64 // the mtime of the memory
	files   []node
	root    place
	folders []place

	odd atomic.Bool // the names may not fit together, or cannot all be those of a site
	mu  sync.Mutex  // guards the live tree while others are read, and what folders lack
}

// place is a folder that is remembered.
type place struct {
	folder
	found found
	there bool // it is a folder still, and so is every one above it
	other bool // its names may be others than those that are remembered
	lacks bool // a name that is remembered is not in it
}

func newLook(l *live, m memory) *look {
	r := &look{live: l, written: m.written, files: m.files, folders: make([]place, len(m.folders))}
	r.root = place{folder: folder{path: "."}, found: found{mode: fs.ModeDir | 0o500}, there: true, other: true}
	for i, f := range m.folders {
		r.folders[i].folder = f
	}
	l.old, l.files, l.folders = m.files, make(map[string]*node, len(m.files)), make([]folder, 0, len(m.folders))
	for i := range m.files {
		l.files[m.files[i].path] = &m.files[i]
	}
	return r
}

// lookAt looks at everything that is remembered.
func (r *look) lookAt(root *os.Root) error {
	v, err := openView(root)
	if err != nil {
		return err
	}
	_ = together(len(r.folders), func(i int) error {
		r.folders[i].found, _ = v.lstat(r.folders[i].path) // what is gone is no folder
		return nil
	})
	r.enter()
	_ = together((len(r.files)+stretch-1)/stretch, func(i int) error {
		r.meet(v, r.files[i*stretch:min(len(r.files), (i+1)*stretch)])
		return nil
	})
	return v.close()
}

// stretch is how many files are looked at in a row: mostly each lies in the folder after that of
// the one before it.
const stretch = 64

// enter takes in the folders that are there, those above first.
func (r *look) enter() {
	at, files := 0, r.files
	for i := range r.folders {
		p := &r.folders[i]
		var above *place
		above, at = r.above(p.path, at)
		for len(files) > 0 && files[0].path < p.path {
			files = files[1:]
		}
		if above == nil || len(files) > 0 && files[0].path == p.path {
			r.odd.Store(true)
		}
		switch {
		case above == nil || !above.there || !above.found.open(): // out of sight
		case p.found.mode.IsDir():
			p.there = true
			p.other = !r.live.enter(p.path, p.found, p.stamp)
		default:
			above.lacks = true
		}
	}
}

// meet looks at files, if they lie in folders that are as they were.
func (r *look) meet(v view, files []node) {
	at := 0
	for i := range files {
		var above *place
		above, at = r.above(files[i].path, at)
		if above == nil || !isPlainName(files[i].path) {
			r.odd.Store(true)
		}
		if above == nil || !above.there || above.other || !above.found.open() {
			continue
		}
		if f, err := v.lstat(files[i].path); err == nil && !f.mode.IsDir() {
			files[i].meet(f, r.written)
			continue
		}
		r.mu.Lock()
		above.lacks = true
		r.mu.Unlock()
	}
}

// above is the folder that a path lies in, nil where that is not remembered, and its number. It
// looks near a number first.
func (r *look) above(path string, near int) (*place, int) {
	end := strings.LastIndexByte(path, '/')
	if end < 0 {
		return &r.root, near
	}
	for i := near; i < min(near+2, len(r.folders)); i++ {
		if r.folders[i].path == path[:end] {
			return &r.folders[i], i
		}
	}
	i, known := r.find(path[:end])
	if !known {
		return nil, near
	}
	return &r.folders[i], i
}

func (r *look) find(path string) (int, bool) {
	return sort.Find(len(r.folders), func(i int) int { return strings.Compare(path, r.folders[i].path) })
}

// unread are the folders whose names may be others than those that are remembered.
func (r *look) unread() []string {
	all := []string{r.root.path}
	for i := range r.folders {
		if p := &r.folders[i]; p.there && p.found.open() && (p.other || p.lacks) {
			all = append(all, p.path)
		}
	}
	return all
}

// met reports whether a path is a folder that was taken in.
func (r *look) met(path string) bool {
	i, known := r.find(path)
	return known && r.folders[i].there
}

// visit takes in what was found by reading a folder.
func (r *look) visit(path string, f found) (enter bool, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if f.mode.IsDir() {
		r.live.enter(path, f, stamp{})
		return f.open(), nil
	}
	n := r.live.files[path]
	if n == nil {
		n = &node{path: path}
		r.live.files[path] = n
		r.live.others = append(r.live.others, n)
	}
	n.meet(f, r.written)
	return false, nil
}

// takeNames lets the names that are remembered go unchecked where they were found to fit together.
func (r *look) takeNames() {
	if r.odd.Load() {
		return
	}
	r.live.names = oldNames{r.files, r.folders}
	for i := range r.files {
		r.files[i].named = !isOwn(r.files[i].path)
	}
}

// settle drops what is remembered and not there, and reports whether the files are, to the last
// one, those that are remembered.
func (l *live) settle(remembered []node) bool {
	same := 0
	for i := range remembered {
		switch n := &remembered[i]; {
		case n.young:
			l.young = append(l.young, n.path)
			same++
		case n.belief == known:
			same++
		case n.belief == unseen:
			delete(l.files, n.path)
		}
	}
	return same == len(remembered) && same == len(l.files)
}
