package dkim

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"
)

// aKey is an RSA key of a size, made once a run.
var aKey = sync.OnceValue(func() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, leastBits)
	if err != nil {
		panic(err)
	}
	return key
})

// edKey is always the same one.
func edKey(selector string) Key {
	seed := sha256.Sum256([]byte(selector))
	return Key{selector, ed25519.NewKeyFromSeed(seed[:])}
}

func both(t testing.TB) Signer {
	t.Helper()
	return Signer{Domain: "example.com", Keys: []Key{{"s1", aKey()}, edKey("e1")}}
}

const head = "From: \"Example Security\" <security@example.com>\r\nTo: <owner@acme.example>\r\nReply-To: <reply@example.com>\r\n" +
	"Subject: TS-2026-004: web pages could reach the local API of the\r\n Windows client\r\nDate: Mon, 04 May 2026 09:00:00 +0000\r\n" +
	"Message-ID: <0a0a0a0a0a0a0a0a@example.com>\r\nAuto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\n"

const aLetter = head + "Content-Type: multipart/alternative;\r\n boundary=b\r\n\r\n--b\r\n\r\nHello,  \r\n\r\n\ttwo \t words\r\n\r\n--b--\r\n\r\n\r\n"

func sign(t testing.TB, s Signer, letter string) string {
	t.Helper()
	out, err := s.Sign([]byte(letter))
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

// TestSignedIsProven is F32: the library verifies what stands here, of both kinds of key,
// with headers of every length; the letter behind the signature is the same to the octet.
func TestSignedIsProven(t *testing.T) {
	s := both(t)
	for name, letter := range map[string]string{
		"a letter":             aLetter,
		"an empty body":        head + "\r\n",
		"empty lines":          head + "\r\n\r\n\r\n \t\r\n\r\n",
		"no end of line":       head + "\r\nlast",
		"spaces":               head + "\r\n \r\n a  b\t\t c \r\n\t\r\nend \t \r\n\r\n",
		"dots and dashes":      head + "\r\n.\r\n..\r\n-- \r\n",
		"spaces in fields":     head + "X-Other:   a \t b\r\nList-Id:\t <a.example.com> \r\n\r\nx\r\n",
		"an empty field":       head + "List-Help:\r\nReferences: \r\n\r\nx\r\n",
		"a field twice":        head + "List-Help: <a>\r\nlist-help: <b>\r\nCc: <c@example.com>\r\n\r\nx\r\n",
		"octets beyond ASCII":  head + "\r\n\xff\xfe\x00\x80 \xc3\xa4\r\n",
		"a thread":             head + "In-Reply-To: <1@example.com>\r\nReferences: <1@example.com>\r\n <2@example.com>\r\n\r\nx\r\n",
		"many fields of lists": head + manyLists(40) + "\r\nx\r\n",
	} {
		out := sign(t, s, letter)
		if !strings.HasSuffix(out, "\r\n"+letter) || strings.Count(out, "DKIM-Signature:") != 2 {
			t.Errorf("%s: the letter behind the signatures is another", name)
		}
		if err := s.Prove([]byte(out)); err != nil {
			t.Errorf("%s: %v\n%s", name, err, out)
		}
		if again := sign(t, s, letter); again != out {
			t.Errorf("%s: signed twice, it is other bytes", name)
		}
		for line := range strings.Lines(strings.TrimSuffix(out, letter)) {
			if len(line) > lineOctets+len("\r\n") {
				t.Errorf("%s: a line of %d octets: %q", name, len(line), line)
			}
		}
	}
}

// manyLists makes a long list h=, of names of every length: a fold in the middle of one
// breaks the signature in other libraries from 70 characters on.
func manyLists(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "List-%s: <%d>\r\n", strings.Repeat("X", i+1), i)
	}
	return b.String()
}

// TestEveryLengthOfList folds after every name.
func TestEveryLengthOfList(t *testing.T) {
	s := Signer{Domain: "example.com", Keys: []Key{edKey("e1")}}
	for n := range 60 {
		if err := s.Prove([]byte(sign(t, s, head+manyLists(n)+"\r\nx\r\n"))); err != nil {
			t.Errorf("%d fields: %v", n, err)
		}
	}
	for n := 1; n < 200; n++ {
		name := "List-" + strings.Repeat("Y", n)
		if err := s.Prove([]byte(sign(t, s, head+name+": <a>\r\n\r\nx\r\n"))); err != nil {
			t.Errorf("a name of %d octets: %v", len(name), err)
		}
	}
}

