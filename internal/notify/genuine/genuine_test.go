package genuine

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"tocsin/internal/bulletin"
	"tocsin/internal/tailnet"
)

var (
	aKey    = []byte(strings.Repeat("k", 32))
	aPlan   = Plan{"TS-2026-004", 1}
	aLetter = Letter{aPlan, "acme.example", "owner@acme.example"}
)

// codes are those of n letters of a plan.
func codes(p Plan, n int) []Code {
	var out []Code
	for i := range n {
		out = append(out, Make(aKey, Letter{p, tailnet.ID(fmt.Sprintf("t%d.example", i)), "owner@example.com"}))
	}
	return out
}

// TestCodeIsKept: letters that were sent bear these, so they never change.
func TestCodeIsKept(t *testing.T) {
	const want = "EQFRF-NFNZ8-1AFMG-40ZT1"
	if got := Make(aKey, aLetter); got != want {
		t.Errorf("the code is %s, and was %s", got, want)
	}
}

// TestEverythingMakesTheCode: another key, plan, tailnet or address, another code; and none of
// what they share can be seen in two codes.
func TestEverythingMakesTheCode(t *testing.T) {
	seen := map[Code]string{Make(aKey, aLetter): "the letter"}
	for name, c := range map[string]Code{
		"key":            Make([]byte("another"), aLetter),
		"bulletin":       Make(aKey, Letter{Plan{"TS-2026-005", 1}, aLetter.Tailnet, aLetter.Address}),
		"number":         Make(aKey, Letter{Plan{"TS-2026-004", 2}, aLetter.Tailnet, aLetter.Address}),
		"number, joined": Make(aKey, Letter{Plan{"TS-2026-0041", 1}, aLetter.Tailnet, aLetter.Address}),
		"tailnet":        Make(aKey, Letter{aPlan, "acme.exampl", "eowner@acme.example"}),
		"address":        Make(aKey, Letter{aPlan, aLetter.Tailnet, "other@acme.example"}),
	} {
		if seen[c] != "" {
			t.Errorf("another %s, and the code of %s", name, seen[c])
		}
		seen[c] = name
	}
	all := make(map[Code]bool)
	values := make(map[rune]int)
	for _, c := range codes(aPlan, 20_000) {
		all[c] = true
		for _, r := range c {
			values[r]++
		}
	}
	if len(all) != 20_000 || len(values) != 33 {
		t.Errorf("%d codes of 20,000 letters, of %d characters", len(all), len(values))
	}
	for r, n := range values { // 20 characters of 32: 12,500 of each, and three hyphens a code
		if r != '-' && (n < 11_900 || n > 13_100) {
			t.Errorf("%q stands %d times", r, n)
		}
	}
}

// TestTyping: what people make of a code on its way into a field.
func TestTyping(t *testing.T) {
	const code = Code("01234-56789-ABCDE-FGHJ") // and the check letter
	word := string(code) + string(alphabet[checkLetter([]byte{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18})])
	for _, text := range []string{
		word, strings.ToLower(word), strings.ReplaceAll(word, "-", ""), strings.ReplaceAll(word, "-", " "), " " + word + "\r\n",
		strings.ReplaceAll(word, "-", "\u2013"), strings.ReplaceAll(word, "0", "O"), strings.ReplaceAll(word, "0", "o"),
		strings.ReplaceAll(word, "1", "I"), strings.ReplaceAll(word, "1", "l"), strings.ReplaceAll(word, "-", "\u00a0-\u00a0"),
	} {
		if got, err := Parse(text); err != nil || string(got) != word {
			t.Errorf("%q is read as %q, %v", text, got, err)
		}
	}
	for text, want := range map[string]string{
		"": "has 20 characters", word[1:]: "has 20 characters", word + "0": "has 20 characters", strings.Repeat("0", 1000): "has 20 characters",
		strings.ReplaceAll(word, "2", "U"): `"no code`, strings.ReplaceAll(word, "2", "é"): "no code has 'é'", word[:len(word)-1] + "*": "no code has '*'", "\xff": "no code",
	} {
		if got, err := Parse(text); err == nil || got != "" || !strings.Contains(err.Error(), strings.Trim(want, `"`)) {
			t.Errorf("%q: %q, %v; want %q", text, got, err, want)
		}
	}
}

