package check

import "tocsin/internal/source"

// markdownCodes are about texts: what a page would lose, or must not say.
func markdownCodes() []Code {
	return []Code{
		{
			Name: "html-removed", Level: source.Error,
			Wants: "HTML that a page keeps, or none",
			Why: `Tables, lists, details, anchors and plain inline elements are kept; everything that can
run, load, ask or overlay is not. What a page would lose is an error, so that nothing vanishes in
silence: often it is text in angle brackets, which belongs into backquotes.`,
			Example: "Connect <node> now.\n", Mended: "Connect `<node>` now.\n",
		},
		{
			Name: "html-unbalanced", Level: source.Error,
			Wants:   "an end tag for every element",
			Why:     `A browser mends a tag without its end by swallowing the rest of the page into it.`,
			Example: "<details>\n<summary>More</summary>\n\nA text.\n",
			Mended:  "<details>\n<summary>More</summary>\n\nA text.\n</details>\n",
		},
		{
			Name: "html-comment", Level: source.Error,
			Wants: "no comments in a text",
			Why: `A comment is no secret: it stands in this file, which others read. The page does not have
it.`,
			Example: "<!-- ask Alice -->\n\nA text.\n", Mended: "A text.\n",
		},
		{
			Name: "duplicate-anchor", Level: source.Error,
			Wants: "every id once on a page",
			Why: `A link to an id that stands twice leads to the first, whichever was meant. Headings have
ids of their own, made of their words.`,
			Example: "#### Impact\n\n<a id=\"impact\"></a>More.\n", Mended: "#### Impact\n\n<a id=\"more\"></a>More.\n",
		},
		{
			Name: "unsafe-link", Level: source.Error,
			Wants:   "links to https: and mailto: addresses, to paths of the site, to #headings",
			Why:     `Other links run something, are not encrypted, or lead to another host than they show.`,
			Example: "[Read on](http://example.com/).\n", Mended: "[Read on](https://example.com/).\n",
		},
		{
			Name: "remote-image", Level: source.Error,
			Wants:   "images that stand on this site",
			Why:     `Readers' browsers would tell the other place who reads which bulletin, and when.`,
			Example: "![A picture](https://example.com/a.png)\n", Mended: "[A picture](https://example.com/a.png)\n",
		},
		{
			Name: "footnote", Level: source.Error,
			Wants: "for every footnote its text, and a place that refers to it",
			Why: `A footnote that nothing refers to would not be on the page at all; a reference without a
footnote would stand there as it is written.`,
			Example: "A text.[^1]\n", Mended: "A text.[^1]\n\n[^1]: A footnote.\n",
		},
		{
			Name: "too-complex", Level: source.Error,
			Wants:   "a text that can be rendered in reasonable time",
			Why:     `Some short texts take minutes to render, or make megabytes. People do not write them.`,
			Example: "> > > > > > > > > > > > > > > > > > > > Deep.\n", Mended: "> Not deep.\n",
		},
	}
}
