package browse

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// modules is where .ci/prepare installs the npm packages of package-lock.json.
const modules = "../../.run/node"

// patience is how long one run of a judge may take. None comes near it but by hanging.
const patience = 10 * time.Minute

// programs are the paths of the judges' programs.
type programs struct{ java, node, browser, modules string }

// findPrograms skips the test where something is not installed; in CI it fails there.
func findPrograms(t *testing.T) programs {
	t.Helper()
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
	var errs [4]error
	p.java, errs[0] = exec.LookPath("java")
	p.node, errs[1] = exec.LookPath("node")
	p.browser, errs[2] = anyOf("chromium", "chromium-browser", "google-chrome")
	p.modules, errs[3] = installedModules()
	return p, errors.Join(errs[:]...)
}

func anyOf(names ...string) (string, error) {
	for _, name := range names {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", fmt.Errorf("none of %s is installed", strings.Join(names, ", "))
}

// installedModules wants the packages of this very list: .ci/prepare leaves a copy of the
// list beside what it installed.
func installedModules() (string, error) {
	want, err := os.ReadFile("package-lock.json")
	if err != nil {
		return "", err
	}
	if got, err := os.ReadFile(filepath.Join(modules, "installed.json")); err != nil || !bytes.Equal(got, want) {
		return "", errors.New("the npm packages of internal/browse/package-lock.json are not installed")
	}
	return filepath.Abs(modules)
}

// runNode runs a script among the npm packages, with one argument, and reads what it
// found.
func (p programs) runNode(t *testing.T, script []byte, argument any) []finding {
	t.Helper()
	arg, err := json.Marshal(argument)
	if err != nil {
		t.Fatal(err)
	}
	out, err := p.run(t, script, p.node, "--input-type=module", "-", string(arg))
	if err != nil {
		t.Fatal(err)
	}
	var found []finding
	if err := json.Unmarshal(out, &found); err != nil {
		t.Fatalf("%v in what the judge said: %q", err, out)
	}
	return found
}

// run runs a program for so long as patience lasts. A home of its own keeps it from the
// settings of whoever runs the test, and from leaving any.
func (p programs) run(t *testing.T, stdin []byte, name string, args ...string) ([]byte, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	var stderr bytes.Buffer
	c := exec.CommandContext(ctx, name, args...)
	c.Dir = p.modules
	c.Env = append(os.Environ(), "HOME="+t.TempDir())
	c.Stdin, c.Stderr = bytes.NewReader(stdin), &stderr
	c.Cancel = func() error { return c.Process.Signal(syscall.SIGTERM) } // the browser ends with its parent
	c.WaitDelay = time.Minute
	out, err := c.Output()
	if err != nil {
		err = fmt.Errorf("%s: %w\n%s", filepath.Base(name), err, stderr.Bytes())
	}
	return out, err
}
