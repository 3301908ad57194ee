package internal

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "tocsin"

// floor says on which floor a package stands, by its folder in the module.
// Change it together with doc.go.
var floor = map[string]int{
	"templates": 0,
	"content":   0,

	"internal/source":   0,
	"internal/version":  0,
	"internal/markdown": 0,
	"internal/lock":     0,
	"internal/durable":  0,
	"internal/private":  0,

	"internal/identifier": 0,
	"internal/mojibake":   0,
	"internal/history":    0,
	"internal/tape":       0,
	"internal/pagewriter": 0,
	"internal/hugepages":  0,

	"internal/notify/pgtest": 0,

	"internal/notify/smtptest": 0,
	"internal/notify/pace":     0,

	"internal/verdict": 1,
	"internal/report":  1,

	"internal/bulletin":        2,
	"internal/policy":          2,
	"internal/tailnet":         2,
	"internal/address":         2,
	"internal/notify/database": 2,

	"internal/affected":      3,
	"internal/disclosure":    3,
	"internal/content":       3,
	"internal/publish":       3,
	"internal/notify/sample": 3,

	"internal/notify/isolation": 3,
	"internal/notify/genuine":   3,
	"internal/notify/dkim":      3,

	"internal/check":            4,
	"internal/publish/site":     4,
	"internal/publish/feed":     4,
	"internal/notify":           4,
	"internal/notify/inventory": 4,

	"internal/build":         5,
	"internal/release":       5,
	"internal/notify/ledger": 5,
	"internal/notify/mailer": 5,

	"internal/notify/approval": 5,

	"internal/notify/evidence": 5,

	"internal/notify/gallery":  6,
	"internal/notify/planning": 6,
	"internal/notify/send":     6,
	"internal/serve":           6,

	"internal/notify/send/booktest": 7,

	"internal/cli": 7,

	"cmd/tocsin":         8,
	"internal/browse":    8,
	"internal/mailcheck": 8,
	"internal/benchmark": 8,
}

// door says which one package may import a library, its sub-packages and major
// versions included. A library that is not here may be imported by nobody.
var door = map[string]string{
	"github.com/yuin/goldmark":           "internal/markdown",
	"github.com/microcosm-cc/bluemonday": "internal/markdown",
	"github.com/adrg/frontmatter":        "internal/content",
	"go.yaml.in/yaml":                    "internal/content",
	"golang.org/x/mod":                   "internal/version",
	"github.com/pandatix/go-cvss":        "internal/identifier",
	"github.com/package-url":             "internal/identifier",
	"golang.org/x/net":                   "internal/markdown", // tokens of raw HTML
	"github.com/rogpeppe/go-internal":    "internal/cli",      // the diffs of check --fix
	"github.com/gorilla/feeds":           "internal/publish/feed",
	"github.com/wneessen/go-mail":        "internal/notify/mailer",
	"github.com/hiddeco/sshsig":          "internal/notify/approval",
	"golang.org/x/crypto":                "internal/notify/approval",
	"github.com/emersion/go-msgauth":     "internal/notify/dkim",
	"github.com/emersion/go-message":     "internal/notify/evidence",
	"modernc.org/sqlite":                 "internal/notify/database",
	"github.com/jackc/pgx":               "internal/notify/database",
	"github.com/gofrs/flock":             "internal/lock",
	"github.com/klauspost/compress":      "internal/notify/ledger",
	"github.com/spf13/cobra":             "internal/cli",
	"github.com/spf13/pflag":             "internal/cli",
	"golang.org/x/term":                  "internal/cli",
	"github.com/schollz/progressbar":     "internal/cli",
	"golang.org/x/sys":                   "internal/publish", // exchanging two folders in one step
	"github.com/fsnotify/fsnotify":       "internal/serve",
}

// maxLines is where a file has become more than its name can promise.
const maxLines = 500

// house is what the rules look at: the packages without their tests, the map, and the two tables.
type house struct {
	rooms []room
	plan  string // text of doc.go
	floor map[string]int
	door  map[string]string
}

// room is one package by its folder in the module.
type room struct {
	path  string
	files []page
}

// page is one file of a package.
type page struct {
	name  string
	lines int
	tree  *ast.File
}

