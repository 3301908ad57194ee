// Package check finds everything that is wrong with a site, at once: what reading
// it found, and what the files mean to each other and to the policy.
package check

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"tocsin/internal/bulletin"
	"tocsin/internal/content"
	"tocsin/internal/disclosure"
	"tocsin/internal/policy"
	"tocsin/internal/source"
	"tocsin/internal/verdict"
)

// Site is what is checked.
type Site struct {
	Config  content.Config
	Content content.Site
	Rules   disclosure.Rules
	Now     time.Time // decides what lies in the future, and nothing else
}

// All returns every problem of the site beyond those that reading it found, sorted
// by place. Problems of drafts are warnings.
func All(s Site) source.Problems {
	var problems source.Problems
	problems = append(problems, s.slugs()...)
	problems = append(problems, s.ids()...)
	strangeWords := s.strangeWords()
	problems = append(problems, strangeWords...)
	for _, b := range s.Content.Bulletins {
		found := append(s.bulletin(b), s.verdict(b, len(strangeWords) == 0)...)
		if b.Status == bulletin.Draft {
			found.Soften()
		}
		problems = append(problems, found...)
	}
	problems.Sort()
	return problems
}

// slugs reports policies that would stand at one address.
func (s Site) slugs() source.Problems {
	var problems source.Problems
	first := make(map[string]policy.Policy)
	for _, p := range s.Content.Policies {
		if other, taken := first[p.Slug]; taken && p.Slug != "" {
			problems = append(problems, source.Problem{
				Position: p.Source.At(1, 0), Code: "duplicate-slug",
				Message: fmt.Sprintf("the slug %q is already used by %s", p.Slug, other.Source.Name),
				Hint:    "give one of them another slug",
			})
			continue
		}
		first[p.Slug] = p
	}
	return problems
}

// ids reports bulletins that claim one ID, drafts too: whatever asks for the ID
// must never get the wrong one. The file that bears the name owns it.
func (s Site) ids() source.Problems {
	owner := make(map[bulletin.ID]bulletin.Bulletin)
	for _, b := range s.Content.Bulletins {
		if _, taken := owner[b.ID]; !taken || b.OwnsName() {
			owner[b.ID] = b
		}
	}
	var problems source.Problems
	for _, b := range s.Content.Bulletins {
		if o := owner[b.ID]; b.ID != "" && o.Source.Name != b.Source.Name {
			problems = append(problems, at(b, "id:", "duplicate-id",
				fmt.Sprintf("the id %q is already used by %s", b.ID, o.Source.Name), "an id is never used twice: take the next free one"))
		}
	}
	return problems
}

// strangeWords warns where the disclosure policy is in other words than the rules quote.
func (s Site) strangeWords() source.Problems {
	p, found := s.Content.Policy(disclosure.Policy)
	if !found {
		return nil
	}
	missing := s.Rules.Missing(p)
	if len(missing) == 0 {
		return nil
	}
	return source.Problems{{
		Position: p.Source.At(1, 0), Level: source.Warning, Code: "quote-missing",
		Message: fmt.Sprintf("the rules quote what the policy does not say: %v%s", missing[0], more(len(missing)-1)),
		Hint:    "put the sentence back: no verdict can be given without it",
	}}
}

func more(n int) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprintf(" (and %d more)", n)
}

func (s Site) bulletin(b bulletin.Bulletin) source.Problems {
	problems := s.dates(b)
	for _, row := range b.Affected {
		problems = append(problems, s.affected(b, row)...)
	}
	return problems
}

// dates reports a bulletin that says it was published tomorrow.
func (s Site) dates(b bulletin.Bulletin) source.Problems {
	if !b.Published.After(s.Now) {
		return nil
	}
	return source.Problems{at(b, "published:", "future-date",
		"published lies in the future", "a date never publishes by itself: set it when the bulletin is released")}
}

// at is an error at the line of the header that begins with a key.
func at(b bulletin.Bulletin, key, code, message, hint string) source.Problem {
	p := source.Problem{Position: b.Source.At(1, 0), Code: code, Message: message, Hint: hint}
	for line := 2; line < b.BodyLine; line++ {
		if text := b.Source.Line(line); strings.HasPrefix(text, key) {
			p.Position, p.Excerpt = b.Source.At(line, 1), text
		}
	}
	return p
}

