package content

import (
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"tocsin/internal/source"
	"tocsin/internal/verdict"
)

// smallRules is a small rules file.
func smallRules(slug string) string {
	return "policy: " + slug + `
disclose:
  all:
    - {clause: fix, under: We will disclose, quote: when a fix is available, when: {fix_available: [yes]}}
  any:
    - clause: action
      under: We will disclose
      quote: User action is needed
      when: {user_action: [yes]}
  except:
    - {clause: routine, under: Generally, quote: routine patching, when: {routine_dependency_patch: yes}, over: [action]}
notify:
  any:
    - {clause: action, under: We will notify, quote: User action is needed, when: {user_action: [yes], severity: [critical, high]}}
`
}

const rulesFile = "content/policies/incident.rules.yaml"

// readRules reads one rules file with this text.
func readRulesText(t *testing.T, text string) (Rules, source.Problems) {
	t.Helper()
	r, err := Open(tree(map[string]string{rulesFile: text}), nil)
	if err != nil {
		t.Fatal(err)
	}
	rules := r.Site().Rules
	if len(rules) != 1 || rules[0].Source.Name != rulesFile || rules[0].Policy != "incident" || rules[0].Broken != (len(r.Problems()) > 0) {
		t.Fatalf("%+v", rules)
	}
	return rules[0], r.Problems()
}

func TestRules(t *testing.T) {
	got, problems := readRulesText(t, smallRules("incident"))
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	at := func(line, column int) source.Position {
		return source.Position{File: rulesFile, Line: line, Column: column}
	}
	want := verdict.Rules{
		Question: "disclose", Policy: "incident",
		All: []verdict.Clause{{
			ID: "fix", Under: "We will disclose", Quote: "when a fix is available", Force: verdict.Promise, Otherwise: verdict.Held, Position: at(4, 7),
			When: []verdict.Condition{{Fact: "fix_available", In: []string{"yes"}, Position: at(4, 85)}},
		}},
		Any: []verdict.Clause{{
			ID: "action", Under: "We will disclose", Quote: "User action is needed", Force: verdict.Promise, Position: at(6, 7),
			When: []verdict.Condition{{Fact: "user_action", In: []string{"yes"}, Position: at(9, 14)}},
		}},
		Except: []verdict.Clause{{
			ID: "routine", Under: "Generally", Quote: "routine patching", Force: verdict.Promise, Over: []string{"action"}, Position: at(11, 7),
			When: []verdict.Condition{{Fact: "routine_dependency_patch", In: []string{"yes"}, Position: at(11, 75)}},
		}},
	}
	if diff := cmp.Diff(want, got.Disclose); diff != "" {
		t.Error(diff)
	}
	if when := got.Notify.Any[0].When; got.Notify.Question != "notify" || len(when) != 2 || when[1].Fact != "severity" || !slices.Equal(when[1].In, []string{"critical", "high"}) {
		t.Errorf("%+v", got.Notify)
	}
	if got.Places.Of("notify").Line != 13 || got.Places.Of("disclose.any").Line != 6 || string(got.Source.Data) != smallRules("incident") {
		t.Errorf("%v", got.Places)
	}
}

// The rules of the documentation, as they stand there.
func TestRulesInBraces(t *testing.T) {
	got, problems := readRulesText(t, `policy: incident
disclose:
  first:  [{clause: legal, under: "For incidents that fall under", quote: "those requirements will take precedence over this policy", when: {legal: [yes]}}]
  all:    [{clause: fix, under: "We will disclose", quote: "when a fix is available", when: {fix_available: [yes]}}]
  any:    [{clause: action, under: "We will disclose", quote: "User action is needed to fix the vulnerability", when: {user_action: [yes]}, force: promise},
           {clause: cannot-confirm, under: "We will disclose", quote: "We cannot confirm", when: {none_affected_confirmed: [no]}}]
  except: [{clause: routine, under: "Generally", quote: "routine", when: {routine_dependency_patch: [yes]}, over: [cannot-confirm]}]
notify:
  delay:
    - clause: legal-delay
      under: For incidents
      quote: >-
        those requirements
        will take   precedence

        over this policy
      when:
        legal_delay: yes
      force: may
  all:
    - {clause: affected, under: We, quote: q, when: {tailnet_affected: yes}}
    - {clause: scope, under: We, quote: q, when: {in_scope: yes}, otherwise: held, since: 2026-05-03T12:00:00+02:00}
    - {clause: fix, under: We, quote: q, when: {fix_available: yes}, otherwise: not_required}
  any:
    - clause: 1-a
      under: We
      quote: |
        several
          lines
        here
      when: {a: ["yes", 'no', 010, null-like]}
      force: aim
`)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	d, n := got.Disclose, got.Notify
	if d.First[0].ID != "legal" || d.All[0].Otherwise != verdict.Held || len(d.Any) != 2 || d.Any[0].Force != verdict.Promise || !slices.Equal(d.Except[0].Over, []string{"cannot-confirm"}) ||
		d.First[0].Otherwise != "" || d.Any[0].When[0].In[0] != "yes" {
		t.Errorf("%+v", d)
	}
	if c := n.Delay[0]; c.Quote != "those requirements will take precedence over this policy" || c.Force != verdict.May || !c.Since.IsZero() {
		t.Errorf("%+v", c)
	}
	if n.All[0].Otherwise != verdict.NotRequired || n.All[1].Otherwise != verdict.Held || n.All[2].Otherwise != verdict.NotRequired || !n.All[1].Since.Equal(time.Date(2026, 5, 3, 10, 0, 0, 0, time.UTC)) || !n.All[0].Since.IsZero() {
		t.Errorf("%+v", n.All)
	}
}

