package history

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"time"
)

// hardened are the options of every call: an untrusted repository's configuration
// may name programs to run, and none of them is run.
var hardened = []string{
	"--no-pager",
	"--literal-pathspecs",
	"--no-optional-locks",
	"-c", "core.fsmonitor=false",
	"-c", "core.hooksPath=" + os.DevNull,
	"-c", "core.commitGraph=false", // a copy of the history that may be out of date
	"-c", "gc.auto=0",
	"-c", "maintenance.auto=false",
}

// settings are the variables of every call.
var settings = []string{
	"GIT_NO_LAZY_FETCH=1",               // a partial clone fetches nothing,
	"GIT_ALLOW_PROTOCOL=none",           // not with a git that doesn't know that, either
	"GIT_TERMINAL_PROMPT=0",             // nobody is there to answer
	"GIT_NO_REPLACE_OBJECTS=1",          // what a replacement hides is still there,
	"GIT_GRAFT_FILE=" + os.DevNull,      // and what a graft cuts off
	"GIT_DISCOVERY_ACROSS_FILESYSTEM=1", // as Open looks
	"LC_ALL=C",                          // messages that can be looked up
}

// grace is how long a git that ended, or was killed, may keep its pipes open; a busy machine may
// not come to reading what it said for a while.
const grace = 20 * time.Second

// command is git in the repository's folder, hardened.
func (r *Repository) command(ctx context.Context, args []string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, r.git, slices.Concat([]string{"-C", r.dir}, hardened, args)...)
	cmd.Env = append(slices.DeleteFunc(cmd.Environ(), pointsElsewhere), settings...)
	cmd.WaitDelay = grace
	return cmd
}

// pointsElsewhere reports whether a variable tells git to look at another repository,
// or to do something on the way. Where the user's own configuration is may stay:
// it says who the user is, and which folders git may trust.
func pointsElsewhere(variable string) bool {
	return strings.HasPrefix(variable, "GIT_") && !strings.HasPrefix(variable, "GIT_CONFIG_") && !strings.HasPrefix(variable, "GIT_EXEC_PATH=")
}

// stream runs git, feeds it what in holds, and hands its output on while it comes.
// An error carries the first line of git's complaint.
func (r *Repository) stream(ctx context.Context, in io.Reader, read func(io.Reader) error, args ...string) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	cmd := r.command(ctx, args)
	var said complaint
	cmd.Stdin, cmd.Stderr = in, &said
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("git %s: %w", args[0], err)
	}
	readErr := read(out)
	if readErr == nil {
		_, readErr = io.Copy(io.Discard, out)
	}
	if readErr != nil {
		stop() // nobody listens any more
	}
	err = cmd.Wait()
	switch {
	case readErr != nil:
		return readErr
	case err != nil:
		return fmt.Errorf("git %s: %w%s", args[0], err, said.firstLine())
	}
	return nil
}

// complaint keeps the beginning of what git says on standard error.
type complaint struct{ text []byte }

const maxComplaint = 4 << 10

// Write never fails, so that git is never blocked.
func (c *complaint) Write(text []byte) (int, error) {
	c.text = append(c.text, text[:min(len(text), maxComplaint-len(c.text))]...)
	return len(text), nil
}

// firstLine is what git complains of first, hints and warnings left out.
func (c *complaint) firstLine() string {
	for line := range strings.Lines(string(c.text)) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "hint:") && !strings.HasPrefix(line, "warning:") {
			return ": " + line
		}
	}
	return ""
}
