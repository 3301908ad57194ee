package cli

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"tocsin/internal/bulletin"
	"tocsin/internal/notify/ledger"
	"tocsin/internal/source"
)

// screen is where one bulletin stands, as `status ID` shows it and `status --json` prints it.
type screen struct {
	ID       bulletin.ID     `json:"bulletin"`
	Status   bulletin.Status `json:"status,omitempty"` // empty where the file cannot be read
	Title    string          `json:"title,omitempty"`
	Trouble  string          `json:"trouble,omitempty"` // why there is no verdict
	Open     []string        `json:"open_facts"`        // that keep a verdict from standing
	Disclose *standingRule   `json:"disclose,omitempty"`
	Notify   *standingRule   `json:"notify,omitempty"` // of an affected tailnet
	Plans    []planStatus    `json:"plans"`            // the oldest first
	Void     string          `json:"void,omitempty"`   // why its plan does not count any more
	Why      []string        `json:"why,omitempty"`    // what is left besides the rows of its plans
	Left     bool            `json:"left"`             // somebody has something to see to
	Next     string          `json:"next,omitempty"`   // the one command to type

	text, asides bytes.Buffer
	nexts        []string // every command that was told; one screen shows the first
	unplanned    bool     // somebody may have to be told, and no plan stands
}

// ofBulletin reports whether what is shown belongs on a bulletin's screen: to all of its plans, and
// not to one alone.
func (p *program) ofBulletin() bool { return p.screen != nil && p.screen.ID != "" }

// standingRule is a verdict with the clauses that decided it.
type standingRule struct {
	Verdict string   `json:"verdict"`
	Clauses []string `json:"clauses"`
}

// words are the verdict on one line.
func (v standingRule) words() string {
	if len(v.Clauses) == 0 {
		return v.Verdict
	}
	return v.Verdict + ", by " + strings.Join(v.Clauses, ", ")
}

// deadline is that of the first plan that has something open; zero where none has.
func (s *screen) deadline() (first time.Time) {
	for _, plan := range s.Plans {
		if plan.Open > 0 && plan.Paused == "" && (first.IsZero() || plan.Deadline.Before(first)) {
			first = plan.Deadline
		}
	}
	return first
}

// report is a status in the making: of each bulletin a screen. What is left to do, and what
// cannot be read, is told part by part and makes the exit status at the end.
type report struct {
	*program
	site    *site
	book    *ledger.Ledger // nil while there is no ledger
	mute    string         // why no verdict can be given; empty where one can
	screens []*screen
	shown   map[bulletin.ID]bool
	left    error // errFound, or errIncomplete: letters that are open come before files
}

// onScreen makes one bulletin's screen: what show prints is kept, and of the commands to be
// typed next the first.
func (r *report) onScreen(id bulletin.ID, show func() error) error {
	s := &screen{ID: id, Open: []string{}, Plans: []planStatus{}}
	outside := r.program
	quiet := *outside
	quiet.Stdout, quiet.Stderr, quiet.screen = &s.text, &s.asides, s
	r.program = &quiet
	err := show()
	r.program = outside
	r.screens, r.shown[id] = append(r.screens, s), true
	s.Left = errors.Is(err, errIncomplete)
	if len(s.nexts) > 0 {
		s.Next = s.nexts[0]
	}
	if err := without(err, errIncomplete, errFound); err != nil {
		return err
	}
	if err != nil && !errors.Is(r.left, errIncomplete) {
		r.left = errFound
		if s.Left {
			r.left = errIncomplete
		}
	}
	return nil
}

// statusOfBulletins shows one bulletin, or all: those that can be read, those that
// cannot, and those of which only plans are left.
func (p *program) statusOfBulletins(ctx context.Context, s *site, only bulletin.ID, asJSON bool) (err error) {
	book, err := s.reader(ctx)
	if err != nil && !errors.Is(err, ledger.ErrNone) {
		return err
	}
	if book != nil {
		defer func() { err = errors.Join(err, book.Close()) }()
	}
	r := &report{program: p, site: s, book: book, mute: mute(s), shown: make(map[bulletin.ID]bool)}
	for _, walk := range []func(context.Context, bulletin.ID) error{r.readable, r.unreadable, r.orphans} {
		if err := walk(ctx, only); err != nil {
			return err
		}
	}
	if only != "" && !r.shown[only] {
		return s.noBulletin(string(only))
	}
	slices.SortStableFunc(r.screens, byUrgency)
	err = nil // there need not be a ledger
	switch {
	case asJSON && only != "":
		err = p.printJSON(r.screens[0])
	case asJSON:
		err = p.printJSON(r.screens)
	case only != "":
		for _, screen := range r.screens { // a draft may stand beside what was released of it
			p.printScreen(screen)
		}
	default:
		p.printList(r.screens, r.mute, s.now)
	}
	return errors.Join(err, r.left)
}

