package pace

// SlowStart says how many connections a run may hold. It begins with one: a relay that
// has never seen the sender is not met by fifty at once, and what is wrong with all
// letters shows with few of them out. Every round of letters that the relay took over
// allows one more; a relay that defers or hangs up halves them.
type SlowStart struct {
	most, now, taken int
}

// Begin allows one connection, and in the end so many.
func Begin(most int) SlowStart { return SlowStart{most: max(1, most), now: 1} }

// Connections is how many are allowed.
func (s *SlowStart) Connections() int { return s.now }

// Took counts a letter that the relay took over or refused for good: it answered.
func (s *SlowStart) Took() {
	if s.taken++; s.taken >= s.now && s.now < s.most {
		s.now, s.taken = s.now+1, 0
	}
}

// Pushed counts a deferral, or a connection that was refused or lost.
func (s *SlowStart) Pushed() {
	s.now, s.taken = max(1, s.now/2), 0
}
