package content

import (
	"regexp"

	"go.yaml.in/yaml/v4"

	"tocsin/internal/bulletin"
	"tocsin/internal/verdict"
)

// lifeOf reads what becomes of a bulletin: what the law asks, what people decided, and
// what commands write into the file later.
func lifeOf(f *fields, b *bulletin.Bulletin) {
	b.Legal, b.LegalAssessed = legalOf(f)
	if d := f.mapping("decision"); d != nil {
		b.Overrides = bulletin.Overrides{Disclose: overrideOf(d, "disclose"), Notify: overrideOf(d, "notify")}
		d.done()
	}
	for _, m := range f.mappings("revisions") {
		b.Revisions = append(b.Revisions, revisionOf(m))
		m.done()
	}
	b.Retraction = retractionOf(f)
	b.NextUpdate = f.date("next_update")
	b.Done = f.events("done", "what")
	b.Notified = notifiedOf(f)
	b.Suppress = f.suppressions()
}

// legalOf reads the regimes that were held against the matter. The word none says
// that somebody has, and found nothing that applies.
func legalOf(f *fields) (found []bulletin.Legal, assessed bool) {
	n := f.value("legal")
	if n != nil && n.Kind == yaml.ScalarNode {
		return nil, f.word("legal", "none") == "none"
	}
	for _, m := range f.mappings("legal") {
		found = append(found, regimeOf(m))
		m.done()
	}
	return found, len(found) > 0
}

func regimeOf(f *fields) bulletin.Legal {
	l := bulletin.Legal{
		Regime:   f.demand("regime", "the law or contract, such as GDPR Art. 33"),
		Applies:  truths[f.demandWord("applies", "yes", "no", "unknown")],
		Deadline: f.date("deadline"),
		Position: f.doc.position(f.node),
	}
	if f.has("effect") || l.Applies == verdict.No {
		l.Effect = bulletin.Effect(f.word("effect", "require", "delay"))
	} else {
		f.missing("effect", "require (it asks to tell) or delay (it asks to wait until the deadline)")
	}
	return l
}

var truths = map[string]verdict.Truth{"yes": verdict.Yes, "no": verdict.No}

// overrideOf reads a departure from a verdict; nil where it is absent or lacks
// anything: half an override overrides nothing.
func overrideOf(f *fields, key string) *verdict.Override {
	m := f.mapping(key)
	if m == nil {
		return nil
	}
	defer m.done()
	o := verdict.Override{
		Outcome:  verdict.Outcome(m.demandWord("override", string(verdict.Required), string(verdict.NotRequired))),
		Reason:   m.demand("reason", "why the policy's verdict does not stand"),
		By:       m.demand("by", "who answers for it"),
		Position: f.doc.position(m.node),
	}
	if o.Outcome == "" || o.Reason == "" || o.By == "" {
		return nil
	}
	return &o
}

// revisionOf reads a state of the text that readers have seen. The first is new to
// everybody; of each later one somebody says whether readers are told anew.
func revisionOf(f *fields) bulletin.Revision {
	r := bulletin.Revision{
		Version:  f.demandNumber("version", "1 for the text as it was released, then 2, 3, …"),
		At:       f.demandDate("at", "when readers could see it"),
		Summary:  f.demand("summary", "what changed, in one line for readers"),
		Material: f.flag("material"),
		Position: f.doc.position(f.node),
	}
	if r.Version > 1 && !f.has("material") {
		f.missing("material", "yes, if readers and feeds should be told anew; else no")
	}
	return r
}

// retractionOf reads why a bulletin was withdrawn; nil where it does not say.
func retractionOf(f *fields) *bulletin.Retraction {
	m := f.mapping("withdrawn")
	if m == nil {
		return nil
	}
	defer m.done()
	r := bulletin.Retraction{
		At:           m.demandDate("at", "when it was withdrawn"),
		Reason:       m.demand("reason", "why it does not hold, in one line for readers"),
		SupersededBy: bulletin.ID(m.line("superseded_by")),
		Position:     m.doc.position(m.node),
	}
	if id := string(r.SupersededBy); id != "" && !isID(id) {
		f.doc.report(m.value("superseded_by"), "odd-id", id+" is not an ID such as TS-2026-004", "the bulletin that holds instead")
	}
	return &r
}

// notifiedOf reads what status wrote of the letters; nil where it wrote nothing.
func notifiedOf(f *fields) *bulletin.Notified {
	m := f.mapping("notified")
	if m == nil {
		return nil
	}
	defer m.done()
	return &bulletin.Notified{
		Count:    m.demandNumber("count", "how many were told by letter"),
		First:    m.demandDate("first", "when the first letter was delivered"),
		Last:     m.demandDate("last", "when the last letter was delivered"),
		Position: f.doc.position(m.node),
	}
}

var codeForm = regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)*$`)

// suppressionOf reads one silenced code; false where it lacks anything: it silences
// nothing then.
func suppressionOf(f *fields) (s bulletin.Suppression, whole bool) {
	s = bulletin.Suppression{
		Code:     f.demand("code", "what stands in [brackets] behind the problem"),
		Reason:   f.demand("reason", "why it is right as it stands"),
		Until:    f.demandDate("until", "the day on which somebody looks again"),
		Position: f.doc.position(f.node),
	}
	if s.Code != "" && !codeForm.MatchString(s.Code) {
		f.doc.report(f.value("code"), "odd-code", s.Code+" is not the code of a problem", "such as unknown-key, as it stands in [brackets] behind the problem")
		return s, false
	}
	return s, s.Code != "" && s.Reason != "" && !s.Until.IsZero()
}
