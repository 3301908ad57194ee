package source

// Value is a text and where it stands.
type Value struct {
	Text     string
	Position Position
}

// String is the text.
func (v Value) String() string { return v.Text }

// Places tells where the value of each key of a mapping stands.
type Places map[string]Position

// Of is the place of a key's value; where the key is absent, of the mapping, which
// stands under the empty key.
func (p Places) Of(key string) Position {
	if at, found := p[key]; found {
		return at
	}
	return p[""]
}

// Has reports whether the key was written.
func (p Places) Has(key string) bool {
	_, found := p[key]
	return found
}
