package publish

import (
	"crypto/sha256"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
)

// digest is the SHA-256 of a file.
type digest = [sha256.Size]byte

// stat tells a file that was touched from one that was not, without reading it.
type stat struct {
	size  int64
	mtime int64  // nanoseconds since 1970
	inode uint64 // 0 where the system tells none
}

func statOf(info fs.FileInfo) stat {
	return stat{info.Size(), info.ModTime().UnixNano(), inode(info)}
}

// node is a file that stands in the live tree.
type node struct {
	sum    digest
	stat   stat
	belief belief
	shared bool // the standby has the same file, by a hard link
	wanted bool // the new tree has a file of this path, perhaps another
}

// belief is what the sum of a node is worth.
type belief byte

const (
	unseen belief = iota // remembered, not met in the tree yet
	unread               // there, but not as remembered: to be hashed
	known                // there, and sum is what it holds
	lost                 // a link, of a wrong mode, unreadable: to be written anew
)

// live is the tree that stands in public/ when a build begins. A build changes
// nothing in it.
type live struct {
	root    *os.Root // nil where there is none
	stamp   stamp    // of the root; zero like those of folders where it is too young to be trusted
	files   map[string]*node
	folders map[string]stamp // all but the root
	begun   int64            // an instant before the look, by the clock of the file system
	amiss   bool             // a folder has a wrong mode, so that the tree is to be replaced
	hashed  atomic.Bool      // something was not as remembered
	learned bool             // a folder has a stamp that is not remembered

	asRemembered bool     // the files are those of the memory, and none has another stat
	young        []string // of those the ones that are no older than the memory
}

// look goes through the tree and believes what is remembered of a file if it is of
// the same size, time and inode, and older than the memory itself: what is changed
// in the instant of being remembered has the time it had. A folder with the stamp that
// is remembered need not be read: its names are the same.
func (l *live) look(m memory) error {
	l.files, l.folders = m.files, make(map[string]stamp, len(m.folders))
	names := m.names()
	var mu sync.Mutex
	list := func(folder string) ([]fs.FileInfo, error) {
		mu.Lock()
		same := names[folder]
		mu.Unlock()
		if infos := lstatAll(l.root, folder, same); infos != nil {
			return infos, nil
		}
		return readFolder(l.root, folder)
	}
	err := walkBy(list, l.root, ".", func(path string, info fs.FileInfo) (enter bool, err error) {
		mu.Lock()
		defer mu.Unlock()
		if info.IsDir() {
			if !l.enter(path, info, m.folders[path]) {
				delete(names, path)
			}
			return info.Mode().Perm()&0o500 == 0o500, nil
		}
		l.meet(path, info, m.written)
		return false, nil
	})
	l.asRemembered = l.settle() && m.written != 0
	return err
}

// settle drops what is remembered and not there, and reports whether the files are, to the last
// one, those that are remembered.
func (l *live) settle() bool {
	same, all := len(l.young), len(l.files)
	for path, n := range l.files {
		switch n.belief {
		case known:
			same++
		case unseen:
			delete(l.files, path)
		}
	}
	return same == all
}

// enter reports whether the folder has the names that are remembered.
func (l *live) enter(path string, info fs.FileInfo, remembered stamp) (same bool) {
	l.amiss = l.amiss || !isMode(info, folderMode)
	seen := stampOf(info)
	if same = seen.known() && seen == remembered; !same {
		seen = seen.before(l.begun)
		l.learned = l.learned || seen.known()
	}
	l.folders[path] = seen
	return same
}

// lstatAll looks at the names of a folder that was just seen to be one and not to have changed.
// It is nil where they are not there after all.
func lstatAll(root *os.Root, folder string, names []string) []fs.FileInfo {
	var infos []fs.FileInfo
	at := filepath.Join(root.Name(), filepath.FromSlash(folder))
	for _, name := range names {
		info, err := os.Lstat(filepath.Join(at, name))
		if err != nil {
			return nil
		}
		infos = append(infos, info)
	}
	return infos
}

func (l *live) meet(path string, info fs.FileInfo, remembered int64) {
	n := l.files[path]
	if n == nil {
		n = &node{}
		l.files[path] = n
	}
	seen := statOf(info)
	switch {
	case !isMode(info, fileMode): // nor has any link, pipe or device
		n.belief = lost
	case seen == n.stat && seen.mtime < remembered:
		n.belief = known
	case seen == n.stat:
		l.young = append(l.young, path)
		n.belief = unread
	default:
		n.belief = unread
	}
	n.stat = seen
}

// holds is the file of this path if it holds the bytes of the digest, else nil.
func (l *live) holds(path string, sum digest) *node {
	n := l.files[path]
	if n == nil {
		return nil
	}
	if n.belief == unread {
		l.hashed.Store(true)
		n.belief = lost
		if err := n.read(l.root, path); err == nil {
			n.belief = known
		}
	}
	if n.belief == known && n.sum == sum {
		return n
	}
	return nil
}

// read hashes a file, which must still be the one that look has met.
func (n *node) read(root *os.Root, path string) error {
	sum, info, err := hashFile(root, path)
	if err != nil {
		return err
	}
	if statOf(info) != n.stat {
		return fmt.Errorf("%s changed while it was read", filepath.Join(root.Name(), path))
	}
	n.sum = sum
	return nil
}

// hashFile reads a whole file; info is what it is afterwards.
func hashFile(root *os.Root, path string) (sum digest, info fs.FileInfo, err error) {
	f, err := root.Open(path)
	if err != nil {
		return digest{}, nil, err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return digest{}, nil, err
	}
	info, err = f.Stat()
	return digest(h.Sum(nil)), info, err
}
