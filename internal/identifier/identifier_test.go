package identifier

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
)

// row is a text and how what is said against it begins, empty where nothing is.
type row struct{ text, wrong string }

// judge holds the rows against a check, all of whose messages end with an example.
func judge(t *testing.T, check func(string) error, example string, rows []row) {
	t.Helper()
	for _, r := range rows {
		err := check(r.text)
		switch {
		case r.wrong == "" && err != nil:
			t.Errorf("%q: %v", r.text, err)
		case r.wrong != "" && err == nil:
			t.Errorf("%q was accepted, want %q", r.text, r.wrong)
		case r.wrong != "" && !strings.HasPrefix(err.Error(), fmt.Sprintf("%q %s", r.text, r.wrong)):
			t.Errorf("%q: %v, want %q", r.text, err, r.wrong)
		case r.wrong != "" && !strings.HasSuffix(err.Error(), example):
			t.Errorf("%q: %v shows no right one such as %s", r.text, err, example)
		}
	}
	if err := check(example); err != nil {
		t.Errorf("the example itself is wrong: %v", err)
	}
}

// Placeholders are told from numbers (F15).
func TestCVE(t *testing.T) {
	judge(t, CVE, "CVE-2026-12345", []row{
		{"CVE-1999-0001", ""},
		{"CVE-2014-0160", ""},
		{"CVE-2021-44228", ""},
		{"CVE-2026-1000000", ""},
		{"CVE-2026-1234567890123456789", ""},
		{"CVE-9999-9999", ""},

		{"CVE-2026-XXXX", "is a placeholder"},
		{"CVE-2026-xxxxx", "is a placeholder"},
		{"CVE-2026-NNNN", "is a placeholder"},
		{"CVE-2026-123X", "is a placeholder"},
		{"CVE-2026-TODO", "is a placeholder"},
		{"CVE-2026-TBD", "is a placeholder"},
		{"CVE-YYYY-1234", "is a placeholder"},
		{"CVE-2026-0000", "is a placeholder"},

		{"", "is not CVE, a year and a number"},
		{"CVE", "is not CVE"},
		{"CVE-2026", "is not CVE"},
		{"CVE-2026-", "is not CVE"},
		{"CVE--1234", "is not CVE"},
		{"2026-1234", "is not CVE"},
		{"cve-2026-1234", "is not CVE"},
		{"Cve-2026-1234", "is not CVE"},
		{"CVE 2026-1234", "is not CVE"},
		{"CVE-2026-1234 ", "is not CVE"},
		{" CVE-2026-1234", "is not CVE"},
		{"CVE-2026-1234\n", "is not CVE"},
		{"CVE-2026-1234-5", "is not CVE"},
		{"CVE-2026-12345, CVE-2026-12346", "is not CVE"},
		{"CVE\u20112026\u20111234", "is not CVE"}, // hyphens that do not break
		{"CVE-2026-１２３４", "is not CVE"},           // full-width digits
		{"CVE-2026-+1234", "is not CVE"},
		{"CVE-2026-12e4", "is not CVE"},
		{"CAN-2001-0001", "is not CVE"},

		{"CVE-1998-1234", "is of a year in which there were no CVE IDs"},
		{"CVE-0000-1234", "is of a year"},
		{"CVE-99-1234", "is of a year"},
		{"CVE-20260-1234", "is of a year"},
		{"CVE-2026-1", "has a number of fewer than 4 digits"},
		{"CVE-2026-123", "has a number of fewer than 4 digits"},
		{"CVE-2026-01234", "has zeros in front"},
		{"CVE-2026-00000", "has zeros in front"},
		{"CVE-2026-12345678901234567890", "has a number of more than 19 digits"},
	})
}

