package evidence

import (
	"errors"
	"io/fs"
	"strings"
	"testing"

	"tocsin/internal/notify"
)

// TestMarks: a report has the same mark wherever somebody files it, and no other has it.
func TestMarks(t *testing.T) {
	seen := make(map[string]string)
	for _, r := range reports {
		data := stored(t, "reports/"+r.name)
		mark := reader.Read(data).Mark
		if other := seen[mark]; mark == "" || other != "" {
			t.Errorf("%s has the mark %q of %q", r.name, mark, other)
		}
		seen[mark] = r.name
		filed := "Delivered-To: box@example.com\nX-Status: seen\nReceived: from here\n" + string(data)
		if got := reader.Read([]byte(filed)).Mark; got != mark {
			t.Errorf("%s has the mark %q where it was filed, and %q before", r.name, got, mark)
		}
	}
}

// TestAmong: a reference finds its plan among others, and none that is not there.
func TestAmong(t *testing.T) {
	other := notify.PlanID{Bulletin: aPlan.Bulletin, Number: aPlan.Number + 1}
	ref, err := bounces.Parse(path(t, aPlan, 7))
	if err != nil {
		t.Fatal(err)
	}
	if got, found := bounces.Among([]notify.PlanID{other, aPlan})(ref); !found || got != aPlan {
		t.Errorf("%v, %t", got, found)
	}
	if got, found := bounces.Among([]notify.PlanID{other})(ref); found {
		t.Errorf("%v", got)
	}
}

// TestFileThatIsNotGiven: what the disk does not give is one unreadable message, with why.
func TestFileThatIsNotGiven(t *testing.T) {
	var got []Report
	keep := func(r Report) error { got = append(got, r); return nil }
	if err := reader.file(t.TempDir(), "new/1", keep); err != nil {
		t.Fatal(err)
	}
	var path *fs.PathError
	if len(got) != 1 || got[0].Kind != Unreadable || got[0].Source != "new/1" || !errors.As(got[0].Err, &path) {
		t.Errorf("%+v", got)
	}
	if err := reader.file("nowhere", "new/2", keep); err != nil || len(got) != 1 {
		t.Errorf("a file that was moved: %v, %+v", err, got)
	}
}

// TestZoneless: only stamps that do not name their zone hang on it.
func TestZoneless(t *testing.T) {
	for text, want := range map[string]bool{
		around(""): true,
		"2026-05-04T09:00:00Z mx postfix/qmgr[3]: 4kQ1By6X2Jz9x: removed\n":             false,
		"2026-05-04T09:00:00.123456+02:00 mx postfix/qmgr[3]: 4kQ1By6X2Jz9x: removed\n": false,
		"": false,
	} {
		l := NewLog(nil, options)
		if err := l.Read(strings.NewReader(text)); err != nil || l.Zoneless() != want {
			t.Errorf("%.40q: zoneless %t, %v", text, l.Zoneless(), err)
		}
	}
}