// byUrgency puts first what has something left to do, by its deadline, and the newest where
// there is none yet; then what can be gone on with.
func byUrgency(a, b *screen) int {
	rank := func(s *screen) int {
		switch {
		case s.Left && !s.deadline().IsZero():
			return 0
		case s.Left:
			return 1
		case s.Next != "":
			return 2
		}
		return 3
	}
	return cmp.Or(cmp.Compare(rank(a), rank(b)), a.deadline().Compare(b.deadline()), cmp.Compare(b.ID, a.ID))
}

func (p *program) printScreen(s *screen) {
	fmt.Fprint(p.Stdout, s.text.String())
	fmt.Fprint(p.Stderr, s.asides.String())
	if s.Next != "" {
		p.next("%s", s.Next)
	}
}

// printList prints a line for each bulletin that something is left of, and the first command
// to type.
func (p *program) printList(all []*screen, mute string, now time.Time) {
	if mute != "" {
		p.print("%s", mute)
	}
	quiet, next := 0, ""
	for _, s := range all {
		if !s.Left && s.Next == "" && s.Trouble == "" && s.glass() == "" {
			quiet++
			continue
		}
		if next == "" {
			next = s.Next
		}
		p.print("%s", s.line(now))
	}
	switch {
	case quiet == len(all):
		p.print("nothing is open in %s; tocsin status ID shows one", many(quiet, "bulletin"))
	case quiet > 0:
		p.print("and %s with nothing open; tocsin status ID shows one", many(quiet, "bulletin"))
	}
	if next != "" {
		p.next("%s", next)
	}
}

// line is a screen on one line, or more where a terminal has no room: the bulletin, how long
// its letters still count, and what is open.
func (s *screen) line(now time.Time) string {
	all := slices.Concat([]string{s.Trouble, s.glass()}, s.ofPlans(), s.Why, []string{s.Void})
	words := strings.Join(slices.DeleteFunc(all, func(part string) bool { return part == "" }), "; ")
	head := fmt.Sprintf("%-11s  %-9s  %-11s  ", s.ID, s.Status, timeLeft(s.deadline(), now))
	if s.Status == "" {
		head = source.Visible(string(s.ID)) + "  "
	}
	return head + hang(cmp.Or(words, s.otherwise()), len([]rune(head)))
}

// timeLeft is how long it is to a deadline, in words that nobody has to count with.
func timeLeft(deadline, now time.Time) string {
	left := deadline.Sub(now)
	switch {
	case deadline.IsZero():
		return ""
	case left < 0:
		return "too late"
	case left < time.Hour:
		return fmt.Sprintf("%d min left", int(left.Minutes()))
	}
	return fmt.Sprintf("%d h left", int(left.Hours()))
}

// otherwise is what is said of a bulletin without a plan.
func (s *screen) otherwise() string {
	var words []string
	if s.unplanned {
		words = append(words, "no plan yet")
	}
	if n := len(s.Open); n > 0 {
		words = append(words, many(n, "fact")+" open")
	}
	return cmp.Or(strings.Join(words, ", "), s.command(), "nothing open")
}

// command is the next one to type, without what is said beside it.
func (s *screen) command() string {
	words := strings.Fields(s.Next)
	return strings.Join(words[:min(len(words), 3)], " ")
}

// ofPlans is what is open of the plans.
func (s *screen) ofPlans() (all []string) {
	for _, plan := range s.Plans {
		all = append(all, plan.words())
	}
	return all
}

// glass names the plans that somebody decided alone to send: that is shown for good.
func (s *screen) glass() string {
	var plans []string
	for _, plan := range s.Plans {
		if plan.Approvals != nil && plan.Approvals.Glass {
			plans = append(plans, plan.short())
		}
	}
	if len(plans) == 0 {
		return ""
	}
	return "GLASS BROKEN for " + strings.Join(plans, ", ")
}
