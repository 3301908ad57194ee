package cli

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tocsin/internal/bulletin"
	"tocsin/internal/content"
	"tocsin/internal/source"
)

// A draft gets no verdict from facts that were misread; what is only unfinished, or
// counts for nothing, is no reason to say nothing.
func TestMisreadDraft(t *testing.T) {
	for name, c := range map[string]struct{ old, new, code string }{
		"as it is":                 {"", "", ""},
		"an unknown word":          {"severity: high", "severity: hihg", "unknown-word"},
		"an unknown key":           {"severity: high", "severiti: high", "unknown-key"},
		"no list":                  {"severity: high", "affected: client", "not-a-list"},
		"no date":                  {"severity: high", "legal: [{regime: GDPR, applies: yes, effect: delay, deadline: May}]", "not-a-date"},
		"a claim without evidence": {"severity: high", "users_affected: none_confirmed", ""},
		"a placeholder":            {"The text.", "TODO", ""},
		"no text":                  {"The text.", "", ""},
	} {
		dir := t.TempDir()
		text := strings.Replace("---\nid: TS-2026-004\ntitle: A fault\nstatus: draft\nseverity: high\n---\n\nThe text.\n", c.old, c.new, 1)
		for file, data := range map[string]string{
			content.ConfigFile:                         "base_url: https://security.example.com\norganization: {name: Example Networks}\nproducts: [{id: client, title: Client}]\n",
			content.BulletinFolder + "/TS-2026-004.md": text,
		} {
			file = filepath.Join(dir, filepath.FromSlash(file))
			if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(file, []byte(data), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		s, err := (&program{dir: dir, now: may.Format(time.RFC3339)}).open()
		if err != nil {
			t.Fatal(err)
		}
		_, err = s.bulletin("TS-2026-004")
		var problems source.Problems
		errors.As(err, &problems)
		if c.code == "" && err != nil || c.code != "" && (len(problems) == 0 || problems[0].Code != c.code) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A draft of which nothing can be read is unfinished, and no error of the site's.
func TestUnreadDraftIsUnfinished(t *testing.T) {
	s := &site{problems: source.Problems{{Position: source.Position{File: "a.md", Line: 2}, Level: source.Warning, Softened: true, Code: "yaml-syntax"}}}
	if problems := s.unreadable("a.md"); len(problems) > 0 {
		t.Error(problems)
	}
	s.content.Bulletins = []bulletin.Bulletin{{BodyLine: 2, Source: source.File{Name: "a.md"}}}
	if problems := s.unreadable("a.md"); len(problems) > 0 {
		t.Errorf("in its text: %v", problems)
	}
	s.content.Bulletins[0].BodyLine = 3
	if problems := s.unreadable("a.md"); len(problems) != 1 {
		t.Errorf("in its front matter: %v", problems)
	}
}
