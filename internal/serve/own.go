package serve

import (
	"embed"
	"errors"
	"html/template"
	"net/http"
	"slices"
	"strings"
	"sync"

	"tocsin/internal/source"
)

//go:embed own
var ownFiles embed.FS

// pieces are what the server shows itself. Texts of authors lose what a reader would
// not see: an error message is held against the file letter by letter (F10). They are parsed
// where they are wanted: other commands need not wait for them.
var pieces = sync.OnceValue(func() *template.Template {
	return template.Must(template.New("own").Funcs(template.FuncMap{
		"visible": source.Visible,
		"upper":   strings.ToUpper,
	}).ParseFS(ownFiles, "own/*.html"))
})

func piece(name string, data any) (template.HTML, error) {
	var b strings.Builder
	err := pieces().ExecuteTemplate(&b, name, data)
	return template.HTML(b.String()), err
}

// ownPage is a page of the server's own.
func ownPage(name string, status int, data any) reply {
	page, err := piece(name, data)
	if err != nil {
		return reply{http.StatusInternalServerError, "", textPlain, []byte(err.Error() + "\n")}
	}
	return reply{status, "", textHTML, []byte(page)}
}

// own answers for the paths of the server itself.
func (s *Server) own(path string) reply {
	name := strings.TrimPrefix(path, ownRoot)
	switch name {
	case "":
		s.reading.RLock()
		defer s.reading.RUnlock()
		if s.failure != nil {
			return s.broken(s.failure)
		}
		return ownPage("overview", http.StatusOK, s.overview())
	case "live.css", "live.js", "draft.svg", "private.svg":
		data, err := ownFiles.ReadFile("own/" + name)
		if err == nil {
			return reply{http.StatusOK, "", contentType(name, http.StatusOK), data}
		}
	}
	if path+"/" == ownRoot {
		return moved(ownRoot)
	}
	return reply{http.StatusNotFound, "", textPlain, []byte("404: see " + ownRoot + "\n")}
}

// dock is what stands at the foot of every page.
type dock struct {
	findings
	Proofs []Proof
}

// findings are problems to be shown, with how many there are of each level.
type findings struct {
	Errors, Warnings, Notes int
	Here                    source.Problems // of the page's own file
	Elsewhere               source.Problems
	More                    int // of those elsewhere, not shown
}

// mostElsewhere is how many problems of other files a page shows. The list of a site
// that is being imported would be longer than its pages.
const mostElsewhere = 30

func (s *Server) dock(path string, a Answer) dock {
	return dock{found(s.site.Problems(), a.Source, mostElsewhere), s.site.Proofs(path)}
}

// found divides the problems; most is how many of those elsewhere are shown, the
// gravest first.
func found(all source.Problems, here string, most int) findings {
	f := findings{Errors: all.Errors(), Warnings: all.Warnings()}
	f.Notes = len(all) - f.Errors - f.Warnings
	for _, p := range all {
		if here != "" && p.Position.File == here {
			f.Here = append(f.Here, p)
		} else {
			f.Elsewhere = append(f.Elsewhere, p)
		}
	}
	byLevel := func(a, b source.Problem) int { return int(a.Level - b.Level) }
	slices.SortStableFunc(f.Here, byLevel)
	slices.SortStableFunc(f.Elsewhere, byLevel)
	if f.More = max(0, len(f.Elsewhere)-most); f.More > 0 {
		f.Elsewhere = f.Elsewhere[:most]
	}
	return f
}

// Total is how many there are.
func (f findings) Total() int { return f.Errors + f.Warnings + f.Notes }

// Grave reports an error in the page's own file.
func (f findings) Grave() bool { return f.Here.Errors() > 0 }

// overview is the server's front page.
type overview struct {
	findings
	Version     string
	Home        string
	Links       []Link
	Unpublished []Unpublished
}

// mostListed is how many problems the overview shows.
const mostListed = 500

func (s *Server) overview() overview {
	return overview{found(s.site.Problems(), "", mostListed), s.live.version(), s.Home, s.Links, s.site.Unpublished()}
}

// failure is why nothing can be shown.
type failure struct {
	findings
	Version string
	Lines   []string // of an error that is no list of problems
}

func (s *Server) failed(err error) failure {
	f := failure{Version: s.live.version()}
	var problems source.Problems
	if errors.As(err, &problems) {
		f.findings = found(problems, "", mostListed)
		return f
	}
	f.Lines = strings.Split(strings.TrimSpace(err.Error()), "\n")
	return f
}
