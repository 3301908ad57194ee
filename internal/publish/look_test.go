package publish

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// lookedAt are the files and folders that a look meets, memory in hand.
func lookedAt(t *testing.T, s site, m memory) (files map[string]stat, folders []string) {
	t.Helper()
	root, err := os.OpenRoot(s.dir)
	if err != nil {
		t.Fatal(err)
	}
	l := &live{root: root, begun: s.begun()}
	if err := errors.Join(l.look(m), root.Close()); err != nil {
		t.Fatal(err)
	}
	files = make(map[string]stat)
	for path, n := range l.files {
		files[path] = n.stat
		if n.path != path || n.belief == unseen {
			t.Errorf("%s is %+v", path, *n)
		}
	}
	for _, f := range l.folders {
		folders = append(folders, f.path)
	}
	return files, folders
}

// A look that has a memory meets what one meets that reads every folder, whatever became of the
// tree (F12, F56). How few it reads itself, TestLookReadsWhatChanged counts.
func TestLookMeetsWhatAWalkMeets(t *testing.T) {
	for _, c := range append(touches, touch{"nothing", func(string) error { return nil }, nil}, touch{"replace a folder that has folders by a link", func(dir string) error {
		return errors.Join(os.Rename(filepath.Join(dir, "deep"), filepath.Join(dir, "depth")), os.Symlink("depth", filepath.Join(dir, "deep")))
	}, nil}) {
		t.Run(c.name, func(t *testing.T) {
			s := newSite(t)
			for _, version := range []string{"1", "2", "1", "1"} { // the last one learns the folders
				mustWrite(t, s, tree(version))
			}
			if err := c.touch(s.dir); err != nil {
				t.Fatal(err)
			}
			m := s.recall()
			if len(m.files) == 0 || len(m.folders) == 0 {
				t.Fatal("nothing is remembered: this test tests nothing")
			}
			files, folders := lookedAt(t, s, m)
			wantFiles, wantFolders := lookedAt(t, s, memory{})
			if diff := cmp.Diff(wantFiles, files, cmp.AllowUnexported(stat{})); diff != "" {
				t.Errorf("files (-walk +look):\n%s", diff)
			}
			if diff := cmp.Diff(wantFolders, folders); diff != "" {
				t.Errorf("folders (-walk +look):\n%s", diff)
			}
		})
	}
}

func TestFoldersOf(t *testing.T) {
	for _, c := range []struct{ files, want []string }{
		{nil, nil},
		{[]string{"a", "b"}, nil},
		{[]string{"a-b/c", "a/b", "a/b-c/d", "a/b.c/d/e", "ab/c"}, []string{"a", "a-b", "a/b-c", "a/b.c", "a/b.c/d", "ab"}},
		{[]string{"a/x/y", "a/xy/z", "a/xyz"}, []string{"a", "a/x", "a/xy"}},
	} {
		var files []file
		for _, path := range c.files {
			files = append(files, file{path: path})
		}
		sortByPath(files)
		var got []string
		for _, f := range foldersOf(files) {
			got = append(got, f.path)
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%v (-want +got):\n%s", c.files, diff)
		}
	}
}

func TestStamped(t *testing.T) {
	got := stamped([]folder{{path: "a"}, {path: "c"}, {path: "e"}}, []folder{{"", stamp{9, 9, 9}}, {"a", stamp{1, 1, 1}}, {"b", stamp{2, 2, 2}}, {"e", stamp{3, 3, 3}}})
	want := []folder{{"a", stamp{1, 1, 1}}, {path: "c"}, {"e", stamp{3, 3, 3}}}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(folder{}, stamp{})); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// A memory whose paths are in another order is none: the look goes by the order.
func TestMemoryInAnotherOrder(t *testing.T) {
	for _, data := range [][]byte{
		encodeMemory([]file{{path: "b"}, {path: "a"}}, nil),
		encodeMemory([]file{{path: "a"}, {path: "a"}}, nil),
		encodeMemory(nil, []folder{{path: "b"}, {path: "a"}}),
	} {
		if m, ok := decodeMemory(data); ok {
			t.Errorf("%+v was believed", m)
		}
	}
}

// See [node.meet]: a second meeting changes nothing.
func TestNodeThatIsMetTwice(t *testing.T) {
	n := node{path: "a", stat: stat{1, 1, 1}}
	for range 2 {
		n.meet(found{mode: fileMode, stat: stat{1, 2, 1}}, 9)
		if n.belief != unread || n.young {
			t.Errorf("a file with another time is %+v", n)
		}
	}
}