// rules each return one line for every fault, and never stop at the first.
var rules = []struct {
	name  string
	check func(house) []string
}{
	{"every package is on the map", onTheMap},
	{"every package says what it is", packageComments},
	{"imports go down", importsGoDown},
	{"the wings never meet", wingsNeverMeet},
	{"libraries enter by their door", librariesUseDoors},
	{"the map is true", mapIsTrue},
	{"the outside world ends in cli", outsideEndsInCLI},
	{"exported names are documented", exportedNamesDocumented},
	{"files stay short", filesStayShort},
}

func TestHouse(t *testing.T) {
	h := readHouse(t)
	for _, rule := range rules {
		t.Run(rule.name, func(t *testing.T) {
			for _, fault := range rule.check(h) {
				t.Error(fault)
			}
		})
	}
}

// onTheMap: every package has a floor.
func onTheMap(h house) (faults []string) {
	for _, r := range h.rooms {
		if _, ok := h.floor[r.path]; !ok {
			faults = append(faults, fmt.Sprintf("%s: not on the map in internal/doc.go; give it a floor there and in house_test.go", r.path))
		}
	}
	return faults
}

// packageComments: every package has a comment.
func packageComments(h house) (faults []string) {
	for _, r := range h.rooms {
		if !slices.ContainsFunc(r.files, func(p page) bool { return p.tree.Doc.Text() != "" }) {
			faults = append(faults, r.path+": no package comment")
		}
	}
	return faults
}

// importsGoDown: siblings do not know each other, and nobody looks up.
func importsGoDown(h house) (faults []string) {
	for _, r := range h.rooms {
		for _, imported := range r.ours() {
			from, known := h.floor[r.path]
			to, drawn := h.floor[imported]
			if known && drawn && to >= from {
				faults = append(faults, fmt.Sprintf("%s (floor %d) imports %s (floor %d): imports go to a strictly lower floor", r.path, from, imported, to))
			}
		}
	}
	return faults
}

// wingsNeverMeet: publishing cannot break mailing, whatever the floors say.
func wingsNeverMeet(h house) (faults []string) {
	const publish, notify = "internal/publish", "internal/notify"
	for _, r := range h.rooms {
		for _, imported := range r.ours() {
			if within(r.path, publish) && within(imported, notify) || within(r.path, notify) && within(imported, publish) {
				faults = append(faults, fmt.Sprintf("%s imports %s: the wings publish and notify never meet", r.path, imported))
			}
		}
	}
	return faults
}

// librariesUseDoors: each library is known to one package.
func librariesUseDoors(h house) (faults []string) {
	for _, r := range h.rooms {
		for _, library := range r.libraries() {
			switch owner := h.doorOf(library); owner {
			case r.path:
			case "":
				faults = append(faults, fmt.Sprintf("%s imports %s, which has no door: name the one package that may, in house_test.go", r.path, library))
			default:
				faults = append(faults, fmt.Sprintf("%s imports %s, whose door is %s", r.path, library, owner))
			}
		}
	}
	return faults
}

func (h house) doorOf(library string) string {
	for prefix, owner := range h.door {
		if within(library, prefix) {
			return owner
		}
	}
	return ""
}

// mapIsTrue: doc.go, the table and the house name the same packages and floors.
func mapIsTrue(h house) (faults []string) {
	drawn := readPlan(h.plan)
	for _, path := range slices.Sorted(maps.Keys(h.floor)) {
		number, ok := drawn[path]
		switch {
		case !ok:
			faults = append(faults, fmt.Sprintf("%s: in the table of floors but not in internal/doc.go", path))
		case number >= 0 && number != h.floor[path]:
			faults = append(faults, fmt.Sprintf("%s: floor %d in the table, floor %d in internal/doc.go", path, h.floor[path], number))
		}
		if !slices.ContainsFunc(h.rooms, func(r room) bool { return r.path == path }) {
			faults = append(faults, path+": on the map but not in the house")
		}
	}
	for _, path := range slices.Sorted(maps.Keys(drawn)) {
		if _, ok := h.floor[path]; !ok {
			faults = append(faults, fmt.Sprintf("%s: in internal/doc.go but not in the table of floors", path))
		}
	}
	return faults
}

