package publish

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"tocsin/internal/tape"
)

// The memory of the live tree: for every file its path, digest and stat, so that the
// next build need not read what nobody touched. It is believed no further than that
// (see live.look), and whatever is wrong with it costs only time.
//
//	magic · files, sorted by path: path, SHA-256, size, mtime, inode
//	      · folders, sorted by path: path, inode, mtime, ctime · CRC-32C of all that
const (
	memoryName  = "tree"
	memoryMagic = "tocsin tree 4\n"
)

type memory struct {
	files   []node   // by path
	folders []folder // all but the root, by path
	written int64    // the mtime of the memory itself; 0 where there is none
}

// file is what is remembered of a path; nil where that is nothing.
func (m memory) file(path string) *node {
	i, there := slices.BinarySearchFunc(m.files, path, func(n node, path string) int { return strings.Compare(n.path, path) })
	if !there {
		return nil
	}
	return &m.files[i]
}

// recall is empty where nothing, or nothing whole, is remembered.
func (s site) recall() memory {
	path := filepath.Join(s.state, memoryName)
	info, err := os.Lstat(path)
	if err != nil || !info.Mode().IsRegular() {
		return memory{}
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return memory{}
	}
	m, ok := decodeMemory(data)
	if !ok {
		return memory{}
	}
	m.written = info.ModTime().UnixNano()
	return m
}

// Forget has the next build read every file and folder of the tree that stands, and walk the other, so that it also finds one
// that was changed in place and given its time back. The error is what the system refused.
func Forget(state string) error {
	return errors.Join(remove(filepath.Join(state, memoryName)), remove(filepath.Join(state, knownName)))
}

// keep does not wait for the disk: after a power cut the checksum tells.
func (s site) keep(name string, data []byte) error {
	beside := filepath.Join(s.state, stagePrefix+name)
	err := os.WriteFile(beside, data, 0o600)
	if err == nil {
		err = os.Rename(beside, filepath.Join(s.state, name))
	}
	if err != nil {
		return fmt.Errorf("remember what stands in %s: %w", s.dir, errors.Join(err, remove(beside)))
	}
	return nil
}

func encodeMemory(files []file, folders []folder) []byte {
	const fileRoom, folderRoom = 128, 64 // octets that mostly do; a tape that grows is copied a dozen times
	b := make([]byte, 0, len(memoryMagic)+fileRoom*len(files)+folderRoom*len(folders))
	t := tape.WriteInto(append(b, memoryMagic...))
	tape.List(t, &files, fileTape)
	tape.List(t, &folders, folderTape)
	return tape.Seal(t.Bytes())
}

// What is written of a file is read back as a node.
func fileTape(t *tape.Tape, f *file) { tapeFile(t, &f.path, &f.sum, &f.stat) }
func nodeTape(t *tape.Tape, n *node) { tapeFile(t, &n.path, &n.sum, &n.stat) }

func tapeFile(t *tape.Tape, path *string, sum *digest, s *stat) {
	t.String(path)
	t.Sum(sum)
	t.Int(&s.size)
	t.Int(&s.mtime)
	inode := int64(s.inode)
	t.Int(&inode)
	s.inode = uint64(inode)
}

// decodeMemory is false of what encodeMemory did not write.
func decodeMemory(data []byte) (m memory, ok bool) {
	t := tape.Unseal(memoryMagic, data)
	if t == nil {
		return memory{}, false
	}
	tape.List(t, &m.files, nodeTape)
	tape.List(t, &m.folders, folderTape)
	if t.End() != nil || !rises(m.files, func(n *node) string { return n.path }) ||
		!rises(m.folders, func(f *folder) string { return f.path }) {
		return memory{}, false
	}
	return m, true
}

// rises reports whether every path sorts behind the one before it.
func rises[T any](list []T, path func(*T) string) bool {
	for i := 1; i < len(list); i++ {
		if path(&list[i-1]) >= path(&list[i]) {
			return false
		}
	}
	return true
}
