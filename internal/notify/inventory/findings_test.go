package inventory

import (
	"errors"
	"fmt"
	"testing"

	"tocsin/internal/tailnet"
)

// TestDamageByTable is F30 and F53 for what each table asks of its rows: the row is a
// problem at its cell, the others are read, and no private text is printed.
func TestDamageByTable(t *testing.T) {
	const (
		users    = "tailnet,user_id,login,role\n"
		contacts = "tailnet,email,source,by\n"
		findings = "tailnet,node_id,status,data_visible,email\n"
		nodes    = "tailnet,node_id,os,client_version,product,node_name\n"
	)
	for what, c := range map[string]struct{ table, text, want string }{
		"a node twice":           {"nodes", nodes + "acme,n1,linux,1,client,\nacme,n1,ios,2,client,verysecret\n", "nodes:3:6: bad-row: node_id: this node stands in an earlier row too"},
		"a node of two tailnets": {"nodes", nodes + "acme,n1,linux,1,client,\nother,n1,linux,1,client,verysecret\n", "nodes:3:7: bad-row: node_id: this node stands in an earlier row too"},
		"a tailnet, spaced":      {"nodes", nodes + "acme ,verysecret,linux,1,client,\n", "nodes:2:1: bad-row: tailnet: white space around it"},
		"no product":             {"nodes", "tailnet,node_id,os,client_version\nacme,verysecret,linux,1\n", `nodes:1: missing-column: the column "product" is missing, and tocsin.yaml declares 2 products that run on nodes, not one`},
		"no product, JSON":       {"nodes", `{"tailnet":"acme","node_id":"verysecret","os":"linux","client_version":"1"}`, `nodes:1: bad-row: the column "product" is missing, and tocsin.yaml declares 2 products that run on nodes, not one`},
		"null product, JSON":     {"nodes", `{"tailnet":"acme","node_id":"verysecret","os":"linux","client_version":"1", "product": null}`, `nodes:1:88: bad-row: product: none of the products in tocsin.yaml that run on nodes: client, cli`},

		"a user of nobody":         {"users", users + "acme,u1,,\nnobody,verysecret,,\n", "users:3:1: bad-row: tailnet: no such tailnet in the table of tailnets"},
		"a user twice":             {"users", users + "acme,u1,,\nother,u1,,\nacme,u1,verysecret,\n", "users:4:6: bad-row: user_id: this user of this tailnet stands in an earlier row too"},
		"a user without ID":        {"users", users + "acme,,verysecret,\n", "users:2:6: bad-row: user_id: is empty"},
		"a user, spaced":           {"users", users + "acme,verysecret ,,\n", "users:2:6: bad-row: user_id: white space around it"},
		"a user without tailnet":   {"users", users + ",verysecret,,\n", "users:2:1: bad-row: tailnet: is empty"},
		"no users' IDs":            {"users", "tailnet,login\nacme,verysecret\n", `users:1: missing-column: the column "user_id" is missing`},
		"a user refused":           {"users", users + "acme,refused,verysecret,\n", "users:2:6: bad-row: user_id: refused"},
		"a contact of nobody":      {"contacts", contacts + "nobody,verysecret@a.example,,\n", "contacts:2:1: bad-row: tailnet: no such tailnet in the table of tailnets"},
		"no address":               {"contacts", contacts + "acme,,verysecret,\n", "contacts:2:6: bad-row: email: is empty"},
		"no real address":          {"contacts", contacts + "acme,verysecret,,\n", "contacts:2:6: bad-row: email: not of the form name@domain"},
		"two addresses":            {"contacts", contacts + "acme,\"verysecret@a.example, b@a.example\",,\n", "contacts:2:6: bad-row: email: the part after @ is not a domain name"},
		"a contact refused":        {"contacts", contacts + "acme,refused@a.example,verysecret,\n", "contacts:2:1: bad-row: tailnet: refused"},
		"a slip in a column":       {"findings", "tailnet,node,status\nacme,verysecret,fixed\n", "findings:1: bad-row: a column that this table does not have: a finding without its node_id or user_id speaks for the whole tailnet"},
		"a slip in a key":          {"findings", `{"tailnet":"acme","node":"verysecret","status":"fixed"}`, "findings:1:19: bad-row: a column that this table does not have"},
		"no such status":           {"findings", findings + "acme,verysecret,affected,,\n", "findings:2:17: bad-row: status: must be known_affected, fixed, under_investigation or known_not_affected"},
		"no status":                {"findings", findings + "acme,verysecret,,,\n", "findings:2:17: bad-row: status: must be known_affected, fixed, under_investigation or known_not_affected"},
		"status in capitals":       {"findings", findings + "acme,verysecret,FIXED,,\n", "findings:2:17: bad-row: status: must be known_affected, fixed, under_investigation or known_not_affected"},
		"data maybe visible":       {"findings", findings + "acme,verysecret,fixed,maybe,\n", "findings:2:23: bad-row: data_visible: must be yes or no, or unknown, or empty"},
		"finding without tailnet":  {"findings", findings + ",verysecret,fixed,,verysecret@a.example\n", "findings:2:1: bad-row: tailnet: is empty"},
		"finding of nobody":        {"findings", findings + "nobody,verysecret,fixed,,\n", "findings:2:26: bad-row: email: the tailnet is not in the table of tailnets: a finding of a former tailnet needs the address to tell"},
		"of nobody, no column":     {"findings", "tailnet,status\nacme,fixed\nverysecret,fixed\n", "findings:3: bad-row: email: the tailnet is not in the table of tailnets: a finding of a former tailnet needs the address to tell"},
		"of nobody, no key":        {"findings", `{"tailnet":"verysecret","status":"fixed"}`, "findings:1: bad-row: email: the tailnet is not in the table of tailnets: a finding of a former tailnet needs the address to tell"},
		"former, two addresses":    {"findings", findings + "left,,fixed,,a@left.example\nleft,,fixed,,verysecret@left.example\n", "findings:3:14: bad-row: email: the former tailnet has another address in an earlier row"},
		"former, bad address":      {"findings", findings + "left,,fixed,,verysecret\n", "findings:2:14: bad-row: email: not of the form name@domain"},
		"node, spaced":             {"findings", findings + "acme, verysecret,fixed,,\n", "findings:2:6: bad-row: node_id: white space around it"},
		"user, spaced":             {"findings", "tailnet,user_id,status\nacme,verysecret ,fixed\n", "findings:2:6: bad-row: user_id: white space around it"},
		"done some day":            {"findings", "tailnet,status,done,done_at\nacme,fixed,,2026-05-03\nacme,fixed,,2026-05-03T10:00:00Z\nacme,fixed,reset,verysecret\n", "findings:4:18: bad-row: done_at: must be a day such as 2026-05-03, or a time with its zone"},
		"first seen, a name":       {"findings", "tailnet,status,first_seen,last_seen\nacme,fixed,2026-05-03,2026-05-03T10:00:00Z\nacme,fixed,by verysecret,\n", "findings:3:12: bad-row: first_seen: must be a day such as 2026-05-03, or a time with its zone"},
		"last seen, a number":      {"findings", "tailnet,status,first_seen,last_seen\nacme,fixed,,100201\n", "findings:2:13: bad-row: last_seen: must be a day such as 2026-05-03, or a time with its zone"},
		"refused for what it says": {"findings", "tailnet,status,tell,done\nacme,fixed,told,verysecret\n", "findings:2:17: bad-row: done: refused"},
		"finding refused":          {"findings", findings + "acme,refused,fixed,,\n", "findings:2:1: bad-row: tailnet: refused"},
	} {
		read, err := refusing[c.table](one(c.table, c.text))
		if err != nil {
			t.Errorf("%s: %v", what, err)
		}
		wantProblem(t, what, read.Problems, c.want)
	}
}

