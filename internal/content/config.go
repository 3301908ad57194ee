package content

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"net/mail"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"tocsin/internal/address"
	"tocsin/internal/bulletin"
	"tocsin/internal/identifier"
	"tocsin/internal/source"
	"tocsin/internal/tailnet"
	"tocsin/internal/version"
)

// ConfigFile is the file that makes a folder a site.
const ConfigFile = "tocsin.yaml"

// Config is tocsin.yaml: the settings of one site. Paths in it are relative to the
// site and are the caller's to resolve.
type Config struct {
	Layout       address.Layout // the site's URLs, from base_url and the sections' paths
	Organization Organization
	Language     string           // of the pages' own words (BCP 47); templates/strings has them
	Public       bool             // repository: public: everybody can read what is committed
	Drafts       string           // folder of the private drafts root, which may lie outside; empty where there is none
	IDs          bulletin.Pattern // how bulletins are numbered
	Products     bulletin.Products
	Inventory    Inventory
	Mail         Mail
	Ledger       string // sqlite file
	Approvals    Approvals
	Source       source.File

	absolute []placed // private files that are named by their full path
}

// Organization is who publishes.
type Organization struct {
	Name      string
	Namespace string // https URL that the IDs of feeds and of machine-readable documents begin with; no / at its end
	Contact   string // address that readers can write to; may be empty
	Unit      Unit
}

// Unit is what pages, letters and messages call one customer's network, and several.
type Unit struct{ One, Many string }

// Mail is how letters are sent.
type Mail struct {
	From            Mailbox
	ReplyTo         tailnet.Address
	ContactSettings string          // page on which an administrator changes the security contact; may be empty
	Maildir         string          // folder of the transport maildir:; empty where letters go to a relay
	Relay           string          // smtp://HOST:PORT or smtps://HOST:PORT; empty where they stay here
	Credentials     string          // file of who we are to the relay; empty where it takes letters without
	Bounces         tailnet.Address // what return paths are made of; empty: letters bounce to the sender
	Self            tailnet.Address // where the letter to ourselves goes; empty: to the sender
	DKIM            DKIM
	KeyFile         string // 32 random octets: what keyed hashes are made with
}

// Mailbox is an address with the name it is shown under.
type Mailbox struct {
	Name    string
	Address tailnet.Address
}

// Private lists the files and folders that hold what is the customers' own, keys, or
// drafts: nobody else on the machine may open them, and the site's git must not track
// them. A drafts root outside the site is not among them: it is a repository of its
// own, which its own people check out and track.
func (c Config) Private() []string {
	all := append([]string{c.Ledger, c.Mail.Maildir, c.Mail.KeyFile, c.Mail.Credentials, c.Mail.DKIM.KeyFile, c.Mail.DKIM.Ed25519.KeyFile}, c.Inventory.private()...)
	if !outside(c.Drafts) {
		all = append(all, c.Drafts)
	}
	return slices.DeleteFunc(all, func(name string) bool { return name == "" })
}

// Installed lists the products that run on nodes.
func (c Config) Installed() []bulletin.Product {
	return slices.DeleteFunc(slices.Clone(c.Products), func(p bulletin.Product) bool { return p.Hosted })
}

// ErrNoSite says that a folder holds no tocsin.yaml.
var ErrNoSite = errors.New("this folder is not a site: it has no " + ConfigFile)

// ReadConfig reads tocsin.yaml. The problems are what is wrong in it; the error is
// [ErrNoSite] or a file that cannot be read.
func ReadConfig(site fs.FS) (Config, source.Problems, error) {
	data, err := readWithin(site, ConfigFile, maxFile)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return Config{}, nil, ErrNoSite
	case errors.Is(err, errTooLarge):
		return Config{}, source.Problems{problem(source.File{Name: ConfigFile}, 0, 0, "too-large", fmt.Sprintf("larger than %d KiB", maxFile>>10), "")}, nil
	case err != nil:
		return Config{}, nil, err
	}
	d := &document{file: source.File{Name: ConfigFile, Data: data}}
	if problems := scanText(d.file); len(problems) > 0 {
		return Config{}, unsecret(problems), nil
	}
	f, ok := d.load(data)
	if !ok {
		return Config{}, unsecret(d.problems), nil
	}
	c := configOf(f)
	c.Source, c.absolute = d.file, d.absolute
	f.done()
	d.problems.Sort()
	return c, unsecret(d.problems), nil
}

