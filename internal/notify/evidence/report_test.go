package evidence

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var reader = Reader{Path: bounces, Limits: Usual()}

// stored is a message of testdata.
func stored(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", filepath.FromSlash(name)+".eml"))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// reports are delivery status notifications in the shapes of different servers; the n-th is
// about row n of the plan.
var reports = []struct {
	name string
	want Recipient
}{
	{"postfix", Recipient{Failed, "5.1.1", "550 5.1.1 <[address]>: Recipient address rejected: User unknown in virtual mailbox table"}},
	{"exim", Recipient{Failed, "5.2.2", "552 5.2.2 Mailbox of [name] is full"}},
	{"sendmail", Recipient{Failed, "5.7.1", "550 5.7.1 Message rejected by local policy"}},
	{"exchange", Recipient{Failed, "5.1.10", "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient [address] not found by SMTP address lookup"}},
	{"gmail", Recipient{Failed, "5.1.1", "550 5.1.1 The email account that you tried to reach does not exist. Please try double-checking the recipient's email address for typos or unnecessary spaces."}},
	{"qmail", Recipient{Failed, "5.1.1", "192.0.2.99 does not like recipient. Remote host said: 550 5.1.1 <[address]>: no mailbox here by that name Giving up on 192.0.2.99."}},
	{"domino", Recipient{Failed, "5.1.1", "User [name] ([address]) not listed in Domino Directory"}},
	{"ses", Recipient{Failed, "5.4.4", "550 5.4.4 Invalid domain: no such host for [address] (delivery attempts: 1)"}},
	{"delayed", Recipient{Delayed, "4.4.1", "connect to mx.library.example.org[192.0.2.90]:25: Connection timed out"}},
	{"full", Recipient{Failed, "5.2.1", `550-5.2.1 The mailbox "[name]" is disabled. 550 5.2.1 See https:[address]`}},
	{"utf8", Recipient{Failed, "5.6.7", "553 5.6.7 Die Adresse [address] braucht SMTPUTF8, Benutzer [name], [address]"}},
	{"relayed", Recipient{Relayed, "2.1.9", ""}},
}

// TestReportsMap is F33: each names its letter, by the return path, and what became of it;
// with line ends of either kind.
func TestReportsMap(t *testing.T) {
	for i, r := range reports {
		data := stored(t, "reports/"+r.name)
		for _, data := range [][]byte{data, bytes.ReplaceAll(data, []byte("\n"), []byte("\r\n"))} {
			got := reader.Read(data)
			if got.Err != nil || got.Kind != Status || !got.Known || got.Letter.Row != i+1 || !bounces.Of(got.Letter, aPlan) {
				t.Errorf("%s: %s, row %d, known %t", r.name, got, got.Letter.Row, got.Known)
			}
			if diff := cmp.Diff([]Recipient{r.want}, got.Recipients); diff != "" {
				t.Errorf("%s: %s", r.name, diff)
			}
			if want := fmt.Sprintf("0000abc%025x@example.com", i); got.Hint != want {
				t.Errorf("%s: the hint is %q, want %q", r.name, got.Hint, want)
			}
			if got.Action() != r.want.Action {
				t.Errorf("%s: %s", r.name, got.Action())
			}
		}
	}
}

// TestNoPersonInReports is F53: nothing that a report tells people names anybody.
func TestNoPersonInReports(t *testing.T) {
	for _, r := range reports {
		got := reader.Read(stored(t, "reports/"+r.name))
		told := strings.ToLower(fmt.Sprint(got, got.Sign, got.Recipients))
		for _, name := range []string{"@", "bloggs", "former", "j.doe", "it.team", "netadmin", "пекарня", "\\x{", "mailbox of security", "owner", "root", "ops+40", "ops"} {
			if strings.Contains(told, name) {
				t.Errorf("%s: %q is in %q", r.name, name, told)
			}
		}
	}
}

// TestHintAlone: where the return path was lost, the Message-ID says whose it may be, and
// the letter is not known.
func TestHintAlone(t *testing.T) {
	for _, r := range reports {
		data := stored(t, "reports/"+r.name)
		name, _ := bounces.name(path(t, aPlan, 1+indexOf(r.name)))
		got := reader.Read(bytes.ReplaceAll(data, []byte("+"+name), nil))
		if got.Known || got.Letter != (Reference{}) || got.Kind != Status || got.Hint == "" {
			t.Errorf("%s: %s, known %t, hint %q", r.name, got, got.Known, got.Hint)
		}
		stranger := Reader{ReturnPath{[]byte("another key"), bounces.Base}, Usual()}
		if got := stranger.Read(data); got.Kind != Forged || !errors.Is(got.Err, ErrForged) || got.Known || got.Recipients != nil {
			t.Errorf("%s, with another key: %s", r.name, got)
		}
	}
}

func indexOf(name string) int {
	for i, r := range reports {
		if r.name == name {
			return i
		}
	}
	return -1
}

// TestForgedReports is F33: a name that was not made with the key, and two names, spoil the
// report, wherever they stand; nothing is taken from it.
func TestForgedReports(t *testing.T) {
	good := string(stored(t, "reports/postfix"))
	mine, other := path(t, aPlan, 1), path(t, aPlan, 2)
	forged := strings.Replace(mine, "bounces+", "bounces+a", 1)
	forged = forged[:len("bounces+")+32] + "@example.com"
	for name, change := range map[string]func(string) string{
		"forged":                 func(m string) string { return strings.ReplaceAll(m, mine, forged) },
		"forged where delivered": func(m string) string { return strings.Replace(m, "Delivered-To: "+mine, "Delivered-To: "+forged, 1) },
		"forged inside":          func(m string) string { return strings.Replace(m, "Return-Path: <"+mine, "Return-Path: <"+forged, 1) },
		"another letter's":       func(m string) string { return strings.Replace(m, "\nTo: "+mine, "\nTo: "+other, 1) },
		"another inside":         func(m string) string { return strings.Replace(m, "Return-Path: <"+mine, "Return-Path: <"+other, 1) },
		"two at once":            func(m string) string { return strings.Replace(m, "\nTo: "+mine, "\nTo: <"+mine+">, <"+other+">", 1) },
	} {
		bad := change(good)
		if got := reader.Read([]byte(bad)); bad == good || got.Kind != Forged || got.Known || got.Recipients != nil || got.Err == nil {
			t.Errorf("%s: %s, known %t", name, got, got.Known)
		}
	}
}

// TestNotABounce: what other programs and people send is named, and never a status.
func TestNotABounce(t *testing.T) {
	want := map[string]Kind{
		"vacation": Absence, "office": Absence, "abwesend": Absence, "japanese": Absence, "rfc3834": AutoReply, "ticket": AutoReply, "nullpath": AutoReply,
		"challenge": Challenge, "tmda": Challenge, "receipt": Receipt, "complaint": Complaint,
		"words": WordsOnly, "oldexim": WordsOnly, "headless": WordsOnly, "noaction": WordsOnly, "person": Person, "forwarded": Person,
	}
	files, err := filepath.Glob(filepath.Join("testdata", "others", "*.eml"))
	if err != nil || len(files) != len(want) {
		t.Fatalf("%d files, %d expected, %v", len(files), len(want), err)
	}
	for name, kind := range want {
		got := reader.Read(stored(t, "others/"+name))
		if got.Kind != kind || got.Sign == "" || got.Recipients != nil || got.Action() != "" || !got.Known || got.Letter.Row != 1 {
			t.Errorf("%s: %s, %q, %v; want %s", name, got, got.Action(), got.Recipients, kind)
		}
	}
}

// status is a report with some fields about recipients.
func status(groups string) []byte {
	return []byte("From: x\nContent-Type: multipart/report; boundary=b\n\n--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; x\n\n" + groups + "\n--b--\n")
}

// TestStatusFields is RFC 3464 §2.3 as servers write it.
func TestStatusFields(t *testing.T) {
	for groups, want := range map[string]string{
		"Action: failed\nStatus: 5.1.1":              "failed 5.1.1",
		"ACTION:FAILED\nsTaTuS:5.1.1 (no such user)": "failed 5.1.1",
		"Action: failed\nStatus: 4.4.7":              "failed 4.4.7",
		"Action: delivered\nStatus: 2.0.0":           "delivered 2.0.0",
		"Action: expanded\nStatus: 2.0.0":            "expanded 2.0.0",
		"Status: 5.2.2":                              "failed 5.2.2",
		"Status: 4.2.2":                              "delayed 4.2.2",
		"Action: error\nStatus: 5.0.0\nDiagnostic-Code: smtp;550-5.1.1 gone":                                                         "failed 5.1.1",
		"Action: failed\nDiagnostic-Code: smtp; 550 #5.1.1 gone":                                                                     "failed 5.1.1",
		"Action: failed\nStatus: 5.0.0\nDiagnostic-Code: smtp; 450 4.2.0 busy":                                                       "failed 5.0.0",
		"Action: failed\nStatus: 05.1.1":                                                                                             "failed ",
		"Action: failed\nStatus: 5.1.1\n\nAction: delivered\nStatus: 2.0.0":                                                          "failed 5.1.1",
		"Action: delivered\nStatus: 2.0.0\n\nAction: failed\nStatus: 5.1.1":                                                          "failed 2.0.0",
		"Action: failed\nAction: failed\nStatus: 5.1.1":                                                                              "failed 5.1.1",
		"Action: failed\nAction: delivered\nStatus: 5.1.1":                                                                           "failed 5.1.1",
		"Action: delivered\nAction: failed (at last)\nStatus: 2.0.0":                                                                 "failed 2.0.0",
		"Status: 5.1.1\nStatus: 2.0.0":                                                                                               "failed 5.1.1",
		"Status: 2.0.0\nStatus: 4.4.1\nStatus: 5.1.1 (again)":                                                                        "failed 5.1.1",
		"Action: delivered\nStatus: 5.1.1":                                                                                           "failed 5.1.1",
		"Action: failed\nDiagnostic-Code: x-unix; exit 1\nDiagnostic-Code: smtp; 550 5.1.1 gone\nDiagnostic-Code: smtp; 451 4.3.0 x": "failed 5.1.1",
		"Action: delayed\nDiagnostic-Code: smtp; 451 5.7.1 greylisted, try again later":                                              "delayed 4.7.1",
		"Action: delayed\nDiagnostic-Code: smtp; 550 5.7.1 not today":                                                                "delayed 5.7.1",
		"Action: delayed\nStatus: 5.0.0":                                                                                             "delayed 5.0.0",
		"Action: delayed\nStatus: 4.7.1\nDiagnostic-Code: smtp; 451-#5.7.1 greylisted":                                               "delayed 4.7.1",
		"Action: delayed\nAction: failed\nDiagnostic-Code: smtp; 451 5.7.1 greylisted":                                               "failed 4.7.1",
		"Action: delayed\nAction: relayed\nStatus: 2.0.0":                                                                            "delayed 2.0.0",
		"Action: late\nStatus: 5.0.0":                                                                                                "failed 5.0.0",
		"Diagnostic-Code: smtp; 451 5.7.1 greylisted":                                                                                "delayed 4.7.1",
		"Diagnostic-Code: smtp; 550 5.7.1 not today":                                                                                 "failed 5.7.1",
		"Action: relayed\nStatus: 4.4.7":                                                                                             "delayed 4.4.7",
		"Action: expanded\nStatus: 5.1.1":                                                                                            "failed 5.1.1",
		"Action: relayed\nStatus: 2.0.0\nDiagnostic-Code: smtp; 550 5.1.1 an earlier attempt":                                        "relayed 2.0.0",
		"Action: delivered\nDiagnostic-Code: smtp; 451 4.7.1 an earlier attempt":                                                     "delivered 4.7.1",
		"Action: lost\nStatus: none":                                                                                                 "bounce in words only",
		"":                                                                                                                           "bounce in words only",
		"--b\nContent-Type: message/delivery-status\n\nAction: failed\nStatus: 5.1.1":                                                "failed 5.1.1",
		"Action: relayed\nStatus: 2.0.0\n--b\nContent-Type: message/delivery-status\n\nAction: failed\nStatus: 5.1.1":                "failed 2.0.0",
		strings.Repeat("--b\nContent-Type: message/delivery-status\n\n"+strings.Repeat("X: y\n", 2000), 7):                           "its delivery status is larger",
		strings.Repeat("Action: failed\n\n", 1001):                                                                                   "more recipients",
		strings.Repeat("X: y\n", 20_000):                                                                                             "its delivery status is larger",
	} {
		got := reader.Read(status(groups))
		told := string(got.Kind)
		if got.Kind == Status {
			told = fmt.Sprint(got.Action(), " ", got.Recipients[0].Code)
		} else if got.Err != nil {
			told = got.Err.Error()
		}
		if !strings.Contains(told, want) {
			t.Errorf("%.80q: %s, want %s", groups, told, want)
		}
	}
}

// TestLimits: each is counted as unreadable, with the limit that it is beyond.
func TestLimits(t *testing.T) {
	small := Reader{bounces, Limits{Message: 20_000, Header: 2000, Status: 1000, Depth: 3, Parts: 10}}
	deep := func(n int) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, "Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n", i, i)
		}
		return b.String() + "\nx\n"
	}
	for want, data := range map[string]string{
		"the message is larger":                "A: b\n\n" + strings.Repeat("x", 20_000),
		"its header is out of form":            "Subject: " + strings.Repeat("x", 2000) + "\n\nx",
		"the depth of its parts":               deep(4),
		"the number of its parts":              "Content-Type: multipart/mixed; boundary=b\n\n" + strings.Repeat("--b\n\nx\n", 11),
		"its delivery status":                  "Content-Type: multipart/report; boundary=b\n\n--b\nContent-Type: message/delivery-status\n\n" + strings.Repeat("X: y\n", 300),
		"the header of what it returns":        "Content-Type: multipart/report; boundary=b\n\n--b\nContent-Type: message/rfc822\n\n" + strings.Repeat("X: y\n", 500),
		"its header is out of form: a line is": "no header at all: \n but\nthis\n\n",
	} {
		if got := small.Read([]byte(data)); got.Kind != Unreadable || got.Err == nil || !strings.Contains(got.Err.Error(), want) {
			t.Errorf("%q: %s", want, got)
		}
	}
	if got := small.Read([]byte(deep(3))); got.Kind == Unreadable {
		t.Errorf("as deep as allowed: %s", got)
	}
}

