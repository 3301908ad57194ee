package content

import (
	"encoding/binary"
	"time"
)

// Identity is what the file system says of the files that a bulletin is read from: its own and
// the decision on record. While it is the same, and none of the files is as young as the clock
// of the file system is coarse, their bytes are the same: inode and change time change with
// every write, and no program can set the latter.
type Identity struct {
	Is string // the zero Identity is nothing's, and equals none
	// Youngest is when the youngest of the files changed, by the clock of the file system.
	Youngest time.Time
}

// Identity identifies the bulletin file of a number. It is the zero Identity where the file
// system does not tell enough, and where something stands in the way of reading the record.
func (r *Reader) Identity(number int) Identity {
	b := r.bulletins[number]
	if len(r.unreadOf(b)) > 0 {
		return Identity{}
	}
	records := r.recordsOf(b)
	if len(records) > 1 { // they are a problem, not a state
		return Identity{}
	}
	var space [128]byte
	text, youngest, ok := r.identify(b, space[:0], time.Time{})
	for _, p := range records {
		if ok {
			text, youngest, ok = r.identify(p, text, youngest)
		}
	}
	if !ok {
		return Identity{}
	}
	return Identity{Is: string(text), Youngest: youngest}
}

// identify adds a file to those that a bulletin is read from.
func (r *Reader) identify(p place, text []byte, youngest time.Time) ([]byte, time.Time, bool) {
	f, ok := stateOf(p)
	if !ok {
		return nil, youngest, false
	}
	if f.changed.After(youngest) {
		youngest = f.changed
	}
	return f.append(append(append(text, r.shown(p)...), 0)), youngest, true
}

// state is what tells one version of a file from another.
type state struct {
	inode, size       int64
	modified, changed time.Time
}

func (s state) append(text []byte) []byte {
	for _, n := range []int64{s.inode, s.size, s.modified.UnixNano(), s.changed.UnixNano()} {
		text = binary.AppendVarint(text, n)
	}
	return text
}

func stateOf(p place) (state, bool) {
	if p.entry == nil {
		return state{}, false
	}
	info, err := p.entry.Info()
	if err != nil {
		return state{}, false
	}
	inode, changed, ok := inodeOf(info)
	return state{inode, info.Size(), info.ModTime(), changed}, ok
}
