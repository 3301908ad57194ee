package cli

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"tocsin/internal/bulletin"
	"tocsin/internal/content"
	"tocsin/internal/disclosure"
	"tocsin/internal/source"
	"tocsin/internal/verdict"
	versions "tocsin/internal/version"
)

const fixAvailable = "fix_available"

// rowQuestions ask for the fix of every row of which nobody knows it; where there
// are no rows, what is affected.
func (a *asking) rowQuestions() []question {
	if len(a.b.Affected) == 0 {
		return []question{a.affectedQuestion()}
	}
	var all []question
	for i, row := range a.b.Affected {
		if row.Fixed(a.now) == verdict.Unknown {
			all = append(all, a.rowQuestion(i, row))
		}
	}
	return all
}

// affectedQuestion asks for a row: which product, which platforms, since when.
func (a *asking) affectedQuestion() question {
	q := question{
		id: "affected", fact: fixAvailable, text: "What is affected?",
		more: "Is anything else affected: another product, branch, platform?", again: a.affectedQuestion,
	}
	for _, product := range a.config.Products {
		q.options = append(q.options, option{
			word: product.ID, meaning: product.Title, details: a.rowDetails(product),
			write: func(given []string) edits { return appendRow(product, given) },
		})
	}
	return q
}

// rowDetails asks what a row says besides its product and its fix. What we run
// ourselves has neither platforms nor versions of its users.
func (a *asking) rowDetails(product bulletin.Product) []detail {
	if product.Hosted {
		return nil
	}
	var all []detail
	if len(product.Platforms) > 0 {
		all = append(all, detail{ask: "On which platforms: " + strings.Join(product.Platforms, ", ") + "?", usual: "all", sample: "all", check: platformsOf(product)})
	}
	return append(all, detail{
		ask: "Since which version? (all: every one before the fix)", usual: "all", sample: "all",
		check: func(text string) (string, error) {
			if text == "all" {
				return text, nil
			}
			return versionOf(product)(text)
		},
	})
}

// appendRow writes a row with what was said of it.
func appendRow(product bulletin.Product, given []string) edits {
	pairs := []content.Pair{{Key: "product", Value: product.ID}}
	if !product.Hosted && len(product.Platforms) > 0 {
		if given[0] != "all" {
			pairs = append(pairs, content.Pair{Key: "platforms", List: strings.Fields(given[0])})
		}
		given = given[1:]
	}
	if len(given) > 0 && given[0] != "all" {
		pairs = append(pairs, content.Pair{Key: "introduced", Value: given[0]})
	}
	return func(e *content.Editor) error { return e.Append("affected", pairs) }
}

// platformsOf reads platforms of a product, between commas or spaces.
func platformsOf(product bulletin.Product) func(string) (string, error) {
	return func(text string) (string, error) {
		words := strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return r == ',' || r == ' ' })
		if slices.Equal(words, []string{"all"}) {
			return "all", nil
		}
		for i, word := range words {
			switch {
			case !slices.Contains(product.Platforms, word):
				return "", fmt.Errorf("%s has no platform %q: %s, or all", product.ID, word, strings.Join(product.Platforms, ", "))
			case slices.Contains(words[:i], word):
				return "", fmt.Errorf("%s stands there twice", word)
			}
		}
		return strings.Join(words, " "), nil
	}
}

// versionOf reads a version of a product.
func versionOf(product bulletin.Product) func(string) (string, error) {
	return func(text string) (string, error) {
		if _, err := versions.Parse(text, product.VersionSuffix); err != nil {
			return "", fmt.Errorf("%w: write it such as 1.66.1", err)
		}
		return text, nil
	}
}

// rowQuestion asks whether users can have a fix for one row.
func (a *asking) rowQuestion(i int, row bulletin.Affected) question {
	d, _ := disclosure.Define(fixAvailable)
	q := question{
		id:   fmt.Sprintf("%s %d", fixAvailable, i),
		fact: fixAvailable,
		text: fmt.Sprintf("Can users have a fix by now for %s?", rowName(row)),
	}
	product, known := a.config.Products.Find(row.Product)
	if !known || !product.Hosted {
		q.options = append(q.options, a.fixedOption(i, row, product))
	}
	if !known || product.Hosted {
		q.options = append(q.options, a.rowOption(d, i, "deployed", detail{ask: "Since when is it live?", sample: a.now.Format(time.DateOnly), check: a.anyDate}))
	}
	q.options = append(q.options, a.rowOption(d, i, "remedy", detail{ask: "What removes the vulnerability, in one line?", sample: "a remedy"}))
	if row.Versions.Fixed == "" {
		q.options = append(q.options, a.rowOption(d, i, "unfixed", detail{ask: "Why is there no fix yet, in one line?", sample: "a reason"}))
	}
	return q
}

// rowName tells a row from the others.
func rowName(row bulletin.Affected) string {
	name := row.Product
	if len(row.Platforms) > 0 {
		name += " on " + strings.Join(row.Platforms, ", ")
	}
	if row.Versions.Introduced != "" {
		name += " since " + row.Versions.Introduced
	}
	return source.Visible(name)
}

// rowOption is an answer that one key of a row states.
func (a *asking) rowOption(d disclosure.FactDefinition, i int, key string, of detail) option {
	o := option{word: key, details: []detail{of}, write: func(given []string) edits {
		return func(e *content.Editor) error { return e.Set(given[0], "affected", i, key) }
	}}
	for _, answer := range d.Answers {
		if answer.Word == key {
			o.meaning = answer.Meaning
		}
	}
	return o
}

// fixedOption is a version that has the fix, and since when users can have it. A row
// that names the version already is asked the day alone.
func (a *asking) fixedOption(i int, row bulletin.Affected, product bulletin.Product) option {
	o := option{word: "fixed", meaning: "a version of ours has the fix"}
	if row.Versions.Fixed == "" {
		o.details = []detail{{ask: "Which version?", sample: "1.0", check: versionOf(product)}}
	} else {
		o.meaning = row.Versions.Fixed + " has the fix, and there is a day on which users can have it"
	}
	o.details = append(o.details, detail{ask: "Since when can users have it?", optional: row.Versions.Fixed == "", sample: a.now.Format(time.DateOnly), check: a.anyDate})
	o.write = func(given []string) edits { return fixRow(i, given) }
	return o
}

// fixRow writes the version with the fix and the day, or the day alone. A row has one
// end: the first version with the fix takes the place of the last one without it.
func fixRow(i int, given []string) edits {
	return func(e *content.Editor) error {
		day := given[len(given)-1]
		if len(given) > 1 {
			if err := e.Set(given[0], "affected", i, "fixed"); err != nil {
				return err
			}
			if e.Has("affected", i, "last_affected") {
				if err := e.Remove("affected", i, "last_affected"); err != nil {
					return err
				}
			}
		}
		if day == "" {
			return nil
		}
		return e.Set(day, "affected", i, "available")
	}
}
