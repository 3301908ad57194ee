package ledger

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"tocsin/internal/notify"
)

// booked is a plan whose export has everything in it that an export can have, but for what
// another plan does to it: letters in every state, with replies, marks and settlements, and
// approvals.
func booked(t *testing.T, l *Ledger, p notify.Plan) Stored {
	t.Helper()
	p.Kind = notify.Correction
	p.Tables = notify.Tables{Settings: "s", Rows: map[string]int64{"nodes": 90, "tailnets": 40}, Accepted: []string{"nodes"}}
	all := entries(40)
	for i := range all {
		if all[i].Kind = notify.FirstNotice; i%8 == 0 {
			all[i].Kind = notify.Correction
		}
	}
	stored := freeze(t, l, p, all)
	approve(t, l, stored)
	sendMixed(t, l, stored)
	return stored
}

// approve takes in approvals whose statements are of the plan.
func approve(t *testing.T, l *Ledger, p Stored) {
	t.Helper()
	for _, a := range approvalsOfPlan {
		a.Statement = fmt.Appendf(a.Statement, "\n\nSigned as: %s\nPlan: %s\nDigest: %s\n", a.Role, p.ID, p.Digest)
		if err := l.Approve(ctx, p, a); err != nil {
			t.Fatal(err)
		}
	}
}

// histories are exports of plans that between them went through all that can happen to one.
func histories(t *testing.T, personal bool) (exports []string) {
	t.Helper()
	l := newLedger(t)
	first := booked(t, l, live(1))
	exports = append(exports, exported(t, l, first, personal))
	second := freeze(t, l, live(2), entries(8))
	exports = append(exports, exported(t, l, reread(t, l, first.ID), personal)) // paused
	if _, err := l.Drop(ctx, second, dropping()); err != nil {
		t.Fatal(err)
	}
	exports = append(exports, exported(t, l, reread(t, l, second.ID), personal)) // dropped
	third := freeze(t, l, live(3), entries(8))
	claimSome(t, l, third, startRun(t, l, third), 1)
	exports = append(exports, exported(t, l, reread(t, l, first.ID), personal)) // lifted, and superseded
	l = newLedger(t)
	gone := forgettable(t, l, entries(8))
	approve(t, l, gone)
	if err := l.Forget(ctx, gone, past); err != nil {
		t.Fatal(err)
	}
	return append(exports, exported(t, l, gone, personal))
}

// auditMany runs the auditor's script, in one Python, on an export, and on each of the exports
// that come of it by other lines, or none, in the place of one. It returns what each run stopped
// with; elsewhere where it printed another end, and nothing where it found nothing.
const auditMany = `
import contextlib, io, json, sys
script, base, changes = json.load(sys.stdin)
code, lines, verdicts, end = compile(script, "audit", "exec"), base.split("\n")[:-1], [], None
for at, put in [[0, lines[:1]]] + changes:
    text = "".join(line + "\n" for line in lines[:at] + put + lines[at + 1:])
    sys.stdin, out = io.TextIOWrapper(io.BytesIO(text.encode())), io.StringIO()
    try:
        with contextlib.redirect_stdout(out):
            exec(code, {})
        end = end or out.getvalue()
        verdicts.append("" if out.getvalue() == end else "elsewhere")
    except SystemExit as e:
        verdicts.append(str(e.code))
    except Exception as e:
        verdicts.append(repr(e))
print(json.dumps(verdicts[1:]))
`

// changedLine is what stands in the place of a line of an export.
type changedLine struct {
	at     int
	put    []string // none: it is lost
	member string   // that is another in it: approval.personal.principal; of a whole line its kind
	how    string
}

// asItIs is a line in which nothing is changed.
const asItIs = "as it is"

