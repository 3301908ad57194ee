package site

import (
	"cmp"
	"html/template"
	"slices"
	"strings"
	"time"

	"tocsin/internal/bulletin"
	"tocsin/internal/verdict"
	"tocsin/internal/version"
)

// Installed is a product that users run themselves, with a row for every branch or platform
// of it that is affected.
type Installed struct {
	Product string
	Rows    []Row
}

// Row is one branch of a product on some platforms.
type Row struct {
	Platforms string        // "Windows, Linux"; empty: all
	Affected  string        // versions in words
	Fixed     string        // the version with the fix
	Channel   string        // where it can be had, unless that is the usual way
	Unfixed   template.HTML // why there is no fix
	Available *Date
	Expected  bool // the fix was not out when the bulletin changed last
	Remedy    template.HTML
	Stopgap   template.HTML
}

// Hosted is a row of what the organisation runs.
type Hosted struct {
	Product  string
	Whom     string // everyone, some, told (some, who get a letter), none (nobody can be told from others) or empty: not stated
	Deployed *Date
	Expected bool // the fix was not deployed when the bulletin changed last
	Unfixed  template.HTML
	Remedy   template.HTML
	Stopgap  template.HTML
}

// Way is how the users of some platforms get rid of the vulnerability, or why they cannot yet.
type Way struct {
	Product   string
	Hosted    bool          // we run it: the fix is ours to install
	Platforms string        // empty: all
	Affected  string        // versions in words, where two rows differ in nothing else
	Command   string        // what brings the fix; empty where nobody wrote one, or it cannot be had for certain
	Typed     template.HTML // the command with every word in its element
	Fixed     string        // the version to have
	Undated   bool          // whether that version can be had is not stated
	Channel   string
	Unfixed   template.HTML // why there is no fix
	Expected  *Date         // when the fix is expected; nil where it is out, or nobody said when
	AsOf      *Date         // the day of which "not yet" is said: that of the bulletin's last change
	Remedy    template.HTML
	Stopgap   template.HTML
}

// Command is something to type: what shows the version of a product that runs.
type Command struct {
	Product, Command string
	Typed            template.HTML // the command with every word in its element
}

// installed gathers the rows of what users run, by product in the order of the file.
func (r *Renderer) installed(x bulletin.Bulletin) []Installed {
	var products []Installed
	for _, a := range x.Affected {
		product := r.product(a.Product)
		if product.Hosted {
			continue
		}
		at := slices.IndexFunc(products, func(p Installed) bool { return p.Product == product.Title })
		if at < 0 {
			at, products = len(products), append(products, Installed{Product: product.Title})
		}
		products[at].Rows = append(products[at].Rows, Row{
			Platforms: r.platforms(a.Platforms),
			Affected:  r.versionRange(a.Versions),
			Fixed:     a.Versions.Fixed,
			Channel:   channel(a),
			Unfixed:   inline(a.Unfixed),
			Available: r.date(a.Available),
			Expected:  pending(a.Available, x),
			Remedy:    inline(a.Remedy),
			Stopgap:   inline(a.Stopgap),
		})
	}
	return products
}

func (r *Renderer) hosted(x bulletin.Bulletin) []Hosted {
	var rows []Hosted
	for _, a := range x.Affected {
		if product := r.product(a.Product); product.Hosted {
			rows = append(rows, Hosted{
				Product:  product.Title,
				Whom:     whom(a, x),
				Deployed: r.date(a.Deployed),
				Expected: pending(a.Deployed, x),
				Unfixed:  inline(a.Unfixed),
				Remedy:   inline(a.Remedy),
				Stopgap:  inline(a.Stopgap),
			})
		}
	}
	return rows
}

// whom says which customers a hosted row concerns, and no more than the file does: that the
// ones concerned get a letter only where the verdict on record is that they must.
func whom(a bulletin.Affected, x bulletin.Bulletin) string {
	switch {
	case a.Everyone:
		return "everyone"
	case x.Identification == "none":
		return "none"
	case x.Identification != "some":
		return ""
	case toldByLetter(x):
		return "told"
	}
	return "some"
}

func toldByLetter(x bulletin.Bulletin) bool {
	if x.Decision == nil {
		return false
	}
	judged := x.Decision.Verdicts["notify"]
	if o := judged.Override; o != nil {
		return cmp.Or(o.Stood, o.Verdict) == verdict.Required
	}
	return judged.Verdict == verdict.Required
}

// product is what the site knows of a product; one that it does not know has its
// id for a title.
func (r *Renderer) product(id string) bulletin.Product {
	if product, found := r.Products.Find(id); found {
		return product
	}
	return bulletin.Product{ID: id, Title: id}
}

// ways lists how to get rid of the vulnerability, platform by platform. Platforms that are
// told the same share a line. What we run stands there as long as it is open, or asks something
// of its users: a list of the rest alone would read as if it were fixed.
func (r *Renderer) ways(x bulletin.Bulletin) []Way {
	var ways []Way
	var shared [][]string // the platforms of each way
	for _, a := range x.Affected {
		product := r.product(a.Product)
		for _, platform := range platformsOf(a, product) {
			w := r.way(x, a, product, platform)
			if product.Hosted {
				w = r.wayHosted(x, a, product)
			}
			if w == (Way{}) {
				continue
			}
			at := slices.IndexFunc(ways, func(other Way) bool { return sameWay(other, w) })
			if at < 0 {
				at, ways, shared = len(ways), append(ways, w), append(shared, nil)
			}
			if platform != "" && !slices.Contains(shared[at], platform) {
				shared[at] = append(shared[at], platform)
			}
		}
	}
	for i := range ways {
		ways[i].Platforms = r.platforms(shared[i])
	}
	return ways
}

