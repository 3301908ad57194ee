package cli

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"tocsin/internal/notify/genuine"
	"tocsin/internal/notify/smtptest"
)

// letterCode is where a letter bears its code.
var letterCode = regexp.MustCompile(`\b[0-9A-Z]{5}(-[0-9A-Z]{5}){3}\b`)

// read is a file of the site; empty where it is not there.
func (s session) read(name string) string {
	s.Helper()
	data, err := os.ReadFile(filepath.Join(s.site, filepath.FromSlash(name)))
	if err != nil && !os.IsNotExist(err) {
		s.Fatal(err)
	}
	return string(data)
}

// codesSent are those on the letters that a server took, each once.
func codesSent(t *testing.T, server *smtptest.Server) []string {
	t.Helper()
	server.Settled()
	var codes []string
	for _, letter := range server.Accepted() {
		if slices.Contains(letter.To, "security@example.com") {
			continue // the letter to ourselves, which is of a tailnet that there is not
		}
		code := letterCode.Find(letter.Message)
		if code == nil {
			t.Fatalf("a letter bears no code:\n%s", letter.Message)
		}
		codes = append(codes, string(code))
	}
	slices.Sort(codes)
	return slices.Compact(codes)
}

const (
	inSummer   = "--now 2026-06-01T12:00:00Z "
	codesFile  = "content/bulletins/TS-2026-002.codes"
	noticeFile = "content/bulletins/TS-2026-002.md"
	lettersAt  = "public/security-bulletins/ts-2026-002/letters/"
)

// TestPublishStatus: what became of letters is shown, asked for and made public once; every
// letter that went out is found on the list by what its page says, and no other.
func TestPublishStatus(t *testing.T) {
	server := smtptest.Start(t, smtptest.Options{Keep: true})
	s := relayed(t, server, "")
	const command = inSummer + "status TS-2026-002 --publish"
	s.wants(exitRefused, command, "no letter about TS-2026-002 has left this machine, and none waits to: rehearsals never count")
	s.wants(exitIncomplete, now+"send TS-2026-002/1 --live --canary-wait 0s --yes TS-2026-002/1")
	codes := codesSent(t, server)
	if len(codes) != 34 {
		t.Fatalf("%d codes on 34 letters", len(codes))
	}

	before := s.read(noticeFile)
	s.wants(exitDone, command+" --dry-run", "notified: servers accepted letters to 34 tailnets", "TS-2026-002/1: a list of 256 entries, of its codes and of decoys", "/security-bulletins/ts-2026-002/letters/", "nothing was written")
	s.wants(exitRefused, command+" --yes TS-2026-001", "nothing was changed")
	s.wants(exitRefused, command, "type TS-2026-002 to publish it")
	if s.read(noticeFile) != before || s.read(codesFile) != "" {
		t.Error("something was written that nobody agreed to")
	}
	s.wants(exitDone, command+" --yes TS-2026-002", "What changes in "+noticeFile, "published TS-2026-002: "+noticeFile, "site build", " add "+noticeFile+" "+codesFile+" urls.lock\n")
	s.wants(exitDone, command, "nothing to do")
	if text := s.read(noticeFile); !strings.Contains(text, "  count: 34\n") {
		t.Errorf("the bulletin does not say how many were notified:\n%s", text)
	}
	list := s.read(codesFile)
	if rest, is := strings.CutPrefix(list, "tocsin letter codes 1 of TS-2026-002\n"); !is || strings.Count(rest, "\n") != 256 || !regexp.MustCompile(`^([0-9a-f]{28}\n)*$`).MatchString(rest) {
		t.Errorf("more or less is public than a list of 256:\n%s", list)
	}

	s.wants(exitDone, inSummer+"build")
	if !strings.Contains(s.read("urls.lock"), "/security-bulletins/ts-2026-002/letters/\n") {
		t.Error("the list's page is no address of the site: what is told to be committed says otherwise")
	}
	if page := s.read("public/security-bulletins/ts-2026-002/index.html"); !strings.Contains(page, "Mail servers accepted our letters to 34 tailnets") || !strings.Contains(page, "/letters/") {
		t.Errorf("the page does not say so:\n%s", page)
	}
	published := s.read(lettersAt + "codes.txt")
	for _, code := range append(codes, "00000-00000-00000-00000") {
		if found := strings.Contains(published, byHand(t, s.read(lettersAt+"index.html"), code)); found == strings.HasPrefix(code, "00000") {
			t.Errorf("%s is found on the list: %v", code, found)
		}
	}
}

