package check

import "tocsin/internal/source"

// dateCodes are about dates.
func dateCodes() []Code {
	return []Code{{
		Name: "future-date", Level: source.Error,
		Wants: "a date of publication that has come",
		Why: `A date never publishes by itself, and a page that says it was published tomorrow is
wrong today. tocsin release writes the date. What is told as past cannot lie in the future either: an
event, a revision, the day on which somebody confirmed something.`,
		Example: "published: 2999-01-01\n", Mended: "published: 2026-05-04\n",
	}}
}
