package database

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"tocsin/internal/private"
)

func mustOpen(t *testing.T, path string) func(query string, args ...any) string {
	t.Helper()
	db, err := Open(context.Background(), path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return func(query string, args ...any) string {
		t.Helper()
		var value string
		if err := db.QueryRow(query, args...).Scan(&value); err != nil {
			t.Fatalf("%s: %v", query, err)
		}
		return value
	}
}

// TestFilesArePrivate is F53: whatever the umask, nobody else can read the file or
// what SQLite keeps beside it, and its folder is made for its owner alone.
func TestFilesArePrivate(t *testing.T) {
	defer syscall.Umask(syscall.Umask(0))
	dir := filepath.Join(t.TempDir(), "var", "deep")
	query := mustOpen(t, filepath.Join(dir, "l.db"))
	query("PRAGMA user_version = 1; SELECT 'written'")
	for _, name := range []string{"l.db", "l.db-wal", "l.db-shm"} {
		if info, err := os.Stat(filepath.Join(dir, name)); err != nil || info.Mode() != 0o600 {
			t.Errorf("%s: %v, %v", name, info.Mode(), err)
		}
	}
	for _, name := range []string{dir, filepath.Dir(dir)} {
		if info, err := os.Stat(name); err != nil || info.Mode() != fs.ModeDir|0o700 {
			t.Errorf("%s: %v, %v", name, info.Mode(), err)
		}
	}
}

// TestLooseFileIsRefused is F53.
func TestLooseFileIsRefused(t *testing.T) {
	for _, mode := range []fs.FileMode{0o640, 0o604, 0o620, 0o601, 0o666, 0o777} {
		path := filepath.Join(t.TempDir(), "l.db")
		if err := errors.Join(os.WriteFile(path, nil, 0o600), os.Chmod(path, mode)); err != nil {
			t.Fatal(err)
		}
		_, writing := Open(context.Background(), path)
		_, reading := OpenReader(context.Background(), path)
		for what, err := range map[string]error{"writing": writing, "reading": reading} {
			var loose *private.LooseError
			if !errors.As(err, &loose) || loose.Path != path || loose.Mode != mode {
				t.Errorf("%v, %s: %v", mode, what, err)
			} else if !strings.Contains(err.Error(), path) {
				t.Errorf("%v does not name the file", err)
			}
		}
		if info, err := os.Stat(path); err != nil || info.Size() != 0 {
			t.Errorf("a refused file was written to: %v, %v", info.Size(), err)
		}
	}
}

// TestCommitsAreDurable is F34: every connection waits for the disk at commit.
func TestCommitsAreDurable(t *testing.T) {
	query := mustOpen(t, filepath.Join(t.TempDir(), "l.db"))
	for pragma, want := range map[string]string{"synchronous": "2", "journal_mode": "wal", "foreign_keys": "1"} {
		if got := query("PRAGMA " + pragma); got != want {
			t.Errorf("%s is %s, want %s", pragma, got, want)
		}
	}
}

func TestOddPaths(t *testing.T) {
	for _, name := range []string{"a?b=c.db", "a%20b.db", "a b#c.db", "ü.db", "a&_pragma=synchronous(0).db", ":memory:"} {
		dir := t.TempDir()
		query := mustOpen(t, filepath.Join(dir, name))
		if got := query("PRAGMA synchronous"); got != "2" {
			t.Errorf("%s: synchronous is %s", name, got)
		}
		if _, err := os.Stat(filepath.Join(dir, name)); err != nil {
			t.Error(err)
		}
		entries, err := os.ReadDir(dir)
		for _, e := range entries {
			if !strings.HasPrefix(e.Name(), name) {
				t.Errorf("%s: there is %s too (%v)", name, e.Name(), err)
			}
		}
	}
	t.Chdir(t.TempDir())
	mustOpen(t, "l.db")
	mustOpen(t, filepath.Join("var", "l.db"))
	for _, name := range []string{"l.db", "var/l.db"} {
		if _, err := os.Stat(name); err != nil {
			t.Error(err)
		}
	}
}

// TestReaderOnlyReads: it makes no file, changes none, and cannot be made to write.
func TestReaderOnlyReads(t *testing.T) {
	path := filepath.Join(t.TempDir(), "l.db")
	if _, err := OpenReader(context.Background(), path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
	if _, err := os.Stat(path); err == nil {
		t.Error("reading made a file")
	}
	mustOpen(t, path)
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	db, err := OpenReader(context.Background(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec("CREATE TABLE t (x)"); err == nil {
		t.Error("a reader made a table")
	}
	if after, err := os.ReadFile(path); err != nil || !bytes.Equal(before, after) {
		t.Errorf("reading wrote %d bytes: %v", len(after), err)
	}
}

// TestForeignFiles is F43: what was a ledger once, or never was one, is not taken for
// a new one, and not a byte is written to it.
func TestForeignFiles(t *testing.T) {
	for what, leave := range map[string]func(path string) error{
		"nothing in it": func(path string) error { return os.WriteFile(path, nil, 0o600) },
		"a few zeros":   func(path string) error { return os.WriteFile(path, make([]byte, 4096), 0o600) },
		"a text":        func(path string) error { return os.WriteFile(path, bytes.Repeat([]byte("No database. "), 100), 0o600) },
		"a short text":  func(path string) error { return os.WriteFile(path, []byte("x"), 0o600) },
		"cut to nothing": func(path string) error {
			mustOpen(t, path)("PRAGMA user_version = 1; SELECT 'written'")
			return os.Truncate(path, 0)
		},
		"another program's": func(path string) error {
			db, err := sql.Open("sqlite", source(path))
			if err != nil {
				return err
			}
			_, err = db.Exec("CREATE TABLE bookmarks (url)")
			return errors.Join(err, db.Close(), os.Chmod(path, 0o600))
		},
	} {
		path := filepath.Join(t.TempDir(), "l.db")
		if err := leave(path); err != nil {
			t.Fatal(err)
		}
		before, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		_, writing := Open(context.Background(), path)
		_, reading := OpenReader(context.Background(), path)
		for _, err := range []error{writing, reading} {
			var foreign *ForeignError
			if !errors.As(err, &foreign) || foreign.Path != path || !strings.Contains(err.Error(), path) {
				t.Errorf("%s: %v", what, err)
			}
		}
		if after, err := os.ReadFile(path); err != nil || !bytes.Equal(before, after) {
			t.Errorf("%s: %d bytes were there, now %d, %v", what, len(before), len(after), err)
		}
	}
	if _, err := Open(context.Background(), t.TempDir()); err == nil {
		t.Error("a folder was opened")
	}
}

// TestHalfMade is F34: a process that was killed while it made the file leaves what
// the next one clears away.
func TestHalfMade(t *testing.T) {
	path := filepath.Join(t.TempDir(), "l.db")
	for _, name := range []string{path + ".new", path + ".new-journal"} {
		if err := os.WriteFile(name, []byte("half"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	mustOpen(t, path)
	for _, name := range []string{path + ".new", path + ".new-journal"} {
		if _, err := os.Lstat(name); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestLookingChangesNothing is F51: what is refused is not touched, nor the
// write-ahead log beside it, in which the last commits may be all that is left.
func TestLookingChangesNothing(t *testing.T) {
	ctx := context.Background()
	for what, prepare := range map[string]func(t *testing.T, path string){
		"a stranger's, in use": func(t *testing.T, path string) { strange(t, path) },
		"ours, cut to nothing": func(t *testing.T, path string) {
			db, err := Open(ctx, path)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = db.Close() })
			if _, err := db.Exec("CREATE TABLE t (a)"); err != nil {
				t.Fatal(err)
			}
			if err := os.Truncate(path, 0); err != nil {
				t.Fatal(err)
			}
		},
	} {
		t.Run(what, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "ledger.db")
			prepare(t, path)
			before := contents(t, path, path+"-wal")
			for _, open := range []func(context.Context, string) (*sql.DB, error){OpenReader, Open} {
				var foreign *ForeignError
				if _, err := open(ctx, path); !errors.As(err, &foreign) {
					t.Errorf("opened: %v", err)
				}
			}
			if after := contents(t, path, path+"-wal"); after != before {
				t.Errorf("%d bytes became %d", len(before), len(after))
			}
		})
	}
}

// strange makes another program's database with a commit that stands in its log only.
func strange(t *testing.T, path string) {
	t.Helper()
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	if _, err := db.Exec("PRAGMA journal_mode(WAL); CREATE TABLE t (a); INSERT INTO t VALUES (1)"); err != nil {
		t.Fatal(err)
	}
}

// contents reads files, one after the other.
func contents(t *testing.T, paths ...string) string {
	t.Helper()
	var all strings.Builder
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		all.WriteString(path)
		all.Write(data)
	}
	return all.String()
}

// TestNoRoomBeside: where SQLite cannot make its files beside a database, as on a read-only
// file system, a person is told that, and not that the database cannot be opened.
func TestNoRoomBeside(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ledger.db")
	db, err := Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(db.Close(), os.RemoveAll(path+"-wal"), os.Mkdir(path+"-wal", 0o700)); err != nil {
		t.Fatal(err)
	}
	for what, open := range map[string]func(context.Context, string) (*sql.DB, error){"reader": OpenReader, "writer": Open} {
		if _, err := open(t.Context(), path); !errors.Is(err, errBeside) || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: %v", what, err)
		}
	}
}
