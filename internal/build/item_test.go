package build

import (
	"reflect"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tocsin/internal/publish/feed"
	"tocsin/internal/tape"
	"tocsin/internal/verdict"
)

// TestItemTape: a memory keeps all of an entry, whatever fields it is given: what is missing on the
// tape would be missing in the feeds of the next build.
func TestItemTape(t *testing.T) {
	var item, got feed.Item
	fillIn(&item)
	written := tape.Write()
	itemTape(written, &item)
	itemTape(tape.Read(string(written.Bytes())), &got)
	if diff := cmp.Diff(item, got); diff != "" {
		t.Errorf("item (-want +got):\n%s", diff)
	}
}

// TestCardTape: the same of what lists need of a bulletin.
func TestCardTape(t *testing.T) {
	var stands, got shown
	fillIn(&stands.card)
	written := tape.Write()
	stands.tape(written)
	got.tape(tape.Read(string(written.Bytes())))
	if diff := cmp.Diff(stands.card, got.card); diff != "" {
		t.Errorf("card (-want +got):\n%s", diff)
	}
}

// fillIn gives every field of a struct a value that it does not have by itself.
func fillIn(to any) {
	v := reflect.ValueOf(to).Elem()
	for n := range v.NumField() {
		f := v.Field(n)
		switch f.Interface().(type) {
		case time.Time:
			f.Set(reflect.ValueOf(time.Unix(int64(1e9+n), 0).UTC()))
		case []string:
			f.Set(reflect.ValueOf([]string{"client", "server"}))
		case [32]byte:
			f.Set(reflect.ValueOf([32]byte{byte(n)}))
		case verdict.Truth:
			f.Set(reflect.ValueOf(verdict.Yes))
		case bool:
			f.SetBool(true)
		default:
			f.SetString(v.Type().Field(n).Name)
		}
	}
}
