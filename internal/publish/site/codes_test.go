package site

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"tocsin/internal/bulletin"
)

// someCodes is a list of that many entries.
func someCodes(n int) []byte {
	var lines []string
	for i := range n {
		sum := sha256.Sum256([]byte(fmt.Sprint(i)))
		lines = append(lines, hex.EncodeToString(sum[:14])+"\n")
	}
	slices.Sort(lines)
	return []byte(strings.Join(lines, ""))
}

// codeFiles are the files of a list, by name.
func codeFiles(t *testing.T, n int) map[string]string {
	t.Helper()
	s := small(t)
	s.Codes = Codes{"TS-2026-004": someCodes(n)}
	files := make(map[string]string)
	for path, data := range build(t, s) {
		if name, is := strings.CutPrefix(path, "security-bulletins/ts-2026-004/letters/"); is && name != "index.html" {
			files[name] = data
		}
	}
	return files
}

// TestCodesAreParted: every entry stands in the one file that is named after its first digits,
// and no file is more than a phone loads at once.
func TestCodesAreParted(t *testing.T) {
	for n, want := range map[int]int{256: 1, 512: 1, 513: 16, 8192: 16, 8193: 256} {
		files := codeFiles(t, n)
		if len(files) != want {
			t.Errorf("%d entries stand in %d files, want %d", n, len(files), want)
		}
		var all []string
		for name, data := range files {
			if len(data) > 20<<10 {
				t.Errorf("%d entries: %s has %d octets", n, name, len(data))
			}
			prefix := strings.TrimSuffix(name, ".txt")
			if want == 1 && name != "codes.txt" {
				t.Errorf("the one file of %d entries is %s", n, name)
			}
			for line := range strings.Lines(data) {
				if all = append(all, line); want > 1 && !strings.HasPrefix(line, prefix) {
					t.Fatalf("%s holds %s", name, line)
				}
			}
		}
		slices.Sort(all)
		if strings.Join(all, "") != string(someCodes(n)) {
			t.Errorf("the files of %d entries hold %d, or others", n, len(all))
		}
	}
}

// TestMillionCodes: the figures that the documentation names.
func TestMillionCodes(t *testing.T) {
	list := bytes.Repeat([]byte("0123456789abcdef0123456789ab\n"), 1<<20)
	if n := digits(list); n != 3 {
		t.Errorf("a million codes are parted by %d digits, want 3: 4096 files of 256", n)
	}
}

// TestCodesOfWhatNobodySees: of a bulletin that readers cannot see there is no list (F55).
func TestCodesOfWhatNobodySees(t *testing.T) {
	s := small(t)
	s.Codes = Codes{"TS-2026-099": someCodes(256)}
	for path, data := range build(t, s) {
		if strings.Contains(path+data, "2026-099") || strings.HasSuffix(path, ".txt") && path != "robots.txt" {
			t.Errorf("%s tells of a bulletin that nobody sees", path)
		}
	}
}

// TestWhereCodesAreLookedUp: the bulletin's page leads there, also when it is withdrawn; what
// is said is of this list; and nothing is on the page of a bulletin without one.
func TestWhereCodesAreLookedUp(t *testing.T) {
	s := small(t)
	for _, b := range bulletins(t) {
		if b.Status == bulletin.Withdrawn {
			s.Codes[b.ID] = someCodes(600)
		}
	}
	files := build(t, s)
	for path, data := range files {
		if !regexp.MustCompile(`^security-bulletins/ts-[^/]*/index\.html$`).MatchString(path) {
			continue
		}
		listed := s.Codes[bulletin.ID(strings.ToUpper(strings.Split(path, "/")[1]))] != nil
		if links := strings.Contains(data, `id="_genuine"`) && strings.Contains(data, "/letters/\">"); links != listed {
			t.Errorf("%s leads to a list: %v, and there is one: %v", path, links, listed)
		}
	}
	for path, want := range map[string][]string{
		"security-bulletins/ts-2026-004/letters/index.html": {
			"printf &#39;TS-2026-004 XXXXX-XXXXX-XXXXX-XXXXX&#39; | sha256sum | cut -c 1-28", `href="codes.txt"`, `data-digits="0"`, `data-file="codes.txt"`,
			"https://security.example.com/trust/security-bulletins/ts-2026-004/letters/codes.txt", "script-src &#39;self&#39;;",
		},
		"security-bulletins/ts-2026-001/letters/index.html": {`data-digits="1"`, `data-file=""`, "named after the first of them"},
	} {
		page := strings.ReplaceAll(files[path], "'", "&#39;")
		for _, text := range want {
			if !strings.Contains(page, text) {
				t.Errorf("%s lacks %q:\n%s", path, text, page)
			}
		}
	}
	for path, data := range files {
		if scripted := strings.Contains(data, "script-src"); scripted != strings.HasSuffix(path, "/letters/index.html") {
			t.Errorf("%s lets a script run: %v", path, scripted)
		}
	}
}
