package mailer

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"tocsin/internal/notify"
	"tocsin/internal/tailnet"
)

var (
	sender   = Sender{Name: "Example Security", Address: "security@example.com", ReplyTo: "reply@example.com"}
	sent     = time.Date(2026, 5, 4, 9, 0, 0, 0, time.UTC)
	aLetter  = notify.Letter{Tailnet: "acme", To: "owner@acme.example", Subject: "Hello", Date: sent, Text: "Hello,\n\n  über\n\n-- \nEnd\n", HTML: "<p>Hello &amp; über</p>\n"}
	anID     = strings.Repeat("0a", 16) + "@example.com"
	trickies = []string{
		"plain", "two  spaces", "   leading and trailing   ", strings.Repeat(" ", 300) + "x", "", "=?UTF-8?q?hidden?=", "=?", "?=", "a =?x?= b",
		strings.Repeat("w", 2000), strings.Repeat("word ", 200) + "end", strings.Repeat("日本語", 300), "über " + strings.Repeat("ä", 200), "مخبز المثال", "😀👩‍👩‍👧", "e\u0301",
		"tab\tbetween", "a\x00b", "a\x7fb", "_under_score_", "a=b?c", "(comment)", "\"quoted\"", "a,b;c:d<e>f@g.example", ".", strings.Repeat(". ", 80),
		strings.Repeat("ab ", 24) + strings.Repeat(" ", 90) + "c", "-- ", "From x", "=20", "\\", strings.Repeat("=", 100),
	}
)

func compose(t testing.TB, s Sender, l notify.Letter) []byte {
	t.Helper()
	message, err := s.Compose(l, anID)
	if err != nil {
		t.Fatal(err)
	}
	return message
}

// part is one part of a composed message, decoded.
type part struct{ mediaType, text string }

// receive reads a message as a receiving program does, by the standard library alone:
// the two readings of the letter, then what is attached.
func receive(t testing.TB, message []byte) (mail.Header, []part) {
	t.Helper()
	m, err := mail.ReadMessage(bytes.NewReader(message))
	if err != nil {
		t.Fatal(err)
	}
	return m.Header, partsOf(t, m.Header.Get("Content-Type"), m.Body, "multipart/mixed", "multipart/alternative")
}

// partsOf lists the parts of a body that is one of some kinds.
func partsOf(t testing.TB, contentType string, body io.Reader, kinds ...string) (parts []part) {
	t.Helper()
	kind, parameters, err := mime.ParseMediaType(contentType)
	if err != nil || !slices.Contains(kinds, kind) {
		t.Fatalf("Content-Type %q: %v", contentType, err)
	}
	for r := multipart.NewReader(body, parameters["boundary"]); ; {
		p, err := r.NextRawPart()
		if errors.Is(err, io.EOF) {
			return parts
		}
		if err != nil {
			t.Fatal(err)
		}
		contentType := p.Header.Get("Content-Type")
		switch p.Header.Get("Content-Transfer-Encoding") {
		case "":
			parts = append(parts, partsOf(t, contentType, p, "multipart/alternative")...)
		case "quoted-printable":
			parts = append(parts, part{contentType, strings.ReplaceAll(read(t, quotedprintable.NewReader(p)), "\r\n", "\n")})
		case "base64":
			parts = append(parts, part{contentType + " " + p.Header.Get("Content-Disposition"), read(t, base64.NewDecoder(base64.StdEncoding, p))})
		default:
			t.Fatalf("a part is %s", p.Header.Get("Content-Transfer-Encoding"))
		}
	}
}

