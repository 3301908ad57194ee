package inventory

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"tocsin/internal/source"
	"tocsin/internal/tailnet"
)

// Tailnets reads the table of tailnets and hands each to visit. Columns: tailnet
// and owner_email must be there; display_name, security_email,
// security_email_verified and language may. A tailnet without any address is a
// tailnet all the same.
func Tailnets(name string, r io.Reader, visit func(tailnet.Tailnet)) (source.Problems, error) {
	t := open(name, r, "tailnet", "owner_email")
	columns := struct{ id, display, owner, security, verified, language int }{
		t.column("tailnet"), t.column("display_name"), t.column("owner_email"),
		t.column("security_email"), t.column("security_email_verified"), t.column("language"),
	}
	seen := make(map[tailnet.ID]bool)
	err := t.each(func() {
		id := tailnet.ID(t.cell(columns.id))
		verified, readable := truth(t.cell(columns.verified))
		switch {
		case id == "":
			t.bad(columns.id, "is empty")
		case t.padded(columns.id):
		case seen[id]:
			t.bad(columns.id, "this tailnet stands in an earlier row too")
		case !t.address(columns.owner) || !t.address(columns.security):
		case !readable:
			t.bad(columns.verified, "must be yes or no")
		default:
			seen[id] = true
			visit(tailnet.Tailnet{
				ID:               id,
				DisplayName:      t.cell(columns.display),
				OwnerEmail:       t.cell(columns.owner),
				SecurityEmail:    t.cell(columns.security),
				SecurityVerified: verified,
				Language:         t.cell(columns.language),
			})
		}
	})
	return t.found(), err
}

// address reports a cell that holds something other than nothing or one mailbox.
func (t *table) address(column int) bool {
	text := t.cell(column)
	if text == "" {
		return true
	}
	if _, err := tailnet.ParseAddress(text); err != nil {
		t.bad(column, err.Error())
		return false
	}
	return true
}

// padded reports a cell with white space around its text: it would name another
// tailnet, or another node, than the same text without.
func (t *table) padded(column int) bool {
	if text := t.cell(column); strings.TrimSpace(text) == text {
		return false
	}
	t.bad(column, "white space around it")
	return true
}

func truth(text string) (value, readable bool) {
	switch strings.ToLower(text) {
	case "yes", "true", "1":
		return true, true
	case "no", "false", "0", "":
		return false, true
	}
	return false, false
}

// Nodes reads the table of nodes and hands each to visit. Columns: tailnet,
// node_id, os and client_version must be there; node_name, user_id, last_seen and
// product may. A node's product must be one of the given; where there is no product
// column, and only one is given, every node runs that. A node of a tailnet that is
// not known is a bad row, and so is one that visit refuses; the error becomes its problem, and
// must name nobody.
func Nodes(name string, r io.Reader, products []string, known func(tailnet.ID) bool, visit func(tailnet.Node) error) (source.Problems, error) {
	t := open(name, r, "tailnet", "node_id", "os", "client_version")
	columns := struct{ tailnet, id, name, user, os, version, seen, product int }{
		t.column("tailnet"), t.column("node_id"), t.column("node_name"), t.column("user_id"),
		t.column("os"), t.column("client_version"), t.column("last_seen"), t.column("product"),
	}
	if columns.product < 0 && len(products) != 1 && t.header != nil {
		t.add(1, 0, "missing-column", fmt.Sprintf(`the column "product" is missing, and tocsin.yaml declares %d products that run on nodes, not one`, len(products)))
	}
	err := t.each(func() {
		n := tailnet.Node{
			Tailnet:  tailnet.ID(t.cell(columns.tailnet)),
			ID:       t.cell(columns.id),
			Name:     t.cell(columns.name),
			User:     t.cell(columns.user),
			OS:       strings.ToLower(t.cell(columns.os)), // windows and Windows are one platform
			Version:  t.cell(columns.version),
			LastSeen: t.cell(columns.seen),
			Product:  t.cell(columns.product),
		}
		if columns.product < 0 {
			n.Product = products[0]
		}
		switch {
		case n.ID == "":
			t.bad(columns.id, "is empty")
		case t.padded(columns.id) || t.padded(columns.tailnet):
		case !slices.Contains(products, n.Product):
			t.bad(columns.product, "none of the products in tocsin.yaml that run on nodes: "+strings.Join(products, ", "))
		case !known(n.Tailnet):
			t.bad(columns.tailnet, "no such tailnet in the table of tailnets")
		default:
			if err := visit(n); err != nil {
				t.bad(columns.id, err.Error())
			}
		}
	})
	return t.found(), err
}