// TestDiagnosticIsPlain: one line, bounded, printable, without people.
func TestDiagnosticIsPlain(t *testing.T) {
	for said, want := range map[string]string{
		"a\r\n b\tc\x00d\x1b[31m":               "a b c d [31m",
		"\u202eabc\u2028d":                      "abc d",
		"\xff\xfe":                              "?",
		"<Jo@Example.com> jo JO jo-anne major":  "<[address]> [name] [name] [name]-anne major",
		`"jo bloggs"@example.com is gone`:       "[address] is gone",
		"jo%40example.com, jo+40example.com":    "[address], [address]",
		"mailto:other@example.net.":             "mailto:[address]",
		"SRS0=x=y=example.com=jo@relay.example": "[address]",
		strings.Repeat("é ", 400):               strings.Repeat("é ", 150) + "…",
	} {
		if got := plain(said, []string{`Jo <jo@example.com>`}); got != want {
			t.Errorf("%q is shown as %q, want %q", said, got, want)
		}
	}
}

func TestParseCode(t *testing.T) {
	for text, want := range map[string]Code{
		"5.1.1": "5.1.1", " 2.0.0 ": "2.0.0", "4.4.7 (delivery time expired)": "4.4.7", "5.1.10": "5.1.10", "5.999.999": "5.999.999",
		"": "", "5": "", "5.1": "", "5.1.1.1": "", "3.1.1": "", "55.1.1": "", "5.1000.1": "", "5.01.1": "", "5..1": "", "x5.1.1": "", "5.1.x": "",
	} {
		if got := ParseCode(text); got != want {
			t.Errorf("%q is %q, want %q", text, got, want)
		}
	}
}

