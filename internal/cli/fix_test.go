package cli

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"tocsin/internal/source"
)

// fixes is a problem with edits.
func fixes(message string, edits ...source.Edit) source.Problem {
	return source.Problem{Position: source.Position{File: "a.md"}, Message: message, Fix: edits}
}

// All edits of a problem are applied or none; what overlaps waits for the next run.
func TestApply(t *testing.T) {
	const text = "one two three\nfour\n"
	for name, c := range map[string]struct {
		offered source.Problems
		want    string
		applied int
	}{
		"nothing":                           {nil, text, 0},
		"one":                               {source.Problems{fixes("", source.Edit{Start: 4, End: 7, Text: "2"})}, "one 2 three\nfour\n", 1},
		"two, the last first":               {source.Problems{fixes("a", source.Edit{Start: 14, End: 18, Text: "4"}), fixes("b", source.Edit{Start: 0, End: 3, Text: "1"})}, "1 two three\n4\n", 2},
		"side by side":                      {source.Problems{fixes("a", source.Edit{Start: 0, End: 3, Text: "1"}), fixes("b", source.Edit{Start: 3, End: 4, Text: "-"})}, "1-two three\nfour\n", 2},
		"the second overlaps":               {source.Problems{fixes("a", source.Edit{Start: 0, End: 5, Text: "1"}), fixes("b", source.Edit{Start: 4, End: 7, Text: "2"})}, "1wo three\nfour\n", 1},
		"the second lies within":            {source.Problems{fixes("a", source.Edit{Start: 0, End: 7, Text: "1"}), fixes("b", source.Edit{Start: 1, End: 2, Text: "2"})}, "1 three\nfour\n", 1},
		"both insert at one place":          {source.Problems{fixes("a", source.Edit{Start: 4, End: 4, Text: "1"}), fixes("b", source.Edit{Start: 4, End: 4, Text: "2"})}, "one 1two three\nfour\n", 1},
		"the same edit for two problems":    {source.Problems{fixes("a", source.Edit{Start: 4, End: 7, Text: "2"}), fixes("b", source.Edit{Start: 4, End: 7, Text: "2"})}, "one 2 three\nfour\n", 2},
		"half a problem's edits overlap":    {source.Problems{fixes("a", source.Edit{Start: 4, End: 7, Text: "2"}), fixes("b", source.Edit{Start: 0, End: 3, Text: "1"}, source.Edit{Start: 5, End: 6, Text: "?"})}, "one 2 three\nfour\n", 1},
		"a problem's own edits overlap":     {source.Problems{fixes("a", source.Edit{Start: 0, End: 3, Text: "1"}, source.Edit{Start: 2, End: 4, Text: "?"})}, text, 0},
		"beyond the file":                   {source.Problems{fixes("a", source.Edit{Start: 18, End: 99, Text: "?"})}, text, 0},
		"backwards":                         {source.Problems{fixes("a", source.Edit{Start: 5, End: 4, Text: "?"})}, text, 0},
		"a line's end becomes two, at once": {source.Problems{fixes("a", source.Edit{Start: 13, End: 14, Text: "\n\n"})}, "one two three\n\nfour\n", 1},
	} {
		m := apply("a.md", []byte(text), c.offered)
		if string(m.after) != c.want || len(m.applied) != c.applied {
			t.Errorf("%s: %q with %d problems, want %q with %d", name, m.after, len(m.applied), c.want, c.applied)
		}
	}
}

