package notify

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tocsin/internal/affected"
	"tocsin/internal/bulletin"
	"tocsin/internal/disclosure"
	"tocsin/internal/tailnet"
	"tocsin/internal/verdict"
)

// exposed is a bulletin of which only those must be told whose data was visible.
func exposed() bulletin.Bulletin {
	b := mild()
	b.Action = bulletin.Action{Required: verdict.No}
	b.DataVisible, b.VisibleFor = bulletin.Answer{Word: "yes"}, "listed"
	return b
}

// looked is a random inventory with what people who looked found in it, and what that
// makes of every tailnet.
type looked struct {
	random
	findings    []tailnet.Finding
	users       []tailnet.User
	supplements []tailnet.Supplement
	visible     map[tailnet.ID]verdict.Truth
}

// lookInto adds findings, users, supplements and former tailnets to an inventory.
func lookInto(r *rand.Rand, w random) looked {
	l := looked{random: w, visible: make(map[tailnet.ID]verdict.Truth)}
	for i := range l.nodes {
		l.nodes[i].User = pick(r, "", "u1", "u2")
	}
	for i, n := range slices.Clone(l.tailnets) {
		for _, u := range []string{"u1", "u2"} {
			l.users = append(l.users, tailnet.User{Tailnet: n.ID, ID: u, Login: fmt.Sprint(u, "@a", i, ".example.com")})
		}
		if _, reached := l.reached[n.ID]; !reached && r.IntN(2) == 0 {
			l.reached[n.ID] = tailnet.Address(fmt.Sprintf("file-%d@example.com", i))
			l.supplements = append(l.supplements, tailnet.Supplement{Tailnet: n.ID, Email: string(l.reached[n.ID])})
		}
		for range max(0, r.IntN(6)-2) {
			l.find(r, tailnet.Finding{Tailnet: n.ID})
		}
	}
	for i := range r.IntN(3) {
		id := tailnet.ID(fmt.Sprint("gone", i))
		f := tailnet.Finding{Tailnet: id, Email: fmt.Sprintf("gone-%d@example.com", i)}
		l.reached[id] = tailnet.Address(f.Email)
		for range 1 + r.IntN(2) {
			l.find(r, f)
		}
	}
	l.judge()
	return l
}

func (l *looked) find(r *rand.Rand, f tailnet.Finding) {
	f.Status = pick(r, tailnet.FindingStatuses[:]...)
	f.DataVisible = pick(r, verdict.Yes, verdict.No, verdict.Unknown)
	switch r.IntN(3) {
	case 0:
		f.User = pick(r, "u1", "u2", "u9")
	case 1:
		for _, n := range l.nodes {
			if n.Tailnet == f.Tailnet && r.IntN(2) == 0 {
				f.Node = n.ID
			}
		}
	}
	l.findings = append(l.findings, f)
}

// judge says by DESIGN's words, slowly, what becomes of each tailnet.
func (l *looked) judge() {
	l.affected = make(map[tailnet.ID]verdict.Truth)
	for _, n := range l.tailnets {
		l.affected[n.ID], l.visible[n.ID] = verdict.No, verdict.No
	}
	plain := affected.NewMatcher(severe(), products)
	for _, n := range l.nodes {
		hit, miss := plain.Node(n)
		if miss != affected.NotMissed {
			continue
		}
		truth := hit.Affected
		for _, s := range []tailnet.FindingStatus{tailnet.KnownNotAffected, tailnet.UnderInvestigation} {
			for _, f := range l.findings {
				wide := f.Node == "" && (f.User == "" || f.User == n.User)
				if f.Tailnet == n.Tailnet && f.Status == s && (wide || f.Node == n.ID) {
					truth = map[tailnet.FindingStatus]verdict.Truth{tailnet.KnownNotAffected: verdict.No, tailnet.UnderInvestigation: verdict.Unknown}[s]
				}
			}
		}
		l.affected[n.Tailnet] = verdict.Or(l.affected[n.Tailnet], truth)
	}
	seen := make(map[tailnet.ID]bool)
	for _, f := range l.findings {
		found := map[tailnet.FindingStatus]verdict.Truth{
			tailnet.KnownAffected: verdict.Yes, tailnet.FixedFinding: verdict.Yes, tailnet.KnownNotAffected: verdict.No,
		}[f.Status]
		if !seen[f.Tailnet] {
			seen[f.Tailnet], l.visible[f.Tailnet] = true, verdict.No
			if _, is := l.affected[f.Tailnet]; !is {
				l.affected[f.Tailnet] = verdict.No
			}
		}
		l.affected[f.Tailnet] = verdict.Or(l.affected[f.Tailnet], found)
		l.visible[f.Tailnet] = verdict.Or(l.visible[f.Tailnet], f.DataVisible)
	}
	if len(l.findings) == 0 {
		for id := range l.visible {
			l.visible[id] = verdict.Unknown
		}
	}
}

