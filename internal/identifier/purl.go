package identifier

import (
	"fmt"
	"net/url"
	"strings"

	"github.com/package-url/packageurl-go"
)

// PURL tells what is wrong with a package URL (ECMA-427), such as
// pkg:npm/%40example/client@1.66.1. Beyond what the library refuses, it refuses
// what the library would quietly mend: another spelling of "pkg:", spaces, and
// whatever does not show.
func PURL(text string) error {
	const example = "write a package URL as in pkg:npm/%40example/client@1.66.1"
	rest, found := strings.CutPrefix(text, "pkg:")
	switch {
	case !found:
		return wrong(text, `does not begin with "pkg:"`, example)
	case strings.HasPrefix(rest, "/"):
		return wrong(text, `has a slash after "pkg:"`, example)
	case strings.ContainsFunc(text, notGraphic):
		return wrong(text, "has a space or a character that has to be percent-encoded", example)
	}
	if plain, err := url.PathUnescape(rest); err == nil && strings.ContainsFunc(plain, isControl) {
		return wrong(text, "has a percent-encoded control character", example)
	}
	p, err := packageurl.FromString(text)
	if err != nil {
		return wrong(text, fmt.Sprintf("is no package URL (%v)", err), example)
	}
	if kind, _, _ := strings.Cut(rest, "/"); kind != p.Type || p.Type[0] < 'a' || p.Type[0] > 'z' {
		return wrong(text, fmt.Sprintf("has the type %q, which is not lower-case letters and digits", kind), example)
	}
	return nil
}

func notGraphic(r rune) bool { return r <= ' ' || r >= 0x7F }

func isControl(r rune) bool { return r < ' ' || r >= 0x7F && r < 0xA0 }
