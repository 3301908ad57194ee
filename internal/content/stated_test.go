package content

import (
	"regexp"
	"strings"
	"testing"

	"tocsin/internal/bulletin"
	"tocsin/internal/source"
)

// statedSlowly is [statedStatus] in as few words as it can be said, over the whole file.
func statedSlowly(data string) bulletin.Status {
	_, header, _ := strings.Cut(data, "\n")
	end := regexp.MustCompile(`(?m)^[ \t]*---[ \t]*\r?$`).FindStringIndex(header)
	if end == nil {
		end = regexp.MustCompile(`(?m)^[ \t]*\r?$`).FindStringIndex(header)
	}
	if end != nil {
		header = header[:end[0]]
	}
	var stated []string
	for line := range strings.SplitSeq(header, "\n") {
		if regexp.MustCompile(`^["'?{ ]*status`).MatchString(line) {
			stated = append(stated, strings.TrimSuffix(line, "\r"))
		}
	}
	for _, word := range statuses {
		if len(stated) != 1 {
			break
		}
		if m := statusLine.FindStringSubmatch(stated[0]); m != nil && m[2] == word {
			return bulletin.Status(word)
		}
	}
	return ""
}

// stated are files that say what they are, or seem to.
var stated = map[string]bulletin.Status{
	"---\nstatus: draft\n---\n": bulletin.Draft, "---\r\nstatus: draft\r\n---\r\n": bulletin.Draft, "---\nstatus: \"private\" # c\n---": bulletin.Private,
	"---\nid: a\n\nstatus: published\n --- \nstatus: draft\n": bulletin.Public, "---\nstatus: withdrawn\n\nstatus: draft": bulletin.Withdrawn, "---\nstatus:\t'draft'": bulletin.Draft,
	"": "", "status: draft": "", "---\n\nstatus: draft": "", "---\nstatus: draft\nstatus: draft\n---\n": "", "---\nstatus: drafts\n---\n": "", "---\nstatus: \n---\n": "",
	"---\n{status: draft}\n---\n": "", "---\nstatus: draft\n\"status\": x\n---\n": "", "---\n---\nstatus: draft\n---\n": "", "---\nstatus: draft\r\r\n---\n": "", "---\n status: draft\n---\n": "",
	"---\nid: a\n\nb\n\nstatus: draft\n---\r": bulletin.Draft, "---\nstatus: draft\n\n\r\nstatus: x": bulletin.Draft, "---\nstatus: draft\n\nstatus: x\n\nb": bulletin.Draft, "---\nstatus: Draft\n---\n": "", "---\nstatus:  draft\n---\n": bulletin.Draft, "---\nstatus: draft \n---\n": bulletin.Draft,
}

// A file's status is one line of its header, which ends at the fence, or at the first
// empty line where there is none.
func TestStatedStatus(t *testing.T) {
	for data, want := range stated {
		if got, slow := statedStatus(source.File{Data: []byte(data)}), statedSlowly(data); got != want || slow != want {
			t.Errorf("%q is %q, said slowly %q, want %q", data, got, slow, want)
		}
	}
}

// FuzzStated: the status is found in one pass as by looking for each part of the rule.
func FuzzStated(f *testing.F) {
	for data := range stated {
		f.Add([]byte(data))
	}
	for _, seed := range seeds(f) {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if got, want := statedStatus(source.File{Data: data}), statedSlowly(string(data)); got != want {
			t.Errorf("%q is %q, want %q", data, got, want)
		}
	})
}
