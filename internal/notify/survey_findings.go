package notify

import (
	"cmp"
	"errors"
	"slices"
	"strings"

	"tocsin/internal/affected"
	"tocsin/internal/disclosure"
	"tocsin/internal/tailnet"
	"tocsin/internal/verdict"
)

// findings are what somebody found who looked, and what the inventory says of the nodes
// and users that they name.
type findings struct {
	of     map[tailnet.ID][]tailnet.Finding
	on     map[subject][]tailnet.Finding
	owner  map[string]tailnet.ID     // of each node that findings name
	former map[tailnet.ID]string     // address of each tailnet that the inventory has no more
	nodes  map[subject]tailnet.Node  // that findings name, and that are no hits
	users  map[subject]*tailnet.User // that findings name; nil where the inventory has none yet
	closed bool                      // nodes or users were taken in: what came first may have been named
}

// subject is what a finding speaks for: a node, else a user, else the whole tailnet.
type subject struct {
	tailnet    tailnet.ID
	node, user string
}

func subjectOf(f tailnet.Finding) subject {
	if f.Node != "" {
		return subject{f.Tailnet, f.Node, ""}
	}
	return subject{f.Tailnet, "", f.User}
}

func aNodeOf(n tailnet.Node) subject { return subject{n.Tailnet, n.ID, ""} }

func aUser(of tailnet.ID, id string) subject { return subject{of, "", id} }

func noFindings() findings {
	return findings{
		of:     make(map[tailnet.ID][]tailnet.Finding),
		on:     make(map[subject][]tailnet.Finding),
		owner:  make(map[string]tailnet.ID),
		former: make(map[tailnet.ID]string),
		nodes:  make(map[subject]tailnet.Node),
		users:  make(map[subject]*tailnet.User),
	}
}

var (
	errLate         = errors.New("findings are taken in before nodes and users")
	errNobody       = errors.New("the table of tailnets has no such tailnet, and the finding has no address for it")
	errTwoAddresses = errors.New("an earlier finding has another address for this tailnet")
	errSpelling     = errors.New("the table of tailnets spells this tailnet otherwise")
	errOtherNode    = errors.New("an earlier finding of another tailnet names this node")
)

// Finding takes in one finding. It refuses one of a tailnet that nobody knows, unless it
// has an address, a node that another tailnet's finding names, and a text that names another
// tailnet: somebody would be told of somebody else. The errors name nobody, since they reach
// terminals; where one is about a text, its Column says which.
func (s *Survey) Finding(f tailnet.Finding) error {
	switch {
	case s.found.closed:
		return errLate
	case f.Node != "" && !s.found.owns(f):
		return errOtherNode
	}
	if err := s.told(f); err != nil {
		return err
	}
	if !s.Known(f.Tailnet) {
		if err := s.goneBy(f); err != nil {
			return err
		}
	}
	detach((*string)(&f.Tailnet), &f.Node, &f.User, (*string)(&f.Status), &f.FirstSeen, &f.LastSeen, &f.Tell, &f.Done, &f.DoneAt, &f.Email)
	s.found.add(f)
	return nil
}

// owns reports whether no finding of another tailnet names the finding's node.
func (f *findings) owns(one tailnet.Finding) bool {
	owner, named := f.owner[one.Node]
	return !named || owner == one.Tailnet
}

// ofAnother reports whether a finding of another tailnet names the node.
func (f *findings) ofAnother(n tailnet.Node) bool {
	owner, named := f.owner[n.ID]
	return named && owner != n.Tailnet
}

// add keeps a finding. One that stands there twice is told once.
func (f *findings) add(one tailnet.Finding) {
	key := subjectOf(one)
	if slices.Contains(f.on[key], one) {
		return
	}
	f.on[key] = append(f.on[key], one)
	f.of[one.Tailnet] = append(f.of[one.Tailnet], one)
	if one.Node != "" {
		f.owner[one.Node] = one.Tailnet
	}
	if one.User != "" {
		f.users[aUser(one.Tailnet, one.User)] = nil
	}
}

// goneBy takes in the address of a former tailnet.
func (s *Survey) goneBy(f tailnet.Finding) error {
	address, before := s.found.former[f.Tailnet]
	switch {
	case f.Email == "":
		return errNobody
	case before && address != f.Email:
		return errTwoAddresses
	case !before && s.spelt(f.Tailnet):
		return errSpelling
	}
	detach((*string)(&f.Tailnet), &f.Email)
	s.found.former[f.Tailnet] = f.Email
	return nil
}

// spelt reports whether the table has the tailnet in another spelling: then it is not
// former, and what was found is not for the address in the finding.
func (s *Survey) spelt(id tailnet.ID) bool {
	for number := range s.tailnets.len() {
		if strings.EqualFold(string(s.tailnets.id(number)), strings.TrimSuffix(string(id), ".")) {
			return true
		}
	}
	return false
}

