package bulletin

import (
	"cmp"
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// Pattern is how an organisation numbers its bulletins: a prefix, the year, and a
// number that counts within the year. The zero Pattern is [DefaultPattern].
type Pattern struct {
	prefix string
	digits int // of the number, at least; larger numbers have more
}

// DefaultPattern numbers bulletins as TS-2026-004.
const DefaultPattern = "TS-{year}-{number:3}"

var patternForm = regexp.MustCompile(`^([A-Z][A-Z0-9]{0,15}(?:-[A-Z0-9]{1,16})?)-\{year\}-\{number:([1-9])\}$`)

// ParsePattern reads a pattern such as [DefaultPattern]: a prefix of one or two
// words in capitals, {year}, and {number:n} with at least n digits.
func ParsePattern(text string) (Pattern, error) {
	m := patternForm.FindStringSubmatch(text)
	if m == nil {
		return Pattern{}, fmt.Errorf("%q is not a pattern such as %s", text, DefaultPattern)
	}
	digits, err := strconv.Atoi(m[2])
	return Pattern{m[1], digits}, err
}

// ID is the ID with a number in a year.
func (p Pattern) ID(year, number int) ID {
	p = p.orDefault()
	return ID(fmt.Sprintf("%s-%04d-%0*d", p.prefix, year, p.digits, number))
}

// Number takes an ID apart; false where the ID is none of the pattern.
func (p Pattern) Number(id ID) (year, number int, ok bool) {
	p = p.orDefault()
	const most = 9 // digits of a number
	rest, ours := strings.CutPrefix(string(id), p.prefix+"-")
	inYear, counted, cut := strings.Cut(rest, "-")
	padded := len(counted) > p.digits && counted[0] == '0'
	if !ours || !cut || len(inYear) != 4 || len(counted) < p.digits || len(counted) > most || padded {
		return 0, 0, false
	}
	year, yearOK := decimal(inYear)
	number, numberOK := decimal(counted)
	if !yearOK || !numberOK {
		return 0, 0, false
	}
	return year, number, true
}

// decimal reads a number of a few digits and nothing else.
func decimal(text string) (n int, ok bool) {
	for i := range len(text) {
		if !isDigit(text[i]) {
			return 0, false
		}
		n = 10*n + int(text[i]-'0')
	}
	return n, true
}

// String is the pattern as it was written.
func (p Pattern) String() string {
	p = p.orDefault()
	return p.prefix + "-{year}-{number:" + strconv.Itoa(p.digits) + "}"
}

func (p Pattern) orDefault() Pattern {
	if p.prefix == "" {
		return Pattern{prefix: "TS", digits: 3}
	}
	return p
}

// Compare orders IDs as people count: TS-2026-9 stands before TS-2026-10.
func Compare(a, b ID) int {
	x, y := string(a), string(b)
	for x != "" && y != "" {
		if !isDigit(x[0]) || !isDigit(y[0]) {
			if x[0] != y[0] {
				return cmp.Compare(x[0], y[0])
			}
			x, y = x[1:], y[1:]
			continue
		}
		var m, n string
		m, x = number(x)
		n, y = number(y)
		if c := cmp.Or(cmp.Compare(len(m), len(n)), strings.Compare(m, n)); c != 0 {
			return c
		}
	}
	return cmp.Or(cmp.Compare(len(x), len(y)), strings.Compare(string(a), string(b)))
}

// number cuts the number that a text begins with from the text, without its leading zeros.
func number(text string) (digits, rest string) {
	end := 0
	for end < len(text) && isDigit(text[end]) {
		end++
	}
	return strings.TrimLeft(text[:end], "0"), text[end:]
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }
