package pagewriter

import (
	"fmt"
	"html/template"
	"reflect"
	"strconv"
)

var (
	htmlType = reflect.TypeFor[template.HTML]()
	urlType  = reflect.TypeFor[template.URL]()
)

// unescaped stands for the escapers of text/template, which has none.
const unescaped = "none"

// writer prints an expression through the escapers that html/template has put behind it; nil
// where nothing is known of the two.
func writer(e expr, escapers string) step {
	if isInteger(e.typ) && !says(reflect.PointerTo(e.typ)) && escaperOf(e.typ, escapers) != nil {
		number := e.asInteger()
		return func(r *run) bool { // digits and a sign, which no escaper changes
			n, ok := number(r)
			r.out = strconv.AppendInt(r.out, n, 10)
			return ok
		}
	}
	text, escaped := printed(e), escaperOf(e.typ, escapers)
	if text == nil || escaped == nil {
		return nil
	}
	return func(r *run) bool {
		s, ok := text(r)
		if !ok {
			return false
		}
		r.out, ok = escaped(r.out, s)
		return ok
	}
}

// printed is the text of an expression before it is escaped, which is that of fmt.Sprint.
func printed(e expr) func(*run) (string, bool) {
	switch e.typ.Kind() {
	case reflect.Pointer, reflect.Interface, reflect.Func, reflect.Chan, reflect.UnsafePointer:
		return nil // html/template follows pointers, and its escapers differ in how far
	case reflect.String:
		if !says(reflect.PointerTo(e.typ)) { // what a type says, its pointer says
			return e.asText()
		}
	}
	if says(reflect.PointerTo(e.typ)) && !says(e.typ) {
		return nil // only text/template asks the pointer, and only where it has one
	}
	value := e.asValue()
	return func(r *run) (string, bool) {
		v, ok := value(r)
		if !ok {
			return "", false
		}
		return fmt.Sprint(v.Interface()), true
	}
}

// says reports whether a type has its own words for how it is printed.
func says(typ reflect.Type) bool {
	for _, own := range []reflect.Type{reflect.TypeFor[fmt.Formatter](), reflect.TypeFor[fmt.Stringer](), reflect.TypeFor[error]()} {
		if typ.Implements(own) {
			return true
		}
	}
	return false
}

// escaperOf chooses what html/template's escapers do to a text of this type; nil where it is not
// known. Only the first of them sees the type.
func escaperOf(typ reflect.Type, escapers string) func(out []byte, s string) ([]byte, bool) {
	isHTML, isURL := typ == htmlType, typ == urlType
	switch escapers {
	case unescaped:
		return appendRaw
	case "htmlescaper":
		if isHTML {
			return appendRaw
		}
		return appendHTML
	case "rcdataescaper":
		if isHTML {
			return appendNormal
		}
		return appendHTML
	case "attrescaper":
		if isHTML {
			return appendTagless
		}
		return appendHTML
	case "urlfilter urlnormalizer attrescaper":
		if isURL {
			return appendAddress
		}
		return filtered(appendAddress)
	case "urlfilter attrescaper":
		if isURL {
			return appendHTML
		}
		return filtered(appendHTML)
	case "urlnormalizer attrescaper":
		return appendAddress
	case "urlescaper attrescaper":
		if isURL {
			return appendAddress
		}
		return appendQuery
	}
	return nil
}
