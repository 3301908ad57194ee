package check

import (
	"fmt"
	"strings"

	"tocsin/internal/bulletin"
	"tocsin/internal/policy"
	"tocsin/internal/source"
)

// slugs reports policies that would stand at one address.
func slugs(c *Checker) source.Problems {
	var problems source.Problems
	first := make(map[string]policy.Policy)
	for _, p := range c.site.Policies {
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

// ids reports bulletins that claim one ID, drafts too: whatever asks for the ID must
// never get the wrong one.
func ids(c *Checker) source.Problems {
	if len(c.byID().more) == 0 {
		return nil
	}
	var problems source.Problems
	for _, k := range c.cards {
		if k.id == "" || k.unread {
			continue
		}
		if o := c.byID().owner(k.id); o.file != k.file {
			problems = append(problems, k.blocking(k.idAt, "duplicate-id",
				fmt.Sprintf("the id %q is already used by %s", k.id, o.file), "an id is never used twice: take the next free one"))
		}
	}
	return problems
}

// years warns of a number of another year than that of the publication.
func years(c *Checker, n *notice) source.Problems {
	year, _, ours := c.Config.IDs.Number(n.ID)
	if !ours || n.Published.IsZero() || n.Published.After(c.Now) || year == n.Published.UTC().Year() {
		return nil
	}
	return source.Problems{n.warning(n.Places.Of("id"), "id-year",
		fmt.Sprintf("%s was published in %d", n.ID, n.Published.UTC().Year()), "ids are numbered by the year of publication; what is published keeps the one it has")}
}

// aliases reports other names that are not the bulletin's own: another bulletin's id,
// or a name that another bulletin has too.
func aliases(c *Checker) source.Problems {
	count := 0
	for _, k := range c.cards {
		count += len(k.aliases)
	}
	first := make(map[string]*card, count)
	var problems source.Problems
	for _, k := range c.cards {
		for _, a := range k.aliases {
			folded := strings.ToUpper(a.word)
			other, taken := first[folded]
			switch o := c.byID().owner(bulletin.ID(folded)); {
			case o != nil && o.file != k.file:
				problems = append(problems, k.problem(a, "alias-is-id",
					fmt.Sprintf("%s is another bulletin, %s", a.word, o.file), "what is another matter is related:, not an alias"))
			case taken && other.file != k.file:
				problems = append(problems, k.warning(a, "shared-alias",
					fmt.Sprintf("%s is an alias in %s too", a.word, other.file), "two bulletins can be about one vulnerability; see that these are"))
			case !taken:
				first[folded] = k
			}
		}
	}
	return problems
}

// relations reports bulletins that are named and are not there, or that readers may not
// know of.
func relations(c *Checker) source.Problems {
	var problems source.Problems
	for _, k := range c.cards {
		for _, m := range k.related {
			if _, _, ours := c.Config.IDs.Number(bulletin.ID(m.word)); ours {
				problems = append(problems, c.relation(k, m, "related to ")...)
			}
		}
		for _, m := range k.superseded {
			problems = append(problems, c.relation(k, m, "superseded by ")...)
		}
	}
	return problems
}

func (c *Checker) relation(k *card, m mention, how string) source.Problems {
	o := c.byID().owner(bulletin.ID(m.word))
	switch {
	case o == nil:
		return source.Problems{k.problem(m, "unknown-bulletin", how+m.word+", which is not there", "name a bulletin that is")}
	case o.file == k.file:
		return source.Problems{k.problem(m, "unknown-bulletin", how+"itself", "name another bulletin")}
	case o.hidden():
		return source.Problems{k.problem(m, "link-to-unpublished", how+m.word+", of which readers may not know yet",
			"release that one first, or leave it out")}
	}
	return nil
}
