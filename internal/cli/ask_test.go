package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"tocsin/internal/bulletin"
	"tocsin/internal/content"
	"tocsin/internal/disclosure"
	"tocsin/internal/source"
	"tocsin/internal/verdict"
)

var askedAt = time.Date(2026, 5, 4, 9, 0, 0, 0, time.UTC)

// asked is a run of ask on a text in memory. Next answers.
func asked(t *testing.T, text string, next func() (string, error)) (*asking, *bytes.Buffer) {
	t.Helper()
	file := source.File{Name: "content/bulletins/TS-2026-009.md", Data: []byte(text)}
	e, err := content.NewEditor(file)
	if err != nil || !e.Entry().Readable {
		t.Fatalf("%v\n%s", err, text)
	}
	var out bytes.Buffer
	a := &asking{
		dialog: &dialog{out: &out, next: next},
		policy: policyText{disclosure.Builtin(), "https://security.example.com/policy/"},
		now:    askedAt, b: e.Entry().Bulletin, problems: e.Entry().Problems, asked: make(map[string]bool),
		save: func(source.File, []byte) error { return nil },
	}
	a.config.Organization.Unit.One, a.config.Organization.Unit.Many = "network", "networks"
	a.config.Products = bulletin.Products{
		{ID: "client", Title: "Example client", Platforms: []string{"windows", "macos", "linux"}, VersionSuffix: "build"},
		{ID: "server", Title: "Example server", Hosted: true},
		{ID: "library", Title: "Example library"},
	}
	return a, &out
}

// typed gives lines, and then the end of the input.
func typed(lines ...string) func() (string, error) {
	return func() (string, error) {
		if len(lines) == 0 {
			return "", io.EOF
		}
		line := lines[0]
		lines = lines[1:]
		return line, nil
	}
}

func bulletinText(keys string) string {
	return "---\nid: TS-2026-009\ntitle: A fault # sample\nstatus: draft\n" + keys + "---\n"
}

