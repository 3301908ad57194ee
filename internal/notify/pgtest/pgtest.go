//go:build unix

// Package pgtest gives tests a PostgreSQL server of their own. Nothing but tests
// imports it.
package pgtest

import (
	"bufio"
	"bytes"
	"cmp"
	"errors"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
)

// Server is a PostgreSQL server that ends with its test. It listens on a socket in a
// folder of its own and nowhere else. Its roles postgres, the superuser, and reader need
// no password; every other has to give one.
type Server struct{ folder string }

// nobody may start PostgreSQL, which root may not.
const nobody = 65534

// access is who may connect: pg_hba.conf.
const access = "local all postgres trust\nlocal all reader trust\nlocal all all scram-sha-256\n"

// Start starts a server; without PostgreSQL on this machine, the test is skipped.
func Start(t testing.TB) *Server {
	t.Helper()
	for _, name := range []string{"initdb", "postgres", "psql"} {
		if program(name) == "" {
			t.Skip("PostgreSQL is not installed: .ci/prepare installs it")
		}
	}
	folder, err := os.MkdirTemp("", "pg") // a socket's path must be short
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(folder); err != nil {
			t.Error(err)
		}
	})
	if os.Getuid() == 0 {
		if err := os.Chown(folder, nobody, nobody); err != nil {
			t.Fatal(err)
		}
	}
	s := &Server{folder: folder}
	s.run(t, s.command("initdb", "-D", s.data(), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"))
	if err := os.WriteFile(filepath.Join(s.data(), "pg_hba.conf"), []byte(access), 0o600); err != nil {
		t.Fatal(err)
	}
	s.serve(t)
	s.Run(t, "CREATE ROLE reader LOGIN")
	return s
}

func (s *Server) data() string { return filepath.Join(s.folder, "data") }

// program finds one of PostgreSQL's programs, of the newest version that there is.
func program(name string) string {
	if path, err := exec.LookPath(name); err == nil {
		return path
	}
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/" + name)
	if len(found) == 0 {
		return ""
	}
	return slices.Max(found)
}

// command is one of PostgreSQL's programs, run as somebody who is not root.
func (s *Server) command(name string, args ...string) *exec.Cmd {
	c := exec.Command(cmp.Or(program(name), name), args...)
	c.Dir = s.folder
	c.Env = []string{"PATH=/usr/bin:/bin", "LC_ALL=C", "TZ=UTC"}
	if os.Getuid() == 0 {
		c.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
	}
	return c
}

func (s *Server) run(t testing.TB, c *exec.Cmd) {
	t.Helper()
	if out, err := c.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", c, err, out)
	}
}

// whileWatched runs a command until its own input ends, as it does when a test is killed.
const whileWatched = `"$@" </dev/null & server=$!; exec 2>&-; cat; kill -INT $server; wait $server`

// serve starts the server, waits until it is ready, and stops it with the test.
func (s *Server) serve(t testing.TB) {
	t.Helper()
	c := s.command("sh", "-c", whileWatched, "sh", program("postgres"), "-D", s.data(), "-k", s.folder,
		"-c", "listen_addresses=", "-c", "fsync=off", "-c", "autovacuum=off", "-c", "max_connections=20")
	watched, err := c.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	said, err := c.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	ready, ended := make(chan bool, 1), make(chan bool)
	var log bytes.Buffer
	go func() {
		defer close(ended)
		for lines := bufio.NewScanner(said); lines.Scan(); {
			if strings.Contains(lines.Text(), "ready to accept connections") {
				ready <- true
			}
			log.WriteString(lines.Text() + "\n")
		}
	}()
	t.Cleanup(func() {
		err := watched.Close()
		<-ended
		if err := errors.Join(err, c.Wait()); err != nil {
			t.Errorf("%v\n%s", err, log.String())
		}
	})
	select {
	case <-ready:
	case <-ended:
		t.Fatalf("PostgreSQL does not start:\n%s", log.String())
	}
}

// Run runs statements as the superuser.
func (s *Server) Run(t testing.TB, statements string) {
	t.Helper()
	c := s.command("psql", "-h", s.folder, "-U", "postgres", "-d", "postgres", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-f", "-")
	c.Stdin = strings.NewReader(statements)
	s.run(t, c)
}

// URL names the database to somebody who connects as a role.
func (s *Server) URL(role string) string {
	return "postgres:///postgres?" + url.Values{"host": {s.folder}, "user": {role}}.Encode()
}
