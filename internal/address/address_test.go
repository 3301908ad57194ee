package address

import (
	"strings"
	"testing"
)

func layout(t *testing.T, base string) Layout {
	t.Helper()
	l, err := New(base, "/security-bulletins/", "/security-policies/")
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestPages(t *testing.T) {
	l := layout(t, "https://Example.com/security/")
	tests := []struct {
		page            Page
		file, href, url string
	}{
		{Home, "index.html", "/security/", "https://example.com/security/"},
		{NotFound, "404.html", "/security/404.html", "https://example.com/security/404.html"},
		{l.Bulletins(), "security-bulletins/index.html", "/security/security-bulletins/", "https://example.com/security/security-bulletins/"},
		{l.Bulletin("TS-2026-004"), "security-bulletins/ts-2026-004/index.html", "/security/security-bulletins/ts-2026-004/", "https://example.com/security/security-bulletins/ts-2026-004/"},
		{l.Feed(), "security-bulletins/index.xml", "/security/security-bulletins/index.xml", "https://example.com/security/security-bulletins/index.xml"},
		{l.Policies(), "security-policies/index.html", "/security/security-policies/", "https://example.com/security/security-policies/"},
		{l.Policy("patch-management"), "security-policies/patch-management/index.html", "/security/security-policies/patch-management/", "https://example.com/security/security-policies/patch-management/"},
		{l.Asset("style.css"), "static/style.css", "/security/static/style.css", "https://example.com/security/static/style.css"},
	}
	for _, test := range tests {
		if got := test.page.File(); got != test.file {
			t.Errorf("%s: file %s, want %s", test.page, got, test.file)
		}
		if got := l.Href(test.page); got != test.href {
			t.Errorf("%s: href %s, want %s", test.page, got, test.href)
		}
		if got := l.URL(test.page); got != test.url {
			t.Errorf("%s: URL %s, want %s", test.page, got, test.url)
		}
	}
}

// The address of a sentence is its policy's page with the id that the sentence has there.
func TestClause(t *testing.T) {
	l := layout(t, "https://example.com/security")
	page := l.Clause("incident-disclosure", "disclose", "cannot-confirm")
	if got, want := l.Href(page), "/security/security-policies/incident-disclosure/#"+ClauseAnchor("disclose", "cannot-confirm"); got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if got, want := l.URL(page), "https://example.com/security/security-policies/incident-disclosure/#clause-disclose-cannot-confirm"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

// A list is cut into full parts at its old end, and its front page never holds fewer than one.
func TestParts(t *testing.T) {
	for entries, want := range map[int]int{0: 0, 1: 0, 200: 0, 399: 0, 400: 1, 599: 1, 600: 2, 10_000: 49} {
		if got := Parts(entries); got != want {
			t.Errorf("%d entries: %d parts, want %d", entries, got, want)
		}
	}
}

func TestRootSite(t *testing.T) {
	for _, base := range []string{"https://example.com", "https://example.com/"} {
		l := layout(t, base)
		if got := l.Href(Home) + " " + l.URL(l.Feed()); got != "/ https://example.com/security-bulletins/index.xml" {
			t.Error(got)
		}
	}
}

func TestLinksOfText(t *testing.T) {
	l := layout(t, "https://example.com/security")
	from := l.Bulletin("TS-2026-004")
	tests := []struct{ written, onSite, elsewhere string }{
		{"/security-policies/bcp-dr/", "/security/security-policies/bcp-dr/", "https://example.com/security/security-policies/bcp-dr/"},
		{"#impact", "#impact", "https://example.com/security/security-bulletins/ts-2026-004/#impact"},
		{"../ts-2026-003/?a=b", "../ts-2026-003/?a=b", "https://example.com/security/security-bulletins/ts-2026-003/?a=b"},
		{"https://other.example/x", "https://other.example/x", "https://other.example/x"},
		{"mailto:security@example.com", "mailto:security@example.com", "mailto:security@example.com"},
		{"//other.example/", "//other.example/", "https://other.example/"},
	}
	for _, test := range tests {
		if got := l.Rewrite(test.written); got != test.onSite {
			t.Errorf("Rewrite(%q) = %q, want %q", test.written, got, test.onSite)
		}
		if got := l.Resolve(from, test.written); got != test.elsewhere {
			t.Errorf("Resolve(%q) = %q, want %q", test.written, got, test.elsewhere)
		}
	}
}

func TestNewRefuses(t *testing.T) {
	bases := []string{"", "example.com", "/x", "ftp://example.com", "http://example.com", "https://", "https:///x", "https://user@example.com",
		"https://u:p@example.com", "https://example.com?x", "https://example.com/?", "https://example.com/#", "https://example.com/a#b", "https://exa mple.com",
		"https://example.com/../x", "https://example.com//x", "https://example.com/a b", "https://example.com/%2e%2e/", "https://ex_ample.com", "https://example.com/a\"b",
		"http://127.evil.example", "http://localhost.evil.example", "https://example.com:port", "https:example.com", "javascript:alert(1)", "https://example.com/ä", "https://.example.com"}
	for _, base := range bases {
		if l, err := New(base, "/b/", "/p/"); err == nil {
			t.Errorf("New(%q) = %v", base, l)
		} else if !strings.HasPrefix(err.Error(), "base_url ") {
			t.Errorf("New(%q): %v", base, err)
		}
	}
	sections := []string{"", "/", "//", "b", "/b", "b/", "/../", "/b/../", "/B/", "/b//c/", "/b c/", "/nul/", "/static/", "/static/x/", "/p/", "/p/b/", "/b?/", "/.well-known/"}
	for _, section := range sections {
		if l, err := New("https://example.com", section, "/p/"); err == nil {
			t.Errorf("New(…, %q) = %v", section, l)
		}
		if l, err := New("https://example.com", "/p/", section); err == nil {
			t.Errorf("New(…, …, %q) = %v", section, l)
		}
	}
}

func TestNewAccepts(t *testing.T) {
	for _, base := range []string{"https://example.com:8443/a/b.c", "http://localhost:8000", "http://127.0.0.1:8000/x/", "http://[::1]:80", "https://xn--bcher-kva.example", "https://[2001:db8::1]"} {
		if _, err := New(base, "/a/b/", "/p/"); err != nil {
			t.Error(err)
		}
	}
}

// TestSlugs is F12: no slug leads out of its folder, or to a file of another meaning.
func TestSlugs(t *testing.T) {
	bad := []string{"", ".", "..", "../x", "a/b", "/a", "a/", `a\b`, "A", "a.b", "a b", "a_b", "-a", "a-", "-", "a\x00", "a\n", "ä", "a%2fb", "feed.xml", "index.html",
		strings.Repeat("a", 65), "con", "nul", "prn", "aux", "com1", "com9", "lpt1", "lpt9", "index", "feed", "atom", "rss", "print", "~", "$x", "{{x}}"}
	for _, s := range bad {
		if ValidSlug(s) == nil {
			t.Errorf("ValidSlug(%q) passes", s)
		}
	}
	for _, s := range []string{"a", "0", "patch-management", "bcp-dr", "a--b", "console", "com10", "printing", strings.Repeat("a", 64)} {
		if err := ValidSlug(s); err != nil {
			t.Error(err)
		}
	}
}

func TestElsewhere(t *testing.T) {
	l, err := New("https://security.example.com/trust", "/security-bulletins/", "/security-policies/")
	if err != nil {
		t.Fatal(err)
	}
	for link, want := range map[string]bool{
		"https://example.org/": true, "https://example.com/a": true, "https://a": true,
		"https://security.example.com/trust/": false, "https://SECURITY.example.com:443/": false, "https://security.example.com.evil.example/": false,
		"https://user@security.example.com/": false, "https://s%65curity.example.com/": false,
		"/security-bulletins/": false, "#a": false, "mailto:a@example.com": false, "http://example.org/": false, "https://": false,
	} {
		if got := l.Elsewhere(link); got != want {
			t.Errorf("%s: %v", link, got)
		}
	}
}