// Each kind of answer, and what it writes.
func TestAnswers(t *testing.T) {
	const row = "affected:\n  - product: client\n    platforms: [windows]\n    introduced: 1.30.0\n    fixed: 1.66.1\n    available: 2026-05-03\n"
	for _, c := range []struct {
		name, before string
		typed        string // one line each, / between them
		want         string // the keys behind them, or the lines that say so
	}{
		{"a word", row + "severity: low\naction: none\n", "no", "data_visible: no\n"},
		{"the beginning of a word", row + "action: none\n", "u", "data_visible: unknown\n"},
		{"a number", row + "action: none\n", "2", "data_visible: no\n"},
		{"unknown, looked at again", row + "action: none\n", "unknown/2026-06-01", "data_visible:\n  is: unknown\n  next_check: 2026-06-01\n"},
		{"unknown, looked at again tomorrow", row + "action: none\n", "unknown/tomorrow", "  next_check: 2026-05-05\n"},
		{"unknown, looked at in the past", row + "action: none\n", "unknown/2026-05-01/", "2026-05-01 is over"},
		{"a word in the place of a longer answer", row + "action: none\ndata_visible: {is: unknown, by: A. Example}\n", "no", "data_visible: no\n"},
		{"all, where it was written what", row + "action: none\ndata_visible: {is: unknown, data: [content], next_check: 2026-05-01}\n", "all", "data_visible: {is: yes, for: all, data: [content]}\n"},
		{"a text", row + "data_visible: no\nseverity: high\n", "Update it: now", "action: \"Update it: now\"\n"},
		{"no text but a word", row + "data_visible: no\nseverity: high\n", "nothing/none", "does not tell anybody what to do"},
		{"unknown action", row + "data_visible: no\nseverity: high\n", "unknown", "action:\n  required: unknown\n"},
		{"action with steps", row + "data_visible: no\nseverity: high\naction:\n  required: unknown\n  steps: [Turn it off]\n", "Turn it off", "action:\n  required: yes\n  text: Turn it off\n  steps: [Turn it off]\n"},
		{"a severity", row + "data_visible: no\naction: Update it now.\n", "med", "severity: medium\n"},
		{"a row", "data_visible: no\naction: Update it now.\n", "client/windows, linux/1.30.0//", "affected:\n  - product: client\n    platforms: [windows, linux]\n    introduced: 1.30.0\n"},
		{"a row for all", "data_visible: no\naction: Update it now.\n", "client////fixed/1.66.1/today", "affected:\n  - product: client\n    fixed: 1.66.1\n    available: 2026-05-04\n"},
		{"no such platform", "data_visible: no\naction: Update it now.\n", "client/beos/all/", `client has no platform "beos": windows, macos, linux, or all`},
		{"no version", "data_visible: no\naction: Update it now.\n", "library/soon//", "write it such as 1.66.1"},
		{"two rows", "data_visible: no\naction: Update it now.\n", "server/yes/library//no", "affected:\n  - product: server\n  - product: library\n"},
		{"the day of a fix", "affected:\n  - {product: client, fixed: 1.66.1} # here\ndata_visible: no\naction: Update it now.\n", "fixed/2026-05-01", "  - {product: client, fixed: 1.66.1, available: 2026-05-01} # here\n"},
		{"the version of a fix", "affected:\n  - product: client\n    last_affected: 1.66.0\ndata_visible: no\naction: Update it now.\n", "fixed/1.66.1/2026-05-01", "  - product: client\n    fixed: 1.66.1\n    available: 2026-05-01\n"},
		{"a fix without a day", "affected:\n  - product: client\ndata_visible: no\naction: Update it now.\n", "fixed/1.66.1//", "    fixed: 1.66.1\n"},
		{"deployed", "affected:\n  - product: server\ndata_visible: {is: yes, for: all}\n", "deployed/2026-05-02", "    deployed: 2026-05-02\n"},
		{"a remedy", "affected:\n  - product: server\ndata_visible: {is: yes, for: all}\n", "remedy/Turn it off", "    remedy: Turn it off\n"},
		{"unfixed", "affected:\n  - product: server\ndata_visible: {is: yes, for: all}\n", "unfixed/in work", "    unfixed: in work\n"},
		{"no date", "affected:\n  - product: server\ndata_visible: {is: yes, for: all}\n", "deployed/soon/2026-05-02", `"soon" is no date`},
		{"a day that is none", "affected:\n  - product: server\ndata_visible: {is: yes, for: all}\n", "deployed/1980-01-01/deployed/2026-05-02", "deployed is \"1980-01-01\", not a date"},
		{"what we run has no version", "affected:\n  - product: server\ndata_visible: {is: yes, for: all}\n", "fixed", `"fixed" is none of the answers: deployed, remedy, unfixed`},
		{"what is fixed is not unfixed", "affected:\n  - {product: client, fixed: 1.66.1}\ndata_visible: {is: yes, for: all}\n", "unfixed", `"unfixed" is none of the answers: fixed, remedy`},
		{"a product that is not ours", "affected:\n  - product: printer\ndata_visible: {is: yes, for: all}\n", "nothing", `none of the answers: fixed, deployed, remedy, unfixed`},
		{"a strong claim", row + "severity: low\naction: none\ndata_visible: no\nlegal: none\nscope: own\n", "none_confirmed/A. Example//logs: all", "users_affected:\n  is: none_confirmed\n  by: A. Example\n  at: 2026-05-04\n  basis: \"logs: all\"\n"},
		{"a strong claim by half a word", row + "severity: low\naction: none\ndata_visible: no\nlegal: none\nscope: own\n", "no/some", "none_confirmed is a strong claim: type the whole word"},
		{"a strong claim of tomorrow", row + "severity: low\naction: none\ndata_visible: no\nlegal: none\nscope: own\n", "none_confirmed/A. Example/tomorrow//logs", "2026-05-05 lies in the future"},
		{"a strong claim without evidence", row + "severity: low\naction: none\ndata_visible: no\nlegal: none\nscope: own\n", "none_confirmed/A. Example///", "left for now"},
		{"no law", row + "severity: low\naction: none\ndata_visible: no\n", "none", "legal: none\n"},
		{"a law", row + "severity: low\naction: none\ndata_visible: no\n", "require/GDPR/2026-05-06/no", "legal:\n  - regime: GDPR\n    applies: yes\n    effect: require\n    deadline: 2026-05-06\n"},
		{"two laws", row + "severity: low\naction: none\ndata_visible: no\n", "delay/A court//yes/unknown/GDPR/no", "legal:\n  - regime: A court\n    applies: yes\n    effect: delay\n  - regime: GDPR\n    applies: unknown\n    effect: require\n"},
		{"none is no second law", row + "severity: low\naction: none\ndata_visible: no\n", "delay/A court//yes/none/unknown/GDPR/no", `"none" is none of the answers: require, delay, unknown`},
		{"whether a law applies", row + "severity: low\naction: none\ndata_visible: no\nlegal:\n  - {regime: GDPR, applies: unknown, effect: require}\n", "no", "  - {regime: GDPR, applies: no, effect: require}\n"},
		{"a delay that is over", row + "severity: low\naction: none\ndata_visible: no\nlegal:\n  - {regime: A court, applies: unknown, effect: delay, deadline: 2026-05-01}\n  - {regime: GDPR, applies: unknown, effect: require}\n", "no", "  - {regime: GDPR, applies: no, effect: require}\n"},
		{"whether we have to wait", row + "severity: low\naction: none\ndata_visible: no\nlegal:\n  - {regime: A court, applies: unknown, effect: delay}\n", "yes", "  - {regime: A court, applies: yes, effect: delay}\n"},
		{"what a law asks for", row + "severity: low\naction: none\ndata_visible: no\nlegal:\n  - {regime: GDPR, applies: yes}\n", "delay", "  - {regime: GDPR, applies: yes, effect: delay}\n"},
		{"our own, by yes", row + "severity: low\naction: none\ndata_visible: no\nlegal: none\n", "yes", "scope: own\n"},
		{"help", row + "action: none\n", "?/no", "under \"We will notify users directly …\""},
		{"our word for a network", row + "action: none\n", "", "see metadata or data of the affected networks?"},
	} {
		t.Run(c.name, func(t *testing.T) {
			a, out := asked(t, bulletinText(c.before), typed(strings.Split(c.typed, "/")...))
			if err := a.run(); !errors.Is(err, errStop) && err != nil {
				t.Fatal(err)
			}
			if text := string(a.b.Source.Data) + out.String(); !strings.Contains(text, c.want) {
				t.Errorf("%q is not in\n%s", c.want, text)
			}
		})
	}
}

