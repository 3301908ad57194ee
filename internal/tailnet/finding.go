package tailnet

import "tocsin/internal/verdict"

// FindingStatus is what somebody who looked found, in the words of VEX.
type FindingStatus string

// The words of a finding.
const (
	KnownAffected      FindingStatus = "known_affected"
	KnownNotAffected   FindingStatus = "known_not_affected"
	UnderInvestigation FindingStatus = "under_investigation"
	FixedFinding       FindingStatus = "fixed" // it was affected, and is so no longer
)

// FindingStatuses lists them, the strongest first: which of two speaks for a tailnet.
var FindingStatuses = [...]FindingStatus{KnownAffected, FixedFinding, UnderInvestigation, KnownNotAffected}

// Finding is what somebody found out about a tailnet, or about one of its nodes or
// users, by looking: in logs, say. It goes before what the inventory suggests.
type Finding struct {
	Tailnet     ID
	Node, User  string // IDs; both empty where the finding speaks for the tailnet
	Status      FindingStatus
	DataVisible verdict.Truth // to somebody who must not see it; unknown where nobody said
	FirstSeen   string        // as exported, like every date here
	LastSeen    string
	Tell        string // what the tailnet is told of it
	Done        string // what we did about it for them
	DoneAt      string
	Email       string // of a former tailnet, one that the table of tailnets does not have
}
