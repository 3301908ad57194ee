package content

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tocsin/internal/bulletin"
	"tocsin/internal/verdict"
)

var digest = strings.Repeat("0123456789abcdef", 4)

// recorded is a decision as release puts it on record.
func recorded(id string) bulletin.Decision {
	at := time.Date(2026, 5, 3, 14, 30, 0, 0, time.UTC)
	withdrawn := at.AddDate(0, 0, 9)
	return bulletin.Decision{
		ID: bulletin.ID(id), Released: at, Status: bulletin.Public, By: "A. Example", Partial: "the fix for ios comes on Monday",
		Policy: bulletin.Digested{Name: "content/policies/incident-disclosure.md", SHA256: digest},
		Rules:  bulletin.Digested{Name: "content/policies/incident-disclosure.rules.yaml", SHA256: digest},
		Verdicts: map[string]bulletin.Judged{
			"disclose": {
				Verdict: verdict.Required,
				Clauses: []bulletin.JudgedClause{
					{Clause: "fix", Quote: "when a fix is available", Value: "yes"},
					{Clause: "action", Quote: "User action is needed & <wanted>", Value: "yes", Decides: true},
				},
				Facts: map[string]bulletin.JudgedFact{"user_action": {Value: "yes"}, "legal": {Value: "no", Note: "not assessed, counted as no"}},
			},
			"notify": {
				Verdict: verdict.NotRequired, Clauses: []bulletin.JudgedClause{}, Facts: map[string]bulletin.JudgedFact{},
				Override: &bulletin.JudgedOverride{Verdict: verdict.Required, Reason: "we told them of its predecessor", By: "B. Example"},
			},
		},
		Texts:     []bulletin.Text{{Version: 1, At: at, SHA256: digest}, {Version: 3, At: at.Add(time.Hour), SHA256: digest}},
		Withdrawn: &bulletin.TakenBack{At: withdrawn, SHA256: digest},
	}
}

// recordOf is the file of a decision.
func recordOf(id string) string {
	data, err := EncodeDecision(recorded(id))
	if err != nil {
		return err.Error()
	}
	return string(data)
}

// decided reads a site of one bulletin with this text for its record.
func decided(t *testing.T, record string) (*bulletin.Decision, string, Entry) {
	t.Helper()
	_, entries, problems := opened(t, map[string]string{ours: whole, "content/decisions/TS-2026-004.json": record}, nil)
	for _, p := range problems {
		if p.Position.File != "content/decisions/TS-2026-004.json" || p.Message == "" || p.Level != 0 || p.Hint == "" {
			t.Errorf("%+v", p)
		}
	}
	return entries[0].Bulletin.Decision, said(problems), entries[0]
}

func TestDecision(t *testing.T) {
	got, problems, e := decided(t, recordOf("TS-2026-004"))
	if problems != "" || e.BadRecord || !e.Readable {
		t.Fatal(problems)
	}
	if diff := cmp.Diff(recorded("TS-2026-004"), *got); diff != "" {
		t.Error(diff)
	}
	least := recorded("TS-2026-004")
	least.By, least.Partial, least.Policy, least.Rules, least.Withdrawn = "", "", bulletin.Digested{}, bulletin.Digested{}, nil
	delete(least.Verdicts, "notify")
	data, err := EncodeDecision(least)
	if got, problems, _ := decided(t, string(data)); err != nil || problems != "" || cmp.Diff(least, *got) != "" {
		t.Errorf("%s %v", problems, err)
	}
	if _, entries, problems := opened(t, map[string]string{ours: whole}, nil); entries[0].Bulletin.Decision != nil || entries[0].BadRecord || len(problems) > 0 {
		t.Errorf("no record: %v", problems)
	}
	for name, text := range map[string]string{
		"line ends":   strings.ReplaceAll(recordOf("TS-2026-004"), "\n", "\r\n"),
		"other space": strings.ReplaceAll(recordOf("TS-2026-004"), "  ", "\t") + "\n\n",
	} {
		if got, problems, _ := decided(t, text); problems != "" || cmp.Diff(recorded("TS-2026-004"), *got) != "" {
			t.Errorf("%s: %s", name, problems)
		}
	}
}