// platformsOf are the platforms of a row, one at a time; one that is empty where neither the
// row nor the product names any, and of what we run.
func platformsOf(a bulletin.Affected, product bulletin.Product) []string {
	switch {
	case product.Hosted:
	case len(a.Platforms) > 0:
		return a.Platforms
	case len(product.Platforms) > 0:
		return product.Platforms
	}
	return []string{""}
}

// way is the way for one platform of a row. A command stands there only where its fix can be
// had: a version of which nobody states since when is not known to be out.
func (r *Renderer) way(x bulletin.Bulletin, a bulletin.Affected, product bulletin.Product, platform string) Way {
	w := Way{Product: product.Title, Fixed: a.Versions.Fixed, Channel: channel(a),
		Unfixed: inline(a.Unfixed), Remedy: inline(a.Remedy), Stopgap: inline(a.Stopgap)}
	if branches(x.Affected, a.Product, platform) > 1 {
		w.Affected = r.versionRange(a.Versions)
	}
	fixed, found := a.UserFix()
	switch {
	case !found:
		w.AsOf = r.date(x.Modified())
		if !a.Withheld() {
			w.Channel = "" // where a version could be had, of which there is none
		}
	case a.Available.IsZero():
		w.Undated, w.AsOf = true, r.date(x.Modified())
	case pending(a.Available, x):
		w.Expected, w.AsOf = r.date(a.Available), r.date(x.Modified())
	default:
		w.Command = product.UpdateTo(platform, fixed)
		w.Typed = typed(w.Command)
	}
	return w
}

// wayHosted is the way for what we run; the zero one where the fix is deployed and users have
// nothing to do.
func (r *Renderer) wayHosted(x bulletin.Bulletin, a bulletin.Affected, product bulletin.Product) Way {
	w := Way{Product: product.Title, Hosted: true, Unfixed: inline(a.Unfixed), Remedy: inline(a.Remedy), Stopgap: inline(a.Stopgap)}
	switch deployed := !a.Deployed.IsZero() && !pending(a.Deployed, x); {
	case deployed && a.Unfixed == "" && a.Remedy == "":
		return Way{}
	case a.Unfixed == "" && pending(a.Deployed, x):
		w.Expected = r.date(a.Deployed)
	}
	w.AsOf = r.date(x.Modified())
	return w
}

// branches counts the rows that concern a platform of a product.
func branches(affected []bulletin.Affected, product, platform string) int {
	count := 0
	for _, a := range affected {
		if a.Product == product && (len(a.Platforms) == 0 || platform == "" || slices.Contains(a.Platforms, platform)) {
			count++
		}
	}
	return count
}

// sameWay tells whether two platforms are told the same.
func sameWay(a, b Way) bool {
	a.Platforms, b.Platforms = "", ""
	return sameDay(a.Expected, b.Expected) && sameDay(a.AsOf, b.AsOf) && func() bool {
		a.Expected, a.AsOf, b.Expected, b.AsOf = nil, nil, nil, nil
		return a == b
	}()
}

func sameDay(a, b *Date) bool { return a == nil && b == nil || a != nil && b != nil && *a == *b }

// pending tells whether something that comes at an instant, such as a fix, had not come yet when
// the bulletin changed last. Both dates stand in the file: no clock is asked.
func pending(at time.Time, x bulletin.Bulletin) bool {
	return at.After(endOfDay(x.Modified()))
}

// endOfDay is the last instant of a day: a fix that comes on the day of the bulletin is out.
func endOfDay(t time.Time) time.Time {
	return t.UTC().Truncate(24 * time.Hour).Add(24*time.Hour - time.Nanosecond)
}

// channel is where a fix can be had, unless that is the usual way.
func channel(a bulletin.Affected) string {
	if a.Channel == "stable" {
		return ""
	}
	return a.Channel
}

// typed puts every word of a command into an element, and the spaces between them: where a line
// is too short the command breaks there, not within an option.
func typed(command string) template.HTML {
	var b strings.Builder
	for n, word := range strings.Split(command, " ") {
		if n > 0 {
			b.WriteByte(' ')
		}
		if word != "" {
			b.WriteString("<span>" + template.HTMLEscapeString(word) + "</span>")
		}
	}
	return template.HTML(b.String()) // words are escaped above
}

// versions lists, for every product that users run, the command that shows which version runs.
func (r *Renderer) versions(affected []bulletin.Affected) []Command {
	var shown []Command
	for _, a := range affected {
		product := r.product(a.Product)
		c := Command{product.Title, product.ShowVersion, typed(product.ShowVersion)}
		if c.Command != "" && !product.Hosted && !slices.Contains(shown, c) {
			shown = append(shown, c)
		}
	}
	return shown
}

// platforms spells platforms as their makers do; unknown ones stay as written.
func (r *Renderer) platforms(ids []string) string {
	var names []string
	for _, id := range ids {
		names = append(names, r.words.or("platform."+id, id))
	}
	return strings.Join(names, r.words.plain("list.separator"))
}

// versionRange says in words which versions a range holds.
func (r *Renderer) versionRange(v version.Range) string {
	w := r.words
	end := ""
	switch {
	case v.Fixed != "":
		end = w.plain("versions.before", v.Fixed)
	case v.LastAffected != "":
		end = w.plain("versions.upto", v.LastAffected)
	}
	switch {
	case v.Introduced == "" && end == "":
		return w.plain("versions.all")
	case v.Introduced == "":
		return end
	case end == "":
		return w.plain("versions.from", v.Introduced)
	}
	return w.plain("versions.between", w.plain("versions.from", v.Introduced), end)
}
