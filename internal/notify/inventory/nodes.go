package inventory

import (
	"fmt"
	"slices"
	"strings"

	"tocsin/internal/tailnet"
)

// Nodes reads the table of nodes and hands each to visit. Columns: tailnet,
// node_id, os and client_version must be there; node_name, user_id, last_seen and
// product may, as may the named cells. A node's product must be one of the given; where
// there is no product column, and only one is given, every node runs that. A node of a
// tailnet that is not known is a bad row, and so is one that visit refuses; the error
// becomes its problem, and must name nobody. One that stands in an earlier row with the
// same product is visited, and is a bad row all the same: that is known at the end. Where
// known is nil, visit answers for both: of which tailnets nodes are, and how often they
// stand there.
func (t Table) Nodes(products, cells []string, known func(tailnet.ID) bool, visit func(tailnet.Node) error) (Read, error) {
	ask := t.asking()
	return t.each(ask, askForNodes(ask, products, cells).visit(known, func(n *tailnet.Node) error { return visit(*n) }))
}

// NodesByMany is [Table.Nodes] with known nil, for several visitors: each has a goroutine
// of its own, and is handed the nodes of some of the rows. A node and its texts are good until
// the visitor returns: who keeps one clones it.
func (t Table) NodesByMany(products, cells []string, visits ...func(*tailnet.Node) error) (Read, error) {
	ask := t.asking()
	ask.brief = true
	columns, rows := askForNodes(ask, products, cells), make([]func(*row), len(visits))
	for i, visit := range visits {
		rows[i] = columns.visit(nil, visit)
	}
	return t.each(ask, rows...)
}

// nodeColumns are the columns of the nodes table, by their turn in a row.
type nodeColumns struct {
	of, id, os, version, name, user, last, product int

	products, cells []string
	values          []int // of the cells
}

// askForNodes asks for them.
func askForNodes(ask *columns, products, cells []string) nodeColumns {
	c := nodeColumns{products: products, cells: cells}
	c.of, c.id = ask.must("tailnet"), ask.must("node_id")
	c.os, c.version = ask.must("os"), ask.must("client_version")
	c.name, c.user, c.last = ask.may("node_name"), ask.may("user_id"), ask.may("last_seen")
	c.product = ask.may("product")
	if len(products) != 1 {
		ask.list[c.product].needed = true
		ask.list[c.product].why = fmt.Sprintf(", and tocsin.yaml declares %d products that run on nodes, not one", len(products))
	}
	for _, cell := range cells {
		c.values = append(c.values, ask.may(cell))
	}
	return c
}

// visit is what becomes of a row.
func (c nodeColumns) visit(known func(tailnet.ID) bool, visit func(*tailnet.Node) error) func(*row) {
	n, platforms := new(tailnet.Node), new(words)
	return func(r *row) {
		n.Tailnet, n.ID, n.Name = tailnet.ID(r.cells[c.of]), r.cells[c.id], r.cells[c.name]
		n.User, n.Product, n.Version = r.cells[c.user], r.cells[c.product], r.cells[c.version]
		n.OS = platforms.lower(r.cells[c.os]) // windows and Windows are one platform
		n.LastSeen = r.cells[c.last]
		if len(c.cells) > 0 {
			n.Cells = r.pick(c.cells, c.values)
		}
		if !r.there[c.product] {
			n.Product = c.products[0]
		}
		switch {
		case !r.named(c.id) || !r.trim(c.of) || len(c.values) > 0 && slices.ContainsFunc(c.values, func(c int) bool { return !r.trim(c) }):
		case r.there[c.product] && !slices.Contains(c.products, n.Product):
			r.bad(c.product, "none of the products in tocsin.yaml that run on nodes: "+strings.Join(c.products, ", "))
		case known != nil && !known(n.Tailnet):
			r.bad(c.of, unknownTailnet)
		case known != nil && r.again(c.id, "this node stands in an earlier row too", n.Product, n.ID):
		default:
			if err := visit(n); err != nil {
				r.bad(c.id, err.Error())
			}
		}
	}
}

// words remembers how words are spelt in small letters, of which a column has a handful.
type words [64]struct{ is, lower string }

func (w *words) lower(text string) string {
	if text == "" {
		return ""
	}
	at := &w[(int(text[0])+len(text))%len(w)]
	if at.is != text {
		at.is = strings.Clone(text) // which may be lent
		at.lower = strings.ToLower(at.is)
	}
	return at.lower
}

const unknownTailnet = "no such tailnet in the table of tailnets"

// pick takes the cells that a bulletin asks for; the row itself is used again.
func (r *row) pick(names []string, columns []int) tailnet.Cells {
	values := make([]string, len(columns))
	for i, column := range columns {
		values[i] = r.cells[column]
	}
	return tailnet.NewCells(names, values)
}