// TestAuditorNoticesEveryMember is F51: whatever member of whatever line of an export is
// another, or lost, or added, the auditor's script stops; but for those that the guide lists
// as only repeated, and that list is as short as it can be. Lines that are lost or come twice
// it finds too: of the last events the head says that they are missing.
func TestAuditorNoticesEveryMember(t *testing.T) {
	for _, personal := range []bool{false, true} {
		w, passed, tried := walk{newChance(t), make(map[string]bool)}, make(map[string]bool), 0
		for i, export := range histories(t, personal) {
			changes := w.changedLines(t, export)
			for j, verdict := range audits(t, export, changes) {
				tried++
				switch c := changes[j]; {
				case c.how == asItIs && verdict != "":
					t.Fatalf("export %d, line %d as it is: %s", i, c.at+1, verdict)
				case c.how == asItIs:
				case c.member == "event" && verdict == "elsewhere": // what the auditor holds against the head
				case verdict == "" || verdict == "elsewhere":
					passed[c.member] = true
					if !slices.Contains(repeated(t, personal), c.member) {
						t.Errorf("export %d, personal %v, line %d, %s: %s passed: %q", i, personal, c.at+1, c.member, c.how, c.put)
					}
				}
			}
		}
		if want := repeated(t, personal); !slices.Equal(slices.Sorted(maps.Keys(passed)), want) {
			t.Errorf("personal %v: %q are only repeated, and the guide says %q", personal, slices.Sorted(maps.Keys(passed)), want)
		}
		for _, member := range members(personal) {
			if !w.met(member) {
				t.Errorf("personal %v: no export of this test has %s", personal, member)
			}
		}
		t.Logf("personal %v: %d changes", personal, tried)
	}
}

// repeated are the members that the guide says are not proven.
func repeated(t *testing.T, personal bool) []string {
	t.Helper()
	found := regexp.MustCompile("What an export only repeats:\\*\\* without `--personal`, (.*?)\\. With it nothing").FindStringSubmatch(guide(t))
	if found == nil {
		t.Fatal("the guide does not say what an export only repeats")
	}
	if personal {
		return nil
	}
	return strings.Split(strings.ReplaceAll(found[1], "`", ""), ", ")
}

// audits runs the script on an export with each change.
func audits(t *testing.T, export string, changes []changedLine) (verdicts []string) {
	t.Helper()
	proof, _ := scripts(t)
	pairs := make([][2]any, len(changes))
	for i, c := range changes {
		pairs[i] = [2]any{c.at, append([]string{}, c.put...)}
	}
	input, err := json.Marshal([]any{proof, export, pairs})
	if err != nil {
		t.Fatal(err)
	}
	out, err := python(t, auditMany, string(input))
	if err == nil {
		err = json.Unmarshal([]byte(out), &verdicts)
	}
	if err != nil || len(verdicts) != len(changes) {
		t.Fatalf("%v, %d verdicts: %.500s", err, len(verdicts), out)
	}
	return verdicts
}

// shapes are the lines of an export by their kind.
var shapes = map[string]reflect.Type{
	"plan": reflect.TypeFor[planLine](), "row": reflect.TypeFor[rowLine](), "settlement": reflect.TypeFor[settlementLine](),
	"approval": reflect.TypeFor[approvalLine](), "event": reflect.TypeFor[eventLine](),
}

// members are all that lines can have, by their Go types: what is added to an export has to
// be proven too.
func members(personal bool) (all []string) {
	for kind, shape := range shapes {
		if kind != "settlement" || personal {
			all = append(all, membersOf(kind, shape, personal)...)
		}
	}
	return all
}

func membersOf(prefix string, shape reflect.Type, personal bool) (all []string) {
	for i := range shape.NumField() {
		field := shape.Field(i)
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		name = prefix + "." + name
		switch nested := field.Type.Kind() == reflect.Pointer; {
		case !nested:
			all = append(all, name)
		case personal:
			all = append(all, membersOf(name, field.Type.Elem(), true)...)
		}
	}
	return all
}

// walk goes through the lines of exports.
type walk struct {
	dice chance
	seen map[string]bool // members, each with how it was changed
}