var (
	floorLine  = regexp.MustCompile(`^\t(?:floor (\d+))? +([a-z/]+)  `)
	besideThem = regexp.MustCompile(`(?s)\nBeside them:(.*?)\.\n`)
	firstWord  = regexp.MustCompile(`^\s*([a-z/]+)`)
)

// readPlan finds the packages that doc.go names, with their floors; a package of
// the sentence "Beside them" has none there, which is -1 here.
func readPlan(text string) map[string]int {
	drawn := make(map[string]int)
	current := -1
	for line := range strings.Lines(text) {
		if m := floorLine.FindStringSubmatch(line); m != nil {
			if m[1] != "" {
				current, _ = strconv.Atoi(m[1])
			}
			drawn["internal/"+m[2]] = current
		}
	}
	if m := besideThem.FindStringSubmatch(text); m != nil {
		for clause := range strings.SplitSeq(m[1], ";") {
			if word := firstWord.FindStringSubmatch(clause); word != nil {
				drawn[word[1]] = -1
			}
		}
	}
	return drawn
}

// outside lists what reaches beyond a function's arguments, by import path and
// name, with the parts of the house that may use it. The name * is the package itself.
var outside = map[string]map[string][]string{
	"time":         {"Now": edges, "Since": edges, "Until": edges},
	"os":           {"Getenv": edges, "LookupEnv": edges, "Environ": edges, "ExpandEnv": edges, "Args": edges, "Exit": doorbell},
	"log":          {"Fatal": doorbell, "Fatalf": doorbell, "Fatalln": doorbell},
	"flag":         {"*": edges},
	"math/rand":    {"*": edges},
	"math/rand/v2": {"*": edges},
}

var (
	edges    = []string{"internal/cli", "cmd"}
	doorbell = []string{"cmd"}
)

// stopwatch is a program of its own, which nobody imports: it is there to look at the clock.
const stopwatch = "internal/benchmark"

// outsideEndsInCLI: values in, values out; and nothing ends the process on its own.
func outsideEndsInCLI(h house) (faults []string) {
	for _, r := range h.rooms {
		for _, p := range r.files {
			for _, used := range p.outside() {
				if allowed := outside[used.path][used.name]; r.path != stopwatch && !slices.ContainsFunc(allowed, func(a string) bool { return within(r.path, a) }) {
					faults = append(faults, fmt.Sprintf("%s/%s: %s belongs in %s only", r.path, p.name, used, strings.Join(allowed, " and ")))
				}
			}
			for _, word := range p.abrupt() {
				faults = append(faults, fmt.Sprintf("%s/%s: %s", r.path, p.name, word))
			}
		}
	}
	return faults
}

// use is one name of another package, such as time.Now.
type use struct{ path, name string }

func (u use) String() string {
	return strings.TrimSuffix(u.path+"."+u.name, ".*")
}

// outside lists the names of the table that a file uses, called or passed on.
func (p page) outside() []use {
	var found []use
	names := make(map[string]string) // name in the file → import path
	for _, spec := range p.tree.Imports {
		imported, _ := strconv.Unquote(spec.Path.Value)
		if _, ok := outside[imported]; !ok {
			continue
		}
		if _, ok := outside[imported]["*"]; ok {
			found = append(found, use{imported, "*"})
		}
		name := path.Base(imported)
		if spec.Name != nil {
			name = spec.Name.Name
		}
		names[name] = imported
	}
	for n := range ast.Preorder(p.tree) {
		if s, ok := n.(*ast.SelectorExpr); ok {
			if x, ok := s.X.(*ast.Ident); ok && outside[names[x.Name]][s.Sel.Name] != nil {
				found = append(found, use{names[x.Name], s.Sel.Name})
			}
		}
	}
	return found
}

// abrupt lists what happens at a distance: init functions, panics, names without their package.
func (p page) abrupt() []string {
	var found []string
	for _, spec := range p.tree.Imports {
		if spec.Name != nil && spec.Name.Name == "." {
			found = append(found, "dot import of "+spec.Path.Value)
		}
	}
	for n := range ast.Preorder(p.tree) {
		switch n := n.(type) {
		case *ast.FuncDecl:
			if n.Name.Name == "init" && n.Recv == nil {
				found = append(found, "init function: wire it in cli, in the open")
			}
		case *ast.CallExpr:
			if f, ok := n.Fun.(*ast.Ident); ok && f.Name == "panic" {
				found = append(found, "panic: return an error")
			}
		}
	}
	return found
}

