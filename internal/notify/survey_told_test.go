package notify

import (
	"errors"
	"strings"
	"testing"

	"tocsin/internal/disclosure"
	"tocsin/internal/tailnet"
)

// aStreet is a survey of tailnets whose names are parts of each other's.
func aStreet(t *testing.T) *Survey {
	t.Helper()
	s := NewSurvey(severe(), products, disclosure.Builtin(), planned)
	for _, n := range []tailnet.Tailnet{
		{ID: "bakery.example.com", OwnerEmail: "owner@bakery.example.com", SecurityEmail: "o'neill@msp.example"},
		{ID: "clinic.example.com", OwnerEmail: "shared@msp.example"},
		{ID: "kim@mail.example", OwnerEmail: "kim@mail.example"},
		{ID: "org/lab"}, {ID: "7"}, {ID: "Бюро"},
	} {
		s.Tailnet(n)
	}
	if err := s.Supplement(tailnet.Supplement{Tailnet: "bakery.example.com", Email: "file@bakery.example"}); err != nil {
		t.Fatal(err)
	}
	return s
}

// F20: the text of a finding stands in one tailnet's letter, and no letter without names has
// it too. What in it names another tailnet is refused, by an error that names nobody.
func TestFindingsThatTellOfAnother(t *testing.T) {
	for text, want := range map[string]string{
		"":                                    "",
		"We saw 7 sessions of Clinic & Sons.": "", // a number, and a name
		"The node of bakery.example.com":      "",
		"As Bakery.Example.Com's owner, you (owner@bakery.example.com) asked":        "",
		"o'neill@msp.example; mailto:file@bakery.example, Owner@bakery.example.com.": "",
		"node1.clinic.example.com is longer":                                         "", // than the ID
		"ask at 10:00 @work":                                                         "",
		"Visible to clinic.example.com":                                              "tell: word 3 " + isAnother,
		"visible to\tCLINIC.example.com,":                                            "tell: word 3 " + isAnother,
		"(clinic.example.com's)":                                                     "tell: word 1 " + isAnother,
		"see https://clinic.example.com:443/x":                                       "tell: word 2 " + isAnother,
		"by bakery.example.com/clinic.example.com":                                   "tell: word 2 " + isAnother,
		"of \"org/lab\"":                                                             "tell: word 2 " + isAnother,
		"an бюро":                                                                    "", // which nobody is called: another spelling
		"an Бюро.":                                                                   "tell: word 2 " + isAnother,
		"by kim@mail.example":                                                        "tell: word 2 " + isAnother,
		"by <shared@msp.example>.":                                                   "tell: word 2 " + isNotTheirs,
		"by owner@bakery.example.com/shared@msp.example":                             "tell: word 2 " + isNotTheirs,
		"by mailto:nobody@example.net":                                               "tell: word 2 " + isNotTheirs,
	} {
		for column, f := range map[string]tailnet.Finding{"tell": {Tell: text}, "done": {Done: text}} {
			f.Tailnet, f.Status = "bakery.example.com", tailnet.KnownAffected
			if got := saidOf(aStreet(t).Finding(f)); got != strings.Replace(want, "tell", column, 1) {
				t.Errorf("%s %q: %q, want %q", column, text, got, want)
			}
		}
	}
	former := tailnet.Finding{Tailnet: "gone.example.com", Email: "owner@gone.example.com", Tell: "gone.example.com, of owner@gone.example.com"}
	if got := saidOf(aStreet(t).Finding(former)); got != "" {
		t.Errorf("a former tailnet's own: %s", got)
	}
	former.Tell = "Seen by clinic.example.com"
	s := aStreet(t)
	if got := saidOf(s.Finding(former)); got != "tell: word 3 "+isAnother || len(s.found.former) > 0 {
		t.Errorf("a former tailnet: %q, and %d addresses are taken in", got, len(s.found.former))
	}
}

// saidOf is where an error is and what it says first; empty where there is none.
func saidOf(err error) string {
	if err == nil {
		return ""
	}
	told, is := errors.AsType[*toldError](err)
	if !is {
		return err.Error()
	}
	said, _, _ := strings.Cut(told.Error(), ":")
	return told.Column() + ": " + said
}
