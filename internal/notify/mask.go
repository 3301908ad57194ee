package notify

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"tocsin/internal/notify/isolation"
	"tocsin/internal/tailnet"
)

// mapped is the row with every text that belongs to its tailnet alone put through a
// function, whatever part of the row it stands in. The row itself stays as it is.
func (r Row) mapped(of func(text string) string) Row {
	id := func(id tailnet.ID) tailnet.ID { return tailnet.ID(of(string(id))) }
	r.Tailnet.ID, r.Tailnet.DisplayName = id(r.Tailnet.ID), of(r.Tailnet.DisplayName)
	r.Tailnet.OwnerEmail, r.Tailnet.SecurityEmail = "", "" // whom it goes to is decided
	r.Contact.Tailnet, r.Match.Tailnet, r.Contact.Trace = id(r.Contact.Tailnet), id(r.Match.Tailnet), nil
	r.Match.Hits = slices.Clone(r.Match.Hits)
	for i := range r.Match.Hits {
		n := &r.Match.Hits[i].Node
		n.Tailnet, n.ID, n.Name, n.User = id(n.Tailnet), of(n.ID), of(n.Name), ""
	}
	r.Named = slices.Clone(r.Named)
	for i := range r.Named {
		n := &r.Named[i]
		n.Tailnet, n.ID, n.Name, n.User = id(n.Tailnet), of(n.ID), of(n.Name), ""
	}
	r.Users = slices.Clone(r.Users)
	for i := range r.Users {
		u := &r.Users[i]
		u.Tailnet, u.ID, u.Login = id(u.Tailnet), of(u.ID), of(u.Login)
	}
	r.Match.Findings = slices.Clone(r.Match.Findings)
	for i := range r.Match.Findings {
		f := &r.Match.Findings[i]
		f.Tailnet, f.Node, f.User, f.Email = id(f.Tailnet), of(f.Node), of(f.User), ""
		f.Tell, f.Done = of(prose(f.Tell)), of(prose(f.Done))
	}
	return r
}

// masked is the row with a word in place of each of its texts, and which stands for
// which. Equal texts have equal masks, and masks have the order of their texts, so that
// the letter of the masked row has the shape of the row's own. A text that is one of
// everybody's stays. No word begins in a way that somebody who names a node can know.
func (r Row) masked(word string, everybodys []string) (Row, []isolation.Mask) {
	var texts []string
	r.mapped(func(text string) string {
		texts = append(texts, text)
		return text
	})
	slices.Sort(texts)
	masks := make(map[string]string)
	var list []isolation.Mask
	for i, text := range slices.Compact(texts) {
		if text != "" && !slices.Contains(everybodys, text) {
			masks[text] = fmt.Sprintf("%s%06d%se", word, i, long(text))
			list = append(list, isolation.Mask{Mask: masks[text], Text: text})
		}
	}
	to := isolation.Mask{Mask: word + "e@mask.example", Text: string(r.Contact.Address)}
	r = r.mapped(func(text string) string { return cmp.Or(masks[text], text) })
	r.Contact.Address = tailnet.Address(to.Mask)
	return r, append(list, to)
}

// long makes the mask of a long name long: a subject leaves both out.
func long(text string) string {
	if utf8.RuneCountInString(shown(text)) <= longestName {
		return ""
	}
	return strings.Repeat("x", longestName)
}