// TestListBeforeTheLetters: the codes of a plan that waits to be sent can be made public, so
// that its first reader finds them, and nothing is said of letters.
func TestListBeforeTheLetters(t *testing.T) {
	t.Parallel()
	s := relayed(t, smtptest.Start(t, smtptest.Options{}), "")
	s.wants(exitDone, inSummer+"plan TS-2026-002")
	said := s.says(exitDone, "", inSummer+"status TS-2026-002 --publish --yes TS-2026-002")
	for _, text := range []string{"no server has accepted a letter", "TS-2026-002/2: a list of 256 entries", "published TS-2026-002: " + codesFile + "\n", " add " + codesFile + " urls.lock\n"} {
		if !strings.Contains(said, text) {
			t.Errorf("it does not say %q:\n%s", text, said)
		}
	}
	if strings.Contains(said, "What changes in") || strings.Contains(said, noticeFile) {
		t.Errorf("the bulletin's own file stays as it is:\n%s", said)
	}
	if text := s.read(noticeFile); strings.Contains(text, "notified:") {
		t.Errorf("the bulletin speaks of letters that nobody has:\n%s", text)
	}
	if s.read(codesFile) == "" {
		t.Error("no list was written")
	}
	const send, unlisted = inSummer + "send TS-2026-002/2 --live --yes wrong", "nobody can look up the codes"
	published := s.read(codesFile)
	if err := os.Remove(filepath.Join(s.site, codesFile)); err != nil {
		t.Fatal(err)
	}
	s.wants(exitRefused, send, unlisted)
	s.put(codesFile, published)
	if said := s.says(exitRefused, "", send); strings.Contains(said, unlisted) {
		t.Errorf("the codes are public, and it says that they are not:\n%s", said)
	}
}

// TestNotifiedIsNeverLowered is F47: a ledger that has fewer letters than the bulletin says, as
// one that was begun anew, does not make its page say that fewer were told, or nobody.
func TestNotifiedIsNeverLowered(t *testing.T) {
	t.Parallel()
	s, _ := wasTold(t, 2, smtptest.Options{})
	const publish = "status TS-2026-002 --publish --yes TS-2026-002"
	s.wants(exitDone, on("09:02:00", publish))
	before := s.read(noticeFile)
	s.has(before, "notified:\n  count: 2\n")
	if err := os.RemoveAll(filepath.Join(s.site, "var")); err != nil {
		t.Fatal(err)
	}
	s.put("secrets/plan.key", strings.Repeat("k", 32)) // it went with the disk, and there are other codes to publish
	s.wants(exitDone, on("10:00:00", "plan TS-2026-002 --ledger-lost"), "2  mailed")
	const stays = noticeFile + ": notified stays at 2: the ledger has 0, since letters came back, or an earlier ledger that knew of them is lost\n"
	said := s.says(exitDone, "", on("10:01:00", publish))
	s.has(said, stays, "TS-2026-002/1: a list of 256 entries", "published TS-2026-002: "+codesFile)
	s.lacks(said, "What changes in", "nothing is said of how many")
	s.has(s.says(exitDone, "", on("10:02:00", publish)), stays, "nothing to do")
	if after := s.read(noticeFile); after != before {
		t.Errorf("the bulletin said\n%s\nand says\n%s", before, after)
	}
	s.delivers(exitDone, "10:03:00", 1)
	s.lacks(s.says(exitDone, "", on("10:04:00", publish)), "stays at")
}

