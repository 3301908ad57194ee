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
	l.key = append(append(append(append(append(l.key[:0], e.host...), 0), instance...), 0), id...)
	if string(daemon) == "cleanup" && l.binds(e.at, id, said) {
		return
	}
	switch p := l.meant(e, id, said); {
	case p == nil:
		l.stray(e.at, daemon, id, said)
	case p.event(e.at, string(daemon), string(said)):
		delete(l.queue, string(l.key))
	}
}

// meant is the passage of a letter of ours that a line is of; nil where it is of none.
func (l *Log) meant(e entry, queueID, said []byte) *passage {
	p := l.queue[string(l.key)]
	if p != nil && l.strange(p, e.at, said) {
		delete(l.queue, string(l.key)) // nor is it in what follows: how a later letter ends is not how this one did
		p = nil
	}
	if p == nil {
		p = l.claimed(e, queueID, said)
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
func (l *Log) binds(at time.Time, queueID, said []byte) bool {
	id, ok := bytes.CutPrefix(said, []byte("message-id="))
	if !ok {
		return false
	}
	id = bytes.TrimSuffix(bytes.TrimPrefix(bytes.TrimSpace(id), []byte("<")), []byte(">"))
	l.disclaim(at, queueID)
	a := l.letters[string(id)]
	if a == nil {
		delete(l.queue, string(l.key))
		l.another()
		return true
	}
	delete(l.others, string(l.key))
	for _, p := range a.passages { // the same line in two files, as mail.log and mail.info have it
		if p.queueID == string(queueID) && p.began.Equal(at) {
			l.queue[string(l.key)] = p
			return true
		}
	}
	if len(a.passages) < mostPassages {
		p := &passage{letter: a, queueID: string(queueID), began: at}
		a.passages = append(a.passages, p)
		l.queue[string(l.key)] = p
	}
	return true
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
	case "milter-hold": // of a whole letter: it is answered 250, and the queue manager never hears of it
		p.taken = p.taken || strings.HasPrefix(text, "END-OF-MESSAGE")
	case "milter-discard", "discard":
		p.stopped = &Finding{Fate: Dropped, At: at, QueueID: p.queueID, Said: plain(text, nil)}
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

var attempt = regexp.MustCompile(`^to=<([^>]*)>,(?: orig_to=<[^>]*>,)? relay=([^ ,]+), .*?dsn=([0-9.]+), status=(\w+) ?(.*)$`)

// attempted is a delivery to one recipient.
func (p *passage) attempted(at time.Time, daemon, said string) {
	o, ok := delivery(at, daemon, said)
	if !ok {
		return
	}
	p.taken = true
	for i := range p.to {
		if p.to[i].address == o.address {
			p.to[i] = o
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
	words := strings.TrimSuffix(strings.TrimPrefix(m[5], "("), ")")
	o = outcome{address: m[1], Finding: Finding{At: at, Code: ParseCode(m[3]), Relay: m[2], Said: plain(words, []string{m[1]})}}
	switch m[4] {
	case "sent":
		o.Fate, o.next = Onward, nextID(words)
		if daemon == "discard" {
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

var queuedAs = regexp.MustCompile(`queued as ([0-9A-Za-z]{5,30})\b`)

// nextID is the queue ID that another Postfix gave a letter.
func nextID(said string) string {
	if m := queuedAs.FindStringSubmatch(said); m != nil {
		return m[1]
	}
	return ""
}

var fromPath = regexp.MustCompile(` from=<([^>]*)>`)

// unqueued takes note of a refusal before there was a queue ID, of one of our return paths.
func (l *Log) unqueued(at time.Time, said []byte) {
	verdict, text, _ := strings.Cut(string(said), ": ")
	if verdict != "reject" && verdict != "milter-reject" {
		return
	}
	m := fromPath.FindStringSubmatch(text)
	if m == nil {
		return
	}
	if a := l.paths[strings.ToLower(m[1])]; a != nil && (a.refused == nil || !at.Before(a.refused.At)) {
		a.refused = refusal(at, text)
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
