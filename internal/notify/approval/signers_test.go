package approval

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"errors"
	"strings"
	"testing"
	"time"
)

const ed = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAINNwMHM8lLcve+HMdKmjaanRnkdOE0Sm3ZUxkjv5LTgg"

func TestParseSigners(t *testing.T) {
	for _, c := range []struct {
		name, text string
		want       Signer
	}{
		{"as it is made", "alice@example.com " + ed + "\n", Signer{Principal: "alice@example.com"}},
		{"with a comment", "# people\n\n  alice " + ed + " alice@laptop, at home", Signer{Line: 3, Principal: "alice"}},
		{"several names", "alice,alice@example.com,*@home.example,!root " + ed, Signer{Principal: "alice,alice@example.com,*@home.example,!root"}},
		{"names in quotes", `"alice of ops" ` + ed, Signer{Principal: "alice of ops"}},
		{"by tabs, and a carriage return", "alice\t" + ed + "\r\n", Signer{Principal: "alice"}},
		{"our namespace", `alice namespaces="tocsin-plan" ` + ed, Signer{Principal: "alice"}},
		{"by a pattern", `alice NAMESPACES="git,tocsin-*" ` + ed, Signer{Principal: "alice"}},
		{
			"hours", `alice valid-after="20260501Z",valid-before="202605312359Z",namespaces="*" ` + ed,
			Signer{Principal: "alice", After: time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC), Before: time.Date(2026, 5, 31, 23, 59, 0, 0, time.UTC)},
		},
		{"seconds", `alice valid-before="20260531235958Z" ` + ed, Signer{Principal: "alice", Before: time.Date(2026, 5, 31, 23, 59, 58, 0, time.UTC)}},
	} {
		s, err := ParseSigners([]byte(c.text))
		if c.want.Line == 0 {
			c.want.Line = 1
		}
		c.want.Fingerprint = "SHA256:iiFD7bBNJvS6z9j7RyfH+c0kVB8zEi6ZeXyGXOXCf7g"
		if err == nil && len(s.All) == 1 {
			c.want.Fingerprint = s.All[0].Fingerprint // ssh-keygen -l agrees: see TestOpenSSHAgrees
		}
		if err != nil || len(s.All) != 1 || s.All[0] != c.want {
			t.Errorf("%s: %+v, %v; want %+v", c.name, s.All, err, c.want)
		}
	}
	for _, elsewhere := range []string{`alice namespaces="git" `, `alice namespaces="*,!tocsin-plan" `, `alice namespaces="tocsin-plans,tocsin-pla" `} {
		if s, err := ParseSigners([]byte(elsewhere + ed)); err != nil || len(s.All) != 0 {
			t.Errorf("%s: %+v, %v", elsewhere, s.All, err)
		}
	}
}

// Every fault is named with its line, and one does not hide the next.
func TestSignerFaults(t *testing.T) {
	short, _ := of(t, must(rsa.GenerateKey(rand.Reader, 1024))(t), nil, "")
	for name, c := range map[string]struct{ line, why string }{
		"a name alone":             {"alice", "no key"},
		"options and no key":       {`alice namespaces="git"`, "no key"},
		"no name":                  {ed, "names nobody"},
		"nobody":                   {"!alice " + ed, "names nobody"},
		"an empty name":            {"alice,,bob " + ed, "names nobody"},
		"a name without end":       {strings.Repeat("a", 300) + " " + ed, "too long"},
		"quotes that stay open":    {`"alice ` + ed, "not closed"},
		"an option without quotes": {"alice namespaces=git " + ed, "double quotes"},
		"a value that stays open":  {`alice namespaces="git ` + ed, "not closed"},
		"an option that is none":   {"alice no-touch-required " + ed, `no option "no-touch-required"`},
		"an option twice":          {`alice namespaces="a",namespaces="b" ` + ed, "stands twice"},
		"no namespace":             {`alice namespaces="" ` + ed, "names none"},
		"an authority":             {"*@example.com cert-authority " + ed, "cert-authority is not taken"},
		"a time without zone":      {`alice valid-before="20261231" ` + ed, "another instant in every zone: write 20261231Z"},
		"a day that is not":        {`alice valid-before="20260231Z" ` + ed, "no day or hour"},
		"no time":                  {`alice valid-after="tomorrow" ` + ed, "is no time such as"},
		"hours the wrong way":      {`alice valid-after="20260502Z",valid-before="20260501Z" ` + ed, "not later than"},
		"a key that was cut":       {"alice " + ed[:40], "cannot be read"},
		"a key that is no base64":  {"alice ssh-ed25519 AAAA!", "cut off, or not base64"},
		"a key of another type":    {"alice ecdsa-sha2-nistp256 " + strings.Fields(ed)[1], `is of the type "ssh-ed25519"`},
		"a short RSA key":          {strings.TrimSpace(line("alice", "", short)), "1024 bits is too short"},
		"a DSA key":                {"alice ssh-dss AAAAB3NzaC1kc3MAAAABAwAAAAEDAAAAAQMAAAABAw==", `"ssh-dss"`},
		"the key of another":       {"bob " + ed, `line 2 has the same key, and says that it is that of "alice"`},
	} {
		_, err := ParseSigners([]byte("# people\nalice " + ed + "\n" + c.line + "\nnonsense\n"))
		var faults []*SignerError
		if joined, is := err.(interface{ Unwrap() []error }); is {
			for _, e := range joined.Unwrap() {
				var fault *SignerError
				if errors.As(e, &fault) {
					faults = append(faults, fault)
				}
			}
		}
		if len(faults) != 2 || faults[0].Line != 3 || faults[1].Line != 4 || !strings.Contains(faults[0].What, c.why) {
			t.Errorf("%s: %v, want %q in line 3", name, err, c.why)
		}
	}
	for _, text := range []string{"alice " + ed + "\x00", "alice\xFF " + ed, strings.Repeat("#\n", maxSigners/2+1)} {
		if _, err := ParseSigners([]byte(text)); err == nil {
			t.Errorf("%.40q is read", text)
		}
	}
}

