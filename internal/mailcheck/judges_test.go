package mailcheck

import (
	"bytes"
	_ "embed"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// finding is what a judge finds wrong with a letter.
type finding struct{ shape, text string }

// judges each look at every letter as it lies in the mailbox.
var judges = []struct {
	name  string
	judge func(*testing.T, programs, []letter) []finding
}{
	{"form", inForm},
	{"unchanged", unchanged},
	{"facts", compareFacts},
	{"python", askPython},
	{"postal-mime", askPostal},
	{"ripmime", askRipmime},
	{"spamassassin", askAssassin},
}

// TestLetters lets every judge look at a letter of every shape, after a hop through
// Postfix: F22, F24, F31.
func TestLetters(t *testing.T) {
	p := findPrograms(t)
	letters := writeLetters(t, shapes...)
	startPostfix(t, p).pass(t, letters)
	for _, j := range judges {
		t.Run(j.name, func(t *testing.T) {
			for _, f := range j.judge(t, p, letters) {
				t.Errorf("%s: %s", f.shape, f.text)
			}
		})
	}
}

// longestLine is in octets, without its end (RFC 5322 §2.1.1).
const longestLine = 998

// inForm looks at the lines of what left tocsin: each ends in CR LF, and is ASCII.
func inForm(_ *testing.T, _ programs, letters []letter) (found []finding) {
	for _, l := range letters {
		rest := l.frozen
		for len(rest) > 0 {
			line, after, ended := bytes.Cut(rest, []byte("\r\n"))
			odd := func(r rune) bool { return r < ' ' && r != '\t' || r > '~' }
			if !ended || len(line) > longestLine || bytes.ContainsFunc(line, odd) {
				found = append(found, finding{l.shape, fmt.Sprintf("a line of %d octets: %.80q", len(line), line)})
			}
			rest = after
		}
	}
	return found
}

// hops are the fields that Postfix puts before a letter.
var hops = []string{"Return-Path", "X-Original-To", "Delivered-To", "Received"}

// unchanged compares what lies in the mailbox with what left tocsin, octet by octet: a
// server that has to mend a letter breaks its signature.
func unchanged(t *testing.T, _ programs, letters []letter) (found []finding) {
	for _, l := range letters {
		stored := string(l.mailbox(t))
		for hop := true; hop; {
			field, rest := cutField(stored)
			name, _, _ := strings.Cut(field, ":")
			if hop = slices.Contains(hops, name); hop {
				stored = rest
			}
		}
		if stored != lines(string(l.frozen)) {
			found = append(found, finding{l.shape, "Postfix changed it: " + cmp.Diff(lines(string(l.frozen)), stored)})
		}
	}
	return found
}

// cutField cuts a message after its first header field.
func cutField(message string) (field, rest string) {
	for i := range len(message) - 1 {
		if message[i] == '\n' && message[i+1] != ' ' && message[i+1] != '\t' {
			return message[:i+1], message[i+1:]
		}
	}
	return message, ""
}

func (l letter) mailbox(t *testing.T) []byte {
	t.Helper()
	data, err := os.ReadFile(l.stored)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

//go:embed strict.py
var strictScript []byte

// askPython has the messages read by Python's email in its strict mode.
func askPython(t *testing.T, p programs, letters []letter) []finding {
	said := make(map[string]reading)
	ask(t, strictScript, "", stored(letters), &said, p.python, "-")
	return readAlike(t, letters, said)
}

//go:embed postal.mjs
var postalScript []byte

// askPostal has the messages read by postal-mime, which mail programs of the web use.
func askPostal(t *testing.T, p programs, letters []letter) []finding {
	said := make(map[string]reading)
	ask(t, postalScript, p.modules, stored(letters), &said, p.node, "--input-type=module", "-")
	return readAlike(t, letters, said)
}

func stored(letters []letter) (paths []string) {
	for _, l := range letters {
		paths = append(paths, l.stored)
	}
	return paths
}

// readAlike wants that a program reads every letter as it was written.
func readAlike(t *testing.T, letters []letter, said map[string]reading) (found []finding) {
	for _, l := range letters {
		got := said[l.stored]
		got.Text, got.HTML = text(got.Text), text(got.HTML)
		if diff := cmp.Diff(read(t, l.frozen), got); diff != "" {
			found = append(found, finding{l.shape, "it is read otherwise: " + diff})
		}
	}
	return found
}

// askRipmime has the parts unpacked by ripMIME, as servers do that look for what is bad in
// attachments.
func askRipmime(t *testing.T, p programs, letters []letter) (found []finding) {
	for _, l := range letters {
		folder := t.TempDir()
		out, err := exec.Command(p.ripmime, "-i", l.stored, "-d", folder, "--verbose-defects").CombinedOutput()
		if err != nil || len(out) > 0 {
			found = append(found, finding{l.shape, fmt.Sprintf("ripmime: %v %s", err, out)})
		}
		if diff := cmp.Diff(wantUnpacked(t, l), unpacked(t, folder)); diff != "" {
			found = append(found, finding{l.shape, "it is unpacked otherwise: " + diff})
		}
	}
	return found
}

// wantUnpacked are the parts of a letter by the names that ripMIME gives them.
func wantUnpacked(t *testing.T, l letter) map[string]string {
	r := read(t, l.frozen)
	parts := map[string]string{"text": r.Text, "html": r.HTML}
	for name, data := range r.Attached {
		parts[name] = string(data)
	}
	return parts
}

// unpacked are the files that ripMIME has written. What has no name is numbered; the first
// may be the nothing before the first boundary.
func unpacked(t *testing.T, folder string) map[string]string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(folder, "*"))
	if err != nil {
		t.Fatal(err)
	}
	parts := make(map[string]string)
	nameless := []string{"text", "html"}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		name := filepath.Base(file)
		if !strings.HasPrefix(name, "textfile") {
			parts[name] = string(data)
			continue
		}
		if len(data) > 0 && len(nameless) > 0 {
			name, nameless = nameless[0], nameless[1:]
			parts[name] = text(string(data))
		}
	}
	return parts
}

//go:embed spam.pl
var spamScript []byte

// fewPoints is what a letter may have in all. Filters commonly mark from 5 on; the rest of
// the room is for what only the receiving server knows.
const fewPoints = 2

// score is what SpamAssassin says of one letter.
type score struct {
	Points float64
	Rules  map[string]float64
}

// scored has the letters scored by SpamAssassin, each by where it is stored.
func scored(t *testing.T, p programs, letters []letter) map[string]score {
	t.Helper()
	said := make(map[string]score)
	ask(t, spamScript, "", stored(letters), &said, p.perl, "-")
	return said
}

// askAssassin has the letters scored by SpamAssassin, and says what gave points.
func askAssassin(t *testing.T, p programs, letters []letter) (found []finding) {
	said := scored(t, p, letters)
	for _, l := range letters {
		s, judged := said[l.stored]
		t.Logf("%5.1f  %s %v", s.Points, l.shape, s.Rules)
		if !judged || s.Points >= fewPoints || s.Rules["ALL_TRUSTED"] != 0 {
			found = append(found, finding{l.shape, fmt.Sprintf("%.1f points: %v", s.Points, s.Rules)})
		}
	}
	return found
}