// exportedNamesDocumented: functions, types, their methods, constants and
// variables; one comment over a group speaks for the group.
func exportedNamesDocumented(h house) (faults []string) {
	for _, r := range h.rooms {
		for _, p := range r.files {
			if p.tree.Name.Name == "main" {
				continue
			}
			for _, d := range p.tree.Decls {
				for _, name := range undocumented(d) {
					faults = append(faults, fmt.Sprintf("%s/%s: %s has no comment", r.path, p.name, name))
				}
			}
		}
	}
	return faults
}

func undocumented(d ast.Decl) (names []string) {
	switch d := d.(type) {
	case *ast.FuncDecl:
		if name, exported := functionName(d); exported && d.Doc.Text() == "" {
			names = append(names, name)
		}
	case *ast.GenDecl:
		for _, spec := range d.Specs {
			switch s := spec.(type) {
			case *ast.TypeSpec:
				if s.Name.IsExported() && d.Doc.Text()+s.Doc.Text() == "" {
					names = append(names, s.Name.Name)
				}
			case *ast.ValueSpec:
				if s.Names[0].IsExported() && d.Doc.Text()+s.Doc.Text()+s.Comment.Text() == "" {
					names = append(names, s.Names[0].Name)
				}
			}
		}
	}
	return names
}

// functionName is the name as documentation shows it; a method is exported only
// where its type is.
func functionName(d *ast.FuncDecl) (name string, exported bool) {
	if d.Recv == nil {
		return d.Name.Name, d.Name.IsExported()
	}
	receiver := ""
	for n := range ast.Preorder(d.Recv.List[0].Type) {
		if id, ok := n.(*ast.Ident); ok {
			receiver = id.Name
			break
		}
	}
	return receiver + "." + d.Name.Name, ast.IsExported(receiver) && d.Name.IsExported()
}

// filesStayShort: a file is a word of the domain, not a drawer.
func filesStayShort(h house) (faults []string) {
	for _, r := range h.rooms {
		for _, p := range r.files {
			if p.lines > maxLines {
				faults = append(faults, fmt.Sprintf("%s/%s: %d lines, more than %d: split it by noun", r.path, p.name, p.lines, maxLines))
			}
		}
	}
	return faults
}

// within reports whether a package path is the given one or below it.
func within(path, parent string) bool {
	return path == parent || strings.HasPrefix(path, parent+"/")
}

