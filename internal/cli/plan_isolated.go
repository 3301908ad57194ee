package cli

import (
	"errors"
	"fmt"
	"time"

	"tocsin/internal/bulletin"
	"tocsin/internal/notify/isolation"
	"tocsin/internal/notify/planning"
)

// unproven turns a letter that is not proven to be its tailnet's alone into a refusal:
// whoever reads it can only mend the site's own templates. So is a plan that somebody else's
// has overtaken, or beside which somebody was at the bulletin's plans.
func unproven(id bulletin.ID, how planHow, err error) error {
	if moved := (*planning.MovedError)(nil); errors.As(err, &moved) {
		return refuse(fmt.Sprintf("tocsin plan %s%s again", id, how.flags()), "%v: nothing was frozen", moved)
	}
	if later := (*planning.OvertakenError)(nil); errors.As(err, &later) {
		at := later.At.Format(time.RFC3339)
		return refuse("the same command, which reads the inventory as it is now; where that says the same, one of the clocks is wrong: look at date -u, and mend it, or plan after "+at,
			"%v, by the clock of whoever made it: this plan would be older than that, and nothing was frozen", later)
	}
	if refused := (*isolation.RefusedError)(nil); !errors.As(err, &refused) {
		return err
	}
	return refuse("mend the site's own templates/mail, if it has any, then tocsin plan "+string(id)+how.flags()+" again; else report this line, without any letter, as a fault of tocsin",
		"%v: nothing was frozen", err)
}
