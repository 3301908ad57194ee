package browse

import (
	"bytes"
	"context"
	"crypto/rand"
	"io/fs"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"tocsin/internal/cli"
)

// site is a built site that is served on this machine.
type site struct {
	origin string   // https://security.example.com, as its pages know it
	base   string   // the path of the site there, without slash at the end
	dir    string   // its public/
	judged []string // paths of the pages to judge, from the base on
	opened []string // those to open in a browser
	scored []string // those to have scored by Lighthouse

	plain, secure *httptest.Server
}

// kinds are the kinds of pages, each with a page of the sample site that is one.
var kinds = []struct{ kind, page string }{
	{"home", "/"},
	{"bulletins", "/security-bulletins/"},
	{"year", "/security-bulletins/2024/"},
	{"product", "/security-bulletins/products/client/"},
	{"severity", "/security-bulletins/severity/high/"},
	{"action required", "/security-bulletins/action-required/"},
	{"feeds", "/security-bulletins/feeds/"},
	{"bulletin", "/security-bulletins/ts-2026-002/"},
	{"bulletin from right to left", "/security-bulletins/ts-2024-001/"},
	{"bulletin with long words", "/security-bulletins/ts-2024-002/"},
	{"bulletin with everything", "/security-bulletins/ts-2024-003/"},
	{"letters", "/security-bulletins/ts-2024-003/letters/"},
	{"withdrawn", "/security-bulletins/ts-2024-004/"},
	{"superseded", "/security-bulletins/ts-2025-003/"},
	{"policies", "/security-policies/"},
	{"policy", "/security-policies/incident-disclosure/"},
	{"policy with tables of raw HTML", "/security-policies/patch-management/"},
	{"policies for print", "/security-policies/print/"},
	{"not found", "/404.html"},
	{"moved", "/security-policies/backup/"},
	{"moved to another site", "/security-policies/careers/"},
	{"gone", "/security-policies/phones/"},
}

// buildSite makes the sample site with what is awkward in testdata/site, and serves it.
// Settings are lines of tocsin.yaml, each with what shall stand in its place.
func buildSite(t *testing.T, settings ...string) *site {
	t.Helper()
	folder := t.TempDir()
	tocsin(t, "init", folder)
	if err := os.CopyFS(folder, os.DirFS(filepath.Join("testdata", "site"))); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(folder, "tocsin.yaml")
	yaml, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	changed := strings.NewReplacer(settings...).Replace(string(yaml))
	if err := os.WriteFile(file, []byte(changed), 0o644); err != nil {
		t.Fatal(err)
	}
	tocsin(t, "-C", folder, "build")
	return serve(t, filepath.Join(folder, "public"), baseURL(t, changed))
}

func baseURL(t *testing.T, yaml string) *url.URL {
	t.Helper()
	for line := range strings.Lines(yaml) {
		if value, ok := strings.CutPrefix(line, "base_url: "); ok {
			u, err := url.Parse(strings.TrimSpace(value))
			if err != nil {
				t.Fatal(err)
			}
			return u
		}
	}
	t.Fatal("tocsin.yaml has no base_url")
	return nil
}

// tocsin runs one command, in the June of the sample's bulletins.
func tocsin(t *testing.T, args ...string) {
	t.Helper()
	var said bytes.Buffer
	world := cli.World{
		Stdin: strings.NewReader(""), Stdout: &said, Stderr: &said,
		Random: rand.Reader,
		Now:    func() time.Time { return time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC) },
	}
	if status := cli.Run(context.Background(), world, args); status != 0 {
		t.Fatalf("tocsin %s: exit status %d\n%s", strings.Join(args, " "), status, &said)
	}
}

// serve serves a built site: over TLS as the address that its pages know, and plainly for
// judges who trust no self-made certificate.
func serve(t *testing.T, public string, base *url.URL) *site {
	t.Helper()
	s := &site{origin: base.Scheme + "://" + base.Host, base: strings.TrimSuffix(base.Path, "/"), dir: public}
	s.judged = s.pages(t)
	s.plain = httptest.NewServer(s)
	s.secure = httptest.NewTLSServer(s)
	t.Cleanup(s.plain.Close)
	t.Cleanup(s.secure.Close)
	return s
}

// pages walks the site for the paths of its pages.
func (s *site) pages(t *testing.T) []string {
	t.Helper()
	var pages []string
	for _, name := range s.files(t) {
		if strings.HasSuffix(name, ".html") {
			pages = append(pages, strings.TrimSuffix("/"+name, "index.html"))
		}
	}
	return pages
}

// files are the names of the site's files, sorted, with slashes.
func (s *site) files(t *testing.T) []string {
	t.Helper()
	var files []string
	err := fs.WalkDir(os.DirFS(s.dir), ".", func(name string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			files = append(files, name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// file is the path of the file behind a page or other address of the site, from the base on.
func (s *site) file(path string) string {
	if strings.HasSuffix(path, "/") {
		path += "index.html"
	}
	return filepath.Join(s.dir, filepath.FromSlash(path))
}

// address is the full address of a page.
func (s *site) address(page string) string { return s.origin + s.base + page }

// hostRules make the browser find the sites on this machine, and nothing anywhere else.
func hostRules(sites []*site) string {
	var rules []string
	for _, s := range sites {
		rules = append(rules, "MAP "+host(s.origin)+":443 "+host(s.secure.URL))
	}
	return strings.Join(append(slices.Compact(slices.Sorted(slices.Values(rules))), "MAP * ~NOTFOUND"), ", ")
}

func host(address string) string {
	_, host, _ := strings.Cut(address, "://")
	return host
}
