package isolation

import (
	"html"
	"iter"
	"slices"
	"strings"

	"tocsin/internal/source"
)

// becomes reports whether a twin, with texts in place of its masks, is a letter. Where
// lines break does not matter: names are of other lengths than masks.
func (twin *message) becomes(m *message, masks []Mask) bool {
	shown, asIs := replacers(masks)
	alike := func(a, b string) bool { return plain(shown.Replace(a)) == plain(b) }
	return alike(twin.text, m.text) &&
		alike(html.UnescapeString(twin.html), html.UnescapeString(m.html)) &&
		slices.EqualFunc(twin.fields, m.fields, func(a, b field) bool { return a.name == b.name && alike(a.value, b.value) }) &&
		slices.EqualFunc(twin.rows, m.rows, func(a, b []string) bool {
			return slices.EqualFunc(a, b, func(a, b string) bool { return plain(cell(asIs.Replace(a))) == plain(b) })
		}) &&
		slices.EqualFunc(twin.strings, m.strings, func(a, b stringOf) bool { return exact(asIs.Replace(a.text)) == b.text })
}

// differs finds where a letter first says something else than its twin; where it only
// breaks its lines elsewhere, that is where it was suspected.
func (twin *message) differs(m *message, masks []Mask, suspect unit) unit {
	shown, _ := replacers(masks)
	next, stop := iter.Pull(twin.units)
	defer stop()
	for u := range m.units {
		v, more := next()
		if !more || plain(bare(shown.Replace(v.text))) != plain(bare(u.text)) {
			return u
		}
	}
	return suspect
}

// replacers put texts in place of masks: as letters show them, and as the inventory has them.
func replacers(masks []Mask) (shown, asIs *strings.Replacer) {
	var visible, raw []string
	for _, m := range masks {
		visible = append(visible, m.Mask, source.Visible(m.Text))
		raw = append(raw, m.Mask, m.Text)
	}
	return strings.NewReplacer(visible...), strings.NewReplacer(raw...)
}

// plain is a text without the marks around names, and with one space for any white space.
func plain(text string) string { return strings.Join(strings.Fields(unmarked(text)), " ") }
