package content

import (
	"errors"
	"io/fs"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"tocsin/internal/version"
)

const settings = `base_url: https://security.example.com/trust
organization:
  name: Example Networks
  contact: security@example.com
  unit: {one: network, many: networks}
bulletins: {path: /bulletins/}
policies: {path: /rules/}
products:
  - id: client
    title: Example client
    platforms: [windows, linux]
    version_suffix: build
    update: {windows: "winget upgrade Example.Client", linux: "sudo apt install example-client={fixed}"}
    show_version: example version
  - {id: coordination-server, title: Coordination server, hosted: yes}
inventory: {tailnets: inventory/tailnets.csv, nodes: inventory/nodes.csv}
mail:
  from: "Example Security <security@example.com>"
  reply_to: reply@example.com
  contact_settings_url: https://login.example.com/contacts
  transport: maildir:var/outbox
  key_file: secrets/plan.key
ledger: sqlite:var/book.db
`

func readSettings(t *testing.T, text string) (Config, string) {
	t.Helper()
	c, problems, err := ReadConfig(fstest.MapFS{ConfigFile: {Data: []byte(text)}})
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range problems {
		if p.Position.File != ConfigFile || p.Message == "" || p.Excerpt != shownLine(c, p.Position.Line) && c.Source.Data != nil {
			t.Errorf("%+v", p)
		}
	}
	return c, said(problems)
}

// shownLine is a line as problems show it: not one with a password (F53).
func shownLine(c Config, number int) string {
	line := c.Source.Line(number)
	if secretForm.MatchString(line) {
		return ""
	}
	return line
}

func TestEverySetting(t *testing.T) {
	c, problems := readSettings(t, settings)
	if problems != "" {
		t.Fatal(problems)
	}
	if got := c.Layout.URL(c.Layout.Bulletin("TS-2026-004")); got != "https://security.example.com/trust/bulletins/ts-2026-004/" {
		t.Error(got)
	}
	if got := c.Layout.URL(c.Layout.Policies()); got != "https://security.example.com/trust/rules/" {
		t.Error(got)
	}
	if c.Organization != (Organization{Name: "Example Networks", Namespace: "https://security.example.com", Contact: "security@example.com", Unit: Unit{"network", "networks"}}) {
		t.Errorf("%+v", c.Organization)
	}
	if len(c.Products) != 2 || len(c.Installed()) != 1 || !c.Products[1].Hosted {
		t.Fatalf("%+v", c.Products)
	}
	p := c.Products[0]
	if p.ID != "client" || p.Title != "Example client" || len(p.Platforms) != 2 || p.VersionSuffix != version.Build || p.ShowVersion != "example version" ||
		len(p.Update) != 2 || p.Update["linux"] != "sudo apt install example-client={fixed}" || p.Hosted {
		t.Errorf("%+v", p)
	}
	if diff := cmp.Diff(Inventory{Tailnets: Table{Files: "inventory/tailnets.csv"}, Nodes: Table{Files: "inventory/nodes.csv"}, Findings: Table{Files: "findings"}, Export: "inventory/export.yaml", MaxAge: 72 * time.Hour}, c.Inventory); diff != "" {
		t.Error(diff)
	}
	if c.Mail != (Mail{
		From: Mailbox{"Example Security", "security@example.com"}, ReplyTo: "reply@example.com",
		ContactSettings: "https://login.example.com/contacts", Maildir: "var/outbox", KeyFile: "secrets/plan.key",
	}) {
		t.Errorf("%+v", c.Mail)
	}
	if c.Ledger != "var/book.db" || string(c.Source.Data) != settings {
		t.Errorf("ledger %q", c.Ledger)
	}
}