// A change counts as good only where its problem is gone and nothing is new; what other
// errors hid before may come to light, but not where the change was made.
func TestMends(t *testing.T) {
	at := func(file string, line int, level source.Level, message string) source.Problem {
		return source.Problem{Position: source.Position{File: file, Line: line}, Level: level, Code: "c", Message: message}
	}
	bad, other := at("a.md", 3, source.Error, "bad"), at("a.md", 9, source.Error, "other")
	m := mended{name: "a.md", applied: source.Problems{bad}, lines: map[int]bool{3: true}}
	yes, no := map[string]bool{"a.md": true}, map[string]bool{}
	for name, c := range map[string]struct {
		was, is surveyed
		want    bool
	}{
		"gone":                     {surveyed{problems: source.Problems{bad}, readable: yes, misread: yes}, surveyed{readable: yes}, true},
		"still there":              {surveyed{problems: source.Problems{bad}, readable: yes, misread: yes}, surveyed{problems: source.Problems{bad}, readable: yes}, false},
		"one of two":               {surveyed{problems: source.Problems{bad, bad}, readable: yes, misread: yes}, surveyed{problems: source.Problems{bad}, readable: yes}, true},
		"none of two":              {surveyed{problems: source.Problems{bad, bad}, readable: yes, misread: yes}, surveyed{problems: source.Problems{bad, bad}, readable: yes}, false},
		"nobody can read it now":   {surveyed{problems: source.Problems{bad}, readable: yes, misread: yes}, surveyed{readable: no}, false},
		"nor could before":         {surveyed{problems: source.Problems{bad}, readable: no, misread: yes}, surveyed{readable: no}, true},
		"another comes to light":   {surveyed{problems: source.Problems{bad}, readable: yes, misread: yes}, surveyed{problems: source.Problems{other}, readable: yes}, true},
		"another, on the line":     {surveyed{problems: source.Problems{bad}, readable: yes, misread: yes}, surveyed{problems: source.Problems{at("a.md", 3, source.Error, "new")}, readable: yes}, false},
		"another, and none was":    {surveyed{problems: source.Problems{bad}, readable: yes, misread: no}, surveyed{problems: source.Problems{other}, readable: yes}, false},
		"it was there already":     {surveyed{problems: source.Problems{bad, other}, readable: yes, misread: no}, surveyed{problems: source.Problems{other}, readable: yes}, true},
		"twice now":                {surveyed{problems: source.Problems{bad, other}, readable: yes, misread: no}, surveyed{problems: source.Problems{other, other}, readable: yes}, false},
		"a note is no harm":        {surveyed{problems: source.Problems{bad}, readable: yes, misread: no}, surveyed{problems: source.Problems{at("a.md", 3, source.Note, "new")}, readable: yes}, true},
		"another file's is not it": {surveyed{problems: source.Problems{bad}, readable: yes, misread: no}, surveyed{problems: source.Problems{at("b.md", 3, source.Error, "new")}, readable: yes}, true},
	} {
		if got := m.mends(c.was, c.is); got != c.want {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

// faulty makes a site with one bulletin that --fix can mend.
func faulty(t *testing.T) (dir, file string) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), "site")
	generate(t, dir, 3, 3)
	file = filepath.Join(dir, "content", "bulletins", name(1)+".md")
	replace(t, file, "data_visible: no", "data_visible: FALSE")
	return dir, file
}

func replace(t *testing.T, file, old, new string) {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil || !bytes.Contains(data, []byte(old)) {
		t.Fatal(old, err)
	}
	if err := os.WriteFile(file, bytes.Replace(data, []byte(old), []byte(new), 1), 0o600); err != nil {
		t.Fatal(err)
	}
}

func run(args ...string) (status int, out, talk string) {
	var stdout, stderr bytes.Buffer
	w := world()
	w.Stdout, w.Stderr = &stdout, &stderr
	status = Run(context.Background(), w, args)
	return status, stdout.String(), stderr.String()
}

