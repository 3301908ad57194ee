package content

import (
	"fmt"
	"path"
	"regexp"
	"strings"

	"go.yaml.in/yaml/v4"

	"tocsin/internal/address"
	"tocsin/internal/source"
	"tocsin/internal/verdict"
)

// Rules is one rules file: the executable reading of a policy. Which facts it may
// ask for is package disclosure's to say, and whether the policy says what it quotes
// is package check's.
type Rules struct {
	Policy   string // slug of the policy page; of a broken file, the one in its name
	Disclose verdict.Rules
	Notify   verdict.Rules
	// Broken tells that the file cannot be read as a whole: it decides nothing, and
	// no other reading of its policy takes its place.
	Broken bool
	Source source.File
	Places source.Places
}

// rulesEnd is how the name of a rules file ends, behind the policy's slug.
const rulesEnd = ".rules.yaml"

// readRules reads content/policies/<slug>.rules.yaml.
func (r *Reader) readRules(file source.File) {
	rules, problems := rulesFrom(file)
	r.problems = append(r.problems, problems...)
	if len(problems) > 0 {
		r.broken(file)
		return
	}
	r.found.Rules = append(r.found.Rules, rules)
}

// broken puts down a rules file that cannot be read, so that nobody takes its policy
// for one without rules.
func (r *Reader) broken(file source.File) {
	r.found.Rules = append(r.found.Rules, Rules{Policy: rulesSlug(file.Name), Broken: true, Source: file})
}

// rivalRules reports a second file about one policy. Neither decides then.
func (r *Reader) rivalRules() {
	first := make(map[string]int)
	for i := range r.found.Rules {
		rules := &r.found.Rules[i]
		j, found := first[rules.Policy]
		if !found {
			first[rules.Policy] = i
			continue
		}
		r.add(source.Error, rules.Source.Name, "duplicate-id", fmt.Sprintf("the policy %q has rules in %s already", rules.Policy, r.found.Rules[j].Source.Name), "keep one of the files")
		rules.Broken, r.found.Rules[j].Broken = true, true
	}
}

// rulesSlug is the policy that a rules file is named after.
func rulesSlug(name string) string { return strings.TrimSuffix(path.Base(name), rulesEnd) }

// rulesFrom reads a rules file; what it returns beside problems is of no use.
func rulesFrom(file source.File) (Rules, source.Problems) {
	if hidden := scanText(file); len(hidden) > 0 {
		return Rules{}, hidden
	}
	d := &document{file: file}
	f, ok := d.load(file.Data)
	if !ok {
		return Rules{}, d.problems
	}
	rules := rulesOf(f, file)
	f.done()
	d.problems.Sort()
	return rules, d.problems
}

func rulesOf(f *fields, file source.File) Rules {
	slug := policySlugOf(f, file.Name)
	return Rules{
		Policy:   slug,
		Disclose: questionOf(f, "disclose", slug),
		Notify:   questionOf(f, "notify", slug),
		Source:   file,
		Places:   f.places(),
	}
}

func policySlugOf(f *fields, name string) string {
	slug := f.demand("policy", "policy: "+rulesSlug(name))
	switch err := address.ValidSlug(slug); {
	case slug == "":
	case slug != rulesSlug(name):
		f.doc.report(f.value("policy"), "id-not-file-name", fmt.Sprintf("the rules are about %q and the file is %s", slug, path.Base(name)),
			fmt.Sprintf("they must agree: rename the file to %s, or write policy: %s", slug+rulesEnd, rulesSlug(name)))
	case err != nil:
		f.doc.report(f.value("policy"), "odd-slug", err.Error(), "the slug of the policy's page")
	}
	return slug
}

// questionOf reads the rules that answer one question. Without a promise they would
// answer no whatever happens, so there must be one.
func questionOf(f *fields, question, slug string) verdict.Rules {
	rules := verdict.Rules{Question: question, Policy: slug}
	if f.value(question) == nil {
		f.missing(question, question+": {any: [the policy's promises]}")
		return rules
	}
	q := f.mapping(question)
	if q == nil {
		return rules
	}
	defer q.done()
	list := clauses{ids: make(map[string]source.Position)}
	rules.Delay = list.read(q, "delay")
	rules.First = list.read(q, "first")
	rules.All = list.read(q, "all")
	rules.Any = list.read(q, "any")
	rules.Except = list.read(q, "except")
	if q.value("any") == nil {
		q.missing("any", "the promises, at least one of which must hold")
	}
	list.judgeOver(rules.Any)
	return rules
}

// clauses reads the clauses of one question.
type clauses struct {
	ids  map[string]source.Position
	over []overs // of exemptions, to be held against the promises
}

// overs is a list of promises that an exemption outweighs.
type overs struct {
	f     *fields
	nodes []*yaml.Node
}

func (c *clauses) read(q *fields, part string) []verdict.Clause {
	var out []verdict.Clause
	for _, f := range q.mappings(part) {
		out = append(out, c.clause(f, part))
		f.done()
	}
	return out
}

