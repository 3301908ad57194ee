package content

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"tocsin/internal/bulletin"
	"tocsin/internal/markdown"
	"tocsin/internal/source"
	"tocsin/internal/verdict"
	"tocsin/internal/version"
)

// readBulletin reads one bulletin file. A draft's problems are warnings: a
// colleague's unfinished file must not stop a release at 3 a.m. A file whose status
// cannot be read counts as more than a draft.
func readBulletin(file source.File) Entry {
	b, problems, ok := bulletinFrom(file)
	if statesDraft(file) {
		problems.Soften()
	}
	return Entry{Bulletin: b, Readable: ok, Problems: problems}
}

// bulletinFrom reads a file as far as it can be read; ok is false where that is not
// as far as a bulletin.
func bulletinFrom(file source.File) (b bulletin.Bulletin, problems source.Problems, ok bool) {
	p, problems := split(file)
	if len(problems) > 0 {
		return b, problems, false
	}
	d := &document{file: file, above: headerLine - 1}
	f, ok := d.load(p.header)
	if ok {
		b = bulletinOf(f, p)
		f.done()
		d.keyInBody(p, f.known)
		d.problems = append(d.problems, bodyProblems(p)...)
	}
	return b, d.problems, ok
}

// statesDraft looks for the one line `status: draft` above the text, whether the
// rest of the header can be read or not. A header without an end reaches to the
// first empty line: what stands in the text below is not the file's status.
func statesDraft(file source.File) bool {
	_, header, _ := strings.Cut(string(file.Data), "\n")
	end := closing.FindStringIndex(header)
	if end == nil {
		end = emptyLine.FindStringIndex(header)
	}
	if end != nil {
		header = header[:end[0]]
	}
	var status []string
	for line := range strings.SplitSeq(header, "\n") {
		if statusKey.MatchString(line) {
			status = append(status, strings.TrimSuffix(line, "\r"))
		}
	}
	return len(status) == 1 && statesStatus(status[0], string(bulletin.Draft))
}

var (
	closing   = regexp.MustCompile(`(?m)^[ \t]*---[ \t]*\r?$`)
	emptyLine = regexp.MustCompile(`(?m)^[ \t]*\r?$`)
	statusKey = regexp.MustCompile(`^["'?{ ]*status`)
)

// bodyProblems is what the Markdown would lose or must not say; where it holds what
// nobody can see, only that.
func bodyProblems(p page) source.Problems {
	if len(p.hidden) > 0 {
		return p.hidden
	}
	var problems source.Problems
	for _, m := range markdown.Parse(p.body).Problems() {
		problems = append(problems, problem(p.file, m.Line+p.bodyLine-1, m.Column, m.Code, m.Message, m.Hint))
	}
	return problems
}

func bulletinOf(f *fields, p page) bulletin.Bulletin {
	b := bulletin.Bulletin{
		Places:    f.places(),
		ID:        idOf(f, p.file.Name),
		Title:     f.demand("title", "one line that says what happened"),
		Summary:   f.line("summary"),
		Status:    statusOf(f),
		Severity:  bulletin.Severity(f.word("severity", "critical", "high", "medium", "low", "none", "unrated")),
		Published: f.date("published"),
		Action:    actionOf(f),
		Body:      p.body,
		BodyLine:  p.bodyLine,
		Stamped:   f.lines("status", "published"),
		Source:    p.file,
	}
	if b.Summary == "" {
		b.Summary = b.Title
	}
	answersOf(f, &b)
	for _, row := range f.mappings("affected") {
		b.Affected = append(b.Affected, affectedOf(row))
		row.done()
	}
	demandDate(f, b.Status)
	return b
}

// demandDate reports a bulletin that readers could see and that does not say since when.
func demandDate(f *fields, status bulletin.Status) {
	if f.value("published") != nil {
		return
	}
	switch status {
	case bulletin.Public:
		f.missing("published", "a bulletin that was published says when: published: 2026-05-03")
	case bulletin.Withdrawn:
		f.missing("published", "the day on which it was published; a draft that is given up is deleted, not withdrawn")
	}
}

// idForm keeps IDs fit for file names, URLs and mail headers alike.
var idForm = regexp.MustCompile(`^[A-Z][A-Z0-9]{0,15}(-[A-Z0-9]{1,16}){1,3}$`)

