// Package identifier knows the names and scores that bulletins cite: how CVE, GHSA
// and CWE IDs, CVSS vectors and package URLs are written, and what a vector amounts to.
//
// It says whether a text is well formed, never whether its number was assigned:
// that would ask the network. It is the only door of go-cvss and packageurl-go.
package identifier

import (
	"fmt"
	"regexp"
	"strings"
)

// Kind is the sort of name that a vulnerability bears.
type Kind string

const (
	// KindCVE is a number of the CVE Program, such as CVE-2026-12345.
	KindCVE Kind = "CVE"
	// KindGHSA is a GitHub Security Advisory, such as GHSA-9v2x-3wpg-h7mc.
	KindGHSA Kind = "GHSA"
	// KindOther is an ID of any other database, such as GO-2026-1234 or RHSA-2026:1234.
	KindOther Kind = "other"
)

// KindOf tells what kind of name of a vulnerability a text is, and false where
// [Alias] finds fault with it.
func KindOf(text string) (Kind, bool) {
	if Alias(text) != nil {
		return "", false
	}
	return kindOf(text), true
}

func kindOf(text string) Kind {
	switch prefix, _, _ := strings.Cut(strings.ToUpper(text), "-"); prefix {
	case "CVE":
		return KindCVE
	case "GHSA":
		return KindGHSA
	}
	return KindOther
}

// Alias tells what is wrong with the name of a vulnerability: what begins as a CVE
// or GHSA ID has to be one; the IDs of other databases are a word with a capital
// (or x_ and one, as OSV wants for those that it does not know), then numbers and words.
func Alias(text string) error {
	switch kindOf(text) {
	case KindCVE:
		return CVE(text)
	case KindGHSA:
		return GHSA(text)
	}
	return other(text)
}

// maxOther is far above any ID in use, and far below what could be mistaken for one.
const maxOther = 100

var otherID = regexp.MustCompile(`^(x_[A-Za-z]|cisco-sa|[a-z]*[A-Z])[A-Za-z0-9]*[-#:_][A-Za-z0-9]+([-._:+][A-Za-z0-9]+)*$`)

// unassigned reports whether a part of an ID waits for its number: XXXX, NNNN, 12XX, TODO.
func unassigned(text string) bool {
	if len(text) > maxOther { // nobody leaves so much for a number
		return false
	}
	for rest := text; ; {
		part := rest
		if end := strings.IndexAny(part, "-._:+"); end >= 0 {
			part = part[:end]
		}
		if waits(strings.ToLower(part)) {
			return true
		}
		mark := strings.IndexAny(rest, "-#:_")
		if mark < 0 {
			return false
		}
		rest = rest[mark+1:]
	}
}

// waits reports whether a part of an ID stands for a number that is not there yet.
func waits(part string) bool {
	letters := strings.TrimLeft(part, digits)
	switch {
	case letters == "":
		return false
	case strings.Trim(letters, "x") == "":
		return len(letters) < len(part) || len(letters) >= 3
	case len(letters) < len(part):
		return false
	case strings.Trim(letters, "n") == "":
		return len(letters) >= 3
	}
	return letters == "yyyy" || letters == "todo" || letters == "tbd" || letters == "tba"
}

func other(text string) error {
	const example = "write the ID of another database as in GO-2026-1234 or RHSA-2026:1234"
	switch {
	case strings.HasPrefix(text, "CWE-"):
		return fmt.Errorf("%q names a kind of weakness, not a vulnerability: it belongs under cwe", text)
	case unassigned(text):
		return wrong(text, placeholder, example)
	case len(text) > maxOther, !otherID.MatchString(text), !strings.ContainsAny(text, digits):
		return wrong(text, "is no ID of a vulnerability", example)
	}
	return nil
}

const (
	digits      = "0123456789"
	placeholder = "is a placeholder: leave it out until the number is assigned"
)

// wrong says what is wrong with a text, and how a right one looks.
func wrong(text, what, example string) error {
	return fmt.Errorf("%q %s; %s", text, what, example)
}

const (
	minNumber = 4  // digits after the year
	maxNumber = 19 // the CVE Record Format allows no more
	firstYear = "1999"
)

// CVE tells what is wrong with a CVE ID: a year since 1999 and a number of at least
// four digits, zeros in front only up to the fourth (CVE ID syntax change of 2014).
func CVE(text string) error {
	const example = "write a CVE ID as in CVE-2026-12345"
	rest, found := strings.CutPrefix(text, "CVE-")
	year, number, cut := strings.Cut(rest, "-")
	numbered := found && cut && isNumber(year) && isNumber(number)
	switch {
	case number == "0000", !numbered && unassigned(text):
		return wrong(text, placeholder, example)
	case !numbered:
		return wrong(text, "is not CVE, a year and a number", example)
	case len(year) != len(firstYear) || year < firstYear:
		return wrong(text, "is of a year in which there were no CVE IDs", example)
	case len(number) < minNumber:
		return wrong(text, "has a number of fewer than 4 digits: put zeros in front", example)
	case len(number) > minNumber && number[0] == '0':
		return wrong(text, "has zeros in front of a number of more than 4 digits", example)
	case len(number) > maxNumber:
		return wrong(text, "has a number of more than 19 digits", example)
	}
	return nil
}

func isNumber(text string) bool {
	return text != "" && strings.Trim(text, digits) == ""
}

// ghsaAlphabet leaves out what is easily misread, and vowels, which would make words.
const ghsaAlphabet = "23456789cfghjmpqrvwx"

// GHSA tells what is wrong with the ID of a GitHub Security Advisory: three groups
// of four of the characters 2-9 c f g h j m p q r v w x.
func GHSA(text string) error {
	const example = "write a GHSA ID as in GHSA-9v2x-3wpg-h7mc"
	rest, found := strings.CutPrefix(text, "GHSA-")
	groups := strings.Split(rest, "-")
	switch {
	case strings.EqualFold(text, "GHSA-xxxx-xxxx-xxxx"), strings.EqualFold(text, "GHSA-xxxx-yyyy-zzzz"):
		return wrong(text, placeholder, example)
	case !found || len(groups) != 3:
		return wrong(text, "is not GHSA and three groups of four characters", example)
	}
	for _, group := range groups {
		if odd := strings.Trim(group, ghsaAlphabet); odd != "" {
			return wrong(text, fmt.Sprintf("has characters in %q that no GHSA ID has", odd), example)
		}
		if len(group) != 4 {
			return wrong(text, fmt.Sprintf("has a group %q that is not four characters long", group), example)
		}
	}
	return nil
}

// CWE tells what is wrong with the ID of a kind of weakness.
func CWE(text string) error {
	const example = "write a CWE ID as in CWE-79"
	number, found := strings.CutPrefix(text, "CWE-")
	switch {
	case !found || !isNumber(number):
		return wrong(text, "is not CWE and a number", example)
	case number[0] == '0':
		return wrong(text, "has a number that begins with zero", example)
	}
	return nil
}
