package pagewriter

import (
	"fmt"
	"html/template"
	"reflect"
	"strings"
	"text/template/parse"
)

// compiler compiles a template with all that it calls.
type compiler struct {
	trees  *escaped
	funcs  template.FuncMap
	blocks map[call]*block
	scope  // of the template that is being compiled
}

// scope is what the names in a template mean.
type scope struct {
	tree  *parse.Tree
	dot   reflect.Type // nil: there is none
	vars  []variable   // visible ones, the innermost last
	slots int          // how many variables there are at most at once
}

type variable struct {
	name string
	typ  reflect.Type // nil: not to be used
}

// unknown is the error that nothing compiles a node.
func (c *compiler) unknown(n parse.Node, why string) error {
	at, context := c.tree.ErrorContext(n)
	return fmt.Errorf("%s: %s is not compiled: %s", at, context, why)
}

// template compiles a template for the type of its data, once.
func (c *compiler) template(to call) (*block, error) {
	if b, known := c.blocks[to]; known {
		if b.body == nil {
			return nil, fmt.Errorf("template %q is not compiled: it calls itself", to.name)
		}
		return b, nil
	}
	if to.data == reflect.TypeFor[reflect.Value]() || to.data != nil && to.data.Kind() == reflect.Interface {
		return nil, fmt.Errorf("template %q is not compiled: its data is of any type", to.name)
	}
	tree, err := c.trees.tree(to.name)
	if err != nil {
		return nil, err
	}
	b := new(block)
	c.blocks[to] = b
	callers := c.scope
	defer func() { c.scope = callers }()
	c.scope = scope{tree: tree, dot: to.data, vars: []variable{{"$", to.data}}, slots: 1}
	body, err := c.list(tree.Root)
	b.body, b.slots = body, c.slots
	return b, err
}

// list compiles nodes in their order. Texts that follow each other become one.
func (c *compiler) list(l *parse.ListNode) (step, error) {
	var steps []step
	var text []byte
	flush := func() {
		if len(text) > 0 {
			steps, text = append(steps, literal(text)), nil
		}
	}
	if l == nil {
		return inOrder(nil), nil
	}
	for _, n := range l.Nodes {
		if t, is := n.(*parse.TextNode); is {
			text = append(text, t.Text...)
			continue
		}
		s, err := c.node(n)
		if err != nil {
			return nil, err
		}
		if s != nil {
			flush()
			steps = append(steps, s)
		}
	}
	flush()
	return inOrder(steps), nil
}

func literal(text []byte) step {
	return func(r *run) bool {
		r.out = append(r.out, text...)
		return true
	}
}

// node compiles a statement; nil is one that does nothing.
func (c *compiler) node(n parse.Node) (step, error) {
	switch n := n.(type) {
	case *parse.CommentNode:
		return nil, nil
	case *parse.ActionNode:
		return c.action(n)
	case *parse.TemplateNode:
		return c.call(n)
	case *parse.IfNode:
		return c.ifNode(&n.BranchNode)
	case *parse.WithNode:
		return c.withNode(&n.BranchNode)
	case *parse.RangeNode:
		return c.rangeNode(&n.BranchNode)
	}
	return nil, c.unknown(n, "it is no statement that this package knows")
}

// action compiles {{.Title}}, at whose end html/template has put its escapers, or {{$x := 1}}.
func (c *compiler) action(n *parse.ActionNode) (step, error) {
	if len(n.Pipe.Decl) > 0 {
		e, err := c.pipe(n.Pipe)
		if err != nil {
			return nil, err
		}
		set := e.asValue()
		return func(r *run) bool {
			_, ok := set(r)
			return ok
		}, nil
	}
	commands, escapers := splitEscapers(n.Pipe.Cmds)
	if c.trees.plain {
		escapers = unescaped
	}
	e, err := c.commands(n.Pipe, commands)
	if err != nil {
		return nil, err
	}
	s := writer(e, escapers)
	if s == nil {
		return nil, c.unknown(n, fmt.Sprintf("nothing prints %v here (%s)", e.typ, escapers))
	}
	return s, nil
}

// splitEscapers separates what somebody wrote from what html/template has added.
func splitEscapers(commands []*parse.CommandNode) (written []*parse.CommandNode, escapers string) {
	var names []string
	for i, command := range commands {
		name, isEscaper := strings.CutPrefix(command.Args[0].String(), added)
		if isEscaper && len(command.Args) == 1 {
			names = append(names, name)
		} else {
			written = commands[:i+1]
		}
	}
	if len(written)+len(names) != len(commands) {
		return commands, ""
	}
	return written, strings.Join(names, " ")
}

// call compiles {{template "name" .}}.
func (c *compiler) call(n *parse.TemplateNode) (step, error) {
	if n.Pipe == nil {
		b, err := c.template(call{name: n.Name})
		return func(r *run) bool { return r.call(b, reflect.Value{}) }, err
	}
	e, err := c.pipe(n.Pipe)
	if err != nil {
		return nil, err
	}
	b, err := c.template(call{n.Name, e.typ})
	data := e.asValue()
	return func(r *run) bool {
		dot, ok := data(r)
		return ok && r.call(b, dot)
	}, err
}

// declare gives the innermost variables a new one; the slot is its place among them.
func (c *compiler) declare(name string, typ reflect.Type) (slot int) {
	c.vars = append(c.vars, variable{name, typ})
	c.slots = max(c.slots, len(c.vars))
	return len(c.vars) - 1
}

// find looks a variable up, the innermost first.
func (c *compiler) find(name string) (slot int, typ reflect.Type) {
	for slot := len(c.vars) - 1; slot >= 0; slot-- {
		if c.vars[slot].name == name {
			return slot, c.vars[slot].typ
		}
	}
	return 0, nil
}