// idOf reads the ID and holds it against the file's name.
func idOf(f *fields, name string) bulletin.ID {
	id := f.demand("id", "it is the file name without .md")
	stem := strings.TrimSuffix(path.Base(name), ".md")
	switch {
	case id == "":
	case !idForm.MatchString(id):
		f.doc.report(f.value("id"), "odd-id", id+" is not an ID such as TS-2026-004", "capitals, digits and hyphens")
	case id != stem:
		f.doc.report(f.value("id"), "id-not-file-name", "the id is "+id+" and the file is "+path.Base(name), "they must agree: rename the file to "+id+".md, or write id: "+stem)
	}
	return bulletin.ID(id)
}

// statusOf reads the word that decides who may see the bulletin. Nothing else
// publishes, and no word is an error, so that it never rests on a default.
func statusOf(f *fields) bulletin.Status {
	if f.value("status") == nil {
		f.missing("status", "status: draft, until it is released")
		return ""
	}
	word := f.word("status", string(bulletin.Draft), string(bulletin.Private), string(bulletin.Public), string(bulletin.Withdrawn))
	if line := f.doc.file.Line(f.position("status").Line); word != "" && !statesStatus(line, word) {
		f.doc.report(f.value("status"), "odd-status", "the status does not stand on a line of its own", "write the line so: status: "+word)
		return ""
	}
	return bulletin.Status(word)
}

var statusLine = regexp.MustCompile(`^status:[ \t]+(["']?)([a-z]+)["']?[ \t]*(#.*)?$`)

// statesStatus reports whether a line is such as `status: draft`. YAML has other ways
// to say it, and a reviewer who searches for the line would miss each of them.
func statesStatus(line, word string) bool {
	m := statusLine.FindStringSubmatch(line)
	return m != nil && m[2] == word
}

// actionOf reads what users have to do: a text, or the word none.
func actionOf(f *fields) bulletin.Action {
	text := f.line("action")
	a := bulletin.Action{Position: f.position("action")}
	switch text {
	case "":
	case "none":
		a.Required = verdict.No
	default:
		a.Required, a.Text = verdict.Yes, text
	}
	return a
}

// answersOf reads the questions that the policy asks. The two claims that can
// spare users a notice count only with a name, a date and evidence.
func answersOf(f *fields, b *bulletin.Bulletin) {
	b.Exploited = f.answer("exploited", "confirmed", "suspected", "no_evidence", "confirmed_none", "unknown")
	b.DataVisible = f.answerWith("data_visible", func(long *fields) {
		b.VisibleFor = long.word("for", "all", "listed")
	}, "yes", "no", "unknown")
	b.UsersAffected = f.answer("users_affected", "some", "none_confirmed", "unknown")
	b.Scope = f.answer("scope", "own", "third_party")
	b.RoutinePatch = f.answer("routine_dependency_patch", "yes", "no", "unknown")
	f.demandBasis("exploited", b.Exploited, "confirmed_none")
	f.demandBasis("users_affected", b.UsersAffected, "none_confirmed")
}

// demandBasis reports a strong claim that nobody has put a name to. What is wrong
// with a name, a date or evidence that is there has been reported already.
func (f *fields) demandBasis(key string, a bulletin.Answer, claim string) {
	n := f.value(key)
	if a.Word == claim && !a.Supported() && !hasKeys(n, "by", "at", "basis") {
		f.doc.report(n, "claim-without-basis", key+": "+claim+" needs who confirmed it, when, and how",
			"write "+key+": {is: "+claim+", by: …, at: 2026-05-03, basis: …}")
	}
}

func hasKeys(n *yaml.Node, keys ...string) bool {
	return n.Kind == yaml.MappingNode && !slices.ContainsFunc(keys, func(key string) bool {
		return !slices.ContainsFunc(n.Content, func(c *yaml.Node) bool { return c.Value == key })
	})
}

func affectedOf(f *fields) bulletin.Affected {
	a := bulletin.Affected{
		Product:   f.demand("product", "the id of a product in tocsin.yaml"),
		Platforms: f.list("platforms"),
		Versions: version.Range{
			Introduced:   f.line("introduced"),
			Fixed:        f.line("fixed"),
			LastAffected: f.line("last_affected"),
		},
		Available: f.date("available"),
		Channel:   f.word("channel", "stable", "store", "distro", "rc", "unstable"),
		Unfixed:   f.line("unfixed"),
		Remedy:    f.line("remedy"),
		Stopgap:   f.line("stopgap"),
		Deployed:  f.date("deployed"),
		Everyone:  f.word("tailnets", "all") == "all",
		Position:  f.doc.position(f.node),
		Places:    f.places(),
	}
	if a.Versions.Fixed != "" && a.Unfixed != "" {
		f.doc.report(f.value("unfixed"), "contradiction", "the row has both fixed and unfixed", "keep one of them")
	}
	return a
}
