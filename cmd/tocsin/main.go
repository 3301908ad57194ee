// Command tocsin checks, publishes and mails security bulletins.
package main

import (
	"context"
	"crypto/rand"
	"os"
	"os/signal"
	"slices"
	"syscall"
	"time"

	"tocsin/internal/cli"
)

func main() { os.Exit(run(time.Now)) }

// run hands the outside world to the program and returns its exit status.
func run(now func() time.Time) int {
	ctx, stop := stoppable(context.Background())
	defer stop()
	return cli.Run(ctx, cli.World{
		Stdin:  os.Stdin,
		Stdout: os.Stdout,
		Stderr: os.Stderr,
		Random: rand.Reader,
		Now:    now,
	}, os.Args[1:])
}

// stoppable ends with the first signal that asks us to end: somebody interrupts, a service is
// stopped, or a terminal is closed (SIGHUP). What is under way is finished then. The second signal
// is the system's again, but for a hang-up: of a terminal that is closed there come two, from its
// shell and from the system. One that whoever started us lets us ignore, as nohup does and a shell for
// what it runs behind, asks for nothing.
func stoppable(parent context.Context) (ctx context.Context, stop context.CancelFunc) {
	asking := slices.DeleteFunc([]os.Signal{os.Interrupt, syscall.SIGTERM, syscall.SIGHUP}, signal.Ignored)
	if len(asking) == 0 { // to no names NotifyContext listens to all
		return context.WithCancel(parent)
	}
	ctx, stop = signal.NotifyContext(parent, asking...)
	context.AfterFunc(ctx, func() {
		signal.Ignore(syscall.SIGHUP)
		stop()
	})
	return ctx, stop
}
