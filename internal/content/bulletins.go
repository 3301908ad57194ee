package content

import (
	"bytes"
	"path"
	"regexp"
	"strings"

	"go.yaml.in/yaml/v4"

	"tocsin/internal/bulletin"
	"tocsin/internal/markdown"
	"tocsin/internal/source"
	"tocsin/internal/version"
)

// readBulletin reads one bulletin file. A draft's problems are warnings: a
// colleague's unfinished file must not stop a release at 3 a.m. A file whose status
// cannot be read counts as more than a draft.
func readBulletin(file source.File) Entry { return readBulletinIn(new(plainReader), file) }

// readBulletinIn is [readBulletin] in the room of a reader, which may read again then.
func readBulletinIn(r *plainReader, file source.File) Entry {
	e := bulletinFrom(r, file)
	if len(e.Problems) > 0 && statesDraft(file) {
		e.Problems.Soften()
	}
	return e
}

// bulletinFrom reads a file as far as it can be read, which may not be as far as a
// bulletin.
func bulletinFrom(r *plainReader, file source.File) Entry {
	p, problems := split(file)
	if len(problems) > 0 {
		return Entry{Problems: problems}
	}
	d := &document{file: file, above: headerLine - 1}
	b, ok := d.bulletin(r, p)
	text, problems := textOf(p)
	return Entry{Bulletin: b, Readable: ok, Text: text, Problems: append(d.problems, problems...)}
}

// bulletin is what the header says; false where it cannot be read, or a part of it
// cannot be taken at its word. It holds nothing of the tree that it was read from.
func (d *document) bulletin(r *plainReader, p page) (bulletin.Bulletin, bool) {
	f, ok := d.loadIn(r, p.header)
	if !ok {
		return bulletin.Bulletin{}, false
	}
	b := bulletinOf(f, p)
	f.done()
	d.keyInBody(p, f.known)
	if d.faulty {
		return bulletin.Bulletin{}, false
	}
	return b, true
}

// statesDraft reports whether a file says that it is a draft, whether the rest of its
// header can be read or not.
func statesDraft(file source.File) bool { return statedStatus(file) == bulletin.Draft }

// statedStatus looks for the one line such as `status: draft` above the text; empty where
// there is none, or several. A header without an end reaches to the first empty line: what
// stands in the text below is not the file's status.
func statedStatus(file source.File) bulletin.Status {
	_, header, _ := bytes.Cut(file.Data, []byte("\n"))
	var stated, above []byte // the line, as far as the header and as the first empty line go
	count, countAbove := 0, -1
	for line := range bytes.Lines(header) {
		if line[0] != 's' && isLetter(line[0]) {
			continue // another key, as most
		}
		line = withoutEnd(line)
		switch text := bytes.Trim(line, " \t"); {
		case string(text) == fence:
			return onlyStatus(stated, count)
		case len(text) == 0 && countAbove < 0:
			above, countAbove = stated, count
		case bytes.HasPrefix(bytes.TrimLeft(line, "\"'?{ "), []byte("status")):
			stated, count = line, count+1
		}
	}
	if countAbove >= 0 {
		stated, count = above, countAbove
	}
	return onlyStatus(stated, count)
}

// onlyStatus is the status that the only line of so many says; empty where it says none.
func onlyStatus(line []byte, count int) bulletin.Status {
	if word := statusWord(string(line)); count == 1 && contains(statuses[:], word) {
		return bulletin.Status(word)
	}
	return ""
}

// textOf parses a body, and reports what its page would lose or must not say; where it
// holds what nobody can see, only that.
func textOf(p page) (*markdown.Document, source.Problems) {
	if len(p.hidden) > 0 {
		return nil, p.hidden
	}
	var problems source.Problems
	text := markdown.Parse(p.body)
	for _, m := range text.Problems() {
		problems = append(problems, problem(p.file, m.Line+p.bodyLine-1, m.Column, m.Code, m.Message, m.Hint))
	}
	return text, problems
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
		Body:      p.body,
		BodyLine:  p.bodyLine,
		Stamped:   f.stamped(),
		Recorded:  f.recorded(),
		Source:    p.file,
	}
	if b.Summary == "" {
		b.Summary = b.Title
	}
	for _, row := range f.mappings("affected") {
		b.Affected = append(b.Affected, affectedOf(row))
		row.done()
	}
	answersOf(f, &b)
	referencesOf(f, &b)
	lifeOf(f, &b)
	demandPublished(f, b.Status)
	return b
}

