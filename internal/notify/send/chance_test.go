package send

import (
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
)

// chance decides what of a long test runs. Its seed is printed, and TOCSIN_SEED gives one;
// with TOCSIN_SOAK=1 everything runs.
type chance struct {
	*rand.Rand
	soak bool
}

func newChance(t *testing.T) chance {
	t.Helper()
	seed := rand.Uint64()
	if given := os.Getenv("TOCSIN_SEED"); given != "" {
		var err error
		if seed, err = strconv.ParseUint(given, 10, 64); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("TOCSIN_SEED=%d", seed)
	return chance{rand.New(rand.NewPCG(seed, 0)), os.Getenv("TOCSIN_SOAK") != ""}
}

// takes reports whether one of so many runs.
func (c chance) takes(one int) bool { return c.soak || c.IntN(one) == 0 }

// times is how often a test runs: in full, or reduced.
func (c chance) times(full, reduced int) int {
	if c.soak {
		return full
	}
	return reduced
}