// imports lists what a package's files import, each once, sorted.
func (r room) imports() []string {
	var all []string
	for _, p := range r.files {
		for _, spec := range p.tree.Imports {
			imported, _ := strconv.Unquote(spec.Path.Value)
			all = append(all, imported)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// ours lists the imported packages of the module, by folder.
func (r room) ours() []string {
	var ours []string
	for _, imported := range r.imports() {
		if folder, ok := strings.CutPrefix(imported, module+"/"); ok {
			ours = append(ours, folder)
		}
	}
	return ours
}

// libraries lists the imported packages of other modules: their paths begin with a host.
func (r room) libraries() []string {
	return slices.DeleteFunc(r.imports(), func(imported string) bool {
		host, _, _ := strings.Cut(imported, "/")
		return !strings.Contains(host, ".")
	})
}

// readHouse reads every package of the module but this one. It walks the folders
// itself instead of asking go list: so it sees the files for other operating
// systems too, and the test cache sees a folder that was added.
func readHouse(t *testing.T) house {
	t.Helper()
	root := os.DirFS("..")
	h := house{floor: floor, door: door}
	err := fs.WalkDir(root, ".", func(folder string, d fs.DirEntry, err error) error {
		switch {
		case err != nil || !d.IsDir():
			return err
		case folder != "." && (strings.Trim(d.Name()[:1], "._") == "" || d.Name() == "testdata"):
			return fs.SkipDir
		}
		switch r := readRoom(t, root, folder); {
		case folder == "internal":
			h.plan = r.files[0].tree.Doc.Text()
		case len(r.files) > 0:
			h.rooms = append(h.rooms, r)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func readRoom(t *testing.T, root fs.FS, folder string) room {
	t.Helper()
	names, err := fs.Glob(root, path.Join(folder, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	r := room{path: folder}
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		data, err := fs.ReadFile(root, name)
		if err != nil {
			t.Fatal(err)
		}
		r.files = append(r.files, readPage(t, path.Base(name), data))
	}
	return r
}

func readPage(t *testing.T, name string, data []byte) page {
	t.Helper()
	tree, err := parser.ParseFile(token.NewFileSet(), name, data, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	return page{name, bytes.Count(data, []byte("\n")), tree}
}

// TestHouseFindsFaults breaks each rule in a small made-up house: a rule that
// finds nothing there finds nothing anywhere.
func TestHouseFindsFaults(t *testing.T) {
	const commented = "// Package p is a sample.\npackage p\n"
	plan := "The map.\n\n\tfloor 0  low     a\n\t         alike   b\n\tfloor 1  publish   c\n\t         notify  d\n\nBeside them: cmd/bell rings; content is\na sample.\n"
	floors := map[string]int{"internal/low": 0, "internal/alike": 0, "internal/publish": 1, "internal/notify": 1, "cmd/bell": 2, "content": 0}
	sound := map[string]string{
		"internal/low/low.go":         commented,
		"internal/alike/alike.go":     commented,
		"internal/publish/publish.go": commented + "import _ \"tocsin/internal/low\"\n",
		"internal/notify/notify.go":   commented + "import _ \"example.org/mail/v2/smtp\"\n",
		"cmd/bell/main.go":            "// Bell rings.\npackage main\n\nimport \"os\"\n\nfunc main() { os.Exit(len(os.Args)) }\n\nfunc Exported() {}\n",
		"content/embed.go":            commented,
	}
	tests := []struct {
		fault string // what is wrong in this house; empty: nothing
		file  string
		text  string
		floor map[string]int // rows that are added to the table
		want  []string
	}{
		{},
		{fault: "a package without a floor", file: "internal/attic/a.go", text: commented,
			want: []string{"internal/attic: not on the map in internal/doc.go; give it a floor there and in house_test.go"}},
		{fault: "a package without a comment", file: "internal/low/low.go", text: "package p\n",
			want: []string{"internal/low: no package comment"}},
		{fault: "a directive is no comment", file: "internal/low/low.go", text: "//go:debug x=1\npackage p\n",
			want: []string{"internal/low: no package comment"}},
		{fault: "an import upwards", file: "internal/low/low.go", text: commented + "import _ \"tocsin/internal/publish\"\n",
			want: []string{"internal/low (floor 0) imports internal/publish (floor 1): imports go to a strictly lower floor"}},
		{fault: "an import of a sibling", file: "internal/low/low.go", text: commented + "import _ \"tocsin/internal/alike\"\n",
			want: []string{"internal/low (floor 0) imports internal/alike (floor 0): imports go to a strictly lower floor"}},
		{fault: "one wing imports the other, on the right floors", file: "internal/publish/deep/d.go", text: commented + "import _ \"tocsin/internal/notify\"\n",
			floor: map[string]int{"internal/publish/deep": 5},
			want: []string{
				"internal/publish/deep imports internal/notify: the wings publish and notify never meet",
				"internal/publish/deep: in the table of floors but not in internal/doc.go"}},
		{fault: "the other wing imports the one", file: "internal/notify/deep/d.go", text: commented + "import _ \"tocsin/internal/publish\"\n",
			floor: map[string]int{"internal/notify/deep": 5},
			want: []string{
				"internal/notify/deep imports internal/publish: the wings publish and notify never meet",
				"internal/notify/deep: in the table of floors but not in internal/doc.go"}},
		{fault: "a library beside its door", file: "internal/low/low.go", text: commented + "import _ \"example.org/mail/v2\"\n",
			want: []string{"internal/low imports example.org/mail/v2, whose door is internal/notify"}},
		{fault: "a library without a door", file: "internal/low/low.go", text: commented + "import _ \"example.org/mailbox\"\n",
			want: []string{"internal/low imports example.org/mailbox, which has no door: name the one package that may, in house_test.go"}},
		{fault: "a row without a package", floor: map[string]int{"internal/ghost": 3},
			want: []string{
				"internal/ghost: in the table of floors but not in internal/doc.go",
				"internal/ghost: on the map but not in the house"}},
		{fault: "another floor in the map", floor: map[string]int{"internal/alike": 4},
			want: []string{"internal/alike: floor 4 in the table, floor 0 in internal/doc.go"}},
		{fault: "the clock", file: "internal/low/low.go", text: commented + "import clock \"time\"\n\nvar now = clock.Now\n",
			want: []string{"internal/low/low.go: time.Now belongs in internal/cli and cmd only"}},
		{fault: "the environment", file: "internal/low/low.go", text: commented + "import \"os\"\n\nvar home = os.Getenv(\"HOME\") + os.Args[0]\n",
			want: []string{
				"internal/low/low.go: os.Getenv belongs in internal/cli and cmd only",
				"internal/low/low.go: os.Args belongs in internal/cli and cmd only"}},
		{fault: "flags and chance", file: "internal/low/low.go", text: commented + "import (\n\t_ \"flag\"\n\t_ \"math/rand/v2\"\n)\n",
			want: []string{
				"internal/low/low.go: flag belongs in internal/cli and cmd only",
				"internal/low/low.go: math/rand/v2 belongs in internal/cli and cmd only"}},
		{fault: "an exit", file: "internal/low/low.go", text: commented + "import \"os\"\n\nfunc leave() { os.Exit(1) }\n",
			want: []string{"internal/low/low.go: os.Exit belongs in cmd only"}},
		{fault: "a dot import", file: "internal/low/low.go", text: commented + "import . \"time\"\n",
			want: []string{"internal/low/low.go: dot import of \"time\""}},
		{fault: "things at a distance", file: "internal/low/low.go", text: commented + "func init() { panic(1) }\n",
			want: []string{
				"internal/low/low.go: init function: wire it in cli, in the open",
				"internal/low/low.go: panic: return an error"}},
		{fault: "exported names without comments", file: "internal/low/low.go",
			text: commented + "func F() {}\n\ntype T struct{}\n\nfunc (*T) M() {}\n\ntype t struct{}\n\nfunc (t) M() {}\n\nconst C = 1\n\n// V and W are a group.\nvar (\n\tV = 1\n\tW = 2\n)\n\nvar X = 1 // X is told here\n",
			want: []string{
				"internal/low/low.go: F has no comment",
				"internal/low/low.go: T has no comment",
				"internal/low/low.go: T.M has no comment",
				"internal/low/low.go: C has no comment"}},
		{fault: "a long file", file: "internal/low/low.go", text: commented + strings.Repeat("\n", maxLines),
			want: []string{"internal/low/low.go: 502 lines, more than 500: split it by noun"}},
	}
	for _, test := range tests {
		t.Run(test.fault, func(t *testing.T) {
			files, rows := maps.Clone(sound), maps.Clone(floors)
			if test.file != "" {
				files[test.file] = test.text
			}
			maps.Copy(rows, test.floor)
			h := house{plan: plan, floor: rows, door: map[string]string{"example.org/mail": "internal/notify"}, rooms: buildRooms(t, files)}
			var got []string
			for _, rule := range rules {
				got = append(got, rule.check(h)...)
			}
			if !slices.Equal(got, test.want) {
				t.Errorf("found\n\t%s\nwant\n\t%s", strings.Join(got, "\n\t"), strings.Join(test.want, "\n\t"))
			}
		})
	}
}

func TestMapNamesUnknownPackage(t *testing.T) {
	h := house{plan: "\tfloor 0  ghost   a\n\nBeside them: shade is there.\n"}
	want := []string{
		"internal/ghost: in internal/doc.go but not in the table of floors",
		"shade: in internal/doc.go but not in the table of floors",
	}
	if got := mapIsTrue(h); !slices.Equal(got, want) {
		t.Errorf("found %q, want %q", got, want)
	}
}

func buildRooms(t *testing.T, files map[string]string) []room {
	t.Helper()
	byFolder := make(map[string]room)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		folder, base := path.Split(name)
		r := byFolder[folder]
		r.path = strings.TrimSuffix(folder, "/")
		r.files = append(r.files, readPage(t, base, []byte(files[name])))
		byFolder[folder] = r
	}
	return slices.SortedFunc(maps.Values(byFolder), func(a, b room) int { return strings.Compare(a.path, b.path) })
}