// The same decision gives the same bytes, as a person would read them (F61).
func TestEncodeDecision(t *testing.T) {
	d := recorded("TS-2026-004")
	zone := time.FixedZone("", 7200)
	d.Released, d.Texts[0].At = d.Released.In(zone), d.Texts[0].At.In(zone)
	d.Withdrawn = &bulletin.TakenBack{At: d.Withdrawn.At.In(zone), SHA256: d.Withdrawn.SHA256}
	got, err := EncodeDecision(d)
	if err != nil || string(got) != recordOf("TS-2026-004") {
		t.Errorf("%v\n%s", err, got)
	}
	if d.Texts[0].At.Location() != zone || d.Withdrawn.At.Location() != zone {
		t.Error("the decision itself was changed")
	}
	if !bytes.HasPrefix(got, []byte("{\n  \"id\": \"TS-2026-004\",\n  \"released\": \"2026-05-03T14:30:00Z\",\n")) || !bytes.HasSuffix(got, []byte("\n}\n")) ||
		!bytes.Contains(got, []byte(`"User action is needed & <wanted>"`)) {
		t.Errorf("%s", got)
	}
	for range 20 {
		if again, _ := EncodeDecision(d); !bytes.Equal(again, got) {
			t.Fatalf("%s", again)
		}
	}
	d.Released = time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)
	if got, err := EncodeDecision(d); err == nil || got != nil || !strings.Contains(err.Error(), "TS-2026-004") {
		t.Errorf("%v %s", err, got)
	}
}

