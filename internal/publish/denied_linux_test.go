package publish

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"syscall"
	"testing"
)

// asNobody builds without the rights of root, which pass every mode.
func asNobody(s site, _ int) error {
	const nobody = 65534
	if err := errors.Join(syscall.Setgroups(nil), syscall.Setgid(nobody), syscall.Setuid(nobody)); err != nil {
		return err
	}
	_, err := s.write(filesOf(tree("new")))
	var pathErr *fs.PathError
	if errors.As(err, &pathErr) && errors.Is(err, fs.ErrPermission) {
		fmt.Println("denied:", err)
		return nil
	}
	return fmt.Errorf("not denied: %w", err)
}

func TestUnwritableFolder(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("SKIPPED: only root can become nobody")
	}
	for name, c := range map[string]struct {
		open []string // what nobody owns, relative to the home of the site
		want string   // what the error names
	}{
		"nothing":       {nil, ".tocsin"},
		"state only":    {[]string{".tocsin", ".tocsin/build.lock"}, "public"},
		"not the lock":  {[]string{".tocsin", "public", "."}, "build.lock"},
		"not the site":  {[]string{".tocsin", ".tocsin/build.lock", "."}, "public"},
		"a locked page": {[]string{".tocsin", ".tocsin/build.lock", "public"}, "public"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t)
			mustWrite(t, s, tree("old"))
			home := filepath.Dir(s.dir)
			if err := errors.Join(os.Chmod(home, 0o755), os.Chmod(filepath.Dir(home), 0o755)); err != nil {
				t.Fatal(err)
			}
			for _, path := range c.open {
				if err := os.Chown(filepath.Join(home, path), 65534, 65534); err != nil {
					t.Fatal(err)
				}
			}
			out, err := child(s, "nobody", 0).CombinedOutput()
			if err != nil || !strings.Contains(string(out), c.want) {
				t.Errorf("%v: %s", err, out)
			}
			t.Logf("%s", out)
			wantSite(t, s, tree("old"))
			wantTidy(t, s)
		})
	}
}

func TestUmaskDoesNotShow(t *testing.T) {
	old := syscall.Umask(0o077)
	defer syscall.Umask(old)
	s := newSite(t)
	mustWrite(t, s, tree("one"))
	err := filepath.WalkDir(s.dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		want := fs.FileMode(0o644)
		if d.IsDir() {
			want = 0o755
		}
		if info, err := d.Info(); err != nil || info.Mode().Perm() != want {
			t.Errorf("%s: %v %v, want %v", path, info.Mode(), err, want)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestOtherFileSystem(t *testing.T) {
	s := newSite(t)
	shm, err := os.MkdirTemp("/dev/shm", "publish-test-")
	if err != nil {
		t.Skipf("SKIPPED: no second file system: %v", err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(shm) })
	if device(t, shm) == device(t, filepath.Dir(s.dir)) {
		t.Skip("SKIPPED: /dev/shm is no second file system")
	}
	s.state = filepath.Join(shm, "state")
	for range 2 { // without a site, and with one
		report, err := s.write(filesOf(tree("new")))
		if !reflect.DeepEqual(report, Report{}) {
			t.Errorf("report of a site that is not there: %+v", report)
		}
		if !errors.Is(err, syscall.EXDEV) || !strings.Contains(err.Error(), "not on the file system of "+s.state) {
			t.Errorf("error is %v", err)
		}
		wantTidy(t, s)
		if err := os.MkdirAll(s.dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
}

func device(t *testing.T, path string) uint64 {
	t.Helper()
	var stat syscall.Stat_t
	if err := syscall.Stat(path, &stat); err != nil {
		t.Fatal(err)
	}
	return uint64(stat.Dev)
}

// mount puts a file system in memory at path, or skips.
func mount(t *testing.T, path, options string) {
	t.Helper()
	if err := os.MkdirAll(path, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mount("tmpfs", path, "tmpfs", 0, options); err != nil {
		t.Skipf("SKIPPED: cannot mount: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(path, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
}

func TestSiteIsAMountPoint(t *testing.T) {
	s := newSite(t)
	mount(t, s.dir, "")
	_, err := s.write(filesOf(tree("new")))
	if err == nil || !strings.Contains(err.Error(), "or is a mount point") {
		t.Errorf("error is %v", err)
	}
	wantTidy(t, s)
}

func TestFullDisk(t *testing.T) {
	s := newSite(t)
	mount(t, filepath.Dir(s.dir), "size=256k")
	mustWrite(t, s, tree("old"))
	big := tree("new")
	big["big"] = strings.Repeat("x", 1<<20)
	if _, err := s.write(filesOf(big)); !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("error is %v, want ENOSPC", err)
	}
	wantSite(t, s, tree("old"))
	wantTidy(t, s)
	wantMended(t, s)
}