func TestFewestSettings(t *testing.T) {
	c, problems := readSettings(t, "base_url: https://security.example.com\norganization: {name: Example Networks}\n")
	if problems != "" {
		t.Fatal(problems)
	}
	if got := c.Layout.URL(c.Layout.Feed()); got != "https://security.example.com/security-bulletins/index.xml" {
		t.Error(got)
	}
	if got := c.Layout.URL(c.Layout.Policies()); got != "https://security.example.com/security-policies/" {
		t.Error(got)
	}
	if c.Organization.Unit != (Unit{"tailnet", "tailnets"}) || c.Ledger != "var/ledger.db" || len(c.Products) != 0 || c.Mail != (Mail{}) {
		t.Errorf("%+v", c)
	}
}

// What a site says of its repository, its numbers and its names.
func TestSettingsOfContent(t *testing.T) {
	more := strings.Replace(settings, "bulletins: {path: /bulletins/}", `repository: public
drafts: ../embargo
bulletins: {id: "EX-SA-{year}-{number:4}"}`, 1)
	more = strings.Replace(more, "  unit:", "  namespace: https://example.com/security/\n  unit:", 1)
	more = strings.Replace(more, "    show_version:", "    purl: pkg:github/example/client\n    show_version:", 1)
	c, problems := readSettings(t, more)
	if problems != "" {
		t.Fatal(problems)
	}
	if !c.Public || c.Drafts != "../embargo" || c.IDs.String() != "EX-SA-{year}-{number:4}" || c.Organization.Namespace != "https://example.com/security" || c.Products[0].PURL != "pkg:github/example/client" {
		t.Errorf("%+v", c)
	}
	if got := c.Layout.URL(c.Layout.Bulletins()); got != "https://security.example.com/trust/security-bulletins/" {
		t.Error(got)
	}
	c, problems = readSettings(t, strings.Replace(strings.Replace(settings, "bulletins: {", "repository: private\nbulletins: {id: \"A-{year}-{number:1}\", ", 1), "https://security.example.com/trust", "https://Security.Example.com:8443", 1))
	if problems != "" || c.Public || c.Drafts != "" || c.IDs.ID(2026, 4) != "A-2026-4" || c.Organization.Namespace != "https://security.example.com:8443" {
		t.Errorf("%s: %+v", problems, c)
	}
	for _, fewest := range []string{"", "bulletins: {}\n", "bulletins: {path: /a-b/}\n"} {
		c, problems = readSettings(t, fewest+"base_url: http://localhost:8080\norganization: {name: Example Networks}\n")
		if problems != "" || c.Public || c.Drafts != "" || c.IDs.ID(2026, 4) != "TS-2026-004" || c.Organization.Namespace != "https://localhost:8080" {
			t.Errorf("%s: %+v", problems, c)
		}
	}
}

