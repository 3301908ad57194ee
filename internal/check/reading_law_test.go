package check

import (
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"tocsin/internal/content"
	"tocsin/internal/disclosure"
	"tocsin/internal/source"
	"tocsin/internal/verdict"
)

// written are rules as a file of the sample's policy.
func written(rules disclosure.Rules) string {
	return string(content.EncodeRules(rules.Policy, rules.Disclose, rules.Notify))
}

// Rules that leave out the law, or ask for it in only some cases, decide nothing: what
// they say is an error at their question, and no verdict is given (F17).
func TestRulesWithoutLaw(t *testing.T) {
	asking := func(fact string, in ...string) []verdict.Condition { return []verdict.Condition{{Fact: fact, In: in}} }
	for name, c := range map[string]struct {
		change func(r *disclosure.Rules)
		want   string // question, and what it lacks
	}{
		"the law everywhere":     {func(*disclosure.Rules) {}, ""},
		"disclose does not wait": {func(r *disclosure.Rules) { r.Disclose.Delay = nil }, "disclose does not wait where a law asks to wait"},
		"notify does not wait":   {func(r *disclosure.Rules) { r.Notify.Delay = nil }, "notify does not wait where a law asks to wait"},
		"disclose without law":   {func(r *disclosure.Rules) { r.Disclose.First = nil }, "disclose does not put the law first"},
		"notify without law":     {func(r *disclosure.Rules) { r.Notify.First = nil }, "notify does not put the law first"},
		"a law of some cases": {func(r *disclosure.Rules) {
			r.Disclose.First[0].When = append(r.Disclose.First[0].When, asking("user_action", "yes")...)
		}, "disclose does not put the law first"},
		"the law where it is not": {func(r *disclosure.Rules) { r.Disclose.First[0].When = asking("legal", "no") }, "disclose does not put the law first"},
		"a delay of other facts":  {func(r *disclosure.Rules) { r.Notify.Delay[0].When = asking("legal", "yes") }, "notify does not wait where a law asks to wait"},
		"letters to the unknown":  {func(r *disclosure.Rules) { r.Notify.All = r.Notify.All[1:] }, "notify does not ask whether the tailnet is affected"},
		"letters to others":       {func(r *disclosure.Rules) { r.Notify.All[0].When[0].In = []string{"yes", "no"} }, "notify does not ask whether the tailnet is affected"},
		"letters later":           {func(r *disclosure.Rules) { r.Notify.All[0].Since = now.AddDate(-1, 0, 0) }, "notify does not ask whether the tailnet is affected"},
		"the law tells everybody": {func(r *disclosure.Rules) { r.Notify.First[0].When = asking("legal", "yes") }, "notify does not ask whether the tailnet is affected"},
		"every promise asks": {func(r *disclosure.Rules) {
			r.Notify.All = r.Notify.All[1:]
			for i := range r.Notify.Any {
				r.Notify.Any[i].When = append(r.Notify.Any[i].When, asking("tailnet_affected", "yes")...)
			}
		}, ""},
		"one promise asks": {func(r *disclosure.Rules) {
			r.Notify.All = r.Notify.All[1:]
			r.Notify.Any[0].When = append(r.Notify.Any[0].When, asking("tailnet_affected", "yes")...)
		}, "notify does not ask whether the tailnet is affected"},
	} {
		rules := disclosure.Builtin()
		c.change(&rules)
		l := sample(t, one("TS-2026-004", ""))
		l.site[rulesFile] = &fstest.MapFile{Data: []byte(written(rules))}
		checker := walk(t, l, now)
		problems, muted := checker.Done(), len(checker.Obstacles()) > 0
		if muted != (c.want != "") || muted != slices.ContainsFunc(problems, func(p source.Problem) bool { return p.Code == "verdict-impossible" }) {
			t.Errorf("%s: obstacles %v; %s", name, checker.Obstacles(), said(problems))
		}
		for _, p := range checker.Obstacles() {
			question, _, _ := strings.Cut(c.want, " ")
			above := strings.Join(strings.Split("\n"+written(rules), "\n")[:p.Position.Line], "\n")
			in := strings.LastIndex(above, "\n"+question+":") > strings.LastIndex(above, "\n"+map[string]string{"disclose": "notify", "notify": "disclose"}[question]+":")
			if p.Code != "rules-without-law" || p.Level != source.Error || p.Message != c.want || p.Hint == "" || p.Position.File != rulesFile || !in {
				t.Errorf("%s: %+v", name, p)
			}
		}
	}
}

