package content

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"

	"tocsin/internal/source"
)

// readAs reads a text as a file of a kind, and notes which keys were asked for.
func readAs(t *testing.T, kind Kind, text string, asked map[string]bool) source.Problems {
	t.Helper()
	file := source.File{Name: map[Kind]string{
		BulletinFile: ours, PolicyFile: PolicyFolder + "/incident-disclosure.md", IndexFile: PolicyFolder + "/_index.md",
		RulesFile: PolicyFolder + "/incident-disclosure.rules.yaml", SettingsFile: ConfigFile,
	}[kind], Data: []byte(text)}
	d := &document{file: file, asked: asked}
	switch kind {
	case BulletinFile:
		d.above = headerLine - 1
		p, problems := split(file)
		d.bulletin(new(plainReader), p)
		return append(problems, d.problems...)
	case PolicyFile:
		if p, f, ok := d.policyPage(); ok {
			d.policyOf(f, p)
		}
	case IndexFile:
		r := new(Reader)
		r.readIndex(file)
		if asked != nil && r.found.Index.Title != "" {
			asked["title"] = true
		}
		return r.problems
	case RulesFile:
		if f, ok := d.load(file.Data); ok {
			slug := policySlugOf(f, file.Name)
			questionOf(f, "disclose", slug)
			questionOf(f, "notify", slug)
			f.done()
		}
	case SettingsFile:
		if f, ok := d.load(file.Data); ok {
			configOf(f)
			f.done()
		}
	}
	return d.problems
}

// bases is what a file of each kind is not without, one key a line.
var bases = map[Kind][]string{
	BulletinFile: {"id: TS-2026-004", "title: A fault", "status: draft"},
	RulesFile:    {"policy: incident-disclosure", "disclose: {any: [" + clause + "]}", "notify: {any: [" + clause + "]}"},
	SettingsFile: {"base_url: https://security.example.com", "organization: {name: Example Networks}"},
}

// fileOf makes a whole file of an example.
func fileOf(kind Kind, example string) string {
	var b strings.Builder
	if kind == BulletinFile || kind == PolicyFile || kind == IndexFile {
		b.WriteString(fence + "\n")
	}
	for _, line := range bases[kind] {
		key, _, _ := strings.Cut(line, ":")
		if !strings.HasPrefix(example, key+":") {
			b.WriteString(line + "\n")
		}
	}
	b.WriteString(example + "\n")
	if kind == BulletinFile || kind == PolicyFile || kind == IndexFile {
		b.WriteString(fence + "\n\n# A heading\n\nThe text.\n")
	}
	return b.String()
}

// TestCatalogue holds the catalogue of keys against the reader, both ways: every key
// that the reader asks for is explained, and every key that is explained is asked for.
// Every example is read without a problem.
func TestCatalogue(t *testing.T) {
	asked := make(map[Kind]map[string]bool)
	for kind := range map[Kind]bool{BulletinFile: true, PolicyFile: true, IndexFile: true, RulesFile: true, SettingsFile: true} {
		asked[kind] = make(map[string]bool)
	}
	for _, k := range Keys() {
		for _, p := range readAs(t, k.File, fileOf(k.File, k.Example), asked[k.File]) {
			if p.Level != source.Note {
				t.Errorf("the example of %s: %s: %s: %s", k.Path, k.File, p.Position, p.Message)
			}
		}
	}
	explained := make(map[Kind]map[string]bool)
	for _, k := range Keys() {
		if explained[k.File] == nil {
			explained[k.File] = make(map[string]bool)
		}
		if explained[k.File][k.Path] {
			t.Errorf("%s %s is explained twice", k.File, k.Path)
		}
		explained[k.File][k.Path] = true
		any, isAny := strings.CutSuffix(k.Path, "*")
		if !asked[k.File][k.Path] && (!isAny || !slices.ContainsFunc(slices.Collect(maps.Keys(asked[k.File])), func(path string) bool { return strings.HasPrefix(path, any) })) {
			t.Errorf("%s %s is explained, and the reader never asks for it", k.File, k.Path)
		}
		if k.Type == "" || !strings.HasSuffix(k.Advice, ".") || strings.Contains(k.Example, "\t") {
			t.Errorf("%s %s is not explained: %+v", k.File, k.Path, k)
		}
	}
	for kind, paths := range asked {
		for path := range paths {
			if !explained[kind][path] && !explained[kind][path[:strings.LastIndexByte(path, '.')+1]+"*"] {
				t.Errorf("the reader asks for %s %s, which no Key explains: add it to keys_%s.go", kind, path, kind)
			}
		}
	}
}