// Every way to get a setting wrong: one finding, at the value.
func TestWrongSettings(t *testing.T) {
	for _, c := range []struct{ old, new, want string }{
		{settings, "", "1:1 empty-header"},
		{settings, "# nothing yet\n", "1:1 empty-header"},
		{settings, "- base_url\n", "1:1 not-a-mapping"},
		{settings, "---\n" + settings + "---\nbase_url: x\n", "25:1 second-document"},
		{settings, "\uFEFF" + settings, "1:1 hidden-character"},
		{settings, settings + strings.Repeat("# some words\n", 1<<15), " too-large"},
		{"Example Networks\n", "Example\u202ENetworks\n", "3:16 hidden-character"},
		{"Example Networks\n", "\"Example\\u202ENetworks\"\n", "3:9 hidden-character"},
		{"ledger:", "leger:", "23:1 unknown-key"},
		{"ledger:", "base_url: https://example.com\nledger:", "23:1 duplicate-key"},

		{"base_url: https://security.example.com/trust\n", "", "1:1 missing-key"},
		{"https://security.example.com/trust", "", "1:10 no-value"},
		{"https://security.example.com/trust", "security.example.com", "1:11 odd-url"},
		{"https://security.example.com/trust", "http://security.example.com", "1:11 odd-url"},
		{"https://security.example.com/trust", "https://user:password@example.com", "1:11 odd-url"},
		{"https://security.example.com/trust", "https://example.com/?a", "1:11 odd-url"},
		{"https://security.example.com/trust", "[https://example.com]", "1:11 not-text"},
		{"{path: /bulletins/}", "/bulletins/", "6:12 not-a-mapping"},
		{"{path: /bulletins/}", "{path: bulletins}", "6:19 odd-url"},
		{"{path: /bulletins/}", "{path: /Bulletins/}", "6:19 odd-url"},
		{"{path: /bulletins/}", "{path: /../}", "6:19 odd-url"},
		{"{path: /bulletins/}", "{paht: /bulletins/}", "6:13 unknown-key"},
		{"{path: /rules/}", "{path: /rules}", "7:18 odd-url"},
		{"{path: /rules/}", "{path: /bulletins/}", "7:18 odd-url"},
		{"bulletins: {path: /bulletins/}\npolicies: {path: /rules/}", "bulletins: {path: /security-policies/}", "6:19 odd-url"},

		{"bulletins: {path: /bulletins/}", "bulletins: {id: TS-{year}}", "6:12 yaml-syntax"},
		{"bulletins: {path: /bulletins/}", "bulletins: {id: \"TS-{year}\"}", "6:17 odd-pattern"},
		{"bulletins: {path: /bulletins/}", "bulletins: {id: \"ts-{year}-{number:3}\"}", "6:17 odd-pattern"},
		{"bulletins: {path: /bulletins/}", "bulletins: {id: \"\"}", "6:17 no-value"},
		{"bulletins: {path: /bulletins/}", "bulletins: {id: [TS]}", "6:17 not-text"},
		{"bulletins: {path: /bulletins/}", "bulletins: {path: [a], id: \"x\"}", "6:19 not-text, 6:28 odd-pattern"},
		{"bulletins: {path: /bulletins/}", "repository: open", "6:13 unknown-word"},
		{"bulletins: {path: /bulletins/}", "repository: Public", "6:13 unknown-word"},
		{"  unit:", "  namespace: http://example.com\n  unit:", "5:14 odd-url"},
		{"  unit:", "  namespace: example.com\n  unit:", "5:14 odd-url"},
		{"  unit:", "  namespace: https://example.com/?a\n  unit:", "5:14 odd-url"},
		{"  unit:", "  namespace: \"https://example.com/#a\"\n  unit:", "5:14 odd-url"},
		{"    show_version:", "    purl: [a]\n    show_version:", "14:11 not-text"},
		{"    show_version:", "    purl: github/example/client\n    show_version:", "14:11 bad-identifier"},
		{"    show_version:", "    purl: pkg:/example\n    show_version:", "14:11 bad-identifier"},
		{"ledger:", "drafts: embargo/../..\nledger:", "23:9 odd-path"},
		{"ledger:", "drafts: ..\nledger:", "23:9 odd-path"},
		{"ledger:", "drafts: ../\nledger:", "23:9 odd-path"},
		{"ledger:", "drafts: ../..\nledger:", "23:9 odd-path"},
		{"ledger:", "drafts: ../embargo/..\nledger:", "23:9 odd-path"},
		{"ledger:", "drafts: ..\\..\nledger:", "23:9 odd-path"},
		{"ledger:", "drafts: /\nledger:", "23:9 odd-path"},
		{"ledger:", "drafts: .\nledger:", "23:9 odd-path"},
		{"ledger:", "drafts: embargo/..\nledger:", "23:9 odd-path"},
		{"ledger:", "drafts: content/bulletins\nledger:", "23:9 odd-path"},
		{"ledger:", "drafts: Content\nledger:", "23:9 odd-path"},
		{"ledger:", "drafts: ./public\nledger:", "23:9 odd-path"},
		{"ledger:", "drafts: .tocsin/drafts\nledger:", "23:9 odd-path"},
		{"ledger:", "drafts: templates\nledger:", "23:9 odd-path"},
		{"ledger:", "drafts: var/../content\nledger:", "23:9 odd-path"},
		{"ledger:", "drafts: [../embargo]\nledger:", "23:9 not-text"},
		{"ledger:", "drafts: \"\"\nledger:", "23:9 no-value"},

		{"organization:\n  name: Example Networks\n  contact: security@example.com\n  unit: {one: network, many: networks}\n", "", "1:1 missing-key"},
		{"organization:\n  name: Example Networks\n  contact: security@example.com\n  unit: {one: network, many: networks}\n", "organization: Example Networks\n", "2:15 not-a-mapping"},
		{"  name: Example Networks\n", "", "3:3 missing-key"},
		{"Example Networks\n", "[Example, Networks]\n", "3:9 not-text"},
		{"Example Networks\n", "|\n    Example\n    Networks\n", "3:9 several-lines"},
		{"  contact: security@example.com", "  contact: security at example.com", "4:12 odd-address"},
		{"  contact: security@example.com", "  contact: Security <security@example.com>", "4:12 odd-address"},
		{", many: networks", "", "5:9 missing-key"},
		{"{one: network, many: networks}", "network", "5:9 not-a-mapping"},

		{"id: client", "id: My client", "9:9 odd-id"},
		{"  - id: client\n    title", "  - title", "9:5 missing-key"},
		{"    title: Example client\n", "", "9:5 missing-key"},
		{"[windows, linux]", "windows, linux", "11:16 not-a-list"},
		{"[windows, linux]", "[]", "11:16 not-a-list"},
		{"[windows, linux]", "[windows, [linux], linux]", "11:26 not-text"},
		{"[windows, linux]", "[windows, linux, linux]", "11:33 duplicate-item"},
		{"[windows, linux]", "[windows, linux, \"\"]", "11:33 no-value"},
		{"suffix: build", "suffix: prerelease", "12:21 unknown-word"},
		{"{windows: \"winget", "{macos: brew, windows: \"winget", "13:14 unknown-key"},
		{"{windows: \"winget", "{windows: [a], linux: b} # \"winget", "13:23 not-text"},
		{"hosted: yes", "hosted: true", "15:67 unknown-word"},
		{"hosted: yes", "hosted: unknown", "15:67 unknown-word"},
		{"id: coordination-server", "id: client", "15:10 duplicate-id"},
		{"  - {id: coordination-server,", "  - text\n  - {id: client,", "15:5 not-a-mapping, 16:10 duplicate-id"},
		{"  - {id: coordination-server,", "  - {id: coordination-server, deployed: x,", "15:31 unknown-key"},

		{"{tailnets: inventory/tailnets.csv, nodes: inventory/nodes.csv}", "inventory/", "16:12 not-a-mapping"},
		{", nodes: inventory/nodes.csv", "", "16:12 missing-key"},
		{"tailnets: inventory/tailnets.csv, ", "", "16:12 missing-key"},
		{"tailnets: inventory/tailnets.csv", "tailnets: [a, b]", "16:23 not-text"},
		{"tailnets: inventory/tailnets.csv", "tailnets: \"*.csv\"", "16:23 odd-path"},
		{"tailnets: inventory/tailnets.csv", "tailnets: ./*.csv", "16:23 odd-path"},
		{"tailnets: inventory/tailnets.csv", "tailnets: \"*/tailnets.csv\"", "16:23 odd-path"},
		{"tailnets: inventory/tailnets.csv", "tailnets: inventory/*/tailnets-*.csv", "16:23 odd-path"},
		{"tailnets: inventory/tailnets.csv", "tailnets: \"inventory/tailnets-[.csv\"", "16:23 odd-path"},
		{"tailnets: inventory/tailnets.csv", "tailnets: public/tailnets-*.csv", "16:23 odd-path"},
		{"nodes: inventory/nodes.csv", "nodes: inventory/nodes.csv, users: public/users.csv", "16:82 odd-path"},
		{"nodes: inventory/nodes.csv", "nodes: inventory/nodes.csv, contacts: content/contacts.csv", "16:85 odd-path"},
		{"nodes: inventory/nodes.csv", "nodes: inventory/nodes.csv, findings: content", "16:85 odd-path"},
		{"nodes: inventory/nodes.csv", "nodes: inventory/nodes.csv, findings: ../findings", "16:85 odd-path"},
		{"nodes: inventory/nodes.csv", "nodes: inventory/nodes.csv, export: .tocsin/export.yaml", "16:83 odd-path"},
		{"nodes: inventory/nodes.csv", "nodes: inventory/nodes.csv, user: a", "16:75 unknown-key"},
		{"nodes: inventory/nodes.csv", "nodes: inventory/nodes.csv, max_age: 3 days", "16:84 not-a-number"},
		{"nodes: inventory/nodes.csv", "nodes: inventory/nodes.csv, max_age: 0h", "16:84 not-a-number"},
		{"nodes: inventory/nodes.csv", "nodes: inventory/nodes.csv, max_age: -1h", "16:84 not-a-number"},
		{"nodes: inventory/nodes.csv", "nodes: inventory/nodes.csv, max_age: 1h30m", "16:84 not-a-number"},
		{"nodes: inventory/nodes.csv", "nodes: inventory/nodes.csv, max_age: 9999999h", "16:84 not-a-number"},
		{"nodes: inventory/nodes.csv", "nodes: inventory/nodes.csv, columns: hostname", "16:84 not-a-mapping"},
		{"nodes: inventory/nodes.csv", "nodes: inventory/nodes.csv, columns: {node: {os: platform}}", "16:85 unknown-key"},
		{"nodes: inventory/nodes.csv", "nodes: inventory/nodes.csv, columns: {nodes: {nmae: hostname}}", "16:93 unknown-key"},
		{"nodes: inventory/nodes.csv", "nodes: inventory/nodes.csv, columns: {nodes: {os: [platform]}}", "16:97 not-text"},
		{"nodes: inventory/nodes.csv", "nodes: inventory/nodes.csv, columns: {nodes: {node_id: name, node_name: name}}", "16:119 duplicate-item"},

		{"  from: \"Example Security <security@example.com>\"\n", "", "18:3 missing-key"},
		{"Example Security <security@example.com>", "Example Security", "18:9 odd-address"},
		{"Example Security <security@example.com>", "Example <security@localhost>", "18:9 odd-address"},
		{"Example Security <security@example.com>", "a@example.com, b@example.com", "18:9 odd-address"},
		{"Example Security <security@example.com>", "'a b'@example.com", "18:9 odd-address"},
		{"Example Security <security@example.com>", "=?utf-8?q?Example=0D=0ABcc:_b@evil.example?= <security@example.com>", "18:9 odd-address"},
		{"Example Security <security@example.com>", "=?utf-8?q?Example=E2=80=AE?= <security@example.com>", "18:9 odd-address"},
		{"reply@example.com", "reply@example.com, b@evil.example", "19:13 odd-address"},
		{"https://login.example.com/contacts", "http://login.example.com/contacts", "20:25 odd-url"},
		{"https://login.example.com/contacts", "login.example.com/contacts", "20:25 odd-url"},
		{"https://login.example.com/contacts", "ftp://login.example.com/contacts", "20:25 odd-url"},
		{"https://login.example.com/contacts", "https:///contacts", "20:25 odd-url"},
		{"https://login.example.com/contacts", "https://login.example.com/<b>", "20:25 odd-url"},
		{"https://login.example.com/contacts", "https://a:b@login.example.com/", "20:25 odd-url"},
		{"https://login.example.com/contacts", "javascript:alert(1)", "20:25 odd-url"},
		{"  transport: maildir:var/outbox\n", "", "18:3 missing-key"},
		{"maildir:var/outbox", "var/outbox", "21:14 odd-url"},
		{"maildir:var/outbox", "\"maildir:\"", "21:14 odd-url"},
		{"maildir:var/outbox", "smtp://relay.example.com:587/", "21:14 odd-url"},
		{"maildir:var/outbox", "smtp://relay.example.com:65536", "21:14 odd-url"},
		{"maildir:var/outbox", "smtp://relay..example.com", "21:14 odd-url"},
		{"maildir:var/outbox", "smtp://Relay.example.com", "21:14 odd-url"},
		{"maildir:var/outbox", "lmtp://relay.example.com", "21:14 odd-url"},
		{"maildir:var/outbox", "smtp://", "21:14 odd-url"},
		{"  key_file: secrets/plan.key\n", "", "18:3 missing-key"},
		{"sqlite:var/book.db", "var/book.db", "23:9 odd-url"},
		{"sqlite:var/book.db", "sqlite:public/book.db", "23:9 odd-path"},
		{"sqlite:var/book.db", "sqlite:.tocsin/book.db", "23:9 odd-path"},
		{"sqlite:var/book.db", "sqlite:../book.db", "23:9 odd-path"},
		{"sqlite:var/book.db", "sqlite:/srv/../site/book.db", "23:9 odd-path"},
		{"maildir:var/outbox", "maildir:public", "21:14 odd-path"},
		{"maildir:var/outbox", "maildir:./public/outbox/", "21:14 odd-path"},
		{"maildir:var/outbox", "maildir:var/../public", "21:14 odd-path"},
		{"maildir:var/outbox", "maildir:Public", "21:14 odd-path"},
		{"maildir:var/outbox", "maildir:public\\outbox", "21:14 odd-path"},
		{"maildir:var/outbox", "maildir:.", "21:14 odd-path"},
		{"maildir:var/outbox", "maildir:./", "21:14 odd-path"},
		{"secrets/plan.key", "templates/static/plan.key", "22:13 odd-path"},
		{"secrets/plan.key", "content//plan.key", "22:13 odd-path"},
		{"inventory/tailnets.csv", "content/tailnets.csv", "16:23 odd-path"},
		{"inventory/nodes.csv", "public/nodes.csv", "16:54 odd-path"},
		{"inventory/nodes.csv", "..", "16:54 odd-path"},
		{"sqlite:var/book.db", "", "23:8 no-value"},
	} {
		text := strings.Replace(settings, c.old, c.new, 1)
		if _, problems := readSettings(t, text); problems != c.want {
			t.Errorf("%q instead of %q: %q, want %q", clip(c.new), clip(c.old), problems, c.want)
		}
	}
}

