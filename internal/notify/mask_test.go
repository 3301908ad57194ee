package notify

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"tocsin/internal/affected"
	"tocsin/internal/tailnet"
)

// TestMasksCoverRows is F20: every text of a row that names its tailnet, or anything of
// it, has a mask in the twin. A field that is new has one too, or stands here as one
// that names nobody.
func TestMasksCoverRows(t *testing.T) {
	var r Row
	r.Match.Hits, r.Named, r.Users = make([]affected.Hit, 1), make([]tailnet.Node, 1), make([]tailnet.User, 1)
	r.Match.Findings = make([]tailnet.Finding, 1)
	fill(reflect.ValueOf(&r).Elem(), "Row")
	var bare []string
	masked := r.mapped(func(string) string { return "mask" })
	masked.Contact.Address = "mask"
	left(reflect.ValueOf(masked), "Row", &bare)
	want := strings.Fields(`
		Row.Contact.Reason Row.Kind Row.Match.Evidence
		Row.Match.Findings.DoneAt Row.Match.Findings.FirstSeen Row.Match.Findings.LastSeen Row.Match.Findings.Status
		Row.Match.Hits.Evidence Row.Match.Hits.Found
		Row.Match.Hits.Node.LastSeen Row.Match.Hits.Node.OS Row.Match.Hits.Node.Product Row.Match.Hits.Node.Version Row.Match.Hits.Plain
		Row.Named.LastSeen Row.Named.OS Row.Named.Product Row.Named.Version
		Row.Standing Row.Tailnet.Language Row.Users.Role`)
	if slices.Sort(bare); !slices.Equal(bare, want) {
		t.Errorf("without a mask are\n%q\nwant\n%q", bare, want)
	}
	var again []string
	left(reflect.ValueOf(r), "Row", &again)
	if len(again) <= len(bare) {
		t.Error("the row itself was changed")
	}
}

// fill puts a text into every field that can be set.
func fill(v reflect.Value, path string) {
	switch v.Kind() {
	case reflect.String:
		if v.CanSet() {
			v.SetString(path)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			fill(v.Field(i), path+"."+v.Type().Field(i).Name)
		}
	case reflect.Slice:
		for i := range v.Len() {
			fill(v.Index(i), path)
		}
	}
}

// left lists the fields that still hold what was put into them.
func left(v reflect.Value, path string, found *[]string) {
	switch v.Kind() {
	case reflect.String:
		if v.String() == path {
			*found = append(*found, path)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			left(v.Field(i), path+"."+v.Type().Field(i).Name, found)
		}
	case reflect.Slice:
		for i := range v.Len() {
			left(v.Index(i), path, found)
		}
	}
}
