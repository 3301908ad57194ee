package check

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"tocsin/internal/notify/inventory"
	"tocsin/internal/source"
	"tocsin/internal/tailnet"
)

// alongside are the faults that an example cannot do without.
var alongside = map[string]string{"yaml-alias": "yaml-anchor", "verdict-impossible": "quote-missing", "odd-key": "missing-key", "internal-link": "internal-name", "assumed-key": "review-unknown"}

// Every code has an example that is found to have the fault, and that alone, and the
// same text without it.
func TestExamples(t *testing.T) {
	for _, c := range Codes() {
		t.Run(c.Name, func(t *testing.T) {
			switch c.By {
			case "":
			case "plan":
				inventoryExample(t, c)
				return
			default:
				t.Skip("the tests of tocsin " + c.By + " have it")
			}
			problems := inShort(c.Name, problemsOf(t, sample(t, c.Example)))
			if !slices.ContainsFunc(problems, func(p source.Problem) bool { return p.Code == c.Name }) {
				t.Errorf("the example has no such fault:\n%s", said(problems))
			}
			for _, p := range problems {
				if p.Code == alongside[c.Name] {
					continue
				}
				if p.Code != c.Name {
					t.Errorf("the example has another fault: %s: %s [%s]", p.Position, p.Message, p.Code)
				} else if p.Level != c.Level && !(p.Softened && c.Level == source.Error) {
					t.Errorf("it is a %s, not a %s", p.Level, c.Level)
				}
			}
			if problems := inShort(c.Name, problemsOf(t, sample(t, c.Mended))); len(problems) > 0 {
				t.Errorf("the mended example has faults:\n%s", said(problems))
			}
		})
	}
}

// inShort leaves out that a sample of a few lines does not answer every question.
func inShort(code string, problems source.Problems) source.Problems {
	short := []string{"missing-section", "row-unbounded"}
	return slices.DeleteFunc(problems, func(p source.Problem) bool { return p.Code != code && slices.Contains(short, p.Code) })
}

// inventoryExample reads a sample as a table of tailnets, or as what an export says of
// a table of one row.
func inventoryExample(t *testing.T, c Code) {
	t.Helper()
	for text, want := range map[string]string{c.Example: c.Name, c.Mended: ""} {
		name, table, _ := strings.Cut(text, " --\n")
		var problems source.Problems
		if strings.HasSuffix(name, "export.yaml") {
			export, found := inventory.ReadExport(source.File{Name: "export.yaml", Data: []byte(table)})
			problems = append(found, export.Holds("tailnets", inventory.Read{Rows: 1})...)
		} else {
			read, err := inventory.Table{Files: []inventory.File{{Name: "tailnets.csv", Open: func() (io.ReadCloser, error) {
				return io.NopCloser(strings.NewReader(table)), nil
			}}}}.Tailnets(func(tailnet.Tailnet) {})
			if err != nil {
				t.Fatal(err)
			}
			problems = read.Problems
		}
		got := ""
		for _, p := range problems {
			got += p.Code
		}
		if got != want {
			t.Errorf("%q has the faults %q, want %q", table, got, want)
		}
	}
}

// said prints problems one a line: file, place, level and code.
func said(problems source.Problems) string {
	var out []string
	for _, p := range problems {
		if p.Code == "row-unbounded" {
			continue // most samples have short rows
		}
		out = append(out, fmt.Sprintf("%s %s %s", strings.TrimPrefix(p.Position.String(), "content/"), p.Level, p.Code))
	}
	return strings.Join(out, "\n")
}

// A code says in prose what it wants.
func TestCodesAreDescribed(t *testing.T) {
	seen := make(map[string]bool)
	for _, c := range Codes() {
		switch {
		case seen[c.Name]:
			t.Errorf("%s is described twice", c.Name)
		case c.Name != strings.Trim(strings.ToLower(c.Name), "- ") || strings.ContainsAny(c.Name, " _."):
			t.Errorf("%q is no name of a code", c.Name)
		case c.Wants == "" || strings.ContainsRune(c.Wants, '\n') || strings.HasSuffix(c.Wants, ".") || len(c.Wants) > 80:
			t.Errorf("%s wants %q", c.Name, c.Wants)
		case !strings.HasSuffix(c.Why, ".") && !strings.HasSuffix(c.Why, ")"):
			t.Errorf("%s has no reason in whole sentences: %q", c.Name, c.Why)
		}
		seen[c.Name] = true
	}
}

// Every code that some package makes is described, and every one that is described is made.
func TestEveryCodeIsRegistered(t *testing.T) {
	made := codesMade(t)
	for _, c := range Codes() {
		if made[c.Name] == "" {
			t.Errorf("%s is described and made nowhere", c.Name)
		}
	}
	for name, at := range made {
		if _, found := Find(name); !found {
			t.Errorf("%s: the code %s is not described: add it to a codes_*.go with an example", at, name)
		}
	}
}

