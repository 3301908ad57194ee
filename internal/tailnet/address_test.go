package tailnet

import (
	"strings"
	"testing"
)

// hostile are the addresses of F23: each has made some mailer write to somebody
// else, or somewhere else. They are made of a few shapes and the characters that
// such shapes turn on.
func hostile() []string {
	list := []string{
		"", "@", "a@", "@example.com", "a", "example.com", "a@@example.com", "a@b@example.com", "@a@example.com",
		// quoted local parts
		`""@example.com`, `"a"@example.com`, `"a b"@example.com`, `"a@evil.example"@example.com`, `"a\"b"@example.com`,
		`"toni@example.com> ORCPT=rfc822;x"@example.com`, `a."b"@example.com`, `"a".b@example.com`,
		// address literals and numbers
		"a@[192.0.2.1]", "a@[IPv6:2001:db8::1]", "a@[]", "a@[example.com]", "a@192.0.2.1", "a@1.2.3.4.5", "a@0x7f.1", "a@2001:db8::1", "a@127.1",
		// one label only
		"a@localhost", "a@localdomain", "root@mail", "a@com",
		// display names, angle brackets, comments, routes
		"<a@example.com>", "A <a@example.com>", `"A" <a@example.com>`, "A a@example.com", "<a@example.com", "a@example.com>", "a@example.com <b@evil.example>",
		"a(comment)@example.com", "(comment)a@example.com", "a@example.com (A)", "a@(comment)example.com", "a@example(comment).com",
		"@relay.example:a@example.com", "<@relay.example:a@example.com>", "mailto:a@example.com",
		// lists and groups
		"a@example.com,b@evil.example", "a@example.com, b@evil.example", "a@example.com;b@evil.example", "a@example.com b@evil.example",
		"a,b@example.com", "a;b@example.com", "undisclosed-recipients:;", "team:a@example.com;", "a@example.com,", ",a@example.com",
		// what SMTP would take as something else
		"a@example.com> SIZE=1", "a@example.com> NOTIFY=NEVER ORCPT=rfc822;b@evil.example", "a@example.com\r\nRCPT TO:<b@evil.example>",
		"a@example.com\r\nBcc: b@evil.example", "a\r\nDATA\r\n@example.com", "a@example.com\n", "a@example.com\r", "\ra@example.com", "\na@example.com",
		"a@example.com\r\n", "a@exam\r\nple.com", "a@example.com\r\n.\r\n", "a@example.com\x00", "\x00a@example.com", "a\x00@example.com", "a@\x00example.com",
		"a@example.com\x00b@evil.example", "a\x1b[31m@example.com",
		// dots
		".a@example.com", "a.@example.com", "a..b@example.com", ".@example.com", "a@example.com.", "a@.example.com", "a@example..com", "a@.com", "a@.", "a@..",
		// hyphens and odd labels
		"a@-example.com", "a@example-.com", "a@example.-com", "a@example.com-", "a@exa_mple.com", "a@example.c_m", "a@*.example.com", "a@example.com/x",
		"a@example.com:25", "a@example.com?subject=x", "a@example.com#x", "a@%65xample.com", "a@exa%mple.com", `a@exam\ple.com`, "a@exam!ple.com", "a@exam+ple.com",
		// characters outside ASCII
		"ä@example.com", "a@exämple.com", "a@пример.example", "аdmin@example.com", "a@ex\u0430mple.com", "a＠example.com", "a@example。com", "a@example．com",
		"a@example.com\u2028", "a\u2028@example.com", "a\u2029@example.com", "a@example\u2028.com", "a@example.com\u0085", "a@example.com\u00A0", "\u00A0a@example.com",
		"a\u00A0@example.com", "a@example.com\u200B", "a\u200B@example.com", "a\u202E@example.com", "\uFEFFa@example.com", "a\u00AD@example.com", "a\u200D@example.com",
		"a@example.com\u3000", "😀@example.com", "a\xff@example.com", "a@\xc3.com", "a@ex\xedample.com",
		"a@exam'ple.com", "a@=?utf-8?q?example?=.com", "=?utf-8?q?a=0D=0ABcc:?= <a@example.com>", "a@example.com@", "a@${HOST}.com", "a@{example}.com", "a@`id`.com",
		// too long
		strings.Repeat("a", 65) + "@example.com",
		strings.Repeat("a", 300) + "@example.com",
		strings.Repeat("a.", 32) + "a@example.com",
		"a@" + strings.Repeat("b", 64) + ".example",
		"a@example." + strings.Repeat("b", 64),
		"a@" + strings.Repeat("b.", 126) + "example",                                         // 261 in all
		strings.Repeat("a", 64) + "@" + strings.Repeat(strings.Repeat("b", 62)+".", 3) + "a", // 255 in all
		strings.Repeat("a@example.com,", 1000),
		strings.Repeat("a", 1<<20) + "@example.com",
	}
	for _, c := range " \t\v\f\b\x7f\"(),:;<>[\\]@" {
		s := string(c)
		list = append(list, "a"+s+"b@example.com", s+"a@example.com", "a@example"+s+".com", "a@example.com"+s)
	}
	return list
}

