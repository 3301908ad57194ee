package dkim

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"net/mail"
	"slices"
	"strings"
	"time"
)

var crlf = []byte("\r\n")

// always are signed, and once more than the letter has them: whoever adds a second one
// breaks the signature. Without that a receiver shows a Subject or From that was put in
// front of the true one, or answers to another Reply-To (RFC 6376 §5.4.2, §8.15).
var always = []string{"From", "To", "Subject", "Date", "Message-ID", "Reply-To", "MIME-Version", "Content-Type"}

// present are signed as often as the letter has them. Content-Transfer-Encoding is not
// guarded against being added: some relays do so, and a multipart ignores it.
var present = []string{"Auto-Submitted", "In-Reply-To", "References", "Cc", "Sender", "Content-Transfer-Encoding", "Content-Language", "Content-Disposition"}

// single must stand exactly once in a letter (RFC 5322 §3.6; To, Subject and Message-ID
// may be missing there, but not in ours).
var single = []string{"From", "To", "Subject", "Date", "Message-ID"}

// letter is what a signature says of a letter.
type letter struct {
	names   []string // h=, in order
	covered []byte   // their fields, in canonical form
	body    [sha256.Size]byte
	date    time.Time
}

var (
	errLines     = errors.New("a line does not end in CR LF")
	errHeaderEnd = errors.New("no empty line ends its header")
	errSigned    = errors.New("it is signed already")
)

// read takes a letter apart. It refuses one that is signed already, whose From is not of
// the signer's domain (receivers compare them: RFC 7489 §3.1), that lacks one of the
// fields of single or has it twice, or whose lines do not end in CR LF, which the next
// server would mend and so break the signature.
func (s Signer) read(message []byte) (letter, error) {
	if err := s.Check(); err != nil {
		return letter{}, err
	}
	if n := bytes.Count(message, crlf); n != bytes.Count(message, []byte("\n")) || n != bytes.Count(message, []byte("\r")) {
		return letter{}, errLines
	}
	header, body, found := bytes.Cut(message, []byte("\r\n\r\n"))
	if !found {
		return letter{}, errHeaderEnd
	}
	fields, err := cutFields(header)
	if err != nil {
		return letter{}, err
	}
	l := letter{body: sha256.Sum256(canonicalBody(body))}
	l.cover(fields)
	if l.date, err = date(fields); err != nil {
		return letter{}, err
	}
	return l, s.aligned(fields)
}

// field is one header field as it stands in the letter, without the last line's end.
type field struct {
	name string // in lower case
	text []byte
}

// cutFields cuts a header into its fields (RFC 5322 §2.2), and counts those of single.
func cutFields(header []byte) ([]field, error) {
	var fields []field
	start, end := 0, 0
	for line := range bytes.Lines(header) {
		if end += len(line); len(fields) > 0 && (line[0] == ' ' || line[0] == '\t') {
			fields[len(fields)-1].text = bytes.TrimSuffix(header[start:end], crlf)
			continue
		}
		start = end - len(line)
		name, _, found := bytes.Cut(line, []byte(":"))
		if !found || len(name) == 0 || bytes.ContainsAny(name, " \t") {
			return nil, errors.New("a line of its header is not a field")
		}
		fields = append(fields, field{strings.ToLower(string(name)), bytes.TrimSuffix(line, crlf)})
	}
	return fields, counted(fields)
}

func counted(fields []field) error {
	for _, name := range single {
		if n := count(fields, name); n != 1 {
			return fmt.Errorf("it has %d fields %s, where one must stand", n, name)
		}
	}
	if count(fields, "DKIM-Signature") > 0 {
		return errSigned
	}
	return nil
}

func count(fields []field, name string) (n int) {
	for _, f := range fields {
		if strings.EqualFold(f.name, name) {
			n++
		}
	}
	return n
}

// cover lists what is signed. Of fields of one name the last comes first: those in front
// may be added on the way (RFC 6376 §5.4.2).
func (l *letter) cover(fields []field) {
	for _, name := range signed(fields) {
		for _, f := range slices.Backward(fields) {
			if strings.EqualFold(f.name, name) {
				l.names = append(l.names, name)
				l.covered = canonicalField(l.covered, f.text)
			}
		}
		if slices.Contains(always, name) {
			l.names = append(l.names, name) // one that is not there
		}
	}
}

// signed lists the names to sign, each once: those of always, those of present, and
// every List- field, which programs act on (RFC 2369; RFC 8058 §4 wants it signed).
func signed(fields []field) []string {
	names := append(slices.Clone(always), present...)
	for _, f := range fields {
		same := func(name string) bool { return strings.EqualFold(name, f.name) }
		if strings.HasPrefix(f.name, "list-") && !slices.ContainsFunc(names, same) {
			written, _, _ := bytes.Cut(f.text, []byte(":"))
			names = append(names, string(written))
		}
	}
	return names
}

func value(fields []field, name string) string {
	for _, f := range fields {
		if strings.EqualFold(f.name, name) {
			_, text, _ := bytes.Cut(canonicalField(nil, f.text), []byte(":"))
			return string(bytes.TrimSuffix(text, crlf))
		}
	}
	return ""
}

func date(fields []field) (time.Time, error) {
	at, err := mail.ParseDate(value(fields, "Date"))
	if err != nil {
		return time.Time{}, errors.New("its Date cannot be read")
	}
	return at, nil
}

// aligned refuses a From that is not one address of the signer's domain, or of one below it.
func (s Signer) aligned(fields []field) error {
	list, err := mail.ParseAddressList(value(fields, "From"))
	if err != nil || len(list) != 1 {
		return errors.New("its From is not one address")
	}
	_, domain, _ := strings.Cut(strings.ToLower(list[0].Address), "@")
	own := strings.ToLower(s.Domain)
	if domain != own && !strings.HasSuffix(domain, "."+own) {
		return fmt.Errorf("it comes from %q, and %q signs for itself alone", domain, own)
	}
	return nil
}
