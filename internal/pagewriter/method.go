package pagewriter

import (
	"reflect"
	"text/template/parse"
)

// methodWith compiles the call of a method with arguments: $.Say "heading" .Count. What stands
// before its name is the way to whose method it is.
func (c *compiler) methodWith(n *parse.CommandNode, final *expr) (expr, error) {
	owner, name, err := c.ownerOf(n.Args[0])
	if err != nil {
		return expr{}, err
	}
	args, err := c.operands(n.Args[1:], final)
	if err != nil {
		return expr{}, err
	}
	method, found := methodOf(owner.typ, name)
	if !found || dynamic(method.typ.Out(0)) || !takes(method.typ, args) {
		return expr{}, c.unknown(n, "it is no method that takes just these arguments")
	}
	if name == "Say" && owner.typ.Implements(speakers) {
		return words(owner, args), nil
	}
	return method.called(owner, args), nil
}

// ownerOf is what a command's method belongs to, and the method's name.
func (c *compiler) ownerOf(n parse.Node) (owner expr, name string, err error) {
	var way []string
	switch n := n.(type) {
	case *parse.FieldNode:
		owner, way = dotExpr(c.dot), n.Ident
	case *parse.VariableNode:
		owner, way = c.variable(n.Ident[0]), n.Ident[1:]
	}
	if len(way) == 0 {
		return owner, "", c.unknown(n, "it is given arguments and is no function")
	}
	last := len(way) - 1
	owner, err = c.fields(n, owner, way[:last])
	return owner, way[last], err
}

// method is one of a struct, or of the pointer to it where there is one, that returns one value,
// with an error or without.
type method struct {
	index  int
	typ    reflect.Type // without the receiver
	follow bool         // a pointer leads to the struct; it may be nil
}

// methodOf finds a method as text/template would. Methods of the pointer alone are left out
// where there is only the struct: whether that has an address is known at run time.
func methodOf(typ reflect.Type, name string) (m method, found bool) {
	m.follow = typ.Kind() == reflect.Pointer
	of := typ
	if m.follow {
		of = typ.Elem()
	}
	if of.Kind() != reflect.Struct || dynamic(of) {
		return m, false
	}
	named, found := typ.MethodByName(name)
	if !found {
		return m, false
	}
	m.index, m.typ = named.Index, reflect.Zero(typ).Method(named.Index).Type()
	return m, returnsValue(m.typ)
}

// called calls the method.
func (m method) called(owner expr, args []expr) expr {
	from := owner.asValue()
	var each []func(*run) (reflect.Value, bool)
	for _, a := range args {
		each = append(each, a.asValue())
	}
	return expr{typ: m.typ.Out(0), value: func(r *run) (reflect.Value, bool) {
		v, ok := from(r)
		if !ok || m.follow && v.IsNil() {
			return v, false
		}
		values := make([]reflect.Value, len(each))
		for i, value := range each {
			if values[i], ok = value(r); !ok {
				return v, false
			}
		}
		out := v.Method(m.index).Call(values)
		return out[0], len(out) == 1 || out[1].IsNil()
	}}
}

// speaker is data that has words, by their keys. Nothing is asked for as often, so that it is
// called without reflection.
type speaker interface {
	Say(key string, values ...any) (string, error)
}

var speakers = reflect.TypeFor[speaker]()

// words is what a speaker says. What it does where it is nil is for text/template to find out.
func words(owner expr, args []expr) expr {
	from, key, rest := owner.asValue(), args[0].asText(), interfaces(args[1:])
	return expr{typ: reflect.TypeFor[string](), text: func(r *run) (string, bool) {
		v, ok := from(r)
		k, known := key(r)
		values, all := rest(r)
		if !ok || !known || !all || v.Kind() == reflect.Pointer && v.IsNil() {
			return "", false
		}
		text, err := v.Interface().(speaker).Say(k, values...)
		return text, err == nil
	}}
}
