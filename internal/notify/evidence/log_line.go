package evidence

import (
	"bytes"
	"strconv"
	"time"
)

// entry is one line of a log.
type entry struct {
	at      time.Time
	host    []byte
	program []byte // without its process ID
	text    []byte
}

// daemon cuts a program of Postfix's into the instance and the daemon: postfix/smtpd,
// postfix-out/relay/smtp.
func (e entry) daemon() (instance, daemon []byte, ok bool) {
	first, last := bytes.IndexByte(e.program, '/'), bytes.LastIndexByte(e.program, '/')
	if first <= 0 {
		return nil, nil, false
	}
	return e.program[:first], e.program[last+1:], true
}

// losing are the words by which loggers say that lines are missing.
func losing(e entry) bool {
	switch string(e.program) {
	case "rsyslogd", "rsyslogd-2177", "imuxsock", "imjournal", "systemd-journald", "syslog-ng", "journal":
		return bytes.Contains(e.text, []byte("lost")) || bytes.Contains(e.text, []byte("uppressed")) || bytes.Contains(e.text, []byte("drop")) || bytes.Contains(e.text, []byte("rate-limit"))
	}
	return false
}

// stamper reads lines with stamps of any form that syslog, journald and Postfix write.
type stamper struct {
	zone  *time.Location
	until time.Time
	last  []byte // the last stamp without a year or with one, as it is written
	at    time.Time
	local bool // a stamp was read that does not name its zone
}

// line cuts a line into its parts: the traditional form (RFC 3164 §4.1), with a stamp of
// RFC 3339 instead, the form of RFC 5424, and the short forms of journalctl.
func (s *stamper) line(line []byte) (entry, bool) {
	line = bytes.TrimRight(line, "\r\n")
	if len(line) > 0 && line[0] == '<' { // the priority
		_, line, _ = bytes.Cut(line, []byte(">"))
		if rest, ok := bytes.CutPrefix(line, []byte("1 ")); ok {
			return s.structured(rest)
		}
	}
	at, rest, ok := s.stamp(line)
	if !ok {
		return entry{}, false
	}
	host, rest, _ := bytes.Cut(rest, []byte(" "))
	tag, text, ok := bytes.Cut(rest, []byte(": "))
	program, _, _ := bytes.Cut(tag, []byte("["))
	return entry{at, host, program, text}, ok && len(program) > 0 && !bytes.Contains(program, []byte(" "))
}

// structured reads what follows the version (RFC 5424 §6): stamp, host, program, process,
// message ID, structured data, text.
func (s *stamper) structured(line []byte) (entry, bool) {
	at, rest, ok := s.stamp(line)
	parts := bytes.SplitN(rest, []byte(" "), 5)
	if !ok || len(parts) < 5 {
		return entry{}, false
	}
	text := parts[4]
	if rest, nothing := bytes.CutPrefix(text, []byte("-")); nothing {
		text = rest
	} else if i := bytes.Index(text, []byte("] ")); i >= 0 {
		text = text[i+1:]
	}
	return entry{at, parts[0], parts[1], bytes.TrimPrefix(bytes.TrimPrefix(text, []byte(" ")), []byte("\ufeff"))}, true
}

// words of a stamp, and how many octets it has at least.
var shapes = []struct {
	fits   func([]byte) bool
	words  int // that the stamp consists of
	layout []string
}{
	{func(b []byte) bool { return isDigit(b[0]) && b[4] == '-' }, 1, []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999-0700", "2006-01-02T15:04:05.999999999-07"}},
	{func(b []byte) bool { return !isDigit(b[0]) && b[3] == ' ' && isDigit(b[4]) && b[8] == '-' }, 4, []string{"Mon 2006-01-02 15:04:05.999999999 MST"}},
	{func(b []byte) bool { return !isDigit(b[0]) && b[3] == ' ' }, 3, []string{"Jan _2 15:04:05.999999999"}},
	{func(b []byte) bool { return isDigit(b[0]) && isDigit(b[4]) && isDigit(b[8]) }, 1, nil},
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// leastStamp is the length of the shortest, "May  4 09:00:00".
const leastStamp = 15

// stamp reads the stamp that a line begins with. The lines of one second share theirs.
func (s *stamper) stamp(line []byte) (at time.Time, rest []byte, ok bool) {
	if n := len(s.last); n > 0 && len(line) > n && line[n] == ' ' && bytes.Equal(line[:n], s.last) {
		return s.at, line[n+1:], true
	}
	if len(line) < leastStamp {
		return time.Time{}, nil, false
	}
	for i, shape := range shapes {
		if !shape.fits(line) {
			continue
		}
		end := afterWords(line, shape.words)
		if end < 0 {
			return time.Time{}, nil, false
		}
		switch text := string(line[:end]); i {
		case 2:
			at, ok = s.yearless(text, shape.layout[0])
			s.local = s.local || ok
		case 3:
			at, ok = unix(text)
		default:
			at, ok = s.dated(text, shape.layout)
		}
		if ok {
			s.last, s.at = append(s.last[:0], line[:end]...), at
			return at, line[end+1:], true
		}
		return time.Time{}, nil, false
	}
	return time.Time{}, nil, false
}

// afterWords is where the n-th word ends, with a space behind it; several spaces part
// words as one does.
func afterWords(line []byte, n int) int {
	for i := 1; i < len(line); i++ {
		if line[i] == ' ' && line[i-1] != ' ' {
			if n--; n == 0 {
				return i
			}
		}
	}
	return -1
}

// dated reads a stamp with a date and a zone. Of names of zones only the relay's own, and
// UTC, say how late it was.
func (s *stamper) dated(text string, layouts []string) (time.Time, bool) {
	for _, layout := range layouts {
		at, err := time.ParseInLocation(layout, text, s.zone)
		if err != nil {
			continue
		}
		if name, offset := at.Zone(); offset == 0 && at.Location() != s.zone && name != "UTC" && name != "" {
			return time.Time{}, false
		}
		return at.UTC(), true
	}
	return time.Time{}, false
}

// yearless gives a stamp the latest year in which it is not later than a day after the log
// was taken. In the hour that is there twice in autumn it may be an hour off.
func (s *stamper) yearless(text, layout string) (time.Time, bool) {
	parsed, err := time.Parse("2006 "+layout, "2000 "+text) // a leap year has every day
	if err != nil {
		return time.Time{}, false
	}
	limit := s.until.Add(24 * time.Hour)
	for back := range 9 {
		at := time.Date(limit.Year()+1-back, parsed.Month(), parsed.Day(), parsed.Hour(), parsed.Minute(), parsed.Second(), parsed.Nanosecond(), s.zone)
		if at.Day() == parsed.Day() && !at.After(limit) {
			return at.UTC(), true
		}
	}
	return time.Time{}, false
}

// unix reads seconds since 1970, with a fraction.
func unix(text string) (time.Time, bool) {
	seconds, err := strconv.ParseFloat(text, 64)
	if err != nil || seconds < 0 || seconds > 1<<40 {
		return time.Time{}, false
	}
	return time.UnixMicro(int64(seconds * 1e6)).UTC(), true
}
