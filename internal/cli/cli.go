// Package cli is tocsin's command line: one file a command. It is the only place
// that knows flags, configuration files, the environment and the clock; everything
// below gets values.
//
// Data goes to standard output, talk to standard error. An error names the thing,
// the place, and the next command to type; errors.go says which exit status it has.
package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"regexp"
	"runtime/debug"
	"strings"
	"time"

	"github.com/spf13/cobra"
)

// World is everything outside the program that it uses.
type World struct {
	Stdin  io.Reader
	Stdout io.Writer // closed at the end, where it can be: a disk may say only then that it lost what was written
	Stderr io.Writer
	Random io.Reader        // for keys
	Now    func() time.Time // the clock
}

// Run runs one command and returns the exit status.
func Run(ctx context.Context, w World, args []string) int {
	out := &sink{w: w.Stdout}
	w.Stdout = out
	p := &program{World: w}
	root := p.root()
	root.SetArgs(args)
	root.SetIn(w.Stdin)
	root.SetOut(w.Stdout)
	root.SetErr(w.Stderr)
	err := root.ExecuteContext(ctx)
	out.close()
	if out.err != nil { // data that did not arrive is no success, whatever the command did
		err = errors.Join(fmt.Errorf("standard output: %w", out.err), err)
	}
	if err == nil {
		return exitDone
	}
	return p.fail(err)
}

// sink remembers the first failure to write, so that commands need not look.
type sink struct {
	w   io.Writer
	err error
}

// Write writes until something fails, and nothing after that.
func (s *sink) Write(b []byte) (int, error) {
	if s.err != nil {
		return 0, s.err
	}
	n, err := s.w.Write(b)
	s.err = err
	return n, err
}

// close closes what can be closed, and remembers that it failed.
func (s *sink) close() {
	if c, can := s.w.(io.Closer); can {
		s.err = cmp.Or(s.err, c.Close())
	}
}

// program is one run: the world and what the common flags said.
type program struct {
	World
	dir string // -C: the site's folder
	now string // --now: a fixed clock

	bookPath string // where the ledger is, once the settings are read

	screen *screen // that what is said becomes part of; nil where it goes to the terminal
}

func (p *program) root() *cobra.Command {
	root := &cobra.Command{
		Use:           "tocsin",
		Short:         "Check, publish and mail security bulletins",
		Long:          "tocsin holds a security team's bulletins against its own disclosure policy, builds the\nwebsite, works out which tailnets a bulletin touches, and writes each of them one letter.",
		SilenceErrors: true,
		SilenceUsage:  true,
		Version:       ownVersion(),
		Args:          knownCommand,

		SuggestionsMinimumDistance: 2,
		RunE:                       func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	root.PersistentFlags().StringVarP(&p.dir, "site", "C", ".", "the site's `folder`")
	root.PersistentFlags().StringVar(&p.now, "now", "", "use this `instant` (RFC 3339) as the clock")
	root.SetFlagErrorFunc(func(c *cobra.Command, err error) error { return usage(c, err) })
	root.AddGroup(&cobra.Group{ID: "write", Title: "Write and publish"}, &cobra.Group{ID: "tell", Title: "Tell the tailnets"})
	for _, c := range []*cobra.Command{p.init(), p.begin(), p.ask(), p.check(), p.build(), p.serve(), p.explain(), p.release(), p.revise(), p.withdraw()} {
		c.GroupID = "write"
		root.AddCommand(c)
	}
	root.SetHelpCommand(help(root))
	for _, c := range []*cobra.Command{p.plan(), p.letters(), p.approve(), p.dkim(), p.send(), p.status(), p.bounces(), p.settle(), p.ledger()} {
		c.GroupID = "tell"
		root.AddCommand(c)
	}
	return root
}

// help is the command that prints another's help, and knows when there is none.
func help(root *cobra.Command) *cobra.Command {
	return &cobra.Command{
		Use:   "help [COMMAND]",
		Short: "Help about any command",
		RunE: func(_ *cobra.Command, args []string) error {
			c, rest, err := root.Find(args)
			if err != nil || len(rest) > 0 {
				return knownCommand(root, args)
			}
			return c.Help()
		},
	}
}

// ownVersion is the module's version as it was built.
func ownVersion() string {
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "" {
		return "(devel)"
	}
	return info.Main.Version
}

// knownCommand refuses a word that is no command, and offers the nearest.
func knownCommand(c *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	err := fmt.Errorf("unknown command %q", args[0])
	if near := c.SuggestionsFor(args[0]); len(near) > 0 {
		return &refusal{exitUsage, err.Error(), "tocsin " + near[0]}
	}
	return usage(c, err)
}

// clock is the instant of the run.
func (p *program) clock() (time.Time, error) {
	if p.now == "" {
		return p.Now().UTC(), nil
	}
	at, err := time.Parse(time.RFC3339, p.now)
	if err != nil {
		return time.Time{}, &refusal{exit: exitUsage, what: fmt.Sprintf("--now: %q is not an instant", p.now), next: "write it as 2026-05-04T09:00:00Z"}
	}
	return at.UTC(), nil
}

// ticking is the clock that goes on while a command runs; --now stops it.
func (p *program) ticking(now time.Time) func() time.Time {
	if p.now != "" {
		return func() time.Time { return now }
	}
	return p.Now
}

// exactly wants as many arguments as it has names.
func exactly(names ...string) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		switch {
		case len(args) < len(names):
			return usage(c, fmt.Errorf("%s needs %s", c.CommandPath(), names[len(args)]))
		case len(args) > len(names):
			return usage(c, fmt.Errorf("%s does not know what to do with %q", c.CommandPath(), args[len(names)]))
		}
		return nil
	}
}

// atMost takes up to as many arguments as it has names.
func atMost(names ...string) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		if len(args) < len(names) {
			return nil
		}
		return exactly(names...)(c, args)
	}
}

// say talks to the person at the terminal.
func (p *program) say(format string, args ...any) {
	fmt.Fprintf(p.Stderr, format+"\n", args...)
}

// print puts out data.
func (p *program) print(format string, args ...any) {
	fmt.Fprintf(p.Stdout, format+"\n", args...)
}

// next tells the command to type next, for the same site as this one.
func (p *program) next(format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	if p.screen != nil {
		p.screen.nexts = append(p.screen.nexts, text)
		return
	}
	if p.dir != "." {
		text = command.ReplaceAllString(text, "tocsin -C "+strings.ReplaceAll(quoted(p.dir), "$", "$$")+" $1")
	}
	p.say("next: %s", text)
}

// command finds the commands on a site in what a person is told to type.
var command = regexp.MustCompile(`\btocsin (new|ask|check|build|explain|release|revise|withdraw|plan|letters|approve|dkim|send|status|bounces|settle|ledger)\b`)

// quoted is a path as a shell takes it.
func quoted(path string) string {
	if !strings.ContainsFunc(path, func(r rune) bool { return !strings.ContainsRune(plain, r) }) {
		return path
	}
	return "'" + strings.ReplaceAll(path, "'", `'\''`) + "'"
}

const plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-+,:@"
