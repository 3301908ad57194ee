package main

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"tocsin/internal/notify/smtptest"
)

// saysWhatIsNotKept: where a file cannot be closed, some of it may be lost, as on a disk that is
// somewhere else. The program says so, and ends with exit status 3.
func saysWhatIsNotKept(t *testing.T, tool string) {
	strace := tracer(t)
	m := newMailing(t, tool, 3, smtptest.Options{})
	list := filepath.Join(m.dir, "lists", tailnetName(0)+".csv")
	output := filepath.Join(t.TempDir(), "output")
	for _, c := range []struct {
		file string // that cannot be closed
		args []string
	}{
		{output, []string{"status"}},
		{output, []string{"ledger", "verify"}},
		{list, []string{"plan", "TS-2026-002", "--lists", filepath.Dir(list)}},
		{filepath.Join(m.dir, "var", "ledger.db.lock"), m.sending()[4:]},
		{filepath.Join(m.dir, "var", ".ledger.head.new"), m.sending()[4:]},
	} {
		status, said := m.unclosed(strace, c.file, output, c.args)
		if status != 3 || !strings.Contains(said, "input/output error") {
			t.Errorf("%s, of which %s cannot be closed: exit status %d\n%s", c.args, c.file, status, said)
		}
	}
}

// unclosed runs a command that cannot close a file, with its standard output in another.
func (m *mailing) unclosed(strace, file, output string, args []string) (status int, said string) {
	m.Helper()
	out, err := os.Create(output)
	if err != nil {
		m.Fatal(err)
	}
	var errs bytes.Buffer
	faults := []string{"-f", "-qq", "-o", os.DevNull, "-e", "signal=none", "-P", file, "-e", "trace=close", "-e", "inject=close:error=EIO"}
	c := exec.Command(strace, append(append(faults, m.tool, "--now", sendTime, "-C", m.dir), args...)...)
	c.Stdout, c.Stderr = out, &errs
	err = c.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) || out.Close() != nil {
		m.Fatal(err)
	}
	return c.ProcessState.ExitCode(), errs.String()
}
