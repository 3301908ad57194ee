package check

import (
	"slices"
	"strings"

	"tocsin/internal/source"
)

// Code is one kind of problem, whichever package finds it: what is asked for, why,
// and what it looks like with and without the fault.
type Code struct {
	Name  string       // as printed behind a problem: unknown-key
	Level source.Level // what it is where readers see the text: a draft's errors are warnings
	Wants string       // what is asked for: one line, without a full stop
	Why   string       // why it matters and what to do: a few sentences for somebody who is tired
	// Example is a small text that has the fault, Mended the same without it. Each is a
	// few lines of a bulletin's front matter, or of its text, or a whole file that
	// begins with ---. Several files, or those of another kind, stand under lines such
	// as "-- content/policies/backups.md --", which can say in ( ) what a text cannot show.
	// All that is not shown is in order.
	Example, Mended string
	Fixable         bool // `check --fix` mends it where it can be mended in only one way
	Suppressible    bool // a suppress: entry can silence it
	// By is the command that finds it, where that is not check.
	By string
}

// Codes is every code, in the order of their names.
func Codes() []Code {
	all := slices.Concat(
		fileCodes(), yamlCodes(), valueCodes(), bulletinCodes(), settingsCodes(), markdownCodes(),
		nameCodes(), rowCodes(), dateCodes(), verdictCodes(), textCodes(), rangeCodes(),
		policyCodes(), rulesCodes(), recordCodes(), targetCodes(), urlCodes(), leakCodes(), suppressCodes(), inventoryCodes(),
	)
	slices.SortFunc(all, func(a, b Code) int { return strings.Compare(a.Name, b.Name) })
	return all
}

// readingCodes are about what a file says: while it has such a problem, nobody can be
// sure of its facts.
func readingCodes() []Code {
	return slices.Concat(fileCodes(), yamlCodes(), valueCodes(), bulletinCodes(), nameCodes(), rowCodes())
}

// Misread reports whether a problem with a code leaves open what its file says. What is
// not known to be harmless does.
func Misread(code string) bool {
	is := func(c Code) bool { return c.Name == code }
	return slices.ContainsFunc(readingCodes(), is) || !slices.ContainsFunc(Codes(), is)
}

// Find finds a code by its name.
func Find(name string) (Code, bool) {
	all := Codes()
	i := slices.IndexFunc(all, func(c Code) bool { return c.Name == name })
	if i < 0 {
		return Code{}, false
	}
	return all[i], true
}

// Names lists the names of all codes, in their order.
func Names() []string {
	var names []string
	for _, c := range Codes() {
		names = append(names, c.Name)
	}
	return names
}
