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
	return language(util.Prioritized(bareLinks(), 999))
})

// quickGrammar is the language without bare links. For those goldmark stops at every
// space and cuts the text there, which is half of all its work.
var quickGrammar = sync.OnceValue(func() parser.Parser { return language() })

func language(more ...util.PrioritizedValue) parser.Parser {
	return parser.NewParser(
		parser.WithBlockParsers(blockParsers()...),
		parser.WithInlineParsers(parser.DefaultInlineParsers()...),
		parser.WithInlineParsers(util.Prioritized(extension.NewStrikethroughParser(), 500), footnoteReferences()),
		parser.WithInlineParsers(more...),
		parser.WithParagraphTransformers(blockTransformers()...),
		parser.WithASTTransformers(util.Prioritized(extension.NewTableASTTransformer(), 0),
			util.Prioritized(extension.NewFootnoteASTTransformer(), 999)),
	)
}

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
	return []util.PrioritizedValue{
		util.Prioritized(definedLinks{parser.LinkReferenceParagraphTransformer}, 100),
		util.Prioritized(extension.NewTableParagraphTransformer(), 200),
	}
}

// definedLinks asks goldmark only where a paragraph begins as [link]: … does: it makes
// a reader for every paragraph.
type definedLinks struct{ parser.ParagraphTransformer }

// Transform implements parser.ParagraphTransformer.
func (t definedLinks) Transform(p *ast.Paragraph, reader text.Reader, pc parser.Context) {
	first := p.Lines().At(0)
	if words := bytes.TrimLeft(first.Value(reader.Source()), " \t\r\n"); len(words) == 0 || words[0] == '[' {
		t.ParagraphTransformer.Transform(p, reader, pc)
	}
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
