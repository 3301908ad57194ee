package planning

import (
	"fmt"
	"iter"
	"time"

	"tocsin/internal/notify"
	"tocsin/internal/notify/isolation"
	"tocsin/internal/tailnet"
)

// List is the nodes of one affected tailnet, as its letter has them attached.
type List struct {
	Tailnet   tailnet.ID
	CSV, JSON []byte
}

// Lists hands put one list for every row that has nodes, whatever is done about it, as
// they stand at an instant. It returns how many rows have none: those are affected by
// what is no node. A list that holds anything but its tailnet's own nodes ends them (F20).
func (s Sources) Lists(rows iter.Seq2[notify.Row, error], at time.Time, put func(List) error) (without int, err error) {
	if s.Identifiers == nil {
		return 0, errUnproven
	}
	checker := isolation.NewChecker(s.Identifiers)
	common := s.Common
	common.At = at
	for r, err := range rows {
		if err != nil {
			return without, err
		}
		if len(r.Match.Hits) == 0 {
			without++
			continue
		}
		if r.Contact.Address == "" {
			r.Contact.Tailnet = r.Tailnet.ID // nobody is written to, so nobody was looked for
		}
		view, err := common.View(r)
		if err != nil {
			return without, err
		}
		list := List{r.Tailnet.ID, notify.NodesCSV(view), notify.NodesJSON(view)}
		if err := checker.CheckLists(common.Claims(r), list.CSV, list.JSON); err != nil {
			return without, fmt.Errorf("list of tailnet %q: %w", r.Tailnet.ID, err)
		}
		if err := put(list); err != nil {
			return without, err
		}
	}
	return without, nil
}
