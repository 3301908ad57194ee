package genuine

import (
	"bytes"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// TestFile: a file reads as the list that it was written of, and no other bulletin's does.
func TestFile(t *testing.T) {
	l := NewList(aKey, aPlan, slices.Values(codes(aPlan, 300)))
	file := l.Encode("TS-2026-004")
	if got, err := ReadFile("TS-2026-004", file); err != nil || !slices.Equal(got, l) {
		t.Errorf("%d entries of %d are read, %v", len(got), len(l), err)
	}
	if entries, err := Entries("TS-2026-004", file); err != nil || len(entries) != 512*29 {
		t.Errorf("%d octets of entries, %v", len(entries), err)
	}
	lines := bytes.SplitAfter(file, []byte("\n"))
	for name, broken := range map[string][]byte{
		"nothing":                       nil,
		"of another bulletin":           l.Encode("TS-2026-005"),
		"of another version":            bytes.Replace(file, []byte("codes 1"), []byte("codes 2"), 1),
		"a list alone":                  file[len(lines[0]):],
		"cut short":                     file[:len(file)-1],
		"a conflict of git":             bytes.Replace(file, lines[9], append([]byte("<<<<<<< HEAD\n"), lines[9]...), 1),
		"out of order":                  bytes.Join(append(slices.Clone(lines[:3]), lines[4], lines[3]), nil),
		"twice":                         bytes.Join(append(slices.Clone(lines[:3]), lines[2]), nil),
		"in capitals":                   []byte(string(lines[0]) + strings.ToUpper(string(bytes.Join(lines[1:], nil)))),
		"with the line ends of Windows": bytes.ReplaceAll(file, []byte("\n"), []byte("\r\n")),
	} {
		if l, err := ReadFile("TS-2026-004", broken); err == nil {
			t.Errorf("%s: it reads as a list of %d", name, len(l))
		}
	}
}

// TestByHand: what readers are told to type makes the entry.
func TestByHand(t *testing.T) {
	code := Make(aKey, aLetter)
	for _, with := range []string{"sha256sum", "shasum -a 256"} {
		if _, err := exec.LookPath(strings.Fields(with)[0]); err != nil {
			t.Logf("no %s here", with)
			continue
		}
		out, err := exec.Command("sh", "-c", "printf 'TS-2026-004 "+string(code)+"' | "+with+" | cut -c 1-28").Output()
		if want := EntryOf("TS-2026-004", code).String(); err != nil || strings.TrimSpace(string(out)) != want {
			t.Errorf("%s makes %q, want %q, %v", with, out, want, err)
		}
	}
}
