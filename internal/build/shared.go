package build

import (
	"crypto/sha256"

	"tocsin/internal/publish"
	"tocsin/internal/publish/site"
	"tocsin/internal/tape"
)

// sharedFile is what is remembered of a file that shows several bulletins.
type sharedFile struct {
	from [32]byte // a digest of what it was made of
	sum  [32]byte // its SHA-256
}

func (f *sharedFile) tape(t *tape.Tape) {
	t.Sum(&f.from)
	t.Sum(&f.sum)
}

// sharedFile hands on a file that shows several bulletins. It is made only where what it is made
// of is not known, or not what it was, or where the tree has lost it.
func (p *pass) sharedFile(path string, from [32]byte, write func(*site.Room) ([]byte, error)) error {
	if p.Last != nil && from != [32]byte{} {
		if last, known := p.Last.shared[path]; known && last.from == from {
			p.keep(path, last)
			return p.add(publish.File{Path: path, Sum: last.sum, Again: func() ([]byte, error) { return write(nil) }})
		}
	}
	room := p.rooms.Get().(*site.Room)
	defer p.rooms.Put(room)
	data, err := write(room)
	if err != nil {
		return err
	}
	sum := sha256.Sum256(data)
	if from != [32]byte{} {
		p.keep(path, sharedFile{from, sum})
	}
	return p.add(publish.File{Path: path, Data: data, Sum: sum})
}

func (p *pass) keep(path string, f sharedFile) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.shared[path] = f
}