// survey takes everything in, each table in another order every time.
func (l looked) survey(t *testing.T, r *rand.Rand, b bulletin.Bulletin, prepare ...func(*Survey)) *Survey {
	t.Helper()
	s := NewSurvey(b, products, disclosure.Builtin(), planned)
	for _, prepare := range prepare {
		prepare(s)
	}
	for _, i := range r.Perm(len(l.tailnets)) {
		lendTailnet(s, l.tailnets[i])
	}
	take := func(count int, one func(int) error) {
		for _, i := range r.Perm(count) {
			if err := one(i); err != nil {
				t.Fatal(err)
			}
		}
	}
	take(len(l.findings), func(i int) error { return s.Finding(l.findings[i]) })
	last := []func(){
		func() { l.takeNodes(t, r, s) },
		func() { take(len(l.users), func(i int) error { return s.User(l.users[i]) }) },
		func() { take(len(l.supplements), func(i int) error { return s.Supplement(l.supplements[i]) }) },
	}
	for _, i := range r.Perm(len(last)) {
		last[i]()
	}
	return s
}

// takeNodes has one to three intakes beside each other take in the nodes.
func (l looked) takeNodes(t *testing.T, r *rand.Rand, s *Survey) {
	t.Helper()
	shares := make([][]tailnet.Node, 1+r.IntN(3))
	for _, i := range r.Perm(len(l.nodes)) {
		to := r.IntN(len(shares))
		shares[to] = append(shares[to], l.nodes[i])
	}
	intakes := make([]*Intake, len(shares))
	for i := range intakes {
		intakes[i] = s.Intake()
	}
	var group sync.WaitGroup
	for i, share := range shares {
		group.Go(func() {
			for n := range share {
				if err := lendNode(intakes[i], share[n]); err != nil {
					t.Error(err)
				}
			}
		})
	}
	group.Wait()
}

// wants is the standing that a tailnet must have; empty where it has no row.
func (l looked) wants(kind string, id tailnet.ID, choice Choice) Standing {
	touched, visible := l.affected[id], l.visible[id]
	_, reached := l.reached[id]
	if touched == verdict.No {
		return ""
	}
	if kind != "exposed" { // the bulletin says that no data was visible: a finding must say yes
		visible = verdict.Of(visible == verdict.Yes)
	}
	action := map[string]verdict.Truth{"severe": verdict.Yes, "mild": verdict.No, "unrated": verdict.Unknown, "exposed": verdict.No}[kind]
	switch due := verdict.And(touched, verdict.Or(action, visible)); {
	case due == verdict.No:
		return NotRequired
	case due == verdict.Unknown && choice == Hold:
		return Undetermined
	case !reached:
		return Unreachable
	}
	return Mailed
}

// F29: with findings of every kind, former tailnets, supplements and users: every affected
// tailnet stands in exactly one row, no other in any, and nothing in it is another's.
func TestPartitionWithFindings(t *testing.T) {
	r := dice(t)
	kinds := map[string]bulletin.Bulletin{"severe": severe(), "mild": mild(), "unrated": unrated(), "exposed": exposed()}
	names := func(kind string, i int) string {
		return fmt.Sprint(pick(r, hostile...), pick(r, "", "-", fmt.Sprint(i)))
	}
	tailnets, seen, reasons := 0, make(map[string]int), make(map[tailnet.ContactReason]int)
	for range rounds(250, 10_000) {
		l := lookInto(r, build(r, names))
		tailnets += len(l.affected)
		for kind, b := range kinds {
			choice := pick(r, Tell, Hold)
			rows, err := rowsOf(l.survey(t, r, b), choice)
			if err != nil {
				t.Fatal(err)
			}
			got, want := make(map[tailnet.ID]Standing), make(map[tailnet.ID]Standing)
			for id := range l.affected {
				if standing := l.wants(kind, id, choice); standing != "" {
					want[id] = standing
				}
			}
			for _, row := range rows {
				got[row.Tailnet.ID] = row.Standing
				seen[kind+" "+string(row.Standing)]++
				if row.Standing == Mailed && row.Contact.Address != l.reached[row.Tailnet.ID] {
					t.Fatalf("%q is written to at %q, want %q", row.Tailnet.ID, row.Contact.Address, l.reached[row.Tailnet.ID])
				}
				reasons[row.Contact.Reason]++
				wantOwnFindings(t, l, row)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Fatalf("%s, %s:\n%s", kind, choice, diff)
			}
			if sum := counted(rows).Affected(); sum != len(rows) || sum != len(want) {
				t.Fatalf("the standings add up to %d, rows are %d, affected are %d", sum, len(rows), len(want))
			}
		}
	}
	t.Logf("%d tailnets, rows %v, contacts %v", tailnets, seen, reasons)
	for _, s := range Standings {
		if s != Told && seen["exposed "+string(s)] == 0 {
			t.Errorf("no tailnet was ever %s", s)
		}
	}
	for _, reason := range []tailnet.ContactReason{tailnet.SecurityContact, tailnet.Owner, tailnet.Supplemented, tailnet.FoundAddress} {
		if reasons[reason] == 0 {
			t.Errorf("nobody was ever reached by %s", reason)
		}
	}
}

