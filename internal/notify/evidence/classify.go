package evidence

import (
	"errors"
	"regexp"
	"strings"
)

// classify says what a message is. Reports come first: they too call themselves automatic.
func (m *parts) classify() Report {
	switch {
	case m.kinds["message/disposition-notification"], m.kinds["message/global-disposition-notification"]:
		return Report{Kind: Receipt, Sign: "a part message/disposition-notification"}
	case m.kinds["message/feedback-report"]:
		return Report{Kind: Complaint, Sign: "a part message/feedback-report"}
	case m.statuses > 0:
		return m.statusReport()
	}
	if found := m.readQmail(); len(found) > 0 {
		return Report{Kind: Status, Sign: "the greeting of qmail", Recipients: found}
	}
	for _, is := range []struct {
		kind Kind
		sign func() string
	}{{WordsOnly, m.bounceInWords}, {Challenge, m.challenge}, {Absence, m.absence}, {AutoReply, m.automatic}} {
		if sign := is.sign(); sign != "" {
			return Report{Kind: is.kind, Sign: sign}
		}
	}
	return Report{Kind: Person, Sign: "nothing says that a program wrote it"}
}

func (m *parts) statusReport() Report {
	found, err := m.readStatus()
	switch {
	case errors.Is(err, errNoAction):
		return Report{Kind: WordsOnly, Sign: err.Error()}
	case err != nil:
		return unreadable(err)
	}
	return Report{Kind: Status, Sign: "a part message/delivery-status", Recipients: found}
}

// daemon are the names that mail servers write under (RFC 2142 §5; RFC 3464 §2).
var daemon = regexp.MustCompile(`(?i)\b(mailer-daemon|postmaster|mail delivery (sub)?system|maildaemon|mail-daemon)\b`)

// undelivered are the words of subjects of bounces.
var undelivered = regexp.MustCompile(`(?i)\b(undeliver(able|ed)|non-?delivery|delivery (status|failure|has failed|failed)|returned mail|failure notice|mail (delivery )?(failed|failure|system error)|returning message to sender|could not be delivered|delivery notification|unzustellbar|remise impossible)`)

// bounceInWords is a bounce that no program can read for sure: it names no letter reliably,
// and may be about any.
func (m *parts) bounceInWords() string {
	if m.header.Get("X-Failed-Recipients") != "" {
		return "a field X-Failed-Recipients"
	}
	if m.root == "multipart/report" {
		return "multipart/report without a delivery status"
	}
	if undelivered.MatchString(m.subject()) && (daemon.MatchString(m.header.Get("From")) || m.header.Get("Return-Path") == "<>") {
		return "a mail server's address and a subject of bounces"
	}
	return ""
}

// challenging are fields of programs that ask senders to confirm.
var challenging = []string{"X-TMDA-Confirm", "X-TMDA-Fingerprint", "X-Boxbe", "X-Boxbe-Status", "X-ChoiceMail-Registration-Request", "X-Spamarrest-noauth", "X-Spam-Arrest", "X-ASK-Auth", "X-Qconfirm"}

var confirm = regexp.MustCompile(`(?i)\b(please (confirm|verify) (your|that|delivery)|confirm(ation)? (your (message|email|e-mail)|required|request|needed)|verification required|sender verification|action required to deliver|your (message|email|e-mail) (is )?(awaits|awaiting|on hold|requires|needs) )`)

func (m *parts) challenge() string {
	for _, name := range challenging {
		if m.header.Has(name) {
			return "a field " + name
		}
	}
	if confirm.MatchString(m.subject()) {
		return "a subject that asks to confirm"
	}
	return ""
}

// away are the words at the beginning of subjects of absence notes, in the languages of
// common programs.
var away = regexp.MustCompile(`(?i)^\W*(re: *)?(out[ -]of[ -](the )?office|automatic reply|auto(matic)?[ -]?re(ply|sponse)|abwesen|automatische antwort|réponse automatique|absence du bureau|respuesta automática|fuera de la oficina|risposta automatica|fuori sede|automatisch antwoord|resposta automática|autosvar|frånvaro|on vacation|vacation|away from|i am away|自動応答|自动回复|不在)`)

func (m *parts) absence() string {
	if m.header.Has("X-Vacation") || strings.Contains(strings.ToLower(m.header.Get("Auto-Submitted")), "vacation") {
		return "a field of a vacation program"
	}
	if away.MatchString(m.subject()) {
		return "a subject of absence notes"
	}
	return ""
}

// automatic is what answers of programs declare themselves by (RFC 3834 §5), and what
// programs used before it.
func (m *parts) automatic() string {
	if word, _, _ := strings.Cut(strings.ToLower(m.header.Get("Auto-Submitted")), ";"); word != "" && strings.TrimSpace(word) != "no" {
		return "a field Auto-Submitted"
	}
	for _, name := range []string{"X-Autoreply", "X-Autorespond", "X-Autoresponder", "X-AutoReply-From", "X-Mail-Autoreply"} {
		if m.header.Has(name) {
			return "a field " + name
		}
	}
	switch strings.ToLower(strings.TrimSpace(m.header.Get("Precedence"))) {
	case "auto_reply", "auto-reply":
		return "a field Precedence"
	}
	if m.header.Get("Return-Path") == "<>" {
		return "an empty return path"
	}
	return ""
}

// subject is decoded as far as it can be.
func (m *parts) subject() string {
	text, err := m.header.Text("Subject")
	if err != nil {
		return m.header.Get("Subject")
	}
	return text
}
