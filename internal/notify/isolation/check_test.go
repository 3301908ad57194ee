package isolation

import (
	"encoding/base64"
	"errors"
	"strings"
	"testing"

	"tocsin/internal/tailnet"
)

// sheet is a letter that a test writes by hand.
type sheet struct {
	head, before, text, html, csv, json, after string
}

// aSheet is the letter of the bakery, with texts of its own in place of {id}, {name},
// {to}, {node} and {nodeID}.
var aSheet = sheet{
	head: "From: security@example.com\r\nTo: <{to}>\r\nSubject: [Action required] update ({name})\r\n",
	text: "About your tailnet:\n\n    {name} ({id})\n\n    {node}\n      windows 1.60.0: update\n\n  It is about {node} (in\n  {name}).\n",
	html: "<p title=\"update\">About your tailnet <bdi>{name}</bdi> ({id})</p>\n<td><bdi>{node}</bdi> <a href=\"https://login.example.com/contacts\">windows 1.60.0</a></td>\n",
	csv:  "node,node_id,platform\r\n{node},{nodeID},windows\r\n",
	json: "{\n  \"bulletin\": \"TS-2026-007\",\n  \"tailnet\": \"{id}\",\n  \"nodes\": [\n    {\"node\": \"{node}\", \"node_id\": \"{nodeID}\"}\n  ]\n}\n",
}

// written is a sheet as a message, with the line ends of one (RFC 5322 §2.3).
func (s sheet) written(values ...string) []byte {
	fill, lines := strings.NewReplacer(values...), strings.NewReplacer("\n", "\r\n").Replace
	part := func(kind, text string) string {
		if text = fill.Replace(text); text == "" {
			return ""
		}
		return "--out\r\nContent-Type: " + kind + "\r\nContent-Transfer-Encoding: base64\r\n\r\n" + base64.StdEncoding.EncodeToString([]byte(text)) + "\r\n"
	}
	return []byte(fill.Replace(s.head) + "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=out\r\n\r\n" + fill.Replace(s.before) +
		part("text/plain; charset=UTF-8", lines(s.text)) + part("text/html; charset=UTF-8", lines(s.html)) +
		part("text/csv; charset=utf-8", s.csv) + part("application/json", s.json) + "--out--\r\n" + fill.Replace(s.after))
}

// bakery is what the letter must be of.
func bakery(message []byte) Letter {
	return Letter{
		Tailnet: "bakery.example.com", Name: "The Bakery", To: "owner@bakery.example.com",
		Nodes: []Node{{"n1", "oven"}}, Message: message,
	}
}

func ofBakery() []string {
	return []string{"{id}", "bakery.example.com", "{name}", "The Bakery", "{to}", "owner@bakery.example.com", "{node}", "oven", "{nodeID}", "n1"}
}

// twinOf writes the same sheet with masks.
func twinOf(s sheet) func() (Twin, error) {
	values := ofBakery()
	var masks []Mask
	for i := 0; i < len(values); i += 2 {
		mask := "mask" + string(rune('a'+i)) + "e"
		if strings.Contains(values[i+1], "@") {
			mask += "@mask.example"
		}
		masks = append(masks, Mask{mask, values[i+1]})
		values[i+1] = mask
	}
	l := Letter{Tailnet: tailnet.ID(values[1]), Name: values[3], To: tailnet.Address(values[5]), Nodes: []Node{{values[9], values[7]}}, NoCSV: s.csv == "", NoJSON: s.json == "", Message: s.written(values...)}
	return func() (Twin, error) { return Twin{l, masks}, nil }
}

// towns is what the inventory has.
func towns() *Identifiers {
	i := New(0)
	i.Tailnet(tailnet.Tailnet{ID: "bakery.example.com", DisplayName: "The Bakery", OwnerEmail: "owner@bakery.example.com"})
	i.Node(tailnet.Node{Tailnet: "bakery.example.com", ID: "n1", Name: "oven"})
	i.Tailnet(tailnet.Tailnet{ID: "clinic.example.com", DisplayName: "The Clinic", OwnerEmail: "owner@clinic.example.com"})
	for id, name := range map[string]string{"n2": "scanner", "n3": "windows", "n4": "1.60.0", "n5": "update", "n6": "oven", "n7": "nurse's desk"} {
		i.Node(tailnet.Node{Tailnet: "clinic.example.com", ID: id, Name: name})
	}
	return i
}