func TestGHSA(t *testing.T) {
	judge(t, GHSA, "GHSA-9v2x-3wpg-h7mc", []row{
		{"GHSA-jfh8-c2jp-5v3q", ""},
		{"GHSA-2345-6789-cfgh", ""},
		{"GHSA-jmpq-rvwx-2222", ""},
		{"GHSA-xxxx-xxxx-2222", ""},

		{"GHSA-xxxx-xxxx-xxxx", "is a placeholder"},
		{"GHSA-XXXX-XXXX-XXXX", "is a placeholder"},
		{"GHSA-xxxx-yyyy-zzzz", "is a placeholder"},

		{"", "is not GHSA and three groups"},
		{"GHSA", "is not GHSA and three groups"},
		{"GHSA-jfh8-c2jp", "is not GHSA and three groups"},
		{"GHSA-jfh8-c2jp-5v3q-2222", "is not GHSA and three groups"},
		{"ghsa-jfh8-c2jp-5v3q", "is not GHSA and three groups"},
		{"jfh8-c2jp-5v3q", "is not GHSA and three groups"},
		{"GHSA-JFH8-c2jp-5v3q", `has characters in "JFH" that no GHSA ID has`},
		{"GHSA-jfh8-c2jp-5v3a", `has characters in "a"`},
		{"GHSA-jfh1-c2jp-5v3q", `has characters in "1"`},
		{"GHSA-jfh8-c0jp-5v3q", `has characters in "0"`},
		{"GHSA-jfh8-c2jp-5v3q ", `has characters in " "`},
		{"GHSA-jfh8-c2jp-5v3", `has a group "5v3" that is not four characters long`},
		{"GHSA-jfh8-c2jpp-5v3q", `has a group "c2jpp"`},
		{"GHSA-jfh8--5v3q", `has a group ""`},
	})
	if len(ghsaAlphabet) != 20 || strings.ContainsAny(ghsaAlphabet, "01abdeiklnostuyz") {
		t.Errorf("the alphabet is %q", ghsaAlphabet)
	}
}

func TestCWE(t *testing.T) {
	judge(t, CWE, "CWE-79", []row{
		{"CWE-79", ""},
		{"CWE-1", ""},
		{"CWE-1395", ""},
		{"", "is not CWE and a number"},
		{"CWE-", "is not CWE and a number"},
		{"CWE", "is not CWE and a number"},
		{"79", "is not CWE and a number"},
		{"cwe-79", "is not CWE and a number"},
		{"CWE 79", "is not CWE and a number"},
		{"CWE-79 ", "is not CWE and a number"},
		{"CWE--79", "is not CWE and a number"},
		{"CWE-79: cross-site scripting", "is not CWE and a number"},
		{"CWE-XXX", "is not CWE and a number"},
		{"NVD-CWE-noinfo", "is not CWE and a number"},
		{"CWE-0", "has a number that begins with zero"},
		{"CWE-079", "has a number that begins with zero"},
	})
}

// What a vulnerability is called elsewhere: the prefixes that OSV knows, and IDs in
// other databases' own manner.
func TestKindOf(t *testing.T) {
	for text, want := range map[string]Kind{
		"CVE-2026-1234":       KindCVE,
		"GHSA-jfh8-c2jp-5v3q": KindGHSA,
	} {
		if got, ok := KindOf(text); got != want || !ok {
			t.Errorf("%q is %q %v, want %q", text, got, ok, want)
		}
	}
	for _, text := range []string{
		"GO-2026-1234", "RHSA-2026:1234", "RUSTSEC-2026-0001", "PYSEC-2026-12", "MAL-2026-1", "USN-6789-1", "DSA-5678-1",
		"SUSE-SU-2026:0123-1", "openSUSE-SU-2026:0123-1", "ALSA-2026:1234", "BIT-nginx-2026-1234", "CURL-CVE-2023-38545",
		"DEBIAN-CVE-2026-1234", "ASB-A-123456789", "FreeBSD-SA-26:01.example", "V8-advisory-2026-1", "KUBE-2026-1", "ROOT-OS-ALPINE-318-CVE-2026-1",
		"x_TS-2026-004", "x_ex-1", "TS-2026-004", "EUVD-2026-4660", "MS17-010", "APSB26-01", "ZDI-CAN-12345", "XSA-123", "VU#123456",
		"JVNDB-2026-000001", "JVN#12345678", "BDU:2026-01234", "SNYK-JS-EXAMPLE-567746", "cisco-sa-asa-xss-multiple-FCB3vPZe",
	} {
		if got, ok := KindOf(text); got != KindOther || !ok {
			t.Errorf("%q is %q %v: %v", text, got, ok, Alias(text))
		}
	}
	for _, text := range []string{
		"", "-", "1", "2026-05-03", "2026-1234", "v1.66.1", "v1-66", "client-1.66.1", "log4shell", "Log4Shell", "Heartbleed", "GO", "GO-", "GO--1", "GO-next",
		"go-2026-1234", "x_", "x_1", "xTS-1-", "TS-2026-004 ", " TS-2026-004", "TS-2026-004\n", "TS 2026-004", "TS-2026-004, TS-2026-005", "TS-2026/004",
		"https://example.com/TS-2026-004", "TS-2026-００４", "Ünited-1", "TS-2026-004\u200b", "A-" + strings.Repeat("1", maxOther-1),
		"cve-2026-1234", "CVE-2026-XXXX", "CVE-26-1", "CVE-2026-1", "ghsa-jfh8-c2jp-5v3q", "GHSA-xxxx-xxxx-xxxx", "CWE-79",
		"GO-2026-XXXX", "GO-2026-NNNN", "RHSA-2026:XXXX", "RHSA-2026:12xx", "TS-YYYY-004", "TS-2026-TODO", "DEBIAN-CVE-2026-XXXXX",
	} {
		if got, ok := KindOf(text); ok || got != "" {
			t.Errorf("%q is taken for an ID (%q)", text, got)
		}
	}
}

