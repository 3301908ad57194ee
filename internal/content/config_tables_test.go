package content

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

const plainInventory = "inventory: {tailnets: inventory/tailnets.csv, nodes: inventory/nodes.csv}\n"

// withInventory reads the settings with another inventory.
func withInventory(t *testing.T, inventory string) (Config, string) {
	t.Helper()
	return readSettings(t, strings.Replace(settings, plainInventory, inventory, 1))
}

// TestTablesOfDatabases: a query arrives whole, line ends and all, with the database
// that it is put to; what leads to a database is private (F53).
func TestTablesOfDatabases(t *testing.T) {
	c, problems := withInventory(t, `inventory:
  database: postgres://reader@db.example.com:5433/customers?sslmode=verify-ca&sslrootcert=/etc/ca.pem
  tailnets:
    query: |
      SELECT id AS tailnet, owner AS owner_email -- as they are
      FROM customers
  nodes: {query: SELECT 1, database: "sqlite:var/nodes.db"}
  users: {query: SELECT 2, database: "env:USERS_URL"}
  contacts: {query: SELECT 3, database: "file:secrets/contacts.url"}
  findings: {query: SELECT 4 WHERE id = $1}
`)
	if problems != "" {
		t.Fatal(problems)
	}
	const main = "postgres://reader@db.example.com:5433/customers?sslmode=verify-ca&sslrootcert=/etc/ca.pem"
	want := Inventory{
		Tailnets: Table{Query: "SELECT id AS tailnet, owner AS owner_email -- as they are\nFROM customers", Database: main},
		Nodes:    Table{Query: "SELECT 1", Database: "sqlite:var/nodes.db"},
		Users:    Table{Query: "SELECT 2", Database: "env:USERS_URL"},
		Contacts: Table{Query: "SELECT 3", Database: "file:secrets/contacts.url"},
		Findings: Table{Query: "SELECT 4 WHERE id = $1", Database: main},
		MaxAge:   defaultMaxAge,
		Named:    Named{Findings: true},
	}
	if diff := cmp.Diff(want, c.Inventory); diff != "" {
		t.Error(diff)
	}
	for _, name := range []string{"var/nodes.db", "secrets/contacts.url"} {
		if !slices.Contains(c.Private(), name) {
			t.Errorf("%s is not private: %q", name, c.Private())
		}
	}
}

func TestExported(t *testing.T) {
	for inventory, want := range map[string]bool{
		plainInventory: true,
		"inventory: {database: env:A, tailnets: {query: a}, nodes: {query: b}}\n":                                     false,
		"inventory: {database: env:A, tailnets: {query: a}, nodes: {query: b}, contacts: c/c.csv, findings: found}\n": false,
		"inventory: {database: env:A, tailnets: {query: a}, nodes: {query: b}, users: u/u.csv}\n":                     true,
		"inventory: {database: env:A, tailnets: {query: a}, nodes: n/n.csv}\n":                                        true,
		"inventory: {database: env:A, tailnets: t/t.csv, nodes: {query: b}}\n":                                        true,
	} {
		c, problems := withInventory(t, inventory)
		if got := c.Inventory.Exported(); got != want || problems != "" {
			t.Errorf("%s: %v %s", inventory, got, problems)
		}
	}
}

