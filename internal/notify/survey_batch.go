package notify

import "tocsin/internal/tailnet"

// batchSize is how many tailnets are taken in together, by a goroutine that does so while
// the next batch fills.
const batchSize = 2048

// hand hands the batch over and begins another, once the one before is taken in.
func (s *Survey) hand() {
	s.busy.Wait()
	s.filling, s.full = s.full, s.filling
	if s.filling == nil {
		s.filling = make([]tailnet.Tailnet, 0, batchSize)
	}
	s.busy.Go(func() {
		s.tailnets.putAll(s.full)
		s.full = s.full[:0]
	})
}

// settle waits until every row is taken in.
func (s *Survey) settle() {
	if len(s.filling) > 0 {
		s.hand()
	}
	s.busy.Wait()
	for _, one := range s.intakes {
		one.walk()
	}
}
