package serve

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// TestHost is F64: only a Host that is this machine's name, with this server's port,
// is answered.
func TestHost(t *testing.T) {
	r := start(t, &folderSite{}, Options{})
	port := r.base[strings.LastIndex(r.base, ":")+1:]
	for host, want := range map[string]int{
		"localhost:" + port: 200,
		"127.0.0.1:" + port: 200,
		"[::1]:" + port:     200,

		"evil.example:" + port:             403,
		"evil.example":                     403,
		"localhost":                        403,
		"127.0.0.1":                        403,
		"127.0.0.1:1":                      403,
		"localhost:" + port + "0":          403,
		"localhost.:" + port:               403,
		"LOCALHOST:" + port:                403,
		"localhost.evil.example:" + port:   403,
		"127.0.0.1.evil.example:" + port:   403,
		"127.0.0.2:" + port:                403,
		"0.0.0.0:" + port:                  403,
		"2130706433:" + port:               403,
		"::1:" + port:                      403,
		"[::]:" + port:                     403,
		"[::ffff:127.0.0.1]:" + port:       403,
		"[::1%25lo]:" + port:               403,
		"user@localhost:" + port:           400,
		"localhost:" + port + ",evil.test": 400,
		"":                                 403,
	} {
		got := r.raw(t, "GET / HTTP/1.1\r\nHost: "+host+"\r\nConnection: close\r\n\r\n")
		if !strings.HasPrefix(got, fmt.Sprintf("HTTP/1.1 %d ", want)) && !(want == 400 && strings.HasPrefix(got, "HTTP/1.1 403 ")) {
			t.Errorf("Host %q: %s, want %d", host, got, want)
		}
	}
	for name, c := range map[string]struct{ request, want string }{
		"no Host, 1.0":           {"GET / HTTP/1.0\r\n\r\n", "HTTP/1.0 403 "},
		"no Host, 1.1":           {"GET / HTTP/1.1\r\nConnection: close\r\n\r\n", "HTTP/1.1 400 "},
		"two Hosts":              {"GET / HTTP/1.1\r\nHost: localhost:" + port + "\r\nHost: evil.example\r\nConnection: close\r\n\r\n", "HTTP/1.1 400 "},
		"a proxy's request":      {"GET http://evil.example/ HTTP/1.1\r\nHost: localhost:" + port + "\r\nConnection: close\r\n\r\n", "HTTP/1.1 403 "},
		"events of a strange":    {"GET /_tocsin/events HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n", "HTTP/1.1 403 "},
		"headers without bounds": {"GET / HTTP/1.1\r\nHost: localhost:" + port + "\r\nX: " + strings.Repeat("x", 64<<10) + "\r\n\r\n", "HTTP/1.1 431 "},
	} {
		if got := r.raw(t, c.request); !strings.HasPrefix(got, c.want) {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

// TestMethods: a preview is looked at, and nothing else.
func TestMethods(t *testing.T) {
	r := start(t, &folderSite{}, Options{})
	for _, path := range []string{"/", "/_tocsin/", "/_tocsin/live.js", "/_tocsin/events"} {
		for _, method := range []string{"POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT", "PROPFIND", "HEAD"} {
			req, err := http.NewRequestWithContext(t.Context(), method, r.base+path, nil)
			if err != nil {
				t.Fatal(err)
			}
			res, err := http.DefaultTransport.RoundTrip(req)
			if err != nil {
				t.Fatal(err)
			}
			res.Body.Close()
			want := http.StatusMethodNotAllowed
			if method == "HEAD" {
				want = http.StatusOK
			}
			if res.StatusCode != want || want == 405 && res.Header.Get("Allow") != "GET, HEAD" {
				t.Errorf("%s %s: %s, Allow %q", method, path, res.Status, res.Header.Get("Allow"))
			}
		}
	}
}

// TestStrangers is F64: a page of the internet cannot have its reader's browser fetch,
// embed or frame a preview.
func TestStrangers(t *testing.T) {
	r := start(t, &folderSite{}, Options{})
	for _, path := range []string{"/", "/static/style.css", "/_tocsin/", "/_tocsin/events", "//evil.example/"} {
		for name, header := range map[string][]string{
			"another site":                  {"Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "no-cors"},
			"a link of another site":        {"Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "navigate"},
			"another port of this machine":  {"Sec-Fetch-Site", "same-site"},
			"a browser that tells less":     {"Origin", "https://evil.example"},
			"a file, or a page in a frame":  {"Origin", "null"},
			"a word that is not yet spoken": {"Sec-Fetch-Site", "Same-Origin"},
		} {
			res, body := r.get(t, path, header...)
			if res.StatusCode != http.StatusForbidden {
				t.Errorf("%s asks for %s: %s", name, path, res.Status)
			}
			if strings.Contains(body, "Home") || strings.Contains(body, `"//`) {
				t.Errorf("%s asks for %s and reads:\n%s", name, path, body)
			}
		}
	}
	for _, header := range [][]string{nil, {"Sec-Fetch-Site", "none"}, {"Sec-Fetch-Site", "same-origin"}, {"Origin", r.base}} {
		res, _ := r.get(t, "/", header...)
		if res.StatusCode != http.StatusOK {
			t.Errorf("%q: %s", header, res.Status)
		}
		for name, want := range map[string]string{
			"Cache-Control":                "no-store",
			"Content-Security-Policy":      policy,
			"Cross-Origin-Opener-Policy":   "same-origin",
			"Cross-Origin-Resource-Policy": "same-origin",
			"Referrer-Policy":              "no-referrer",
			"X-Content-Type-Options":       "nosniff",
			"X-Frame-Options":              "DENY",
			"Access-Control-Allow-Origin":  "",
			"Set-Cookie":                   "",
			"Server":                       "",
		} {
			if got := res.Header.Get(name); got != want {
				t.Errorf("%s: %q, want %q", name, got, want)
			}
		}
	}
}

// TestListen is F57, F64: nothing but the loopback interface is ever opened.
func TestListen(t *testing.T) {
	for address, ok := range map[string]bool{
		"127.0.0.1:0": true, "localhost:0": true, "127.0.0.5:0": true,
		":0": false, "0.0.0.0:0": false, "[::]:0": false, "192.0.2.1:0": false, "example.com:0": false,
		"169.254.1.1:0": false, "[fe80::1]:0": false, "[::ffff:192.0.2.1]:0": false, "127.1:0": false, "LOCALHOST.:0": false,
	} {
		l, err := Listen(address)
		var outside *OutsideError
		switch {
		case ok && err != nil:
			t.Errorf("%s: %v", address, err)
		case !ok && !errors.As(err, &outside):
			t.Errorf("%s: %v, want an OutsideError", address, err)
		}
		if l != nil {
			if err := onLoopback(l.Addr()); err != nil {
				t.Errorf("%s is open at %v", address, err)
			}
			l.Close()
		}
	}
	taken, err := Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	if l, err := Listen(taken.Addr().String()); err == nil || !strings.Contains(err.Error(), taken.Addr().String()) {
		t.Errorf("a port twice: %v, %v", l, err)
	}
}
