package mailcheck

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// modules is where .ci/prepare installs the npm packages of the list, which they share
// with those that judge pages.
const (
	modules = "../../.run/node"
	list    = "../browse/package-lock.json"
)

// patience is how long one run of a judge may take, or a server to do what it is waited for. None
// comes near it but by hanging.
const patience = 4 * time.Minute

// programs are the paths of the judges' programs, and of the folder of npm packages.
type programs struct{ python, perl, ripmime, node, modules, postconf string }

// findPrograms skips the test where something is not installed; in CI it fails there.
func findPrograms(t *testing.T) programs {
	t.Helper()
	if testing.Short() {
		t.Skip("takes half a minute; make test runs it")
	}
	p, err := installed()
	switch {
	case err == nil:
	case os.Getenv("CI") == "true":
		t.Fatalf("%v; .ci/prepare installs it", err)
	default:
		t.Skipf("NOT CHECKED: %v; .ci/prepare installs it, or says how", err)
	}
	return p
}

func installed() (programs, error) {
	var p programs
	var errs [7]error
	p.python, errs[0] = exec.LookPath("python3")
	p.perl, errs[1] = exec.LookPath("perl")
	_, errs[2] = exec.LookPath("spamassassin")
	p.ripmime, errs[3] = exec.LookPath("ripmime")
	p.node, errs[4] = exec.LookPath("node")
	p.modules, errs[5] = installedModules()
	p.postconf, errs[6] = administrators("postconf")
	return p, errors.Join(errs[:]...)
}

// administrators finds a program that only administrators have on their path.
func administrators(name string) (string, error) {
	if path, err := exec.LookPath("/usr/sbin/" + name); err == nil {
		return path, nil
	}
	return exec.LookPath(name)
}

// installedModules wants the packages of this very list: .ci/prepare leaves a copy of the
// list beside what it installed.
func installedModules() (string, error) {
	want, err := os.ReadFile(list)
	if err != nil {
		return "", err
	}
	if got, err := os.ReadFile(filepath.Join(modules, "installed.json")); err != nil || !bytes.Equal(got, want) {
		return "", errors.New("the npm packages of internal/browse/package-lock.json are not installed")
	}
	return filepath.Abs(modules)
}

// ask runs a judge's script with the paths of messages, and reads what it says of them.
func ask(t *testing.T, script []byte, folder string, paths []string, answer any, name string, args ...string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	var stderr bytes.Buffer
	c := exec.CommandContext(ctx, name, append(args, paths...)...)
	c.Dir = folder
	c.Env = append(os.Environ(), "HOME="+t.TempDir())
	c.Stdin, c.Stderr = bytes.NewReader(script), &stderr
	c.Cancel = func() error { return c.Process.Signal(syscall.SIGTERM) }
	c.WaitDelay = 10 * time.Second
	out, err := c.Output()
	if err != nil {
		t.Fatalf("%s: %v\n%s", filepath.Base(name), err, stderr.Bytes())
	}
	if err := json.Unmarshal(out, answer); err != nil {
		t.Fatal(fmt.Errorf("%w in what %s said: %.200q", err, filepath.Base(name), out))
	}
}
