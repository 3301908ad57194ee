package evidence

import (
	"bytes"
	"regexp"
	"strings"
	"time"
)

// daemons are the programs of Postfix that say something about letters or show that it runs.
var daemons = map[string]bool{
	"smtpd": true, "cleanup": true, "qmgr": true, "oqmgr": true, "nqmgr": true, "smtp": true, "lmtp": true, "local": true, "virtual": true, "pipe": true,
	"error": true, "retry": true, "discard": true, "bounce": true, "postsuper": true, "pickup": true, "anvil": true, "postscreen": true, "master": true,
	"postfix-script": true, "scache": true, "trivial-rewrite": true, "tlsproxy": true, "dnsblog": true, "verify": true, "postqueue": true, "tlsmgr": true, "postlogd": true,
}

// take takes note of a line.
func (l *Log) take(line []byte) {
	e, ok := l.stamps.line(line)
	if !ok {
		return
	}
	if losing(e) {
		l.host(e.host).loses(e.at)
		return
	}
	instance, daemon, ok := e.daemon()
	if !ok || !daemons[string(daemon)] {
		return
	}
	l.host(e.host).sees(e.at, l.quiet)
	id, said, ok := bytes.Cut(e.text, []byte(": "))
	if !ok || !isQueueID(id) {
		return
	}
	if string(id) == "NOQUEUE" {
		l.unqueued(e.at, said)
		return
	}
	l.last.points(e.host, id, instance)
	if string(daemon) == "cleanup" && l.binds(e, id, said) {
		return
	}
	switch p := l.meant(e, id, said); {
	case p == nil:
		l.stray(e.at, daemon, id, said)
	case p.event(e.at, string(daemon), string(said)):
		l.leaves()
	}
}

// meant is the passage of a letter of ours that a line is of; nil where it is of none.
func (l *Log) meant(e entry, queueID, said []byte) *passage {
	p := l.sits()
	switch {
	case p == nil:
	case l.strange(p, e.at, said):
		l.leaves() // nor is it in what follows: how a later letter ends is not how this one did
		return l.claimed(e, queueID, said)
	default:
		return p
	}
	if p = l.claimed(e, queueID, said); p == nil {
		p = l.elsewhere(e, said)
	}
	return p
}

// isQueueID reports whether octets are a queue ID, short or long, or NOQUEUE
// (https://www.postfix.org/postconf.5.html#enable_long_queue_ids).
func isQueueID(id []byte) bool {
	for _, c := range id {
		if (c < '0' || c > '9') && (c < 'A' || c > 'Z') && (c < 'a' || c > 'z') {
			return false
		}
	}
	return len(id) >= 5 && len(id) <= 30
}

// binds takes note of cleanup's line about a Message-ID: from here on a queue ID means that
// letter, and no longer the one that had it before.
func (l *Log) binds(e entry, queueID, said []byte) bool {
	id, ok := bytes.CutPrefix(said, []byte("message-id="))
	if !ok {
		return false
	}
	id = bytes.TrimSuffix(bytes.TrimPrefix(bytes.TrimSpace(id), []byte("<")), []byte(">"))
	l.disclaim(e.at, queueID)
	a := l.letters[string(id)]
	if a == nil {
		l.leaves()
		l.another()
		return true
	}
	delete(l.others, string(l.last.key))
	for _, p := range a.passages {
		if p.queueID == string(queueID) && l.beganAt(p, e) {
			p.claimed, p.began = nil, e.at
			l.sit(p)
			return true
		}
	}
	if len(a.passages) < mostPassages {
		p := &passage{letter: a, host: string(e.host), queueID: string(queueID), began: e.at}
		a.passages = append(a.passages, p)
		l.sit(p)
	}
	return true
}

// beganAt reports whether a line with a Message-ID is the one that a passage began with: the same line
// in two files, as mail.log and mail.info have it, or one that an older file has, read later.
func (l *Log) beganAt(p *passage, e entry) bool {
	return p.began.Equal(e.at) || p.claimed != nil && p.host == string(e.host) && l.cameWith(*p.claimed, e.at)
}

// Bounds of what is kept of a letter.
const (
	mostPassages  = 100
	mostAddresses = 100
)

// event takes note of what is said of a letter, and reports whether that was the last.
func (p *passage) event(at time.Time, daemon, said string) (last bool) {
	switch daemon {
	case "cleanup", "smtpd":
		p.filtered(at, said)
	case "qmgr", "oqmgr", "nqmgr":
		return p.managed(at, said)
	case "postsuper":
		return p.handled(at, said)
	default:
		p.attempted(at, daemon, said)
	}
	return false
}

// filtered is a verdict of a filter or a rule while the letter comes in.
func (p *passage) filtered(at time.Time, said string) {
	verdict, text, _ := strings.Cut(said, ": ")
	switch verdict {
	case "milter-reject", "reject":
		p.stopped, p.taken = refusal(at, text), false
		p.stopped.QueueID = p.queueID
		p.bars(text)
	case "milter-hold": // of a whole letter: it is answered 250, and the queue manager never hears of it
		p.taken = p.taken || strings.HasPrefix(text, "END-OF-MESSAGE")
	case "milter-discard", "discard":
		p.stopped = &Finding{Fate: Dropped, At: at, QueueID: p.queueID, Said: plain(text, nil)}
		p.bars(text)
	}
}