func configOf(f *fields) Config {
	c := Config{
		Layout:       layoutOf(f),
		Organization: organizationOf(f),
		Language:     languageOf(f),
		Public:       f.word("repository", "private", "public") == "public",
		Drafts:       draftsOf(f),
		IDs:          patternOf(f),
		Ledger:       ledgerOf(f),
		Approvals:    approvalsOf(f),
	}
	for _, p := range f.mappings("products") {
		product := productOf(p)
		p.done()
		if _, twice := c.Products.Find(product.ID); twice && product.ID != "" {
			f.doc.report(p.value("id"), "duplicate-id", fmt.Sprintf("two products have the id %q", product.ID), "rename one of them")
		}
		c.Products = append(c.Products, product)
	}
	if i := f.mapping("inventory"); i != nil {
		c.Inventory = inventoryOf(i)
		i.done()
	}
	if m := f.mapping("mail"); m != nil {
		c.Mail = mailOf(m)
		m.done()
	}
	return c
}

func organizationOf(f *fields) Organization {
	o := f.mapping("organization")
	if o == nil {
		if f.value("organization") == nil {
			f.missing("organization", "organization: {name: Example Networks}")
		}
		return Organization{}
	}
	defer o.done()
	found := Organization{
		Name:      o.demand("name", "who publishes"),
		Namespace: o.httpsURL("namespace"),
		Contact:   o.line("contact"),
		Unit:      unitOf(o),
	}
	o.address("contact", found.Contact)
	switch {
	case o.value("namespace") == nil:
		found.Namespace = namespaceOf(f)
	case strings.ContainsAny(found.Namespace, "?#"):
		o.doc.report(o.value("namespace"), "odd-url", "namespace must end with its path, without ? or #", "such as https://example.com/security")
	}
	found.Namespace = strings.TrimRight(found.Namespace, "/")
	return found
}

// namespaceOf is what IDs begin with where nothing else is said: the site's host. It
// must not change when the site moves, so whoever moves it writes it down.
func namespaceOf(f *fields) string {
	base := f.value("base_url")
	if base == nil {
		return ""
	}
	u, err := url.Parse(base.Value)
	if err != nil || u.Host == "" {
		return ""
	}
	return "https://" + strings.ToLower(u.Host)
}

var languageForm = regexp.MustCompile(`^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$`)

// languageOf reads in which language the pages speak. Whether there are words in it is seen
// where the templates are.
func languageOf(f *fields) string {
	language := f.line("language")
	if language != "" && !languageForm.MatchString(language) {
		f.doc.report(f.value("language"), "unknown-word", fmt.Sprintf("%q is no language", language), "a language tag, such as en, de or pt-BR")
	}
	return cmp.Or(language, "en")
}

func unitOf(f *fields) Unit {
	u := f.mapping("unit")
	if u == nil {
		return Unit{One: "tailnet", Many: "tailnets"}
	}
	defer u.done()
	return Unit{One: u.demand("one", "such as tailnet"), Many: u.demand("many", "such as tailnets")}
}

func layoutOf(f *fields) address.Layout {
	base := f.demand("base_url", "where the site will stand, such as https://security.example.com")
	bulletins, bulletinsAt := sectionOf(f, "bulletins", "/security-bulletins/", "id")
	policies, policiesAt := sectionOf(f, "policies", "/security-policies/")
	if base == "" || bulletins == "" || policies == "" {
		return address.Layout{}
	}
	layout, err := address.New(base, bulletins, policies)
	if err == nil {
		return layout
	}
	if _, baseErr := address.New(base, "/bulletins/", "/policies/"); baseErr != nil {
		f.doc.report(f.value("base_url"), "odd-url", err.Error(), "such as https://security.example.com")
		return address.Layout{}
	}
	at := bulletinsAt
	if at == nil || policiesAt != nil && !strings.HasPrefix(err.Error(), "path of bulletins") {
		at = policiesAt
	}
	f.doc.report(at, "odd-url", err.Error(), "such as /security-bulletins/")
	return address.Layout{}
}

// sectionOf reads where a section of the site stands, with the place that says so;
// nil where none does. What else a section says is its own business.
func sectionOf(f *fields, key, path string, others ...string) (string, *yaml.Node) {
	section := f.mapping(key)
	if section == nil {
		return path, nil
	}
	defer section.done()
	for _, other := range others {
		section.value(other)
	}
	if n := section.value("path"); n != nil {
		return section.line("path"), n
	}
	return path, nil
}

