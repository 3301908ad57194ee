package pagewriter

import (
	"html/template"
	"reflect"
	"strconv"
	"text/template/parse"
)

// expr is a compiled expression. It has its result in one way, and can be asked for it in any:
// what a function returns as a string needs no reflection to be printed.
type expr struct {
	typ    reflect.Type
	value  func(*run) (reflect.Value, bool)
	text   func(*run) (string, bool) // of kind string
	truth  func(*run) (bool, bool)   // of kind bool
	number func(*run) (int, bool)    // int itself
}

func (e expr) asValue() func(*run) (reflect.Value, bool) {
	switch {
	case e.value != nil:
		return e.value
	case e.text != nil:
		return func(r *run) (reflect.Value, bool) {
			s, ok := e.text(r)
			return boxed(e.typ, s), ok
		}
	case e.truth != nil:
		return func(r *run) (reflect.Value, bool) {
			b, ok := e.truth(r)
			return reflect.ValueOf(b), ok
		}
	}
	return func(r *run) (reflect.Value, bool) {
		n, ok := e.number(r)
		return reflect.ValueOf(n), ok
	}
}

func boxed(typ reflect.Type, s string) reflect.Value {
	if typ == htmlType {
		return reflect.ValueOf(template.HTML(s)) // it was HTML before
	}
	return reflect.ValueOf(s).Convert(typ)
}

// asText is for expressions of kind string.
func (e expr) asText() func(*run) (string, bool) {
	if e.text != nil {
		return e.text
	}
	return func(r *run) (string, bool) {
		v, ok := e.value(r)
		if !ok {
			return "", false
		}
		return v.String(), true
	}
}

// asInteger is for expressions of the kinds that are integers with a sign.
func (e expr) asInteger() func(*run) (int64, bool) {
	if e.number != nil {
		return func(r *run) (int64, bool) {
			n, ok := e.number(r)
			return int64(n), ok
		}
	}
	return func(r *run) (int64, bool) {
		v, ok := e.value(r)
		if !ok {
			return 0, false
		}
		return v.Int(), true
	}
}

// asTruth is what if and not make of a value; nil where that is not known beforehand.
func (e expr) asTruth() func(*run) (bool, bool) {
	switch isTrue := truthOf(e.typ); {
	case e.truth != nil:
		return e.truth
	case e.text != nil:
		return func(r *run) (bool, bool) {
			s, ok := e.text(r)
			return s != "", ok
		}
	case isTrue != nil:
		value := e.asValue()
		return func(r *run) (bool, bool) {
			v, ok := value(r)
			return ok && isTrue(v), ok
		}
	}
	return nil
}

// truthOf is how text/template tells whether a value is true: where it is neither zero nor empty,
// except that a struct always is.
func truthOf(typ reflect.Type) func(reflect.Value) bool {
	switch {
	case typ.Kind() == reflect.Bool:
		return reflect.Value.Bool
	case typ.Kind() == reflect.String, typ.Kind() == reflect.Slice, typ.Kind() == reflect.Array, typ.Kind() == reflect.Map:
		return func(v reflect.Value) bool { return v.Len() > 0 }
	case typ.Kind() == reflect.Pointer:
		return func(v reflect.Value) bool { return !v.IsNil() }
	case isInteger(typ):
		return func(v reflect.Value) bool { return v.Int() != 0 }
	case isUnsigned(typ):
		return func(v reflect.Value) bool { return v.Uint() != 0 }
	case typ.Kind() == reflect.Struct && !dynamic(typ):
		return func(reflect.Value) bool { return true }
	}
	return nil
}

func isInteger(typ reflect.Type) bool {
	return typ.Kind() >= reflect.Int && typ.Kind() <= reflect.Int64
}

func isUnsigned(typ reflect.Type) bool {
	return typ.Kind() >= reflect.Uint && typ.Kind() <= reflect.Uintptr
}

// dynamic is a type of which only a value tells what it is.
func dynamic(typ reflect.Type) bool {
	return typ.Kind() == reflect.Interface || typ == reflect.TypeFor[reflect.Value]()
}