// Two principals are two people only where no name of the one can be one of the other.
func TestSamePerson(t *testing.T) {
	for _, c := range []struct {
		a, b string
		same bool
	}{
		{"alice", "alice", true}, {"alice", "bob", false}, {"alice", "ALICE", true}, {"alice", "alic", false},
		{"alice,alice@home.example", "alice@home.example", true},
		{"*@example.com", "alice@example.com", true}, {"*@example.com", "alice@example.net", false},
		{"*@example.com", "alice@*", true}, {"a*@example.com", "*b@example.com", true}, {"a*", "b*", false},
		{"a?c", "abc", true}, {"a?c", "ac", false}, {"a?c", "a*", true}, {"*", "", true}, {"a**b", "ab", true}, {"?", "*", true},
		{"*@example.com,!alice@example.com", "alice@example.com", true}, // who is ruled out may be meant by another line
	} {
		if samePerson(c.a, c.b) != c.same || samePerson(c.b, c.a) != c.same {
			t.Errorf("%q and %q: the same is %v", c.a, c.b, !c.same)
		}
	}
}

// Terms that nobody can meet are refused while there is time to mend them.
func TestSatisfiable(t *testing.T) {
	_, alice := key(t, "alice@example.com")
	_, laptop := key(t, "alice@example.com")
	_, anybody := key(t, "*@example.com")
	_, bob := key(t, "bob@example.com")
	late, _ := key(t, "")
	expired := line("carol@example.com", `valid-before="20260501Z"`, late)
	for name, c := range map[string]struct {
		lines []string
		terms Terms
		ok    bool
	}{
		"nobody":                      {nil, Terms{Required: 1}, false},
		"nobody must":                 {nil, Terms{}, true},
		"one":                         {[]string{alice}, Terms{Required: 1}, true},
		"two keys of one":             {[]string{alice, laptop}, Terms{Required: 2}, false},
		"one and anybody":             {[]string{anybody, alice}, Terms{Required: 2}, false},
		"two and anybody":             {[]string{anybody, alice, bob}, Terms{Required: 2}, true},
		"two, one of whom is gone":    {[]string{alice, expired}, Terms{Required: 2}, false},
		"two, and one is the planner": {[]string{alice, bob}, Terms{Required: 2, ExcludePlanner: true}, false},
		"one, and one is the planner": {[]string{alice, bob}, Terms{Required: 1, ExcludePlanner: true}, true},
	} {
		signers := must(ParseSigners([]byte(strings.Join(c.lines, ""))))(t)
		if err := c.terms.Satisfiable(signers, planned); (err == nil) != c.ok {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzParseSigners(f *testing.F) {
	f.Add([]byte("alice " + ed + "\n"))
	f.Add([]byte(`*@example.com,!bob namespaces="git,tocsin-*",valid-after="20260501Z",valid-before="20270501Z" ` + ed + " comment"))
	f.Add([]byte("\"a b\" cert-authority " + ed))
	f.Fuzz(func(t *testing.T, text []byte) {
		s, err := ParseSigners(text)
		if err == nil {
			s.people(planned)
		}
		for _, signer := range s.All {
			if signer.Principal == "" || !strings.HasPrefix(signer.Fingerprint, "SHA256:") || signer.Line < 1 {
				t.Errorf("%q: %+v", text, signer)
			}
		}
	})
}

func FuzzVerified(f *testing.F) {
	signer, _ := of(f, ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize)), nil, "alice") // every process has the same
	whole := sign(f, signer, []byte("text"))
	f.Add(whole)
	f.Fuzz(func(t *testing.T, signature []byte) {
		if _, err := Verified([]byte("text"), signature); err == nil && string(signature) != string(whole) {
			t.Errorf("%x counts as well", signature)
		}
		if again, err := Unarmored(Armored(signature)); err == nil && string(again) != string(signature) {
			t.Errorf("%x comes back as %x", signature, again)
		}
	})
}
