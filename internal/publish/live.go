package publish

import (
	"crypto/sha256"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
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
	path   string
	sum    digest
	stat   stat
	belief belief
	named  bool // it is among the names of the live tree that fit together
	young  bool // as remembered, and no older than the memory
	shared bool // the standby has the same file, by a hard link
	wanted bool // the new tree has a file of this path, perhaps another
	kept   bool // the new tree has this file, as it is
}

// file is the node as a file of the new tree.
func (n *node) file() file { return file{n.path, n.sum, n.stat, n} }

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
	old     []node  // those of the files that are remembered, by path, and what is gone of those
	others  []*node // the others, in no order
	names   oldNames
	folders []folder    // all but the root, by path
	begun   int64       // an instant before the look, by the clock of the file system
	amiss   bool        // a folder has a wrong mode, so that the tree is to be replaced
	hashed  atomic.Bool // something was not as remembered
	learned bool        // a folder has a stamp that is not remembered

	asRemembered bool     // the files are those of the memory, and none has another stat
	young        []string // of those the ones that are no older than the memory
}

// enter takes in a folder, and reports whether it has the names that are remembered.
func (l *live) enter(path string, f found, remembered stamp) (same bool) {
	l.amiss = l.amiss || !f.is(folderMode)
	seen := f.stamp()
	if same = seen.known() && seen == remembered; !same {
		seen = seen.before(l.begun)
		l.learned = l.learned || seen.known()
	}
	l.folders = append(l.folders, folder{path, seen})
	return same
}

// all yields every file of the tree.
func (l *live) all(yield func(*node) bool) {
	for i := range l.old {
		if n := &l.old[i]; n.belief != unseen && !yield(n) {
			return
		}
	}
	for _, n := range l.others {
		if !yield(n) {
			return
		}
	}
}

// meet compares a file with what is remembered of it, if it is older than this instant. What has
// become of it is known from the first meeting, which leaves the stat that was found in the place
// of the one that is remembered. A second one, in a folder that was looked at and turned out to
// lack a name, would find the two the same and take the file for what is remembered.
func (n *node) meet(f found, remembered int64) {
	same := f.stat == n.stat
	switch {
	case n.belief != unseen: // met before
		return
	case !f.is(fileMode): // nor has any link, pipe or device
		n.belief = lost
	case same && f.stat.mtime < remembered:
		n.belief = known
	default:
		n.belief, n.young = unread, same
	}
	n.stat = f.stat
}

// holds reports whether there is such a file, with the bytes of the digest.
func (l *live) holds(n *node, sum digest) bool {
	if n == nil {
		return false
	}
	if n.belief == unread {
		l.hashed.Store(true)
		n.belief = lost
		if err := n.read(l.root); err == nil {
			n.belief = known
		}
	}
	return n.belief == known && n.sum == sum
}

// read hashes a file, which must still be the one that look has met.
func (n *node) read(root *os.Root) error {
	sum, info, err := hashFile(root, n.path)
	if err != nil {
		return err
	}
	if statOf(info) != n.stat {
		return fmt.Errorf("%s changed while it was read", filepath.Join(root.Name(), n.path))
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