// FuzzRead: whatever comes back, a report comes of it: of one kind, with all that the kind
// promises, and no address in what is shown.
func FuzzRead(f *testing.F) {
	for _, folder := range []string{"reports", "others"} {
		files, err := filepath.Glob(filepath.Join("testdata", folder, "*.eml"))
		if err != nil {
			f.Fatal(err)
		}
		for _, file := range files {
			data, err := os.ReadFile(file)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(data)
		}
	}
	small := Reader{bounces, Limits{Message: 1 << 20, Header: 64 << 10, Status: 16 << 10, Depth: 3, Parts: 20}}
	f.Fuzz(func(t *testing.T, data []byte) {
		got := small.Read(data)
		if (got.Kind == Status) != (len(got.Recipients) > 0) || (got.Kind == Forged || got.Kind == Unreadable) != (got.Err != nil) || got.Known == (got.Letter == Reference{}) {
			t.Fatalf("%+v", got)
		}
		for _, r := range got.Recipients {
			if strings.Contains(r.Diagnostic, "@") || len([]rune(r.Diagnostic)) > mostDiagnostic+1 || strings.ContainsFunc(r.Diagnostic, func(c rune) bool { return c < ' ' }) {
				t.Fatalf("%q", r.Diagnostic)
			}
		}
		if strings.Contains(got.String(), "@") {
			t.Fatalf("%q", got)
		}
	})
}

