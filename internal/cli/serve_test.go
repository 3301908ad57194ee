package cli

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// served starts `tocsin serve` for a site, until the test ends, and returns its address.
func served(t *testing.T, dir string, args ...string) string {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	out, in := io.Pipe()
	w := world()
	var talk bytes.Buffer
	w.Stdout, w.Stderr = in, &talk
	ended := make(chan int, 1)
	go func() {
		ended <- Run(ctx, w, append([]string{"-C", dir, "serve", "--at", "127.0.0.1:0"}, args...))
		in.Close()
	}()
	t.Cleanup(func() {
		cancel()
		if status := <-ended; status != exitDone && status != exitStopped {
			t.Errorf("serve ended with %d\n%s", status, &talk)
		}
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err, &talk)
	}
	return strings.TrimSuffix(strings.TrimSpace(line), "/")
}

// hangs is when an answer does not come any more, however slow the machine is.
const hangs = 5 * time.Minute

// get asks for a page, and must get an answer of a status.
func get(t *testing.T, url string, status int) string {
	t.Helper()
	client := http.Client{Timeout: hangs}
	answer, err := client.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != status {
		t.Fatalf("%s: %d, want %d (%v)\n%s", url, answer.StatusCode, status, err, text)
	}
	return string(text)
}

// events follows what the server tells browsers.
func events(t *testing.T, url string) (next func()) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), hangs)
	t.Cleanup(cancel)
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url+"/_tocsin/events", nil)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { answer.Body.Close() })
	lines := bufio.NewScanner(answer.Body)
	return func() {
		t.Helper()
		for lines.Scan() {
			if strings.HasPrefix(lines.Text(), "data:") {
				return
			}
		}
		t.Fatal("the server told nothing more", lines.Err())
	}
}

// A person writes, and the browser follows: pages as readers get them, drafts marked, problems
// below, the proof beside (F57, F64).
func TestServe(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "site")
	tocsinT(t, "init", dir)
	url := served(t, dir, "--now", june)
	page := get(t, url+"/security-bulletins/ts-2026-002/", 200)
	if !strings.Contains(page, "tocsin explain TS-2026-002") || strings.Contains(page, "_tocsin_mark") {
		t.Errorf("a published page lacks its proof, or is marked as a draft:\n%s", page)
	}
	draft := get(t, url+"/security-bulletins/ts-2026-003/", 200)
	if !strings.Contains(draft, "_tocsin_mark") || !strings.Contains(draft, "[Draft]") {
		t.Errorf("a draft is not marked:\n%s", draft)
	}
	if list := get(t, url+"/security-bulletins/", 200); strings.Contains(list, "ts-2026-003") {
		t.Error("the list shows a draft")
	}
	get(t, url+"/no/such/page/", 404)

	next := events(t, url)
	next() // what the browser has
	file := filepath.Join(dir, "content", "bulletins", "TS-2026-002.md")
	save(t, file, "title: ", "title: Freshly ")
	next()
	if page := get(t, url+"/security-bulletins/ts-2026-002/", 200); !strings.Contains(page, "Freshly") {
		t.Error("the page is what it was before the edit")
	}
	if list := get(t, url+"/security-bulletins/", 200); !strings.Contains(list, "Freshly") {
		t.Error("the list is what it was before the edit")
	}
	if neighbour := get(t, url+"/security-bulletins/ts-2026-001/", 200); !strings.Contains(neighbour, "Freshly") {
		t.Error("the neighbour shows the old title")
	}
	save(t, file, "status: published", "status: draft")
	next()
	if page := get(t, url+"/security-bulletins/ts-2026-002/", 200); !strings.Contains(page, "[Draft]") {
		t.Error("what became a draft is not marked")
	}
	if list := get(t, url+"/security-bulletins/", 200); strings.Contains(list, "Freshly") {
		t.Error("the list shows what became a draft")
	}
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	next()
	get(t, url+"/security-bulletins/ts-2026-002/", 404)
	if _, err := os.Stat(filepath.Join(dir, "public", "index.html")); err == nil {
		t.Error("serve wrote public/")
	}
}

// save replaces a file as editors do: another one is renamed over it.
func save(t *testing.T, file, old, new string) {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil || !bytes.Contains(data, []byte(old)) {
		t.Fatal(old, err)
	}
	if err := os.WriteFile(file+"~", bytes.Replace(data, []byte(old), []byte(new), 1), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(file+"~", file); err != nil {
		t.Fatal(err)
	}
}

// Of a site that could not be read yet there are no files, and every page says why; then it is mended.
func TestServeWithoutASite(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "site")
	generate(t, dir, 3, 3)
	broken := filepath.Join(dir, "templates", "site", "404.html")
	write(t, broken, `{{define "main"}}{{.`)
	url := served(t, dir)
	get(t, url+"/static/style.css", 404)
	if page := get(t, url+"/", 500); !strings.Contains(page, "site/404.html:1") {
		t.Errorf("the page does not say what is wrong:\n%s", page)
	}
	next := events(t, url)
	next()
	if err := os.Remove(broken); err != nil {
		t.Fatal(err)
	}
	next()
	get(t, url+"/", 200)
	get(t, url+"/static/style.css", 200)
}

// What is gone says so with a server's own status, also where no page can: an old feed.
func TestServeWhatIsGone(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "site")
	generate(t, dir, 3, 3)
	write(t, filepath.Join(dir, "urls.lock"), "/old/ gone: We make none.\n/old/rss.xml gone: We make none.\n")
	url := served(t, dir)
	for _, path := range []string{"/old/", "/old/rss.xml"} {
		if text := get(t, url+path, 410); !strings.Contains(text, "We make none.") {
			t.Errorf("%s does not say why:\n%s", path, text)
		}
	}
}

// Nobody else can connect: other addresses are refused, and so are other hosts' names (F64).
func TestServeIsForThisMachine(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "site")
	generate(t, dir, 3, 3)
	for _, at := range []string{"0.0.0.0:0", "[::]:0", ":0", "192.0.2.1:80", "example.com:80"} {
		if status, _, talk := run("-C", dir, "serve", "--at", at); status != exitUsage {
			t.Errorf("--at %s: exit status %d\n%s", at, status, talk)
		}
	}
	url := served(t, dir)
	request, err := http.NewRequest(http.MethodGet, url+"/", nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Host = "evil.example.com"
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	if answer.StatusCode != http.StatusForbidden {
		t.Errorf("a foreign host: %d", answer.StatusCode)
	}
}