// Every way to get a rules file wrong, at its place; and then it decides nothing (F2, F4).
func TestWrongRules(t *testing.T) {
	for _, c := range []struct{ old, new, want string }{
		{smallRules("incident"), "", "1:1 empty-header"},
		{smallRules("incident"), "[]", "1:1 not-a-mapping"},
		{smallRules("incident"), "policy: incident\n---\npolicy: incident\n", "2:1 second-document"},
		{"policy: incident", "policy: \u202Eincident", "1:9 hidden-character"},
		{"policy: incident\n", "", "1:1 missing-key"},
		{"policy: incident", "policy: disclosure", "1:9 id-not-file-name"},
		{"policy: incident", "policy: [incident]", "1:9 not-text"},
		{"policy: incident", "policy: incident\nversion: 2", "2:1 unknown-key"},
		{"policy: incident", "policy: incident\npolicy: incident", "2:1 duplicate-key"},
		{"notify:\n", "notfiy:\n", "12:1 unknown-key"},
		{smallRules("incident")[strings.Index(smallRules("incident"), "notify:"):], "", "1:1 missing-key"},
		{smallRules("incident")[strings.Index(smallRules("incident"), "notify:"):], "notify: none\n", "12:9 not-a-mapping"},
		{smallRules("incident")[strings.Index(smallRules("incident"), "notify:"):], "notify: {}\n", "12:9 missing-key"},
		{smallRules("incident")[strings.Index(smallRules("incident"), "notify:"):], "notify: {any: []}\n", "12:15 not-a-list"},
		{smallRules("incident")[strings.Index(smallRules("incident"), "notify:"):], "notify: {all: [{clause: a, under: b, quote: c, when: {d: e}}]}\n", "12:9 missing-key"},
		{"notify:\n  any:", "notify:\n  either:", "13:3 unknown-key, 13:3 missing-key"},
		{"  all:\n", "  al:\n", "3:3 unknown-key"},
		{"  all:\n", "  delay:\n    - {clause: wait, under: We, quote: q, when: {legal_delay: yes}, since: 2026-01-01}\n  all:\n", "4:69 unknown-key"},
		{"  all:\n", "  first:\n    - {clause: law, under: We, quote: q, when: {legal: yes}, since: 2026-01-01}\n  all:\n", "4:62 unknown-key"},
		{"    - {clause: fix,", "    - fix\n    - {clause: fix,", "4:7 not-a-mapping"},
		{"{clause: fix, ", "{", "4:7 missing-key"},
		{"clause: fix,", "clause: Fix,", "4:16 odd-id"},
		{"clause: fix,", "clause: fix it,", "4:16 odd-id"},
		{"clause: fix,", "clause: fix_it,", "4:16 odd-id"},
		{"clause: fix,", "clause: -fix,", "4:16 odd-id"},
		{"clause: fix,", "clause: fix-,", "4:16 odd-id"},
		{"clause: fix,", "clause: " + strings.Repeat("x", 65) + ",", "4:16 odd-id"},
		{"clause: fix,", "clause: action,", "6:15 duplicate-id"},
		{"clause: fix,", "clause: routine,", "11:16 duplicate-id"},
		{"under: We will disclose, ", "", "4:7 missing-key"},
		{"quote: when a fix is available, ", "", "4:7 missing-key"},
		{"quote: when a fix is available, ", "quote: \"\", ", "4:53 no-value"},
		{"quote: when a fix is available, ", "quote: [a], ", "4:53 not-text"},
		{"      quote: User action is needed\n", "      quote: User action\n        is needed\n", "8:14 several-lines"},
		{"      quote: User action is needed\n", "      quote: >-\n" + strings.Repeat("        many words of a policy\n", 100), "8:14 too-large"},
		{", when: {fix_available: [yes]}", "", "4:7 missing-key"},
		{"when: {fix_available: [yes]}", "when: {}", "4:84 no-value"},
		{"when: {fix_available: [yes]}", "when: fix_available", "4:84 not-a-mapping"},
		{"when: {fix_available: [yes]}", "when: [fix_available]", "4:84 not-a-mapping"},
		{"when: {fix_available: [yes]}", "when: {fix_available: []}", "4:100 not-a-list"},
		{"when: {fix_available: [yes]}", "when: {fix_available: [yes, yes]}", "4:106 duplicate-item"},
		{"when: {fix_available: [yes]}", "when: {fix_available: [[yes]]}", "4:101 not-text"},
		{"when: {fix_available: [yes]}", "when: {fix_available: {is: yes}}", "4:100 not-text"},
		{"when: {fix_available: [yes]}", "when: {fix_available: ~}", "4:100 no-value"},
		{"when: {fix_available: [yes]}", "when: {fix_available: [yes], fix_available: [no]}", "4:107 duplicate-key"},
		{"when: {fix_available: [yes]}", "when: {fix available: [yes]}", "4:85 odd-key"},
		{"when: {fix_available: [yes]}", "when: {fix_available: [" + strings.Repeat("x", 65) + "]}", "4:101 too-large"},
		{"when: {fix_available: [yes]}", "when: {fix_available: [yes]}, force: must", "4:115 unknown-word"},
		{"when: {fix_available: [yes]}", "when: {fix_available: [yes]}, otherwise: required", "4:119 unknown-word"},
		{"when: {fix_available: [yes]}", "when: {fix_available: [yes]}, since: May", "4:115 not-a-date"},
		{"when: {fix_available: [yes]}", "when: {fix_available: [yes]}, over: [action]", "4:108 unknown-key"},
		{"when: {user_action: [yes]}\n", "when: {user_action: [yes]}\n      otherwise: held\n", "10:7 unknown-key"},
		{"when: {user_action: [yes]}\n", "when: {user_action: [yes]}\n      over: [action]\n", "10:7 unknown-key"},
		{"over: [action]", "over: action", "11:113 not-a-list"},
		{"over: [action]", "over: []", "11:113 not-a-list"},
		{"over: [action]", "over: [actoin]", "11:114 unknown-clause"},
		{"over: [action]", "over: [fix]", "11:114 unknown-clause"},
		{"over: [action]", "over: [action, routine]", "11:122 unknown-clause"},
		{"quote: routine patching", "quote: &q routine patching", "11:50 yaml-anchor"},
		{"quote: routine patching", "quote: routine #1 patching", "11:7 yaml-syntax"},
		{"quote: routine patching", "quote: a: b", ""},
	} {
		text := strings.Replace(smallRules("incident"), c.old, c.new, 1)
		rules, problems := readRulesText(t, text)
		if c.want == "" && problems.Errors() > 0 {
			continue // where the library stops is its own business
		}
		if said(problems) != c.want || problems.Errors() != len(problems) || !rules.Broken || len(rules.Disclose.Any) > 0 {
			t.Errorf("%q instead of %q: %q, want %q", clip(c.new), clip(c.old), said(problems), c.want)
		}
	}
}