func aChecker(of *Identifiers, allowed ...string) *Checker {
	c := NewChecker(of)
	c.Allow(allowed...)
	c.AllowHosts("settings: https://login.example.com/contacts, and so on")
	return c
}

// TestCheck is F20: a letter passes that is its tailnet's alone; each change that tells
// of another, or that nobody could read, is refused for its own reason and without a
// name (F53).
func TestCheck(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*sheet)
		also   func(*Letter)
		twin   func(*sheet) // how the twin differs from the letter as it should be
		why    string       // empty: it passes
	}{
		"as it should be": {},
		"a version that is another's node, in the twin too": {change: func(s *sheet) { s.text += "\n1.60.0\n" }, twin: func(s *sheet) { s.text += "\n1.60.0\n" }},
		"one more than in the twin":                         {change: func(s *sheet) { s.text += "\n1.60.0\n" }, why: "line 11 of the text holds what the inventory has of another tailnet"},
		"a node with the same name":                         {change: func(s *sheet) { s.text += "\n    oven\n" }},
		"a row with another's node":                         {also: func(l *Letter) { l.Nodes = []Node{{"n2", "scanner"}} }, why: errClaims.Why},
		"a row with a node of nobody":                       {also: func(l *Letter) { l.Nodes = []Node{{"n1", "nobody's"}} }, why: errClaims.Why},
		"a row with another's name":                         {also: func(l *Letter) { l.Name = "The Clinic" }, why: errClaims.Why},
		"a row with another's text":                         {also: func(l *Letter) { l.Others = []string{"The Clinic"} }, why: errClaims.Why},
		"a row with another's contact":                      {also: func(l *Letter) { l.To = "owner@clinic.example.com" }, why: errClaims.Why},
		"to another":                                        {change: func(s *sheet) { s.head = strings.Replace(s.head, "{to}", "owner@clinic.example.com", 1) }, why: errTo.Why},
		"to two":                                            {change: func(s *sheet) { s.head = strings.Replace(s.head, "<{to}>", "<{to}>, <owner@clinic.example.com>", 1) }, why: errTo.Why},
		"without its code":                                  {also: func(l *Letter) { l.LetterCode = "FZ3X9-07KQT-M1V8A-RJ2DH" }, why: errCode.Why},
		"with its code in the text alone": {change: func(s *sheet) { s.text += "\nFZ3X9-07KQT-M1V8A-RJ2DH\n" },
			also: func(l *Letter) { l.LetterCode = "FZ3X9-07KQT-M1V8A-RJ2DH" }, why: errCode.Why},
		"to nobody":                              {change: func(s *sheet) { s.head = "Subject: x\r\n" }, why: errTo.Why},
		"To twice":                               {change: func(s *sheet) { s.head += "To: <{to}>\r\n" }, why: errTo.Why},
		"a copy":                                 {change: func(s *sheet) { s.head += "Bcc: <{to}>\r\n" }, why: errTo.Why},
		"no name in the text":                    {change: func(s *sheet) { s.text = "Hello\n" }, why: errUnnamed.Why},
		"no name in the HTML":                    {change: func(s *sheet) { s.html = "<p>Hello</p>" }, why: errUnnamed.Why},
		"no lists":                               {change: func(s *sheet) { s.csv, s.json = "", "" }, why: errNodes.Why},
		"no CSV":                                 {change: func(s *sheet) { s.csv = "" }, why: errNodes.Why},
		"no JSON":                                {change: func(s *sheet) { s.json = "" }, why: errNodes.Why},
		"no JSON, as it says":                    {change: func(s *sheet) { s.json = "" }, also: func(l *Letter) { l.NoJSON = true }},
		"no lists, as it says":                   {change: func(s *sheet) { s.csv, s.json = "", "" }, also: func(l *Letter) { l.NoCSV, l.NoJSON = true, true }},
		"no CSV, though JSON alone is too large": {change: func(s *sheet) { s.csv, s.json = "", "" }, also: func(l *Letter) { l.NoJSON = true }, why: errNodes.Why},
		"a JSON that is too large":               {also: func(l *Letter) { l.NoJSON = true }, why: errNodes.Why},
		"a CSV that is too large":                {change: func(s *sheet) { s.json = "" }, also: func(l *Letter) { l.NoCSV, l.NoJSON = true, true }, why: errNodes.Why},
		"another's node in a CSV that is alone":  {change: func(s *sheet) { s.csv, s.json = s.csv+"scanner,n2,windows\r\n", "" }, also: func(l *Letter) { l.NoJSON = true }, why: errNodes.Why},
		"one node too many in the CSV":           {change: func(s *sheet) { s.csv += "scanner,n2,windows\r\n" }, why: errNodes.Why},
		"the wrong ID in the CSV":                {change: func(s *sheet) { s.csv = strings.Replace(s.csv, "{nodeID}", "n6", 1) }, why: errNodes.Why},
		"the wrong ID in the JSON":               {change: func(s *sheet) { s.json = strings.Replace(s.json, "{nodeID}", "n6", 1) }, why: errNodes.Why},
		"a node under its key twice":             {change: func(s *sheet) { s.json = strings.Replace(s.json, `"node":`, `"note": "scanner", "node":`, 1) }, why: "line 5 of the attached JSON holds what the inventory has of another tailnet"},
		"a name in the JSON":                     {change: func(s *sheet) { s.json = strings.Replace(s.json, "TS-2026-007", "scanner", 1) }, why: "line 2 of the attached JSON holds what the inventory has of another tailnet"},
		"another tailnet in the JSON":            {change: func(s *sheet) { s.json = strings.Replace(s.json, "{id}", "clinic.example.com", 1) }, why: errNodes.Why},
		"a list for a letter without nodes":      {also: func(l *Letter) { l.Nodes = nil }, why: errNodes.Why},
		"a broken CSV":                           {change: func(s *sheet) { s.csv += "\"\r\n" }, why: errList.Why},
		"a broken JSON":                          {change: func(s *sheet) { s.json += "}" }, why: errList.Why},
		"a name in the text":                     {change: func(s *sheet) { s.text += "\n\n    scanner\n" }, why: "line 12 of the text holds what the inventory has of another tailnet"},
		"a name that is folded":                  {change: func(s *sheet) { s.text += "\n  Ask The\n  Clinic, please.\n" }, why: "line 11 of the text holds what the inventory has of another tailnet"},
		"a name between marks":                   {change: func(s *sheet) { s.text += "\n    \u2068scan\u2069ner\n" }, why: "line 11 of the text holds what the inventory has of another tailnet"},
		"a name in the HTML":                     {change: func(s *sheet) { s.html += "<i>The&#32;Clinic</i>" }, why: "line 3 of the HTML holds what the inventory has of another tailnet"},
		"a name in an attribute":                 {change: func(s *sheet) { s.html += `<i class="x scanner">` }, why: "line 3 of the HTML holds what the inventory has of another tailnet"},
		"a name in a comment":                    {change: func(s *sheet) { s.html += `<!-- scanner -->` }, why: "line 3 of the HTML holds what the inventory has of another tailnet"},
		"a word that lenient programs decode":    {change: func(s *sheet) { s.head += "X-Of: =?UTF-8?b?VGhlIENsaW5pYw?=\r\n" }, why: errPart.Why},
		"a name in a tag that never ends":        {change: func(s *sheet) { s.html += `<i scanner` }, why: "line 3 of the HTML holds what the inventory has of another tailnet"},
		"a name in a link":                       {change: func(s *sheet) { s.html = strings.Replace(s.html, "/contacts", "/contacts?of=The+Clinic", 1) }, why: "line 2 of the HTML holds what the inventory has of another tailnet"},
		"a name in a cell":                       {change: func(s *sheet) { s.csv = strings.Replace(s.csv, ",windows", ",scanner", 1) }, why: "line 2 of the attached CSV holds what the inventory has of another tailnet"},
		"a name in a header field":               {change: func(s *sheet) { s.head += "X-Of: =?UTF-8?q?The_Clinic?=\r\n" }, why: "the header field X-Of holds what the inventory has of another tailnet"},
		"a name before the parts":                {change: func(s *sheet) { s.before = "scanner\r\n" }, why: errOutside.Why},
		"a name after the parts":                 {change: func(s *sheet) { s.after = "scanner\r\n" }, why: errOutside.Why},
		"a part more":                            {change: func(s *sheet) { s.before = "--out\r\nContent-Type: text/plain\r\n\r\nscanner\r\n" }, why: errTwice.Why},
		"a part of another kind":                 {change: func(s *sheet) { s.before = "--out\r\nContent-Type: image/png\r\n\r\nscanner\r\n" }, why: errPart.Why},
		"a part in another charset":              {change: func(s *sheet) { s.before = "--out\r\nContent-Type: text/plain; charset=UTF-7\r\n\r\nx\r\n" }, why: errPart.Why},
		"a part in another encoding": {change: func(s *sheet) {
			s.before = "--out\r\nContent-Type: text/plain\r\nContent-Transfer-Encoding: x-zip\r\n\r\nx\r\n"
		}, why: errPart.Why},
		"no header": {change: func(s *sheet) { s.head = "scanner scanner\r\n" }, why: errPart.Why},
		"a twin without masks": {change: func(s *sheet) { s.text += "\n1.60.0\n" }, why: errTwin.Why,
			twin: func(s *sheet) { *s = aSheet; s.json = strings.Replace(s.json, "{nodeID}", "n1", 1) }},
		"a twin that goes to somebody": {change: func(s *sheet) { s.text += "\n1.60.0\n" }, why: errTwin.Why,
			twin: func(s *sheet) { s.head = strings.Replace(s.head, "{to}", "owner@bakery.example.com", 1) }},
	} {
		t.Run(name, func(t *testing.T) {
			faulty, other := aSheet, aSheet
			if c.change != nil {
				c.change(&faulty)
			}
			if c.twin != nil {
				c.twin(&other)
			} else if c.why == "" {
				other = faulty
			}
			l := bakery(faulty.written(ofBakery()...))
			if c.also != nil {
				c.also(&l)
			}
			err := aChecker(towns(), "update").Check(l, twinOf(other))
			if refused := (*RefusedError)(nil); c.why == "" && err != nil || c.why != "" && (!errors.As(err, &refused) || refused.Why != c.why) {
				t.Errorf("%v, want %q", err, c.why)
			}
		})
	}
}

