package identifier

import (
	"strings"
	"testing"
)

// The well-formed ones are examples of the package URL specification (ECMA-427 and
// its list of types), and the shapes that people copy from tools.
func TestPURL(t *testing.T) {
	judge(t, PURL, "pkg:npm/%40example/client@1.66.1", []row{
		{"pkg:npm/foobar@12.3.1", ""},
		{"pkg:npm/%40angular/animation@12.3.1", ""},
		{"pkg:npm/@angular/animation@12.3.1", ""},
		{"pkg:golang/google.golang.org/genproto#googleapis/api/annotations", ""},
		{"pkg:deb/debian/curl@7.50.3-1?arch=i386&distro=jessie", ""},
		{"pkg:docker/customer/dockerimage@sha256:244fd47e07d1004f0aed9c?repository_url=gcr.io", ""},
		{"pkg:maven/org.apache.xmlgraphics/batik-anim@1.9.1?packaging=sources", ""},
		{"pkg:github/package-url/purl-spec@244fd47e07d1004f0aed9c", ""},
		{"pkg:pypi/django@1.11.1", ""},
		{"pkg:generic/example-client@1.66.1", ""},
		{"pkg:generic/%E2%9C%93@1", ""},

		{"", `does not begin with "pkg:"`},
		{"npm/foobar@12.3.1", `does not begin with "pkg:"`},
		{"PKG:npm/foobar", `does not begin with "pkg:"`},
		{" pkg:npm/foobar", `does not begin with "pkg:"`},
		{"https://example.com/client", `does not begin with "pkg:"`},
		{"pkg:/npm/foobar", `has a slash after "pkg:"`},
		{"pkg://npm/foobar", `has a slash after "pkg:"`},
		{"pkg:npm/foo bar", "has a space or a character that has to be percent-encoded"},
		{"pkg:npm/foobar ", "has a space"},
		{"pkg:npm/foobar\n", "has a space"},
		{"pkg:npm/foobar\x7f", "has a space"},
		{"pkg:npm/füübar", "has a space or a character"},
		{"pkg:npm/foo\u202Ebar", "has a space or a character"},
		{"pkg:npm/foo%00bar", "has a percent-encoded control character"},
		{"pkg:npm/foo%0Abar", "has a percent-encoded control character"},
		{"pkg:npm/foo@1%C2%85", "has a percent-encoded control character"},
		{"pkg:npm/foobar?a=%1B", "has a percent-encoded control character"},
		{"pkg:", "is no package URL"},
		{"pkg:npm", "is no package URL"},
		{"pkg:npm/", "is no package URL"},
		{"pkg:npm/@1.0", "is no package URL"},
		{"pkg:npm/foo%2", "is no package URL"},
		{"pkg:npm/foo?checksum=1&checksum=2", "is no package URL"},
		{"pkg:n&g?inx/nginx@0.8.9", "is no package URL"},
		{"pkg:swift/Alamofire@5.4.3", "is no package URL"},
		{"pkg:NPM/foobar", `has the type "NPM"`},
		{"pkg:-a/foobar", `has the type "-a"`},
		{"pkg:.a/foobar", `has the type ".a"`},
	})
}

// FuzzPURL: no text breaks the library, and what is accepted can stand in any output as it is.
func FuzzPURL(f *testing.F) {
	for _, seed := range []string{"pkg:npm/%40a/b@1?c=d#e", "pkg:swift/a/b@1", "pkg:mlflow/a?repository_url=databricks", "pkg:julia/a?uuid=1", "pkg:a/b/../c#../d", "pkg:%/a"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if PURL(text) != nil {
			return
		}
		if !strings.HasPrefix(text, "pkg:") || strings.Trim(text, letters+digits+"!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~") != "" {
			t.Errorf("accepted %q", text)
		}
	})
}

const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
