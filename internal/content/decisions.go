package content

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path"
	"regexp"
	"slices"
	"strings"

	"tocsin/internal/bulletin"
	"tocsin/internal/source"
	"tocsin/internal/verdict"
)

// record puts down a decision, to be read with the bulletin that it is about.
func (r *Reader) record(p place) { r.records[p.stem()] = append(r.records[p.stem()], p) }

// about tells whether a decision may be about a bulletin of its name: that of a draft
// in the drafts root may stand in either root, that of the site's own beside it.
func (p place) about(b place) bool { return b.embargoed || !p.embargoed }

// decision reads what `release` put on record about a bulletin; nil where nothing did.
// A record that cannot be read, or that there are two of, is a problem and never none.
func (r *Reader) decision(b place) (*bulletin.Decision, source.Problems, error) {
	found := r.recordsOf(b)
	if len(found) == 0 {
		return nil, r.unreadOf(b), nil
	}
	file, problems, err := r.open(found[0])
	switch {
	case err != nil:
		return nil, nil, err
	case len(problems) > 0:
		problems[0].Code, problems[0].Hint = badDecision, badHint
		return nil, problems, nil
	case len(found) > 1:
		return nil, source.Problems{problem(file, 1, 1, badDecision,
			"two decisions are on record: here and in "+r.shown(found[1]), "keep the one that holds, and remove the other")}, nil
	}
	return readDecision(file, bulletin.ID(b.stem()))
}

// recordsOf are the decisions that may be about a bulletin.
func (r *Reader) recordsOf(b place) []place {
	var found []place
	for _, p := range r.records[b.stem()] {
		if p.about(b) {
			found = append(found, p)
		}
	}
	return found
}

// Recorded reports whether a decision on record is read with the bulletin file of a number.
func (r *Reader) Recorded(number int) bool { return len(r.recordsOf(r.bulletins[number])) > 0 }

// unreadOf reports what stands where the record of a bulletin would, and is not read:
// that the bulletin was never released is more than anybody knows then.
func (r *Reader) unreadOf(b place) source.Problems {
	if len(r.unread) == 0 && len(r.allUnread) == 0 {
		return nil
	}
	for _, p := range slices.Concat(r.unread[strings.ToLower(b.stem())], r.allUnread) {
		if p.about(b) {
			meant := place{name: DecisionFolder + "/" + b.stem() + ".json", embargoed: p.embargoed}
			if p.embargoed {
				meant.name = strings.TrimPrefix(meant.name, Folder+"/")
			}
			return source.Problems{{
				Position: source.Position{File: r.shown(meant)}, Code: badDecision, Hint: badHint,
				Message: "there is no record here, and " + r.shown(p) + " may hold it, which is not read",
			}}
		}
	}
	return nil
}

// strayRecords names the decisions about bulletins that are not there: what was
// released is withdrawn, not deleted.
func (r *Reader) strayRecords() {
	if len(r.records) == 0 {
		return
	}
	written := make(map[string][]place)
	for _, b := range r.bulletins {
		written[b.stem()] = append(written[b.stem()], b)
	}
	for id, records := range r.records {
		for _, p := range records {
			if slices.ContainsFunc(written[id], p.about) {
				continue
			}
			missing := r.shown(place{name: path.Join(path.Dir(path.Dir(p.name)), "bulletins", id+".md"), embargoed: p.embargoed})
			r.add(source.Error, r.shown(p), "stray-decision", "the decision is about a bulletin that is not there: "+missing,
				"put the bulletin back from git; to take it back from its readers, tocsin withdraw "+id)
		}
	}
}

const (
	badDecision = "bad-decision"
	badHint     = "put the file back from git: tocsin release writes it, and no person should have to"
)