// demandPublished reports a bulletin that readers could see and that does not say since when.
func demandPublished(f *fields, status bulletin.Status) {
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

// isID keeps IDs fit for file names, URLs and mail headers alike: two to four groups of up to 16
// capitals and digits, with hyphens between, which begin with a capital.
func isID(text string) bool {
	if text == "" || isDigit(text[0]) {
		return false
	}
	groups := 0
	for group := range strings.SplitSeq(text, "-") {
		if groups++; group == "" || len(group) > 16 {
			return false
		}
		for i := range len(group) {
			if c := group[i]; !isDigit(c) && (c < 'A' || c > 'Z') {
				return false
			}
		}
	}
	return 2 <= groups && groups <= 4
}

// idOf reads the ID and holds it against the file's name.
func idOf(f *fields, name string) bulletin.ID {
	id := f.demand("id", "it is the file name without .md")
	stem := strings.TrimSuffix(path.Base(name), ".md")
	switch {
	case id == "":
	case !isID(id):
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
	n, words := f.value("status"), statuses[:]
	switch {
	case n.Kind != yaml.ScalarNode || !contains(words, n.Value):
		f.wrongWord(n, "status", words, "") // no --fix publishes
	case statusWord(f.doc.line(n.Line)) != n.Value:
		f.doc.report(n, "odd-status", "the status does not stand on a line of its own", "write the line so: status: "+n.Value)
	default:
		return bulletin.Status(n.Value)
	}
	return ""
}

var statuses = [...]string{string(bulletin.Draft), string(bulletin.Private), string(bulletin.Public), string(bulletin.Withdrawn)}

var statusLine = regexp.MustCompile(`^status:[ \t]+(["']?)([a-z]+)["']?[ \t]*(#.*)?$`)

// statusWord is the word of a line such as `status: draft`; empty of any other. YAML has
// other ways to say it, and a reviewer who searches for the line would miss each of them.
func statusWord(line string) string {
	word, found := strings.CutPrefix(line, "status: ")
	if found && word != "" && strings.Trim(word, "abcdefghijklmnopqrstuvwxyz") == "" {
		return word // nearly always
	}
	if m := statusLine.FindStringSubmatch(line); m != nil {
		return m[2]
	}
	return ""
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
		Where:     columnsOf(f),
		Position:  f.doc.position(f.node),
		Places:    f.places(),
	}
	if a.Versions.Fixed != "" && a.Unfixed != "" {
		f.doc.report(f.value("unfixed"), "contradiction", "the row has both fixed and unfixed", "keep one of them")
	}
	return a
}

// columnsOf reads what else the inventory must say of a node. The columns are the
// inventory's own, so every key is one.
func columnsOf(f *fields) []bulletin.Column {
	where := f.mapping("where")
	if where == nil {
		return nil
	}
	if len(where.node.Content) == 0 {
		f.doc.report(where.node, "not-a-mapping", "where holds no column", "such as where: {os_version: [10, 11]}")
	}
	var out []bulletin.Column
	for i := 0; i+1 < len(where.node.Content); i += 2 {
		key := where.node.Content[i]
		column := bulletin.Column{Name: key.Value}
		if strings.TrimSpace(key.Value) == "" {
			f.doc.report(key, "odd-key", "a key must be a plain word", "")
		}
		for _, v := range where.oneOrMore(column.Name, "[amd64, arm64]") {
			column.Values = append(column.Values, v.Text)
		}
		out = append(out, column)
	}
	return out
}
