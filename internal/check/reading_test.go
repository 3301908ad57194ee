package check

import (
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"tocsin/internal/content"
	"tocsin/internal/disclosure"
	"tocsin/internal/source"
)

// A sentence that the built-in rules quote was changed: an error for each, with the rule
// to read again; whatever needs a verdict is refused (F17).
func TestChangedSentence(t *testing.T) {
	changed := strings.Replace(string(samplePolicy(t)), "User action is needed", "An action is needed", 2)
	files := "-- content/policies/incident-disclosure.md --\n" + changed + one("TS-2026-001", "") + one("TS-2026-002", "status: draft\n")
	problems := problemsOf(t, sample(t, files))
	if got := codesOf(problems); got != "verdict-impossible quote-missing" || len(problems) != 3 || problems.Errors() != 3 {
		t.Fatalf("found\n%s", said(problems))
	}
	for i, clause := range []string{"action", "severe-action"} {
		if p := problems[i+1]; !strings.HasPrefix(p.Message, "re-read the rule "+clause+": \"User action is needed") || p.Position.Line < 8 || !strings.HasSuffix(p.Hint, "tocsin new rules incident-disclosure") {
			t.Errorf("%+v", p)
		}
	}
}

// Every word of every quoted sentence counts, and no other but those by which a paragraph
// is found (F17).
func TestEveryWordOfAQuote(t *testing.T) {
	page := string(samplePolicy(t))
	if seed, err := os.ReadFile("../../../shared/seeds/001_b8e4d3f413cf2e7f.txt"); err == nil {
		page = string(seed)
	}
	quoted := make([]bool, len(page))
	mark := func(words string) {
		for at := 0; ; at++ {
			i := strings.Index(page[at:], words)
			if i < 0 {
				return
			}
			at += i
			for k := range len(words) {
				quoted[at+k] = true
			}
		}
	}
	for _, c := range slices.Concat(disclosure.Builtin().Disclose.Clauses(), disclosure.Builtin().Notify.Clauses()) {
		mark(c.Quote)
		mark(c.Under)
	}
	mark("We will **disclose**")
	mark("We will **notify users directly**")
	inside, outside := 0, 0
	for _, w := range regexp.MustCompile(`[a-z]{4,}`).FindAllStringIndex(page, -1) {
		if w[0] < strings.Index(page, "\n---\n") || w[0]%3 != 0 && testing.Short() {
			continue
		}
		edited := page[:w[0]] + "xyzzy" + page[w[1]:]
		found := strings.Contains(codesOf(problemsOf(t, sample(t, "-- content/policies/incident-disclosure.md --\n"+edited))), "quote-missing")
		if found != quoted[w[0]] {
			t.Errorf("%q: found %v, quoted %v", page[max(0, w[0]-20):w[1]+10], found, quoted[w[0]])
		}
		if quoted[w[0]] {
			inside++
		} else {
			outside++
		}
	}
	if inside < 20 || outside < 40 {
		t.Errorf("only %d words of quotes and %d others", inside, outside)
	}
	t.Logf("%d words of quotes, %d others", inside, outside)
}

// A page in other words altogether: one warning that names the first; whatever needs a
// verdict is an error; everything else goes on.
func TestBuiltinReadingOfAnotherPage(t *testing.T) {
	const other = "-- content/policies/incident-disclosure.md --\n---\ntitle: Ours\nslug: incident-disclosure\nlast_updated: 2026-05-01\n---\nWe write to those who are concerned.\n"
	problems := problemsOf(t, sample(t, other+one("TS-2026-001", "")+one("TS-2026-002", "status: draft\n")))
	if got, want := said(problems), "bulletins/TS-2026-001.md:4:9 error verdict-impossible\npolicies/incident-disclosure.md:1 warning quote-missing"; got != want {
		t.Fatalf("found\n%s\nwant\n%s", got, want)
	}
	if p := problems[1]; !strings.Contains(p.Message, "(and ") || !strings.HasSuffix(p.Hint, "tocsin new rules incident-disclosure") {
		t.Errorf("%+v", p)
	}
	if problems := problemsOf(t, sample(t, other+one("TS-2026-002", "status: draft\n"))); problems.Errors() > 0 {
		t.Errorf("a repository of policies always builds: %s", said(problems))
	}
}

