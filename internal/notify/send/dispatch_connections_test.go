package send

import (
	"context"
	"testing"

	"tocsin/internal/notify/smtptest"
)

// A relay that ends each connection after one letter leaves nothing of those before in memory: a run
// of many letters makes as many.
func TestConnectionsLeaveNothing(t *testing.T) {
	t.Parallel()
	const letters = 30
	h, server := newHome(t, letters), smtptest.Start(t, smtptest.Options{Script: smtptest.At(smtptest.Replied, smtptest.Drop)})
	held, most := map[context.Context]bool{}, 0
	done, err := h.dispatch(t, ctx, server, func(d *Dispatch) {
		dial := d.Relay
		d.Connections, d.Relay = 1, func(ctx context.Context) (Session, error) {
			for before := range held {
				if before.Err() != nil {
					delete(held, before)
				}
			}
			held[ctx] = true
			most = max(most, len(held))
			return dial(ctx)
		}
	})
	if seen := server.Settled(); err != nil || done.Accepted != letters || seen.Connections < letters || most > 1 {
		t.Errorf("%+v, %v; of %d connections %d are held at once", done, err, seen.Connections, most)
	}
}