// wantOwnFindings is F20: what a row holds is its own tailnet's, and all of it is there.
func wantOwnFindings(t *testing.T, l looked, row Row) {
	t.Helper()
	id := row.Tailnet.ID
	want, named := make(map[tailnet.Finding]bool), make(map[string]bool)
	for _, f := range l.findings {
		if f.Tailnet == id {
			want[f], named[f.User], named[f.Node] = true, true, true
		}
	}
	for _, f := range row.Match.Findings {
		if !want[f] {
			t.Fatalf("%q holds %+v, which is not its own or stands there twice", id, f)
		}
		delete(want, f)
	}
	for _, u := range row.Users {
		if u.Tailnet != id || !named[u.ID] || u.Login == "" {
			t.Fatalf("%q holds the user %+v", id, u)
		}
	}
	for _, n := range row.Named {
		if n.Tailnet != id || !named[n.ID] {
			t.Fatalf("%q holds the node %+v", id, n)
		}
	}
	if len(want) > 0 || row.Match.Tailnet != id {
		t.Fatalf("%q lacks %d of its findings", id, len(want))
	}
}

// The same findings in another order give the same digest.
func TestOrderOfFindingsDoesNotMatter(t *testing.T) {
	r := dice(t)
	names := func(kind string, i int) string { return fmt.Sprint(kind, i) }
	for range rounds(60, 1000) {
		l := lookInto(r, build(r, names))
		var digests []string
		for range 3 {
			rows, err := rowsOf(l.survey(t, r, exposed()), Tell)
			if err != nil {
				t.Fatal(err)
			}
			digests = append(digests, digestOf(t, rows))
		}
		if digests[0] != digests[1] || digests[0] != digests[2] {
			t.Fatal("another order of rows gave another digest")
		}
	}
}

func found(of tailnet.ID, node string) tailnet.Finding {
	return tailnet.Finding{Tailnet: of, Node: node, Status: tailnet.KnownAffected, Tell: "somebody logged in"}
}

// F20, F30: findings that cannot be so are refused, by errors that name nobody.
func TestFindingsThatAreRefused(t *testing.T) {
	gone := found("gone", "")
	gone.Email = "gone@example.com"
	misspelt := gone
	misspelt.Tailnet = "Acme."
	moved := gone
	moved.Email = "moved@example.com"
	for _, c := range []struct {
		name  string
		takes func(s *Survey) error
		want  error
	}{
		{"of nobody", func(s *Survey) error { return s.Finding(found("gone", "")) }, errNobody},
		{"of a former tailnet", func(s *Survey) error { return s.Finding(gone) }, nil},
		{"of one that is spelt otherwise", func(s *Survey) error { return s.Finding(misspelt) }, errSpelling},
		{"with two addresses", func(s *Survey) error { return errors.Join(s.Finding(gone), s.Finding(moved)) }, errTwoAddresses},
		{"with one address twice", func(s *Survey) error { return errors.Join(s.Finding(gone), s.Finding(gone)) }, nil},
		{"a node of two findings", func(s *Survey) error {
			return errors.Join(s.Finding(found("acme", "n1")), s.Finding(found("other", "n1")))
		}, errOtherNode},
		{"a node of another tailnet", func(s *Survey) error {
			return errors.Join(s.Finding(found("acme", "n1")), s.Node(tailnet.Node{Tailnet: "other", ID: "n1"}))
		}, errTwice},
		{"after the nodes", func(s *Survey) error { return errors.Join(s.Node(certain), s.Finding(found("acme", ""))) }, errLate},
		{"after the users", func(s *Survey) error {
			return errors.Join(s.User(tailnet.User{Tailnet: "acme", ID: "u1"}), s.Finding(found("acme", "")))
		}, errLate},
		{"an address for nobody", func(s *Survey) error { return s.Supplement(tailnet.Supplement{Tailnet: "gone"}) }, errUnknownTailnet},
	} {
		err := c.takes(one(t, severe()))
		if !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", c.name, err, c.want)
		}
		for _, private := range []string{"acme", "gone", "n1", "u7", "u1", "@"} {
			if err != nil && strings.Contains(err.Error(), private) {
				t.Errorf("%s: %q names %q", c.name, err, private)
			}
		}
	}
}