// partial is a bulletin of which some answers are there, in any of their forms.
func partial(dice *rand.Rand) string {
	var keys strings.Builder
	for _, forms := range [][]string{
		{"severity: high\n", "severity: low # sample\n", "severity: unrated\n"},
		{
			"affected:\n  - product: client\n", "affected: [{product: client, fixed: 1.66.1}]\n",
			"affected:\n- product: server # ours\n  deployed: 2026-05-01\n- product: library\n  last_affected: 1.2.3\n",
			"affected:\n  - {product: server, unfixed: in work}\n", "affected:\n  - product: client\n    fixed: 1.66.1\n    available: 2026-05-30\n",
		},
		{"action: none\n", "action: >-\n  Update it\n  now.\n", "action: {required: unknown}\n"},
		{"exploited: no_evidence\n", "exploited: unknown\n", "exploited: {is: confirmed_none, by: A, at: 2026-05-01, basis: logs}\n"},
		{"data_visible: no\n", "data_visible: {is: yes, for: all}\n", "data_visible: {is: unknown, next_check: 2026-06-01}\n", "data_visible:\n  is: yes\n  for: all\n"},
		{"users_affected: some\n", "users_affected: {is: none_confirmed, by: A, at: 2026-05-01, basis: logs}\n", "users_affected: unknown\n"},
		{"scope: own\n", "scope: third_party\n"},
		{"routine_dependency_patch: yes\n", "routine_dependency_patch: no\n", "routine_dependency_patch: unknown\n"},
		{"legal: none\n", "legal:\n  - {regime: GDPR, applies: unknown, effect: require}\n", "legal:\n  - {regime: A court, applies: yes, effect: delay, deadline: 2026-05-30}\n"},
	} {
		if dice.IntN(2) == 0 {
			keys.WriteString(forms[dice.IntN(len(forms))])
		}
		if dice.IntN(8) == 0 {
			fmt.Fprintf(&keys, "# remark %d\n", keys.Len())
		}
	}
	return bulletinText(keys.String())
}

