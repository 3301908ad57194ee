package cli

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"tocsin/internal/notify"
	"tocsin/internal/notify/ledger"
)

// statusFlags are what status is asked for.
type statusFlags struct {
	json     bool
	format   string
	personal bool
}

// check refuses flags that do not go together.
func (f statusFlags) check(plan bool) error {
	switch {
	case f.format != "" && f.format != "csv":
		return errors.New(`--format is csv: one line for each row`)
	case f.json && f.format != "":
		return errors.New("--json prints the sums, and --format csv each row: one of them")
	case f.format != "" && !plan:
		return errors.New("--format is for a PLAN, such as TS-2026-004/1")
	case f.personal && f.format == "":
		return errors.New("--personal adds names and addresses to --format csv")
	}
	return nil
}

// planAsData prints how a plan stands for programs.
func (p *program) planAsData(ctx context.Context, name string, f statusFlags) error {
	return p.withPlan(ctx, name, func(s *site, book *ledger.Ledger, plan ledger.Stored) error {
		if f.format != "" {
			return p.planCSV(ctx, book, plan, f.personal)
		}
		return p.planJSON(ctx, s, book, plan)
	})
}

// planStatus is how a plan stands, as `status PLAN --json` prints it: sums, and nobody's
// name.
type planStatus struct {
	Plan       string               `json:"plan"`
	Kind       string               `json:"kind,omitempty"`
	Created    time.Time            `json:"created"`
	Deadline   time.Time            `json:"deadline"`
	Transport  string               `json:"transport"`
	Rehearsal  bool                 `json:"rehearsal"` // its letters stay on this machine: it tells nobody
	Digest     string               `json:"digest"`
	Superseded string               `json:"superseded_by,omitempty"`
	Paused     string               `json:"paused_by,omitempty"` // the plan that is to take its place
	Dropped    string               `json:"dropped,omitempty"`   // when
	Standings  notify.Counts        `json:"standings"`
	Letters    map[ledger.State]int `json:"letters"`
	Open       int                  `json:"open"`       // rows that are open: those of the next two
	ToDeliver  int                  `json:"to_deliver"` // letters, or to be looked up where a run was cut off
	Unsettled  map[string]int       `json:"unsettled"`  // rows that a person has to see to, by state or standing
	Settled    int                  `json:"settled"`    // rows that a person's decision closed: those of the next three
	Told       int                  `json:"told_otherwise"`
	Untold     int                  `json:"left_untold"`
	InDoubt    int                  `json:"left_in_doubt"`
	Twice      int                  `json:"possibly_twice"`
	Due        string               `json:"next_attempt,omitempty"`
	Approvals  *approvalStatus      `json:"approvals,omitempty"` // where somebody has to approve it
}

// approvalStatus is how far the approvals of a plan have come.
type approvalStatus struct {
	Required int      `json:"required"`
	Approved int      `json:"approved"`
	Enough   bool     `json:"enough"`
	Glass    bool     `json:"glass_broken"`
	Signed   []signed `json:"signed"` // every signature that counts, in the order in which they came
}

// signed is who has signed a plan: a colleague, and no customer.
type signed struct {
	Name        string      `json:"name"` // as the file of allowed signers has it
	Role        notify.Role `json:"role"`
	At          time.Time   `json:"at"`
	Fingerprint string      `json:"fingerprint"` // of the key, as OpenSSH writes it
	Reason      string      `json:"reason,omitempty"`
}

// approvalStatus says how far the approvals of a plan have come; nil where nobody must approve
// it. Approvals that do not count any more are none.
func (s *site) approvalStatus(ctx context.Context, book *ledger.Ledger, plan ledger.Stored) *approvalStatus {
	if plan.Inputs[notify.ApprovalsInput] == "" {
		return nil
	}
	t, refused := s.tallyOf(ctx, book, plan)
	all := []signed{}
	for _, a := range t.Signed {
		all = append(all, signed{a.Principal, a.Role, a.At, a.Fingerprint, a.Reason})
	}
	return &approvalStatus{t.Case.Terms.Required, len(t.Approved), refused == nil && t.Enough(s.now) == nil, t.Glass != nil || brokeGlass(ctx, book, plan), all}
}

// brokeGlass reports whether somebody once decided alone that a plan is sent. It stays so when
// the terms by which that counted are others. Of approvals that cannot be read the tally tells.
func brokeGlass(ctx context.Context, book *ledger.Ledger, plan ledger.Stored) bool {
	kept, err := book.Approvals(ctx, plan)
	return err == nil && slices.ContainsFunc(kept, func(a notify.Approval) bool { return a.Role == notify.BreakingGlass })
}

