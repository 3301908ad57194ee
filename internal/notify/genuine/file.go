package genuine

import (
	"bytes"
	"fmt"
	"strings"

	"tocsin/internal/bulletin"
)

// Encode is a list as its file: a line that says what it is, then an entry a line. A list of
// a million letters takes 30.4 MB.
func (l List) Encode(b bulletin.ID) []byte {
	file := bytes.NewBuffer(append(make([]byte, 0, len(head(b))+len(l)*lineOctets), head(b)...))
	_, _ = l.WriteTo(file) // a buffer takes everything
	return file.Bytes()
}

// head is the first line, which no other version has and no other bulletin.
func head(b bulletin.ID) string { return "tocsin letter codes 1 of " + string(b) + "\n" }

// ReadFile reads what [List.Encode] wrote, and nothing else.
func ReadFile(b bulletin.ID, file []byte) (List, error) {
	entries, err := Entries(b, file)
	if err != nil {
		return nil, err
	}
	l, err := ReadList(bytes.NewReader(entries))
	if err != nil {
		return nil, fmt.Errorf("after the first line, %w", err)
	}
	return l, nil
}

// Entries is a file without its first line: the entries as text.
func Entries(b bulletin.ID, file []byte) ([]byte, error) {
	entries, is := bytes.CutPrefix(file, []byte(head(b)))
	if !is {
		first, _, _ := bytes.Cut(file[:min(len(file), 80)], []byte("\n"))
		return nil, fmt.Errorf("it begins with %q, and a list of letter codes of this bulletin with %q", first, strings.TrimSpace(head(b)))
	}
	return entries, nil
}