// answering gives a random answer to whatever is offered, and never "not known".
func answering(dice *rand.Rand, a **asking) func() (string, error) {
	return func() (string, error) {
		offered := (*a).offered
		known := slices.DeleteFunc(slices.Clone(offered), func(o option) bool {
			return o.word == "unknown" || o.word == string(bulletin.Unrated) || o.word == "listed"
		})
		o := known[dice.IntN(len(known))]
		switch {
		case o.word != "" && dice.IntN(3) == 0:
			return fmt.Sprint(number(offered, slices.IndexFunc(offered, func(p option) bool { return p.word == o.word }))), nil
		case o.word != "":
			return o.word, nil
		case o.details[0].sample != "":
			return o.details[0].sample, nil
		case o.details[0].usual != "" && dice.IntN(4) > 0:
			return "", nil
		case o.details[0].usual != "":
			return "yes", nil
		}
		return "2026-06-30", nil
	}
}

// Whatever is known at first and whatever is answered: the verdicts stand in the end,
// every question that was put could turn one, and no comment or text was lost. F18: no
// fact was taken for "no" on the way.
func TestAskingSettlesEverything(t *testing.T) {
	questions, most := 0, 0
	const rounds = 100
	for seed := range uint64(rounds) {
		dice := rand.New(rand.NewPCG(seed, 4))
		text := partial(dice)
		var a *asking
		a, out := asked(t, text, answering(dice, &a))
		var put []string
		a.putting = func(q question) {
			if q.scope != "" {
				return // whom a row concerns turns no verdict, and is asked all the same
			}
			put = append(put, q.fact)
			if !a.couldTurn(dice, q.fact) {
				t.Errorf("%s cannot turn a verdict of\n%s", q.fact, a.b.Source.Data)
			}
		}
		if err := a.run(); err != nil {
			t.Fatalf("%v\n%s\n%s", err, text, out)
		}
		disclose, notify := a.verdicts(a.b)
		if disclose.Outcome == verdict.Undetermined || notify.Outcome == verdict.Undetermined || len(a.policy.rules.Open(a.b, a.now)) > 0 {
			t.Errorf("seed %d: %s, asked %v\n%s", seed, a.standing(), put, a.b.Source.Data)
		}
		for line := range strings.Lines(text) {
			if i := strings.IndexByte(line, '#'); i >= 0 && !strings.Contains(string(a.b.Source.Data), line[i:]) {
				t.Errorf("%q is gone from\n%s", line[i:], a.b.Source.Data)
			}
		}
		questions, most = questions+len(put), max(most, len(put))
	}
	t.Logf("%d bulletins: %.2f questions on average, at most %d", rounds, float64(questions)/rounds, most)
}

