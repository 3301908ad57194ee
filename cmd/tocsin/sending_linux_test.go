package main

import "testing"

// TestSending does to a sender, as people run it, what may happen to one.
func TestSending(t *testing.T) {
	if testing.Short() {
		t.Skip("SKIPPED: many processes, left out of -short")
	}
	tool := program(t)
	for name, test := range map[string]func(*testing.T, string){
		"killed at every call":  killedAtEveryCall,
		"cut off at every sync": cutOffAtEverySync,
		"fails at every write":  failsAtEveryWrite,
		"killed at every word":  killedAtEveryWord,
		"interrupted":           interrupted,
		"stopped by people":     stoppedByPeople,
		"two at a time":         twoAtATime,
		"waits for a reader":    waitsForAReader,
		"says what is not kept": saysWhatIsNotKept,
		"rolled back":           rolledBack,
		"drifted":               drifted,
		"not meant":             notMeant,
		"marks are synced":      marksAreSynced,
		"marks of one":          marksOfOneConnection,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, tool)
		})
	}
}