// codesMade finds every string that becomes the code of a problem, with a place that
// makes it: as the field Code of a problem, or as an argument where a function's
// parameter is called code. Such a parameter may be handed on.
func codesMade(t *testing.T) map[string]string {
	t.Helper()
	made := make(map[string]string)
	for folder, files := range sources(t, "../..") {
		p := parsed{set: token.NewFileSet(), constants: make(map[string]string)}
		for _, name := range files {
			tree, err := parser.ParseFile(p.set, filepath.Join(folder, name), nil, 0)
			if err != nil {
				t.Fatal(err)
			}
			p.trees = append(p.trees, tree)
		}
		p.read()
		for _, e := range p.codes() {
			at := p.set.Position(e.Pos()).String()
			if code, fault := p.codeOf(e); fault != "" {
				t.Errorf("%s: %s", at, fault)
			} else if code != "" {
				made[code] = at
			}
		}
	}
	return made
}

// sources lists the Go files of the module's packages that are not tests, by folder.
func sources(t *testing.T, root string) map[string][]string {
	t.Helper()
	found := make(map[string][]string)
	err := filepath.WalkDir(root, func(name string, entry fs.DirEntry, err error) error {
		if entry != nil && entry.IsDir() && strings.HasPrefix(entry.Name(), ".") && name != root {
			return fs.SkipDir
		}
		if err == nil && filepath.Ext(name) == ".go" && !strings.HasSuffix(name, "_test.go") {
			found[filepath.Dir(name)] = append(found[filepath.Dir(name)], filepath.Base(name))
		}
		return err
	})
	if err != nil || len(found) < 20 {
		t.Fatal(len(found), err)
	}
	return found
}

// parsed is a package's source.
type parsed struct {
	set       *token.FileSet
	trees     []*ast.File
	constants map[string]string
	takers    []taker
}

// taker is a function with a parameter called code.
type taker struct {
	name        string
	index, many int // which of its parameters it is, and how many there are
}

// read learns the constants and the functions that take a code.
func (p *parsed) read() {
	for _, tree := range p.trees {
		ast.Inspect(tree, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.FuncDecl:
				p.takes(n.Name.Name, n.Type.Params)
			case *ast.AssignStmt:
				for i, value := range n.Rhs {
					name, is := n.Lhs[i].(*ast.Ident)
					if f, isFunc := value.(*ast.FuncLit); is && isFunc {
						p.takes(name.Name, f.Type.Params)
					}
				}
			case *ast.ValueSpec:
				for i, value := range n.Values {
					if lit, is := value.(*ast.BasicLit); is && lit.Kind == token.STRING {
						p.constants[n.Names[i].Name], _ = strconv.Unquote(lit.Value)
					}
				}
			}
			return true
		})
	}
}

func (p *parsed) takes(name string, params *ast.FieldList) {
	index, many := -1, 0
	for _, field := range params.List {
		for _, param := range field.Names {
			if param.Name == "code" {
				index = many
			}
			many++
		}
	}
	if index >= 0 {
		p.takers = append(p.takers, taker{name, index, many})
	}
}

// codes lists the expressions that become codes.
func (p *parsed) codes() []ast.Expr {
	var found []ast.Expr
	for _, tree := range p.trees {
		ast.Inspect(tree, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.CompositeLit:
				found = append(found, codeFields(n)...)
			case *ast.AssignStmt:
				for i, left := range n.Lhs {
					if f, is := left.(*ast.SelectorExpr); is && f.Sel.Name == "Code" && len(n.Rhs) == len(n.Lhs) {
						found = append(found, n.Rhs[i])
					}
				}
			case *ast.CallExpr:
				for _, f := range p.takers {
					if f.name == called(n) && f.many == len(n.Args) {
						found = append(found, n.Args[f.index])
					}
				}
			}
			return true
		})
	}
	return found
}

// codeFields are the codes of a literal problem, or of a literal list of them.
func codeFields(n *ast.CompositeLit) []ast.Expr {
	var found []ast.Expr
	switch typeName(n.Type) {
	case "Problem":
		for _, e := range n.Elts {
			if pair, is := e.(*ast.KeyValueExpr); is && pair.Key.(*ast.Ident).Name == "Code" {
				found = append(found, pair.Value)
			}
		}
	case "Problems":
		for _, e := range n.Elts {
			if lit, is := e.(*ast.CompositeLit); is && lit.Type == nil {
				found = append(found, codeFields(&ast.CompositeLit{Type: ast.NewIdent("Problem"), Elts: lit.Elts})...)
			}
		}
	}
	return found
}

func typeName(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.SelectorExpr:
		return e.Sel.Name
	case *ast.ArrayType:
		return typeName(e.Elt) + "s"
	}
	return ""
}

func called(n *ast.CallExpr) string {
	switch f := n.Fun.(type) {
	case *ast.Ident:
		return f.Name
	case *ast.SelectorExpr:
		return f.Sel.Name
	}
	return ""
}

// codeOf is the literal or the constant that an expression is; what hands a code on is
// neither.
func (p *parsed) codeOf(e ast.Expr) (code, fault string) {
	switch e := e.(type) {
	case *ast.BasicLit:
		code, err := strconv.Unquote(e.Value)
		if err != nil || code == "" {
			return "", e.Value + " is no code"
		}
		return code, ""
	case *ast.Ident:
		if value, is := p.constants[e.Name]; is {
			return value, ""
		}
		if e.Name == "code" {
			return "", ""
		}
	case *ast.SelectorExpr:
		if e.Sel.Name == "Code" {
			return "", ""
		}
	}
	return "", "a code must be a literal, a constant, a parameter called code, or another problem's Code"
}
