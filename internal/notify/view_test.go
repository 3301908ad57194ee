package notify

import (
	"testing"
	"time"
)

// TestReasonsAreLinked: each sentence of the policy leads to where it stands, or to the
// policy where nobody knows that.
func TestReasonsAreLinked(t *testing.T) {
	of, node := named("acme", "db", "windows", "1.60.0")
	d := desk(severe())
	for want, sentence := range map[string]func(string) string{d.PolicyURL: nil, "https://x.example/#severe-action": func(c string) string { return "https://x.example/#" + c }} {
		d.Sentence = sentence
		v, err := d.View(aRow(t, severe(), of, node))
		if err != nil || len(v.Reasons) != 1 || v.Reasons[0].URL != want {
			t.Errorf("%+v, %v; want %s", v.Reasons, err, want)
		}
	}
}

// TestPromisesLieAhead: a letter does not promise to say more by a day that is past.
func TestPromisesLieAhead(t *testing.T) {
	for hours, kept := range map[int]bool{-1: false, 0: false, 1: true} {
		b := severe()
		b.NextUpdate = planned.Add(time.Duration(hours) * time.Hour)
		if v := desk(b).bulletinView(); v.NextUpdate.IsZero() == kept {
			t.Errorf("in %d hours: %v", hours, v.NextUpdate)
		}
	}
}

// TestSummaryIsNoEcho: a bulletin without a summary has its title for one, which the letter
// says already.
func TestSummaryIsNoEcho(t *testing.T) {
	for summary, want := range map[string]string{severe().Title: "", "More of it.": "More of it."} {
		b := severe()
		b.Summary = summary
		if v := desk(b).bulletinView(); v.Summary != want {
			t.Errorf("%q stands as %q", summary, v.Summary)
		}
	}
}
