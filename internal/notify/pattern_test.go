package notify

import (
	"bytes"
	"errors"
	"testing"
)

// TestPatternIsNobodys: what letters are packed against holds what each of them says, in
// each language, and is the same whoever the plan is for.
func TestPatternIsNobodys(t *testing.T) {
	c, plan := press(t, severe()), Plan{ID: PlanID{Bulletin: "TS-2026-004", Number: 1}, Created: planned}
	pattern, err := c.Pattern(plan)
	if err != nil {
		t.Fatal(err)
	}
	for language := range c.Templates.words {
		if !bytes.Contains(pattern, []byte("<html lang=\""+language+"\"")) {
			t.Errorf("no letter in %q", language)
		}
	}
	again, err := press(t, severe()).Pattern(plan)
	if err != nil || !bytes.Equal(pattern, again) {
		t.Errorf("another pattern, %v", err)
	}
	broken := errors.New("no paper")
	c.Message = func(Letter, string) ([]byte, error) { return nil, broken }
	if _, err := c.Pattern(plan); !errors.Is(err, broken) {
		t.Errorf("a letter that cannot be written: %v", err)
	}
}