func TestAliasSaysWhatIsWrong(t *testing.T) {
	for text, want := range map[string]string{
		"CVE-2026-XXXX":       `"CVE-2026-XXXX" is a placeholder: leave it out until the number is assigned; write a CVE ID as in CVE-2026-12345`,
		"cve-2026-1234":       `"cve-2026-1234" is not CVE, a year and a number; write a CVE ID as in CVE-2026-12345`,
		"ghsa-jfh8-c2jp-5v3q": `"ghsa-jfh8-c2jp-5v3q" is not GHSA and three groups of four characters; write a GHSA ID as in GHSA-9v2x-3wpg-h7mc`,
		"CWE-79":              `"CWE-79" names a kind of weakness, not a vulnerability: it belongs under cwe`,
		"GO-2026-XXXX":        `"GO-2026-XXXX" is a placeholder: leave it out until the number is assigned; write the ID of another database as in GO-2026-1234 or RHSA-2026:1234`,
		"Heartbleed":          `"Heartbleed" is no ID of a vulnerability; write the ID of another database as in GO-2026-1234 or RHSA-2026:1234`,
	} {
		if err := Alias(text); err == nil || err.Error() != want {
			t.Errorf("%v, want %s", err, want)
		}
	}
}

// FuzzAlias: what is accepted is plain, short ASCII, has a number, and is what the
// CVE Record Format and GitHub say where it is one of theirs.
func FuzzAlias(f *testing.F) {
	for _, seed := range []string{"CVE-2026-1234", "CVE-2026-XXXX", "GHSA-jfh8-c2jp-5v3q", "GO-2026-1234", "RHSA-2026:1234", "x_TS-2026-004", "CWE-79", "cisco-sa-a-1"} {
		f.Add(seed)
	}
	plain := regexp.MustCompile(`^[A-Za-z][-A-Za-z0-9._:+#]{1,99}$`)
	forms := map[Kind]*regexp.Regexp{
		KindCVE:   regexp.MustCompile(`^CVE-(1999|[2-9][0-9]{3})-([0-9]{4}|[1-9][0-9]{4,18})$`),
		KindGHSA:  regexp.MustCompile(`^GHSA(-[2-9cfghjmpqrvwx]{4}){3}$`),
		KindOther: regexp.MustCompile(`[0-9]`),
	}
	f.Fuzz(func(t *testing.T, text string) {
		kind, ok := KindOf(text)
		if err := Alias(text); ok != (err == nil) {
			t.Errorf("%q is an ID: %v, and %v", text, ok, err)
		}
		if ok && (!plain.MatchString(text) || !forms[kind].MatchString(text)) {
			t.Errorf("%q is taken for an ID (%s)", text, kind)
		}
		if !ok && forms[KindCVE].MatchString(text) && !strings.HasSuffix(text, "-0000") {
			t.Errorf("%q is a CVE ID: %v", text, Alias(text))
		}
		if strings.HasPrefix(text, "CWE-") && ok {
			t.Errorf("%q is taken for a vulnerability", text)
		}
	})
}

// FuzzUnassigned: what waits for its number is what this expression says.
func FuzzUnassigned(f *testing.F) {
	want := regexp.MustCompile(`(?i)(^|[-#:_])([0-9]*x{3,}|[0-9]+x+|n{3,}|y{4}|todo|tbd|tba)($|[-._:+])`)
	for _, seed := range []string{
		"", "x", "xx", "xxx", "CVE-2026-XXXX", "GO-2026-12X", "A-1x.2", "A#nnn", "A-nn", "A-yyyy", "A-yyyyy", "todo", "TODO:1", "a.todo", "A_Tbd+", "tba-1",
		"EXAMPLE-2026-1", "1n", "1x1", "A-xxx#", "A#xxx-1", "A-1xn", "\u212axx", "A-9999x", "-", "A--xxx", "A-toDo_x", "x#xxx",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if got := unassigned(text); got != (len(text) <= maxOther && want.MatchString(text)) {
			t.Errorf("%q waits for its number: %t", text, got)
		}
	})
}
