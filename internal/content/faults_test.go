package content

import (
	"bytes"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"tocsin/internal/source"
)

var update = flag.Bool("update", false, "write the golden files anew")

// golden compares with a file under testdata, or writes it.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	name = filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(name, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s (-want +got; -update writes it):\n%s", name, diff)
	}
}

// mark stands in testdata/faults in front of every fault, and twice where two
// faults have one place.
const mark = "‸"

// planted cuts the marks out of a file and tells where they stood.
func planted(file source.File) (clean []byte, places []string) {
	line, column := 1, 1
	for _, r := range string(file.Data) {
		switch {
		case string(r) == mark:
			places = append(places, file.At(line, column).String())
			continue
		case r == '\n':
			line, column = line+1, 1
		default:
			column++
		}
		clean = append(clean, string(r)...)
	}
	return clean, places
}

// TestPlantedFaults finds every fault of a whole site in one run, each at its own
// place, and nothing beside (F2, F4). The golden file holds what is said of them.
func TestPlantedFaults(t *testing.T) {
	site, want := make(fstest.MapFS), []string{"content/bulletins/2026/TS-2026-001.md"}
	err := fs.WalkDir(os.DirFS("testdata/faults"), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(filepath.Join("testdata/faults", name))
		clean, places := planted(source.File{Name: name, Data: data})
		site[name] = &fstest.MapFile{Data: clean}
		want = append(want, places...)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	_, problems, err := ReadConfig(site)
	if err != nil {
		t.Fatal(err)
	}
	_, more, err := Read(site)
	if err != nil {
		t.Fatal(err)
	}
	problems = append(problems, more...)

	var got []string
	var told bytes.Buffer
	for _, p := range problems {
		got = append(got, p.Position.String())
		fmt.Fprintf(&told, "%s: %s: %s [%s]\n", p.Position, p.Level, p.Message, p.Code)
		if p.Excerpt != "" {
			fmt.Fprintf(&told, "    | %s\n", p.Excerpt)
		}
		if p.Hint != "" {
			fmt.Fprintf(&told, "    %s\n", p.Hint)
		}
		line := string(bytes.Split(append(site[p.Position.File].Data, '\n'), []byte("\n"))[max(p.Position.Line, 1)-1])
		if p.Position.Line > 0 && p.Excerpt != line {
			t.Errorf("%s shows %q, the line is %q", p.Position, p.Excerpt, line)
		}
		if p.Message == "" || p.Code == "" || strings.HasSuffix(p.Message, ".") {
			t.Errorf("%s says %q [%s]", p.Position, p.Message, p.Code)
		}
	}
	if len(want) < 100 || len(site) < 20 {
		t.Errorf("only %d faults are planted, in %d files", len(want), len(site))
	}
	slices.Sort(want)
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("planted (-), found (+):\n%s", diff)
	}
	golden(t, "faults.golden", told.Bytes())
}
