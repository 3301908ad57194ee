package notify

import (
	"encoding/binary"
	"errors"
	"math/bits"
	"slices"
	"strings"
	"sync"
)

// owners remembers of every node, hit or not, whose it is and what runs on it, so that a
// node that stands in two rows is noticed: one of them belongs to somebody else (F20).
// Hashes of IDs are kept in place of the IDs: should two nodes ever share one, an
// inventory is refused, not a name told to a stranger.
type owners struct {
	parted
	names    sync.Mutex
	products []string
}

// Parts of owners are chosen by the upper bits of a node's hash, so that all rows of a
// node lie in one.
const (
	ownerParts = 64
	ownerShift = 64 - 6
)

// claim is one row of a node. It is packed in fixed size.
type claim struct {
	node    uint64 // hash of its ID
	of      uint32 // number of the tailnet
	product uint16
}

const claimSize = 8 + 4 + 2

// pack appends a claim, for which there is space.
func (c claim) pack(r []byte) []byte {
	begins := len(r)
	r = r[:begins+claimSize]
	to := (*[claimSize]byte)(r[begins:])
	binary.LittleEndian.PutUint64(to[:], c.node)
	binary.LittleEndian.PutUint32(to[8:], c.of)
	binary.LittleEndian.PutUint16(to[12:], c.product)
	return r
}

func unpackClaim(r []byte) claim {
	return claim{binary.LittleEndian.Uint64(r), binary.LittleEndian.Uint32(r[8:]), binary.LittleEndian.Uint16(r[12:])}
}

// number is that of a product. An inventory has a handful.
func (o *owners) number(product string) uint16 {
	o.names.Lock()
	defer o.names.Unlock()
	for i, p := range o.products {
		if p == product {
			return uint16(i)
		}
	}
	o.products = append(o.products, strings.Clone(product))
	return uint16(len(o.products) - 1)
}

// disputed lists by their hashes the nodes that stand in two rows which cannot both be
// right: of two tailnets, or twice with one product.
func (o *owners) disputed() ([]uint64, error) {
	const workers = 2
	var (
		group sync.WaitGroup
		found [ownerParts][]uint64
		errs  [ownerParts]error
	)
	for first := range workers {
		group.Go(func() {
			var t claims
			for part := first; part < ownerParts; part += workers {
				if t.all, errs[part] = o.read(part, t.all); errs[part] == nil {
					found[part] = t.disputed()
				}
			}
		})
	}
	group.Wait()
	return slices.Concat(found[:]...), errors.Join(errs[:]...)
}

// claims are those of one part, with an index of them by their nodes.
type claims struct {
	all   []byte
	slots []uint32 // open addressing: the number of a claim, counted from 1
}

func (t *claims) disputed() (nodes []uint64) {
	count := len(t.all) / claimSize
	if size := 2 << bits.Len(uint(count)); len(t.slots) < size {
		t.slots = make([]uint32, size)
	}
	clear(t.slots)
	for i := range count {
		if c := unpackClaim(t.all[i*claimSize:]); !t.put(c, i) {
			nodes = append(nodes, c.node)
		}
	}
	return nodes
}

// put adds a claim to the index; false where it goes against an earlier one.
func (t *claims) put(c claim, number int) bool {
	mask := uint64(len(t.slots) - 1)
	at := c.node & mask
	for ; t.slots[at] != 0; at = (at + 1) & mask {
		if e := unpackClaim(t.all[int(t.slots[at]-1)*claimSize:]); c.against(e) {
			return false
		}
	}
	t.slots[at] = uint32(number + 1)
	return true
}

// against reports whether two rows of one node cannot both be right.
func (c claim) against(e claim) bool {
	return c.node == e.node && (c.of != e.of || c.product == e.product)
}
