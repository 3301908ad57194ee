package site

import (
	"html/template"
	"slices"

	"tocsin/internal/bulletin"
	"tocsin/internal/publish"
	"tocsin/internal/verdict"
)

type bulletinPage struct {
	Frame
	ID, Summary string
	Published   *Date
	Severity    string
	Withdrawn   bool
	Retraction  *Retraction
	Action      verdict.Truth
	ActionText  string
	Audience    string
	Steps       []string
	Commands    []Command
	Versions    []Command
	Installed   []Installed
	Hosted      []Hosted
	Units       string
	Several     bool
	Body        template.HTML
	Record      Record
}

// Command is something to type: what updates a product on a platform, or shows
// the version of it that runs.
type Command struct{ Product, Platform, Command string }

// Installed is a row of what users run themselves.
type Installed struct {
	Product   string
	Platforms []string // empty: all
	Affected  string   // versions in words
	Fixed     string   // the version with the fix
	Channel   string   // where it can be had, unless that is the usual way
	Unfixed   string   // why there is no fix
	Available *Date
	Remedy    string
	Stopgap   string
}

// Hosted is a row of what the organisation runs.
type Hosted struct {
	Product  string
	Everyone bool
	Deployed *Date
	Unfixed  string
	Remedy   string
	Stopgap  string
}

// Bulletin makes the page of one bulletin.
func (r *Renderer) Bulletin(n Notice) (publish.File, error) {
	x := n.Bulletin.Bulletin()
	body, err := r.body(n)
	if err != nil {
		return publish.File{}, err
	}
	page := r.Layout.Bulletin(string(x.ID))
	data := bulletinPage{
		Frame:      r.frame(page, "bulletins", x.Title, x.Summary),
		ID:         string(x.ID),
		Summary:    summary(x),
		Published:  newDate(x.Published),
		Severity:   string(x.Severity),
		Withdrawn:  x.Status == bulletin.Withdrawn,
		Action:     x.Action.Required,
		Retraction: r.retraction(n),
		ActionText: x.Action.Text,
		Audience:   x.Action.Audience,
		Steps:      x.Action.Steps,
		Units:      r.Units,
		Body:       body,
		Record:     r.record(n),
	}
	data.Installed, data.Hosted = r.rows(x.Affected)
	if x.Action.Required == verdict.Yes {
		data.Commands, data.Versions = r.commands(x.Affected)
		data.Several = severalProducts(slices.Concat(data.Commands, data.Versions))
	}
	return r.render(page, "bulletin.html", data)
}

// body renders the text of a bulletin; of a withdrawn one there is none.
func (r *Renderer) body(n Notice) (template.HTML, error) {
	x := n.Bulletin.Bulletin()
	if n.Text == nil || x.Status == bulletin.Withdrawn {
		return r.markdown(string(x.ID), x.Body)
	}
	return r.text(string(x.ID), n.Text)
}

// rows tells the rows of what users run from those of what we run.
func (r *Renderer) rows(affected []bulletin.Affected) ([]Installed, []Hosted) {
	var installed []Installed
	var hosted []Hosted
	for _, a := range affected {
		if product := r.product(a.Product); product.Hosted {
			hosted = append(hosted, Hosted{product.Title, a.Everyone, newDate(a.Deployed), a.Unfixed, a.Remedy, a.Stopgap})
			continue
		}
		installed = append(installed, r.installed(a))
	}
	return installed, hosted
}

func (r *Renderer) installed(a bulletin.Affected) Installed {
	row := Installed{
		Product:   r.product(a.Product).Title,
		Affected:  a.Versions.String(),
		Fixed:     a.Versions.Fixed,
		Unfixed:   a.Unfixed,
		Available: newDate(a.Available),
		Remedy:    a.Remedy,
		Stopgap:   a.Stopgap,
	}
	if a.Channel != "stable" {
		row.Channel = a.Channel
	}
	for _, p := range a.Platforms {
		row.Platforms = append(row.Platforms, platformName(p))
	}
	return row
}

// product is what the site knows of a product; one that it does not know has its
// id for a title.
func (r *Renderer) product(id string) bulletin.Product {
	if product, found := r.Products.Find(id); found {
		return product
	}
	return bulletin.Product{ID: id, Title: id}
}

// commands lists, for every platform of rows with a fix that users can have, the
// command that installs it, and for their products the command that shows which
// version runs.
func (r *Renderer) commands(affected []bulletin.Affected) (updates, versions []Command) {
	for _, a := range affected {
		product := r.product(a.Product)
		fixed, found := a.UserFix()
		if !found {
			continue
		}
		for _, platform := range platformsOf(a, product) {
			if command := product.UpdateTo(platform, fixed); command != "" {
				updates = appendNew(updates, Command{product.Title, platformName(platform), command})
			}
		}
		if product.ShowVersion != "" {
			versions = appendNew(versions, Command{Product: product.Title, Command: product.ShowVersion})
		}
	}
	return updates, versions
}

func platformsOf(a bulletin.Affected, product bulletin.Product) []string {
	if len(a.Platforms) > 0 {
		return a.Platforms
	}
	return product.Platforms
}

func appendNew(commands []Command, c Command) []Command {
	if slices.Contains(commands, c) {
		return commands
	}
	return append(commands, c)
}

func severalProducts(commands []Command) bool {
	return slices.ContainsFunc(commands, func(c Command) bool { return c.Product != commands[0].Product })
}

// platformName spells a platform as its makers do; unknown ones stay as written.
func platformName(id string) string {
	switch id {
	case "windows":
		return "Windows"
	case "macos":
		return "macOS"
	case "linux":
		return "Linux"
	case "ios":
		return "iOS"
	case "ipados":
		return "iPadOS"
	case "tvos":
		return "tvOS"
	case "android":
		return "Android"
	case "freebsd":
		return "FreeBSD"
	case "openbsd":
		return "OpenBSD"
	}
	return id
}