// A record that is not exactly understood is an error at its place, and never none.
func TestBadDecisions(t *testing.T) {
	good := recordOf("TS-2026-004")
	for _, c := range []struct{ old, new, want string }{
		{good, "", "1:1 bad-decision"},
		{good, "null", "1:1 bad-decision, 1:1 bad-decision, 1:1 bad-decision, 1:1 bad-decision, 1:1 bad-decision, 1:1 bad-decision, 1:1 bad-decision"},
		{good, "[]", "1:1 bad-decision"},
		{good, "{}", "1:1 bad-decision, 1:1 bad-decision, 1:1 bad-decision, 1:1 bad-decision, 1:1 bad-decision, 1:1 bad-decision, 1:1 bad-decision"},
		{good, "yes", "1:1 bad-decision"},
		{good, good[:len(good)-3], ""},
		{good, good + "{}", "70:1 bad-decision"},
		{good, good + good, "70:1 bad-decision"},
		{good, good + "x", "70:1 bad-decision"},
		{good, "\uFEFF" + good, "1:1 hidden-character"},
		{"A. Example", "A.\u202E Example", "5:12 hidden-character"},
		{`"by": "A. Example",`, `"by": "A. Example", "reason": "x",`, "5:23 bad-decision"},
		{`"by": "A. Example",`, `"by": "A. Example",,`, "5:22 bad-decision"},
		{`"by": "A. Example",`, `"by": "A. Example", "by": "B. Example",`, "5:26 bad-decision"},
		{`"by": "A. Example",`, `"by": "A. Example", "BY": "B. Example",`, "5:26 bad-decision"},
		{`"verdict": "required",`, `"verdict": "held", "verdict": "required",`, "17:34 bad-decision"},
		{`"status": "published"`, `"Status": "published"`, "4:10 bad-decision"},
		{`"status": "published"`, `"ſtatus": "published"`, "4:10 bad-decision"},
		{`"status": "published",`, `"status": "published", "ſtatus": "private",`, "4:33 bad-decision"},
		{`"clauses": []`, `"clauses": null`, "42:5 bad-decision"},
		{`"clauses": [],`, ``, "42:5 bad-decision"},
		{`"facts": {},`, ``, "42:5 bad-decision"},
		{`"policy": {`, `"rules": {}, "texts": [], "x": {`, ""},
		{`"by": "A. Example",`, `"by": 7,`, "5:9 bad-decision"},
		{`"released": "2026-05-03T14:30:00Z"`, `"released": "2026-05-03"`, ""},
		{`"released": "2026-05-03T14:30:00Z"`, `"released": null`, "3:3 bad-decision"},
		{`"released": "2026-05-03T14:30:00Z",`, ``, "1:1 bad-decision"},
		{`"id": "TS-2026-004"`, `"id": "TS-2026-005"`, "2:3 bad-decision"},
		{`"id": "TS-2026-004"`, `"id": ""`, "2:3 bad-decision"},
		{`"status": "published"`, `"status": "draft"`, "4:3 bad-decision"},
		{`"status": "published"`, `"status": "withdrawn"`, "4:3 bad-decision"},
		{digest, digest[1:], "7:3 bad-decision"},
		{digest, strings.ToUpper(digest), "7:3 bad-decision"},
		{`"name": "content/policies/incident-disclosure.md",`, ``, "7:3 bad-decision"},
		{`"disclose": {`, `"Disclose": {`, "15:3 bad-decision, 15:3 bad-decision"},
		{`"notify": {`, `"tell": {`, "15:3 bad-decision"},
		{`"verdict": "required",`, `"verdict": "yes",`, "16:5 bad-decision"},
		{`"verdict": "required",`, ``, "16:5 bad-decision"},
		{`"clause": "fix",`, `"clause": "",`, "16:5 bad-decision"},
		{`"quote": "when a fix is available",`, ``, "16:5 bad-decision"},
		{`"value": "yes",` + "\n          \"decides\": false", `"value": "true",` + "\n          \"decides\": false", "16:5 bad-decision"},
		{`"value": "no",`, ``, "16:5 bad-decision"},
		{`"legal": {`, `"": {`, "16:5 bad-decision"},
		{`"override": "required"`, `"override": "held"`, "42:5 bad-decision"},
		{`"reason": "we told them of its predecessor",`, ``, "42:5 bad-decision"},
		{`"by": "B. Example"`, `"by": ""`, "42:5 bad-decision"},
		{`"version": 1,`, `"version": 0,`, "53:3 bad-decision"},
		{`"version": 3,`, `"version": 1,`, "53:3 bad-decision"},
		{`"version": 1,`, `"version": 1.5,`, "55:20 bad-decision"},
		{`"at": "2026-05-03T14:30:00Z",`, ``, "53:3 bad-decision"},
		{`"at": "2026-05-12T14:30:00Z",`, ``, "65:3 bad-decision"},
		{`"at": "2026-05-12T14:30:00Z",` + "\n    \"sha256\": \"" + digest, `"at": "2026-05-12T14:30:00Z", "sha256": "`, "65:3 bad-decision"},
		{good, strings.Repeat("[\n", 1<<14), "10001:1 bad-decision"},
		{good, strings.Repeat(" ", maxFile+1), " bad-decision"},
	} {
		text := strings.Replace(good, c.old, c.new, 1)
		got, problems, e := decided(t, text)
		if c.want == "" && strings.HasSuffix(problems, " bad-decision") {
			problems = "" // the decoder gives no place for it
		}
		if problems != c.want || got != nil || !e.BadRecord || !e.Readable {
			t.Errorf("%q instead of %q: %q, want %q, %+v", clip(c.new), clip(c.old), problems, c.want, got)
		}
	}
}