// couldTurn looks for two values of a fact that lead to different verdicts, in some
// way of settling all other facts that are open.
func (a *asking) couldTurn(dice *rand.Rand, fact string) bool {
	disclose, notify := a.verdicts(a.b)
	for range 5000 {
		for _, q := range []verdict.Question{{Rules: a.policy.rules.Disclose, Facts: disclose.Facts}, {Rules: a.policy.rules.Notify, Facts: notify.Facts}} {
			seen := make(map[verdict.Outcome]bool)
			settled := settle(dice, q.Facts)
			for i, f := range settled {
				for _, value := range f.Domain {
					if f.Name == fact {
						settled[i].Value = value
						seen[q.Rules.Judge(settled).Outcome] = true
					}
				}
			}
			if len(seen) > 1 {
				return true
			}
		}
	}
	return false
}

// settle gives every fact that is unknown or assumed some value.
func settle(dice *rand.Rand, facts verdict.Facts) verdict.Facts {
	out := slices.Clone(facts)
	for i, f := range out {
		if !f.Known() || f.Assumed {
			out[i].Value = f.Domain[dice.IntN(len(f.Domain))]
		}
	}
	return out
}

// Asked the most decisive fact first, no bulletin takes more questions at worst than in
// the order of the vocabulary, and all together take fewer on average. (One by one a
// few take more on average: the order looks one answer ahead, no further.)
func TestOrderOfQuestions(t *testing.T) {
	byPower := func(open []string) string { return open[0] }
	inOrder := func(open []string) string {
		for _, d := range disclosure.Vocabulary() {
			if slices.Contains(open, d.Name) {
				return d.Name
			}
		}
		return ""
	}
	var mean, plain float64
	dearer := 0
	const rounds = 200
	for seed := range uint64(rounds) {
		a, _ := asked(t, partial(rand.New(rand.NewPCG(seed, 5))), nil)
		disclose, notify := a.verdicts(a.b)
		now := []verdict.Question{{Rules: a.policy.rules.Disclose, Facts: disclose.Facts}, {Rules: a.policy.rules.Notify, Facts: notify.Facts}}
		worst, average := cost(now, byPower)
		worstInOrder, averageInOrder := cost(now, inOrder)
		if worst > worstInOrder {
			t.Errorf("seed %d: at worst %d questions, in the order of the vocabulary %d", seed, worst, worstInOrder)
		}
		if average > averageInOrder+1e-9 {
			dearer++
		}
		mean, plain = mean+average/rounds, plain+averageInOrder/rounds
	}
	t.Logf("%d bulletins: %.3f questions on average, %.3f in the order of the vocabulary; %d take more", rounds, mean, plain, dearer)
	if mean >= plain {
		t.Error("the order of the vocabulary takes no more questions")
	}
}

// cost is how many questions it takes until both verdicts stand: at worst, and on
// average over all answers.
func cost(questions []verdict.Question, choose func(open []string) string) (worst int, average float64) {
	open := verdict.Decisive(questions...)
	if len(open) == 0 {
		return 0, 0
	}
	fact := choose(open)
	domain := domainOf(fact)
	for _, value := range domain {
		next := slices.Clone(questions)
		for i := range next {
			next[i].Facts = slices.Clone(next[i].Facts)
			for j := range next[i].Facts {
				if next[i].Facts[j].Name == fact {
					next[i].Facts[j].Value = value
				}
			}
		}
		w, mean := cost(next, choose)
		worst, average = max(worst, 1+w), average+(1+mean)/float64(len(domain))
	}
	return worst, average
}

func domainOf(fact string) []string {
	d, _ := disclosure.Define(fact)
	return d.Domain
}