// TestMistakesAreFound: every single character changed, every two exchanged, of 50 codes.
func TestMistakesAreFound(t *testing.T) {
	for _, c := range codes(aPlan, 50) {
		word := []byte(strings.ReplaceAll(string(c), "-", ""))
		if _, err := Parse(string(word)); err != nil {
			t.Fatal(err)
		}
		for i := range word {
			for _, r := range []byte(alphabet) {
				wantTyping(t, word, func(w []byte) { w[i] = r })
			}
			for j := range i {
				wantTyping(t, word, func(w []byte) { w[i], w[j] = w[j], w[i] })
			}
		}
	}
}

func wantTyping(t *testing.T, word []byte, mistake func([]byte)) {
	t.Helper()
	wrong := bytes.Clone(word)
	if mistake(wrong); bytes.Equal(wrong, word) {
		return
	}
	if _, err := Parse(string(wrong)); !errors.Is(err, ErrTyping) {
		t.Errorf("%s for %s: %v", wrong, word, err)
	}
}

// FuzzParse: what is read is a code in the one form, and reads as itself.
func FuzzParse(f *testing.F) {
	f.Add(string(Make(aKey, aLetter)))
	f.Add("o l-i")
	f.Fuzz(func(t *testing.T, text string) {
		c, err := Parse(text)
		if err != nil {
			return
		}
		if again, err := Parse(string(c)); err != nil || again != c || len(c) != digits+1+3 {
			t.Errorf("%q is read as %q, which is read as %q, %v", text, c, again, err)
		}
	})
}

// TestListHidesTheNumber: the length says no more than the next power of two, and the
// order of the codes nothing.
func TestListHidesTheNumber(t *testing.T) {
	for n, want := range map[int]int{0: 256, 1: 256, 255: 256, 256: 256, 257: 512, 512: 512, 513: 1024, 1025: 2048} {
		all := codes(aPlan, n)
		l := NewList(aKey, aPlan, slices.Values(all))
		if len(l) != want {
			t.Errorf("%d letters make %d entries, want %d", n, len(l), want)
		}
		slices.Reverse(all)
		if again := NewList(aKey, aPlan, slices.Values(append(all, all...))); !slices.Equal(again, l) {
			t.Errorf("%d letters, in another order, make another list", n)
		}
		for _, c := range all {
			if !l.Check("TS-2026-004", c) {
				t.Errorf("of %d letters %s is not on the list", n, c)
			}
		}
	}
	full := codes(aPlan, 300)
	one, two := NewList(aKey, aPlan, slices.Values(full)), NewList([]byte("another"), aPlan, slices.Values(full))
	if common := Join(one, two); len(common) != 2*512-300 {
		t.Errorf("with another key %d of the decoys are others, want all 212", len(common)-512)
	}
}

// TestLaterPlanShowsNoNumber: the list of a second plan joins that of the first, of which
// no entry goes away.
func TestLaterPlanShowsNoNumber(t *testing.T) {
	second := Plan{aPlan.Bulletin, 2}
	one := NewList(aKey, aPlan, slices.Values(codes(aPlan, 300)))
	both := Join(one, NewList(aKey, second, slices.Values(codes(second, 3))))
	if len(both) != 512+256 {
		t.Errorf("%d entries, want 768", len(both))
	}
	for _, e := range one {
		if !slices.Contains(both, e) {
			t.Fatal("an entry of the first plan went away: it must have been a decoy")
		}
	}
}

// TestDecoysLookAlike: no octet of an entry tells decoys from codes.
func TestDecoysLookAlike(t *testing.T) {
	const n = 1 << 14
	real := NewList(aKey, aPlan, slices.Values(codes(aPlan, n)))
	decoys := make(List, n)
	for i := range decoys {
		decoys[i] = decoy(aKey, aPlan, i)
	}
	for at := range entryOctets {
		for _, l := range []List{real, decoys} {
			seen := make(map[byte]int)
			for _, e := range l {
				seen[e[at]]++
			}
			if counts := slices.Sorted(maps.Values(seen)); len(counts) != 256 || counts[0] < 24 || counts[255] > 120 { // 64 of each on average
				t.Errorf("octet %d: %d values, from %d to %d times", at, len(counts), counts[0], counts[len(counts)-1])
			}
		}
	}
}

