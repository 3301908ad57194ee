package publish

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"os"
	"path/filepath"

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
	memoryMagic = "tocsin tree 3\n"
)

type memory struct {
	files   map[string]*node
	folders map[string]stamp // all but the root
	written int64            // the mtime of the memory itself; 0 where there is none
}

// recall is empty where nothing, or nothing whole, is remembered.
func (s site) recall() memory {
	none := memory{files: map[string]*node{}}
	path := filepath.Join(s.state, memoryName)
	info, err := os.Lstat(path)
	if err != nil || !info.Mode().IsRegular() {
		return none
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return none
	}
	files, folders := decodeMemory(data)
	if files == nil {
		return none
	}
	return memory{files, folders, info.ModTime().UnixNano()}
}

// Forget has the next build read every file and folder of the tree that stands, and walk the other, so that it also finds one
// that was changed in place and given its time back. The error is what the system refused.
func Forget(state string) error {
	return errors.Join(remove(filepath.Join(state, memoryName)), remove(filepath.Join(state, knownName)))
}

func (s site) remember(files []file, folders []folder) error {
	return s.keep(memoryName, encodeMemory(files, folders))
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

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

func encodeMemory(files []file, folders []folder) []byte {
	t := tape.Write()
	tape.List(t, &files, fileTape)
	tape.List(t, &folders, folderTape)
	return pack(memoryMagic, t)
}

// fileTape writes what is remembered of a file, or reads it back.
func fileTape(t *tape.Tape, f *file) {
	t.String(&f.path)
	t.Sum(&f.sum)
	t.Int(&f.stat.size)
	t.Int(&f.stat.mtime)
	inode := int64(f.stat.inode)
	t.Int(&inode)
	f.stat.inode = uint64(inode)
}

// pack puts a magic before a tape and a checksum behind it.
func pack(magic string, t *tape.Tape) []byte {
	body := t.Bytes()
	b := make([]byte, 0, len(magic)+len(body)+crc32.Size)
	return seal(append(append(b, magic...), body...))
}

// unpack is nil for what pack did not write.
func unpack(magic string, data []byte) *tape.Tape {
	end := len(data) - crc32.Size
	if end < len(magic) || string(data[:len(magic)]) != magic ||
		crc32.Checksum(data[:end], castagnoli) != binary.LittleEndian.Uint32(data[end:]) {
		return nil
	}
	return tape.Read(string(data[len(magic):end]))
}

func seal(b []byte) []byte {
	return binary.LittleEndian.AppendUint32(b, crc32.Checksum(b, castagnoli))
}

// decodeMemory is nil for what encodeMemory did not write.
func decodeMemory(data []byte) (map[string]*node, map[string]stamp) {
	t := unpack(memoryMagic, data)
	if t == nil {
		return nil, nil
	}
	var list []file
	var stamps []folder
	tape.List(t, &list, fileTape)
	tape.List(t, &stamps, folderTape)
	files, nodes := make(map[string]*node, len(list)), make([]node, len(list))
	for i, f := range list {
		nodes[i] = node{sum: f.sum, stat: f.stat}
		files[f.path] = &nodes[i]
	}
	folders := make(map[string]stamp, len(stamps))
	for _, f := range stamps {
		folders[f.path] = f.stamp
	}
	if t.End() != nil || len(files) != len(list) || len(folders) != len(stamps) {
		return nil, nil
	}
	return files, folders
}
