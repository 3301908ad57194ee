package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"tocsin/internal/content"
	"tocsin/internal/lock"
	"tocsin/internal/notify"
	"tocsin/internal/notify/database"
	"tocsin/internal/private"
	"tocsin/internal/publish"
	"tocsin/internal/source"
	"tocsin/templates"
)

// Exit statuses. A script can tell by them what happened.
const (
	exitDone       = 0   // done, or done already; warnings too
	exitProblems   = 1   // errors found in what people wrote
	exitUsage      = 2   // not a command
	exitIO         = 3   // something could not be read or written
	exitRefused    = 4   // refused for safety
	exitLocked     = 5   // somebody else is at it
	exitIncomplete = 6   // something is left for a person to do
	exitStopped    = 130 // interrupted
)

// refusal is an error that knows its exit status and the next step.
type refusal struct {
	exit int
	what string
	next string
}

// Error says what is wrong.
func (r *refusal) Error() string { return r.what }

// refuse is a refusal for safety.
func refuse(next, format string, args ...any) error {
	return &refusal{exit: exitRefused, what: fmt.Sprintf(format, args...), next: next}
}

// usage is a command line that is no command.
func usage(c *cobra.Command, err error) error {
	return &refusal{exit: exitUsage, what: err.Error(), next: c.CommandPath() + " --help"}
}

// Ends of commands that have said everything themselves.
var (
	errFound      = errors.New("errors were found")
	errIncomplete = errors.New("something is left for a person to do")
)

// fail says what went wrong and what to type next, of every error that came
// together, and returns the gravest exit status.
func (p *program) fail(err error) int {
	status := exitDone
	for _, e := range apart(err) {
		status = graver(status, p.failure(e))
	}
	return status
}

// apart takes apart what errors.Join put together. An error that words its parts in
// a sentence of its own stays whole.
func apart(err error) []error {
	joined, several := err.(interface{ Unwrap() []error })
	if !several || err.Error() != errors.Join(joined.Unwrap()...).Error() {
		return []error{err}
	}
	var all []error
	for _, e := range joined.Unwrap() {
		all = append(all, apart(e)...)
	}
	return all
}

// without is what is left of an error that came together with others, once some are taken as said:
// what the disk said when a file was closed is none of them.
func without(err error, said ...error) error {
	return errors.Join(slices.DeleteFunc(apart(err), func(e error) bool {
		return slices.ContainsFunc(said, func(s error) bool { return errors.Is(e, s) })
	})...)
}

// gravity orders the exit statuses: what says more about what went wrong comes later.
var gravity = []int{exitDone, exitIncomplete, exitProblems, exitUsage, exitLocked, exitRefused, exitIO, exitStopped}

func graver(a, b int) int {
	if slices.Index(gravity, a) > slices.Index(gravity, b) {
		return a
	}
	return b
}

// failure words one error.
func (p *program) failure(err error) int {
	switch {
	case errors.Is(err, errIncomplete):
		return exitIncomplete
	case errors.Is(err, errFound):
		return exitProblems
	}
	var problems source.Problems
	if errors.As(err, &problems) {
		p.problems(p.Stderr, gravestLast(problems))
		p.say("%s", summary(problems))
		var un *undone
		if errors.As(err, &un) {
			p.say("%s", un.what)
			p.next("%s", un.next)
		}
		return exitProblems
	}
	r := refusalOf(database.OnDisk(p.bookPath, err)) // queries of inventories word their own
	for line := range strings.SplitSeq(r.what, "\n") {
		p.say("tocsin: %s", source.Visible(line))
	}
	if r.next != "" {
		p.next("%s", r.next)
	}
	return r.exit
}

// undone is what a command did not do because of problems.
type undone struct {
	problems source.Problems
	what     string // "nothing was built"
	next     string
}

// Error says what was not done.
func (u *undone) Error() string { return u.what + ": " + u.problems.Error() }

// Unwrap gives the problems.
func (u *undone) Unwrap() error { return u.problems }

// gravestLast leaves out notes and puts errors at the end, where somebody looks who
// sees only the end.
func gravestLast(problems source.Problems) source.Problems {
	var warnings, grave source.Problems
	for _, f := range problems {
		switch f.Level {
		case source.Error:
			grave = append(grave, f)
		case source.Warning:
			warnings = append(warnings, f)
		}
	}
	return append(warnings, grave...)
}

// refusalOf words an error that came from below.
func refusalOf(err error) *refusal {
	var (
		own     *refusal
		held    *lock.HeldError
		foreign *publish.ForeignError
		loose   *private.LooseError
		damaged *database.DamagedError
		cut     *database.ForeignError
		disk    *database.DiskError
		distant *database.UnreachableError
		manual  *content.ManualError
		page    *templates.Error
		letter  *notify.LetterError
		large   *notify.SizeError
		path    *fs.PathError
	)
	switch {
	case errors.As(err, &own):
		return own
	case errors.Is(err, context.Canceled):
		return &refusal{exitStopped, "stopped", "the same command again; what was finished stays finished"}
	case errors.Is(err, content.ErrNoSite):
		return &refusal{exitUsage, err.Error(), "tocsin init DIR makes a site; tocsin -C DIR uses one"}
	case errors.As(err, &held):
		return &refusal{exitLocked, err.Error(), "wait for it, then the same command again"}
	case errors.As(err, &foreign):
		return &refusal{exitRefused, err.Error(), "move what is in it elsewhere, then the same command again"}
	case errors.As(err, &loose):
		return &refusal{exitRefused, loose.Error(), loose.Remedy()}
	case errors.As(err, &damaged):
		return &refusal{exitIO, err.Error(), "restore it from a backup; what was delivered since then only the mailbox, or the relay's log, knows"}
	case errors.As(err, &cut):
		return &refusal{exitRefused, err.Error(), "restore it from a backup"}
	case errors.As(err, &disk):
		return &refusal{exitIO, err.Error(), "see that the disk has room and can be written, then the same command again: nothing moved that is not on record"}
	case errors.As(err, &distant):
		return &refusal{exitIO, err.Error(), "see that the database runs, and that psql with the same URL reaches it; then the same command again"}
	}
	for _, worded := range []func(error) *refusal{refusalOfPlan, refusalOfApproval, refusalOfLedger} {
		if r := worded(err); r != nil {
			return r
		}
	}
	switch {
	case errors.As(err, &manual):
		return &refusal{exitProblems, err.Error(), "do that, then the same command again"}
	case errors.As(err, &page):
		return &refusal{exitProblems, err.Error(), "mend the file in templates/, or remove it: tocsin has its own"}
	case errors.As(err, &letter) && errors.As(err, &large):
		return &refusal{exitRefused, err.Error(), fmt.Sprintf("shorten what the bulletin, the templates, its findings or its nodes' names make it say, then tocsin plan %s; nothing was frozen", letter.Bulletin)}
	case errors.As(err, &letter):
		return &refusal{exitRefused, err.Error(), fmt.Sprintf("tocsin explain %s --tailnet %s shows what is known of it; nothing was frozen", letter.Bulletin, quoted(source.Visible(string(letter.Tailnet))))}
	case errors.As(err, &path):
		return &refusal{exitIO, err.Error(), "see that the path is there and can be used, then the same command again"}
	}
	return &refusal{exitIO, err.Error(), ""}
}