// TestMasksAreProven: a mask that stands for another's name does not make it one's own.
func TestMasksAreProven(t *testing.T) {
	faulty, other := aSheet, aSheet
	faulty.text, other.text = faulty.text+"\n    scanner\n", other.text+"\n    maskz\n"
	twin := func() (Twin, error) {
		t, err := twinOf(other)()
		t.Masks = append(t.Masks, Mask{"maskz", "scanner"})
		return t, err
	}
	if err := aChecker(towns(), "update").Check(bakery(faulty.written(ofBakery()...)), twin); !errors.Is(err, errTwin) {
		t.Error(err)
	}
}

// TestTwinIsAskedSeldom: a letter of which no word is in doubt needs none.
func TestTwinIsAskedSeldom(t *testing.T) {
	plain := aSheet
	plain.text, plain.html = strings.ReplaceAll(plain.text, "windows 1.60.0", "linux"), strings.ReplaceAll(plain.html, "windows 1.60.0", "linux")
	plain.csv = strings.Replace(plain.csv, ",windows", ",linux", 1)
	none := errors.New("asked for")
	asked := func() (Twin, error) { return Twin{}, none }
	c := aChecker(towns(), "update")
	if err := c.Check(bakery(plain.written(ofBakery()...)), asked); err != nil {
		t.Error(err)
	}
	marked := plain
	marked.text += "\n    \u2068scanner\u2069\n"
	if err := c.Check(bakery(marked.written(ofBakery()...)), asked); !errors.Is(err, none) {
		t.Errorf("a name between marks is in no doubt: %v", err)
	}
	if err := c.Check(bakery(aSheet.written(ofBakery()...)), asked); !errors.Is(err, none) {
		t.Errorf("a letter says another's name, and nobody asked: %v", err)
	}
	if err := c.Learn(aSheet.written("{id}", "mask", "{name}", "mask", "{to}", "mask@mask.example", "{node}", "mask", "{nodeID}", "mask")); err != nil {
		t.Fatal(err)
	}
	if err := c.Check(bakery(aSheet.written(ofBakery()...)), asked); err != nil {
		t.Errorf("what a letter for nobody says is in doubt: %v", err)
	}
}

