package mailcheck

import (
	"bytes"
	"errors"
	"os/exec"
	"testing"
	"time"
)

// whileWatched is the end of a shell script that has just begun a server. When the test ends, in
// whatever way, so does its end of the pipe, and with it the server: of its own accord, or after ten
// seconds. None lasts longer than an hour, whatever becomes of the test.
const whileWatched = `pid=$!
timeout 3600 cat >/dev/null || :
{ sleep 10; kill -9 $pid; } </dev/null >/dev/null 2>&1 &
late=$!
kill $pid || :
wait $pid || :
kill $late || :
`

// startWatched starts a shell that ends with whileWatched, and ends it with the test. It is in a
// process group of its own: who stops that of the test must not stop the one who watches over it,
// since a server may be in another.
func startWatched(t *testing.T, c *exec.Cmd) {
	t.Helper()
	var said bytes.Buffer
	c.Stdout, c.Stderr = &said, &said
	c.WaitDelay = time.Minute
	ownGroup(c)
	hangUp, err := c.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := errors.Join(hangUp.Close(), c.Wait()); err != nil {
			t.Errorf("%v\n%s", err, &said)
		}
	})
}

// within reports whether something comes true in time.
func within(limit time.Duration, done func() bool) bool {
	for end := time.Now().Add(limit); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if done() {
			return true
		}
	}
	return false
}
