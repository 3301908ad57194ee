package check

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"tocsin/internal/bulletin"
	"tocsin/internal/source"
)

// leftover is something that must not be left standing in what readers see.
type leftover struct {
	signs []string // one of them stands in every text that words matches, in small letters
	words pattern  // its first group, where it has one, is what is named
	found func(page *page, at source.Position, text string) source.Problem
}

// Two letters beyond ASCII are an s and a k to an expression that takes capitals and small letters
// for one, so they are signs of whatever such an expression looks for.
const (
	longS  = "ſ"
	kelvin = "\u212a"
)

var leftovers = []leftover{
	{[]string{"todo", "tbd", "tba", "fixme", "xxx", "tktk", "lorem", "to be w", "to be c", "to be a", "to be d", "to be f", "fill t", "fill m", "your text", "cve-", "ghsa-x", "ts-xxxx-x", "[insert", "[your", "[todo", "[date", "[name", "[version", "<insert", "<your", "<todo", "<date", "<name", "<version", longS, kelvin},
		newPattern(`\b(TODO|TBD|TBA|FIXME|XXX+|TKTK)\b|(?i)\b(lorem ipsum|to be (written|confirmed|announced|done|determined|filled in)|fill (this|me) in|your text here)\b|\b(CVE-\d{0,4}-?[X#?N]{2,}|CVE-[X#?Y]{4}-\w*|GHSA-[xX]{4}(-[xX]{4}){0,2}|TS-[X]{4}-[X]+)|\[(insert|your|todo|date|name|version)\b[^\]]*\](?:[^(]|$)|<(insert|your|todo|date|name|version)\b[^>]*>`), placeholder},
	{[]string{"draft"},
		newPattern(`^title:.*?(?i)(\bdraft\b)`), placeholder},
	{[]string{"@"},
		newPattern(`(?:^|[\s("'])(@[A-Za-z][A-Za-z0-9_-]{1,38})\b(?:[^.@\w]|$|\.\s|\.$)`), mentionOfSomebody},
	{[]string{".internal", ".intranet", ".corp", ".lan", ".local", ".home.arpa", "localhost", "10.", "192.168.", "172.", longS, kelvin},
		newPattern(`(?i)\b((?:[a-z0-9-]+\.)+(?:internal|intranet|corp|lan|local|localdomain|home\.arpa)|localhost|10\.\d{1,3}\.\d{1,3}\.\d{1,3}|192\.168\.\d{1,3}\.\d{1,3}|172\.(?:1[6-9]|2\d|3[01])\.\d{1,3}\.\d{1,3})\b`), internalName},
	{[]string{"-----begin", "akia", "ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_", "xox", "tskey-", "eyj", "glpat-", "sk_live_"},
		newPattern(`-----BEGIN [A-Z ]*PRIVATE KEY-----|\bAKIA[0-9A-Z]{16}\b|\bgh[pousr]_[A-Za-z0-9]{36}\b|\bgithub_pat_\w{50,}|\bxox[abprs]-[A-Za-z0-9-]{10,}|\btskey-[a-z]+-\w{8,}-\w{8,}|\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}|\bglpat-[A-Za-z0-9_-]{20}\b|\bsk_live_[A-Za-z0-9]{20,}`), secret},
	{[]string{".google.com", "slack.com", "atlassian.net", "notion.so", "sharepoint.com", "zoom.us", "linear.app", "asana.com", "trello.com", "monday.com", "figma.com", "pagerduty.com", "datadoghq.com", "sentry.io", "zendesk.com", "intercom.com", "hackerone.com", "bugcrowd.com", longS, kelvin, "%c5%bf", "%e2%84%aa"},
		newPattern(`https?://[^\s<>"')\]}]+`), restricted},
}

func placeholder(p *page, at source.Position, text string) source.Problem {
	return p.problem(at, "placeholder", fmt.Sprintf("%q is still to be replaced", text), "write what belongs there, or take the sentence out")
}

func mentionOfSomebody(p *page, at source.Position, text string) source.Problem {
	return p.problem(at, "bare-mention", fmt.Sprintf("%q names somebody by an account that readers do not know", text), "write the name, or put it in backquotes where it is no account")
}

func internalName(p *page, at source.Position, text string) source.Problem {
	return p.problem(at, "internal-name", fmt.Sprintf("%q is a name or an address of an inner network", text), "take it out, or use example.com and 192.0.2.1 in its place")
}