// readDecision reads one record strictly: every key known and there once, one value,
// and the whole of what a decision says.
func readDecision(file source.File, id bulletin.ID) (*bulletin.Decision, source.Problems, error) {
	if hidden := scanText(file); len(hidden) > 0 {
		return nil, hidden, nil
	}
	d := new(bulletin.Decision)
	dec := json.NewDecoder(bytes.NewReader(file.Data))
	dec.DisallowUnknownFields()
	err := dec.Decode(d)
	behind := bytes.TrimLeft(file.Data[dec.InputOffset():], " \t\r\n")
	if err == nil && len(behind) > 0 {
		err = errors.New("something stands behind the record")
	}
	if err != nil {
		at := placeOf(err, file, int64(len(file.Data)-len(behind)))
		return nil, source.Problems{problem(file, at.Line, at.Column, badDecision, "the record cannot be read: "+worded(err), badHint)}, nil
	}
	var problems source.Problems
	if written, err := EncodeDecision(*d); err != nil || !bytes.Equal(written, file.Data) {
		problems = oddKeys(file) // somebody's editor was here: what it wrote may say more
	}
	for _, f := range faultsOf(d, id) {
		at := keyIn(file, f.key)
		problems = append(problems, problem(file, at.Line, at.Column, badDecision, f.message, badHint))
	}
	if len(problems) > 0 {
		return nil, problems, nil
	}
	return d, nil, nil
}

// placeOf is where a record stops being one, as far as the error tells.
func placeOf(err error, file source.File, offset int64) source.Position {
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	name := unknownField.FindStringSubmatch(err.Error())
	switch {
	case errors.As(err, &syntax):
		offset = syntax.Offset - 1
	case errors.As(err, &kind):
		offset = kind.Offset - 1
	case name != nil:
		return keyIn(file, name[1])
	}
	return file.Position(int(offset))
}

var unknownField = regexp.MustCompile(`^json: unknown field "(.*)"$`)

// worded is a parser's error without the parser's name and Go's types.
func worded(err error) string {
	var kind *json.UnmarshalTypeError
	if errors.As(err, &kind) {
		return fmt.Sprintf("%s cannot be a %s", kind.Field, kind.Value)
	}
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return "it ends too early"
	}
	return source.Visible(strings.TrimPrefix(err.Error(), "json: "))
}

// keyIn is where a key stands for the first time; the beginning where it does not.
func keyIn(file source.File, key string) source.Position {
	return file.Position(max(0, bytes.Index(file.Data, []byte(`"`+key+`"`))))
}

// fault is what is wrong with the value of a key of a record.
type fault struct{ key, message string }

// faultsOf lists what a record does not say, or says wrong.
func faultsOf(d *bulletin.Decision, id bulletin.ID) []fault {
	var all []fault
	wrong := func(bad bool, key, message string) {
		if bad {
			all = append(all, fault{key, message})
		}
	}
	wrong(d.ID != id, "id", fmt.Sprintf("the record is about %q and the file is named after %s", source.Visible(string(d.ID)), id))
	wrong(d.Released.IsZero(), "released", "the record does not say when the bulletin was released")
	wrong(d.Status != bulletin.Public && d.Status != bulletin.Private, "status", "a bulletin is released as published or as private")
	wrong(!isDigested(d.Policy), "policy", "the policy is a file and its SHA-256 in small hexadecimal digits")
	wrong(!isDigested(d.Rules), "rules", "the rules are a file and its SHA-256 in small hexadecimal digits")
	w := d.Withdrawn
	wrong(w != nil && (w.At.IsZero() || !sha256Form.MatchString(w.SHA256)), "withdrawn", "a withdrawal needs a date and the SHA-256 of what its page shows")
	_, disclose := d.Verdicts["disclose"]
	wrong(!disclose, "verdicts", "the record does not say what was decided about disclosing")
	for question, j := range d.Verdicts {
		wrong(question != "disclose" && question != "notify", "verdicts", "a decision answers disclose and notify alone")
		wrong(!isJudged(j), question, "the verdict is none that can be given, or lacks its grounds")
	}
	wrong(!areTexts(d.Texts), "texts", "the texts that readers were shown need a version that counts up, a date and a SHA-256 each")
	slices.SortFunc(all, func(a, b fault) int { return strings.Compare(a.key+a.message, b.key+b.message) })
	return all
}

var sha256Form = regexp.MustCompile(`^[0-9a-f]{64}$`)

func isDigested(d bulletin.Digested) bool {
	return d == bulletin.Digested{} || d.Name != "" && sha256Form.MatchString(d.SHA256)
}

