package notify

import "time"

// Role is what somebody signs a plan as.
type Role string

const (
	// Approving is a colleague's word that the letters may go out.
	Approving Role = "approval"
	// Planning is the word of the person who made the plan. It is no approval: it says
	// whose approval does not count.
	Planning Role = "planner"
	// BreakingGlass is one person's word in place of everybody's, with a reason.
	BreakingGlass Role = "break-glass"
)

// Approval is one signature under a plan, as the ledger keeps it.
type Approval struct {
	Fingerprint string // of the key, as OpenSSH writes it: SHA256:…
	Principal   string // who that is, as the file of allowed signers has it
	Role        Role
	Reason      string    // why the glass was broken; else empty
	At          time.Time // when the signature was taken in, UTC, whole seconds
	Statement   []byte    // the text that was signed
	Signature   []byte    // SSHSIG (OpenSSH's PROTOCOL.sshsig), without its armour
}

// Decided says how many rows of a plan have one standing by the same clauses.
type Decided struct {
	Standing Standing
	Kind     Kind // of a letter that follows others; else empty
	Clauses  []string
	Rows     int
}

// ApprovalsInput is the input of a plan that says who must approve it. It counts to the
// last letter. A plan that nobody must approve has none.
const ApprovalsInput = "approvals"
