package serve

import (
	"bytes"
	"strings"
	"testing"
)

// TestPolicy holds every change of a page's policy to the byte: the server's own
// script and style get through, and nothing else does.
func TestPolicy(t *testing.T) {
	for written, want := range map[string]string{
		"default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'": "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; script-src 'self'; connect-src 'self'",
		"default-src 'none'":                         "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'",
		"default-src 'self'":                         "default-src 'self'",
		"Default-Src 'SELF'":                         "Default-Src 'SELF'",
		"default-src 'none';":                        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'",
		"default-src https://a.example":              "default-src https://a.example; script-src https://a.example 'self'; style-src https://a.example 'self'; img-src https://a.example 'self'; connect-src https://a.example 'self'",
		"script-src 'none'":                          "script-src 'self'",
		"script-src":                                 "script-src 'self'",
		"script-src-elem 'none'; script-src 'self'":  "script-src-elem 'self'; script-src 'self'",
		"default-src 'self';  style-src  'sha256-x'": "default-src 'self';  style-src 'sha256-x' 'self'",
		"img-src data:; img-src 'none'":              "img-src data: 'self'; img-src 'none'",
		"base-uri 'none'":                            "base-uri 'none'",
		"":                                           "",
	} {
		if got := openPolicy(written); got != want {
			t.Errorf("%s\n got %s\nwant %s", written, got, want)
		}
	}
}

// TestComplete: what a preview adds stands where it belongs, and every other byte
// stays.
func TestComplete(t *testing.T) {
	const head = `<link rel="stylesheet" href="/_tocsin/live.css">` + "\n" + `<script src="/_tocsin/live.js" data-version="r.1" defer></script>` + "\n"
	const opened = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'"
	more := additions{version: "r.1", title: "[Draft] ", banner: "<BANNER>", dock: "<DOCK>"}
	for name, c := range map[string]struct{ page, want string }{
		"a page": {
			`<!doctype html><html><head><meta http-equiv="Content-Security-Policy" content="default-src 'none'"><title>A</title></head><body class="x">text</body></html>`,
			`<!doctype html><html><head><meta http-equiv="Content-Security-Policy" content="` + opened + `"><title>[Draft] A</title>` + head + `</head><body class="x"><BANNER>text<DOCK></body></html>`,
		},
		"other letters and quotes": {
			`<HEAD><META CONTENT='default-src https:' HTTP-EQUIV=content-security-policy ><TITLE lang=en>A</TITLE></HEAD><BODY>text</BODY>`,
			`<HEAD><META CONTENT='default-src https:; script-src https: 'self'; style-src https: 'self'; img-src https: 'self'; connect-src https: 'self'' HTTP-EQUIV=content-security-policy ><TITLE lang=en>[Draft] A</TITLE>` + head + `</HEAD><BODY><BANNER>text<DOCK></BODY>`,
		},
		"a policy with its quotes escaped": {
			`<head><meta http-equiv="Content-Security-Policy" content="default-src &#39;none&#39;"></head><body></body>`,
			`<head><meta http-equiv="Content-Security-Policy" content="` + strings.ReplaceAll(opened, "'", "&#39;") + `">` + head + `</head><body><BANNER><DOCK></body>`,
		},
		"two policies": {
			`<head><meta http-equiv="Content-Security-Policy" content="script-src 'none'"><meta http-equiv="Content-Security-Policy" content="connect-src 'none'"></head><body></body>`,
			`<head><meta http-equiv="Content-Security-Policy" content="script-src 'self'"><meta http-equiv="Content-Security-Policy" content="connect-src 'self'">` + head + `</head><body><BANNER><DOCK></body>`,
		},
		"other metas": {
			`<head><meta name="description" content="default-src 'none'"><meta http-equiv="refresh" content="0"><meta http-equiv="Content-Security-Policy"></head><body></body>`,
			`<head><meta name="description" content="default-src 'none'"><meta http-equiv="refresh" content="0"><meta http-equiv="Content-Security-Policy">` + head + `</head><body><BANNER><DOCK></body>`,
		},
		"tags in comments, titles, attributes, text": {
			`<!-- <title></head><body> --><head><title></head><body>&lt;</title><meta name="description" content="</head><body>"></head><body><pre>&lt;/body></pre><p>1 < 2 </p><!-- </body> --></body>`,
			`<!-- <title></head><body> --><head><title>[Draft] </head><body>&lt;</title><meta name="description" content="</head><body>">` + head + `</head><body><BANNER><pre>&lt;/body></pre><p>1 < 2 </p><!-- </body> --><DOCK></body>`,
		},
		"the title of a picture": {
			`<head><title>A</title></head><body><svg><title>B</title></svg></body>`,
			`<head><title>[Draft] A</title>` + head + `</head><body><BANNER><svg><title>B</title></svg><DOCK></body>`,
		},
		"no </head>":                  {`<title>A</title><body>text`, `<title>[Draft] A</title><body>` + head + `<BANNER>text<DOCK>`},
		"no <body>":                   {`<title>A</title><p>text`, `<title>[Draft] A</title><p>text` + head + `<BANNER><DOCK>`},
		"a picture's, without <body>": {`<title>A</title><svg><title>B</title></svg>`, `<title>[Draft] A</title><svg><title>B</title></svg>` + head + `<BANNER><DOCK>`},
		"no tag":                      {`text`, `text` + head + `<BANNER><DOCK>`},
		"nothing":                     {``, head + `<BANNER><DOCK>`},
		"half a tag":                  {`<head><title>A</title></head><body`, `<head><title>[Draft] A</title>` + head + `</head><body` + `<BANNER><DOCK>`},
	} {
		if name == "other letters and quotes" { // a keyword would end a value in single quotes
			c.want = strings.ReplaceAll(c.want, "'self'", "&#39;self&#39;")
		}
		if got := string(more.complete([]byte(c.page))); got != c.want {
			t.Errorf("%s\n got %s\nwant %s", name, got, c.want)
		}
	}
}

// TestReadersGetNone: the bytes that the site gave stay what they are.
func TestReadersGetNone(t *testing.T) {
	page := []byte(framed("A", "<p>text</p>"))
	before := bytes.Clone(page)
	additions{version: "1", dock: "x"}.complete(page)
	if !bytes.Equal(page, before) {
		t.Error("complete wrote into the site's own bytes")
	}
}

// FuzzComplete: whatever the page, its bytes stay in their order.
func FuzzComplete(f *testing.F) {
	for _, seed := range []string{framed("A", "b"), "<!-- ", "<a b='", "<title>", "</", "<meta content", `<meta http-equiv=Content-Security-Policy content=a;;b>`, "<body", "<x/y=/>"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, page []byte) {
		if bytes.Contains(bytes.ToLower(page), []byte("security")) || bytes.Contains(page, []byte("\x00")) {
			t.Skip("its policy may change")
		}
		got := additions{version: "\x00", title: "\x00", banner: "\x00", dock: "\x00"}.complete(page)
		head := []byte(`<link rel="stylesheet" href="/_tocsin/live.css">` + "\n" + `<script src="/_tocsin/live.js" data-version="` + "\x00" + `" defer></script>` + "\n")
		if !bytes.Contains(got, head) {
			t.Fatalf("%q: no script", page)
		}
		if rest := bytes.ReplaceAll(bytes.Replace(got, head, nil, 1), []byte("\x00"), nil); !bytes.Equal(rest, page) {
			t.Errorf("%q became %q", page, got)
		}
	})
}