// nodesAt are the key and the value at a path of a YAML text, the first of each list.
func nodesAt(t *testing.T, text, path string) (key, value *yaml.Node) {
	t.Helper()
	var root yaml.Node
	if err := yaml.Load([]byte(text), &root); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	value = root.Content[0]
	for name := range strings.SplitSeq(path, ".") {
		name, isList := strings.CutSuffix(name, "[]")
		i := slices.IndexFunc(value.Content, func(n *yaml.Node) bool { return n.Value == name })
		if i < 0 {
			t.Fatalf("%s holds no %s", text, path)
		}
		key, value = value.Content[i], value.Content[i+1]
		if isList {
			value = value.Content[0]
		}
	}
	return key, value
}

// with another text in place of a node's.
func replaced(text string, n *yaml.Node, old, new string) string {
	lines := strings.SplitAfter(text, "\n")
	line := lines[n.Line-1]
	at := columnOffset(line, n.Column)
	lines[n.Line-1] = line[:at] + strings.Replace(line[at:], old, new, 1)
	return strings.Join(lines, "")
}

// parts cuts a file into what stands above its YAML, the YAML, and the rest.
func parts(kind Kind, text string) (above, header, below string) {
	if kind == RulesFile || kind == SettingsFile {
		return "", text, ""
	}
	header, below, _ = strings.Cut(text[4:], "\n---\n")
	return text[:4], header + "\n", "---\n" + below
}

const nonsense = "qqqqqqqqqqqqqqqqqqqqqqqq"

// The words of the catalogue are the reader's, each of them and in their order.
func TestWordsOfTheCatalogue(t *testing.T) {
	for _, k := range Keys() {
		if len(k.Words) == 0 {
			continue
		}
		above, header, below := parts(k.File, fileOf(k.File, k.Example))
		_, n := nodesAt(t, header, k.Path)
		if n.Kind == yaml.SequenceNode {
			n = n.Content[0]
		}
		if !slices.Contains(k.Words, n.Value) {
			t.Errorf("%s: the example says %q", k.Path, n.Value)
		}
		problems := readAs(t, k.File, above+replaced(header, n, n.Value, nonsense)+below, nil)
		want := "must be one of " + strings.Join(k.Words, ", ")
		if !slices.ContainsFunc(problems, func(p source.Problem) bool { return p.Code == "unknown-word" && strings.HasSuffix(p.Message, want) }) {
			t.Errorf("%s %s: %v, want %s", k.File, k.Path, problems, want)
		}
		for _, word := range k.Words {
			if problems := readAs(t, k.File, above+replaced(header, n, n.Value, word)+below, nil); slices.ContainsFunc(problems, func(p source.Problem) bool { return p.Code == "unknown-word" }) {
				t.Errorf("%s: %s is refused: %v", k.Path, word, problems)
			}
		}
	}
}

// What the catalogue says must be there is missed by the reader, and nothing else is.
func TestNeedsOfTheCatalogue(t *testing.T) {
	for _, k := range Keys() {
		if strings.HasSuffix(k.Path, "*") {
			continue
		}
		above, header, below := parts(k.File, fileOf(k.File, k.Example))
		n, _ := nodesAt(t, header, k.Path)
		problems := readAs(t, k.File, above+replaced(header, n, n.Value, nonsense)+below, nil)
		missed := slices.ContainsFunc(problems, func(p source.Problem) bool {
			return p.Code == "missing-key" && strings.Contains(p.Message, fmt.Sprintf("%q", k.Name()))
		})
		if isFree := strings.HasSuffix(k.Parent(), "where"); !isFree && !slices.ContainsFunc(problems, func(p source.Problem) bool { return p.Code == "unknown-key" }) {
			t.Errorf("%s %s: %q is known: %v", k.File, k.Path, nonsense, problems)
		}
		if missed && k.When == "" || !missed && k.When == Always {
			t.Errorf("%s %s: missed %v, and it must be there: %q", k.File, k.Path, missed, k.When)
		}
	}
}
