package site

import (
	"html/template"

	"tocsin/internal/bulletin"
	"tocsin/internal/verdict"
)

// Marks are the words that a bulletin wears wherever it is shown, as pieces.html draws them.
type Marks struct {
	Severity  template.HTML
	Exploited template.HTML // empty where somebody looked, and found nothing
	Attacks   template.HTML // what is known of that, in full
	Action    template.HTML
}

// marks are the pieces by their words: there are few, so each is made once.
type marks struct{ severity, exploited, attacks, action map[string]template.HTML }

func (r *Renderer) readMarks() error {
	severe := make([]string, 0, len(bulletin.Severities()))
	for _, s := range bulletin.Severities() {
		severe = append(severe, string(s))
	}
	answers := []string{"", "confirmed", "suspected", "no_evidence", "confirmed_none", "unknown"}
	for _, kind := range []struct {
		name  string
		words []string
		into  *map[string]template.HTML
	}{
		{"severity", severe, &r.marks.severity},
		{"exploited", answers, &r.marks.exploited},
		{"attacks", answers, &r.marks.attacks},
		{"action", []string{verdict.Yes.String(), verdict.No.String(), verdict.Unknown.String()}, &r.marks.action},
	} {
		*kind.into = make(map[string]template.HTML)
		for _, word := range kind.words {
			html, err := r.templates.piece(kind.name, word)
			if err != nil {
				return err
			}
			(*kind.into)[word] = html
		}
	}
	return nil
}

func (r *Renderer) marksOf(x bulletin.Bulletin) Marks {
	return Marks{r.marks.severity[string(x.Severity)], r.marks.exploited[x.Exploited.Word], r.marks.attacks[x.Exploited.Word], r.marks.action[x.Action.Required.String()]}
}
