package publish

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"os"
	"path/filepath"
)

// The memory of the live tree: for every file its path, digest and stat, so that the
// next build need not read what nobody touched. It is believed no further than that
// (see live.look), and whatever is wrong with it costs only time.
//
//	magic · number of files · files, sorted by path · CRC-32C of all that
//	file: bytes shared with the path before · bytes of the rest · the rest · SHA-256 · size · mtime · inode
//
// Counts are varints; size, mtime and inode are 8 bytes each, little end first.
const (
	memoryName  = "tree"
	memoryMagic = "tocsin tree 1\n"
)

type memory struct {
	files   map[string]*node
	written int64 // the mtime of the memory itself; 0 where there is none
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
	files := decodeMemory(data)
	if files == nil {
		return none
	}
	return memory{files, info.ModTime().UnixNano()}
}

// Forget has the next build read every file of the tree that stands, so that it also finds one
// that was changed in place and given its time back. The error is what the system refused.
func Forget(state string) error { return remove(filepath.Join(state, memoryName)) }

// remember does not wait for the disk: after a power cut the checksum tells.
func (s site) remember(files []file) error {
	beside := filepath.Join(s.state, stagePrefix+memoryName)
	err := os.WriteFile(beside, encodeMemory(files), 0o600)
	if err == nil {
		err = os.Rename(beside, filepath.Join(s.state, memoryName))
	}
	if err != nil {
		return fmt.Errorf("remember what stands in %s: %w", s.dir, errors.Join(err, remove(beside)))
	}
	return nil
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

func encodeMemory(files []file) []byte {
	little := binary.LittleEndian
	b := make([]byte, 0, 128*(len(files)+1))
	b = append(b, memoryMagic...)
	b = binary.AppendUvarint(b, uint64(len(files)))
	before := ""
	for _, f := range files {
		n := sharedPrefix(before, f.path)
		b = binary.AppendUvarint(b, uint64(n))
		b = binary.AppendUvarint(b, uint64(len(f.path)-n))
		b = append(b, f.path[n:]...)
		b = append(b, f.sum[:]...)
		b = little.AppendUint64(b, uint64(f.stat.size))
		b = little.AppendUint64(b, uint64(f.stat.mtime))
		b = little.AppendUint64(b, f.stat.inode)
		before = f.path
	}
	return seal(b)
}

func seal(b []byte) []byte {
	return binary.LittleEndian.AppendUint32(b, crc32.Checksum(b, castagnoli))
}

func sharedPrefix(a, b string) int {
	n := 0
	for n < min(len(a), len(b)) && a[n] == b[n] {
		n++
	}
	return n
}

// decodeMemory is nil for what encodeMemory did not write.
func decodeMemory(data []byte) map[string]*node {
	end := len(data) - crc32.Size
	if end < len(memoryMagic) || string(data[:len(memoryMagic)]) != memoryMagic ||
		crc32.Checksum(data[:end], castagnoli) != binary.LittleEndian.Uint32(data[end:]) {
		return nil
	}
	r := reader{data: data[len(memoryMagic):end]}
	count := r.length()
	files := make(map[string]*node, min(count, len(data)/fixedSize))
	nodes := make([]node, min(count, len(data)/fixedSize))
	path := ""
	for i := range nodes {
		path = r.prefix(path, r.length()) + string(r.bytes(r.length()))
		nodes[i].sum = digest(r.bytes(len(digest{})))
		nodes[i].stat = stat{int64(r.uint64()), int64(r.uint64()), r.uint64()}
		files[path] = &nodes[i]
	}
	if r.broken || len(r.data) > 0 || len(files) != count {
		return nil
	}
	return files
}

// fixedSize is how many bytes a file takes at least.
const fixedSize = len(digest{}) + 3*8

// reader cuts a memory into its parts. Where there is not enough left it is broken
// and yields zeros.
type reader struct {
	data   []byte
	broken bool
}

func (r *reader) bytes(n int) []byte {
	if n > len(r.data) {
		r.broken, r.data = true, nil
		return make([]byte, min(n, fixedSize))
	}
	b := r.data[:n]
	r.data = r.data[n:]
	return b
}

func (r *reader) uint64() uint64 { return binary.LittleEndian.Uint64(r.bytes(8)) }

func (r *reader) length() int {
	v, n := binary.Uvarint(r.data)
	if n <= 0 || v > uint64(len(r.data)) {
		r.broken, r.data = true, nil
		return 0
	}
	r.data = r.data[n:]
	return int(v)
}

func (r *reader) prefix(path string, n int) string {
	if n > len(path) {
		r.broken = true
		return ""
	}
	return path[:n]
}