// patternOf reads how bulletins are numbered.
func patternOf(f *fields) bulletin.Pattern {
	if n := f.value("bulletins"); n == nil || n.Kind != yaml.MappingNode {
		return bulletin.Pattern{} // the default; another kind of value was reported
	}
	section := f.mapping("bulletins")
	text := section.line("id")
	if text == "" {
		return bulletin.Pattern{}
	}
	pattern, err := bulletin.ParsePattern(text)
	if err != nil {
		f.doc.report(section.value("id"), "odd-pattern", err.Error(), "a prefix in capitals, {year}, and {number:n} with at least n digits, joined by hyphens")
	}
	return pattern
}

var productForm = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,62}$`)

func productOf(f *fields) bulletin.Product {
	p := bulletin.Product{
		ID:            f.demand("id", "a short word, such as client"),
		Title:         f.demand("title", "the product's name"),
		Platforms:     f.platforms(),
		VersionSuffix: version.Suffix(f.word("version_suffix", string(version.Build))),
		ShowVersion:   f.line("show_version"),
		Hosted:        f.flag("hosted"),
		PURL:          f.packageURL("purl"),
	}
	if p.ID != "" && !productForm.MatchString(p.ID) {
		f.doc.report(f.value("id"), "odd-id", fmt.Sprintf("%q is not a product id", p.ID), "small letters, digits and hyphens")
	}
	if u := f.mapping("update"); u != nil {
		p.Update = make(map[string]string)
		for _, platform := range p.Platforms {
			if command := u.line(platform); command != "" {
				p.Update[platform] = command
			}
		}
		if len(p.Platforms) > 0 || f.value("platforms") == nil {
			u.done() // else the fault is reported there
		}
	}
	return p
}

// platforms reads those of a product. One with capitals would be that of no node: the os
// column is read without.
func (f *fields) platforms() (names []string) {
	for _, item := range f.items("platforms", "[windows, linux]") {
		if lower := strings.ToLower(item.Value); lower != item.Value {
			f.doc.report(item, "odd-id", fmt.Sprintf("the platform %q has capitals, and the os column of the nodes is read without", item.Value), "write it as "+lower+": else nothing can be told of its nodes")
		}
		names = append(names, item.Value)
	}
	return names
}

// mailboxOf reads the sender. The standard parser takes the name apart; the
// address in it must also pass the strict rules that letters are sent by.
func mailboxOf(f *fields) Mailbox {
	text := f.demand("from", `such as "Example Security <security@example.com>"`)
	if text == "" {
		return Mailbox{}
	}
	parsed, err := mail.ParseAddress(text)
	hidden := -1
	if err == nil {
		hidden, _ = firstHidden([]byte(parsed.Name)) // the name may have been =?encoded?=
	}
	if err != nil || hidden >= 0 {
		f.doc.report(f.value("from"), "odd-address", "from is not a mailbox", `such as "Example Security <security@example.com>"`)
		return Mailbox{}
	}
	return Mailbox{Name: parsed.Name, Address: f.address("from", parsed.Address)}
}

// address checks an address that was read from a key.
func (f *fields) address(key, text string) tailnet.Address {
	if text == "" {
		return ""
	}
	a, err := tailnet.ParseAddress(text)
	if err != nil {
		f.doc.report(f.value(key), "odd-address", fmt.Sprintf("%s: %v", key, err), "such as security@example.com")
	}
	return a
}

// packageURL reads a package URL, by which scanners find a product.
func (f *fields) packageURL(key string) string {
	text := f.line(key)
	if text == "" {
		return ""
	}
	if err := identifier.PURL(text); err != nil {
		f.doc.report(f.value(key), "bad-identifier", err.Error(), "such as pkg:github/example/client")
	}
	return text
}

func (f *fields) httpsURL(key string) string {
	text := f.line(key)
	if text == "" {
		return ""
	}
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "https" || u.Host == "" || u.User != nil || strings.ContainsAny(text, " <>\"\\") {
		f.doc.report(f.value(key), "odd-url", key+" must be an https:// address", "such as https://login.example.com/contacts")
	}
	return text
}

// scheme reads scheme:path and returns the path.
func (f *fields) scheme(key, prefix, example string) string {
	text := f.demand(key, "such as "+example)
	rest, found := strings.CutPrefix(text, prefix)
	if text != "" && (!found || rest == "") {
		f.doc.report(f.value(key), "odd-url", fmt.Sprintf("%s must be %s and a path", key, prefix), "such as "+example)
	}
	return rest
}

func ledgerOf(f *fields) string {
	if f.value("ledger") == nil {
		return "var/ledger.db"
	}
	return f.private("ledger", f.scheme("ledger", "sqlite:", "sqlite:var/ledger.db"))
}