// Private files stand in folders of their own, or outside of the site.
func TestPrivatePlaces(t *testing.T) {
	for _, name := range []string{"var/outbox", "var/public", "publicity", "var/..hidden", "/srv/mail/public", "./var"} {
		c, problems := readSettings(t, strings.Replace(settings, "maildir:var/outbox", "maildir:"+name, 1))
		if problems != "" || c.Mail.Maildir != name {
			t.Errorf("%s: %q, read as %q", name, problems, c.Mail.Maildir)
		}
	}
	c, _ := readSettings(t, strings.Replace(settings, "secrets/plan.key", "/srv/site/public/plan.key", 1))
	for folder, want := range map[string]string{"/srv/site": "22:13 odd-path", "/": "22:13 odd-path", "/srv/other": "", "/srv/site2": "", "/srv/site/public/plan.key/x": ""} {
		if got := said(c.Inside(folder)); got != want {
			t.Errorf("%s: %q, want %q", folder, got, want)
		}
	}
}

// TestSettingsOfTheInventory: each key arrives, and every table is private: of a
// pattern the folder, for what is put there later is private too (F53).
func TestSettingsOfTheInventory(t *testing.T) {
	const all = `{tailnets: inventory/tailnets.csv.gz, nodes: "export/nodes-*.jsonl", users: users/u.csv, contacts: known/c.csv, findings: seen, export: said/export.yaml,
  max_age: 24h, columns: {nodes: {node_name: hostname, os: platform}, findings: {tell: message}}}`
	c, problems := readSettings(t, strings.Replace(settings, "{tailnets: inventory/tailnets.csv, nodes: inventory/nodes.csv}", all, 1))
	if problems != "" {
		t.Fatal(problems)
	}
	want := Inventory{
		Tailnets: Table{Files: "inventory/tailnets.csv.gz"}, Nodes: Table{Files: "export/nodes-*.jsonl"}, Users: Table{Files: "users/u.csv"}, Contacts: Table{Files: "known/c.csv"},
		Findings: Table{Files: "seen"}, Export: "said/export.yaml", MaxAge: 24 * time.Hour, Named: Named{Findings: true, Export: true},
		Columns: Columns{"nodes": {"node_name": "hostname", "os": "platform"}, "findings": {"tell": "message"}},
	}
	if diff := cmp.Diff(want, c.Inventory); diff != "" {
		t.Error(diff)
	}
	for _, name := range []string{"inventory/tailnets.csv.gz", "export", "users/u.csv", "known/c.csv", "seen", "said/export.yaml"} {
		if !slices.Contains(c.Private(), name) {
			t.Errorf("%s is not private: %q", name, c.Private())
		}
	}
	c, _ = readSettings(t, strings.Replace(settings, "inventory/nodes.csv", "/srv/site/public/nodes-*.csv", 1))
	if got := said(c.Inside("/srv/site")); got != "16:54 odd-path" {
		t.Errorf("a pattern from outside into the site: %q", got)
	}
}