// Without a page, the built-in reading applies; a page that cannot be read may be the
// policy, so nothing is decided then.
func TestNoPolicyPage(t *testing.T) {
	l := sample(t, "")
	delete(l.site, content.PolicyFolder+"/incident-disclosure.md")
	if problems := problemsOf(t, l); len(problems) > 0 {
		t.Error(said(problems))
	}
	l.site[content.PolicyFolder+"/pets.md"] = &fstest.MapFile{Data: []byte("---\ntitle: Pets\nslug: pets\nweight: heavy\n---\nWe bark.\n")}
	c := walk(t, l, now)
	if got := said(c.Done()); !strings.Contains(got, "TS-2026-004.md:4:9 error verdict-impossible") || len(c.Obstacles()) != 1 || c.Obstacles()[0].Code != "not-a-number" {
		t.Errorf("%s\n%v", got, c.Obstacles())
	}
}

// rulesOf is the built-in reading as a rules file.
func rulesOf(t *testing.T) string {
	t.Helper()
	rules := disclosure.Builtin()
	return string(content.EncodeRules(rules.Policy, rules.Disclose, rules.Notify))
}

const rulesFile = content.PolicyFolder + "/incident-disclosure.rules.yaml"

// The built-in reading written out as a file decides the same (F17).
func TestRulesFile(t *testing.T) {
	for keys, want := range map[string]string{
		"":                     "",
		"scope: third_party\n": lonely + "4:9 error verdict-not-required",
		"affected:\n  - {product: client, unfixed: in work}\n": lonely + "4:9 error verdict-held",
	} {
		l := sample(t, keys)
		l.site[rulesFile] = &fstest.MapFile{Data: []byte(rulesOf(t))}
		if got := said(problemsOf(t, l)); got != want {
			t.Errorf("%q: %q, want %q", keys, got, want)
		}
	}
}

// F17: one word edited in any sentence that a rule quotes, where the rule looks for it:
// an error at the rule, and no verdict. Its twin elsewhere does not help.
func TestOneWordOfAnyQuote(t *testing.T) {
	page := string(samplePolicy(t))
	rules := disclosure.Builtin()
	edits := 0
	for _, clause := range slices.Concat(rules.Disclose.Clauses(), rules.Notify.Clauses()) {
		words := strings.Fields(clause.Quote)
		words[len(words)-1] = "nearly"
		start := strings.Index(strings.ReplaceAll(page, "**", ""), clause.Under)
		text := strings.ReplaceAll(page, "**", "")
		changed := text[:start] + strings.Replace(text[start:], clause.Quote, strings.Join(words, " "), 1)
		if changed == text {
			t.Fatalf("%q is not in one line of the page", clause.Quote)
		}
		l := sample(t, "-- content/policies/incident-disclosure.md --\n"+changed+one("TS-2026-004", ""))
		l.site[rulesFile] = &fstest.MapFile{Data: []byte(rulesOf(t))}
		problems := problemsOf(t, l)
		if len(problems) < 2 || problems[0].Code != "verdict-impossible" {
			t.Errorf("%s: %s", clause.ID, said(problems))
			continue
		}
		for _, p := range problems[1:] {
			if p.Code != "quote-missing" || p.Level != source.Error || p.Position.File != rulesFile || p.Position.Line < 2 ||
				!strings.HasPrefix(p.Message, "re-read the rule: ") || p.Hint == "" || p.Excerpt == "" {
				t.Errorf("%s: %+v", clause.ID, p)
			}
		}
		if !slices.ContainsFunc(problems, func(p source.Problem) bool { return strings.Contains(p.Message, fmt.Sprintf("%q", clause.Quote)) }) {
			t.Errorf("%q is not named", clause.Quote)
		}
		edits++
	}
	if edits < 17 {
		t.Errorf("only %d sentences were edited", edits)
	}
}