// A finding's node and user carry the names that the inventory has for them, once each.
func TestNamedByFindings(t *testing.T) {
	s := one(t, severe())
	user := tailnet.User{Tailnet: "acme", ID: "u1", Login: "toni@example.com", Role: "admin"}
	mended, hit := certain, certain
	mended.ID, mended.Name, mended.Version = "n5", "till", "1.66.1"
	one, two, three := found("acme", "n5"), found("acme", "n1"), found("acme", "n5")
	one.User, two.User, three.Status = "u1", "u1", tailnet.FixedFinding
	for _, err := range []error{
		s.Finding(one), s.Finding(two), s.Finding(three), s.Node(mended), s.Node(hit), s.User(user),
		s.User(tailnet.User{Tailnet: "acme", ID: "u2"}), s.User(tailnet.User{Tailnet: "other", ID: "u1"}), s.Node(tailnet.Node{Tailnet: "acme", ID: "n6"}),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	rows, err := rowsOf(s, Hold)
	if err != nil || len(rows) != 1 {
		t.Fatalf("%v, %d rows", err, len(rows))
	}
	if len(s.found.nodes) != 1 || len(s.found.users) != 1 {
		t.Errorf("%d nodes and %d users are kept: an inventory has millions", len(s.found.nodes), len(s.found.users))
	}
	row := rows[0]
	if len(row.Named) != 1 || row.Named[0].Name != "till" || !slices.Equal(row.Users, []tailnet.User{user}) || len(row.Match.Hits) != 1 || row.Match.Hits[0].Found != tailnet.KnownAffected {
		t.Errorf("%+v", row)
	}
}

// Of two rows of one node a letter has the same name, in whatever order they were read.
func TestNamedTwice(t *testing.T) {
	var digests []string
	for _, names := range [][]string{{"till", "counter"}, {"counter", "till"}} {
		s := one(t, severe())
		if err := s.Finding(found("acme", "n5")); err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			n := certain
			n.ID, n.Name, n.Version, n.Product = "n5", name, "1.66.1", name // rows of two products
			if err := s.Node(n); err != nil {
				t.Fatal(err)
			}
		}
		digest, err := DigestRows(s.Rows(Hold))
		if err != nil {
			t.Fatal(err)
		}
		digests = append(digests, digest)
	}
	if digests[0] != digests[1] {
		t.Error("the order of the rows changes the plan")
	}
}

