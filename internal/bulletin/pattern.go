package bulletin

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// Pattern is how an organisation numbers its bulletins: text with {year} and
// {number:3}, the digits that a number has at least.
type Pattern struct {
	text   string
	digits int
	form   *regexp.Regexp
}

// DefaultPattern numbers bulletins as TS-2026-004.
const DefaultPattern = "TS-{year}-{number:3}"

var (
	numberPart  = regexp.MustCompile(`\{number:([1-9])\}`)
	patternForm = regexp.MustCompile(`^[A-Z][A-Z0-9]{0,15}-\{year\}-\{number:[1-9]\}$`)
)

// ParsePattern reads a pattern such as [DefaultPattern]: a prefix, {year},
// {number:n}, with hyphens between them.
func ParsePattern(text string) (Pattern, error) {
	if !patternForm.MatchString(text) {
		return Pattern{}, fmt.Errorf("%q is not a pattern such as %s", text, DefaultPattern)
	}
	digits := numberPart.FindStringSubmatch(text)[1]
	form := strings.Replace(text, "{year}", `(\d{4})`, 1)
	form = numberPart.ReplaceAllString(form, `(\d{`+digits+`,9})`)
	n, err := strconv.Atoi(digits)
	return Pattern{text, n, regexp.MustCompile("^" + form + "$")}, err
}

// ID is the ID with a number in a year.
func (p Pattern) ID(year, number int) ID {
	text := strings.Replace(p.text, "{year}", fmt.Sprintf("%04d", year), 1)
	return ID(numberPart.ReplaceAllString(text, fmt.Sprintf("%0*d", p.digits, number)))
}

// Number takes an ID apart; false where the ID does not have the pattern.
func (p Pattern) Number(id ID) (year, number int, ok bool) {
	m := p.form.FindStringSubmatch(string(id))
	if m == nil {
		return 0, 0, false
	}
	year, yearErr := strconv.Atoi(m[1])
	number, numberErr := strconv.Atoi(m[2])
	ok = yearErr == nil && numberErr == nil && p.ID(year, number) == id
	return year, number, ok
}

// String is the pattern as it was written.
func (p Pattern) String() string { return p.text }
