// Command tocsin checks, publishes and mails security bulletins.
package main

import (
	"context"
	"crypto/rand"
	"os"
	"os/signal"
	"syscall"
	"time"

	"tocsin/internal/cli"
)

func main() { os.Exit(run(time.Now)) }

// run hands the outside world to the program and returns its exit status.
func run(now func() time.Time) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // the second interrupt is the system's again
	return cli.Run(ctx, cli.World{
		Stdin:  os.Stdin,
		Stdout: os.Stdout,
		Stderr: os.Stderr,
		Random: rand.Reader,
		Now:    now,
	}, os.Args[1:])
}