// F57: the drafts root lies outside of what is published, and not around it. In the
// site it is private like the rest; outside it is a repository of its own.
func TestDraftsPlaces(t *testing.T) {
	for _, c := range []struct {
		drafts  string
		inside  string // what is found once the site is known to stand in /srv/site
		private bool
	}{
		{"../embargo", "", false},
		{"../embargo/", "", false},
		{"../../embargo", "", false},
		{"../site2", "", false},
		{"../site", "23:9 odd-path", false},
		{"../site/embargo", "23:9 odd-path", false},
		{"../site/content", "23:9 odd-path", false},
		{"../../srv", "23:9 odd-path", false},
		{"../../srv/other", "", false},
		{"embargo", "", true},
		{"./var/embargo", "", true},
		{"/srv/embargo", "", false},
		{"/srv/site/embargo", "23:9 odd-path", false},
		{"/srv", "23:9 odd-path", false},
	} {
		config, problems := readSettings(t, strings.Replace(settings, "ledger:", "drafts: "+c.drafts+"\nledger:", 1))
		if problems != "" || config.Drafts != c.drafts || slices.Contains(config.Private(), c.drafts) != c.private {
			t.Errorf("%s: %q, private are %q", c.drafts, problems, config.Private())
		}
		if got := said(config.Inside("/srv/site")); got != c.inside {
			t.Errorf("%s in /srv/site: %q, want %q", c.drafts, got, c.inside)
		}
	}
	if c, _ := readSettings(t, settings); slices.Contains(c.Private(), "") || len(c.Private()) != 7 {
		t.Errorf("%q", c.Private())
	}
}

