package markdown

import (
	"bytes"
	"regexp"
	"strings"
	"sync"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// never matches nothing at all, and finds that out at once.
var never = regexp.MustCompile(`^[^\x00-\x{10FFFF}]`)

// grammar is the whole language, built once; a goldmark parser may be shared.
var grammar = sync.OnceValue(func() parser.Parser {
	return parser.NewParser(
		parser.WithBlockParsers(blockParsers()...),
		parser.WithInlineParsers(parser.DefaultInlineParsers()...),
		parser.WithInlineParsers(
			util.Prioritized(bareLinks(), 999),
			util.Prioritized(extension.NewStrikethroughParser(), 500),
			footnoteReferences(),
		),
		parser.WithParagraphTransformers(blockTransformers()...),
		parser.WithASTTransformers(util.Prioritized(extension.NewTableASTTransformer(), 0),
			util.Prioritized(extension.NewFootnoteASTTransformer(), 999)),
	)
})

// outlineGrammar reads blocks only, which takes linear time where the text has
// passed the first limits. The inside of each block can then be weighed.
var outlineGrammar = sync.OnceValue(func() parser.Parser {
	return parser.NewParser(
		parser.WithBlockParsers(blockParsers()...),
		parser.WithParagraphTransformers(blockTransformers()...),
	)
})

func blockParsers() []util.PrioritizedValue {
	return append(parser.DefaultBlockParsers(), footnoteBlocks())
}

func blockTransformers() []util.PrioritizedValue {
	return append(parser.DefaultParagraphTransformers(),
		util.Prioritized(extension.NewTableParagraphTransformer(), 200))
}

// bareLinks makes links of https URLs in running text, and of nothing else: an
// http://100.100.100.100 or admin@host of prose was not meant as a link.
func bareLinks() parser.InlineParser {
	return httpsLinks{extension.NewLinkifyParser(
		extension.WithLinkifyAllowedProtocols([]string{"https:"}),
		extension.WithLinkifyWWWRegexp(never),
		extension.WithLinkifyEmailRegexp(never),
	)}
}

// httpsLinks asks goldmark only where a link begins: it is asked at every space.
type httpsLinks struct{ parser.InlineParser }

// Parse implements parser.InlineParser.
func (p httpsLinks) Parse(parent ast.Node, block text.Reader, pc parser.Context) ast.Node {
	line, _ := block.PeekLine()
	if strings.IndexByte(" *_~(", line[0]) >= 0 {
		line = line[1:]
	}
	if !bytes.HasPrefix(line, []byte("https:")) {
		return nil
	}
	return p.InlineParser.Parse(parent, block, pc)
}