// enveloped is how Postfix says of whom and for whom that was which it stopped.
var enveloped = regexp.MustCompile(`; from=<[^>]*> to=<([^>]*)>`)

// bars keeps whom a letter was for that was stopped as it came in: no delivery will ever say so.
func (p *passage) bars(text string) {
	m := enveloped.FindStringSubmatch(text)
	if m == nil || len(p.barred) >= mostAddresses {
		return
	}
	for _, a := range addresses(m[1]) {
		p.barred = append(p.barred, strings.ToLower(a))
	}
}

// managed is what the queue manager says.
func (p *passage) managed(at time.Time, said string) (last bool) {
	switch {
	case said == "removed":
		p.removed = true
		return true
	case strings.Contains(said, "status=expired"), strings.Contains(said, "status=force-expired"):
		p.taken = true
		for i := range p.to {
			if p.to[i].Fate == Queued {
				p.to[i].Fate, p.to[i].At = Returned, at
			}
		}
		if len(p.to) == 0 {
			p.to = []outcome{{Finding: Finding{Fate: Returned, At: at, Said: "expired"}}}
		}
	case strings.HasPrefix(said, "from="):
		p.taken = true
	}
	return false
}

// handled is what an administrator did.
func (p *passage) handled(at time.Time, said string) (last bool) {
	switch said {
	case "removed":
		p.stopped = &Finding{Fate: Dropped, At: at, QueueID: p.queueID, Said: "deleted from the queue"}
		return true
	case "requeued":
		p.requeued = true
		return true
	}
	return false
}

var attempt = regexp.MustCompile(`^to=<([^>]*)>,(?: orig_to=<([^>]*)>,)? relay=([^ ,]+), .*?dsn=([0-9.]+), status=(\w+) ?(.*)$`)

// attempted is a delivery to one recipient. What an older copy of the same log says of it, read
// later, is no longer so.
func (p *passage) attempted(at time.Time, daemon, said string) {
	o, ok := delivery(at, daemon, said)
	if !ok {
		return
	}
	p.taken = true
	for i := range p.to {
		if p.to[i].address == o.address {
			if !o.At.Before(p.to[i].At) {
				p.to[i] = o
			}
			return
		}
	}
	if len(p.to) < mostAddresses {
		p.to = append(p.to, o)
	}
}

// delivery is what a line says of one recipient. What is left of a queue ID's former life, and
// probes of addresses, have no such form or no such status.
func delivery(at time.Time, daemon, said string) (o outcome, ok bool) {
	m := attempt.FindStringSubmatch(said)
	if m == nil {
		return outcome{}, false
	}
	words := strings.TrimSuffix(strings.TrimPrefix(m[6], "("), ")")
	o = outcome{address: m[1], was: m[2], Finding: Finding{At: at, Code: ParseCode(m[4]), Relay: m[3], Said: plain(words, []string{m[1]})}}
	switch m[5] {
	case "sent":
		o.Fate, o.next = Onward, nextID(words)
		if daemon == "discard" || thrown.MatchString(words) {
			o.Fate = Dropped
		}
	case "deferred", "SOFTBOUNCE":
		o.Fate = Queued
	case "bounced", "expired":
		o.Fate = Returned
	default:
		return outcome{}, false
	}
	return o, true
}

var (
	// queuedAs is how another Postfix, or local of this one, says under which queue ID a letter goes on.
	queuedAs = regexp.MustCompile(`(?:queued|forwarded) as ([0-9A-Za-z]{5,30})\b`)
	// thrown is how Amavis says that it has taken a letter, and passes it on to nobody
	// (https://www.ijs.si/software/amavisd/amavisd-new-docs.html#actions).
	thrown = regexp.MustCompile(`^250 2\.[0-9.]+ Ok, (?:id=[^,]+, DISCARD\b|discarded\b)`)
)

// nextID is the queue ID that another Postfix gave a letter.
func nextID(said string) string {
	if m := queuedAs.FindStringSubmatch(said); m != nil {
		return m[1]
	}
	return ""
}

var fromPath = regexp.MustCompile(` from=<([^>]*)>`)

// unqueued takes note of what became of a letter before there was a queue ID, by one of our return
// paths: it was refused, or it is answered as if it were taken, and thrown away.
func (l *Log) unqueued(at time.Time, said []byte) {
	verdict, text, _ := strings.Cut(string(said), ": ")
	if verdict != "reject" && verdict != "milter-reject" && verdict != "discard" {
		return
	}
	m := fromPath.FindStringSubmatch(text)
	if m == nil {
		return
	}
	a := l.paths[strings.ToLower(m[1])]
	if a == nil || a.refused != nil && at.Before(a.refused.At) {
		return
	}
	a.refused = refusal(at, text)
	if verdict == "discard" {
		a.refused.Fate = Dropped
	}
}

// refusal reads "RCPT from host[address]: 550 5.1.1 words; from=<…> to=<…> …".
func refusal(at time.Time, text string) *Finding {
	_, words, found := strings.Cut(text, "]: ")
	if !found {
		words = text
	}
	said, rest, _ := strings.Cut(words, "; from=")
	code := codeIn(said)
	if code == "" {
		code = ParseCode(said)
	}
	return &Finding{Fate: Refused, At: at, Code: code, Said: plain(said, addresses(rest))}
}
