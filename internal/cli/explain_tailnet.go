package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"tocsin/internal/affected"
	"tocsin/internal/bulletin"
	"tocsin/internal/disclosure"
	"tocsin/internal/notify"
	"tocsin/internal/source"
	"tocsin/internal/tailnet"
	"tocsin/internal/verdict"
)

// oneTailnet is what the inventory and a bulletin mean for one tailnet, in counts: what
// reaches a terminal or a log names none of its nodes, users or addresses.
type oneTailnet struct {
	id       tailnet.ID
	proof    verdict.Proof
	untold   bool                  // the bulletin says that it cannot be told from others, so that it has no row
	nodes    int                   // of the tailnet, in the inventory
	hosted   string                // what a hosted product means for it; may be empty
	evidence []evidence            // of its nodes, by row
	missed   map[affected.Miss]int // nodes that escaped, by how
	findings map[tailnet.FindingStatus]int
}

// evidence is why nodes are affected, or may be, with how many they are.
type evidence struct {
	nodes    int
	affected verdict.Truth
	why      string
	at       source.Position // the bulletin's row
}

// oneTailnet reads the inventory, as plan does, for what it holds of one tailnet.
func (s *site) oneTailnet(ctx context.Context, b bulletin.Bulletin, id tailnet.ID) (_ *oneTailnet, err error) {
	defer saveRoom()()
	if !s.config.Inventory.Tailnets.Is() {
		return nil, &refusal{exitUsage, "tocsin.yaml has no inventory: section, so nothing is known of any tailnet", "add it; tocsin init DIR shows a complete file"}
	}
	one := &oneTailnet{id: id, missed: make(map[affected.Miss]int), findings: make(map[tailnet.FindingStatus]int)}
	survey, _, err := s.survey(ctx, b, func(survey *notify.Survey, n tailnet.Node) {
		if n.Tailnet == id {
			one.nodes++
			one.missed[survey.Miss(n)]++
		}
	})
	defer func() { err = errors.Join(err, survey.Close()) }()
	if err == nil {
		err = plausible(survey, b, s.config.Products)
	}
	if err != nil {
		return nil, err
	}
	match, proof, found, err := survey.Tell(id)
	if err == nil && !found {
		err = &refusal{exitUsage, fmt.Sprintf("the inventory has no tailnet %q", id), "write the ID as it stands in " + cmp.Or(s.config.Inventory.Tailnets.Files, "the column tailnet of inventory.tailnets")}
	}
	for _, f := range match.Findings {
		one.findings[f.Status]++
	}
	one.proof, one.hosted, one.evidence = proof, match.Evidence, evidenceOf(b, match.Hits)
	one.untold = found && survey.Unidentified(match)
	return one, err
}

// evidenceOf sums up hits: the rows in their order, the most frequent evidence first.
func evidenceOf(b bulletin.Bulletin, hits []affected.Hit) []evidence {
	var all []evidence
	for _, h := range hits {
		e := evidence{1, h.Affected, h.Plain, b.Affected[h.Row].Position}
		i := slices.IndexFunc(all, func(o evidence) bool { return o.at == e.at && o.affected == e.affected && o.why == e.why })
		if i < 0 {
			all = append(all, e)
			continue
		}
		all[i].nodes++
	}
	slices.SortFunc(all, func(a, b evidence) int {
		return cmp.Or(a.at.Line-b.at.Line, int(b.affected)-int(a.affected), b.nodes-a.nodes, cmp.Compare(a.why, b.why))
	})
	return all
}

// mostEvidence is how many kinds of evidence are listed; the rest are counted.
const mostEvidence = 8

// touched prints the evidence of the one tailnet that is asked about.
func (p paper) touched(proof verdict.Proof) {
	if p.tailnet == nil || proof.Question != disclosure.Notify {
		return
	}
	t := p.tailnet
	if t.untold {
		p.line(2, 4, "it is in no plan all the same, unless a finding names it: identification in the bulletin says that nobody can tell who is affected (%s)", p.fromHere(p.bulletin.Places.Of("identification")))
	}
	p.line(2, 4, "the inventory has %s of it", many(t.nodes, "node"))
	if t.hosted != "" {
		p.line(4, 12, "%7s  %s", "", t.hosted)
	}
	for _, status := range tailnet.FindingStatuses {
		if n := t.findings[status]; n > 0 {
			p.line(4, 13, "%7d  %s", n, findingWords[status])
		}
	}
	for i, e := range t.evidence {
		if i == mostEvidence {
			p.line(4, 12, "%7s  and for %d more reasons", "", len(t.evidence)-i)
			break
		}
		p.line(4, 13, "%7d  %s: %s (%s)", e.nodes, certainty(e.affected), e.why, p.fromHere(e.at))
	}
	for _, m := range nearMisses {
		if t.missed[m.miss] > 0 {
			p.line(4, 13, "%7d  not affected: %s", t.missed[m.miss], m.words)
		}
	}
}

// doubt is what nobody can tell of the nodes of the tailnet; empty where it is nothing of theirs.
func (t *oneTailnet) doubt() string {
	if t == nil {
		return ""
	}
	for _, e := range t.evidence {
		if e.affected == verdict.Unknown {
			return "Is a node of it affected? For " + many(e.nodes, "node") + " nobody can tell: " + e.why
		}
	}
	return ""
}

func certainty(t verdict.Truth) string {
	if t == verdict.Yes {
		return "affected"
	}
	return "may be affected"
}

// findingWords says of findings what they say.
var findingWords = map[tailnet.FindingStatus]string{
	tailnet.KnownAffected:      "in the findings: affected",
	tailnet.FixedFinding:       "in the findings: affected, and fixed since",
	tailnet.UnderInvestigation: "in the findings: under investigation",
	tailnet.KnownNotAffected:   "in the findings: not affected",
}