// TestForgedCodesDoNotPass: drawn at random, of other letters, of another bulletin.
func TestForgedCodesDoNotPass(t *testing.T) {
	l := NewList(aKey, aPlan, slices.Values(codes(aPlan, 5000)))
	r := rand.New(rand.NewPCG(1, 2))
	for range 100_000 {
		var word [digits + 1]byte
		for i := range digits {
			word[i] = byte(r.IntN(32))
		}
		word[digits] = checkLetter(word[:digits])
		if c := written(word); l.Check("TS-2026-004", c) {
			t.Errorf("%s passes", c)
		}
	}
	for _, c := range codes(Plan{"TS-2026-004", 2}, 5000) {
		if l.Check("TS-2026-004", c) {
			t.Errorf("%s, of another plan, passes", c)
		}
	}
	if c := codes(aPlan, 1)[0]; !l.Check("TS-2026-004", c) || l.Check("TS-2026-005", c) {
		t.Error("a code passes for another bulletin, or not for its own")
	}
}

// TestFalsePositives: with entries cut to 20 bits the share of strangers that pass is n / 2²⁰,
// so with all 112 it is n / 2¹¹².
func TestFalsePositives(t *testing.T) {
	const kept, tries = 20, 200_000
	cut := func(e Entry) uint32 { return (uint32(e[0])<<16 | uint32(e[1])<<8 | uint32(e[2])) >> (24 - kept) }
	known := make(map[uint32]bool)
	for _, e := range NewList(aKey, aPlan, slices.Values(codes(aPlan, 5000))) {
		known[cut(e)] = true
	}
	passed := 0
	for _, c := range codes(Plan{"TS-2026-004", 9}, tries) {
		if known[cut(EntryOf("TS-2026-004", c))] {
			passed++
		}
	}
	if want := tries * len(known) >> kept; passed < want*9/10 || passed > want*11/10 { // 1,556
		t.Errorf("%d of %d pass, want about %d", passed, tries, want)
	}
}

// TestListAsText comes back, and a list in another form is refused.
func TestListAsText(t *testing.T) {
	l := NewList(aKey, aPlan, slices.Values(codes(aPlan, 300)))
	var out bytes.Buffer
	if n, err := l.WriteTo(&out); err != nil || n != int64(out.Len()) || n != 512*29 {
		t.Errorf("%d octets, %v", n, err)
	}
	if got, err := ReadList(bytes.NewReader(out.Bytes())); err != nil || !slices.Equal(got, l) {
		t.Errorf("it comes back with %d entries, %v", len(got), err)
	}
	lines := strings.SplitAfter(out.String(), "\n")
	for name, text := range map[string]string{
		"line 1": "x" + out.String(), "line 2": lines[0] + lines[0], "line 512": out.String()[:out.Len()-1], "line 3": lines[0] + lines[2] + lines[1],
		"line 2 ": lines[0] + "\n" + lines[1], "line 1 ": strings.ReplaceAll(out.String(), "\n", "\r\n"),
	} {
		if _, err := ReadList(strings.NewReader(text)); err == nil || !strings.Contains(err.Error()+" ", strings.TrimSpace(name)+" ") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if got, err := ReadList(strings.NewReader("")); err != nil || len(got) != 0 {
		t.Errorf("an empty list: %v, %v", got, err)
	}
}

// TestAnybodyCanCheck types the command of EntryOf's comment.
func TestAnybodyCanCheck(t *testing.T) {
	sh, err := exec.LookPath("sh")
	if err != nil {
		t.Skip("NOT CHECKED: no shell")
	}
	out, err := exec.Command(sh, "-c", "printf 'TS-2026-004 FZ3X9-07KQT-M1V8A-RJ2DH' | sha256sum | cut -c 1-28").Output()
	if err != nil {
		t.Skip("NOT CHECKED:", err)
	}
	if got := EntryOf(bulletin.ID("TS-2026-004"), "FZ3X9-07KQT-M1V8A-RJ2DH").String() + "\n"; got != string(out) {
		t.Errorf("%q, and by hand %q", got, out)
	}
}

// BenchmarkList is the list of a million letters.
func BenchmarkList(b *testing.B) {
	all := codes(aPlan, 1_000_000)
	b.ReportAllocs()
	for b.Loop() {
		if l := NewList(aKey, aPlan, slices.Values(all)); len(l) != 1<<20 {
			b.Fatal(len(l))
		}
	}
}