// F23: not one hostile address is accepted, and no error repeats it: errors reach logs.
func TestHostileAddresses(t *testing.T) {
	list := hostile()
	seen := make(map[string]bool)
	for _, text := range list {
		seen[text] = true
		a, err := ParseAddress(text)
		if err == nil || a != "" {
			t.Errorf("accepted %q", text)
			continue
		}
		if len(text) > 3 && strings.Contains(err.Error(), text) {
			t.Errorf("the error repeats %q", text)
		}
	}
	if len(seen) < 200 {
		t.Errorf("only %d different addresses, want 200", len(seen))
	}
}

func TestOrdinaryAddresses(t *testing.T) {
	for _, text := range []string{
		"security@example.com", "a@b.co", "Owner@Example.COM", "first.last@example.com", "a.b.c.d@example.com",
		"alerts+tailnet@example.com", "o'brien@example.ie", "_team@example.com", "team-@example.com", "-a@example.com", "1@example.com", "007@example.com",
		"a@example.co.uk", "a@a.b.c.d.e.f.example", "a@1and1.example", "a@3com.example", "a@192.example", "a@xn--bcher-kva.example", "a@example.xn--p1ai",
		"a@my-company.example", "a@a--b.example", "a@x.y", "!#$%&'*+-/=?^_`{|}~@example.com", "{x}@example.com",
		strings.Repeat("a", 64) + "@example.com",
		"a@" + strings.Repeat("b", 63) + ".example",
		strings.Repeat("a", 64) + "@" + strings.Repeat(strings.Repeat("b", 61)+".", 3) + "com", // 254 in all
	} {
		if a, err := ParseAddress(text); err != nil || string(a) != text {
			t.Errorf("%q: %q, %v", text, a, err)
		}
	}
}

// FuzzParseAddress: whatever is accepted can stand in an SMTP command and a header.
func FuzzParseAddress(f *testing.F) {
	for _, text := range hostile() {
		if len(text) < 1000 {
			f.Add(text)
		}
	}
	f.Add("security@example.com")
	f.Fuzz(func(t *testing.T, text string) {
		a, err := ParseAddress(text)
		if err != nil {
			return
		}
		local, domain, _ := strings.Cut(text, "@")
		if string(a) != text || len(text) > 254 || len(local) > 64 || local == "" || !strings.Contains(domain, ".") {
			t.Errorf("accepted %q as %q", text, a)
		}
		for _, r := range text {
			if r <= ' ' || r >= 0x7f || strings.ContainsRune(`"(),:;<>[\]`, r) {
				t.Errorf("accepted %q", text)
			}
		}
	})
}
