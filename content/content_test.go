package content

import (
	"bytes"
	"io/fs"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// The root of the repository is the sample site, and what a new site begins with.
func TestNewSitesBeginWithTheSampleSettings(t *testing.T) {
	ours, err := os.ReadFile("../tocsin.yaml")
	if err != nil {
		t.Fatal(err)
	}
	theirs, err := os.ReadFile("../templates/init/tocsin.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(ours, theirs) {
		t.Error("tocsin.yaml and templates/init/tocsin.yaml differ: copy one over the other")
	}
}

func TestFilesAreTheFoldersOnDisk(t *testing.T) {
	for _, folder := range []string{"bulletins", "policies"} {
		embedded, err := fs.Glob(Files(), folder+"/*.md")
		if err != nil {
			t.Fatal(err)
		}
		onDisk, err := fs.Glob(os.DirFS("."), folder+"/*")
		if err != nil {
			t.Fatal(err)
		}
		if len(embedded) == 0 || !slices.Equal(embedded, onDisk) {
			t.Errorf("embedded %v, on disk %v", embedded, onDisk)
		}
	}
}

func read(t *testing.T, name string) string {
	t.Helper()
	data, err := fs.ReadFile(Files(), name)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// quotes are the words of the policy that the built-in rules execute, by the
// beginning of the paragraph under which they stand.
var quotes = map[string][]string{
	"Both the client software":      {"are in scope for this policy"},
	"For incidents that fall under": {"those requirements will take precedence over this policy"},
	"Generally, we aim to reduce noise": {
		"not notify users for routine security patching of dependencies",
		"if we confirm the vulnerability was not exploited and no users were affected",
	},
	"We will disclose": {
		"when a fix is available",
		"User action is needed to fix the vulnerability",
		"We can confirm that tailnet metadata or data was visible to an unauthorized party",
		"We cannot confirm that no users were affected by the vulnerability",
	},
	"We will notify users directly": {
		"when we can confirm that the tailnet was affected",
		"User action is needed to fix the vulnerability, and it is a critical or high impact vulnerability",
		"We can confirm that tailnet metadata or data was visible to an unauthorized party",
	},
}

func TestPolicyHoldsTheQuotes(t *testing.T) {
	passages := passages(read(t, "policies/incident-disclosure.md"))
	for under, wanted := range quotes {
		i := slices.IndexFunc(passages, func(p string) bool { return strings.HasPrefix(p, under) })
		if i < 0 {
			t.Errorf("no paragraph begins %q", under)
			continue
		}
		for _, quote := range wanted {
			if n := strings.Count(passages[i], quote); n != 1 {
				t.Errorf("under %q, %q stands %d times, want once", under, quote, n)
			}
		}
	}
}

// passages cuts a page into its paragraphs as plain text, each with the list after it.
func passages(page string) []string {
	var found []string
	for paragraph := range strings.SplitSeq(strings.ReplaceAll(page, "**", ""), "\n\n") {
		text := strings.Join(strings.Fields(paragraph), " ")
		if strings.HasPrefix(text, "* ") && len(found) > 0 {
			found[len(found)-1] += " " + text
			continue
		}
		found = append(found, text)
	}
	return found
}

// Readers learn where to look: every bulletin answers the same four questions in the same order.
func TestBulletinsAnswerFourQuestions(t *testing.T) {
	want := []string{"What happened?", "Who was affected?", "What was the impact?", "What do I need to do?"}
	names, err := fs.Glob(Files(), "bulletins/*.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		var got []string
		for line := range strings.Lines(read(t, name)) {
			if heading, ok := strings.CutPrefix(line, "#### "); ok {
				got = append(got, strings.TrimSpace(heading))
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s asks %q, want %q", name, got, want)
		}
	}
}

// The sample is plainly a sample: its links lead nowhere but to itself and to example.com.
func TestSampleLinksToExamplesOnly(t *testing.T) {
	link := regexp.MustCompile(`\]\(([^)]*)\)|(https?://[^\s)]+)`)
	err := fs.WalkDir(Files(), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		for _, m := range link.FindAllStringSubmatch(read(t, name), -1) {
			target := m[1] + m[2]
			if !regexp.MustCompile(`^(https://([a-z]+\.)*example\.com/|/[^/])`).MatchString(target) {
				t.Errorf("%s links to %s", name, target)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
