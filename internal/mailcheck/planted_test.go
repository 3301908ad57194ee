package mailcheck

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// planted are faults, each in a copy of a sound letter, and the judge that has to name it.
// A judge who finds nothing here finds nothing anywhere.
var planted = []struct {
	fault  string
	judge  string
	says   string // a part of the finding's text
	frozen func(string) string
	stored func(string) string
}{
	{fault: "a line ends in LF alone", judge: "form", says: "a line of", frozen: swap("\r\n\r\n--", "\n\r\n--")},
	{fault: "a line ends in CR alone", judge: "form", says: "a line of", frozen: swap("\r\n\r\n--", "\r\r\n--")},
	{fault: "no line end at the end", judge: "form", says: "a line of", frozen: func(m string) string { return strings.TrimRight(m, "\r\n") }},
	{fault: "a line too long", judge: "form", says: "a line of 999 octets", frozen: swap("\r\n\r\n--", "\r\nX-Long: "+strings.Repeat("x", 991)+"\r\n\r\n--")},
	{fault: "not ASCII", judge: "form", says: "ü", frozen: swap("\r\n\r\n--", "\r\nX-Name: ü\r\n\r\n--")},

	{fault: "a server has mended it", judge: "unchanged", says: "changed it", stored: swap("quoted-printable", "Quoted-Printable")},
	{fault: "a server has added a field below", judge: "unchanged", says: "X-Added", stored: swap("\nContent-Type", "\nX-Added: x\nContent-Type")},

	{fault: "another version in the text", judge: "facts", says: "1.99.9", stored: swap("1.66.1", "1.99.9")},
	{fault: "another link in the HTML", judge: "facts", says: "example.net", stored: swap(`href=3D"https://`, `href=3D"https://example.net/`)},
	{fault: "a number less", judge: "facts", says: "differ", stored: swap("This letter lists 4 nodes", "This letter lists some nodes")},

	{fault: "it broke off", judge: "python", says: "CloseBoundaryNotFound", stored: func(m string) string { return m[:strings.LastIndex(m, "--tocsin")] }},
	{fault: "no base64", judge: "python", says: "InvalidBase64", stored: swap("\n\nbm9kZS", "\n\n!bm9kZS")},
	{fault: "another word", judge: "python", says: "Text:", stored: swap("1.66.1", "1.66.2")},
	{fault: "two recipients", judge: "python", says: "someone@example.net", stored: swap("\nTo: ", "\nTo: someone@example.net, ")},
	{fault: "another word", judge: "postal-mime", says: "Text:", stored: swap("1.66.1", "1.66.2")},
	{fault: "two recipients", judge: "postal-mime", says: "someone@example.net", stored: swap("\nTo: ", "\nTo: someone@example.net, ")},
	{fault: "another attachment", judge: "postal-mime", says: "Attached:", stored: swap("nodes.csv\n", "nodes.txt\n")},
	{fault: "another word", judge: "ripmime", says: `"text"`, stored: swap("1.66.1", "1.66.2")},
	{fault: "another attachment", judge: "ripmime", says: "nodes.txt", stored: swap("nodes.csv\n", "nodes.txt\n")},

	{fault: "a sign that filters agreed on", judge: "spamassassin", says: "GTUBE", stored: swap("WHAT TO DO", "XJS*C4JDBQADN1.NSBN3*2IDNEN*GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL*C.34X")},
	{fault: "a day long past", judge: "spamassassin", says: "DATE_IN_PAST", stored: swap("\nDate: ", "\nDate: Mon, 01 Jan 2024 09:00:00 +0000\nX-Date: ")},
	{fault: "from this machine", judge: "spamassassin", says: "ALL_TRUSTED", stored: swap("["+outside+"]", "[127.0.0.1]")},
}

func swap(old, replacement string) func(string) string {
	return func(message string) string { return strings.Replace(message, old, replacement, 1) }
}

// hop is what a server puts before a letter that it takes from outside.
const hop = `Received: from mail.example.com (mail.example.com [` + outside + `])
	by mx.example.org (Postfix) with ESMTP id 1234567890
	for <security@bakery.example.com>; `

// TestPlanted plants the faults beside a sound letter, which has to stay without a finding.
func TestPlanted(t *testing.T) {
	p := findPrograms(t)
	sound := writeLetters(t, shapes[0])[0]
	_, date, _ := strings.Cut(lines(string(sound.frozen)), "\nDate: ")
	date, _, _ = strings.Cut(date, "\n")
	store(t, &sound, hop+date+"\n"+lines(string(sound.frozen)))
	for _, j := range judges {
		t.Run(j.name, func(t *testing.T) {
			letters := []letter{sound}
			for _, f := range planted {
				if f.judge == j.name {
					letters = append(letters, plant(t, sound, f.fault, f.frozen, f.stored))
				}
			}
			found := j.judge(t, p, letters)
			for _, f := range planted {
				says := func(g finding) bool { return g.shape == f.fault && strings.Contains(g.text, f.says) }
				if f.judge == j.name && !slices.ContainsFunc(found, says) {
					t.Errorf("did not find: %s (%s)", f.fault, f.says)
				}
			}
			if i := slices.IndexFunc(found, func(f finding) bool { return f.shape == sound.shape }); i >= 0 {
				t.Errorf("the sound letter: %s", found[i].text)
			}
		})
	}
}

// plant makes a letter with a fault, which must have changed something.
func plant(t *testing.T, l letter, fault string, frozen, stored func(string) string) letter {
	t.Helper()
	before := l.mailbox(t)
	after := before
	if stored != nil {
		after = []byte(stored(string(before)))
	}
	if frozen != nil {
		l.frozen = []byte(frozen(string(l.frozen)))
	}
	if frozen == nil && bytes.Equal(before, after) {
		t.Fatalf("%s: nothing was planted", fault)
	}
	l.shape = fault
	store(t, &l, string(after))
	return l
}

// store writes a letter as it would lie in a mailbox.
func store(t *testing.T, l *letter, message string) {
	t.Helper()
	l.stored = filepath.Join(t.TempDir(), "letter")
	if err := os.WriteFile(l.stored, []byte(message), 0o600); err != nil {
		t.Fatal(err)
	}
}
