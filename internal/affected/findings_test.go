package affected

import (
	"slices"
	"testing"

	"tocsin/internal/bulletin"
	"tocsin/internal/tailnet"
	"tocsin/internal/verdict"
)

// said is a finding about bakery: of a node, of a user, or of the whole tailnet.
func said(status tailnet.FindingStatus, node, user string) tailnet.Finding {
	return tailnet.Finding{Tailnet: "bakery", Node: node, User: user, Status: status}
}

// sum asks about nodes as a survey does.
func sum(t *testing.T, m *Matcher, findings []tailnet.Finding, nodes ...tailnet.Node) Match {
	t.Helper()
	var hits []Hit
	for _, n := range nodes {
		if h, miss := m.Node(n, findings...); miss == NotMissed {
			hits = append(hits, h)
		}
	}
	match, err := m.Tailnet("bakery", hits, findings...)
	if err != nil {
		t.Fatal(err)
	}
	return match
}

var (
	vulnerable = tailnet.Node{Tailnet: "bakery", ID: "n1", User: "u1", Product: "client", OS: "windows", Version: "1.60.0"}
	unreadable = tailnet.Node{Tailnet: "bakery", ID: "n1", User: "u1", Product: "client", OS: "windows", Version: "?"}
	mended     = tailnet.Node{Tailnet: "bakery", ID: "n1", User: "u1", Product: "client", OS: "windows", Version: "1.66.1"}
)

// Precedence, every pair: known_affected > fixed > under_investigation > a matching node
// > known_not_affected, in either order and wherever the two findings stand.
func TestPrecedenceOfFindings(t *testing.T) {
	const match = tailnet.FindingStatus("a matching node") // said by the inventory, by no finding
	order := []tailnet.FindingStatus{tailnet.KnownAffected, tailnet.FixedFinding, tailnet.UnderInvestigation, match, tailnet.KnownNotAffected}
	truth := map[tailnet.FindingStatus]verdict.Truth{
		tailnet.KnownAffected: yes, tailnet.FixedFinding: yes, tailnet.UnderInvestigation: unknown, match: yes, tailnet.KnownNotAffected: verdict.No,
	}
	subjects := [][2]string{{"n1", ""}, {"n1", "u1"}, {"", "u1"}, {"", ""}}
	pairs := 0
	for i, strong := range order {
		for j, weak := range order {
			for _, a := range subjects {
				for _, b := range subjects {
					pairs++
					var findings []tailnet.Finding
					if strong != match {
						findings = append(findings, said(strong, a[0], a[1]))
					}
					if weak != match {
						findings = append(findings, said(weak, b[0], b[1]))
					}
					want := order[min(i, j)]
					if want == match && max(i, j) == 4 {
						want = tailnet.KnownNotAffected // the finding clears the node: it matches no more
					}
					if got := sum(t, matcher(windows), findings, vulnerable).Affected; got != truth[want] {
						t.Errorf("%s of %q and %s of %q: %s, want that of %s", strong, a, weak, b, got, want)
					}
				}
			}
		}
	}
	t.Logf("%d pairs", pairs)
}