// What nobody can tell apart gets no row, for a reason that the bulletin states; those
// who were found get theirs all the same, and the others are counted.
func TestIdentification(t *testing.T) {
	looking, clear := found("other", ""), found("other", "")
	looking.Status, clear.Status = tailnet.UnderInvestigation, tailnet.KnownNotAffected
	for _, c := range []struct {
		name           string
		b              bulletin.Bulletin
		identification string
		findings       []tailnet.Finding
		nodes          []tailnet.Node
		rows           string
		unidentified   int
		certain        int
	}{
		{"not stated, nobody looked", hosted(false), "", nil, nil, "acme other", 0, 0},
		{"not stated, one was found", hosted(false), "", []tailnet.Finding{found("acme", "")}, nil, "acme other", 0, 0},
		{"none", hosted(false), "none", nil, nil, "", 2, 0},
		{"none, and one was found", hosted(false), "none", []tailnet.Finding{found("acme", "")}, nil, "acme", 1, 0},
		{"none, and one is looked into", hosted(false), "none", []tailnet.Finding{looking}, nil, "other", 1, 0},
		{"none, and one is cleared", hosted(false), "none", []tailnet.Finding{clear}, nil, "", 1, 0},
		{"none, of what runs on nodes", severe(), "none", nil, []tailnet.Node{certain, odd}, "", 2, 1},
		{"none, of everyone", hosted(true), "none", nil, nil, "", 2, 2},
		{"some, nobody looked", hosted(false), "some", nil, nil, "acme other", 0, 0},
		{"some, one was found", hosted(false), "some", []tailnet.Finding{found("acme", "")}, nil, "acme", 1, 0},
		{"some, one is looked into", hosted(false), "some", []tailnet.Finding{looking}, nil, "other", 1, 0},
		{"some, of what runs on nodes", severe(), "some", []tailnet.Finding{found("acme", "")}, []tailnet.Node{odd}, "acme other", 0, 0},
		{"some, and it served everyone", hosted(true), "some", []tailnet.Finding{found("acme", "")}, nil, "acme other", 0, 0},
	} {
		c.b.Identification = c.identification
		s := one(t, c.b)
		for _, f := range c.findings {
			if err := s.Finding(f); err != nil {
				t.Fatal(err)
			}
		}
		for _, n := range c.nodes {
			if err := s.Node(n); err != nil {
				t.Fatal(err)
			}
		}
		rows, err := rowsOf(s, Tell)
		var ids []string
		for _, row := range rows {
			ids = append(ids, string(row.Tailnet.ID))
		}
		tally, wrong := s.Tally(Tell)
		if err != nil || wrong != nil || strings.Join(ids, " ") != c.rows || tally.Unidentified != c.unidentified || tally.Certain != c.certain {
			t.Errorf("%s: %v, %v: %v and %d (%d), want %s and %d (%d)", c.name, err, wrong, ids, tally.Unidentified, tally.Certain, c.rows, c.unidentified, c.certain)
		}
	}
}

// A former tailnet is told what was found of it, and explained like any other.
func TestFormerTailnet(t *testing.T) {
	s := one(t, severe())
	f := found("gone", "")
	f.Email = "gone@example.com"
	if err := s.Finding(f); err != nil {
		t.Fatal(err)
	}
	rows, err := rowsOf(s, Hold)
	if err != nil || len(rows) != 1 || rows[0].Contact.Reason != tailnet.FoundAddress || rows[0].Contact.Tailnet != "gone" || rows[0].Standing != Mailed {
		t.Errorf("%v, %+v", err, rows)
	}
	match, proof, told, err := s.Tell("gone")
	if err != nil || !told || match.Affected != verdict.Yes || proof.Outcome != verdict.Required {
		t.Errorf("%+v, %s, %v, %v", match, proof.Outcome, told, err)
	}
	if tailnets, _ := s.Seen(); tailnets != 2 || s.Known("gone") {
		t.Error("a former tailnet counts as one of the inventory")
	}
}

// A column that the bulletin asks for reaches the survey, and what it misses is counted.
func TestColumns(t *testing.T) {
	b := severe()
	b.Affected[0].Where = []bulletin.Column{{Name: "mode", Values: []string{"service"}}}
	with := func(id, mode string) tailnet.Node {
		n := certain
		n.ID, n.Cells = id, tailnet.NewCells([]string{"mode"}, []string{mode})
		return n
	}
	s := one(t, b)
	clear := tailnet.Finding{Tailnet: "acme", Node: "n4", Status: tailnet.KnownNotAffected}
	if err := s.Finding(clear); err != nil {
		t.Fatal(err)
	}
	want := map[string]affected.Miss{"n1": affected.NotMissed, "n2": affected.OtherCells, "n3": affected.NotMissed, "n4": affected.Cleared}
	for id, mode := range map[string]string{"n1": "service", "n2": "user", "n3": "", "n4": "service"} {
		if miss := s.Miss(with(id, mode)); miss != want[id] {
			t.Errorf("%s is missed by %d, want %d", id, miss, want[id])
		}
		if err := s.Node(with(id, mode)); err != nil {
			t.Fatal(err)
		}
	}
	rows, err := rowsOf(s, Hold)
	if err != nil || len(rows) != 1 || len(rows[0].Match.Hits) != 2 || s.Missed(affected.OtherCells) != 1 || s.Missed(affected.Cleared) != 1 || !slices.Equal(s.Columns(), []string{"mode"}) {
		t.Errorf("%v, %+v", err, rows)
	}
}