func read(t testing.TB, r io.Reader) string {
	t.Helper()
	text, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func decoded(t testing.TB, h mail.Header, name string) string {
	t.Helper()
	text, err := new(mime.WordDecoder).DecodeHeader(h.Get(name))
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestMessageIsWhatWasAsked(t *testing.T) {
	h, parts := receive(t, compose(t, sender, aLetter))
	want := map[string]string{
		"From": `"Example Security" <security@example.com>`, "To": "<owner@acme.example>", "Reply-To": "<reply@example.com>",
		"Subject": "Hello", "Date": "Mon, 04 May 2026 09:00:00 +0000", "Message-Id": "<" + anID + ">",
		"Auto-Submitted": "auto-generated", "Mime-Version": "1.0",
	}
	for name, value := range want {
		if got := h[name]; len(got) != 1 || got[0] != value {
			t.Errorf("%s is %q, want %q", name, got, value)
		}
	}
	// Nothing else: no User-Agent, X-Mailer, Received, Sender, nothing of this machine.
	names := slices.Sorted(maps.Keys(h))
	allowed := append(slices.Sorted(maps.Keys(want)), "Content-Type")
	slices.Sort(allowed)
	if !slices.Equal(names, allowed) {
		t.Errorf("header fields are %q, want %q", names, allowed)
	}
	if len(parts) != 2 || parts[0] != (part{"text/plain; charset=UTF-8", aLetter.Text}) || parts[1] != (part{"text/html; charset=UTF-8", aLetter.HTML}) {
		t.Errorf("parts are %q", parts)
	}
	alone := sender
	alone.ReplyTo = ""
	if h, _ := receive(t, compose(t, alone, aLetter)); h.Get("Reply-To") != "" {
		t.Errorf("Reply-To is %q where none was asked", h.Get("Reply-To"))
	}
}

func TestNothingOfThisMachine(t *testing.T) {
	host, err := os.Hostname()
	if err != nil || host == "" {
		t.Fatal("this machine has no name", err)
	}
	message := strings.ToLower(string(compose(t, sender, aLetter)))
	for _, word := range []string{"go-mail", "user-agent", "x-mailer", "@" + strings.ToLower(host), "received"} {
		if strings.Contains(message, word) {
			t.Errorf("the message holds %q", word)
		}
	}
}

// TestSameLetterSameBytes: 100 times, and other words make other bytes.
func TestSameLetterSameBytes(t *testing.T) {
	l := aLetter
	l.Subject = "Größe  =? " + strings.Repeat("x", 90)
	first := compose(t, sender, l)
	for range 100 {
		if !bytes.Equal(first, compose(t, sender, l)) {
			t.Fatal("the same letter gave other bytes")
		}
	}
	l.Date = l.Date.Add(time.Second)
	if bytes.Equal(first, compose(t, sender, l)) {
		t.Error("another date, the same bytes")
	}
}

// wantLines makes sure of the form of the lines (RFC 5322 §2.1.1, §2.2.3): ended by CR LF, never more than
// 998 octets, ASCII, and no header line of nothing but spaces, which some programs
// take for the end of the header.
func wantLines(t *testing.T, what string, message []byte) {
	t.Helper()
	if n := bytes.Count(message, []byte("\n")); bytes.Count(message, []byte("\r\n")) != n || bytes.Count(message, []byte("\r")) != n {
		t.Errorf("%s: a CR or LF stands alone", what)
	}
	header, _, _ := bytes.Cut(message, []byte("\r\n\r\n"))
	for line := range bytes.SplitSeq(header, []byte("\r\n")) {
		if len(bytes.TrimSpace(line)) == 0 {
			t.Errorf("%s: a header line of nothing", what)
		}
	}
	for line := range bytes.SplitSeq(message, []byte("\r\n")) {
		if len(line) > 998 {
			t.Errorf("%s: a line of %d octets", what, len(line))
		}
		for _, c := range line {
			if c >= 0x80 || c < 0x20 && c != '\t' || c == 0x7F {
				t.Errorf("%s: octet %#x in a line", what, c)
				return
			}
		}
	}
}

// TestTrickyTextsComeBack is F24: whatever the subject, it is one field that decodes
// to just that subject, and no line of the message is out of form.
func TestTrickyTextsComeBack(t *testing.T) {
	for _, text := range trickies {
		l := aLetter
		l.Subject, l.Text, l.HTML = text, text+"\n", "<p>"+text+"</p>\n"
		message := compose(t, sender, l)
		wantLines(t, fmt.Sprintf("%.30q", text), message)
		h, parts := receive(t, message)
		if got := decoded(t, h, "Subject"); got != text {
			t.Errorf("subject %q came back as %q", text, got)
		}
		if len(h) != 9 || len(parts) != 2 || parts[0].text != l.Text || parts[1].text != l.HTML {
			t.Errorf("%q: %d header fields, parts %q", text, len(h), parts)
		}
	}
}

// TestRandomSubjectsComeBack runs over subjects of words, spaces and odd characters.
func TestRandomSubjectsComeBack(t *testing.T) {
	seed := rand.Uint64()
	if given := os.Getenv("TOCSIN_SEED"); given != "" {
		seed, _ = strconv.ParseUint(given, 10, 64)
	}
	t.Logf("TOCSIN_SEED=%d", seed)
	r, rounds := rand.New(rand.NewPCG(seed, 0)), 1500
	if os.Getenv("TOCSIN_SOAK") != "" {
		rounds = 10_000
	}
	pieces := []string{" ", " ", " ", "a", "word", "=?", "?=", "=", "_", "ü", "日", "😀", "\t", "[x]", strings.Repeat("y", 59), strings.Repeat("z", 61)}
	for range rounds {
		var text strings.Builder
		for range r.IntN(40) {
			text.WriteString(pieces[r.IntN(len(pieces))])
		}
		l := aLetter
		l.Subject = text.String()
		message := compose(t, sender, l)
		wantLines(t, l.Subject, message)
		if h, _ := receive(t, message); decoded(t, h, "Subject") != l.Subject {
			t.Fatalf("subject %q came back as %q", l.Subject, decoded(t, h, "Subject"))
		}
	}
}

// TestHeaderInjection is F24: 65 code points that end lines, or look as if, in every
// value that becomes a header field.
func TestHeaderInjection(t *testing.T) {
	points := []rune{'\u2028', '\u2029', '\u0085', '\uFEFF', '\u202E', '\u200B', '\u00A0', '\u00AD', 0x7F, '\u560D', '\u560A', '\U000E000D', '\uFF0A'}
	for r := rune(0); r < 0x20; r++ {
		points = append(points, r)
	}
	for r := rune(0x80); len(points) < 65; r++ {
		points = append(points, r)
	}
	refused := 0
	for _, r := range points {
		evil := string(r) + "Bcc: evil@example.net"
		if r == '\r' {
			evil = "\r\nBcc: evil@example.net"
		}
		for what, change := range map[string]func(*Sender, *notify.Letter, *string){
			"subject":    func(_ *Sender, l *notify.Letter, _ *string) { l.Subject += evil },
			"name":       func(s *Sender, _ *notify.Letter, _ *string) { s.Name += evil },
			"Message-ID": func(_ *Sender, _ *notify.Letter, id *string) { *id += evil },
			"recipient":  func(_ *Sender, l *notify.Letter, _ *string) { l.To += tailnet.Address(evil) },
			"from":       func(s *Sender, _ *notify.Letter, _ *string) { s.Address += tailnet.Address(evil) },
			"reply-to":   func(s *Sender, _ *notify.Letter, _ *string) { s.ReplyTo += tailnet.Address(evil) },
			"text":       func(_ *Sender, l *notify.Letter, _ *string) { l.Text = evil + l.Text },
			"HTML":       func(_ *Sender, l *notify.Letter, _ *string) { l.HTML = evil + l.HTML },
		} {
			s, l, id := sender, aLetter, anID
			change(&s, &l, &id)
			message, err := s.Compose(l, id)
			if err != nil {
				refused++
				if strings.Contains(err.Error(), "evil@") {
					t.Errorf("%U in the %s: the error prints an address: %v", r, what, err)
				}
				continue
			}
			wantLines(t, fmt.Sprintf("%U in the %s", r, what), message)
			if h, _ := receive(t, message); len(h) != 9 || len(h["Bcc"]) > 0 || len(h["To"]) != 1 {
				t.Errorf("%U in the %s: header fields %q", r, what, slices.Sorted(maps.Keys(h)))
			}
		}
	}
	if refused != 3*len(points) {
		t.Errorf("%d messages with odd addresses were refused, want %d", refused, 3*len(points))
	}
}

// TestOneRecipient is F21 and F23: whatever is not one plain mailbox is refused.
func TestOneRecipient(t *testing.T) {
	for _, to := range []tailnet.Address{"", "a", "a@b", "a@b.example,c@d.example", "a@b.example, c@d.example", "a@b.example;c@d.example", "A <a@b.example>", "<a@b.example>",
		"a@b.example\nBcc: c@d.example", `"a b"@c.example`, `"a@b.example,"@c.example`, "a@[127.0.0.1]", "a@b.example (c)", "g: a@b.example;", "ä@b.example", "a@b.exämple",
		"a@b.example\x00", "a\u2028@b.example", "@b.example", "a@", "a@@b.example", ".a@b.example", "a..b@c.example", tailnet.Address(strings.Repeat("a", 65)) + "@b.example"} {
		l := aLetter
		l.To = to
		message, err := sender.Compose(l, anID)
		if err == nil || message != nil {
			t.Errorf("%q was written to", to)
		}
		if err != nil && to != "" && strings.Contains(err.Error(), string(to)) && len(to) > 3 {
			t.Errorf("the error prints the address: %v", err)
		}
	}
	for _, to := range []tailnet.Address{"a@b.example", "o'neil+x=y@sub.b.example", "!#$%&*/?^_`{|}~@b.example", tailnet.Address(strings.Repeat("a", 64) + "@" + strings.Repeat(strings.Repeat("b", 45)+".", 4) + "de")} {
		l := aLetter
		l.To = to
		message := compose(t, sender, l)
		wantLines(t, string(to), message)
		h, _ := receive(t, message)
		if list, err := h.AddressList("To"); err != nil || len(list) != 1 || list[0].Address != string(to) {
			t.Errorf("to %q: %v, %v", to, list, err)
		}
	}
}

func TestProveRecipient(t *testing.T) {
	for _, header := range []string{"", "To: a@b.example, c@d.example", "To: c@d.example", "To: a@b.example\r\nTo: c@d.example", "To: a@b.example\r\nCc: c@d.example",
		"To: a@b.example\r\nBcc: c@d.example", "To: g:a@b.example,c@d.example;", "To: a@b.example\r\nbcc:", "no header"} {
		if err := proveRecipient([]byte(header+"\r\nSubject: x\r\n\r\nbody\r\n"), "a@b.example"); err == nil {
			t.Errorf("%q passed", header)
		}
	}
	if err := proveRecipient([]byte("To: <a@b.example>\r\n\r\n"), "a@b.example"); err != nil {
		t.Error(err)
	}
}

// TestBoundaryIsInNoBody: it hangs on the Message-ID alone, can stand without quotes,
// and a letter that quotes the Message-ID does not hold it.
func TestBoundaryIsInNoBody(t *testing.T) {
	b := boundary("alternative", anID)
	if strings.ContainsAny(b, `()<>@,;:\"/[]?= `) || len(b) > 70 {
		t.Errorf("the boundary %q is no token", b)
	}
	l := aLetter
	l.Text = anID + "\n--" + anID + "\n--" + anID[:32] + "\n--tocsin_" + notify.Digest([]byte(anID))[:32] + "\n--\n"
	l.HTML = l.Text
	message := compose(t, sender, l)
	if n := bytes.Count(message, []byte(b)); n != 4 { // in Content-Type, before each part, at the end
		t.Errorf("the boundary stands %d times in\n%s", n, message)
	}
	if _, parts := receive(t, message); len(parts) != 2 || parts[0].text != l.Text || parts[1].text != l.HTML {
		t.Errorf("%q", parts)
	}
	if boundary("alternative", anID) == boundary("alternative", "1"+anID) {
		t.Error("two letters have one boundary")
	}
}

// TestPlainIsWhatAReaderSees: the fields that mail programs show, then the text.
func TestPlainIsWhatAReaderSees(t *testing.T) {
	l := aLetter
	for _, subject := range trickies[:20] {
		l.Subject = subject
		got, err := Plain(compose(t, sender, l))
		want := "From: \"Example Security\" <security@example.com>\nReply-To: <reply@example.com>\nTo: <owner@acme.example>\n"
		if subject != "" {
			want += "Subject: " + subject + "\n"
		}
		want += "Date: Mon, 04 May 2026 09:00:00 +0000\n\n" + l.Text
		if err != nil || got != want {
			t.Errorf("%v\n got %q\nwant %q", err, got, want)
		}
	}
	for _, message := range []string{"", "no message", "Content-Type: text/plain\r\n\r\n", "Content-Type: multipart/alternative; boundary=x\r\n\r\n--x\r\nContent-Type: text/html\r\n\r\nx\r\n--x--\r\n",
		"Content-Type: multipart/alternative; boundary==_x\r\n\r\n--=_x--\r\n"} {
		if got, err := Plain([]byte(message)); err == nil {
			t.Errorf("%q is shown as %q", message, got)
		}
	}
}

// FuzzCompose: whatever the words, the message comes back as they were (F24, F31).
func FuzzCompose(f *testing.F) {
	for _, text := range trickies {
		f.Add(text, text, "<p>"+text+"</p>")
	}
	f.Add("x\r\nBcc: y@z.example", "\r\n.\r\n", "\r\n--"+boundary("alternative", anID))
	f.Fuzz(func(t *testing.T, subject, text, page string) {
		if !utf8.ValidString(subject) || strings.Contains(text+page, "\r") || strings.Contains(text+page, boundary("alternative", anID)) {
			return
		}
		l := aLetter
		l.Subject, l.Text, l.HTML = subject, text, page
		l.Attachments = []notify.Attachment{{Name: "nodes.csv", Type: "text/csv", Data: []byte(page + subject)}}
		message := compose(t, sender, l)
		wantLines(t, "fuzzed", message)
		h, parts := receive(t, message)
		if len(h) != 9 || decoded(t, h, "Subject") != subject {
			t.Errorf("subject %q came back as %q among %d fields", subject, decoded(t, h, "Subject"), len(h))
		}
		if len(parts) != 3 || parts[0].text != text || parts[1].text != page || parts[2].text != page+subject {
			t.Errorf("parts %q, %q came back as %q", text, page, parts)
		}
	})
}
