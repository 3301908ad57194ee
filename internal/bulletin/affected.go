package bulletin

import (
	"slices"
	"strings"
	"time"

	"tocsin/internal/source"
	"tocsin/internal/verdict"
	"tocsin/internal/version"
)

// Affected is one row of what a bulletin concerns: one branch of a product on some platforms.
type Affected struct {
	Product   string
	Platforms []string // empty means all
	Versions  version.Range
	Available time.Time // when the fix could be had, UTC; zero where not stated
	Channel   string    // where the fix can be had: stable (default), store, distro, rc, unstable
	Unfixed   string    // why there is no fix; empty where there is one or nothing is stated
	Remedy    string    // a mitigation that removes the vulnerability
	Stopgap   string    // a mitigation that only helps until the fix
	Deployed  time.Time // hosted products: when the fix was live, UTC
	Everyone  bool      // hosted products: every tailnet is affected (tailnets: all)
	Where     []Column  // what else the inventory must say of a node; all of it
	Position  source.Position
	Places    source.Places // of the row's values, by key
}

// Column asks that a column of the inventory's nodes holds one of some values.
type Column struct {
	Name   string
	Values []string
}

// Fixed reports whether users can have a fix for the row at an instant: a version
// on their channel, a deployment, or a remedy.
func (a Affected) Fixed(at time.Time) verdict.Truth {
	_, found := a.UserFix()
	switch {
	case a.Remedy != "":
		return verdict.Yes
	case a.Withheld():
		return verdict.No
	case !a.Deployed.IsZero():
		return verdict.Of(!at.Before(a.Deployed))
	case a.Stopgap != "" && !found:
		return verdict.No // a stopgap alone fixes nothing; beside a fix it takes nothing away
	case !found || a.Available.IsZero():
		return verdict.Unknown
	}
	return verdict.Of(!at.Before(a.Available))
}

// Withheld reports that no version is a fix for users: there is none, or only for
// those who try what is not released. A channel that nobody knows is for nobody.
func (a Affected) Withheld() bool {
	return a.Unfixed != "" || !slices.Contains([]string{"", "stable", "store", "distro"}, a.Channel)
}

// UserFix is the version that users update to; false where none is stated or it is
// withheld from them. Whether it can be had yet is [Affected.Fixed]'s to say.
func (a Affected) UserFix() (string, bool) {
	if a.Versions.Fixed == "" || a.Withheld() {
		return "", false
	}
	return a.Versions.Fixed, true
}

// UpdateTo is the command that brings a platform to a version; empty where the
// product has none for the platform.
func (p Product) UpdateTo(platform, version string) string {
	return strings.ReplaceAll(p.Update[platform], "{fixed}", version)
}

// Products is everything that bulletins can be about.
type Products []Product

// Find finds a product by its ID; one that is not there is the zero Product.
func (ps Products) Find(id string) (Product, bool) {
	for _, p := range ps {
		if p.ID == id {
			return p, true
		}
	}
	return Product{}, false
}

// Product is something the organisation ships or runs.
type Product struct {
	ID            string
	Title         string
	Platforms     []string
	VersionSuffix version.Suffix    // what follows the first hyphen of a version
	Update        map[string]string // platform → command that updates it; {fixed} stands for the version
	ShowVersion   string            // command that shows the installed version
	Hosted        bool              // run by the organisation: nobody installs it
	PURL          string            // package URL; may be empty
}
