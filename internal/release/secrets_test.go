package release

import (
	"slices"
	"testing"
	"time"

	"tocsin/internal/bulletin"
)

const embargoedBody = `#### What happened?

A web page could reach the local API of the client on Windows. It is short.
Anybody who opened such a page on a computer with
the client was exposed. Nobody needed to click on anything for that to happen!

* The first item of this list is long enough to be somebody's own words
1. Update to the newest version as soon as you can, on every node that you have.
`

// F57: what tells an embargoed bulletin is its ID, its title and what only it says.
func TestSecrets(t *testing.T) {
	b := bulletin.Bulletin{ID: "TS-2026-009", Title: "Web pages could reach the local API", Summary: "Web pages could reach the local API", Body: []byte(embargoedBody)}
	known := make(Known)
	known.Read([]byte("> Update to the newest version as soon as you can, on every node that you have.\n"))
	want := []string{
		"TS-2026-009",
		"Web pages could reach the local API",
		"A web page could reach the local API of the client on Windows",
		"Anybody who opened such a page on a computer with the client was exposed",
		"Nobody needed to click on anything for that to happen!",
		"The first item of this list is long enough to be somebody's own words",
	}
	if got := Secrets(b, known); !slices.Equal(got, want) {
		t.Errorf("%q\nwant %q", got, want)
	}
}

func TestSecretsOfLittle(t *testing.T) {
	b := bulletin.Bulletin{ID: "TS-2026-009", Title: "TODO", Summary: "TODO"}
	if got := Secrets(b, nil); !slices.Equal(got, []string{"TS-2026-009"}) {
		t.Errorf("%q", got)
	}
	b.Summary = "For nine days the API listed the names of users who were gone."
	if got := Secrets(b, nil); len(got) != 2 {
		t.Errorf("%q", got)
	}
	if got := Secrets(bulletin.Bulletin{}, nil); len(got) != 0 {
		t.Errorf("of nothing: %q", got)
	}
}

// What an earlier bulletin says in public finds that bulletin only.
func TestSecretsLeaveOutWhatIsPublished(t *testing.T) {
	b := bulletin.Bulletin{
		ID: "TS-2026-009", Title: "Denial of service by long names",
		Summary: "Whoever chose a long enough name could stop the server.",
		Body:    []byte("The server kept every name in memory for as long as it ran.\n"),
	}
	earlier := b
	earlier.ID, earlier.Status, earlier.Published = "TS-2026-002", bulletin.Public, time.Unix(1, 0)
	published, err := earlier.Publish()
	if err != nil {
		t.Fatal(err)
	}
	known := make(Known)
	known.Published(published)
	if got := Secrets(b, known); !slices.Equal(got, []string{"TS-2026-009"}) {
		t.Errorf("%q", got)
	}
	if got := Secrets(b, nil); len(got) != 4 {
		t.Errorf("without it: %q", got)
	}
}
