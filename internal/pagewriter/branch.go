package pagewriter

import (
	"reflect"
	"text/template/parse"
)

// within compiles a part in which dot is of another type. The variables that it declares end
// with it.
func (c *compiler) within(dot reflect.Type, l *parse.ListNode) (step, error) {
	outerDot, outerVars := c.dot, len(c.vars)
	c.dot = dot
	s, err := c.list(l)
	c.dot, c.vars = outerDot, c.vars[:outerVars]
	return s, err
}

// branches compiles both parts of a statement.
func (c *compiler) branches(n *parse.BranchNode, dot reflect.Type) (first, otherwise step, err error) {
	if first, err = c.within(dot, n.List); err != nil {
		return nil, nil, err
	}
	otherwise, err = c.within(c.dot, n.ElseList)
	return first, otherwise, err
}

func (c *compiler) ifNode(n *parse.BranchNode) (step, error) {
	outer := len(c.vars)
	defer func() { c.vars = c.vars[:outer] }()
	condition, err := c.condition(n.Pipe)
	if err != nil {
		return nil, err
	}
	first, otherwise, err := c.branches(n, c.dot)
	return func(r *run) bool {
		truth, ok := condition(r)
		switch {
		case !ok:
			return false
		case truth:
			return first(r)
		}
		return otherwise(r)
	}, err
}

func (c *compiler) withNode(n *parse.BranchNode) (step, error) {
	outer := len(c.vars)
	defer func() { c.vars = c.vars[:outer] }()
	e, err := c.pipe(n.Pipe)
	if err != nil {
		return nil, err
	}
	isTrue := truthOf(e.typ)
	if isTrue == nil {
		return nil, c.unknown(n.Pipe, "whether it is true is not known beforehand")
	}
	value := e.asValue()
	first, otherwise, err := c.branches(n, e.typ)
	return func(r *run) bool {
		v, ok := value(r)
		if !ok || !isTrue(v) {
			return ok && otherwise(r)
		}
		outer := r.dot
		r.dot = v
		ok = first(r)
		r.dot = outer
		return ok
	}, err
}

// loop is a compiled {{range}} over a slice or an array.
type loop struct {
	over            func(*run) (reflect.Value, bool)
	index, element  int // the slots of the variables; 0: none, for that is $
	each, otherwise step
}

func (c *compiler) rangeNode(n *parse.BranchNode) (step, error) {
	outer := len(c.vars)
	defer func() { c.vars = c.vars[:outer] }()
	e, err := c.commands(n.Pipe, n.Pipe.Cmds)
	if err != nil {
		return nil, err
	}
	if e.typ.Kind() != reflect.Slice && e.typ.Kind() != reflect.Array || dynamic(e.typ.Elem()) || n.Pipe.IsAssign {
		return nil, c.unknown(n.Pipe, "it is no plain list")
	}
	l := loop{over: e.asValue()}
	switch d := n.Pipe.Decl; len(d) {
	case 1:
		l.element = c.declare(d[0].Ident[0], e.typ.Elem())
	case 2:
		l.index = c.declare(d[0].Ident[0], reflect.TypeFor[int]())
		l.element = c.declare(d[1].Ident[0], e.typ.Elem())
	}
	if l.each, err = c.within(e.typ.Elem(), n.List); err != nil {
		return nil, err
	}
	for slot := outer; slot < len(c.vars); slot++ {
		c.vars[slot].typ = nil // after else they are something else
	}
	l.otherwise, err = c.within(c.dot, n.ElseList)
	return l.step, err
}

func (l loop) step(r *run) bool {
	list, ok := l.over(r)
	if !ok {
		return false
	}
	count := list.Len()
	if count == 0 {
		return l.otherwise(r)
	}
	outer := r.dot
	for i := 0; ok && i < count; i++ {
		r.dot = list.Index(i)
		if l.index > 0 {
			r.vars[r.base+l.index] = reflect.ValueOf(i)
		}
		if l.element > 0 {
			r.vars[r.base+l.element] = r.dot
		}
		ok = l.each(r)
	}
	r.dot = outer
	return ok
}