// affected holds a row against the products of tocsin.yaml.
func (s Site) affected(b bulletin.Bulletin, row bulletin.Affected) source.Problems {
	var problems source.Problems
	report := func(code, message, hint string) {
		problems = append(problems, source.Problem{
			Position: row.Position, Code: code, Message: message, Hint: hint, Excerpt: b.Source.Line(row.Position.Line),
		})
	}
	product, found := s.Config.Products.Find(row.Product)
	if !found {
		if row.Product != "" {
			report("unknown-product", fmt.Sprintf("tocsin.yaml has no product %q", row.Product), "products there: "+productIDs(s.Config.Products))
		}
		return problems
	}
	for _, key := range notApplicable(row, product) {
		report("not-applicable", key+" says nothing of "+product.ID+kindOf(product), "remove "+key)
	}
	for _, platform := range row.Platforms {
		if !product.Hosted && !slices.Contains(product.Platforms, platform) {
			report("unknown-platform", fmt.Sprintf("%s does not run on %q", product.ID, platform), "platforms in tocsin.yaml: "+strings.Join(product.Platforms, ", "))
		}
	}
	if err := row.Versions.Check(product.VersionSuffix); err != nil {
		report("bad-range", err.Error(), "versions are written as 1.66.1")
	}
	return problems
}

// notApplicable lists the keys of a row that have no meaning for a product of its
// kind: they would be shown nowhere, or decide what they must not.
func notApplicable(row bulletin.Affected, product bulletin.Product) []string {
	stated := []struct {
		key    string
		there  bool
		hosted bool // whether it speaks of hosted products, else of installed ones
	}{
		{"tailnets", row.Everyone, true},
		{"deployed", !row.Deployed.IsZero(), true},
		{"platforms", len(row.Platforms) > 0, false},
		{"introduced", row.Versions.Introduced != "", false},
		{"fixed", row.Versions.Fixed != "", false},
		{"last_affected", row.Versions.LastAffected != "", false},
		{"available", !row.Available.IsZero(), false},
		{"channel", row.Channel != "", false},
	}
	var keys []string
	for _, s := range stated {
		if s.there && s.hosted != product.Hosted {
			keys = append(keys, s.key)
		}
	}
	return keys
}

func kindOf(p bulletin.Product) string {
	if p.Hosted {
		return ", which we run ourselves (hosted: yes)"
	}
	return ", which users install (not hosted)"
}

func productIDs(products bulletin.Products) string {
	var ids []string
	for _, p := range products {
		ids = append(ids, p.ID)
	}
	return strings.Join(ids, ", ")
}

// VerdictCode begins the codes of problems that are the policy's verdict on a
// bulletin, not faults of its file.
const VerdictCode = "verdict-"

// verdict reports a published bulletin that the policy does not let be published
// yet, or does not ask for. One that was withdrawn was published first, and is held
// to the same. Rules that are not the policy's own give no verdict.
func (s Site) verdict(b bulletin.Bulletin, rulesApply bool) source.Problems {
	if b.Status != bulletin.Public && b.Status != bulletin.Withdrawn {
		return nil
	}
	report := func(code, message, hint string) source.Problems {
		return source.Problems{at(b, "status:", VerdictCode+code, string(b.Status)+", and the policy"+message, hint)}
	}
	if !rulesApply {
		return report("impossible", "'s rules cannot be applied", "see the warning about the policy")
	}
	proof := s.Rules.Bulletin(b, s.Now)
	hint := "see the proof: tocsin explain " + string(b.ID)
	switch proof.Outcome {
	case verdict.Held:
		return report("held", " holds it until a fix is available", hint)
	case verdict.NotRequired:
		if b.Status == bulletin.Withdrawn {
			return nil // a mistake is withdrawn for the very reason that nothing asks for it
		}
		return report("not-required", " does not ask to disclose it", hint)
	case verdict.Undetermined:
		return report("undetermined", "'s answer depends on facts that are missing: "+strings.Join(proof.Missing, ", "), hint)
	}
	return nil
}
