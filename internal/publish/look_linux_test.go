package publish

import (
	"bytes"
	"encoding/binary"
	"io/fs"
	"path/filepath"
	"slices"
	"testing"

	"golang.org/x/sys/unix"
)

// readings counts how often the names of the folders of a tree are read, as the system tells it.
type readings struct {
	fd      int
	folders map[int32]string // by the number of the watch
}

func watchFolders(t *testing.T, dir string) readings {
	t.Helper()
	fd, err := unix.InotifyInit1(unix.IN_CLOEXEC | unix.IN_NONBLOCK)
	if err != nil {
		t.Skip("folders cannot be watched: ", err)
	}
	t.Cleanup(func() { _ = unix.Close(fd) })
	r := readings{fd, make(map[int32]string)}
	eachFolder(t, dir, func(path string, _ fs.FileInfo) {
		watch, err := unix.InotifyAddWatch(fd, path, unix.IN_ACCESS|unix.IN_ONLYDIR)
		if err != nil {
			t.Fatal(err)
		}
		if path, err = filepath.Rel(dir, path); err != nil {
			t.Fatal(err)
		}
		r.folders[int32(watch)] = filepath.ToSlash(path)
	})
	r.read(t) // to watch them all they were read
	return r
}

// read are the folders that were read since it was last asked, sorted.
func (r readings) read(t *testing.T) []string {
	t.Helper()
	var all []string
	buffer := make([]byte, 64<<10)
	for {
		n, err := unix.Read(r.fd, buffer)
		if err == unix.EAGAIN {
			slices.Sort(all)
			return slices.Compact(all)
		}
		if err != nil {
			t.Fatal(err)
		}
		for rest := buffer[:n]; len(rest) > 0; {
			var event unix.InotifyEvent
			if err := binary.Read(bytes.NewReader(rest), binary.NativeEndian, &event); err != nil {
				t.Fatal(err)
			}
			if event.Len == 0 { // it is of the folder itself, and not of a name in it
				all = append(all, r.folders[event.Wd])
			}
			rest = rest[unix.SizeofInotifyEvent+int(event.Len):]
		}
	}
}

// A look that has a memory reads the root, and of the other folders only those in which something
// was made, removed or renamed, and what is new below them.
func TestLookReadsWhatChanged(t *testing.T) {
	for _, c := range append(touches, touch{"nothing", func(string) error { return nil }, nil}) {
		t.Run(c.name, func(t *testing.T) {
			s := newKnownSite(t)
			writeOld(t, s, "2") // remembers every folder
			if err := c.touch(s.dir); err != nil {
				t.Fatal(err)
			}
			m := s.recall()
			want := []string{"."}
			var all []string
			eachFolder(t, s.dir, func(path string, info fs.FileInfo) {
				name, err := filepath.Rel(s.dir, path)
				if err != nil {
					t.Fatal(err)
				}
				all = append(all, name)
				if name != "." && !slices.Contains(m.folders, folder{name, stampOf(info)}) && foundBy(info).open() {
					want = append(want, name)
				}
			})
			slices.Sort(all)
			slices.Sort(want)
			r := watchFolders(t, s.dir)
			lookedAt(t, s, m)
			if got := r.read(t); !slices.Equal(got, want) {
				t.Errorf("read %q, want %q", got, want)
			}
			lookedAt(t, s, memory{})
			if got := r.read(t); c.name == "nothing" && !slices.Equal(got, all) {
				t.Errorf("without a memory %q were read, of %q: not all is counted", got, all)
			}
		})
	}
}
