package site

import (
	"fmt"
	"html/template"
	"text/template/parse"
)

// literals puts the texts of {{t "key"}} into a template that was just read, so that no page
// looks them up again, and finds every key that nobody wrote a text for. The error says where
// the key stands, as the template package does.
func (w *words) literals(set *template.Template) error {
	for _, t := range set.Templates() {
		if t.Tree == nil || t.Tree.Root == nil {
			continue
		}
		if err := (filler{w, t.Tree}).list(t.Tree.Root); err != nil {
			return err
		}
	}
	return nil
}

// filler fills in one template.
type filler struct {
	*words
	tree *parse.Tree
}

func (f filler) list(l *parse.ListNode) error {
	if l == nil {
		return nil
	}
	for i, node := range l.Nodes {
		if a, is := node.(*parse.ActionNode); is {
			if key, alone := literal(a.Pipe); alone && f.texts[key] != "" {
				html := template.HTMLEscapeString(f.texts[key])
				l.Nodes[i] = &parse.TextNode{NodeType: parse.NodeText, Pos: a.Pos, Text: []byte(html)}
				continue
			}
		}
		if err := f.node(node); err != nil {
			return err
		}
	}
	return nil
}

// node looks below a node for texts, and at the keys of those that are made page by page.
func (f filler) node(node parse.Node) error {
	switch n := node.(type) {
	case *parse.ActionNode:
		return f.pipe(n.Pipe)
	case *parse.TemplateNode:
		return f.pipe(n.Pipe)
	case *parse.IfNode:
		return f.branch(&n.BranchNode)
	case *parse.RangeNode:
		return f.branch(&n.BranchNode)
	case *parse.WithNode:
		return f.branch(&n.BranchNode)
	}
	return nil
}

func (f filler) branch(b *parse.BranchNode) error {
	if err := f.pipe(b.Pipe); err != nil {
		return err
	}
	if err := f.list(b.List); err != nil {
		return err
	}
	return f.list(b.ElseList)
}

// pipe looks for calls of t and n whose key has no text.
func (f filler) pipe(p *parse.PipeNode) error {
	if p == nil {
		return nil
	}
	for _, c := range p.Cmds {
		if key, name := call(c); name == "t" && !f.has(key) || name == "n" && !(f.has(key+".one") && f.has(key+".other")) {
			at, _ := f.tree.ErrorContext(c)
			return fmt.Errorf("template: %s: %w", at, f.unknown(key))
		}
		for _, arg := range c.Args {
			if inner, is := arg.(*parse.PipeNode); is {
				if err := f.pipe(inner); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

func (f filler) has(key string) bool {
	_, found := f.texts[key]
	return found
}

// call is the key and the function of a call of t or n with a key in quotes.
func call(c *parse.CommandNode) (key, name string) {
	if len(c.Args) < 2 {
		return "", ""
	}
	function, is := c.Args[0].(*parse.IdentifierNode)
	text, quoted := c.Args[1].(*parse.StringNode)
	if !is || !quoted || function.Ident != "t" && function.Ident != "n" {
		return "", ""
	}
	return text.Text, function.Ident
}

// literal is the key of an action that is {{t "key"}} and nothing else.
func literal(p *parse.PipeNode) (key string, alone bool) {
	if len(p.Cmds) != 1 || len(p.Decl) > 0 || len(p.Cmds[0].Args) != 2 {
		return "", false
	}
	key, name := call(p.Cmds[0])
	return key, name == "t"
}
