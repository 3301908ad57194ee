package source

import "testing"

// What is said last of a key holds; a key that is absent stands where its mapping does.
func TestPlaces(t *testing.T) {
	at := func(line int) Position { return Position{File: "a.md", Line: line, Column: 1} }
	var p Places
	if p.Of("id") != (Position{}) || p.Has("") {
		t.Errorf("no places: %v", p)
	}
	p.Set("", at(1))
	p.Set("id", at(2))
	p.Set("title", at(3))
	p.Set("id", at(4))
	for key, line := range map[string]int{"": 1, "id": 4, "title": 3, "summary": 1} {
		if p.Of(key) != at(line) {
			t.Errorf("%q stands at %v, want line %d", key, p.Of(key), line)
		}
	}
	if !p.Has("id") || p.Has("summary") {
		t.Errorf("has id %t, summary %t", p.Has("id"), p.Has("summary"))
	}
}
