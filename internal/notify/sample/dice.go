package sample

import "math/bits"

// dice are SplitMix64 (Steele, Lea, Flood 2014): a few lines whose every bit is
// fixed, where a library's generator may change with its version.
type dice struct{ state uint64 }

// Each kind of thing has dice of its own, so that a change to one leaves the rest alone.
const (
	diceOfTailnet = iota + 1
	diceOfNode
	diceOfPlace
	diceOfOrder
)

// throw gives the dice of one thing: of the kind, the seed and its number alone.
func throw(seed, kind uint64, number int) dice {
	d := dice{seed}
	d = dice{d.next() ^ kind}
	return dice{d.next() ^ uint64(number)}
}

func (d *dice) next() uint64 {
	d.state += 0x9E3779B97F4A7C15
	z := d.state
	z = (z ^ z>>30) * 0xBF58476D1CE4E5B9
	z = (z ^ z>>27) * 0x94D049BB133111EB
	return z ^ z>>31
}

// roll is one of 0 … n-1, each as likely as the others.
func (d *dice) roll(n int) int {
	high, _ := bits.Mul64(d.next(), uint64(n))
	return int(high)
}

// skewed is one of 0 … n-1, the low ones far likelier: n·u³ for u in [0,1). Done
// in integers: floating point may round otherwise on another processor.
func (d *dice) skewed(n int) int {
	u := d.next()
	cube, _ := bits.Mul64(u, u)
	cube, _ = bits.Mul64(cube, u)
	high, _ := bits.Mul64(cube, uint64(n))
	return int(high)
}

// choice is something to pick with its weight.
type choice struct {
	word   string
	weight int
}

// pick takes one of the choices by weight.
func (d *dice) pick(choices []choice) string {
	total := 0
	for _, c := range choices {
		total += c.weight
	}
	left := d.roll(total)
	for _, c := range choices {
		if left -= c.weight; left < 0 {
			return c.word
		}
	}
	return ""
}

// shuffle deals the numbers 0 … n-1 in another order, each exactly once, without
// a list of them: number → step·number + start mod n, step and n having no common divisor.
type shuffle struct{ n, step, start uint64 }

func newShuffle(seed uint64, which, n int) shuffle {
	if n < 2 {
		return shuffle{1, 1, 0}
	}
	d := throw(seed, diceOfOrder, which)
	s := shuffle{uint64(n), uint64(1 + d.roll(n-1)), uint64(d.roll(n))}
	for commonDivisor(s.step, s.n) != 1 {
		s.step = s.step%(s.n-1) + 1
	}
	return s
}

func (s shuffle) at(number int) int {
	return int((s.step*uint64(number) + s.start) % s.n)
}

func commonDivisor(a, b uint64) uint64 {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}
