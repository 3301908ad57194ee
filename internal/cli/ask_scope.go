package cli

import (
	"fmt"
	"strings"

	"tocsin/internal/bulletin"
	"tocsin/internal/content"
)

// scopeQuestions are what the rows of affected leave open about whom they concern. No
// verdict turns on them; they decide which tailnets are told, and a row that does not
// say counts for everybody.
func (a *asking) scopeQuestions() []question {
	var all []question
	for i, row := range a.b.Affected {
		product, known := a.config.Products.Find(row.Product)
		switch {
		case !known:
		case product.Hosted:
			if !row.Everyone {
				all = append(all, everyoneQuestion(i, row))
			}
		default:
			if len(row.Platforms) == 0 && len(product.Platforms) > 1 {
				all = append(all, platformsQuestion(i, row, product))
			}
			if row.Versions.Introduced == "" {
				all = append(all, introducedQuestion(i, row, product))
			}
		}
	}
	return all
}

// scopeID is the id of a question about a row, by its key.
func scopeID(key string, row int) string { return fmt.Sprintf("%s %d", key, row) }

// scoped notes that the last row was asked for its platforms and its first version when
// it was begun.
func (a *asking) scoped() {
	last := len(a.b.Affected) - 1
	a.asked[scopeID("platforms", last)], a.asked[scopeID("introduced", last)] = true, true
}

func platformsQuestion(i int, row bulletin.Affected, product bulletin.Product) question {
	some := detail{sample: product.Platforms[0], check: platformsOf(product)}
	return question{
		id: scopeID("platforms", i), scope: "platforms", usual: "all",
		text: fmt.Sprintf("Which platforms does it concern, of %s?", rowName(row)),
		options: []option{
			{word: "all", meaning: strings.Join(product.Platforms, ", ") + " (Enter)"},
			{meaning: "only some, such as: " + strings.Join(product.Platforms[:2], ", "), details: []detail{some}, write: func(given []string) edits {
				return func(e *content.Editor) error { return e.SetList(strings.Fields(given[0]), "affected", i, "platforms") }
			}},
		},
	}
}

func introducedQuestion(i int, row bulletin.Affected, product bulletin.Product) question {
	first := detail{sample: "0.1", check: func(text string) (string, error) {
		text, err := versionOf(product)(text)
		if err == nil {
			versions := row.Versions
			versions.Introduced = text
			err = versions.Check(product.VersionSuffix)
		}
		return text, err
	}}
	every := "every version (Enter)"
	if row.Versions.Fixed != "" {
		every = "every version before " + row.Versions.Fixed + " (Enter)"
	}
	return question{
		id: scopeID("introduced", i), scope: "introduced", usual: "all",
		text: fmt.Sprintf("Since which version is the fault in %s?", rowName(row)),
		options: []option{
			{word: "all", meaning: every},
			{meaning: "the first version that has it, such as 1.58.0", details: []detail{first}, write: func(given []string) edits {
				return func(e *content.Editor) error { return e.Set(given[0], "affected", i, "introduced") }
			}},
		},
	}
}

func everyoneQuestion(i int, row bulletin.Affected) question {
	return question{
		id: scopeID("tailnets", i), scope: "tailnets",
		text: fmt.Sprintf("Did it concern every tailnet that uses %s?", rowName(row)),
		options: []option{
			{word: "yes", meaning: "every one", write: func([]string) edits {
				return func(e *content.Editor) error { return e.Set("all", "affected", i, "tailnets") }
			}},
			{word: "no", meaning: "only those that were found out to be: the row stays as it is"},
		},
	}
}

// explainScope says more about a key of a row.
func (a *asking) explainScope(q question) {
	if k, found := keyOf("affected[]." + q.scope); found {
		a.tell("  %s", hang(a.unit(plainText.Replace(k.Advice)), 4))
		a.tell("  %s", hang("in the file: "+k.Example, 4))
		a.tell("  tocsin explain %s tells the rest", strings.ReplaceAll(k.Path, "[]", ""))
	}
}
