package browse

import (
	"net/http"
	"os"
	"path"
	"strings"
)

// contentTypes are those that any server of plain files gives.
var contentTypes = map[string]string{
	".html": "text/html; charset=utf-8",
	".css":  "text/css; charset=utf-8",
	".js":   "text/javascript; charset=utf-8",
	".svg":  "image/svg+xml",
	".xml":  "text/xml; charset=utf-8",
	".json": "application/json",
	".txt":  "text/plain; charset=utf-8",
}

// ServeHTTP serves the files of the site as any server of plain files does: nothing of what
// is judged hangs on a header that somebody has to configure.
func (s *site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	status, name := http.StatusOK, s.file(path.Clean(r.URL.Path))
	page, ok := strings.CutPrefix(r.URL.Path, s.base+"/")
	if ok {
		name = s.file("/" + page)
	}
	data, err := os.ReadFile(name)
	if !ok || err != nil {
		status, name = http.StatusNotFound, s.file("/404.html")
		data, _ = os.ReadFile(name)
	}
	w.Header().Set("Content-Type", contentTypes[path.Ext(name)])
	w.WriteHeader(status)
	_, _ = w.Write(data) // who hung up needs no answer
}
