package approval

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"tocsin/internal/bulletin"
	"tocsin/internal/notify"
)

// maxStatement is more than any statement has: a letter of the largest size that is
// written, and a line for each way in which its rows were decided.
const maxStatement = 16 << 20

// Parse reads a statement back. It takes exactly what [Statement.Text] writes: a text that
// reads the same and is not the same, byte for byte, is none.
func Parse(text []byte) (Statement, error) {
	if len(text) > maxStatement {
		return Statement{}, errors.New("the statement is too long")
	}
	r := reader{lines: strings.Split(string(text), "\n")}
	s := r.statement()
	if r.err == nil && !bytes.Equal(s.Text(), text) {
		r.err = errors.New("the statement is not written as tocsin writes it")
	}
	return s, r.err
}

// reader takes a text apart, line by line, until one is not what it must be.
type reader struct {
	lines []string
	at    int
	err   error
}

func (r *reader) statement() (s Statement) {
	first := r.next()
	if s.earlier = first == title; !s.earlier && first != titleClear {
		r.fail(r.at, "it does not begin as a statement does")
	}
	r.fixed("")
	sentence := r.next()
	r.fixed("")
	s.Role = notify.Role(r.value("Signed as"))
	if opening[s.Role] == "" || sentence != opening[s.Role] {
		r.fail(3, "its first sentence is not that of its role")
	}
	if s.Role == notify.BreakingGlass {
		s.Reason = r.value("Reason")
	}
	s.Plan.ID = parsed(r, "Plan", planID)
	s.Plan.Digest = parsed(r, "Digest", hexDigest)
	s.About.Title = r.value("Bulletin")
	s.About.Revision = parsed(r, "Revision", strconv.Atoi)
	s.About.Kind = parsed(r, "Letters", kind)
	s.Plan.Transport = r.value("Transport")
	s.Plan.Created = parsed(r, "Planned", instant)
	s.Plan.Deadline = parsed(r, "Deadline", instant)
	s.Plan.Undetermined = parsed(r, "Undetermined", choice)
	s.Terms.Required = parsed(r, "Approvals required", strconv.Atoi)
	s.Terms.ExcludePlanner = parsed(r, "Planner excluded", isYes)
	s.Terms.BreakGlass = parsed(r, "Break-glass after", time.ParseDuration)
	s.Terms.Signers = parsed(r, "Allowed signers", hexDigest)
	s.Decided = r.decided(first == titleClear)
	s.Plan.Inputs = r.inputs()
	s.Sample = r.sample()
	return s
}

func (r *reader) next() string {
	if r.at == len(r.lines) {
		r.fail(r.at, "it ends too early")
		return ""
	}
	r.at++
	return r.lines[r.at-1]
}

// fail keeps the first fault, with its line.
func (r *reader) fail(line int, what string) {
	if r.err == nil {
		r.err = fmt.Errorf("line %d of the statement: %s", line, what)
	}
}

func (r *reader) fixed(texts ...string) {
	for _, text := range texts {
		if r.next() != text {
			r.fail(r.at, fmt.Sprintf("it is not %q", text))
		}
	}
}

func (r *reader) value(name string) string {
	text, found := strings.CutPrefix(r.next(), name+": ")
	if !found {
		r.fail(r.at, fmt.Sprintf("it is not %q and a value", name+":"))
	}
	return text
}

// parsed reads a value by its form.
func parsed[T any](r *reader, name string, form func(string) (T, error)) T {
	value, err := form(r.value(name))
	if err != nil {
		r.fail(r.at, err.Error())
	}
	return value
}

// block is the lines that begin with a mark, without it.
func (r *reader) block(mark string) (lines []string) {
	for r.err == nil && r.at < len(r.lines) {
		text, found := strings.CutPrefix(r.lines[r.at], mark)
		if !found {
			break
		}
		lines = append(lines, text)
		r.at++
	}
	return lines
}

// decided reads the rows. Sums, and what follows from other lines, Text writes anew.
func (r *reader) decided(clears bool) (all []notify.Decided) {
	r.fixed("")
	r.value("Affected")
	if clears {
		r.value("Told before, and affected no more")
		r.value("All-clear")
	}
	for _, line := range r.block("  ") {
		what, clauses, _ := strings.Cut(line, ": ")
		count, rest, _ := strings.Cut(what, " ")
		standing, of, follows := strings.Cut(rest, " ")
		rows, err := strconv.Atoi(count)
		if err != nil || notify.Standing(standing).Words() == "" {
			r.fail(r.at, "it is no number of rows with a standing")
		}
		d := notify.Decided{Standing: notify.Standing(standing), Rows: rows}
		if follows {
			if d.Kind, err = kind(of); err != nil || !d.Kind.FollowsUp() {
				r.fail(r.at, "there are no such letters")
			}
		}
		if clauses != "" {
			d.Clauses = strings.Split(clauses, ", ")
		}
		all = append(all, d)
	}
	return all
}

func (r *reader) inputs() notify.Inputs {
	r.fixed("", "Made from:")
	inputs := make(notify.Inputs)
	for _, line := range r.block("  ") {
		name, digest, _ := strings.Cut(line, " ")
		if _, err := hexDigest(digest); err != nil {
			r.fail(r.at, err.Error())
		}
		inputs[name] = digest
	}
	return inputs
}

func (r *reader) sample() string {
	r.fixed("", sampleTitle)
	lines := r.block("|")
	for i, line := range lines {
		lines[i] = strings.TrimPrefix(line, " ")
	}
	r.fixed("")
	if r.at != len(r.lines) {
		r.fail(r.at+1, "it goes on after its end")
	}
	return strings.Join(lines, "\n")
}

func planID(text string) (notify.PlanID, error) {
	id, err := notify.ParsePlanID(text)
	if err == nil && strings.ContainsAny(string(id.Bulletin), " /") {
		err = fmt.Errorf("%q is not the name of a plan", text)
	}
	return notify.PlanID{Bulletin: bulletin.ID(id.Bulletin), Number: id.Number}, err
}

func hexDigest(text string) (string, error) {
	if len(text) != 64 || strings.Trim(text, "0123456789abcdef") != "" {
		return "", errors.New("it holds no SHA-256 in hexadecimal digits")
	}
	return text, nil
}

func instant(text string) (time.Time, error) { return time.Parse(time.RFC3339, text) }

func isYes(text string) (bool, error) { return text == "yes", nil }

func kind(text string) (notify.Kind, error) {
	k := notify.Kind(text)
	if !slices.Contains([]notify.Kind{notify.FirstNotice, notify.Correction, notify.Update, notify.AllClear}, k) {
		return "", errors.New("there are no such letters")
	}
	return k, nil
}

func choice(text string) (notify.Choice, error) {
	if text == choiceWord(notify.Undecided) {
		return notify.Undecided, nil
	}
	return notify.Choice(text), nil
}