// secret never repeats what it found.
func secret(p *page, at source.Position, _ string) source.Problem {
	found := p.problem(at, "secret", "this looks like a key or a token", "revoke it now, then take it out: whoever has the file has it")
	found.Excerpt = ""
	return found
}

// closed are hosts of which a stranger gets a sign-in page.
var closed = newPattern(`(?i)^(docs|drive|sheets|mail|calendar|meet)\.google\.com$|(^|\.)(slack\.com|atlassian\.net|notion\.so|sharepoint\.com|zoom\.us|linear\.app|asana\.com|trello\.com|monday\.com|figma\.com|pagerduty\.com|datadoghq\.com|sentry\.io|zendesk\.com|intercom\.com|hackerone\.com|bugcrowd\.com)$`)

func restricted(p *page, at source.Position, text string) source.Problem {
	u, err := url.Parse(text)
	if err != nil || !closed.MatchString(u.Hostname()) {
		return source.Problem{}
	}
	return p.problem(at, "restricted-link", fmt.Sprintf("%s asks strangers to sign in", u.Hostname()), "link to a page that every reader can open, or take the link out")
}

// unready reports what is left standing in a bulletin: an error in what readers see, a
// note in a draft.
func unready(_ *Checker, n *notice) source.Problems {
	problems := n.leftOnRecord()
	if n.Status == bulletin.Withdrawn {
		return problems // of its text readers see nothing
	}
	problems = append(problems, n.leftInFile()...)
	for i, p := range problems {
		if p.Code != "secret" { // that is grave wherever it stands
			problems[i] = n.unfinished(p)
		}
	}
	return problems
}

func (n *notice) leftInFile() source.Problems {
	var problems source.Problems
	for _, s := range suspects(n.file.Data) {
		if !slices.Contains(n.Recorded, s.line) {
			line := readable(string(n.file.Data[s.start:s.end]), s.line < n.line)
			problems = append(problems, n.leftIn(s.kinds, line, s.line)...)
		}
	}
	return problems
}

// leftOnRecord looks at what commands wrote on somebody's behalf and readers see: why a
// bulletin was revised or withdrawn.
func (n *notice) leftOnRecord() source.Problems {
	var problems source.Problems
	look := func(text string, at source.Position) {
		for _, found := range n.leftIn(kindsIn([]byte(text)), text, at.Line) {
			found.Position, found.Excerpt = at, n.file.Line(at.Line)
			problems = append(problems, found)
		}
	}
	if n.Retraction != nil {
		look(n.Retraction.Reason, n.Retraction.Position)
	}
	if n.Status != bulletin.Withdrawn {
		for _, r := range n.Revisions {
			look(r.Summary, r.Position)
		}
	}
	return problems
}

// unreadyPage reports the same in other pages, all of which are published.
func unreadyPage(_ *Checker, p *page) source.Problems {
	var problems source.Problems
	for _, s := range suspects(p.body) {
		line := readable(string(p.body[s.start:s.end]), false)
		problems = append(problems, p.leftIn(s.kinds, line, s.line+p.line-1)...)
	}
	for i := range problems {
		problems[i].Level = source.Warning
	}
	return problems
}

// leftIn looks for leftovers of some kinds in one line of a text.
func (p *page) leftIn(kinds kinds, line string, number int) source.Problems {
	var problems source.Problems
	for i, l := range leftovers {
		if !kinds.has(i) {
			continue
		}
		for _, at := range l.words().FindAllStringSubmatchIndex(line, -1) {
			from, to := at[0], at[1]
			if len(at) > 2 && at[2] >= 0 {
				from, to = at[2], at[3]
			}
			place := p.file.At(number, utf8.RuneCountInString(line[:from])+1)
			if found := l.found(p, place, line[from:to]); found.Code != "" {
				problems = append(problems, found)
			}
		}
	}
	return problems
}

// comment is a comment of YAML.
var comment = newPattern(`(^|\s)#.*$`)

// readable is a line as readers may see it: without a comment of the header.
func readable(line string, header bool) string {
	line = strings.TrimRight(line, "\r\n")
	if header && strings.IndexByte(line, '#') >= 0 {
		return comment().ReplaceAllString(line, "")
	}
	return line
}