// TestTags are those of RFC 6376 §3.5 that are asked for, and no others.
func TestTags(t *testing.T) {
	s := Signer{Domain: "example.com", Keys: []Key{edKey("e1")}}
	field, _, _ := strings.Cut(sign(t, s, aLetter), "\r\nFrom")
	field = strings.NewReplacer("\r\n", "", " ", "").Replace(field)
	want := "DKIM-Signature:v=1;a=ed25519-sha256;c=relaxed/relaxed;d=example.com;s=e1;t=1777885200;" +
		"h=From:From:To:To:Subject:Subject:Date:Date:Message-ID:Message-ID:Reply-To:Reply-To:MIME-Version:MIME-Version:Content-Type:Content-Type:Auto-Submitted;bh="
	if !strings.HasPrefix(field, want) {
		t.Errorf("the field is\n%s\nwant\n%s", field, want)
	}
	s.Lifetime = time.Hour
	if out := sign(t, s, aLetter); !strings.Contains(out, "t=1777885200; x=1777888800;") || s.Prove([]byte(out)) == nil {
		t.Errorf("a signature that ended in 2026 is proven, or does not say when it ends:\n%s", out)
	}
}

// TestChangedIsRefused is F32: whatever is changed, taken away or added.
func TestChangedIsRefused(t *testing.T) {
	s := both(t)
	good := sign(t, s, aLetter)
	for name, change := range map[string]func(string) string{
		"body":              func(m string) string { return strings.Replace(m, "two", "too", 1) },
		"body longer":       func(m string) string { return m + "x\r\n" },
		"body shorter":      func(m string) string { return strings.Replace(m, "--b--", "", 1) },
		"line split":        func(m string) string { return strings.Replace(m, "two \t words", "two\r\nwords", 1) },
		"subject":           func(m string) string { return strings.Replace(m, "Windows", "Linux", 1) },
		"recipient":         func(m string) string { return strings.Replace(m, "owner@", "other@", 1) },
		"date":              func(m string) string { return strings.Replace(m, "09:00", "10:00", 1) },
		"time of signature": func(m string) string { return strings.Replace(m, "t=1777885200", "t=1777885201", 1) },
		"reply-to":          func(m string) string { return strings.Replace(m, "reply@", "evil@", 1) },
		"type":              func(m string) string { return strings.Replace(m, "boundary=b\r", "boundary=c\r", 1) },
		"no longer to":      func(m string) string { return strings.Replace(m, "To: <owner@acme.example>\r\n", "", 1) },
		"no auto-submitted": func(m string) string { return strings.Replace(m, "Auto-Submitted: auto-generated\r\n", "", 1) },
		"one key":           func(m string) string { return m[strings.Index(m[1:], "DKIM-Signature")+1:] },
		"no signature":      func(string) string { return aLetter },
		"of another domain": func(m string) string { return strings.Replace(m, "d=example.com", "d=example.net", 1) },
	} {
		if bad := change(good); bad == good || s.Prove([]byte(bad)) == nil {
			t.Errorf("%s: proven, or unchanged", name)
		}
	}
	for _, name := range always { // in front of the letter, or behind its own
		for _, bad := range []string{name + ": <x@example.com>\r\n" + good, strings.Replace(good, "MIME-Version: 1.0\r\n", "MIME-Version: 1.0\r\n"+name+": <x@example.com>\r\n", 1)} {
			if s.Prove([]byte(bad)) == nil {
				t.Errorf("a second %s was added, and the signature holds", name)
			}
		}
	}
	other := Signer{Domain: s.Domain, Keys: []Key{edKey("s1"), edKey("e1")}}
	if other.Prove([]byte(good)) == nil {
		t.Error("proven with another key")
	}
	if err := s.Prove([]byte("Received: from x\r\n by y\r\nReturn-Path: <a@example.com>\r\n" + good)); err != nil {
		t.Error("a hop breaks it:", err)
	}
}

// TestEveryOctetCounts flips one bit of each octet of the letter's lines. White space, and
// letters of a field's name, may become their like.
func TestEveryOctetCounts(t *testing.T) {
	s := Signer{Domain: "example.com", Keys: []Key{edKey("e1")}}
	good := []byte(sign(t, s, aLetter))
	for i := bytes.Index(good, []byte("From:")); i < len(good); i++ {
		bad := bytes.Clone(good)
		if bad[i] ^= 1; good[i] != '\r' && good[i] != '\n' && string(canonical(bad)) != string(canonical(good)) && s.Prove(bad) == nil {
			t.Errorf("octet %d, %q for %q: proven", i, bad[i], good[i])
		}
	}
}

