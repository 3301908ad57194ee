package cli

import (
	"context"
	"errors"
	"io/fs"
	"time"

	"github.com/spf13/cobra"

	"tocsin/internal/durable"
	"tocsin/internal/lock"
)

func (p *program) begin() *cobra.Command {
	c := &cobra.Command{
		Use:   "new",
		Short: "Begin a bulletin, a policy, or the rules of one",
		Args:  knownCommand,
		RunE: func(c *cobra.Command, _ []string) error {
			return usage(c, errors.New("new needs what: bulletin, policy or rules"))
		},
	}
	c.AddCommand(p.newBulletin(), p.newPolicy(), p.newRules())
	return c
}

// patience with others who write at the same moment: each of them needs milliseconds.
const (
	waitLong  = 30 * time.Second
	waitShort = 20 * time.Millisecond
)

// turn takes the lock of everything that people write, and waits for it a while: two
// people who begin something at the same moment are not in each other's way.
func (s *site) turn(ctx context.Context, doing string) (*lock.Lock, error) {
	ctx, stop := context.WithTimeout(ctx, waitLong)
	defer stop()
	for {
		held, err := s.lock(doing)
		var other *lock.HeldError
		if !errors.As(err, &other) {
			return held, err
		}
		select {
		case <-time.After(waitShort):
		case <-ctx.Done():
			return nil, errors.Join(err, context.Cause(ctx))
		}
	}
}

// create writes a new file that must not be there yet.
func (s *site) create(name string, data []byte, mode fs.FileMode) error {
	err := durable.Create(s.path(name), data, mode)
	if errors.Is(err, fs.ErrExist) {
		return refuse("edit it, or remove it first", "%s is there already: nothing was written", name)
	}
	return err
}
