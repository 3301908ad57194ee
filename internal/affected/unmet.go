package affected

import (
	"encoding/binary"
	"slices"

	"tocsin/internal/bulletin"
)

// Unmet is a value of `where:` that no node has, though nodes were let off for another: it
// may be spelt otherwise in the inventory.
type Unmet struct {
	Row    int    // index of the affected row
	Column string // as the bulletin names it
	Value  string // as the bulletin has it
}

// UnmetBy lists such values of a bulletin, in its order, by all nodes that some matchers of
// it were asked about.
func UnmetBy(b bulletin.Bulletin, asked ...*Matcher) (list []Unmet) {
	said := repliesTo(asked)
	if len(said) == 0 {
		return nil
	}
	for i, row := range b.Affected {
		for _, c := range row.Where {
			for _, value := range c.Values {
				if said[0][another] && !said[0].met(c.Values, value) {
					list = append(list, Unmet{i, c.Name, value})
				}
			}
			said = said[1:]
		}
	}
	return list
}

// replies are what nodes said to one column of one row.
type replies map[int]bool

// met reports whether some node has a value, in whatever words.
func (r replies) met(values []string, value string) bool {
	return slices.ContainsFunc(values, func(v string) bool {
		same := v == value || word(v) != "" && word(v) == word(value)
		return same && r[slices.Index(values, v)]
	})
}

// repliesTo lists the replies to every column of every row; none where no node was asked.
func repliesTo(asked []*Matcher) (said []replies) {
	for _, m := range asked {
		for shape := range m.shapes {
			rest := []byte(shape)
			for at := 0; len(rest) > 0; at++ {
				if at == len(said) {
					said = append(said, make(replies))
				}
				reply, size := binary.Varint(rest)
				said[at][int(reply)], rest = true, rest[size:]
			}
		}
	}
	return said
}
