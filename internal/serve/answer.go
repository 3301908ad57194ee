package serve

import (
	"fmt"
	"html/template"
	"mime"
	"net"
	"net/http"
	"net/url"
	"path"
	"strconv"
	"strings"

	"tocsin/internal/source"
)

// ownRoot is where the server's own pages are. No page of a site begins with _.
const ownRoot = "/_tocsin/"

func (s *Server) handler(at net.Addr) http.Handler {
	return newGuard(at, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch p := r.URL.Path; {
		case p == ownRoot+"events":
			s.live.serve(w, r)
		case strings.HasPrefix(p, ownRoot) || p+"/" == ownRoot:
			s.own(p).write(w)
		default:
			s.reply(p).write(w)
		}
	}))
}

// reply is an answer that is complete.
type reply struct {
	status      int
	location    string
	contentType string
	data        []byte
}

// write sends it. The server itself leaves out the data where only the head is asked for.
func (a reply) write(w http.ResponseWriter) {
	if a.location != "" {
		w.Header().Set("Location", a.location)
	}
	w.Header().Set("Content-Type", a.contentType)
	w.Header().Set("Content-Length", strconv.Itoa(len(a.data)))
	w.WriteHeader(a.status)
	w.Write(a.data)
}

// reply looks a path up. It holds the site only while it does: a slow browser keeps
// nobody from reading again.
func (s *Server) reply(asked string) reply {
	clean := cleaned(asked)
	if clean != asked {
		return moved(clean)
	}
	s.reading.RLock()
	defer s.reading.RUnlock()
	if s.failure != nil && isPage(clean) {
		return s.broken(s.failure)
	}
	a, err := s.site.Open(clean)
	switch {
	case err != nil:
		return s.broken(err)
	case a.Status == http.StatusNotFound && !isPage(clean):
		if b, err := s.site.Open(clean + "/"); err == nil && b.Status == http.StatusOK {
			return moved(clean + "/")
		}
	}
	if a.Status == http.StatusNotFound && clean == "/" && s.Home != "/" {
		return moved(s.Home)
	}
	return s.complete(clean, a)
}

// complete makes a reply of the site's answer; pages get what a preview shows more.
func (s *Server) complete(path string, a Answer) reply {
	switch {
	case a.Status == http.StatusMovedPermanently && a.Location != "":
		return reply{status: a.Status, location: a.Location, contentType: textPlain, data: []byte("moved to " + a.Location + "\n")}
	case a.Status < 200 || a.Status > 599:
		return s.broken(fmt.Errorf("%s has no answer (status %d)", path, a.Status))
	}
	kind := a.ContentType
	if kind == "" {
		kind = contentType(path, a.Status)
	}
	if media, _, _ := mime.ParseMediaType(kind); media != "text/html" {
		return reply{a.Status, "", kind, a.Data}
	}
	dock, err := piece("dock", s.dock(path, a))
	if err != nil {
		return s.broken(err)
	}
	more := additions{version: s.live.version(), dock: dock}
	if a.Draft != "" {
		more.title, more.banner, err = marked(a)
		if err != nil {
			return s.broken(err)
		}
	}
	return reply{a.Status, "", kind, more.complete(a.Data)}
}

// broken is a whole page with what went wrong, which reloads when it is mended.
func (s *Server) broken(err error) reply {
	return ownPage("failure", http.StatusInternalServerError, s.failed(err))
}

// moved leads to a path of this server.
func moved(path string) reply {
	to := escaped(path)
	return reply{status: http.StatusMovedPermanently, location: to, contentType: textPlain, data: []byte("moved to " + to + "\n")}
}

func escaped(path string) string { return (&url.URL{Path: path}).EscapedPath() }

// cleaned is the one spelling of a path that the site is asked for: without . and ..
// and doubled slashes, and a page by its folder.
func cleaned(p string) string {
	clean := path.Clean("/" + p)
	if strings.HasSuffix(p, "/") && clean != "/" {
		clean += "/"
	}
	if folder, is := strings.CutSuffix(clean, "/index.html"); is {
		return folder + "/"
	}
	return clean
}

// isPage tells pages from files by their path.
func isPage(p string) bool {
	return strings.HasSuffix(p, "/") || path.Ext(p) == ".html"
}

const (
	textHTML  = "text/html; charset=utf-8"
	textPlain = "text/plain; charset=utf-8"
)

// contentType is what a file is, by the end of its name: fixed here, since the tables
// of operating systems differ.
func contentType(p string, status int) string {
	if isPage(p) || status != http.StatusOK { // "not found" is a page whatever was looked for
		return textHTML
	}
	if kind, known := contentTypes[path.Ext(p)]; known {
		return kind
	}
	return "application/octet-stream"
}

var contentTypes = map[string]string{
	".css":  "text/css; charset=utf-8",
	".js":   "text/javascript; charset=utf-8",
	".svg":  "image/svg+xml; charset=utf-8",
	".xml":  "application/xml; charset=utf-8",
	".xsl":  "application/xslt+xml; charset=utf-8",
	".json": "application/json; charset=utf-8",
	".txt":  textPlain,
	".asc":  textPlain,
	".ico":  "image/x-icon",
	".png":  "image/png",
	".jpg":  "image/jpeg",
	".jpeg": "image/jpeg",
	".webp": "image/webp",
	".avif": "image/avif",
	".gif":  "image/gif",
	".pdf":  "application/pdf",
}

// marked says on a page, and in its title, that readers do not get it.
func marked(a Answer) (title string, banner template.HTML, err error) {
	state := a.State
	if state == "" {
		state = "draft"
	}
	title = "[" + strings.ToUpper(state[:1]) + state[1:] + "] "
	banner, err = piece("banner", Unpublished{ID: a.Draft, State: state})
	return template.HTMLEscapeString(source.Visible(title)), banner, err
}