// What findings make of a tailnet, node by node. "Cannot tell" is cleared by a finding
// and by nothing else.
func TestFindings(t *testing.T) {
	other := vulnerable
	other.ID, other.User = "n2", "u2"
	const (
		ka, fixed, ui, kna = tailnet.KnownAffected, tailnet.FixedFinding, tailnet.UnderInvestigation, tailnet.KnownNotAffected
	)
	list := func(findings ...tailnet.Finding) []tailnet.Finding { return findings }
	for _, c := range []struct {
		name     string
		findings []tailnet.Finding
		nodes    []tailnet.Node
		want     verdict.Truth
		hits     []verdict.Truth
	}{
		{"none", nil, []tailnet.Node{vulnerable}, yes, []verdict.Truth{yes}},
		{"one of two nodes is cleared", list(said(kna, "n1", "")), []tailnet.Node{vulnerable, other}, yes, []verdict.Truth{yes}},
		{"both are", list(said(kna, "n1", ""), said(kna, "n2", "")), []tailnet.Node{vulnerable, other}, verdict.No, nil},
		{"the tailnet is cleared, and with it both", list(said(kna, "", "")), []tailnet.Node{vulnerable, other}, verdict.No, nil},
		{"a user is cleared, and with it only theirs", list(said(kna, "", "u1")), []tailnet.Node{vulnerable, other}, yes, []verdict.Truth{yes}},
		{"a user without a name clears nobody's", list(said(kna, "", "u3")), []tailnet.Node{vulnerable, other}, yes, []verdict.Truth{yes, yes}},
		{"what cannot be told is cleared", list(said(kna, "n1", "")), []tailnet.Node{unreadable}, verdict.No, nil},
		{"another node does not clear it", list(said(kna, "n2", "")), []tailnet.Node{unreadable}, unknown, []verdict.Truth{unknown}},
		{"what cannot be told is affected", list(said(ka, "n1", "")), []tailnet.Node{unreadable}, yes, []verdict.Truth{yes}},
		{"and fixed", list(said(fixed, "n1", "")), []tailnet.Node{unreadable}, yes, []verdict.Truth{yes}},
		{"one node is looked into, another matches", list(said(ui, "n1", "")), []tailnet.Node{vulnerable, other}, yes, []verdict.Truth{unknown, yes}},
		{"the tailnet is looked into", list(said(ui, "", "")), []tailnet.Node{vulnerable, other}, unknown, []verdict.Truth{unknown, unknown}},
		{"the tailnet is affected, which says nothing of a node", list(said(ka, "", "")), []tailnet.Node{unreadable}, yes, []verdict.Truth{unknown}},
		{"nor against what clears it", list(said(ka, "", ""), said(kna, "n1", "")), []tailnet.Node{vulnerable}, yes, nil},
		{"of one node: affected goes before fixed", list(said(ka, "n1", ""), said(fixed, "n1", "")), []tailnet.Node{unreadable}, yes, []verdict.Truth{yes}},
		{"of one node: fixed goes before looked into", list(said(fixed, "n1", ""), said(ui, "n1", "")), []tailnet.Node{unreadable}, yes, []verdict.Truth{yes}},
		{"of one node: looked into goes before cleared", list(said(ui, "n1", ""), said(kna, "n1", "")), []tailnet.Node{vulnerable}, unknown, []verdict.Truth{unknown}},
		{"a node is looked into, its tailnet cleared", list(said(ui, "n1", ""), said(kna, "", "")), []tailnet.Node{vulnerable, other}, unknown, []verdict.Truth{unknown}},
		{"a node is affected, its user cleared", list(said(ka, "n1", ""), said(kna, "", "u1")), []tailnet.Node{vulnerable}, yes, []verdict.Truth{yes}},
		{"no node, and affected", list(said(ka, "n9", "")), nil, yes, nil},
		{"no node, and fixed", list(said(fixed, "", "u9")), nil, yes, nil},
		{"no node, and looked into", list(said(ui, "n9", "")), nil, unknown, nil},
		{"no node, and cleared", list(said(kna, "", "")), nil, verdict.No, nil},
		{"a mended node is no hit, and was affected", list(said(ka, "n1", "")), []tailnet.Node{mended}, yes, nil},
		{"a word that nobody knows", list(said("perhaps", "", "")), nil, unknown, nil},
	} {
		for range 2 {
			got := sum(t, matcher(windows), c.findings, c.nodes...)
			var hits []verdict.Truth
			for _, h := range got.Hits {
				hits = append(hits, h.Affected)
			}
			if got.Affected != c.want || !slices.Equal(hits, c.hits) || !slices.Equal(got.Findings, c.findings) {
				t.Errorf("%s: %s, hits %v; want %s, %v", c.name, got.Affected, hits, c.want, c.hits)
			}
			slices.Reverse(c.findings)
		}
	}
	if _, miss := matcher(windows).Node(vulnerable, said(kna, "n1", "")); miss != Cleared {
		t.Errorf("missed by %v", miss)
	}
	if h, _ := matcher(windows).Node(vulnerable, said(fixed, "n1", "")); h.Found != fixed || h.Evidence == "" {
		t.Errorf("%+v", h)
	}
}

