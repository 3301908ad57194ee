package content

import (
	"fmt"
	"regexp"
	"strconv"
	"time"
)

// Approvals is who must approve a plan before its letters go out.
type Approvals struct {
	Stated         bool // whether somebody wrote down how many; the default depends on where letters go
	Required       int
	AllowedSigners string        // file of their keys (ssh-keygen(1)); empty where there is none
	ExcludePlanner bool          // whoever made the plan does not count
	BreakGlass     time.Duration // after how long one person may decide alone; 0 is never
}

// mostApprovals is more than any team waits for.
const mostApprovals = 20

func approvalsOf(f *fields) (a Approvals) {
	s := f.mapping("approvals")
	if s == nil {
		return a
	}
	defer s.done()
	a = Approvals{
		Stated:         s.has("required"),
		Required:       s.number("required"),
		AllowedSigners: s.private("allowed_signers", s.line("allowed_signers")),
		ExcludePlanner: s.flag("exclude_planner"),
	}
	if a.Required > mostApprovals {
		s.doc.report(s.value("required"), "not-a-number", fmt.Sprintf("required is %d, and nobody waits for more than %d", a.Required, mostApprovals), "most teams take 1 or 2")
	}
	if !s.has("allowed_signers") && (!a.Stated || a.Required > 0) {
		s.missing("allowed_signers", "such as allowed_signers: allowed_signers; ssh-keygen(1) describes the file")
	}
	if g := s.mapping("break_glass"); g != nil {
		a.BreakGlass = g.delay("after")
		g.done()
	}
	return a
}

var delayForm = regexp.MustCompile(`^([1-9][0-9]{0,3})([mh])$`)

// longestDelay is how long a plan lasts.
const longestDelay = 72 * time.Hour

// delay reads a time of minutes or hours that must be there.
func (f *fields) delay(key string) time.Duration {
	text := f.demand(key, "such as 30m or 2h")
	if text == "" {
		return 0
	}
	parts := delayForm.FindStringSubmatch(text)
	if parts == nil {
		f.doc.report(f.value(key), "not-a-number", fmt.Sprintf("%s must be a number of minutes or hours such as 30m or 2h", key), "")
		return 0
	}
	n, _ := strconv.Atoi(parts[1]) // four digits at most
	d := time.Duration(n) * map[string]time.Duration{"m": time.Minute, "h": time.Hour}[parts[2]]
	if d >= longestDelay {
		f.doc.report(f.value(key), "not-a-number", fmt.Sprintf("%s is %s, and by then no plan is good any more", key, text), "less than 72h")
		return 0
	}
	return d
}
