package source

// Value is a text and where it stands.
type Value struct {
	Text     string
	Position Position
}

// String is the text.
func (v Value) String() string { return v.Text }

// Places tells where the value of each key of a mapping stands. The keys are few, and of
// most nobody asks: a map of them would cost more than it finds.
type Places []place

type place struct {
	key string
	at  Position
}

// Set tells where the value of a key stands; of the mapping itself under the empty key.
// What was said of the key before holds no more.
func (p *Places) Set(key string, at Position) { *p = append(*p, place{key, at}) }

// Of is the place of a key's value; where the key is absent, of the mapping.
func (p Places) Of(key string) Position {
	if at, found := p.find(key); found {
		return at
	}
	at, _ := p.find("")
	return at
}

// Has reports whether the key was written.
func (p Places) Has(key string) bool {
	_, found := p.find(key)
	return found
}

func (p Places) find(key string) (at Position, found bool) {
	for i := len(p) - 1; i >= 0; i-- {
		if p[i].key == key {
			return p[i].at, true
		}
	}
	return Position{}, false
}
