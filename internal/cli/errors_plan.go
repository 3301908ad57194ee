package cli

import (
	"errors"
	"fmt"

	"tocsin/internal/notify/approval"
	"tocsin/internal/notify/ledger"
	"tocsin/internal/notify/send"
)

// refusalOfPlan words what keeps a plan from being delivered, or taken back; nil where it is something else.
func refusalOfPlan(err error) *refusal {
	var (
		begun   *ledger.OpenError
		paused  *ledger.PausedError
		dropped *ledger.DropError
		later   *send.SupersededError
		ended   *send.DroppedError
		drift   *send.DriftError
		stale   *send.StaleError
	)
	switch {
	case errors.As(err, &begun):
		return &refusal{exitRefused, err.Error(), "tocsin send " + begun.Plan.String()}
	case errors.As(err, &paused):
		return &refusal{exitRefused, err.Error(), fmt.Sprintf("tocsin send %s; or %s lets this one go on", paused.By, dropOf(paused.By))}
	case errors.As(err, &dropped):
		return &refusal{exitRefused, err.Error(), "tocsin status " + dropped.Plan.String()}
	case errors.As(err, &later):
		return &refusal{exitRefused, err.Error(), "tocsin send " + later.By}
	case errors.As(err, &ended):
		return &refusal{exitRefused, err.Error(), "tocsin plan " + string(ended.Plan.Bulletin)}
	case errors.As(err, &drift):
		return &refusal{exitRefused, err.Error(), "tocsin plan " + string(drift.Plan.Bulletin)}
	case errors.As(err, &stale):
		return &refusal{exitRefused, err.Error(), "tocsin plan " + string(stale.Plan.Bulletin)}
	}
	return nil
}

// refusalOfApproval words what is wrong with the approvals of a plan; nil where it is something else.
func refusalOfApproval(err error) *refusal {
	var (
		few     *approval.TooFewError
		lacking *approval.MissingError
		forged  *approval.InvalidError
	)
	switch {
	case errors.As(err, &few):
		return &refusal{exitRefused, err.Error(), "add their keys to the file of allowed signers, or lower approvals.required"}
	case errors.As(err, &lacking):
		return &refusal{exitRefused, err.Error(), nextApproval(lacking.Tally)}
	case errors.As(err, &forged):
		return &refusal{exitRefused, err.Error(), "find out who changed the ledger; tocsin plan " + string(forged.Plan.Bulletin) + " begins anew, once something has changed"}
	case errors.Is(err, approval.ErrNoKeygen):
		return &refusal{exitIO, err.Error(), "install it, or let tocsin approve PLAN --request FILE write what somebody signs elsewhere"}
	}
	return nil
}

// refusalOfLedger words what the ledger refuses; nil where it is something else.
func refusalOfLedger(err error) *refusal {
	var (
		older   *ledger.OlderError
		fenced  *ledger.FencedError
		kept    *ledger.KeptError
		settled *ledger.SettleError
	)
	switch {
	case errors.As(err, &older):
		return &refusal{exitRefused, err.Error(), fmt.Sprintf("restore the newest copy, with the -wal file beside it; where there is none, look up which letters of %s the mailbox or the relay has, and move %s away", older.Plan, quoted(older.Head))}
	case errors.As(err, &fenced):
		return &refusal{exitLocked, err.Error(), "tocsin status shows how the plan stands"}
	case errors.As(err, &kept) && kept.Open > 0:
		return &refusal{exitRefused, err.Error(), fmt.Sprintf("tocsin status %s names them, and says what closes them", kept.Plan)}
	case errors.As(err, &kept):
		return &refusal{exitRefused, err.Error(), ""}
	case errors.As(err, &settled):
		return &refusal{exitRefused, err.Error(), fmt.Sprintf("tocsin status %s", settled.Plan)}
	case errors.Is(err, ledger.ErrChanged):
		return &refusal{exitRefused, err.Error(), "restore the ledger from a backup; what was delivered since then only the mailbox knows"}
	case errors.Is(err, ledger.ErrNoPlan), errors.Is(err, ledger.ErrNone):
		return &refusal{exitUsage, err.Error(), "tocsin status lists the plans; tocsin plan ID makes one"}
	}
	return nil
}