// TestWhereNamesHide is F20: a name is in doubt also where no white space sets it apart, as
// in attributes and parameters.
func TestWhereNamesHide(t *testing.T) {
	none := errors.New("asked for")
	for name, change := range map[string]func(*sheet){
		"an attribute in single quotes":         func(s *sheet) { s.html += `<i title='The&#32;Clinic'>` },
		"an attribute without quotes":           func(s *sheet) { s.html += `<i title=scanner>` },
		"a link to an address":                  func(s *sheet) { s.html += `<a href="mailto:owner@clinic.example.com">` },
		"an address in the text":                func(s *sheet) { s.text += "\nmailto:owner@clinic.example.com\n" },
		"the name of a file":                    func(s *sheet) { s.head += "X-File: attachment; filename=\"scanner\"\r\n" },
		"the name of a file, encoded":           func(s *sheet) { s.head += "X-File: attachment; filename*=utf-8''The%20Clinic\r\n" },
		"a parameter":                           func(s *sheet) { s.head += "X-File: a; of=scanner; b\r\n" },
		"a parameter of a part":                 func(s *sheet) { s.before = "--out\r\nContent-Type: text/html; name=scanner\r\n\r\n\r\n" },
		"a name between single quotation marks": func(s *sheet) { s.html += `<p title='13" screen'>Screen</p><p>Node <bdi>scanner</bdi> is affected</p>` },
		"a tailnet between single quotation marks": func(s *sheet) {
			s.html += `<p title='13" screen'>Screen</p><p><bdi>clinic.example.com</bdi> is affected</p>`
		},
		"two words between single quotation marks": func(s *sheet) { s.html += `<p title='13" screen'>Screen</p><p><bdi>The Clinic</bdi> is affected</p>` },
		"a name after the > of an attribute":       func(s *sheet) { s.html += `<p title='a>b'>scanner</p>` },
		"a name after a style": func(s *sheet) {
			s.html += `<style>q::before{content:"<"}</style><p>Node <bdi>scanner</bdi> is affected</p>`
		},
		"two words after a style": func(s *sheet) {
			s.html += `<style>q::before{content:"<"}</style><p>Node <bdi>The Clinic</bdi> is affected</p>`
		},
		"a tailnet after a style": func(s *sheet) {
			s.html += `<style>q::before{content:"<"}</style><p><bdi>clinic.example.com</bdi> is affected</p>`
		},
		"a quotation mark in a name":      func(s *sheet) { s.html += `<p title='13" screen'>Screen</p><p><bdi>nurse's desk</bdi></p>` },
		"an attribute without a value":    func(s *sheet) { s.html += `<p title='13" screen'>Screen</p><i class="x"scanner>x</i>` },
		"a link with a stray percent":     func(s *sheet) { s.html += `<a href="https://login.example.com/?up=5%&of=The%20Clinic">` },
		"the subject of a letter to come": func(s *sheet) { s.head += "List-Unsubscribe: <mailto:a@example.com?subject=clinic.example.com>\r\n" },
	} {
		s := aSheet
		s.text, s.html = strings.ReplaceAll(s.text, "windows 1.60.0", "linux"), strings.ReplaceAll(s.html, "windows 1.60.0", "linux")
		s.csv = strings.Replace(s.csv, ",windows", ",linux", 1)
		change(&s)
		err := aChecker(towns(), "update").Check(bakery(s.written(ofBakery()...)), func() (Twin, error) { return Twin{}, none })
		if !errors.Is(err, none) {
			t.Errorf("%s is in no doubt: %v", name, err)
		}
	}
}

// FuzzRead: whatever stands in a letter is read or refused, and an error quotes nothing.
func FuzzRead(f *testing.F) {
	f.Add(aSheet.written(ofBakery()...))
	f.Add([]byte("scanner"))
	f.Add([]byte("To: x\r\nContent-Type: multipart/mixed; boundary=a\r\n\r\n--a\r\n\r\nscanner\r\n--a--"))
	f.Fuzz(func(t *testing.T, octets []byte) {
		m, err := read(octets)
		if refused := (*RefusedError)(nil); err != nil && !errors.As(err, &refused) {
			t.Fatalf("an error that may quote: %v", err)
		}
		for u := range m.units {
			_ = u.place()
		}
	})
}