// changedLines are the lines of an export, each as it is, lost, twice, and with one member
// changed: in every way the first that the walk meets, and of those after it one in forty, or
// in the short of it none; with TOCSIN_SOAK=1 all.
func (w walk) changedLines(t *testing.T, export string) (changes []changedLine) {
	t.Helper()
	for at, text := range strings.Split(strings.TrimSuffix(export, "\n"), "\n") {
		var line map[string]any
		if err := json.Unmarshal([]byte(text), &line); err != nil {
			t.Fatal(err)
		}
		kind := fmt.Sprint(line["line"])
		put := func(member, how string, lines ...string) {
			if w.takes(member, how) {
				changes = append(changes, changedLine{at, lines, member, how})
			}
		}
		try := func(member, how string) { put(member, how, written(t, line)) }
		try(kind, asItIs)
		put(kind, "lost")
		put(kind, "twice", text, text)
		alter(kind, line, try)
		addTo(kind, line, shapes[kind], try)
	}
	return changes
}

func (w walk) takes(member, how string) bool {
	key := member + " " + how
	first := !w.seen[key]
	w.seen[key] = true
	return first || !testing.Short() && w.dice.takes(40)
}

// met reports whether some line had a member.
func (w walk) met(member string) bool { return w.seen[member+" lost"] }

// written is a line as JSON. What the digest covers as it stands keeps its order.
func written(t *testing.T, line map[string]any) string {
	t.Helper()
	line = maps.Clone(line)
	var tables notify.Tables
	loose, err := json.Marshal(line["tables"])
	if err == nil && json.Unmarshal(loose, &tables) == nil {
		var again any
		ordered, err := json.Marshal(tables)
		if err == nil && json.Unmarshal(ordered, &again) == nil && reflect.DeepEqual(again, line["tables"]) {
			line["tables"] = tables
		}
	}
	text, err := json.Marshal(line)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// alter changes each member of an object in every way, one at a time, and puts it back.
func alter(prefix string, object map[string]any, try func(member, how string)) {
	object["x"] = "x"
	try(prefix+".x", "more")
	delete(object, "x")
	for _, name := range slices.Sorted(maps.Keys(object)) {
		value, member := object[name], prefix+"."+name
		for how, other := range others(value) {
			object[name] = other
			try(member, how)
		}
		delete(object, name)
		try(member, "lost")
		object[name] = value
		if nested, is := value.(map[string]any); is {
			alter(member, nested, try)
		}
	}
}

// addTo adds each member that a line of its type can have and this one has not.
func addTo(prefix string, object map[string]any, shape reflect.Type, try func(member, how string)) {
	for i := range shape.NumField() {
		field := shape.Field(i)
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		nested, is := object[name].(map[string]any)
		switch _, there := object[name]; {
		case field.Type.Kind() == reflect.Pointer && is:
			addTo(prefix+"."+name, nested, field.Type.Elem(), try)
		case !there:
			object[name] = map[reflect.Kind]any{reflect.String: "2026-05-04T11:00:00Z", reflect.Int: 7, reflect.Int64: 7, reflect.Bool: true, reflect.Pointer: map[string]any{}}[field.Type.Kind()]
			try(prefix+"."+name, "added")
			delete(object, name)
		}
	}
}

// others are values near one, by how they differ.
func others(value any) map[string]any {
	switch v := value.(type) {
	case string:
		out := map[string]any{"longer": v + "x", "spaced": v + " "}
		if v != "" {
			out["empty"], out["another first octet"], out["another last octet"] = "", nextTo(v[0])+v[1:], v[:len(v)-1]+nextTo(v[len(v)-1])
		}
		return out
	case float64:
		return map[string]any{"more": v + 1, "less": v - 1, "text": fmt.Sprint(v) + " "}
	case bool:
		return map[string]any{"opposite": !v}
	case []any:
		out := map[string]any{"longer": append(slices.Clone(v), "x")}
		if len(v) > 0 {
			out["shorter"], out["another"] = v[1:], append([]any{"x"}, v[1:]...)
		}
		return out
	case map[string]any:
		if len(v) > 0 {
			return map[string]any{"empty": map[string]any{}}
		}
		return nil // something is added to it
	}
	return map[string]any{"something": []string{"x"}}
}

func nextTo(octet byte) string {
	if octet < 'z' && octet >= ' ' {
		return string(rune(octet + 1))
	}
	return "A"
}