// One wrong list does not make everything wrong that refers to it (F4).
func TestNoCascades(t *testing.T) {
	text := strings.Replace(settings, "[windows, linux]", "windows", 1)
	if _, problems := readSettings(t, text); problems != "11:16 not-a-list" {
		t.Error(problems)
	}
	text = strings.Replace(settings, "    platforms: [windows, linux]\n", "", 1)
	_, problems, err := ReadConfig(fstest.MapFS{ConfigFile: {Data: []byte(text)}})
	if err != nil || said(problems) != "12:14 unknown-key, 12:56 unknown-key" || problems[0].Hint != "" {
		t.Errorf("commands for platforms that nobody named: %q %q %v", said(problems), problems[0].Hint, err)
	}
}

// A platform with capitals would be that of no node: the os column is read without.
func TestPlatformsHaveNoCapitals(t *testing.T) {
	text := strings.Replace(settings, "[windows, linux]", "[windows, Linux]", 1)
	_, problems, err := ReadConfig(fstest.MapFS{ConfigFile: {Data: []byte(text)}})
	if err != nil || len(problems) == 0 || problems[0].Code != "odd-id" || !strings.Contains(problems[0].Hint, "write it as linux") {
		t.Errorf("%v %v", problems, err)
	}
}

// The same settings give the same words, hints too (F61).
func TestHintsAreRepeatable(t *testing.T) {
	text := strings.Replace(settings, "ledger:", "zzzzzzzzzzzzz:", 1)
	var first string
	for range 50 {
		_, problems, err := ReadConfig(fstest.MapFS{ConfigFile: {Data: []byte(text)}})
		if err != nil || len(problems) != 1 {
			t.Fatal(problems, err)
		}
		if first == "" {
			first = problems[0].Hint
		}
		if problems[0].Hint != first {
			t.Fatalf("%q, then %q", first, problems[0].Hint)
		}
	}
}

