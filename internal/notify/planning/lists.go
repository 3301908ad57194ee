package planning

import (
	"time"

	"tocsin/internal/notify"
	"tocsin/internal/tailnet"
)

// List is the nodes of one affected tailnet, as its letter has them attached.
type List struct {
	Tailnet   tailnet.ID
	CSV, JSON []byte
}

// Lists hands put one list for every row that has nodes, whatever is done about it, as
// they stand at an instant. It returns how many rows have none: those are affected by
// what is no node.
func (s Sources) Lists(rows []notify.Row, at time.Time, put func(List) error) (without int, err error) {
	common := s.Common
	common.At = at
	for _, r := range rows {
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
		if err := put(List{r.Tailnet.ID, notify.NodesCSV(view), notify.NodesJSON(view)}); err != nil {
			return without, err
		}
	}
	return without, nil
}
