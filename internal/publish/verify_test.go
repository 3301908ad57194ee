package publish

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestVerify(t *testing.T) {
	for _, c := range []struct {
		name   string
		tamper func(dir string) error
		want   []string
	}{
		{"whole", func(string) error { return nil }, nil},
		{"ignored", func(dir string) error { return os.WriteFile(filepath.Join(dir, gitignoreName), nil, 0o644) }, nil},
		{"missing", func(dir string) error { return os.RemoveAll(filepath.Join(dir, "same")) },
			[]string{"same/a.txt is missing", "same/same/b.txt is missing"}},
		{"foreign", func(dir string) error {
			return errors.Join(os.WriteFile(filepath.Join(dir, "same/c"), nil, 0o644), os.Symlink("/etc/passwd", filepath.Join(dir, "d")))
		}, []string{"d is not in manifest.json", "same/c is not in manifest.json"}},
		{"link", func(dir string) error {
			return errors.Join(os.Rename(filepath.Join(dir, "same.txt"), filepath.Join(dir, ".gitignore")),
				os.Symlink(".gitignore", filepath.Join(dir, "same.txt")))
		}, []string{"same.txt is not a file"}},
		{"folder", func(dir string) error {
			return errors.Join(os.Remove(filepath.Join(dir, "same.txt")), os.Mkdir(filepath.Join(dir, "same.txt"), 0o755))
		}, []string{"same.txt is missing"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newSite(t)
			mustWrite(t, s, tree("1"))
			if err := c.tamper(s.dir); err != nil {
				t.Fatal(err)
			}
			got, err := Verify(s.dir)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// One byte flipped anywhere is found (F62).
func TestVerifyFindsEveryFlippedByte(t *testing.T) {
	s := newSite(t)
	mustWrite(t, s, map[string]string{"a": "some text", "b/c": "more"})
	for path, data := range map[string]string{"a": "some text", "b/c": "more"} {
		for i := range data {
			flipped := []byte(data)
			flipped[i] ^= 1
			put(t, filepath.Join(s.dir, path), string(flipped))
			got, err := Verify(s.dir)
			if diff := cmp.Diff([]string{path + " differs from manifest.json"}, got); err != nil || diff != "" {
				t.Errorf("byte %d of %s: %v (-want +got):\n%s", i, path, err, diff)
			}
		}
		put(t, filepath.Join(s.dir, path), data)
	}
	wantVerified(t, s)
}

func TestVerifyWithoutAManifest(t *testing.T) {
	dir := t.TempDir()
	if _, err := Verify(filepath.Join(dir, "gone")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no folder: %v", err)
	}
	put(t, filepath.Join(dir, manifestName), `{"name": "app"}`)
	if _, err := Verify(dir); err == nil || !strings.Contains(err.Error(), "nothing to verify it by") {
		t.Errorf("no manifest of ours: %v", err)
	}
}

// The manifest is what encoding/json makes of it, to the last byte.
func TestManifestIsJSON(t *testing.T) {
	sums := map[string]string{}
	var files []file
	for _, paths := range [][]string{nil, {"a"}, {"<&>", `say "hello"`, "line\u2028line", "paragraph\u2029", "ü", "😀/x", manifestName, gitignoreName, "deep/manifest.json"}} {
		for _, path := range paths {
			f := file{path: path, sum: digest{byte(len(files)), 0xff}}
			files = append(files, f)
			if !isOwn(path) {
				sums[path] = fmt.Sprintf("%x", f.sum)
			}
		}
		sortByPath(files)
		got, err := encodeManifest(files)
		if err != nil {
			t.Fatal(err)
		}
		var want strings.Builder
		e := json.NewEncoder(&want)
		e.SetEscapeHTML(false)
		e.SetIndent("", "  ")
		if err := e.Encode(manifest{sums}); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want.String(), string(got)); diff != "" {
			t.Errorf("%v (-want +got):\n%s", paths, diff)
		}
	}
}
