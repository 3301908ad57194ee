package pagewriter

import (
	"cmp"
	"reflect"
)

// equal is eq: whether the first argument is one of the others. All of them are worked out, as
// text/template does, for the sake of their errors. Nil where they cannot be compared.
func equal(args []expr) func(*run) (bool, bool) {
	switch {
	case all(args, func(t reflect.Type) bool { return t.Kind() == reflect.String }):
		return oneOf(args, expr.asText)
	case all(args, isInteger):
		return oneOf(args, expr.asInteger)
	case all(args, func(t reflect.Type) bool { return t.Kind() == reflect.Bool }):
		return oneOf(args, expr.asTruth)
	}
	return nil
}

func all(args []expr, are func(reflect.Type) bool) bool {
	for _, a := range args {
		if !are(a.typ) {
			return false
		}
	}
	return true
}

func oneOf[T comparable](args []expr, as func(expr) func(*run) (T, bool)) func(*run) (bool, bool) {
	first := as(args[0])
	var others []func(*run) (T, bool)
	for _, a := range args[1:] {
		others = append(others, as(a))
	}
	return func(r *run) (found, ok bool) {
		a, ok := first(r)
		if !ok {
			return false, false
		}
		for _, other := range others {
			b, ok := other(r)
			if !ok {
				return false, false
			}
			found = found || a == b
		}
		return found, true
	}
}

// compared is lt, le, gt and ge; nil where the arguments cannot be ordered.
func compared(name string, a, b expr) func(*run) (bool, bool) {
	args := []expr{a, b}
	switch {
	case all(args, func(t reflect.Type) bool { return t.Kind() == reflect.String }):
		return ordered(name, a.asText(), b.asText())
	case all(args, isInteger):
		return ordered(name, a.asInteger(), b.asInteger())
	}
	return nil
}

func ordered[T cmp.Ordered](name string, first, second func(*run) (T, bool)) func(*run) (bool, bool) {
	accepts := map[string][3]bool{ // what cmp.Compare may say: less, equal, greater
		"lt": {true, false, false}, "le": {true, true, false}, "gt": {false, false, true}, "ge": {false, true, true},
	}
	accepted, known := accepts[name]
	if !known {
		return nil
	}
	return func(r *run) (bool, bool) {
		a, ok := first(r)
		b, known := second(r)
		return accepted[cmp.Compare(a, b)+1], ok && known
	}
}