// A question whose promises all begin later is no policy that asks for nothing: no
// verdict until one is in force.
func TestRulesOfLater(t *testing.T) {
	later := func(clauses []verdict.Clause) {
		for i := range clauses {
			clauses[i].Since = now.Add(1)
		}
	}
	for name, c := range map[string]struct {
		change func(r *disclosure.Rules)
		muted  bool
	}{
		"every promise to disclose": {func(r *disclosure.Rules) { later(r.Disclose.Any) }, true},
		"every promise to notify":   {func(r *disclosure.Rules) { later(r.Notify.Any) }, true},
		"all but one":               {func(r *disclosure.Rules) { later(r.Disclose.Any[1:]); later(r.Notify.Any[1:]) }, false},
	} {
		rules := disclosure.Builtin()
		c.change(&rules)
		found := content.Site{Rules: []content.Rules{{Policy: rules.Policy, Disclose: rules.Disclose, Notify: rules.Notify, Source: source.File{Name: rulesFile}}}}
		problems := notInForce(found, rules, now)
		if len(problems) > 0 != c.muted || len(obstacles(found, rules, problems)) != len(problems) {
			t.Errorf("%s: %v", name, problems)
		}
		if again := notInForce(found, rules, now.Add(1)); len(again) > 0 {
			t.Errorf("%s, when it is in force: %v", name, again)
		}
	}
	l := sample(t, one("TS-2026-004", ""))
	rules := disclosure.Builtin()
	for i := range rules.Disclose.Any {
		rules.Disclose.Any[i].Since = now.AddDate(1, 0, 0)
	}
	l.site[rulesFile] = &fstest.MapFile{Data: []byte(written(rules))}
	if got := said(problemsOf(t, l)); !strings.Contains(got, "verdict-impossible") || !strings.Contains(got, "rules-not-in-force") {
		t.Error(got)
	}
}

// Rules of another policy do not push aside the page that the built-in rules execute.
// Where it is not there, they are the policy; a page that cannot be read may be it.
func TestRulesOfAnotherPolicy(t *testing.T) {
	pets := content.PolicyFolder + "/pets.rules.yaml"
	incident := content.PolicyFolder + "/incident-disclosure.md"
	text := strings.Replace(rulesOf(t), "policy: incident-disclosure", "policy: pets", 1)
	for name, c := range map[string]struct {
		incident string // the page; empty: not there
		want     string // code of the obstacle
	}{
		"the page is there":       {string(samplePolicy(t)), "rival-rules"},
		"no such page":            {"", ""},
		"a page that is not read": {"---\ntitle: [\n---\nWe bark.\n", "yaml-syntax"},
	} {
		l := sample(t, "")
		page := strings.Replace(string(l.site[incident].Data), "slug: incident-disclosure", "slug: pets", 1)
		delete(l.site, incident)
		if c.incident != "" {
			l.site[incident] = &fstest.MapFile{Data: []byte(c.incident)}
		}
		l.site[content.PolicyFolder+"/pets.md"], l.site[pets] = &fstest.MapFile{Data: []byte(page)}, &fstest.MapFile{Data: []byte(text)}
		checker := walk(t, l, now)
		codes := make(map[string]bool)
		for _, p := range checker.Obstacles() {
			codes[p.Code] = true
		}
		if c.want == "" && len(codes) > 0 || c.want != "" && (!codes[c.want] || len(codes) > 1) {
			t.Errorf("%s: %v", name, []source.Problem(checker.Obstacles()))
		}
	}
}

// The documentation's example of a rules file decides: it is of the sample's policy.
func TestRulesOfTheDocumentation(t *testing.T) {
	data, err := os.ReadFile("../../docs/format.md")
	if err != nil {
		t.Fatal(err)
	}
	_, after, found := strings.Cut(string(data), "```yaml rules\n")
	text, _, closed := strings.Cut(after, "```")
	if !found || !closed {
		t.Fatal("docs/format.md has no example of a rules file")
	}
	l := sample(t, one("TS-2026-004", ""))
	l.site[rulesFile] = &fstest.MapFile{Data: []byte(text)}
	checker := walk(t, l, now)
	if problems := checker.Done(); len(checker.Obstacles()) > 0 || problems.Errors() > 0 || len(checker.Rules.Notify.First) != 1 {
		t.Error(said(problems))
	}
}

// The day on which somebody gave an answer has come.
func TestAnswerOfTomorrow(t *testing.T) {
	for day, want := range map[string]string{"2026-05-03": "", "2999-01-01": "future-date", "2999-01-01T10:00:00Z": "future-date"} {
		got := ""
		for _, p := range problemsOf(t, sample(t, "users_affected: {is: none_confirmed, by: A, at: "+day+", basis: logs}\n")) {
			if p.Code == "future-date" && p.Position.Line > 1 {
				got = p.Code
			}
		}
		if got != want {
			t.Errorf("%s: %q", day, got)
		}
	}
}
