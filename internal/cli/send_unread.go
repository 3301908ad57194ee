package cli

import (
	"os/signal"
	"syscall"
)

// unread lets letters go on where nobody reads any more what is said: who stops `send | tee` with
// an interrupt ends tee as well, and the next word would end us in the middle of letters, of which
// nobody knows then whether they arrived. The words are lost, and the run is not. Other commands
// end quietly.
func unread() (usual func()) {
	signal.Ignore(syscall.SIGPIPE)
	return func() { signal.Reset(syscall.SIGPIPE) }
}
