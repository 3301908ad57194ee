package cli

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"strconv"
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
	case (f.json || f.format != "") && !plan:
		return errors.New("--json and --format are for a PLAN, such as TS-2026-004/1")
	case f.personal && f.format == "":
		return errors.New("--personal adds names and addresses to --format csv")
	}
	return nil
}

// planAsData prints how a plan stands for programs.
func (p *program) planAsData(ctx context.Context, name string, f statusFlags) error {
	return p.withPlan(ctx, name, func(_ *site, book *ledger.Ledger, plan ledger.Stored) error {
		sums, err := book.Account(ctx, plan)
		if err == nil && f.format != "" {
			err = p.planCSV(ctx, book, plan, f.personal)
		}
		if err != nil || f.format != "" {
			return err
		}
		return p.planJSON(plan, sums)
	})
}

// planStatus is how a plan stands, as `status PLAN --json` prints it: sums, and nobody's
// name.
type planStatus struct {
	Plan       string               `json:"plan"`
	Created    time.Time            `json:"created"`
	Deadline   time.Time            `json:"deadline"`
	Transport  string               `json:"transport"`
	Digest     string               `json:"digest"`
	Superseded string               `json:"superseded_by,omitempty"`
	Standings  notify.Counts        `json:"standings"`
	Letters    map[ledger.State]int `json:"letters"`
	Open       int                  `json:"open"`      // letters to be delivered, or looked up
	Unsettled  map[string]int       `json:"unsettled"` // rows that a person has to see to, by state or standing
	Settled    int                  `json:"settled"`
	Twice      int                  `json:"possibly_twice"`
	Due        string               `json:"next_attempt,omitempty"`
}

func (p *program) planJSON(plan ledger.Stored, sums ledger.Account) error {
	out := planStatus{
		Plan: plan.ID.String(), Created: plan.Created, Deadline: plan.Deadline, Transport: plan.Transport, Digest: plan.Digest, Superseded: plan.Superseded,
		Standings: sums.Counts, Letters: sums.Letters, Open: sums.Open(), Unsettled: make(map[string]int), Settled: sums.Settled, Twice: sums.Twice, Due: sums.Due,
	}
	for state, n := range sums.Unsettled {
		out.Unsettled[string(state)] = n
	}
	for standing, n := range sums.Untold {
		out.Unsettled[string(standing)] = n
	}
	encoder := json.NewEncoder(p.Stdout)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(out); err != nil {
		return err
	}
	if out.Open+len(out.Unsettled) > 0 {
		return errIncomplete
	}
	return nil
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
