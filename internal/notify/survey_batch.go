package notify

import "tocsin/internal/tailnet"

// batch is tailnets that are taken in together, by a goroutine that does so while the next
// batch fills. It holds no text that it was given.
type batch struct {
	all   []newcomer
	texts []byte
}

// newcomer is where the ID of a tailnet and its record stand among the texts of a batch.
type newcomer struct{ id, record, end int }

// How many tailnets a batch has at most, and how long it may become before one more.
const (
	batchSize    = 2048
	roomForBatch = 1 << 20 // octets
)

func (b *batch) full() bool { return len(b.all) == batchSize || len(b.texts) >= roomForBatch }

func (b *batch) add(t *tailnet.Tailnet) {
	n := newcomer{id: len(b.texts)}
	b.texts = append(b.texts, t.ID...)
	n.record = len(b.texts)
	b.texts = packTailnet(b.texts, t)
	n.end = len(b.texts)
	b.all = append(b.all, n)
}

// hand hands the batch over and begins another, once the one before is taken in.
func (s *Survey) hand() {
	s.busy.Wait()
	s.filling, s.full = s.full, s.filling
	s.busy.Go(func() {
		s.tailnets.putAll(&s.full)
		s.full.all, s.full.texts = s.full.all[:0], s.full.texts[:0]
	})
}

// settle waits until every row is taken in.
func (s *Survey) settle() {
	if len(s.filling.all) > 0 {
		s.hand()
	}
	s.busy.Wait()
	for _, one := range s.intakes {
		one.walk()
	}
}
