package cli

import (
	"strings"

	"tocsin/internal/bulletin"
	"tocsin/internal/notify/ledger"
)

// atWork is who sends letters about a bulletin at the moment, such as "pid 4242: sending
// TS-2026-004/1"; empty where nobody does.
func (s *site) atWork(id bulletin.ID) string {
	path := s.path(s.config.Ledger)
	if gone, err := missing(path); gone || err != nil {
		return ""
	}
	holder := ledger.Holder(path)
	if !strings.Contains(holder, ": sending "+string(id)+"/") {
		return ""
	}
	return holder
}

// sayWithdrawnUnderWay says what becomes of letters that are on their way when their bulletin is
// taken back.
func (p *program) sayWithdrawnUnderWay(s *site, id bulletin.ID) {
	if run := s.atWork(id); run != "" {
		p.say("letters of it are going out (%s): that run stops before it begins another", run)
		p.next("tocsin status %s, once that has ended, says who has a letter", id)
	}
}

// sayRevisedUnderWay says the same of one that was revised: letters that were approved are finished.
func (p *program) sayRevisedUnderWay(s *site, id bulletin.ID) {
	if run := s.atWork(id); run != "" {
		p.say("letters of it are going out (%s), as they were approved: that run goes on without this revision", run)
		p.next("interrupt that run, then tocsin plan %s writes to those that are left", id)
	}
}
