package pagewriter

import (
	"errors"
	"fmt"
	"html/template"
	"io"
	"strings"
	"text/template/parse"
)

// originals are the templates of a set, as they were before html/template escaped them.
type originals map[string]*parse.Tree

// keep makes copies of them all, before html/template changes them.
func (o originals) keep() {
	for name, tree := range o {
		o[name] = tree.Copy()
	}
}

// escaped holds a template, and all that it calls, as html/template has escaped them.
//
// html/template escapes a template when it is executed first, with all that it calls. So they
// are executed, in a set of their own, by a template that never comes to do it:
//
//	{{if false}}{{template "page" .}}{{end}}
//
// A template that stands in another context than text, such as within <title>, is escaped a
// second time, under a name that tells the context. Nobody is given these: one in a title is
// escaped here again, alone.
type escaped struct {
	originals
	plain  bool // nothing is escaped: the originals are executed
	set    *template.Template
	titles map[string]*parse.Tree // by the name that html/template gives them
}

const (
	never   = `{{if false}}{{template %q .}}{{end}}`
	added   = "_html_template_" // begins the names of the escapers that html/template puts into a tree
	derived = "$htmltemplate_"  // stands in the names of templates that were escaped for another context
	inTitle = derived + "stateRCDATA_elementTitle"
)

func (o originals) escaped(name string) (*escaped, error) {
	copies := make(map[string]*parse.Tree)
	if err := o.reach(name, copies); err != nil {
		return nil, err
	}
	set, err := escape(name, copies)
	return &escaped{originals: o, set: set, titles: make(map[string]*parse.Tree)}, err
}

// escape has html/template escape these trees, beginning with one of them.
func escape(name string, trees map[string]*parse.Tree) (*template.Template, error) {
	set, err := template.New("pagewriter: " + name).Parse(fmt.Sprintf(never, name))
	if err != nil {
		return nil, err
	}
	for name, tree := range trees {
		if _, err := set.AddParseTree(name, tree); err != nil {
			return nil, err
		}
	}
	return set, set.Execute(io.Discard, nil)
}

// tree is a template as the escaped tree of another calls it.
func (e *escaped) tree(name string) (*parse.Tree, error) {
	if tree, known := e.originals[name]; e.plain && known {
		return tree, nil
	} else if e.plain {
		return nil, fmt.Errorf("there is no template %q", name)
	}
	if plain, titled := strings.CutSuffix(name, inTitle); titled {
		return e.title(name, plain)
	}
	t := e.set.Lookup(name)
	if t == nil || t.Tree == nil || t.Tree.Root == nil {
		return nil, fmt.Errorf("there is no template %q in text", name)
	}
	return t.Tree, nil
}

// title is a template as it is escaped within <title>.
func (e *escaped) title(name, plain string) (*parse.Tree, error) {
	if tree, made := e.titles[name]; made {
		return tree, nil
	}
	copies := make(map[string]*parse.Tree)
	if err := e.reach(plain, copies); err != nil {
		return nil, err
	}
	tree := copies[plain]
	if tree == nil {
		return nil, fmt.Errorf("there is no template %q", plain)
	}
	tree.Root.Nodes = append(append([]parse.Node{textNode("<title>")}, tree.Root.Nodes...), textNode("</title>"))
	if _, err := escape(plain, copies); err != nil {
		return nil, err
	}
	last := len(tree.Root.Nodes) - 1
	if tree.Root.Nodes[0].String() != "<title>" || tree.Root.Nodes[last].String() != "</title>" {
		return nil, errors.New("the title was changed")
	}
	tree.Root.Nodes = tree.Root.Nodes[1:last]
	e.titles[name] = tree
	return tree, nil
}

func textNode(text string) *parse.TextNode {
	return &parse.TextNode{NodeType: parse.NodeText, Text: []byte(text)}
}

// reach copies a template and all that it calls. One that nobody defined is for html/template to
// complain about.
func (o originals) reach(name string, copies map[string]*parse.Tree) error {
	if o[name] == nil || copies[name] != nil {
		return nil
	}
	if strings.Contains(name, derived) {
		return fmt.Errorf("template %q is named as html/template names its own", name)
	}
	copies[name] = o[name].Copy()
	return o.reachFrom(copies[name].Root, copies)
}

func (o originals) reachFrom(l *parse.ListNode, copies map[string]*parse.Tree) error {
	if l == nil {
		return nil
	}
	for _, n := range l.Nodes {
		var err error
		switch n := n.(type) {
		case *parse.TemplateNode:
			err = o.reach(n.Name, copies)
		case *parse.IfNode:
			err = o.reachBoth(&n.BranchNode, copies)
		case *parse.WithNode:
			err = o.reachBoth(&n.BranchNode, copies)
		case *parse.RangeNode:
			err = o.reachBoth(&n.BranchNode, copies)
		case *parse.ActionNode:
			if _, escapers := splitEscapers(n.Pipe.Cmds); escapers != "" {
				err = errors.New("it was executed before")
			}
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (o originals) reachBoth(n *parse.BranchNode, copies map[string]*parse.Tree) error {
	if err := o.reachFrom(n.List, copies); err != nil {
		return err
	}
	return o.reachFrom(n.ElseList, copies)
}
