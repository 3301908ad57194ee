package source

import (
	"errors"
	"fmt"
	"testing"
)

func TestProblemsSort(t *testing.T) {
	at := func(file string, line, column int, code string) Problem {
		return Problem{Position: Position{file, line, column}, Code: code}
	}
	ps := Problems{
		at("b", 1, 1, "7"), at("a", 10, 1, "5"), at("a", 9, 2, "3"), at("a", 9, 1, "2"),
		at("a", 0, 0, "1"), at("a", 9, 2, "4"), at("a.md", 1, 1, "6"),
	}
	ps.Sort()
	got := ""
	for _, p := range ps {
		got += p.Code
	}
	if got != "1234567" {
		t.Errorf("order %s: want by file, line and column as numbers, equal places as found", got)
	}
}

func TestProblemsAreAnError(t *testing.T) {
	one := Problem{Position: Position{"a.md", 3, 7}, Message: `unknown key "stauts"`}
	for want, ps := range map[string]Problems{
		"no problems":                                 nil,
		`a.md:3:7: unknown key "stauts"`:              {one},
		`a.md:3:7: unknown key "stauts" (and 2 more)`: {one, one, one},
	} {
		if got := ps.Error(); got != want {
			t.Errorf("%d problems: %q, want %q", len(ps), got, want)
		}
	}
	var all Problems
	if err := fmt.Errorf("check: %w", Problems{one, one}); !errors.As(err, &all) || len(all) != 2 {
		t.Errorf("a caller cannot get at all of %v", err)
	}
}

func TestProblemsCount(t *testing.T) {
	ps := Problems{{Level: Warning}, {Level: Error}, {Level: Note}, {Level: Warning}}
	if ps.Errors() != 1 || ps.Warnings() != 2 {
		t.Errorf("%d errors, %d warnings", ps.Errors(), ps.Warnings())
	}
	if got := fmt.Sprint(Error, Warning, Note); got != "error warning note" {
		t.Error(got)
	}
	if (Problem{}).Level != Error {
		t.Error("a problem without a level must stop the work")
	}
}
