package address

import (
	"path"
	"strings"
	"testing"
	"testing/fstest"
)

// TestKept is F12 for addresses of older sites: none leads out of its folder, or to a file
// of another meaning.
func TestKept(t *testing.T) {
	for _, good := range []string{
		"/security-bulletins/ts-2026-004/", "/security-bulletins/index.xml", "/security-bulletins/feed.json", "/a/", "/old.html", "/KB/1083/", "/kb/TS-2022-001.html",
		"/feed/", "/a_b/c.tar.gz", "/console/", "/index.php", "/page-1/", "/statics/", "/x/404.html", "/" + strings.Repeat("a", 64) + "/",
	} {
		if p, err := ParseKept(good); err != nil || string(p) != good {
			t.Errorf("ParseKept(%q) = %q, %v", good, p, err)
		}
	}
	for _, bad := range []string{
		"", "a", "a/", "/", "//", "//a/", "/a//b/", "/../", "/a/../b/", "/./", "/a", "/a/b", "/a b/", "/a?b/", "/a#b/", "/a%2fb/", `/a\b/`, "/ä/", "/a\x00/", "/a\n/",
		"/.git/", "/-a/", "/a.b/", "/.htaccess", "/a/.b.html", "/a/index.html", "/index.html", "/static/", "/STATIC/x.css", "/static/old.html", "/404.html", "/404.HTML",
		"/robots.txt", "/sitemap.xml", "/sitemap-2.xml", "/manifest.json", "/Manifest.JSON", "/con/", "/CON.html", "/x/nul.txt", "/lpt1/", "/com9.html",
		"/" + strings.Repeat("a", 65) + "/", strings.Repeat("/aaaaaaaaa", 20) + "/", "https://example.com/", "/a.", "/a..html", "/{{x}}/",
	} {
		if p, err := ParseKept(bad); err == nil {
			t.Errorf("ParseKept(%q) = %q", bad, p)
		}
	}
}

func TestDestinations(t *testing.T) {
	for _, good := range []string{"/", "/#_latest", "/a/", "/a/#b", "/a/#schäden-1.2_x", "/old.html", "https://example.com", "https://example.com:8443/a/?b=c;d#e", "https://[2001:db8::1]/"} {
		if to, err := ParseDestination(good); err != nil || to != good {
			t.Errorf("ParseDestination(%q) = %q, %v", good, to, err)
		}
	}
	for _, bad := range []string{
		"", "a/", "//evil.example/", "/a", "/a/#", "/a/#b c", `/a/#"`, "/a/?b", "/../", "/static/x.css", "http://example.com/", "javascript:alert(1)", "data:text/html,x", "https:/x", "https://",
		"https:///x", "https://user@example.com/", "https://u:p@example.com", "https://example.com/'", `https://example.com/"`, "https://example.com/<", "https://example.com/ x",
		"https://example.com/ä", `https://example.com\@evil.example/`, "https://exa_mple.com/", "https://example.com/%zz", "https://example.com/$uri", "HTTPS://example.com/",
	} {
		if to, err := ParseDestination(bad); err == nil {
			t.Errorf("ParseDestination(%q) = %q", bad, to)
		}
	}
}

// FuzzKept: what is accepted is one file below the root, and a fixed point of both ways.
func FuzzKept(f *testing.F) {
	for _, seed := range []string{"/", "/a/", "/a/b.html", "/KB/1/", "/a/../b/", "/con/", "/a.b.c"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		p, err := ParseKept(text)
		if err != nil {
			return
		}
		file := p.File()
		if path.Clean("/"+file) != "/"+file || PageOf(file) != p {
			t.Errorf("%q is the file %q, which is the page %q", text, file, PageOf(file))
		}
		if _, err := (fstest.MapFS{file: {}}).Open(file); err != nil {
			t.Error(err)
		}
	})
}

func TestPageOf(t *testing.T) {
	for file, want := range map[string]Page{"index.html": "/", "404.html": "/404.html", "a/index.html": "/a/", "a/index.xml": "/a/index.xml", "a/xindex.html": "/a/xindex.html"} {
		if got := PageOf(file); got != want || got.File() != file {
			t.Errorf("%s: %s, its file %s", file, got, got.File())
		}
	}
}

// TestLasting is F60: what readers and feed readers keep as a bookmark keeps its address.
func TestLasting(t *testing.T) {
	l := layout(t, "https://example.com/security/")
	for page, want := range map[Page]bool{
		l.Bulletins(): true, l.Bulletin("TS-2026-004"): true, l.Year(2026): true, l.Product("client"): true, l.Severity(""): true, l.ActionRequired(): true, l.Feeds(): true,
		l.Feed(): true, l.Atom(): true, l.JSONFeed(): true, l.Product("client").RSS(): true, l.Policies(): true, l.Policy("a"): true,
		Home: false, NotFound: false, Sitemap: false, Robots: false, l.PoliciesPrint(): false, l.Asset("style.css"): false,
		l.Bulletins().Part(1): false, l.Year(2026).Part(12): false, "/security-bulletins/picture.png": false, "/elsewhere/": false,
	} {
		if got := l.Lasting(page); got != want {
			t.Errorf("%s lasts: %t, want %t", page, got, want)
		}
	}
}

func TestMoves(t *testing.T) {
	l := layout(t, "https://example.com/security/")
	for _, test := range []struct {
		Move
		href   string
		status int
		shown  bool
	}{
		{Move{From: "/a/", To: "/b/#c"}, "/security/b/#c", 301, true},
		{Move{From: "/a.html", To: "https://example.org/"}, "https://example.org/", 301, true},
		{Move{From: "/a/", Reason: "Why."}, "", 410, true},
		{Move{From: "/a/index.xml", To: "/b/index.xml"}, "/security/b/index.xml", 301, false},
	} {
		if l.MovedTo(test.Move) != test.href || test.Status() != test.status || test.Shown() != test.shown {
			t.Errorf("%+v: %q, %d, shown %t", test.Move, l.MovedTo(test.Move), test.Status(), test.Shown())
		}
	}
}
