package evidence

import (
	"slices"
	"time"
)

// place is where a line of Postfix is from: a host, one of its instances, and a queue ID there.
type place struct {
	key      []byte // host, queue ID and instance
	instance int    // where the instance begins in it
}

func (at *place) points(host, queueID, instance []byte) {
	at.key = append(append(append(append(at.key[:0], host...), 0), queueID...), 0)
	at.instance = len(at.key)
	at.key = append(at.key, instance...)
}

// queue is the host and the queue ID, of whatever instance.
func (at *place) queue() []byte { return at.key[:at.instance] }

// is reports whether an instance is the one of the place.
func (at *place) is(instance string) bool { return string(at.key[at.instance:]) == instance }

// sitting is a letter of ours under a queue ID of an instance.
type sitting struct {
	instance string
	*passage
}

// sits is the passage that the last place means; nil where it is of no letter of ours.
func (l *Log) sits() *passage {
	for _, s := range l.queue[string(l.last.queue())] {
		if l.last.is(s.instance) {
			return s.passage
		}
	}
	return nil
}

// sit lets the last place mean a passage from here on.
func (l *Log) sit(p *passage) {
	l.leaves()
	queue := string(l.last.queue())
	l.queue[queue] = append(l.queue[queue], sitting{string(l.last.key[l.last.instance:]), p})
}

// leaves lets the last place mean no letter of ours.
func (l *Log) leaves() {
	all := l.queue[string(l.last.queue())]
	if len(all) == 0 {
		return
	}
	if all = slices.DeleteFunc(all, func(s sitting) bool { return l.last.is(s.instance) }); len(all) == 0 {
		delete(l.queue, string(l.last.queue()))
		return
	}
	l.queue[string(l.last.queue())] = all
}

// elsewhere finds the letter that a delivery is of by a transport that has another name in the log
// than the rest of the relay (https://www.postfix.org/postconf.5.html#syslog_name), by the queue ID,
// the recipient and when it came. Two instances of one machine have queue IDs of their own: so it
// is of none where it could be of two, or the place is another letter's.
func (l *Log) elsewhere(e entry, said []byte) *passage {
	there := l.queue[string(l.last.queue())]
	if len(there) != 1 || l.others[string(l.last.key)] {
		return nil
	}
	p, text := there[0].passage, string(said)
	_, daemon, _ := e.daemon()
	o, ok := delivery(e.at, string(daemon), text)
	came, dated := cameAt(e.at, text)
	if !ok || !dated || !o.isTo(p.letter.recipient) || !l.cameAs(p, came) {
		return nil
	}
	return p
}

// cameAs reports whether what came to the relay at an instant did when a passage began. The stamps
// of many logs have whole seconds.
func (l *Log) cameAs(p *passage, came time.Time) bool {
	if p.claimed != nil {
		return l.cameWith(*p.claimed, came)
	}
	return came.Sub(p.began).Abs() <= l.skew+time.Second
}