// What a colleague saves in the meantime is never overwritten: the answer is asked for
// again, of the file as it is now.
func TestAskedOfAChangedFile(t *testing.T) {
	const row = "affected: [{product: server, deployed: 2026-05-01}]\naction: none\n"
	const theirs = "severity: low\n" + row
	a, out := asked(t, bulletinText(row), typed("all", "no"))
	saves := 0
	a.save = func(from source.File, data []byte) error {
		if saves++; saves == 1 {
			return errChanged
		}
		if !strings.Contains(string(from.Data), "severity: low") {
			t.Errorf("saved over\n%s", from.Data)
		}
		return nil
	}
	a.read = func(name string) (content.Entry, error) {
		e, err := content.NewEditor(source.File{Name: name, Data: []byte(bulletinText(theirs))})
		return e.Entry(), err
	}
	if err := a.run(); !errors.Is(err, errStop) {
		t.Fatal(err)
	}
	if text := string(a.b.Source.Data); text != bulletinText(theirs+"data_visible: no\n") || !strings.Contains(out.String(), "Somebody saved the file") {
		t.Errorf("%s\n%s", text, out)
	}
	a, _ = asked(t, bulletinText(row), typed("no"))
	a.save = func(source.File, []byte) error { return errChanged }
	a.read = func(string) (content.Entry, error) {
		return content.Entry{Problems: source.Problems{{Code: "gone"}}}, nil
	}
	var problems source.Problems
	if err := a.run(); !errors.As(err, &problems) {
		t.Errorf("%v: a file that cannot be read any more", err)
	}
}

// A person may be wrong as often as they like; a script is told after the third time.
func TestWrongAnswers(t *testing.T) {
	lines := []string{"m", "?", "m", "", "x", "x", "last"}
	a, _ := asked(t, bulletinText(""), typed(lines...))
	var refused *refusal
	if err := a.run(); !errors.As(err, &refused) || refused.exit != exitUsage || !strings.Contains(refused.what, `"last"`) {
		t.Errorf("a script: %v", err)
	}
	a, out := asked(t, bulletinText(""), typed(lines...))
	a.patient = true
	if err := a.run(); !errors.Is(err, errStop) || !strings.Contains(out.String(), `"last" is none`) {
		t.Errorf("a person: %v\n%s", err, out)
	}
}

// Stopping where something can be left out stops everything, and keeps the answer.
func TestStoppedBehindAnAnswer(t *testing.T) {
	const row = "affected: [{product: server, deployed: 2026-05-01}]\naction: none\n"
	a, _ := asked(t, bulletinText(row), typed("unknown", "q", "none", "own", "low"))
	if err := a.run(); !errors.Is(err, errStop) {
		t.Fatal(err)
	}
	if text := string(a.b.Source.Data); text != bulletinText(row+"data_visible: unknown\n") {
		t.Error(text)
	}
}

// What the authors know of some tailnets only is not asked again, and leaves nothing
// that they could find out.
func TestListedIsAnAnswer(t *testing.T) {
	a, out := asked(t, bulletinText("affected: [{product: server, deployed: 2026-05-01, tailnets: all}]\nseverity: low\naction: none\ndata_visible: {is: yes, for: listed}\n"), typed())
	if err := a.run(); !errors.Is(err, errStop) || strings.Contains(out.String(), "concern every") {
		t.Errorf("%v\n%s", err, out)
	}
	if disclose, notify := a.verdicts(a.b); len(missingFacts(a.b, disclose, notify)) > 0 || notify.Outcome != verdict.Undetermined {
		t.Errorf("%v, notify %s", missingFacts(a.b, disclose, notify), notify.Outcome)
	}
}

// An answer reaches the disk whole, with the file's mode, and over nothing but the
// file that was read.
func TestSaveAnswer(t *testing.T) {
	s := &site{dir: t.TempDir()}
	const name = "content/bulletins/TS-2026-009.md"
	if err := put(s.path(name), "old", 0o755, 0o640); err != nil {
		t.Fatal(err)
	}
	if err := s.save(context.Background(), source.File{Name: name, Data: []byte("older")}, []byte("new")); !errors.Is(err, errChanged) {
		t.Errorf("saved over another text: %v", err)
	}
	if err := s.save(context.Background(), source.File{Name: name, Data: []byte("old")}, []byte("new")); err != nil {
		t.Error(err)
	}
	data, err := os.ReadFile(s.path(name))
	info, statErr := os.Stat(s.path(name))
	if err != nil || statErr != nil || string(data) != "new" || info.Mode().Perm() != 0o640 {
		t.Errorf("%q, %v, %v, %v", data, info.Mode(), err, statErr)
	}
}

