package markdown

import (
	"regexp"
	"sync"

	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/util"
)

// never matches nothing at all, and finds that out at once.
var never = regexp.MustCompile(`^[^\x00-\x{10FFFF}]`)

// grammar is the whole language, built once; a goldmark parser may be shared.
var grammar = sync.OnceValue(func() parser.Parser {
	return parser.NewParser(
		parser.WithBlockParsers(parser.DefaultBlockParsers()...),
		parser.WithInlineParsers(parser.DefaultInlineParsers()...),
		parser.WithInlineParsers(
			util.Prioritized(bareLinks(), 999),
			util.Prioritized(extension.NewStrikethroughParser(), 500),
		),
		parser.WithParagraphTransformers(blockTransformers()...),
		parser.WithASTTransformers(util.Prioritized(extension.NewTableASTTransformer(), 0)),
	)
})

// outlineGrammar reads blocks only, which takes linear time where the text has
// passed the first limits. The inside of each block can then be weighed.
var outlineGrammar = sync.OnceValue(func() parser.Parser {
	return parser.NewParser(
		parser.WithBlockParsers(parser.DefaultBlockParsers()...),
		parser.WithParagraphTransformers(blockTransformers()...),
	)
})

func blockTransformers() []util.PrioritizedValue {
	return append(parser.DefaultParagraphTransformers(),
		util.Prioritized(extension.NewTableParagraphTransformer(), 200))
}

// bareLinks makes links of https URLs in running text, and of nothing else: an
// http://100.100.100.100 or admin@host of prose was not meant as a link.
func bareLinks() parser.InlineParser {
	return extension.NewLinkifyParser(
		extension.WithLinkifyAllowedProtocols([]string{"https:"}),
		extension.WithLinkifyWWWRegexp(never),
		extension.WithLinkifyEmailRegexp(never),
	)
}
