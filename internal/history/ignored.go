package history

import (
	"context"
	"errors"
	"io"
	"os/exec"
	"path/filepath"
)

// Ignored reports whether git leaves a path alone when somebody adds everything, be the
// path there or not. One that is in its index is not ignored, whatever the patterns say.
func (r *Repository) Ignored(ctx context.Context, path string) (bool, error) {
	if !filepath.IsAbs(path) {
		path = filepath.Join(r.dir, path) // git would read a colon in front as a word of its own
	}
	none := func(io.Reader) error { return nil }
	err := r.stream(ctx, nil, none, "--no-literal-pathspecs", "check-ignore", "--quiet", "--", path) // takes no literal ones
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.ExitCode() == 1 {
		return false, nil
	}
	return err == nil, err
}
