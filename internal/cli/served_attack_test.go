package cli

import (
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The same texts, refused ones and all, in what `serve` shows its authors: pages, drafts and
// their banner, the dock, the page of problems with its excerpts (F5, F64).
func TestServedTextsStayTexts(t *testing.T) {
	pages := []string{
		"/", "/_tocsin/", "/nowhere/", "/security-bulletins/", "/security-policies/some/",
		"/security-bulletins/ts-2026-001/", "/security-bulletins/ts-2026-002/", "/security-bulletins/ts-2026-003/", "/security-bulletins/ts-2026-009/",
	}
	for _, vector := range hostile[:9] {
		var sites [2]map[string]string
		for i, text := range []string{"harmless", vector} {
			dir := filepath.Join(t.TempDir(), "site")
			(&twin{vector: text, off: make(map[string]bool)}).write(t, dir)
			draft, err := os.ReadFile(filepath.Join(dir, "content/bulletins/TS-2026-003.md"))
			if err != nil {
				t.Fatal(err)
			}
			write(t, filepath.Join(dir, "content/bulletins/TS-2026-009.md"), strings.NewReplacer("TS-2026-003", "TS-2026-009", "status: published", "status: draft").Replace(string(draft)))
			base := served(t, dir)
			sites[i] = make(map[string]string)
			for _, page := range pages {
				status, text := answer(t, base+page)
				sites[i][page] = status + "\n" + htmlShape(t, text)
			}
		}
		for _, page := range differing(sites[0], sites[1]) {
			t.Errorf("%q changes %s:\n%s", vector, page, firstDifference(sites[0][page], sites[1][page]))
		}
	}
}

// answer asks for a page, whatever its status.
func answer(t *testing.T, url string) (status, text string) {
	t.Helper()
	client := http.Client{Timeout: hangs}
	res, err := client.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	data, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.Status, string(data)
}