// pipe compiles what stands in braces or in brackets, with the variables that it sets.
func (c *compiler) pipe(p *parse.PipeNode) (expr, error) {
	e, err := c.commands(p, p.Cmds)
	for _, v := range p.Decl {
		if err == nil {
			e, err = c.set(v, e, p.IsAssign)
		}
	}
	return e, err
}

// set keeps a value in a variable: a new one, or with = one of the same type.
func (c *compiler) set(v *parse.VariableNode, e expr, assign bool) (expr, error) {
	name := v.Ident[0]
	slot, typ := c.find(name)
	if !assign {
		slot = c.declare(name, e.typ)
	} else if typ != e.typ {
		return e, c.unknown(v, "it is given a value of another type")
	}
	value := e.asValue()
	return expr{typ: e.typ, value: func(r *run) (reflect.Value, bool) {
		v, ok := value(r)
		r.vars[r.base+slot] = v
		return v, ok
	}}, nil
}

// commands compiles a pipeline: each command but the first is given the result of the one
// before it as its last argument.
func (c *compiler) commands(p parse.Node, commands []*parse.CommandNode) (expr, error) {
	if len(commands) == 0 {
		return expr{}, c.unknown(p, "it has no value")
	}
	e, err := c.command(commands[0], nil)
	for _, command := range commands[1:] {
		if err != nil {
			break
		}
		before := e
		e, err = c.command(command, &before)
	}
	if err == nil && (e.typ == nil || dynamic(e.typ)) {
		err = c.unknown(p, "its type is not known beforehand")
	}
	return e, err
}

func (c *compiler) command(n *parse.CommandNode, final *expr) (expr, error) {
	if name, is := n.Args[0].(*parse.IdentifierNode); is {
		return c.function(name, n.Args[1:], final)
	}
	if len(n.Args) > 1 || final != nil {
		return c.methodWith(n, final)
	}
	return c.operand(n.Args[0])
}

// operand compiles a value alone.
func (c *compiler) operand(n parse.Node) (expr, error) {
	switch n := n.(type) {
	case *parse.DotNode:
		return c.checked(n, dotExpr(c.dot))
	case *parse.FieldNode:
		return c.fields(n, dotExpr(c.dot), n.Ident)
	case *parse.VariableNode:
		return c.fields(n, c.variable(n.Ident[0]), n.Ident[1:])
	case *parse.ChainNode:
		e, err := c.operand(n.Node)
		if err != nil {
			return e, err
		}
		return c.fields(n, e, n.Field)
	case *parse.PipeNode:
		if len(n.Decl) > 0 {
			break // it may be set, or not
		}
		return c.pipe(n)
	case *parse.IdentifierNode:
		return c.function(n, nil, nil)
	}
	if v, is := constant(n); is {
		return constantExpr(v), nil
	}
	return expr{}, c.unknown(n, "it is no value that this package knows")
}

// constant is a string, a truth value or an integer as people write it.
func constant(n parse.Node) (any, bool) {
	switch n := n.(type) {
	case *parse.StringNode:
		return n.Text, true
	case *parse.BoolNode:
		return n.True, true
	case *parse.NumberNode:
		number, err := strconv.Atoi(n.Text)
		return number, err == nil && strconv.Itoa(number) == n.Text
	}
	return nil, false
}

func constantExpr(constant any) expr {
	v := reflect.ValueOf(constant)
	e := expr{typ: v.Type(), value: func(*run) (reflect.Value, bool) { return v, true }}
	if s, is := constant.(string); is {
		e.text = func(*run) (string, bool) { return s, true }
	}
	return e
}

// checked refuses values that a template was not given, or of which nothing is known beforehand.
func (c *compiler) checked(n parse.Node, e expr) (expr, error) {
	if e.typ == nil || dynamic(e.typ) {
		return e, c.unknown(n, "its type is not known beforehand")
	}
	return e, nil
}

func dotExpr(typ reflect.Type) expr {
	return expr{typ: typ, value: func(r *run) (reflect.Value, bool) { return r.dot, true }}
}

func (c *compiler) variable(name string) expr {
	slot, typ := c.find(name)
	return expr{typ: typ, value: func(r *run) (reflect.Value, bool) { return r.vars[r.base+slot], true }}
}