func isJudged(j bulletin.Judged) bool {
	if j.Clauses == nil || j.Facts == nil {
		return false
	}
	for _, c := range j.Clauses {
		if c.Clause == "" || c.Quote == "" || !contains([]string{"yes", "no", "unknown"}, c.Value) {
			return false
		}
	}
	for name, f := range j.Facts {
		if name == "" || f.Value == "" {
			return false
		}
	}
	if o := j.Override; o != nil && (o.Reason == "" || o.By == "" || o.Verdict != verdict.Required && o.Verdict != verdict.NotRequired) {
		return false
	}
	return slices.Contains([]verdict.Outcome{verdict.Required, verdict.NotRequired, verdict.Held, verdict.Undetermined}, j.Verdict)
}

func areTexts(texts []bulletin.Text) bool {
	last := 0
	for _, t := range texts {
		if t.Version <= last || t.At.IsZero() || !sha256Form.MatchString(t.SHA256) {
			return false
		}
		last = t.Version
	}
	return last > 0
}

// recordKeys are the keys of a record, of all its objects. (Facts have names of their
// own, which are none of these.)
var recordKeys = []string{
	"id", "released", "status", "by", "partial", "policy", "rules", "verdicts", "texts", "withdrawn", "name", "sha256",
	"verdict", "clauses", "facts", "override", "clause", "quote", "value", "decides", "note", "reason",
	"version", "at", "summary", "material",
}

// oddKeys reports keys that stand twice in an object, that are written otherwise than
// tocsin does (a decoder folds the case of letters, and ſ into s), and those that a
// record cannot do without. The text is known to be JSON.
func oddKeys(file source.File) source.Problems {
	var problems source.Problems
	var top []string
	dec := json.NewDecoder(bytes.NewReader(file.Data))
	var open []*[]string // keys of the objects around; nil of a list
	isKey := false
	for {
		t, err := dec.Token()
		if err != nil {
			return append(problems, lacking(file, top)...)
		}
		inObject := len(open) > 0 && open[len(open)-1] != nil
		switch word, isText := t.(string); {
		case t == json.Delim('{'):
			keys := new([]string)
			if len(open) == 0 {
				keys = &top
			}
			open, isKey = append(open, keys), true
		case t == json.Delim('['):
			open, isKey = append(open, nil), false
		case t == json.Delim('}') || t == json.Delim(']'):
			open = open[:len(open)-1]
			isKey = len(open) > 0 && open[len(open)-1] != nil
		case isKey && isText:
			seen := open[len(open)-1]
			if what := oddKey(word, *seen); what != "" {
				at := file.Position(int(dec.InputOffset()) - 1)
				problems = append(problems, problem(file, at.Line, at.Column, badDecision, fmt.Sprintf("%q %s", source.Visible(word), what), badHint))
			}
			*seen, isKey = append(*seen, word), false
		default:
			isKey = inObject
		}
	}
}

// oddKey says what is wrong with a key of an object that has others already.
func oddKey(key string, seen []string) string {
	same := func(other string) bool { return strings.EqualFold(key, other) }
	if slices.ContainsFunc(seen, same) {
		return "stands twice"
	}
	if i := slices.IndexFunc(recordKeys, same); i >= 0 && recordKeys[i] != key {
		return "is written " + recordKeys[i]
	}
	return ""
}

// lacking reports what every record holds, and this one does not.
func lacking(file source.File, keys []string) source.Problems {
	var problems source.Problems
	for _, key := range []string{"policy", "rules"} {
		if !slices.Contains(keys, key) {
			problems = append(problems, problem(file, 1, 1, badDecision, "the record has no "+key, badHint))
		}
	}
	return problems
}

// EncodeDecision writes a record as its file holds it: the same decision gives the
// same bytes. The error is a date that JSON cannot state, beyond the year 9999.
func EncodeDecision(d bulletin.Decision) ([]byte, error) {
	d.Released = d.Released.UTC()
	d.Texts = slices.Clone(d.Texts)
	for i := range d.Texts {
		d.Texts[i].At = d.Texts[i].At.UTC()
	}
	if d.Withdrawn != nil {
		d.Withdrawn = &bulletin.TakenBack{At: d.Withdrawn.At.UTC(), SHA256: d.Withdrawn.SHA256}
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(d); err != nil {
		return nil, fmt.Errorf("the decision about %s: %w", d.ID, err)
	}
	return b.Bytes(), nil
}
