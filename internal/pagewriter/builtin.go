package pagewriter

import (
	"fmt"
	"reflect"
	"text/template/parse"
)

// function compiles a call. final is what a pipeline gives as the last argument; nil: nothing.
// A site's function hides ours of the same name.
func (c *compiler) function(name *parse.IdentifierNode, args []parse.Node, final *expr) (expr, error) {
	if fn, own := c.funcs[name.Ident]; own {
		return c.callOf(name, fn, args, final)
	}
	switch name.Ident {
	case "print":
		return c.callOf(name, fmt.Sprint, args, final)
	case "printf":
		return c.callOf(name, fmt.Sprintf, args, final)
	case "println":
		return c.callOf(name, fmt.Sprintln, args, final)
	}
	operands, err := c.operands(args, final)
	if err != nil {
		return expr{}, err
	}
	e := builtin(name.Ident, operands)
	if e.typ == nil {
		return e, c.unknown(name, "nothing is known of such a function, or of these arguments")
	}
	return e, nil
}

func (c *compiler) operands(args []parse.Node, final *expr) ([]expr, error) {
	var operands []expr
	for _, arg := range args {
		e, err := c.operand(arg)
		if err != nil {
			return nil, err
		}
		operands = append(operands, e)
	}
	if final != nil {
		operands = append(operands, *final)
	}
	return operands, nil
}

// builtin compiles a function of text/template; its type is nil where the result is not certain.
func builtin(name string, args []expr) expr {
	boolean := func(truth func(*run) (bool, bool)) expr {
		if truth == nil {
			return expr{}
		}
		return expr{typ: reflect.TypeFor[bool](), truth: truth}
	}
	switch {
	case len(args) == 0:
	case name == "and", name == "or":
		return firstOf(name == "or", args)
	case name == "not" && len(args) == 1:
		return boolean(negated(args[0].asTruth()))
	case name == "eq" && len(args) > 1:
		return boolean(equal(args))
	case name == "ne" && len(args) == 2:
		return boolean(negated(equal(args)))
	case name == "len" && len(args) == 1:
		return length(args[0])
	case name == "index" && len(args) == 2:
		return element(args[0], args[1])
	case len(args) == 2:
		return boolean(compared(name, args[0], args[1]))
	}
	return expr{}
}

// condition compiles what if asks. It needs to know only whether the result is true, so that and
// and or may be given values of several types.
func (c *compiler) condition(p *parse.PipeNode) (func(*run) (bool, bool), error) {
	if name, args, is := logical(p); is && c.funcs[name] == nil {
		operands, err := c.conditions(args)
		if err != nil {
			return nil, err
		}
		if name == "not" && len(operands) == 1 {
			return negated(operands[0]), nil
		} else if name != "not" && len(operands) > 0 {
			return anyOf(name == "or", operands), nil
		}
	}
	e, err := c.pipe(p)
	if err != nil {
		return nil, err
	}
	truth := e.asTruth()
	if truth == nil {
		return nil, c.unknown(p, "whether it is true is not known beforehand")
	}
	return truth, nil
}

// logical recognizes a call of and, or, or not alone.
func logical(p *parse.PipeNode) (name string, args []parse.Node, is bool) {
	if len(p.Cmds) != 1 || len(p.Decl) > 0 {
		return "", nil, false
	}
	command := p.Cmds[0].Args
	id, is := command[0].(*parse.IdentifierNode)
	if !is || id.Ident != "and" && id.Ident != "or" && id.Ident != "not" {
		return "", nil, false
	}
	return id.Ident, command[1:], true
}

func (c *compiler) conditions(args []parse.Node) ([]func(*run) (bool, bool), error) {
	var operands []func(*run) (bool, bool)
	for _, arg := range args {
		var truth func(*run) (bool, bool)
		var err error
		if p, is := arg.(*parse.PipeNode); is && len(p.Decl) == 0 {
			truth, err = c.condition(p)
		} else if e, fault := c.operand(arg); fault != nil {
			err = fault
		} else if truth = e.asTruth(); truth == nil {
			err = c.unknown(arg, "whether it is true is not known beforehand")
		}
		if err != nil {
			return nil, err
		}
		operands = append(operands, truth)
	}
	return operands, nil
}

func negated(truth func(*run) (bool, bool)) func(*run) (bool, bool) {
	if truth == nil {
		return nil
	}
	return func(r *run) (bool, bool) {
		b, ok := truth(r)
		return !b, ok
	}
}

// anyOf is or, and where or is false, and: what comes after the answer is not looked at.
func anyOf(or bool, operands []func(*run) (bool, bool)) func(*run) (bool, bool) {
	return func(r *run) (bool, bool) {
		for _, truth := range operands {
			if b, ok := truth(r); !ok || b == or {
				return b, ok
			}
		}
		return !or, true
	}
}

// firstOf is and and or where their result is used: the first argument that decides, or the last.
func firstOf(or bool, args []expr) expr {
	var values []func(*run) (reflect.Value, bool)
	typ := args[0].typ
	isTrue := truthOf(typ)
	for _, a := range args {
		if a.typ != typ || isTrue == nil {
			return expr{}
		}
		values = append(values, a.asValue())
	}
	return expr{typ: typ, value: func(r *run) (v reflect.Value, ok bool) {
		for _, value := range values {
			if v, ok = value(r); !ok || isTrue(v) == or {
				return v, ok
			}
		}
		return v, ok
	}}
}

func length(e expr) expr {
	switch e.typ.Kind() {
	case reflect.Array, reflect.Slice, reflect.String, reflect.Map:
		value := e.asValue()
		return expr{typ: reflect.TypeFor[int](), number: func(r *run) (int, bool) {
			v, ok := value(r)
			if !ok {
				return 0, false
			}
			return v.Len(), true
		}}
	}
	return expr{}
}

// element is index with one integer.
func element(list, at expr) expr {
	if list.typ.Kind() != reflect.Slice && list.typ.Kind() != reflect.Array || dynamic(list.typ.Elem()) || !isInteger(at.typ) {
		return expr{}
	}
	value, index := list.asValue(), at.asInteger()
	return expr{typ: list.typ.Elem(), value: func(r *run) (reflect.Value, bool) {
		v, ok := value(r)
		i, known := index(r)
		if !ok || !known || i < 0 || i >= int64(v.Len()) {
			return reflect.Value{}, false
		}
		return v.Index(int(i)), true
	}}
}
