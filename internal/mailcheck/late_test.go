package mailcheck

import (
	"net/mail"
	"strings"
	"testing"
	"time"
)

// marked is from how many points on filters commonly take a letter for spam.
const marked = 5

// TestLateLetters: a letter's Date is the instant of its plan (RFC 5322 §3.6.1: when it was
// complete), and a plan is delivered for up to three days. SpamAssassin gives points for that
// from three hours on, up to two days; never so many that a letter is marked.
func TestLateLetters(t *testing.T) {
	p := findPrograms(t)
	sound := writeLetters(t, shapes[0])[0]
	_, rest, _ := strings.Cut(lines(string(sound.frozen)), "\nDate: ")
	written, err := mail.ParseDate(strings.SplitN(rest, "\n", 2)[0])
	if err != nil {
		t.Fatal(err)
	}
	rules := map[int]string{0: "", 2: "", 4: "DATE_IN_PAST_03_06", 8: "DATE_IN_PAST_06_12", 20: "DATE_IN_PAST_12_24", 30: "DATE_IN_PAST_24_48", 60: "", 72: ""}
	var letters []letter
	at := make(map[int]string)
	for hours := range rules {
		l := sound
		taken := written.Add(time.Duration(hours) * time.Hour).Format(time.RFC1123Z)
		store(t, &l, hop+taken+"\n"+lines(string(sound.frozen)))
		letters, at[hours] = append(letters, l), l.stored
	}
	said := scored(t, p, letters)
	for hours, want := range rules {
		s, judged := said[at[hours]]
		t.Logf("%d hours: %.1f points, %v", hours, s.Points, s.Rules)
		if !judged || s.Points >= marked {
			t.Errorf("%d hours: %.1f points: %v", hours, s.Points, s.Rules)
		}
		for rule := range s.Rules {
			if strings.HasPrefix(rule, "DATE_") && rule != want {
				t.Errorf("%d hours: %s, want %q", hours, rule, want)
			}
		}
		if _, hit := s.Rules[want]; want != "" && !hit {
			t.Errorf("%d hours: no %s", hours, want)
		}
	}
}