// canonical is a letter as RFC 6376 compares it.
func canonical(letter []byte) []byte {
	header, body, _ := bytes.Cut(letter, []byte("\r\n\r\n"))
	return append(bytes.ToLower(header), canonicalBody(body)...)
}

// TestNotSigned are letters that receivers would refuse, or servers would mend.
func TestNotSigned(t *testing.T) {
	s := both(t)
	for want, letter := range map[string]string{
		"a line does not end in CR LF":           strings.Replace(aLetter, "two", "two\n", 1),
		"CR LF":                                  strings.Replace(aLetter, "two", "two\r", 1),
		"no empty line ends its header":          head,
		"it is signed already":                   sign(t, s, aLetter),
		"0 fields Date":                          strings.Replace(aLetter, "Date:", "X-Date:", 1),
		"0 fields Message-ID":                    strings.Replace(aLetter, "Message-ID:", "X-Id:", 1),
		"2 fields Subject":                       "subject: x\r\n" + aLetter,
		"2 fields From":                          "FROM: <security@example.com>\r\n" + aLetter,
		"its Date cannot be read":                strings.Replace(aLetter, "Mon, 04 May", "now", 1),
		"its From is not one address":            strings.Replace(aLetter, "<security@example.com>", "<security@example.com>, <x@example.com>", 1),
		`"example.net", and "example.com" signs`: strings.Replace(aLetter, "<security@example.com>", "<security@example.net>", 1),
		`"notexample.com"`:                       strings.Replace(aLetter, "<security@example.com>", "<security@notexample.com>", 1),
		"is not a field":                         strings.Replace(aLetter, "MIME-Version:", "MIME-Version :", 1),
		"0 fields From":                          "\r\n\r\nx",
	} {
		if out, err := s.Sign([]byte(letter)); err == nil || out != nil || !strings.Contains(err.Error(), want) {
			t.Errorf("signed, or not refused for %q: %v", want, err)
		} else if strings.Contains(err.Error(), "@") {
			t.Errorf("the error prints an address: %v", err)
		}
	}
	if _, err := s.Sign([]byte(strings.Replace(aLetter, "@example.com>", "@mail.Example.COM>", 1))); err != nil {
		t.Error("a domain below the signer's:", err)
	}
}

func TestSignerIsChecked(t *testing.T) {
	for want, s := range map[string]Signer{
		"no key":                  {Domain: "example.com"},
		`"" is not a domain`:      {Keys: []Key{edKey("e1")}},
		`"localhost"`:             {Domain: "localhost", Keys: []Key{edKey("e1")}},
		`"example.com;"`:          {Domain: "example.com;", Keys: []Key{edKey("e1")}},
		`"a b"`:                   {Domain: "example.com", Keys: []Key{edKey("a b")}},
		`""`:                      {Domain: "example.com", Keys: []Key{edKey("")}},
		`the selector "S1"`:       {Domain: "example.com", Keys: []Key{edKey("s1"), edKey("S1")}},
		"no private key was read": {Domain: "example.com", Keys: []Key{{Selector: "s1"}}},
	} {
		if out, err := s.Sign([]byte(aLetter)); err == nil || out != nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", want, err)
		}
	}
}

// FuzzSign: what is signed is proven, and is the letter.
func FuzzSign(f *testing.F) {
	f.Add("X: y\r\n", "body\r\n")
	f.Add("List-Help: a\r\n b\r\n", " a \t\r\n\r\n")
	s := Signer{Domain: "example.com", Keys: []Key{edKey("e1")}}
	f.Fuzz(func(t *testing.T, more, body string) {
		letter := head + more + "\r\n" + body
		out, err := s.Sign([]byte(letter))
		if err != nil {
			return
		}
		if !strings.HasSuffix(string(out), "\r\n"+letter) {
			t.Fatal("the letter is another")
		}
		if err := s.Prove(out); err != nil {
			t.Fatalf("%v\n%q", err, out)
		}
	})
}

// BenchmarkSign is one letter of 2 KiB.
func BenchmarkSign(b *testing.B) {
	letter := []byte(head + "\r\n" + strings.Repeat("A line of a letter, as it may be written.\r\n", 40))
	for _, k := range []Key{{"s1", aKey()}, edKey("e1")} {
		b.Run(k.Algorithm(), func(b *testing.B) {
			s := Signer{Domain: "example.com", Keys: []Key{k}}
			b.ReportAllocs()
			for b.Loop() {
				if _, err := s.Sign(letter); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func inPEM(kind string, der []byte, err error) []byte {
	if err != nil {
		panic(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
}

func pkcs8(key any) []byte {
	der, err := x509.MarshalPKCS8PrivateKey(key)
	return inPEM("PRIVATE KEY", der, err)
}
