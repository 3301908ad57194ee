package pagewriter

import (
	"reflect"
	"text/template/parse"
)

// hop is one step on the way to a field.
type hop struct {
	follow bool // the pointer that leads to the struct
	field  int
}

// fields compiles .Record.NextUpdate: the way to each field is known from the type. A method on
// the way is called.
func (c *compiler) fields(n parse.Node, e expr, names []string) (expr, error) {
	if _, err := c.checked(n, e); err != nil || len(names) == 0 {
		return e, err
	}
	typ := e.typ
	var way []hop
	for _, name := range names {
		if hops, field := hopsTo(typ, name); hops != nil {
			way, typ = append(way, hops...), field
			continue
		}
		m, found := methodOf(typ, name)
		if !found || !takes(m.typ, nil) {
			return e, c.unknown(n, "."+name+" is no plain field of "+typ.String())
		}
		e, way = m.called(along(e, way, typ), nil), nil
		typ = e.typ
	}
	return c.checked(n, along(e, way, typ))
}

// along is a field by the way to it.
func along(e expr, way []hop, typ reflect.Type) expr {
	if len(way) == 0 {
		return e
	}
	from := e.asValue()
	return expr{typ: typ, value: func(r *run) (reflect.Value, bool) {
		v, ok := from(r)
		if !ok {
			return v, false
		}
		return walk(v, way)
	}}
}

// hopsTo is the way to a field that is no method; nil where that would have to be looked for at
// run time. A field of an embedded struct is one hop further away.
func hopsTo(typ reflect.Type, name string) (way []hop, field reflect.Type) {
	isPointer := typ.Kind() == reflect.Pointer
	if isPointer {
		typ = typ.Elem()
	}
	if typ.Kind() != reflect.Struct || dynamic(typ) {
		return nil, nil
	}
	if _, isMethod := reflect.PointerTo(typ).MethodByName(name); isMethod {
		return nil, nil
	}
	f, found := typ.FieldByName(name)
	if !found || !f.IsExported() {
		return nil, nil
	}
	for i, index := range f.Index {
		if i > 0 && typ.Kind() != reflect.Struct {
			return nil, nil // a pointer is embedded
		}
		way = append(way, hop{follow: isPointer && i == 0, field: index})
		typ = typ.Field(index).Type
	}
	return way, f.Type
}

// walk goes to a field; false where a pointer on the way is nil.
func walk(v reflect.Value, way []hop) (reflect.Value, bool) {
	for _, h := range way {
		if h.follow {
			if v.IsNil() {
				return v, false
			}
			v = v.Elem()
		}
		v = v.Field(h.field)
	}
	return v, true
}