func TestOddTablesOfDatabases(t *testing.T) {
	for nodes, want := range map[string]string{
		"{query: a}":                                               "16:54 missing-key",
		"{database: env:A}":                                        "16:54 missing-key",
		"{}":                                                       "16:54 missing-key, 16:54 missing-key",
		"{query: , database: env:A}":                               "16:62 no-value",
		"{query: [a], database: env:A}":                            "16:62 not-text",
		"{querry: a, database: env:A}":                             "16:55 unknown-key",
		"{query: a, from: env:A, database: env:A}":                 "16:65 unknown-key",
		"{query: a, database: \"sqlite:\"}":                        "16:75 odd-database",
		"{query: a, database: \"file:\"}":                          "16:75 odd-database",
		"{query: a, database: \"env:\"}":                           "16:75 odd-database",
		"{query: a, database: env:A B}":                            "16:75 odd-database",
		"{query: a, database: env:A=b}":                            "16:75 odd-database",
		"{query: a, database: mysql://a@b/c}":                      "16:75 odd-database",
		"{query: a, database: var/nodes.db}":                       "16:75 odd-database",
		"{query: a, database: \"host=a dbname=b\"}":                "16:75 odd-database",
		"{query: a, database: \"sqlite:public/nodes.db\"}":         "16:75 odd-path",
		"{query: a, database: \"file:content/url\"}":               "16:75 odd-path",
		"{query: a, database: \"file:../url\"}":                    "16:75 odd-path",
		"{query: a, database: \"postgres://a:b@c/d\"}":             "16:75 odd-database",
		"{query: a, database: \"postgres://a:@c/d\"}":              "16:75 odd-database",
		"{query: a, database: \"postgres://a@c/d?password=b\"}":    "16:75 odd-database",
		"{query: a, database: \"postgres://a@c/d?sslpassword=b\"}": "16:75 odd-database",
		"{query: a, database: \"postgres://a@c/d#e\"}":             "16:75 odd-database",
		"{query: a, database: \"postgres://a@c:d/e\"}":             "16:75 odd-database",
		"postgres://reader@c/d":                                    "16:54 odd-database",
		"sqlite:var/nodes.db":                                      "16:54 odd-database",
		"inventory/n.csv, findings: {query: a, database: env:A}":   "16:81 odd-database",
		"inventory/n.csv, database: a":                             "16:81 odd-database",
	} {
		_, problems := withInventory(t, "inventory: {tailnets: inventory/tailnets.csv, nodes: "+nodes+"}\n")
		if problems != want {
			t.Errorf("%s: %q, want %q", nodes, problems, want)
		}
	}
}

// TestPasswordsAreNotShown is F53: wherever in tocsin.yaml a password is written, no
// problem repeats it.
func TestPasswordsAreNotShown(t *testing.T) {
	for _, text := range []string{
		`{tailnets: a/a.csv, nodes: {query: a, database: "postgres://a:s3cr3t@c/d"}}`,
		`{tailnets: a/a.csv, nodes: {query: a, database: "postgres://a@c/d?password=s3cr3t"}}`,
		`{tailnets: a/a.csv, nodes: {query: a, databse: "postgres://a:s3cr3t@c/d"}}`,
		`{tailnets: a/a.csv, nodes: "postgres://a:s3cr3t@c/d"}`,
		`{tailnets: a/a.csv, nodes: "postgres://a:s3cr3t@c/d/nodes-*.csv"}`,
		`{tailnets: a/a.csv, nodes: "x/../postgres://a:s3cr3t@c/d"}`,
		`{tailnets: a/a.csv, nodes: a/a.csv, findings: "postgres://a:s3cr3t@c/d"}`,
		`{tailnets: a/a.csv, nodes: a/a.csv, max_age: "postgres://a:s3cr3t@c/d"}`,
		`{tailnets: a/a.csv, nodes: a/a.csv, database: "postgres://a:s3cr3t@c:d/d"}`,
		`{tailnets: a/a.csv, nodes: a/a.csv, database: "postgres://a:s3cr3t@c/d"`,
		`{tailnets: a/a.csv, nodes: a/a.csv, database: "postgres://a:two s3cr3t@c:99999/d"}`,
		`{tailnets: a/a.csv, nodes: a/a.csv, database: "host=a password='two s3cr3t'"}`,
		`{tailnets: a/a.csv, nodes: a/a.csv, database: "host=a password = s3cr3t"}`,
		`{tailnets: a/a.csv, nodes: a/a.csv, database: &a "postgres://a:s3cr3t@c/d"}`,
	} {
		_, problems, err := ReadConfig(fstest.MapFS{ConfigFile: {Data: []byte(strings.Replace(settings, plainInventory, "inventory: "+text+"\n", 1))}})
		if err != nil || len(problems) == 0 {
			t.Errorf("%s: no problem (%v)", text, err)
		}
		for _, p := range problems {
			if strings.Contains(p.Message+p.Excerpt+p.Hint, "s3cr3t") {
				t.Errorf("%s: %+v", text, p)
			}
		}
	}
}
