package main

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// writer makes texts by chance.
type writer struct{ *rand.Rand }

// in is true once in so many times.
func (w writer) in(times int) bool { return w.IntN(times) == 0 }

func (w writer) pick(words []string) string { return words[w.IntN(len(words))] }

var severities = []string{"critical", "high", "medium", "low"}

var reporters = []string{"A. Reporter", "B. Researcher", "The Example Security Team", "C. Student"}

// What the sentences are made of: any four in this order make one.
var (
	subjects = []string{
		"the local service", "the command line", "the window of the client", "the update check", "the relay", "the name server of the agent",
		"a background task", "the list of routes", "the sign-in page", "the installer", "the log collector", "the key store",
	}
	verbs = []string{
		"accepted", "kept", "passed on", "did not check", "wrote to a file", "compared too late", "sent twice",
		"showed", "trusted", "forgot to remove", "read without a lock", "cached",
	}
	objects = []string{
		"the token of another session", "requests without a user", "an address from outside", "the name of a removed device",
		"a header that anybody could set", "the path of a configuration file", "routes that were no longer approved",
		"a certificate whose chain was incomplete", "the reply of an older version", "messages of more than 64 KiB",
		"the settings of the user before", "a key that had been replaced",
	}
	conditions = []string{
		"after a restart", "while another user was signed in", "when the network changed", "on computers that several people share",
		"until the next update", "if the clock was wrong by more than an hour", "with the default settings", "before the first connection",
		"during an upgrade", "whenever the disk was full", "after its owner had left", "in networks without IPv6",
	}
	codes = []string{"example status", "example up --reset", "/var/lib/example/state.json", "X-Example-User", "example version", "netmap.Peers", "allow_local: yes", "127.0.0.1:4141"}
)

func (w writer) sentence() string {
	return w.pick(subjects) + " " + w.pick(verbs) + " " + w.pick(objects) + " " + w.pick(conditions)
}

// paragraph is so many sentences, with code, emphasis or a link in some of them.
func (w writer) paragraph(sentences int) string {
	var out strings.Builder
	for i := range sentences {
		if i > 0 {
			out.WriteByte(' ')
		}
		s := capital(w.sentence())
		switch w.IntN(5) {
		case 0:
			s += fmt.Sprintf(", as `%s` shows", w.pick(codes))
		case 1:
			s += ", and **this is what the fix changes**"
		case 2:
			s += fmt.Sprintf(" (see [the release notes](https://example.com/releases/%d))", w.IntN(10_000))
		case 3:
			s += ", though *not in every case*"
		}
		out.WriteString(s + ".")
	}
	return out.String()
}

// body is the text of a bulletin: its four headings, a table, a list, and the mark.
func (w writer) body(b bulletin, mark string) string {
	var out strings.Builder
	heading := func(text string) { fmt.Fprintf(&out, "#### %s\n\n", text) }
	paragraph := func(sentences int) { fmt.Fprintf(&out, "%s\n\n", w.paragraph(sentences)) }
	heading("What happened?")
	paragraph(3)
	fmt.Fprintf(&out, "%s Our record of it is `%s`.\n\n", w.paragraph(2), mark)
	heading("Who was affected?")
	paragraph(2)
	out.WriteString("| What | Affected from | Fixed in |\n|---|---|---|\n")
	for _, row := range b.affected {
		if row.fixed == "" {
			fmt.Fprintf(&out, "| %s | the beginning | %s |\n", row.product, day(row.available))
			continue
		}
		fmt.Fprintf(&out, "| %s on %s | `%s` | `%s` |\n", row.product, strings.Join(row.platforms, ", "), row.introduced, row.fixed)
	}
	out.WriteByte('\n')
	heading("What was the impact?")
	paragraph(3)
	for range 2 + w.IntN(3) {
		fmt.Fprintf(&out, "* %s.\n", capital(w.sentence()))
	}
	out.WriteByte('\n')
	heading("What do I need to do?")
	paragraph(2)
	if b.action != "none" {
		fmt.Fprintf(&out, "%s Then run `%s` to see that it took effect.\n", b.action, w.pick(codes))
	} else {
		out.WriteString("There is nothing that you need to do.\n")
	}
	return out.String()
}

func capital(s string) string { return strings.ToUpper(s[:1]) + s[1:] }