func (c *clauses) clause(f *fields, part string) verdict.Clause {
	clause := verdict.Clause{
		ID:       c.id(f),
		Under:    f.sentence("under", "how the paragraph or heading begins under which the quote stands"),
		Quote:    f.sentence("quote", "the words of the policy"),
		When:     conditionsOf(f),
		Force:    verdict.Promise,
		Position: f.doc.position(f.node),
	}
	if word := f.word("force", string(verdict.Promise), string(verdict.Aim), string(verdict.May)); word != "" {
		clause.Force = verdict.Force(word)
	}
	if begins(part) {
		clause.Since = f.date("since")
	}
	switch part {
	case "all":
		clause.Otherwise = otherwiseOf(f, clause.When)
	case "except":
		nodes := f.items("over", "[cannot-confirm]")
		for _, n := range nodes {
			clause.Over = append(clause.Over, n.Value)
		}
		c.over = append(c.over, overs{f, nodes})
	}
	return clause
}

// begins tells whether the clauses of a part may come into force later. The law does not
// wait for the day on which somebody has read it.
func begins(part string) bool { return part != "delay" && part != "first" }

var clauseForm = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

// mostID is how many characters the name of a clause has at most.
const mostID = 64

// id reads the name of a clause, which proofs and links go by.
func (c *clauses) id(f *fields) string {
	id := f.demand("clause", "a short name for the sentence, such as action")
	first, twice := c.ids[id]
	switch n := f.value("clause"); {
	case id == "":
	case len(id) > mostID || !clauseForm.MatchString(id):
		f.doc.report(n, "odd-id", fmt.Sprintf("%q is not the name of a clause", clip(id)), "up to 64 small letters, digits and hyphens, such as cannot-confirm")
	case twice:
		f.doc.report(n, "duplicate-id", fmt.Sprintf("the clause %q stands twice: here and in line %d", id, first.Line), "rename one of them")
	default:
		c.ids[id] = f.position("clause")
	}
	return id
}

// mostQuote is how many octets of a policy a rule quotes at most: it is a sentence.
const mostQuote = 2 << 10

// sentence reads words of the policy, in one line or in a block of several, and puts
// them on one line.
func (f *fields) sentence(key, hint string) string {
	if f.value(key) == nil {
		f.missing(key, hint)
		return ""
	}
	text := strings.Join(strings.Fields(f.text(key)), " ")
	if len(text) > mostQuote {
		f.doc.report(f.value(key), "too-large", fmt.Sprintf("%s is longer than %d KiB", key, mostQuote>>10), "quote the one sentence that the rule executes")
	}
	return text
}

// conditionsOf reads `when`: facts, each with the value or the values that it must have.
func conditionsOf(f *fields) []verdict.Condition {
	if f.value("when") == nil {
		f.missing("when", "the facts that make the sentence hold, such as when: {user_action: [yes]}")
		return nil
	}
	when := f.mapping("when")
	if when == nil {
		return nil
	}
	if len(when.node.Content) == 0 {
		f.doc.report(when.node, "no-value", "when asks for no fact", "such as when: {user_action: [yes]}")
	}
	var out []verdict.Condition
	for i := 0; i+1 < len(when.node.Content); i += 2 {
		key := when.node.Content[i]
		c := verdict.Condition{Fact: key.Value, Position: f.doc.position(key)}
		for _, v := range when.oneOrMore(key.Value, "[yes]") {
			if len(v.Text) > mostID {
				f.doc.at(v.Position.Line, v.Position.Column, "too-large", fmt.Sprintf("a value of %s is longer than %d octets", key.Value, mostID), "values are words, such as yes or critical")
			}
			c.In = append(c.In, v.Text)
		}
		if words := strings.Fields(key.Value); len(words) != 1 || len(key.Value) > mostID {
			f.doc.report(key, "odd-key", "a fact is one word, such as user_action", "")
		}
		out = append(out, c)
	}
	return out
}

// fixFact is the fact that is only a matter of time.
const fixFact = "fix_available"

// otherwiseOf reads what becomes of the matter while a clause that must hold does
// not: it waits for a fix, and ends for want of anything else.
func otherwiseOf(f *fields, when []verdict.Condition) verdict.Outcome {
	if word := f.word("otherwise", string(verdict.Held), string(verdict.NotRequired)); word != "" {
		return verdict.Outcome(word)
	}
	for _, c := range when {
		if c.Fact == fixFact {
			return verdict.Held
		}
	}
	return verdict.NotRequired
}

// judgeOver reports exemptions that outweigh what is no promise of their question.
func (c *clauses) judgeOver(promises []verdict.Clause) {
	var known []string
	for _, p := range promises {
		known = append(known, p.ID)
	}
	for _, o := range c.over {
		for _, n := range o.nodes {
			if !contains(known, n.Value) {
				o.f.doc.report(n, "unknown-clause", fmt.Sprintf("%q is no clause under any of the same question", n.Value), didYouMean(n.Value, known))
			}
		}
	}
}
