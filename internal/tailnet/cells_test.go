package tailnet

import "testing"

// F30: what is not there and what is empty are one thing: nothing is said.
func TestCells(t *testing.T) {
	c := NewCells([]string{"exit_node", "region", "tags"}, []string{"yes", ""})
	for column, want := range map[string]string{"exit_node": "yes", "region": "", "tags": "", "Exit_node": "", "": ""} {
		if text, there := c.Value(column); text != want || there != (want != "") {
			t.Errorf("%q: %q, %v", column, text, there)
		}
	}
	if _, there := (Cells{}).Value("exit_node"); there {
		t.Error("no cells, and a value")
	}
}