// Several at a time: one mends, the others are told that somebody is at it (who it is stands
// in the lock a moment after it was taken), or find nothing to do. The file is never half of
// either.
func TestTwoFixesAtOnce(t *testing.T) {
	dir, file := faulty(t)
	good, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	good = bytes.Replace(good, []byte("FALSE"), []byte("no"), 1)
	var group sync.WaitGroup
	results := make([]string, 6)
	for i := range results {
		group.Go(func() {
			status, _, talk := run("-C", dir, "check", "--fix")
			results[i] = fmt.Sprint(status, " ", talk)
		})
	}
	group.Wait()
	once := 0
	for _, r := range results {
		switch {
		case strings.HasPrefix(r, "0 mended 1 problem in 1 file\n"):
			once++
		case strings.HasPrefix(r, "0 mended 0 problems in 0 files\n"), strings.HasPrefix(r, "5 ") && strings.Contains(r, "content.lock is held by"):
		default:
			t.Errorf("one ended so: %s", r)
		}
	}
	if got, err := os.ReadFile(file); err != nil || once != 1 || !bytes.Equal(got, good) {
		t.Errorf("%d mended it, and it is\n%s\n%v", once, got, err)
	}
}

// A file that somebody saves while it is being mended is left as they saved it.
func TestFixLeavesWhatChangedMeanwhile(t *testing.T) {
	dir, file := faulty(t)
	w := world()
	var talk bytes.Buffer
	w.Stderr = &talk
	p := &program{World: w, dir: dir}
	was, err := p.survey(asItIs)
	if err != nil {
		t.Fatal(err)
	}
	todo, err := p.mend(was, selection{site: dir})
	if err != nil || len(todo) != 1 {
		t.Fatal(todo, err)
	}
	replace(t, file, "Update.", "Update now.")
	if again, err := p.mend(was, selection{site: dir}); err != nil || len(again) > 0 || !strings.Contains(talk.String(), "somebody changed it meanwhile") {
		t.Errorf("it was mended all the same: %v %v\n%s", again, err, &talk)
	}
	if err := p.keep(checking{}, todo); err != nil {
		t.Fatal(err)
	}
	if data, _ := os.ReadFile(file); !strings.Contains(string(data), "Update now.") || strings.Count(talk.String(), "changed it meanwhile") != 2 {
		t.Errorf("%s\n%s", data, &talk)
	}
}

// A change that would do harm is not made, and the others are.
func TestFixesThatDoHarm(t *testing.T) {
	dir, _ := faulty(t)
	second := filepath.Join(dir, "content", "bulletins", name(2)+".md")
	replace(t, second, "data_visible: no", "data_visible: FALSE")
	var talk bytes.Buffer
	w := world()
	w.Stderr = &talk
	p := &program{World: w, dir: dir}
	was, err := p.survey(asItIs)
	if err != nil {
		t.Fatal(err)
	}
	all := selection{site: dir}
	for what, harm := range map[string]func(string) string{
		"breaks the header":          func(s string) string { return strings.Replace(s, "title: ", "title: [", 1) },
		"mends nothing":              func(s string) string { return strings.Replace(s, "data_visible: no", "data_visible: FALSE", 1) },
		"claims another file's id":   func(s string) string { return strings.Replace(s, "id: "+name(1), "id: "+name(0), 1) },
		"unpublishes what is linked": func(s string) string { return strings.Replace(s, "status: published", "status: draft", 1) },
	} {
		todo, err := p.mend(was, all)
		if err != nil || len(todo) != 2 {
			t.Fatal(todo, err)
		}
		todo[0].after = []byte(harm(string(todo[0].after)))
		kept, err := p.proven(was, todo)
		if err != nil || len(kept) != 1 || kept[0].name != todo[1].name {
			t.Errorf("%s: %d changes are kept, %v", what, len(kept), err)
		}
	}
}

// Colours only where they can be seen and are wanted.
func TestColours(t *testing.T) {
	for want, vars := range map[bool][]map[string]string{
		true:  {{}, {"TERM": "xterm-256color"}, {"NO_COLOR": ""}},
		false: {{"NO_COLOR": "1"}, {"TERM": "dumb"}, {"NO_COLOR": "0", "TERM": "xterm"}},
	} {
		for _, env := range vars {
			if got := wanted(func(key string) string { return env[key] }); got != want {
				t.Errorf("%v: %v", env, got)
			}
		}
	}
	if colours(&sink{w: &bytes.Buffer{}}) {
		t.Error("a buffer is no terminal")
	}
}
