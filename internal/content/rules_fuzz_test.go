package content

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tocsin/internal/source"
)

// FuzzRules: whatever the bytes, reading ends with problems that have places, or with
// rules that are the same when they are written and read again.
func FuzzRules(f *testing.F) {
	disclose, notify := builtin()
	f.Add([]byte(smallRules("incident")))
	f.Add(EncodeRules("incident", disclose, notify))
	f.Add([]byte("policy: incident\ndisclose: {any: [{clause: a, under: b, quote: c, when: {d: e}}]}\nnotify: {any: [{clause: a, under: b, quote: c, when: {d: e}}]}\n"))
	for _, quote := range []string{`"a \"b\" \\ \u00e9 \x41"`, `'it''s: #1'`, "|\n      one\n        two\n", ">-\n      “one”\n\n      two", "a-b {c} [d], e"} {
		f.Add([]byte("policy: incident\ndisclose:\n  any: [{clause: x, under: y, quote: z, when: {a: [yes, \"no\", ~x]}}]\n  all:\n  - clause: a-1\n    under: b\n    when: {fix_available: yes}\n    since: 2026-05-03T10:00:00+02:00\n    otherwise: held\n    quote: " + quote +
			"\nnotify:\n  any:\n  - {clause: p, under: q, quote: r, when: {s: t}, force: aim}\n  except: [{clause: e, under: u, quote: v, when: {w: [x, y]}, over: [p], since: 2026-01-01}]\n"))
	}
	names, err := filepath.Glob("../../content/policies/*" + rulesEnd)
	if err != nil {
		f.Fatal(err)
	}
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > maxFile {
			return
		}
		file := source.File{Name: rulesFile, Data: data}
		got, problems := rulesFrom(file)
		for _, p := range problems {
			if p.Code == "" || p.Message == "" || p.Position.Line < 1 || p.Position.File != rulesFile || source.Visible(p.Message) != p.Message {
				t.Errorf("%+v", p)
			}
		}
		if len(problems) > 0 {
			return
		}
		text := EncodeRules(got.Policy, got.Disclose, got.Notify)
		again, problems := rulesFrom(source.File{Name: rulesFile, Data: text})
		if len(text) > maxFile {
			return // comments and layout can make a file too large to be read
		}
		if len(problems) > 0 {
			t.Fatalf("%v\n%s", problems, text)
		}
		if diff := cmp.Diff(got.Disclose, again.Disclose, placeless) + cmp.Diff(got.Notify, again.Notify, placeless); diff != "" {
			t.Errorf("%s\n%s", diff, text)
		}
	})
}