func TestOverHints(t *testing.T) {
	_, problems := readRulesText(t, strings.Replace(smallRules("incident"), "over: [action]", "over: [actoin]", 1))
	if len(problems) != 1 || problems[0].Hint != `did you mean "action"?` {
		t.Errorf("%v", problems)
	}
}

// A policy with rules that cannot be read is none without rules; with two files of
// them, neither decides.
func TestRulesThatDoNotCount(t *testing.T) {
	for name, c := range map[string]struct {
		files map[string]string
		want  string
	}{
		"broken":         {map[string]string{rulesFile: "policy: [}"}, ""},
		"empty":          {map[string]string{rulesFile: ""}, "1:1 empty-header"},
		"odd slug":       {map[string]string{"content/policies/A b.rules.yaml": smallRules("A b")}, "1:9 odd-slug"},
		"no slug at all": {map[string]string{"content/policies/.rules.yaml": smallRules("x")}, ""},
		"two":            {map[string]string{rulesFile: smallRules("incident"), "content/policies/incident/incident.rules.yaml": smallRules("incident")}, " duplicate-id"},
	} {
		r, err := Open(tree(c.files), nil)
		if err != nil {
			t.Fatal(err)
		}
		if c.want != "" && said(r.Problems()) != c.want {
			t.Errorf("%s: %q, want %q", name, said(r.Problems()), c.want)
		}
		for _, rules := range r.Site().Rules {
			if !rules.Broken {
				t.Errorf("%s: %+v", name, rules)
			}
		}
		if want := len(c.files); name != "no slug at all" && len(r.Site().Rules) != want {
			t.Errorf("%s: %d rules", name, len(r.Site().Rules))
		}
	}
}

