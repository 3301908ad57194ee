package notify

import (
	"strings"
	"testing"
	"unsafe"

	"github.com/google/go-cmp/cmp"

	"tocsin/internal/disclosure"
	"tocsin/internal/tailnet"
)

// lend puts texts into memory that is written over when a visitor has returned, as that of an
// inventory's tables is. Whoever keeps a text then keeps another (F20).
func lend(texts ...*string) (spoil func()) {
	var all string
	for _, text := range texts {
		all += *text
	}
	octets := []byte(all)
	rest := unsafe.String(unsafe.SliceData(octets), len(octets))
	for _, text := range texts {
		*text, rest = rest[:len(*text)], rest[len(*text):]
	}
	return func() {
		for at := range octets {
			octets[at] = 'x'
		}
	}
}

func lendTailnet(s *Survey, t tailnet.Tailnet) {
	defer lend((*string)(&t.ID), &t.DisplayName, &t.OwnerEmail, &t.SecurityEmail, &t.Language)()
	s.Tailnet(t)
}

func lendNode(i *Intake, n tailnet.Node) error {
	defer lend((*string)(&n.Tailnet), &n.ID, &n.Name, &n.User, &n.OS, &n.Product, &n.Version, &n.LastSeen)()
	return i.Node(&n)
}

// F20: of a row nothing is kept but copies, or one tailnet's letter would name what the table
// says of another. The random inventories of this package are lent too.
func TestNothingLentIsKept(t *testing.T) {
	s := NewSurvey(severe(), products, disclosure.Builtin(), planned)
	lendTailnet(s, tailnet.Tailnet{ID: "acme", DisplayName: "Acme", OwnerEmail: "owner@acme.example"})
	one := s.Intake()
	if err := lendNode(one, certain); err != nil {
		t.Fatal(err)
	}
	rows, err := rowsOf(s, Tell)
	if err != nil || len(rows) != 1 || len(rows[0].Match.Hits) != 1 {
		t.Fatalf("%+v, %v", rows, err)
	}
	row := rows[0]
	if row.Tailnet.ID != "acme" || row.Tailnet.DisplayName != "Acme" || row.Contact.Address != "owner@acme.example" || !cmp.Equal(row.Match.Hits[0].Node, certain, cmp.AllowUnexported(tailnet.Cells{})) {
		t.Errorf("%+v", row)
	}
}

// Long texts are taken in before many of them wait.
func TestLongTextsDoNotWait(t *testing.T) {
	s := one(t, severe())
	intake := s.Intake()
	long := certain
	long.Name = strings.Repeat("x", roomForTexts/3)
	for range walkSize {
		if err := intake.Node(&long); err != nil {
			t.Fatal(err)
		}
		s.Tailnet(tailnet.Tailnet{ID: "acme", DisplayName: strings.Repeat("x", roomForBatch/3)})
		if waiting, filling := len(intake.texts), len(s.filling.texts); waiting > 2*roomForTexts || filling > 2*roomForBatch {
			t.Fatalf("%d and %d octets wait", waiting, filling)
		}
	}
}
