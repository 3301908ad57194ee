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
	of, id := ask.must("tailnet"), ask.must("node_id")
	os, version := ask.must("os"), ask.must("client_version")
	name, user, last := ask.may("node_name"), ask.may("user_id"), ask.may("last_seen")
	product := ask.may("product")
	if len(products) != 1 {
		ask.list[product].needed = true
		ask.list[product].why = fmt.Sprintf(", and tocsin.yaml declares %d products that run on nodes, not one", len(products))
	}
	var values []int
	for _, cell := range cells {
		values = append(values, ask.may(cell))
	}
	return t.each(ask, func(r *row) {
		n := tailnet.Node{
			Tailnet:  tailnet.ID(r.cells[of]),
			ID:       r.cells[id],
			Name:     r.cells[name],
			User:     r.cells[user],
			OS:       strings.ToLower(r.cells[os]), // windows and Windows are one platform
			Version:  r.cells[version],
			LastSeen: r.cells[last],
			Product:  r.cells[product],
			Cells:    r.pick(cells, values),
		}
		if !r.there[product] {
			n.Product = products[0]
		}
		switch {
		case !r.named(id) || !r.trim(of) || slices.ContainsFunc(values, func(c int) bool { return !r.trim(c) }):
		case !slices.Contains(products, n.Product):
			r.bad(product, "none of the products in tocsin.yaml that run on nodes: "+strings.Join(products, ", "))
		case known != nil && !known(n.Tailnet):
			r.bad(of, unknownTailnet)
		case known != nil && r.again(id, "this node stands in an earlier row too", n.Product, n.ID):
		default:
			if err := visit(n); err != nil {
				r.bad(id, err.Error())
			}
		}
	})
}

const unknownTailnet = "no such tailnet in the table of tailnets"

// pick takes the cells that a bulletin asks for; the row itself is used again.
func (r *row) pick(names []string, columns []int) tailnet.Cells {
	if len(names) == 0 {
		return tailnet.Cells{}
	}
	values := make([]string, len(columns))
	for i, column := range columns {
		values[i] = r.cells[column]
	}
	return tailnet.NewCells(names, values)
}
