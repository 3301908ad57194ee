package cli

import (
	"errors"

	"tocsin/internal/bulletin"
	"tocsin/internal/notify/isolation"
)

// unproven turns a letter that is not proven to be its tailnet's alone into a refusal:
// whoever reads it can only mend the site's own templates.
func unproven(id bulletin.ID, err error) error {
	if refused := (*isolation.RefusedError)(nil); !errors.As(err, &refused) {
		return err
	}
	return refuse("mend the site's own templates/mail, if it has any, then tocsin plan "+string(id)+" again; else report this line, without any letter, as a fault of tocsin",
		"%v: nothing was frozen", err)
}
