package pagewriter

import (
	"reflect"
	"slices"
)

// run is one execution of a template.
type run struct {
	out  []byte
	dot  reflect.Value
	vars []reflect.Value // those of the template that runs stand behind those of its callers
	base int             // where its own begin; the first of them is $
}

// step does a part of a template. False: html/template has to execute it all, for it knows what
// to say of what went wrong.
type step func(*run) bool

// block is a template that was compiled for one type of data.
type block struct {
	body  step // nil while it is being compiled
	slots int  // how many variables it has at once, with $
}

// do executes a whole template, and reports whether it could. Nothing is kept of the data.
func (r *run) do(b *block, data reflect.Value) (done bool) {
	defer func() {
		if recover() != nil {
			done = false // a function panicked; html/template makes an error of that
		}
		if !done {
			*r = run{out: r.out}
		}
	}()
	return r.call(b, data)
}

// call executes a template with its own dot and its own variables.
func (r *run) call(b *block, dot reflect.Value) bool {
	callersDot, callersBase := r.dot, r.base
	r.base = len(r.vars)
	r.vars = slices.Grow(r.vars, b.slots)[:r.base+b.slots]
	r.dot, r.vars[r.base] = dot, dot
	done := b.body(r)
	clear(r.vars[r.base:])
	r.vars = r.vars[:r.base]
	r.dot, r.base = callersDot, callersBase
	return done
}

// inOrder does one step after the other.
func inOrder(steps []step) step {
	switch len(steps) {
	case 0:
		return func(*run) bool { return true }
	case 1:
		return steps[0]
	}
	return func(r *run) bool {
		for _, s := range steps {
			if !s(r) {
				return false
			}
		}
		return true
	}
}