// Whoever interrupts a question is not kept waiting for a line.
func TestInterruptedQuestion(t *testing.T) {
	ctx, stop := context.WithCancel(context.Background())
	never, _ := io.Pipe()
	a, _ := asked(t, bulletinText(""), linesOf(ctx, never))
	stop()
	if err := a.run(); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func TestLinesOf(t *testing.T) {
	next := linesOf(context.Background(), strings.NewReader(" one \r\n\ntwo"))
	var got []string
	for {
		line, err := next()
		if err != nil {
			got = append(got, err.Error())
			break
		}
		got = append(got, line)
	}
	if want := []string{"one", "", "two", "EOF"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

// What an answer stands for: whole words before their beginnings, numbers, and no
// strong claim by half a word (F18).
func TestPick(t *testing.T) {
	options := []option{{word: "confirmed_none", whole: true}, {word: "confirmed"}, {word: "no_evidence"}, {word: "none_confirmed", whole: true}, {word: "own", also: "yes"}}
	for text, want := range map[string]string{
		"confirmed_none": "confirmed_none", "confirmed": "confirmed", "no_evidence": "no_evidence", "no_": "no_evidence",
		"1": "confirmed_none", "5": "own", "yes": "own", "o": "own",
		"c": `! "c" could be confirmed_none or confirmed`, "no": `! "no" could be no_evidence or none_confirmed`,
		"none":        "! none_confirmed is a strong claim: type the whole word, or its number",
		"confirmed_n": "! confirmed_none is a strong claim: type the whole word, or its number",
		"6":           `! "6" is none of the answers: confirmed_none, confirmed, no_evidence, none_confirmed, own`,
		"No":          `! "No" could be no_evidence or none_confirmed`,
		"Confirmed":   "confirmed", "YES": "own", "Confirmed_None": "confirmed_none",
		"never": `! "never" is none of the answers: confirmed_none, confirmed, no_evidence, none_confirmed, own`,
	} {
		got, why := pick(options, text)
		if why != "" {
			got.word = "! " + why
		}
		if got.word != want {
			t.Errorf("%q: %s, want %s", text, got.word, want)
		}
	}
}

// FuzzAsk: whatever is typed, the file stays a draft that can be read, with its title,
// its comments and its text.
func FuzzAsk(f *testing.F) {
	for _, typed := range []string{
		"no\n1\nclient\nwindows\n1.30.0\nno\nfixed\n1.66.1\ntoday\nnone\n", "all\n?\nUpdate: it\nrequire\nA # law\n\nyes\ndelay\n\"\nq\n",
		"unknown\ntomorrow\nserver\nyes\nlibrary\nall\n\nremedy\n{}\nunfixed\n---\n", "x\ny\nz\n", "no\nhigh\nstatus: published\n\u202E\nnone\nown\nnone_confirmed\n'\n\n[\n",
	} {
		f.Add(typed)
	}
	f.Fuzz(func(t *testing.T, lines string) {
		text := bulletinText("# remark\n") + "\nstatus: in the text # too\n"
		a, _ := asked(t, text, linesOf(context.Background(), strings.NewReader(lines)))
		_ = a.run() // ends in some way: with the input at the latest
		e, err := content.NewEditor(a.b.Source)
		if err != nil {
			t.Fatalf("%v\n%s", err, a.b.Source.Data)
		}
		b := e.Entry().Bulletin
		if !e.Entry().Readable || b.Status != bulletin.Draft || b.Title != "A fault" || string(b.Body) != "\nstatus: in the text # too\n" {
			t.Errorf("%s", a.b.Source.Data)
		}
		for _, remark := range []string{" # sample\n", "\n# remark\n"} {
			if !strings.Contains(string(a.b.Source.Data), remark) {
				t.Errorf("%q is gone from\n%s", remark, a.b.Source.Data)
			}
		}
	})
}