// Conditions are in words that a bulletin can state, of the question that asks.
func TestVocabulary(t *testing.T) {
	head := "-- content/policies/incident-disclosure.rules.yaml --\n"
	whole := rulesOf(t)
	for name, c := range map[string]struct{ old, new, code, says string }{
		"a misspelt fact":           {"user_action", "user_acton", "unknown-fact", `did you mean "user_action"?`},
		"a fact of a tailnet":       {"data_visible:", "tailnet_data_visible:", "unknown-fact", "facts there: "},
		"a value that it never has": {"[critical, high]", "[critical, hihg]", "unknown-value", `did you mean "high"?`},
	} {
		changed := strings.Replace(whole, c.old, c.new, 1)
		if changed == whole {
			t.Fatalf("%s: %q does not stand in\n%s", name, c.old, whole)
		}
		problems := problemsOf(t, sample(t, head+changed+one("TS-2026-004", "")))
		i := slices.IndexFunc(problems, func(p source.Problem) bool { return p.Code == c.code })
		if len(problems) != 2 || i < 0 || problems[0].Code != "verdict-impossible" {
			t.Errorf("%s: %s", name, said(problems))
			continue
		}
		line := problems[i].Position.Line
		if !strings.Contains(strings.Split(changed, "\n")[line-1], c.new) || !strings.Contains(problems[i].Hint, c.says) {
			t.Errorf("%s: %+v", name, problems[i])
		}
	}
}

// Two rules files, or one without a page, or one that cannot be read: nothing is
// decided, and the built-in reading does not take their place.
func TestRulesThatDecideNothing(t *testing.T) {
	pets := strings.Replace(rulesOf(t), "policy: incident-disclosure", "policy: pets", 1)
	for name, c := range map[string]struct {
		files map[string]string
		want  string
	}{
		"two of them": {
			map[string]string{rulesFile: rulesOf(t), content.PolicyFolder + "/pets.rules.yaml": pets, content.PolicyFolder + "/pets.md": "---\ntitle: Pets\nslug: pets\nlast_updated: 2026-05-01\n---\n"},
			"policies/pets.rules.yaml:13:9 error rival-rules",
		},
		"without a page": {
			map[string]string{content.PolicyFolder + "/pets.rules.yaml": pets},
			"policies/pets.rules.yaml:13:9 error rules-without-page\npolicies/pets.rules.yaml:13:9 error rival-rules",
		},
		"broken": {
			map[string]string{rulesFile: "policy: incident-disclosure\n"},
			"policies/incident-disclosure.rules.yaml:1:1 error missing-key\npolicies/incident-disclosure.rules.yaml:1:1 error missing-key",
		},
	} {
		l := sample(t, "")
		for _, file := range slices.Sorted(maps.Keys(c.files)) {
			l.site[file] = &fstest.MapFile{Data: []byte(c.files[file])}
		}
		if got, want := said(problemsOf(t, l)), lonely+"4:9 error verdict-impossible\n"+c.want; got != want {
			t.Errorf("%s: found\n%s\nwant\n%s", name, got, want)
		}
	}
}

// A rules file that cannot be read gives no rules: nobody may take the built-in ones for
// the policy's.
func TestBrokenRulesAreNone(t *testing.T) {
	l := sample(t, "")
	l.site[rulesFile] = &fstest.MapFile{Data: []byte("policy: incident-disclosure\n")}
	reader, err := content.Open(l.site, nil)
	if err != nil {
		t.Fatal(err)
	}
	rules, problems := Reading(reader.Site())
	if rules.Policy != "incident-disclosure" || len(rules.Disclose.Clauses())+len(rules.Notify.Clauses()) > 0 || len(problems) > 0 {
		t.Errorf("%+v, %v", rules, problems)
	}
}
