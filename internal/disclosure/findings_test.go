package disclosure

import (
	"testing"

	"tocsin/internal/bulletin"
	"tocsin/internal/source"
	"tocsin/internal/verdict"
)

// What the bulletin and the findings say of one tailnet's data, every pair: nothing that
// is unknown becomes "no".
func TestDataOfOneTailnet(t *testing.T) {
	bulletins := map[string]bulletin.Bulletin{"not asked": blank()}
	for name, word := range map[string][2]string{
		"yes, all": {"yes", "all"}, "yes, listed": {"yes", "listed"}, "yes": {"yes", ""}, "no": {"no", ""}, "unknown": {"unknown", "listed"},
	} {
		b := blank()
		b.DataVisible, b.VisibleFor = said(word[0]), word[1]
		bulletins[name] = b
	}
	const yes, no, unknown = verdict.Yes, verdict.No, verdict.Unknown
	columns := []TailnetFacts{{Listed: unknown}, {Listed: no}, {Listed: yes, DataVisible: yes}, {Listed: yes, DataVisible: no}, {Listed: yes}}
	for name, want := range map[string][5]verdict.Truth{
		// findings:     nobody looked, do not name it, say yes, say no, do not say
		"yes, all":    {yes, yes, yes, yes, yes},
		"yes, listed": {unknown, no, yes, no, unknown},
		"yes":         {unknown, no, yes, no, unknown},
		"no":          {no, no, yes, no, no},
		"unknown":     {unknown, unknown, yes, no, unknown},
		"not asked":   {unknown, unknown, yes, no, unknown},
	} {
		for i, facts := range columns {
			facts.Affected = yes
			got := Builtin().Tailnet(bulletins[name], facts, today).Facts.Find("tailnet_data_visible")
			if got.Value != want[i].String() {
				t.Errorf("the bulletin says %s, the findings %+v: %s, want %s", name, facts, got.Value, want[i])
			}
			if got.Position == (source.Position{}) && got.Note == "" {
				t.Errorf("%s, %+v: nobody says where it comes from", name, facts)
			}
		}
	}
}

// A tailnet is told where its own finding says that its data was visible, and no other.
func TestToldByFindings(t *testing.T) {
	b := windowsBug()
	noAction(&b)
	b.DataVisible, b.VisibleFor = said("yes"), "listed"
	for _, c := range []struct {
		facts TailnetFacts
		want  verdict.Outcome
	}{
		{TailnetFacts{Affected: verdict.Yes, Listed: verdict.Yes, DataVisible: verdict.Yes}, verdict.Required},
		{TailnetFacts{Affected: verdict.Yes, Listed: verdict.Yes, DataVisible: verdict.No}, verdict.NotRequired},
		{TailnetFacts{Affected: verdict.Yes, Listed: verdict.Yes}, verdict.Undetermined},
		{TailnetFacts{Affected: verdict.Yes, Listed: verdict.No}, verdict.NotRequired},
		{TailnetFacts{Affected: verdict.Yes}, verdict.Undetermined},
		{TailnetFacts{Affected: verdict.Unknown, Listed: verdict.Yes, DataVisible: verdict.Yes}, verdict.Undetermined},
		{TailnetFacts{Affected: verdict.No, Listed: verdict.Yes, DataVisible: verdict.Yes}, verdict.NotRequired},
	} {
		p := Builtin().Tailnet(b, c.facts, today)
		note := "by the inventory"
		if c.facts.Listed == verdict.Yes {
			note = "by the inventory and its findings"
		}
		if p.Outcome != c.want || p.Facts.Find("tailnet_affected").Note != note {
			t.Errorf("%+v: %s, %+v; want %s", c.facts, p.Outcome, p.Facts.Find("tailnet_affected"), c.want)
		}
	}
}