// TestDates: when the letter came to the server that reports, else when that reported. No
// date is one whose zone only some machines know.
func TestDates(t *testing.T) {
	good := string(stored(t, "reports/postfix"))
	const date, arrival = "Date: Mon,  4 May 2026 09:00:07 +0000 (UTC)\nFrom", "Arrival-Date: Mon,  4 May 2026 09:00:06 +0000 (UTC)"
	at := time.Date(2026, 5, 4, 9, 0, 6, 0, time.UTC)
	for name, c := range map[string]struct {
		date, arrival string
		want          time.Time
	}{
		"both":            {date, arrival, at},
		"only a Date":     {date, "X: y", at.Add(time.Second)},
		"waited":          {strings.Replace(date, " 4 May", " 9 May", 1), arrival, at},
		"another zone":    {date, "Arrival-Date: Mon, 4 May 2026 11:00:06 +0200", at},
		"by name":         {date, "Arrival-Date: Mon, 4 May 2026 09:00:06 GMT", at},
		"a zone of some":  {date, "Arrival-Date: Mon, 4 May 2026 02:00:06 PDT", at.Add(time.Second)},
		"out of form":     {date, "Arrival-Date: (yesterday", at.Add(time.Second)},
		"two that differ": {date, "Arrival-Date: Mon, 4 May 2026 08:00:06 +0000\n" + arrival + "\nArrival-Date: Mon, 4 May 2026 07:00:06 +0000", at},
		"neither":         {"From", "X: y", time.Time{}},
	} {
		text := strings.Replace(strings.Replace(good, date, c.date, 1), arrival, c.arrival, 1)
		if got := reader.Read([]byte(text)); got.Kind != Status || !got.Date.Equal(c.want) {
			t.Errorf("%s: %s, of %v, want %v", name, got, got.Date, c.want)
		}
	}
}