// A draft softens what is wrong with it, not with what was decided about it.
func TestBadDecisionOfADraft(t *testing.T) {
	_, entries, problems := opened(t, map[string]string{ours: draftOf("TS-2026-004"), "content/decisions/TS-2026-004.json": "{"}, nil)
	if problems.Errors() != 1 || problems[0].Code != "bad-decision" || problems[0].Softened || !entries[0].BadRecord {
		t.Errorf("%v", problems)
	}
}

// Every record has its bulletin, and a bulletin one record, in whichever root.
func TestDecisionsAndBulletins(t *testing.T) {
	const inSite, inDrafts = "content/decisions/TS-2026-004.json", "decisions/TS-2026-004.json"
	record := recordOf("TS-2026-004")
	for _, c := range []struct {
		name         string
		site, drafts map[string]string
		want         string
		decided      int
	}{
		{"of the site", map[string]string{ours: whole, inSite: record}, nil, "", 1},
		{"of nothing", map[string]string{inSite: record}, nil, inSite + " stray-decision", 0},
		{"of another", map[string]string{"content/bulletins/TS-2026-005.md": named("TS-2026-005"), inSite: record}, nil, inSite + " stray-decision", 0},
		{"of a policy", map[string]string{"content/policies/TS-2026-004.md": page1, inSite: record}, nil, inSite + " stray-decision", 0},
		{"of a draft in the drafts root", map[string]string{inSite: record}, map[string]string{"bulletins/TS-2026-004.md": draftOf("TS-2026-004")}, "", 1},
		{"beside it", nil, map[string]string{"bulletins/TS-2026-004.md": draftOf("TS-2026-004"), inDrafts: record}, "", 1},
		{"in the drafts root, of nothing", nil, map[string]string{inDrafts: record}, "../embargo/decisions/TS-2026-004.json stray-decision", 0},
		{"in the drafts root, of one in the site", map[string]string{ours: whole}, map[string]string{inDrafts: record}, "../embargo/decisions/TS-2026-004.json stray-decision", 0},
		{"twice", map[string]string{inSite: record}, map[string]string{"bulletins/TS-2026-004.md": draftOf("TS-2026-004"), inDrafts: record}, inSite + ":1:1 bad-decision", 0},
		{"of a bulletin that cannot be read", map[string]string{ours: "no bulletin", inSite: record}, nil, ours + ":1:1 no-header", 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			site := map[string]string{"content/embed.go": ""}
			for name, text := range c.site {
				site[name] = text
			}
			_, entries, problems := opened(t, site, embargo(c.drafts))
			var got []string
			for _, p := range problems {
				got = append(got, fmt.Sprintf("%s %s", p.Position, p.Code))
			}
			if strings.Join(got, ", ") != c.want || problems.Errors() != len(problems) {
				t.Errorf("%v, want %s", problems, c.want)
			}
			n := 0
			for _, e := range entries {
				if e.Bulletin.Decision != nil {
					n++
				}
			}
			if n != c.decided {
				t.Errorf("%d are decided, want %d", n, c.decided)
			}
		})
	}
}

// Every key that a record can have is known by its exact letters, and a record needs
// its policy and rules, be they empty.
func TestRecordKeys(t *testing.T) {
	d := recorded("TS-2026-004")
	d.Partial, d.Texts[0].Summary, d.Texts[0].Material = "P", "S", true
	data, err := EncodeDecision(d)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range regexp.MustCompile(`"([a-z0-9_]+)":`).FindAllStringSubmatch(string(data), -1) {
		if key := m[1]; !slices.Contains(recordKeys, key) && !slices.Contains([]string{"disclose", "notify", "user_action", "legal"}, key) {
			t.Errorf("%s is no key", key)
		}
	}
	for _, key := range []string{"policy", "rules"} {
		text := regexp.MustCompile(`(?s)  "`+key+`": \{.*?\},\n`).ReplaceAllString(recordOf("TS-2026-004"), "")
		if got, problems, _ := decided(t, text); got != nil || problems != "1:1 bad-decision" {
			t.Errorf("without %s: %q", key, problems)
		}
	}
}
