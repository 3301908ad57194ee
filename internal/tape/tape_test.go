package tape

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

type word string

type value struct {
	Text  string
	Word  word
	Count int
	Small int32
	Tiny  int8
	Yes   bool
	At    time.Time
	Sum   [32]byte
	Names []string
	Inner []value
}

func (v *value) tape(t *Tape) {
	t.String(&v.Text)
	Text(t, &v.Word)
	Number(t, &v.Count)
	Number(t, &v.Small)
	Number(t, &v.Tiny)
	t.Bool(&v.Yes)
	t.Time(&v.At)
	t.Sum(&v.Sum)
	List(t, &v.Names, (*Tape).String)
	List(t, &v.Inner, func(t *Tape, v *value) { v.tape(t) })
}

func sample() value {
	return value{
		Text: "a\x00b\nüñ", Word: "high", Count: -7, Small: 1 << 30, Tiny: -1, Yes: true,
		At: time.Date(2026, 5, 4, 3, 2, 1, 999, time.UTC), Sum: [32]byte{1, 31: 9},
		Names: []string{"", "x", "yy"}, Inner: []value{{}, {Text: "in"}},
	}
}

func TestThereAndBack(t *testing.T) {
	in, w := sample(), Write()
	in.tape(w)
	var out value
	r := Read(string(w.Bytes()))
	out.tape(r)
	if err := r.End(); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(in, out); diff != "" {
		t.Error(diff)
	}
}

// A tape that is cut anywhere, or goes on, is an error, and never more memory than it is long.
func TestCut(t *testing.T) {
	in, w := sample(), Write()
	in.tape(w)
	whole := string(w.Bytes())
	for n := range whole {
		r := Read(whole[:n])
		var out value
		out.tape(r)
		if err := r.End(); !errors.Is(err, ErrShort) {
			t.Errorf("cut at %d: %v", n, err)
		}
	}
	r := Read(whole + "x")
	var out value
	out.tape(r)
	if err := r.End(); !errors.Is(err, ErrShort) {
		t.Errorf("longer: %v", err)
	}
}

// What is no digest is none, also where it is longer than one.
func TestSumOfAnotherLength(t *testing.T) {
	for _, size := range []int{0, 31, 33} {
		r := Read(string(make([]byte, size)))
		var sum [32]byte
		r.Sum(&sum)
		if err := r.End(); !errors.Is(err, ErrShort) {
			t.Errorf("%d octets: %v", size, err)
		}
	}
}

func FuzzRead(f *testing.F) {
	in, w := sample(), Write()
	in.tape(w)
	f.Add(string(w.Bytes()))
	f.Fuzz(func(t *testing.T, data string) {
		var out value
		r := Read(data)
		out.tape(r)
		if r.End() != nil {
			return
		}
		again := Write()
		out.tape(again)
		var twice value
		s := Read(string(again.Bytes()))
		twice.tape(s)
		if diff := cmp.Diff(out, twice); diff != "" || s.End() != nil {
			t.Error(diff, s.End())
		}
	})
}
