package cli

import (
	"strings"

	"tocsin/internal/bulletin"
	"tocsin/internal/content"
	"tocsin/internal/source"
)

// draft is the file that a bulletin begins as. It passes every check; what is still
// to be written is marked, and listed by them as what comes later.
func draft(id bulletin.ID, known beginning) ([]byte, error) {
	text := strings.NewReplacer("{id}", string(id)).Replace(emptyDraft)
	e, err := content.NewEditor(source.File{Name: string(id) + ".md", Data: []byte(text)})
	if err != nil {
		return nil, err
	}
	if known.title != "" {
		err = e.Set(known.title, "title")
	}
	if err == nil && known.severity != "" {
		err = e.Set(known.severity, "severity")
	}
	if err == nil && known.product != "" {
		err = e.Append("affected", []content.Pair{{Key: "product", Value: known.product}})
	}
	return e.Bytes(), err
}

// emptyDraft is a draft of which nothing is known.
const emptyDraft = `---
id: {id}
title: TODO say in one line what happened
# Only "published" publishes, and tocsin release writes it.
status: draft
# Write what is known, and leave out what is not known yet.
# tocsin ask {id} asks for what decides; these are the keys it fills in.
#   severity        critical, high, medium, low, none; unrated
#   affected        a row for each product or branch: product, platforms,
#                   introduced, fixed, available (the day the fix could be had)
#   action          what users have to do, in one line; or none
#   exploited       confirmed, suspected, no_evidence, confirmed_none, unknown
#   data_visible    yes, no, unknown: could others see data of a tailnet?
#   users_affected  some, none_confirmed, unknown
---

#### What happened?

TODO: what the fault was, since when it was there, and how it was found.

#### Who was affected?

TODO: which versions on which platforms, and how somebody can tell.

#### What was the impact?

TODO: what could be seen or done, and what is known of whether anybody did.

#### What do I need to do?

TODO: the steps in their order, or that there is nothing to do.
`
