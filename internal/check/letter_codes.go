package check

import (
	"fmt"

	"tocsin/internal/bulletin"
	"tocsin/internal/notify/genuine"
	"tocsin/internal/source"
)

// letterCodes reports lists of letters' codes that are not as they were written, or of
// bulletins that have no page: the one lets a genuine letter look forged, the other says that
// there is a bulletin.
func letterCodes(c *Checker) source.Problems {
	var problems source.Problems
	for _, list := range c.site.Codes {
		report := func(message, hint string) {
			problems = append(problems, source.Problem{
				Position: source.Position{File: list.Source.Name}, Level: source.Error, Code: "letter-codes", Message: message, Hint: hint,
			})
		}
		if _, err := genuine.ReadFile(list.Bulletin, list.Source.Data); err != nil {
			report(source.Visible(err.Error()), "git has it as it was; tocsin status "+string(list.Bulletin)+" --publish writes what is missing")
		}
		if !c.shows(list.Bulletin) {
			report(fmt.Sprintf("it lists codes for %s, which readers cannot see", source.Visible(string(list.Bulletin))), "remove it, or tocsin release "+string(list.Bulletin))
		}
	}
	return problems
}

// shows reports whether readers may see a bulletin.
func (c *Checker) shows(id bulletin.ID) bool {
	for _, card := range c.cards {
		if card.id == id && card.owner && !card.embargoed {
			return card.status == bulletin.Public || card.status == bulletin.Withdrawn
		}
	}
	return false
}
