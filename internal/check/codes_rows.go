package check

import "tocsin/internal/source"

// rowCodes are about what a bulletin affects.
func rowCodes() []Code {
	return []Code{
		{
			Name: "unknown-product", Level: source.Error,
			Wants:   "products that tocsin.yaml knows",
			Why:     `Which tailnets are touched is worked out by product. A misspelt one touches nobody.`,
			Example: "affected:\n  - {product: cleint, fixed: 1.66.1, available: 2026-05-03}\n",
			Mended:  "affected:\n  - {product: client, fixed: 1.66.1, available: 2026-05-03}\n",
		},
		{
			Name: "unknown-platform", Level: source.Error,
			Wants:   "platforms that the product runs on",
			Why:     `Which nodes are touched is worked out by platform. A misspelt one touches none.`,
			Example: "affected:\n  - {product: client, platforms: [widnows], fixed: 1.66.1, available: 2026-05-03}\n",
			Mended:  "affected:\n  - {product: client, platforms: [windows], fixed: 1.66.1, available: 2026-05-03}\n",
		},
		{
			Name: "not-applicable", Level: source.Error,
			Wants: "keys that mean something for the product",
			Why: `What users install has versions and platforms; what we run ourselves has a day on which
the fix was deployed. The other keys would be shown nowhere, or decide what they must not.`,
			Example: "affected:\n  - {product: server, deployed: 2026-05-03, platforms: [linux]}\n",
			Mended:  "affected:\n  - {product: server, deployed: 2026-05-03}\n",
		},
		{
			Name: "bad-range", Level: source.Error,
			Wants: "versions that can be compared, in a range that is not empty",
			Why: `A range that cannot be read, or ends before it begins, matches no node: those who run an
affected version would not be told.`,
			Example: "affected:\n  - {product: client, introduced: 1.70.0, fixed: 1.66.1, available: 2026-05-03}\n",
			Mended:  "affected:\n  - {product: client, introduced: 1.30.0, fixed: 1.66.1, available: 2026-05-03}\n",
		},
		{
			Name: "row-unbounded", Level: source.Note, Suppressible: true,
			Wants: "rows that say which platforms and which versions they concern",
			Why: `What a row does not say counts for everybody: every platform of the product, every version
before the fix. That is right where nobody has looked, and sends letters to people whom it
does not concern where somebody has. tocsin ask asks for both.`,
			Example: "affected:\n  - {product: client, fixed: 1.66.1, available: 2026-05-03}\n",
			Mended:  "affected:\n  - {product: client, platforms: [windows], introduced: 1.30.0, fixed: 1.66.1, available: 2026-05-03}\n",
		},
	}
}