func TestNoSettings(t *testing.T) {
	if _, _, err := ReadConfig(fstest.MapFS{}); !errors.Is(err, ErrNoSite) {
		t.Errorf("%v", err)
	}
	if _, _, err := ReadConfig(fstest.MapFS{ConfigFile: {Mode: fs.ModeDir}}); err == nil || errors.Is(err, ErrNoSite) {
		t.Errorf("a folder of that name: %v", err)
	}
}

// The settings that `tocsin init` writes read without a finding.
func TestSampleSettings(t *testing.T) {
	data, err := os.ReadFile("../../tocsin.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if _, problems := readSettings(t, string(data)); problems != "" {
		t.Error(problems)
	}
}

// TestLanguageOfPages: a language is a tag; where there is none the pages are English.
func TestLanguageOfPages(t *testing.T) {
	const rest = "base_url: https://security.example.com\norganization: {name: Example Networks}\n"
	for line, want := range map[string]string{"": "en", "language: de\n": "de", "language: pt-BR\n": "pt-BR", "language: ../en\n": "", "language: German\n": ""} {
		c, problems, err := ReadConfig(fstest.MapFS{ConfigFile: {Data: []byte(line + rest)}})
		if err != nil {
			t.Fatal(err)
		}
		if want == "" && (len(problems) != 1 || problems[0].Code != "unknown-word") {
			t.Errorf("%q: %v", line, problems)
		}
		if want != "" && (len(problems) > 0 || c.Language != want) {
			t.Errorf("%q: %q, %v", line, c.Language, problems)
		}
	}
}

