//go:build unix

package mailcheck

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// ownGroup puts a command and what it starts into a process group.
func ownGroup(c *exec.Cmd) { c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }

// ofServer is where a test that is to be killed writes which process its server is.
const ofServer = "MAILCHECK_TEST_SERVER"

// TestServerEndsWithItsTest: who kills a test, and all that is in its process group, leaves no server
// behind, though that is in a session of its own, as Postfix is.
func TestServerEndsWithItsTest(t *testing.T) {
	setsid, err := exec.LookPath("setsid")
	if err != nil {
		t.Skip("NOT CHECKED: there is no setsid here")
	}
	if file := os.Getenv(ofServer); file != "" {
		startWatched(t, exec.Command("sh", "-c", `"$2" sleep 600 </dev/null >/dev/null 2>&1 &`+"\necho $! >\"$1\"\n"+whileWatched, "sh", file, setsid))
		time.Sleep(5 * time.Minute)
		return
	}
	c := exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$")
	file := filepath.Join(t.TempDir(), "pid")
	c.Env = append(os.Environ(), ofServer+"="+file)
	ownGroup(c)
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	server := 0
	if !within(patience, func() bool {
		text, _ := os.ReadFile(file)
		_, err := fmt.Sscanln(string(text), &server)
		return err == nil
	}) {
		t.Error("the server did not start")
	}
	if err := syscall.Kill(-c.Process.Pid, syscall.SIGKILL); err != nil {
		t.Error(err)
	}
	_ = c.Wait()
	if !within(patience, func() bool { return errors.Is(syscall.Kill(server, 0), syscall.ESRCH) }) {
		t.Errorf("process %d is there still: %v", server, syscall.Kill(server, syscall.SIGKILL))
	}
}