// User takes in one user. Those whom no finding of their own tailnet names are
// forgotten at once: two tailnets may call different people by one ID.
func (s *Survey) User(u tailnet.User) error {
	s.settle()
	s.found.closed = true
	key := aUser(u.Tailnet, u.ID)
	if _, named := s.found.users[key]; named {
		detach((*string)(&u.Tailnet), &u.ID, &u.Login, &u.Role)
		s.found.users[aUser(u.Tailnet, u.ID)] = &u
	}
	return nil
}

// about lists the findings that can speak for a node: its own, those of its user, and
// those of its whole tailnet.
func (f *findings) about(n tailnet.Node) []tailnet.Finding {
	if len(f.of[n.Tailnet]) == 0 {
		return nil
	}
	all := slices.Clone(f.on[subject{tailnet: n.Tailnet}])
	if n.User != "" {
		all = append(all, f.on[aUser(n.Tailnet, n.User)]...)
	}
	if n.ID != "" {
		all = append(all, f.on[aNodeOf(n)]...)
	}
	return all
}

// name keeps a node that is no hit, where a finding names it. Of several rows of one node it
// is the same one, in whatever order they come.
func (f *findings) name(n tailnet.Node) {
	key := aNodeOf(n)
	if n.ID == "" || len(f.on[key]) == 0 {
		return
	}
	if kept, known := f.nodes[key]; known && compareRows(kept, n) <= 0 {
		return
	}
	n.Cells = tailnet.Cells{}
	detach((*string)(&n.Tailnet), &n.ID, &n.Name, &n.User, &n.OS, &n.Product, &n.Version, &n.LastSeen)
	f.nodes[aNodeOf(n)] = n // under copies, as the texts of the key are the table's
}

// compareRows orders rows of one node by what they say.
func compareRows(a, b tailnet.Node) int {
	return cmp.Or(cmp.Compare(a.Product, b.Product), cmp.Compare(a.Version, b.Version), cmp.Compare(a.OS, b.OS),
		cmp.Compare(a.Name, b.Name), cmp.Compare(a.User, b.User), cmp.Compare(a.LastSeen, b.LastSeen))
}

// ofTailnet lists the findings of a tailnet, so that the order of their rows does not
// matter.
func (f *findings) ofTailnet(id tailnet.ID) []tailnet.Finding {
	all := f.of[id]
	slices.SortFunc(all, func(a, b tailnet.Finding) int {
		return cmp.Or(cmp.Compare(a.FirstSeen, b.FirstSeen), cmp.Compare(a.Node, b.Node), cmp.Compare(a.User, b.User),
			cmp.Compare(a.Status, b.Status), cmp.Compare(a.LastSeen, b.LastSeen), cmp.Compare(a.Tell, b.Tell),
			cmp.Compare(a.Done, b.Done), cmp.Compare(a.DoneAt, b.DoneAt), cmp.Compare(a.DataVisible, b.DataVisible), cmp.Compare(a.Email, b.Email))
	})
	return all
}

// named lists the nodes and users that a tailnet's findings name, as the inventory knows
// them; nodes that are hits stand among those.
func (f *findings) named(m affected.Match) (nodes []tailnet.Node, users []tailnet.User) {
	seen := make(map[subject]bool)
	for _, h := range m.Hits {
		seen[aNodeOf(h.Node)] = true
	}
	for _, one := range m.Findings {
		node, user := subject{m.Tailnet, one.Node, ""}, aUser(m.Tailnet, one.User)
		if n, kept := f.nodes[node]; kept && !seen[node] {
			nodes = append(nodes, n)
		}
		if u := f.users[user]; u != nil && !seen[user] {
			users = append(users, *u)
		}
		seen[node], seen[user] = true, true
	}
	return nodes, users
}

// facts are what is known of a tailnet beyond the bulletin.
func (s *Survey) facts(m affected.Match) disclosure.TailnetFacts {
	facts := disclosure.TailnetFacts{Affected: m.Affected}
	if len(s.found.of) == 0 {
		return facts
	}
	facts.Listed = verdict.Of(len(m.Findings) > 0)
	visible := verdict.No
	for _, f := range m.Findings {
		visible = verdict.Or(visible, f.DataVisible)
	}
	if len(m.Findings) > 0 {
		facts.DataVisible = visible
	}
	return facts
}

// Unidentified reports a tailnet that may be affected and gets no row, since the
// bulletin says that nobody can tell: `identification: none` leaves those whom findings
// name, `some` those and everybody whose nodes are hit. Where nobody looked yet, `some`
// leaves nobody out.
func (s *Survey) Unidentified(m affected.Match) bool {
	switch s.bulletin.Identification {
	case "none":
		return m.Affected != verdict.No && m.Found == verdict.No
	case "some":
		return m.Affected == verdict.Unknown && m.Found == verdict.No && len(m.Hits) == 0 && len(s.found.of) > 0
	}
	return false
}