// White space around a cell that a bulletin asks for would make another answer of it: a node
// that is affected would count as one that is not (F30).
func TestAskedCellSpaced(t *testing.T) {
	for _, cell := range []string{" ", "yes ", " yes"} {
		read, err := one("nodes", "tailnet,node_id,os,client_version,shared\nacme,n1,linux,1,"+cell+"\n").
			Nodes([]string{"client"}, []string{"shared"}, known, func(tailnet.Node) error { return errors.New("taken in") })
		if err != nil {
			t.Fatal(err)
		}
		wantProblem(t, cell, read.Problems, "nodes:2:17: bad-row: shared: white space around it")
	}
}

// refusing read a table each with a visitor that takes all but one.
var refusing = map[string]func(Table) (Read, error){
	"nodes": func(t Table) (Read, error) {
		return t.Nodes([]string{"client", "cli"}, nil, known, func(n tailnet.Node) error { return refuse(n.ID) })
	},
	"users": func(t Table) (Read, error) {
		return t.Users(known, func(u tailnet.User) error { return refuse(u.ID) })
	},
	"contacts": func(t Table) (Read, error) {
		return t.Contacts(known, func(s tailnet.Supplement) error { return refuse(s.Email) })
	},
	"findings": func(t Table) (Read, error) {
		return t.Findings(known, func(f tailnet.Finding) error {
			if f.Done == "verysecret" {
				return fmt.Errorf("%w", inDone{refuse("refused")})
			}
			return refuse(f.Node)
		})
	},
}

// inDone is an error that says where in a finding it is.
type inDone struct{ error }

func (inDone) Column() string { return "done" }

func refuse(id string) error {
	if id == "refused" || id == "refused@a.example" {
		return errors.New("refused")
	}
	return nil
}

// TestTheSameNodeOfTwoProducts stands in two rows, rightly.
func TestTheSameNodeOfTwoProducts(t *testing.T) {
	got, problems := readNodes(t, "tailnet,node_id,os,client_version,product\nacme,n1,linux,1,client\nacme,n1,linux,1,cli\n", "client", "cli")
	if len(got) != 2 || len(problems) > 0 {
		t.Errorf("%v, %v", got, problems)
	}
}
