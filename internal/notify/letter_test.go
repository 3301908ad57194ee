package notify

import (
	"fmt"
	"os"
	"testing"
	"time"

	"tocsin/internal/affected"
	"tocsin/internal/bulletin"
	"tocsin/internal/tailnet"
	"tocsin/internal/verdict"
)

func TestTmp(t *testing.T) {
	s, err := NewStationery(os.DirFS("../../templates"))
	if err != nil {
		t.Fatal(err)
	}
	d := Desk{Organization: "Example Networks", Bulletin: bulletin.Bulletin{ID: "TS-2026-002", Title: "Web pages could reach the local API", Severity: "high", Action: bulletin.Action{Required: verdict.Yes, Text: "Update Windows nodes to 1.66.1 or later."}, Affected: []bulletin.Affected{{Product: "client"}}}, BulletinURL: "https://security.example.com/security-bulletins/ts-2026-002/", PolicyURL: "https://security.example.com/security-policies/incident-disclosure/", ReplyTo: "security@example.com", Settings: "https://login.example.com/contacts"}
	r := Row{Tailnet: tailnet.Tailnet{ID: "bakery.example.com", DisplayName: "Example Bakery"}, Contact: tailnet.Contact{Tailnet: "bakery.example.com", Address: "owner@bakery.example.com", Reason: tailnet.Owner}, Match: affected.Match{Tailnet: "bakery.example.com", Affected: verdict.Yes, Hits: []affected.Hit{{Node: tailnet.Node{Tailnet: "bakery.example.com", Name: "oven-1", OS: "windows", Version: "1.60.0"}, Affected: verdict.Yes}, {Node: tailnet.Node{Tailnet: "bakery.example.com", Name: "oven-<2>", OS: "windows", Version: ""}, Affected: verdict.Unknown, Evidence: "its version cannot be read"}}}}
	v, err := d.View(r)
	if err != nil {
		t.Fatal(err)
	}
	l, err := s.Write(r, v, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	fmt.Println(l.Subject)
	fmt.Println(l.Text)
	fmt.Println(l.HTML)
}