// Where letters can go, and with what.
func TestRelaySettings(t *testing.T) {
	for _, relay := range []string{
		"smtp://relay.example.com", "smtp://relay.example.com:587", "smtps://relay.example.com:465", "smtp://localhost:25",
		"smtp://127.0.0.1:2525", "smtp://[::1]:25", "smtps://a",
	} {
		text := strings.Replace(settings, "transport: maildir:var/outbox",
			"transport: \""+relay+"\"\n  credentials_file: secrets/relay\n  bounces: bounces@example.com\n  self: team@example.com\n  dkim: {selector: s1, key_file: secrets/dkim.pem, ed25519: {selector: e1, key_file: secrets/e.pem}}", 1)
		c, problems, err := ReadConfig(fstest.MapFS{ConfigFile: {Data: []byte(text)}})
		if err != nil || len(problems) > 0 {
			t.Errorf("%s: %v %v", relay, problems, err)
		}
		m := c.Mail
		if m.Relay != relay || m.Maildir != "" || m.Credentials != "secrets/relay" || m.Bounces != "bounces@example.com" || m.Self != "team@example.com" ||
			m.DKIM != (DKIM{Domain: "example.com", Selector: "s1", KeyFile: "secrets/dkim.pem", Ed25519: DKIMKey{"e1", "secrets/e.pem"}}) {
			t.Errorf("%s: %+v", relay, m)
		}
		for _, private := range []string{"secrets/relay", "secrets/dkim.pem", "secrets/e.pem"} {
			if !slices.Contains(c.Private(), private) {
				t.Errorf("%s is not private", private)
			}
		}
	}
}
