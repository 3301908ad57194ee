package evidence

import (
	"errors"
	"maps"
	"math/rand/v2"
	"strings"
	"testing"

	"tocsin/internal/notify"
	"tocsin/internal/tailnet"
)

var (
	bounces = ReturnPath{Key: []byte(strings.Repeat("k", 32)), Base: "bounces@example.com"}
	aPlan   = notify.PlanID{Bulletin: "TS-2026-004", Number: 1}
)

func path(t testing.TB, plan notify.PlanID, row int) string {
	t.Helper()
	made, err := bounces.Make(plan, row)
	if err != nil {
		t.Fatal(err)
	}
	return string(made)
}

// TestReturnPathComesBack: whatever servers do to its case, row and plan are read again.
func TestReturnPathComesBack(t *testing.T) {
	other := notify.PlanID{Bulletin: "TS-2026-004", Number: 2}
	for _, row := range []int{0, 1, 2, 255, 256, 1_000_000, 1<<32 - 1} {
		made := path(t, aPlan, row)
		for _, address := range []string{made, strings.ToUpper(made), "Bounces" + strings.TrimPrefix(made, "bounces")} {
			ref, err := bounces.Parse(address)
			if err != nil || ref.Row != row || !bounces.Of(ref, aPlan) || bounces.Of(ref, other) {
				t.Errorf("%s is read as row %d, %v", address, ref.Row, err)
			}
		}
	}
	for _, row := range []int{-1, 1 << 32} {
		if made, err := bounces.Make(aPlan, row); err == nil {
			t.Errorf("row %d makes %s", row, made)
		}
	}
}

// TestReturnPathFits: RFC 5321 §4.5.3.1.1, and characters that every server keeps.
func TestReturnPathFits(t *testing.T) {
	made := path(t, aPlan, 1)
	local, _, _ := strings.Cut(made, "@")
	if len(local) != len("bounces+")+32 || strings.Trim(local, "abcdefghijklmnopqrstuvwxyz234567+") != "" {
		t.Errorf("%q", local)
	}
	long := ReturnPath{bounces.Key, tailnet.Address(strings.Repeat("b", 31) + "@example.com")}
	if _, err := long.Make(aPlan, 1); err != nil {
		t.Error(err)
	}
	for _, base := range []tailnet.Address{tailnet.Address(strings.Repeat("b", 32) + "@example.com"), "", "bounces", "bounces@", "a b@example.com"} {
		long.Base = base
		if made, err := long.Make(aPlan, 1); err == nil {
			t.Errorf("%q makes %q", base, made)
		}
	}
}

// TestReturnPathSaysNothing: of one plan, row after row, every character takes every value.
func TestReturnPathSaysNothing(t *testing.T) {
	var seen [nameLength]map[byte]int
	for i := range seen {
		seen[i] = make(map[byte]int)
	}
	for row := range 10_000 {
		name, _ := bounces.name(path(t, aPlan, row+1))
		for i := range seen {
			seen[i][name[i]]++
		}
	}
	for i, counts := range seen {
		if len(counts) != 32 {
			t.Errorf("character %d takes %d values", i, len(counts))
		}
		for _, n := range maps.All(counts) {
			if n < 220 || n > 410 { // 312 of each on average
				t.Errorf("character %d: one value stands %d times of 10,000", i, n)
			}
		}
	}
}

// TestForgedReturnPath is F33: 10,000 changes of a bit or a character, names of another key,
// names drawn at random: refused. What is not a return path of ours is foreign.
func TestForgedReturnPath(t *testing.T) {
	r := rand.New(rand.NewPCG(33, 1))
	flips := 0
	for row := 1; flips < 10_000; row++ {
		made := path(t, aPlan, row)
		name, _ := bounces.name(made)
		data, err := encoding.DecodeString(name)
		if err != nil {
			t.Fatal(err)
		}
		bit := r.IntN(8 * len(data))
		data[bit/8] ^= 1 << (bit % 8)
		wantForged(t, strings.Replace(made, name, encoding.EncodeToString(data), 1))
		at, other := r.IntN(len(name)), "abcdefghijklmnopqrstuvwxyz234567"[r.IntN(32)]
		if name[at] != other {
			wantForged(t, strings.Replace(made, name, name[:at]+string(other)+name[at+1:], 1))
			flips++
		}
		flips++
	}
	stranger := ReturnPath{[]byte("another key"), bounces.Base}
	made, err := stranger.Make(aPlan, 1)
	if err != nil {
		t.Fatal(err)
	}
	good := path(t, aPlan, 1)
	name, _ := bounces.name(good)
	for _, address := range []string{string(made), "bounces+" + strings.Repeat("a", 32) + "@example.com", "bounces+" + strings.Repeat("7", 32) + "@example.com"} {
		wantForged(t, address)
	}
	for _, address := range []string{"bounces+@example.com", "bounces+x@example.com", "bounces+archive@example.com", "bounces+" + name + "a@example.com", "bounces+" + name[1:] + "@example.com",
		"bounces+ " + name[1:] + "@example.com", "bounces+" + name + "\n@example.com", "bounces+" + name[:16] + "\r\n" + name[16:] + "@example.com", "bounces+" + strings.Repeat("0", 32) + "@example.com", "", "bounces@example.com", "bounces+" + name + "@example.net", "xbounces+" + name + "@example.com", "bounces-" + name + "@example.com", "bounces+" + name + "@example.com.example.net"} {
		if _, err := bounces.Parse(address); !errors.Is(err, ErrForeign) {
			t.Errorf("%q: %v, want foreign", address, err)
		}
	}
	if _, err := (ReturnPath{Key: bounces.Key}).Parse("+" + name + "@"); !errors.Is(err, ErrForeign) {
		t.Error("without a base any address is read:", err)
	}
}

func wantForged(t *testing.T, address string) {
	t.Helper()
	if ref, err := bounces.Parse(address); !errors.Is(err, ErrForged) || ref != (Reference{}) {
		t.Errorf("%q: row %d, %v; want forged", address, ref.Row, err)
	}
}

// FuzzReturnPath: what is read was made.
func FuzzReturnPath(f *testing.F) {
	f.Add(path(f, aPlan, 7))
	f.Fuzz(func(t *testing.T, address string) {
		ref, err := bounces.Parse(address)
		if err == nil && !strings.EqualFold(path(t, aPlan, ref.Row), address) {
			t.Errorf("%q is read", address)
		}
	})
}
