package pagewriter

import (
	"html/template"
	"reflect"
	"text/template/parse"
)

// callOf compiles the call of a Go function. Functions of the signatures that pages use are
// called as such; any other by reflection.
func (c *compiler) callOf(name *parse.IdentifierNode, fn any, args []parse.Node, final *expr) (expr, error) {
	typ := reflect.TypeOf(fn)
	operands, err := c.operands(args, final)
	if err != nil {
		return expr{}, err
	}
	if !takes(typ, operands) {
		return expr{}, c.unknown(name, "its arguments are not just what it takes")
	}
	e := direct(fn, operands)
	if e.typ == nil {
		e = reflected(fn, operands)
	}
	if e.typ == nil || dynamic(e.typ) {
		return expr{}, c.unknown(name, "what it returns is not known beforehand")
	}
	return e, nil
}

// takes reports whether arguments can be handed to a function without any conversion.
func takes(fn reflect.Type, args []expr) bool {
	fixed := fn.NumIn()
	if fn.IsVariadic() {
		fixed--
	}
	if len(args) < fixed || len(args) > fixed && !fn.IsVariadic() {
		return false
	}
	for i, a := range args {
		in := fn.In(min(i, fn.NumIn()-1))
		if i >= fixed {
			in = in.Elem()
		}
		if !a.typ.AssignableTo(in) {
			return false
		}
	}
	return true
}

// direct calls functions of some signatures; its type is nil for others.
func direct(fn any, args []expr) expr {
	switch fn := fn.(type) {
	case func(string, ...any) (template.HTML, error):
		key, rest := args[0].asText(), interfaces(args[1:])
		return htmlExpr(func(r *run) (string, bool) {
			k, ok := key(r)
			values, known := rest(r)
			if !ok || !known {
				return "", false
			}
			html, err := fn(k, values...)
			return string(html), err == nil
		})
	case func(string, int, ...any) (template.HTML, error):
		key, count, rest := args[0].asText(), args[1].asInteger(), interfaces(args[2:])
		return htmlExpr(func(r *run) (string, bool) {
			k, ok := key(r)
			n, isNumber := count(r)
			values, known := rest(r)
			if !ok || !isNumber || !known {
				return "", false
			}
			html, err := fn(k, int(n), values...)
			return string(html), err == nil
		})
	case func(any, any) template.HTML:
		both := interfaces(args)
		return htmlExpr(func(r *run) (string, bool) {
			values, ok := both(r)
			if !ok {
				return "", false
			}
			return string(fn(values[0], values[1])), true
		})
	case func(...any) string:
		all := interfaces(args)
		return expr{typ: reflect.TypeFor[string](), text: func(r *run) (string, bool) {
			values, ok := all(r)
			if !ok {
				return "", false
			}
			return fn(values...), true
		}}
	}
	return expr{}
}

func htmlExpr(text func(*run) (string, bool)) expr { return expr{typ: htmlType, text: text} }

// interfaces works out arguments of type any.
func interfaces(args []expr) func(*run) ([]any, bool) {
	var each []func(*run) (reflect.Value, bool)
	for _, a := range args {
		each = append(each, a.asValue())
	}
	return func(r *run) ([]any, bool) {
		values := make([]any, len(each))
		for i, value := range each {
			v, ok := value(r)
			if !ok {
				return nil, false
			}
			values[i] = v.Interface()
		}
		return values, true
	}
}

// reflected calls any function that returns one value, with an error or without.
func reflected(fn any, args []expr) expr {
	call := reflect.ValueOf(fn)
	if !returnsValue(call.Type()) {
		return expr{}
	}
	var each []func(*run) (reflect.Value, bool)
	for _, a := range args {
		each = append(each, a.asValue())
	}
	return expr{typ: call.Type().Out(0), value: func(r *run) (reflect.Value, bool) {
		values := make([]reflect.Value, len(each))
		for i, value := range each {
			v, ok := value(r)
			if !ok {
				return v, false
			}
			values[i] = v
		}
		out := call.Call(values)
		return out[0], len(out) == 1 || out[1].IsNil()
	}}
}

// returnsValue reports whether a function returns one value, with an error or without.
func returnsValue(fn reflect.Type) bool {
	return fn.NumOut() == 1 || fn.NumOut() == 2 && fn.Out(1) == reflect.TypeFor[error]()
}
