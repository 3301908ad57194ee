package templates

import (
	"path"
	"regexp"
	"strings"
)

// Error is a file of templates/ that cannot be used.
type Error struct {
	Path string // as the person knows it: templates/mail/letter.txt
	Err  error
}

// Error says which file it is, with the line where the libraries know it, and what
// is wrong.
func (e *Error) Error() string {
	text := capped(e.Err.Error())
	if _, after, found := strings.Cut(text, strings.TrimPrefix(e.Path, Folder+"/")+":"); found {
		return e.Path + ":" + after
	}
	return e.Path + ": " + text
}

// longest is how much of a library's error is told, in octets. Some quote what a template was
// executed with: whole lists, megabytes of them.
const longest = 600

// capped cuts a text in its middle: it begins with the place and ends with what is wrong.
func capped(text string) string {
	if len(text) <= longest {
		return text
	}
	begin, end := text[:longest/2], text[len(text)-longest/2:]
	return strings.ToValidUTF8(begin, "") + " … " + strings.ToValidUTF8(end, "")
}

// Unwrap is what the library says.
func (e *Error) Unwrap() error { return e.Err }

// blamed finds the file that a library's error begins with: that is the one to mend,
// even where another one was asked for.
var blamed = regexp.MustCompile(`^(?:html/)?template: ?((?:site|mail)/[^:]+):`)

// Fault names the file of an error in parsing or executing a template, which must be
// called by its path in this folder; nil where there is no error.
func Fault(name string, err error) error {
	if err == nil {
		return nil
	}
	if m := blamed.FindStringSubmatch(err.Error()); m != nil {
		name = m[1]
	}
	return &Error{path.Join(Folder, name), err}
}
