package cli

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"tocsin/internal/bulletin"
	"tocsin/internal/source"
)

// consent is how a command that cannot be taken back is agreed to: by the typed ID,
// on the terminal or as --yes. --dry-run shows everything and asks nothing.
type consent struct {
	yes string
	dry bool
}

func (k *consent) flags(c *cobra.Command) {
	c.Flags().StringVar(&k.yes, "yes", "", "the `ID` once more, in place of typing it when asked")
	c.Flags().BoolVar(&k.dry, "dry-run", false, "show everything and write nothing")
}

// confirm asks for the typed ID. Anything else, and an input that ends, changes nothing.
func (p *program) confirm(ctx context.Context, id bulletin.ID, k consent, verb string) error {
	typed := k.yes
	if typed == "" {
		fmt.Fprintf(p.Stderr, "type %s to %s it: ", id, verb)
		var err error
		typed, err = line(ctx, bufio.NewReader(octets{p.Stdin}))
		if !typing(p.Stdin) {
			p.say("")
		}
		if err != nil {
			return &refusal{exitStopped, "stopped: nothing was changed", "the same command again"}
		}
	}
	if typed != string(id) {
		return refuse("the same command again, and type "+string(id), "%q is not %s: nothing was changed", source.Visible(typed), id)
	}
	return nil
}

// octets gives a reader one octet at a time, so that what follows a line is left for the
// next question.
type octets struct{ io.Reader }

// Read reads at most one octet.
func (o octets) Read(b []byte) (int, error) { return o.Reader.Read(b[:min(1, len(b))]) }

// line reads one line that a person types; empty where there is no more input. Who
// interrupts is not kept waiting for a line.
func line(ctx context.Context, from *bufio.Reader) (string, error) {
	typed := make(chan string, 1)
	go func() {
		text, _ := from.ReadString('\n') // an end of input is an empty line
		typed <- strings.TrimSpace(text)
	}()
	select {
	case text := <-typed:
		return text, nil
	case <-ctx.Done():
		return "", ctx.Err()
	}
}

// typing reports whether a person types the input, whose Enter ends the line of the
// question as well.
func typing(input io.Reader) bool {
	file, isFile := input.(*os.File)
	return isFile && term.IsTerminal(int(file.Fd()))
}