// planStatus says how a plan stands.
func (p *program) planStatus(ctx context.Context, s *site, book *ledger.Ledger, plan ledger.Stored) (planStatus, error) {
	sums, err := book.Account(ctx, plan)
	out := planStatus{
		Plan: plan.ID.String(), Kind: string(plan.Kind), Created: plan.Created, Deadline: plan.Deadline, Transport: plan.Transport, Rehearsal: rehearsed(plan), Digest: plan.Digest, Superseded: plan.Superseded, Paused: plan.Paused, Dropped: plan.Dropped,
		Standings: sums.Counts, Letters: sums.Letters, Open: sums.OpenRows(), ToDeliver: sums.Open(), Unsettled: make(map[string]int),
		Settled: sums.Closed.Rows(), Told: sums.Closed.Told, Untold: sums.Closed.Untold, InDoubt: sums.Closed.InDoubt, Twice: sums.Twice, Due: sums.Due,
	}
	for state, n := range sums.Unsettled {
		out.Unsettled[string(state)] = n
	}
	for standing, n := range sums.Untold {
		out.Unsettled[string(standing)] = n
	}
	if err == nil {
		out.Approvals = s.approvalStatus(ctx, book, plan)
	}
	return out, err
}

// words are what is open of a plan, on one line; empty where nothing is. Of one that is paused
// it is what the plan that is to take its place has no rows for: whose letters may have arrived.
func (s planStatus) words() string {
	if s.Open == 0 {
		return ""
	}
	var words []string
	say := func(what string, n int) {
		if n > 0 {
			words = append(words, fmt.Sprintf("%s %d", what, n))
		}
	}
	if s.Paused == "" {
		for _, state := range []ledger.State{ledger.Planned, ledger.Deferred} {
			say(string(state), s.Letters[state])
		}
	}
	for _, what := range settleable {
		if s.Paused == "" || what == string(ledger.Unknown) {
			say(what, s.Unsettled[what])
		}
	}
	if a := s.Approvals; a != nil && !a.Enough && s.Paused == "" {
		words = append(words, fmt.Sprintf("approvals %d/%d", a.Approved, a.Required))
	}
	if n := s.Letters[ledger.Intent]; n > 0 {
		words = append(words, fmt.Sprintf("a run of %s was cut off with %s begun", s.Plan, many(n, "letter")))
	}
	if len(words) == 0 {
		return ""
	}
	return s.short() + " " + strings.Join(words, ", ")
}

// short is a plan's number, beside its bulletin.
func (s planStatus) short() string { return s.Plan[strings.Index(s.Plan, "/"):] }

// planScreen is a plan with what the screen says besides its sums: programs are told that something
// is left where people are.
type planScreen struct {
	planStatus
	Void string   `json:"void,omitempty"` // why it does not count any more
	Why  []string `json:"why,omitempty"`  // what is left besides its rows
	Left bool     `json:"left"`           // somebody has something to see to
	Next string   `json:"next,omitempty"` // the first command to type
}

func (p *program) planJSON(ctx context.Context, s *site, book *ledger.Ledger, plan ledger.Stored) error {
	sums, err := p.planStatus(ctx, s, book, plan)
	if err != nil {
		return err
	}
	quiet := *p
	quiet.Stdout, quiet.Stderr, quiet.screen = io.Discard, io.Discard, new(screen)
	left := quiet.standingOfPlan(ctx, s, book, plan)
	out := planScreen{planStatus: sums, Void: quiet.screen.Void, Why: quiet.screen.Why, Left: errors.Is(left, errIncomplete)}
	if len(quiet.screen.nexts) > 0 {
		out.Next = quiet.screen.nexts[0]
	}
	return errors.Join(p.printJSON(out), left)
}

// planCSV prints one line for each affected tailnet (RFC 4180). Names and addresses are in
// it only where somebody asked for them; a cell that a spreadsheet would calculate is text.
func (p *program) planCSV(ctx context.Context, book *ledger.Ledger, plan ledger.Stored, personal bool) error {
	out := csv.NewWriter(p.Stdout)
	head := []string{"tailnet", "standing", "state", "attempts", "changed", "next_attempt", "code", "enhanced", "settled", "possibly_twice"}
	if personal {
		head = append(head, "name", "address")
	}
	if err := out.Write(head); err != nil {
		return err
	}
	err := book.Each(ctx, plan, func(d ledger.Delivery) error {
		code := ""
		if d.Code != 0 {
			code = strconv.Itoa(d.Code)
		}
		cells := []string{string(d.Tailnet), string(d.Standing), string(d.State), strconv.Itoa(d.Attempts), d.Changed, d.Next, code, d.Enhanced,
			string(d.Settled), strconv.FormatBool(d.Twice)}
		if personal {
			cells = append(cells, d.Name, string(d.Address))
		}
		for i := range cells {
			cells[i] = notify.Inert(cells[i])
		}
		return out.Write(cells)
	})
	out.Flush()
	return errors.Join(err, out.Error())
}
