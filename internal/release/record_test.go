package release

import (
	"testing"
	"time"

	"tocsin/internal/bulletin"
	"tocsin/internal/content"
	"tocsin/internal/disclosure"
	"tocsin/internal/verdict"
)

// F60: what is on record is what readers were shown, and says by what it was decided.
func TestRecord(t *testing.T) {
	b := read(t, lf("draft", "published", "severity", "published: 2026-05-03\nrevisions: [{version: 1, at: 2026-05-03, summary: Initial release.}]\nseverity"))
	rules := disclosure.Builtin()
	ground := Ground{
		Disclose: rules.Bulletin(b, now), Notify: rules.AnyTailnet(b, now), By: "Robin Example", Partial: "Only iOS waits.",
		Policy: bulletin.Digested{Name: "content/policies/p.md", SHA256: bulletin.Digest([]byte("p"))},
	}
	d := Record(b, now, ground)
	if len(d.Texts) != 1 || d.Texts[0].Version != 1 || d.Texts[0].SHA256 != bulletin.Digest(b.Wording()) || !d.Texts[0].At.Equal(b.Published) || d.Texts[0].Summary != First {
		t.Errorf("%+v", d.Texts)
	}
	for question, want := range map[string]verdict.Outcome{"disclose": ground.Disclose.Outcome, "notify": ground.Notify.Outcome} {
		if got := d.Verdicts[question]; got.Verdict != want || len(got.Clauses) == 0 || len(got.Facts) == 0 {
			t.Errorf("%s: %+v", question, got)
		}
	}
	if d.ID != b.ID || d.Status != bulletin.Public || d.By != "Robin Example" || d.Partial != "Only iOS waits." || d.Policy != ground.Policy || !d.Released.Equal(now) {
		t.Errorf("%+v", d)
	}
	if _, err := content.EncodeDecision(d); err != nil {
		t.Error(err)
	}
}

// F60: a text without an entry of its own is dated by its release; a revision goes on
// record with its own date and words, and a withdrawal with what its page shows.
func TestRecordOfRevisions(t *testing.T) {
	b := read(t, lf("draft", "published", "severity", "published: 2026-05-03\nseverity"))
	if d := Record(b, now, Ground{}); !d.Texts[0].At.Equal(now) || d.Texts[0].Summary != "" {
		t.Errorf("%+v", d.Texts)
	}
	b.Revisions = []bulletin.Revision{{Version: 1, At: now, Summary: "One.", Material: true}, {Version: 2, At: now.Add(time.Hour), Summary: "Two.", Material: true}}
	want := bulletin.Text{Version: 2, At: now.Add(time.Hour), SHA256: bulletin.Digest(b.Wording()), Summary: "Two.", Material: true}
	d := Later(bulletin.Decision{}, b, now)
	if len(d.Texts) != 1 || d.Texts[0] != want {
		t.Errorf("%+v", d.Texts)
	}
	w := Withdrawn(d, b, now)
	if d.Withdrawn != nil || w.Withdrawn == nil || !w.Withdrawn.At.Equal(now) || w.Withdrawn.SHA256 != bulletin.Digest(b.Shown()) {
		t.Errorf("%+v", w.Withdrawn)
	}
}

func shown(versions ...int) []bulletin.Text {
	var texts []bulletin.Text
	for _, v := range versions {
		texts = append(texts, bulletin.Text{Version: v, At: now, SHA256: "old"})
	}
	return texts
}

// A text that a stopped run left on record is replaced by that of the run which ends.
func TestLater(t *testing.T) {
	b := bulletin.Bulletin{Revisions: []bulletin.Revision{{Version: 1}, {Version: 2}}}
	for _, c := range []struct {
		before []bulletin.Text
		want   []int
	}{
		{shown(1), []int{1, 2}}, {shown(1, 2), []int{1, 2}}, {shown(1, 2, 3), []int{1, 2}}, {nil, []int{2}},
	} {
		d := Later(bulletin.Decision{Texts: c.before}, b, now.Add(time.Hour))
		if len(d.Texts) != len(c.want) {
			t.Fatalf("%+v, want versions %v", d.Texts, c.want)
		}
		for i, text := range d.Texts {
			if text.Version != c.want[i] || (text.SHA256 == "old") != (text.Version < 2) {
				t.Errorf("%+v, want versions %v", d.Texts, c.want)
			}
		}
	}
	before := shown(1, 2)
	Later(bulletin.Decision{Texts: before}, b, now)
	if before[1].SHA256 != "old" {
		t.Error("the record that was handed in has changed")
	}
}

func TestRecorded(t *testing.T) {
	versions := func(vs ...int) (all []bulletin.Revision) {
		for _, v := range vs {
			all = append(all, bulletin.Revision{Version: v})
		}
		return all
	}
	for _, c := range []struct {
		name      string
		revisions []bulletin.Revision
		texts     []bulletin.Text
		want      int // 0: none
	}{
		{"released", versions(1), shown(1), 1},
		{"revised", versions(1, 2), shown(1, 2), 2},
		{"the revision was stopped after its record", versions(1), shown(1, 2), 1},
		{"the same, of a bulletin that was published by hand", nil, shown(2), 0},
		{"revised by hand", versions(1, 2, 3), shown(1), 1},
		{"no revisions are stated", nil, shown(1), 1},
	} {
		got, found := Recorded(bulletin.Bulletin{Revisions: c.revisions, Decision: &bulletin.Decision{Texts: c.texts}})
		if found != (c.want > 0) || got.Version != c.want {
			t.Errorf("%s: version %d, %v; want %d", c.name, got.Version, found, c.want)
		}
	}
	if _, found := Recorded(bulletin.Bulletin{}); found {
		t.Error("a record was found where there is none")
	}
}