// byHand is what the page's own command shows for a code.
func byHand(t *testing.T, page, code string) string {
	t.Helper()
	command := regexp.MustCompile(`<code>(printf .*sha256sum.*)</code>`).FindStringSubmatch(page)
	if command == nil {
		t.Fatalf("the page has no command:\n%s", page)
	}
	out, err := exec.Command("sh", "-c", strings.ReplaceAll(command[1], "XXXXX-XXXXX-XXXXX-XXXXX", code)).Output()
	if err != nil || len(out) != 29 {
		t.Fatalf("%s: %q, %v", command[1], out, err)
	}
	return string(out)
}

// TestPublishedCodesStay: what was published once stays, whatever a later run adds; a build
// sees a list that changed and nothing else; and a list that was damaged stops both.
func TestPublishedCodesStay(t *testing.T) {
	server := smtptest.Start(t, smtptest.Options{Keep: true})
	s := relayed(t, server, "")
	const command = inSummer + "status TS-2026-002 --publish --yes TS-2026-002"
	s.wants(exitIncomplete, now+"send TS-2026-002/1 --live --canary-wait 0s --yes TS-2026-002/1")
	s.wants(exitDone, command)
	first := s.read(codesFile)
	if err := os.Remove(filepath.Join(s.site, codesFile)); err != nil {
		t.Fatal(err)
	}
	for _, there := range []bool{false, true} { // the bulletin's own file stays as it is
		s.wants(exitDone, inSummer+"build")
		if leads := strings.Contains(s.read("public/security-bulletins/ts-2026-002/index.html"), `id="_genuine"`); leads != there {
			t.Errorf("the page leads to a list: %v, and there is one: %v", leads, there)
		}
		s.put(codesFile, first)
	}
	other := genuine.NewList([]byte("of a later plan"), genuine.Plan{Bulletin: "TS-2026-002", Number: 2}, slices.Values([]genuine.Code{"FZ3X9-07KQT-M1V8A-RJ2DH"}))
	one, err := genuine.ReadFile("TS-2026-002", []byte(first))
	if err != nil {
		t.Fatal(err)
	}
	s.put(codesFile, string(genuine.Join(one, other, one).Encode("TS-2026-002")))
	s.wants(exitDone, inSummer+"build --changed", "changed security-bulletins/ts-2026-002/letters/codes.txt")
	if published := s.read(lettersAt + "codes.txt"); strings.Count(published, "\n") != 512 {
		t.Errorf("%d entries are published, want those of two plans", strings.Count(published, "\n"))
	}
	s.wants(exitDone, command, "nothing to do")

	s.put(codesFile, strings.Replace(first, "\n", "\n<<<<<<< HEAD\n", 1))
	s.wants(exitProblems, inSummer+"check", "[letter-codes]")
	s.wants(exitProblems, inSummer+"build", "nothing was built")
	s.wants(exitRefused, command, "cannot be read", "take it from git")
	s.put(codesFile, first)
	s.put("secrets/plan.key", strings.Repeat("k", 32))
	s.wants(exitRefused, command, "is not the key of the letters of TS-2026-002/1")
}

// put replaces a file of the site.
func (s session) put(name, text string) {
	s.Helper()
	if err := os.WriteFile(filepath.Join(s.site, filepath.FromSlash(name)), []byte(text), 0o600); err != nil {
		s.Fatal(err)
	}
}

// TestPublishNeedsABulletin: consent to nothing and plans are refused.
func TestPublishNeedsABulletin(t *testing.T) {
	t.Parallel()
	s := newSession(t)
	s.wants(exitUsage, "status --publish", "--publish needs the ID of a bulletin")
	s.wants(exitUsage, "status TS-2026-002/1 --publish", "--publish needs the ID of a bulletin")
	s.wants(exitUsage, "status TS-2026-002 --yes TS-2026-002", "belong to --publish")
	s.wants(exitUsage, "status TS-2026-002/1 --publish --json", "--publish")
	s.wants(exitUsage, "status TS-2099-001 --publish", "no bulletin")
	s.wants(exitDone, now+"plan TS-2026-002")
	s.wants(exitIncomplete, now+"send TS-2026-002/1")
	s.wants(exitRefused, inSummer+"status TS-2026-002 --publish --yes TS-2026-002", "rehearsals never count")
}
