package serve

import (
	"fmt"
	"net"
	"net/http"
	"slices"
	"strconv"
)

// guard lets in what a person at this machine asks for, and nothing that a page of
// the internet makes their browser ask for (F64).
//
//   - The Host is this machine's name. A stranger's name that was made to lead to
//     127.0.0.1 (DNS rebinding) is still the Host of its requests.
//   - No page of another site may ask, embed or look: Sec-Fetch-Site tells who asks
//     (W3C Fetch Metadata), and the answer's headers forbid the rest. A page served at
//     another port of localhost is the same site; it is refused as well.
//   - Nothing can be changed here: GET and HEAD only.
type guard struct {
	hosts []string // as they stand in the Host header
	next  http.Handler
}

func newGuard(at net.Addr, next http.Handler) guard {
	_, port, _ := net.SplitHostPort(at.String())
	g := guard{next: next}
	for _, host := range []string{"localhost", "127.0.0.1", "::1"} {
		g.hosts = append(g.hosts, net.JoinHostPort(host, port))
	}
	if port == strconv.Itoa(80) { // browsers leave it out
		g.hosts = append(g.hosts, "localhost", "127.0.0.1", "[::1]")
	}
	return g
}

// policy is the Content-Security-Policy of every answer: what the pages' own says, and
// the script of the reload. No page may show ours in a frame.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// ServeHTTP implements http.Handler.
func (g guard) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Security-Policy", policy)
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Referrer-Policy", "no-referrer") // the address of a draft goes nowhere
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-DNS-Prefetch-Control", "off") // nor do the names that it links to
	h.Set("X-Frame-Options", "DENY")
	switch {
	case !slices.Contains(g.hosts, r.Host):
		http.Error(w, "403: this preview answers to "+g.hosts[0]+" and "+g.hosts[1]+" only", http.StatusForbidden)
	case r.Method != http.MethodGet && r.Method != http.MethodHead:
		h.Set("Allow", "GET, HEAD")
		http.Error(w, fmt.Sprintf("405: a preview is only looked at; %s changes things", r.Method), http.StatusMethodNotAllowed)
	case g.foreign(r):
		ownPage("crossing", http.StatusForbidden, escaped(cleaned(r.URL.Path))).write(w)
	default:
		g.next.ServeHTTP(w, r)
	}
}

// foreign reports a request that a page of another origin began. Browsers say so;
// other programs say nothing, and pages cannot make them ask.
func (g guard) foreign(r *http.Request) bool {
	site, origin := r.Header.Get("Sec-Fetch-Site"), r.Header.Get("Origin")
	return site != "" && site != "same-origin" && site != "none" ||
		origin != "" && origin != "http://"+r.Host
}
