package notify

import (
	"fmt"

	"tocsin/internal/bulletin"
	"tocsin/internal/tailnet"
)

// LetterError is a letter that cannot be written or must not be sent, and with it the
// whole plan.
type LetterError struct {
	Bulletin bulletin.ID
	Tailnet  tailnet.ID
	Err      error
}

// Error says whose letter it is.
func (e *LetterError) Error() string {
	return fmt.Sprintf("letter of tailnet %q: %v", e.Tailnet, e.Err)
}

// Unwrap is what is wrong with it.
func (e *LetterError) Unwrap() error { return e.Err }

// ofLetter says of an error whose letter it is about.
func ofLetter(plan Plan, r Row, err error) error {
	if err == nil {
		return nil
	}
	return &LetterError{plan.ID.Bulletin, r.Tailnet.ID, err}
}