// A hosted product concerned whom the findings say, where the bulletin does not say it
// itself.
func TestHostedByFindings(t *testing.T) {
	unsaid, everyone := []bulletin.Affected{{Product: "server"}}, []bulletin.Affected{{Product: "server", Everyone: true}}
	besides := []bulletin.Affected{windows, {Product: "server"}}
	for _, c := range []struct {
		name     string
		rows     []bulletin.Affected
		finding  tailnet.Finding
		want     verdict.Truth
		evidence bool // of the product
	}{
		{"found affected", unsaid, said(tailnet.KnownAffected, "", ""), yes, false},
		{"a user of it", unsaid, said(tailnet.KnownAffected, "", "u1"), yes, false},
		{"found fixed", unsaid, said(tailnet.FixedFinding, "", ""), yes, false},
		{"looked into", unsaid, said(tailnet.UnderInvestigation, "", ""), unknown, true},
		{"found not affected", unsaid, said(tailnet.KnownNotAffected, "", ""), verdict.No, false},
		{"a node of it not affected", unsaid, said(tailnet.KnownNotAffected, "n1", ""), unknown, true},
		{"a user of it not affected", unsaid, said(tailnet.KnownNotAffected, "", "u1"), unknown, true},
		{"a node of it affected, and nothing runs on nodes", unsaid, said(tailnet.KnownAffected, "n1", ""), yes, false},
		{"a node's client affected", besides, said(tailnet.KnownAffected, "n1", ""), yes, true},
		{"a node's client fixed", besides, said(tailnet.FixedFinding, "n1", "u1"), yes, true},
		{"beside a client, found fixed", besides, said(tailnet.FixedFinding, "", ""), yes, false},
		{"beside a client, a user of it", besides, said(tailnet.FixedFinding, "", "u1"), yes, false},
		{"beside a client, found not affected", besides, said(tailnet.KnownNotAffected, "", ""), verdict.No, false},
		{"everyone, whatever is found", everyone, said(tailnet.KnownNotAffected, "", ""), yes, true},
		{"everyone, and looked into", everyone, said(tailnet.UnderInvestigation, "", ""), yes, true},
	} {
		got := sum(t, matcher(c.rows...), []tailnet.Finding{c.finding})
		if got.Affected != c.want || (got.Evidence != "") != c.evidence {
			t.Errorf("%s: %s %q, want %s", c.name, got.Affected, got.Evidence, c.want)
		}
	}
	cleared, fixed := said(tailnet.KnownNotAffected, "", ""), said(tailnet.FixedFinding, "n1", "")
	if got := sum(t, matcher(besides...), []tailnet.Finding{cleared, fixed}); got.Affected != yes || got.Evidence != "" {
		t.Errorf("a node's client fixed, and the tailnet cleared: %s %q", got.Affected, got.Evidence)
	}
	if got := sum(t, matcher(besides...), []tailnet.Finding{cleared, fixed, said(tailnet.UnderInvestigation, "", "u1")}); got.Affected != yes || got.Evidence == "" {
		t.Errorf("and a user of it looked into: %s %q", got.Affected, got.Evidence)
	}
	if got := sum(t, matcher(besides...), []tailnet.Finding{cleared, said(tailnet.UnderInvestigation, "n1", "")}); got.Affected != unknown || got.Evidence == "" {
		t.Errorf("a node looked into, and the tailnet cleared: %s %q", got.Affected, got.Evidence)
	}
}

// F20: a finding about somebody else is refused, and changes nothing of a node.
func TestStrangeFindings(t *testing.T) {
	for _, id := range []tailnet.ID{"bakery2", "baker", "Bakery", "", "bakery "} {
		strange := tailnet.Finding{Tailnet: id, Node: "n1", Status: tailnet.KnownNotAffected, Tell: "secret"}
		if got, err := matcher(windows).Tailnet("bakery", nil, said(tailnet.KnownAffected, "", ""), strange); err == nil || got.Findings != nil || got.Tailnet != "" {
			t.Errorf("a finding of %q: %+v %v", id, got, err)
		}
		wide := strange
		wide.Node = ""
		if h, _ := matcher(windows).Node(vulnerable, strange, wide); h.Affected != yes {
			t.Errorf("a finding of %q clears a node of bakery", id)
		}
	}
}