// A link in place of rules does not leave the built-in ones in force (F13).
func TestRulesThatAreNoFile(t *testing.T) {
	for _, mode := range []fs.FileMode{fs.ModeSymlink, fs.ModeDevice} {
		r, err := Open(fstest.MapFS{rulesFile: {Data: []byte("../../secrets/rules.yaml"), Mode: mode}}, nil)
		if err != nil {
			t.Fatal(err)
		}
		if rules := r.Site().Rules; len(rules) != 1 || !rules[0].Broken || rules[0].Policy != "incident" || r.Problems().Errors() != 1 {
			t.Errorf("%v: %+v, %v", mode, rules, r.Problems())
		}
	}
}

// placeless leaves out where clauses stand.
var placeless = cmp.Options{cmpopts.IgnoreFields(verdict.Clause{}, "Position"), cmpopts.IgnoreFields(verdict.Condition{}, "Position")}

// builtin is the built-in reading of an incident disclosure policy.
func builtin() (disclose, notify verdict.Rules) {
	is := func(facts ...string) (when []verdict.Condition) {
		for _, f := range facts {
			fact, values, _ := strings.Cut(f, "=")
			when = append(when, verdict.Condition{Fact: fact, In: strings.Split(values, "|")})
		}
		return when
	}
	clause := func(id, under, quote string, facts ...string) verdict.Clause {
		return verdict.Clause{ID: id, Under: under, Quote: quote, When: is(facts...), Force: verdict.Promise}
	}
	with := func(c verdict.Clause, otherwise verdict.Outcome, over ...string) verdict.Clause {
		c.Otherwise, c.Over = otherwise, over
		return c
	}
	const (
		law, noise  = "For incidents that fall under", "Generally, we aim to reduce noise"
		tell, write = "We will disclose", "We will notify users directly"
		precedence  = "those requirements will take precedence over this policy"
		visible     = "We can confirm that tailnet metadata or data was visible to an unauthorized party"
	)
	delay := []verdict.Clause{clause("legal-delay", law, precedence, "legal_delay=yes")}
	scope := with(clause("scope", "Both the client software", "are in scope for this policy", "in_scope=yes"), verdict.NotRequired)
	exempt := func(over ...string) []verdict.Clause {
		return []verdict.Clause{
			with(clause("routine", noise, "not notify users for routine security patching of dependencies", "routine_dependency_patch=yes"), "", over...),
			clause("not-exploited", noise, "if we confirm the vulnerability was not exploited and no users were affected", "not_exploited_confirmed=yes", "none_affected_confirmed=yes"),
		}
	}
	disclose = verdict.Rules{
		Question: "disclose", Policy: "incident-disclosure", Delay: delay,
		First: []verdict.Clause{clause("legal", law, precedence, "legal=yes")},
		All:   []verdict.Clause{scope, with(clause("fix", tell, "when a fix is available", "fix_available=yes"), verdict.Held)},
		Any: []verdict.Clause{
			clause("action", tell, "User action is needed to fix the vulnerability", "user_action=yes"),
			clause("data", tell, visible, "data_visible=yes"),
			clause("cannot-confirm", tell, "We cannot confirm that no users were affected by the vulnerability", "none_affected_confirmed=no"),
		},
		Except: exempt("cannot-confirm"),
	}
	notify = verdict.Rules{
		Question: "notify", Policy: "incident-disclosure", Delay: delay,
		First: []verdict.Clause{clause("legal", law, precedence, "legal=yes", "tailnet_affected=yes")},
		All:   []verdict.Clause{with(clause("affected", write, "when we can confirm that the tailnet was affected", "tailnet_affected=yes"), verdict.NotRequired), scope},
		Any: []verdict.Clause{
			clause("severe-action", write, "User action is needed to fix the vulnerability, and it is a critical or high impact vulnerability", "user_action=yes", "severity=critical|high"),
			clause("tailnet-data", write, visible, "tailnet_data_visible=yes"),
		},
		Except: exempt(),
	}
	return disclose, notify
}

// encoded reads back what was written for a policy of that slug.
func encoded(t *testing.T, slug string, disclose, notify verdict.Rules) Rules {
	t.Helper()
	text := EncodeRules(slug, disclose, notify)
	got, problems := rulesFrom(source.File{Name: "content/policies/" + slug + rulesEnd, Data: text})
	if len(problems) > 0 {
		t.Fatalf("%v\n%s", problems, text)
	}
	if diff := cmp.Diff(disclose, got.Disclose, placeless) + cmp.Diff(notify, got.Notify, placeless); diff != "" {
		t.Errorf("%s\n%s", diff, text)
	}
	return got
}

// The built-in reading, written out for a person, is the same reading.
func TestEncodeRules(t *testing.T) {
	disclose, notify := builtin()
	got := encoded(t, "incident-disclosure", disclose, notify)
	if again := EncodeRules("incident-disclosure", got.Disclose, got.Notify); string(again) != string(got.Source.Data) {
		t.Errorf("written anew:\n%s", again)
	}
	golden(t, "incident-disclosure.rules.golden", got.Source.Data)
}

// Lists may be as long as they like: no line becomes too long to be read (F9).
func TestEncodeLongLists(t *testing.T) {
	c := verdict.Clause{ID: "a", Under: "u", Quote: "q", Force: verdict.Promise, When: []verdict.Condition{{Fact: "f"}}}
	rules := verdict.Rules{Question: "disclose", Policy: "a"}
	waived := c
	waived.ID = "waived"
	many := verdict.Clause{ID: "many", Under: "u", Quote: "q", Force: verdict.Promise}
	for i := range 300 {
		c.ID = fmt.Sprintf("%s-%d", strings.Repeat("x", 55), i)
		waived.Over = append(waived.Over, c.ID)
		waived.When[0].In = append(waived.When[0].In, c.ID)
		many.When = append(many.When, verdict.Condition{Fact: fmt.Sprintf("a_fact_like_many_%d", i), In: []string{"yes", "no"}})
		rules.Any = append(rules.Any, verdict.Clause{ID: c.ID, Under: "u", Quote: "q", Force: verdict.Promise, When: []verdict.Condition{{Fact: "f", In: []string{"v"}}}})
	}
	rules.Except = []verdict.Clause{waived, many}
	notify := rules
	notify.Question = "notify"
	encoded(t, "a", rules, notify)
}

// Whatever words a policy has, they come back as they are (F3).
func TestEncodeOddRules(t *testing.T) {
	long := strings.TrimSpace(strings.Repeat("Words, “words”: # - ' \" \\ and {more} [words]. ", 40))
	for _, quote := range []string{
		"plain", `"quoted" and \ 'quoted'`, "# no comment", "- no list", "a: b", "{a}", "null", "yes", "~", "!", "1.60", "'", `"`, `\`, "%", "@a", "\u200C\u200D", "größer 日本 don’t", "…", long, strings.TrimSpace(long[:91]), strings.TrimSpace(long[:90]),
		strings.Repeat("x", 2000), strings.Repeat("# ", 60) + "#",
	} {
		c := verdict.Clause{
			ID: "null", Under: quote, Quote: quote, Force: verdict.May, Since: time.Date(2026, 5, 3, 4, 5, 6, 7, time.UTC),
			When: []verdict.Condition{{Fact: "null", In: []string{"yes", "true", "null", "1.60", quote[:min(len(quote), 1)], "a, b", "~"}}, {Fact: "Yes", In: []string{"on"}}},
		}
		if quote[0] > 127 {
			c.When[0].In[4] = "ä"
		}
		for i := range 20 {
			c.When = append(c.When, verdict.Condition{Fact: strings.Repeat("f", i+1), In: []string{strings.Repeat("v", i+1), strings.Repeat("w", 64)}})
		}
		c.When[0].In = slices.Compact(c.When[0].In)
		promise, held, waived := c, c, c
		held.ID, held.Otherwise, held.Since = "held", verdict.Held, time.Date(2026, 5, 3, 0, 0, 0, 0, time.UTC)
		waived.ID, waived.Over, waived.Force = "on", []string{"null"}, verdict.Aim
		rules := verdict.Rules{Question: "disclose", Policy: "a", All: []verdict.Clause{held}, Any: []verdict.Clause{promise}, Except: []verdict.Clause{waived}}
		notify := rules
		notify.Question = "notify"
		if len(slices.Compact(slices.Sorted(slices.Values(c.When[0].In)))) != len(c.When[0].In) {
			continue // a value that stands twice is refused
		}
		encoded(t, "a", rules, notify)
	}
}
