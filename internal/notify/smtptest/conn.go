package smtptest

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"crypto/tls"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"net"
	"strings"
)

// Conn is a client's connection, as an [Action] has it.
type Conn struct {
	server    *Server
	raw, conn net.Conn // below TLS, above it
	in        *bufio.Reader
	encrypted bool
	known     bool // authenticated
	mail      bool
	from      string
	to        []string

	usual    string // what the server would say at this moment
	positive bool   // whether what it said lets the client go on
	answered bool   // whether positive is settled
}

// Say writes octets as they are. The first that it writes at a moment decide whether the
// server has agreed, unless Usual does.
func (c *Conn) Say(octets string) error {
	if octets == "" {
		return nil
	}
	if !c.answered {
		c.positive, c.answered = octets[0] < '4', true
	}
	n, err := io.WriteString(c.conn, octets)
	c.server.note(func(s *Seen) { s.Sent += int64(n) })
	return err
}

// Usual says what the server would have said without a script.
func (c *Conn) Usual() error {
	c.positive, c.answered = c.usual[0] < '4', true
	return c.Say(c.usual)
}

// answer replies at a moment, by the script or as usual, and tells whether the server
// agreed.
func (c *Conn) answer(m Moment, lines ...string) (agreed bool, err error) {
	c.usual = strings.Join(lines, "\r\n") + "\r\n"
	c.positive, c.answered = false, false
	do := c.server.action(m)
	if do == nil {
		do = (*Conn).Usual
	}
	err = do(c)
	return c.positive, err
}

// refuse says no, and that the client should have known.
func (c *Conn) refuse(line, fault string) error {
	c.fault(fault)
	return c.Say(line + "\r\n")
}

func (c *Conn) fault(text string) {
	c.server.note(func(s *Seen) { s.Faults = append(s.Faults, text) })
}

// talk is a session from its greeting on. Where it ends early, the connection does.
func (c *Conn) talk() {
	if c.server.options.Implicit && c.encrypt() != nil {
		return
	}
	c.in = bufio.NewReaderSize(c.conn, 64<<10)
	if _, err := c.answer(Greeting, "220 mx.example.net ESMTP"); err != nil {
		return
	}
	for {
		line, err := c.in.ReadString('\n')
		if err != nil {
			return
		}
		if !strings.HasSuffix(line, "\r\n") {
			c.fault("a line without CR")
		}
		if done, err := c.obey(strings.TrimRight(line, "\r\n")); done || err != nil {
			return
		}
	}
}

// encrypt begins TLS.
func (c *Conn) encrypt() error {
	encrypted := tls.Server(c.raw, c.server.tls)
	if err := encrypted.Handshake(); err != nil {
		return err
	}
	c.conn, c.encrypted = encrypted, true
	return nil
}

// obey does what a line says.
func (c *Conn) obey(line string) (done bool, err error) {
	verb, rest, _ := strings.Cut(line, " ")
	verb = strings.ToUpper(verb)
	if !c.encrypted && (verb == "AUTH" || verb == "MAIL" || verb == "RCPT" || verb == "DATA") {
		c.server.note(func(s *Seen) { s.Clear += len(line) })
	}
	switch verb {
	case "EHLO", "HELO":
		c.mail = false
		_, err = c.answer(Hello, c.offers(verb)...)
	case "STARTTLS":
		err = c.startTLS()
	case "AUTH":
		err = c.authenticate(rest)
	case "MAIL":
		err = c.sender(rest)
	case "RCPT":
		err = c.recipient(rest)
	case "DATA":
		err = c.data()
	case "RSET":
		c.mail = false
		_, err = c.answer(Reset, "250 2.0.0 reset")
	case "QUIT":
		_, err = c.answer(Quit, "221 2.0.0 bye")
		return true, err
	default:
		err = c.refuse("500 5.5.1 unknown", "unknown command")
	}
	return false, err
}

// offers is the reply to EHLO.
func (c *Conn) offers(verb string) []string {
	o := c.server.options
	words := []string{"mx.example.net"}
	if verb == "EHLO" {
		words = append(words, o.Extensions...)
		if o.StartTLS && !c.encrypted {
			words = append(words, "STARTTLS")
		}
		if o.User != "" && (c.encrypted || c.server.tls == nil) {
			words = append(words, "AUTH "+c.mechanisms())
		}
	}
	for i, word := range words {
		mark := "-"
		if i == len(words)-1 {
			mark = " "
		}
		words[i] = "250" + mark + word
	}
	return words
}

func (c *Conn) mechanisms() string {
	if m := c.server.options.Mechanisms; m != "" {
		return m
	}
	return "PLAIN"
}

func (c *Conn) startTLS() error {
	if c.server.tls == nil || c.encrypted {
		return c.refuse("502 5.5.1 no TLS", "STARTTLS that was not offered")
	}
	agreed, err := c.answer(StartTLS, "220 2.0.0 go on")
	if err != nil || !agreed {
		return err
	}
	if c.in.Buffered() > 0 {
		c.fault("octets in clear after STARTTLS")
	}
	if err := c.encrypt(); err != nil {
		return err
	}
	c.in = bufio.NewReaderSize(c.conn, 64<<10)
	return nil
}

// authenticate knows PLAIN, LOGIN and XOAUTH2.
func (c *Conn) authenticate(rest string) error {
	user, secret := c.server.options.User, c.server.secret()
	mechanism, initial, _ := strings.Cut(rest, " ")
	var given, want string
	switch mechanism {
	case "PLAIN":
		given, want = decode(initial), "\x00"+user+"\x00"+secret
	case "XOAUTH2":
		given, want = decode(initial), "user="+user+"\x01auth=Bearer "+secret+"\x01\x01"
	case "LOGIN":
		name, err := c.ask("VXNlcm5hbWU6")
		if err != nil {
			return err
		}
		word, err := c.ask("UGFzc3dvcmQ6")
		if err != nil {
			return err
		}
		given, want = name+"\x00"+word, user+"\x00"+secret
	default:
		return c.refuse("504 5.5.4 unknown mechanism", "AUTH with a mechanism that was not offered")
	}
	if given != want {
		_, err := c.answer(Auth, "535 5.7.8 authentication failed")
		return err
	}
	agreed, err := c.answer(Auth, "235 2.7.0 welcome")
	c.known = agreed
	return err
}

// ask puts one question of AUTH LOGIN.
func (c *Conn) ask(question string) (string, error) {
	if _, err := c.answer(Auth, "334 "+question); err != nil {
		return "", err
	}
	line, err := c.in.ReadString('\n')
	return decode(strings.TrimSpace(line)), err
}

func decode(text string) string {
	data, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return "not base64"
	}
	return string(data)
}

func (c *Conn) sender(rest string) error {
	c.server.note(func(s *Seen) { s.Letters++ })
	if c.server.options.User != "" && !c.known {
		return c.refuse("530 5.7.0 authenticate first", "MAIL without AUTH")
	}
	if c.mail {
		return c.refuse("503 5.5.1 nested MAIL", "MAIL in a transaction")
	}
	agreed, err := c.answer(Mail, "250 2.1.0 sender ok")
	c.mail, c.from, c.to = agreed, path(rest, "FROM:"), nil
	return err
}

func (c *Conn) recipient(rest string) error {
	c.server.note(func(s *Seen) { s.Recipients++ })
	if !c.mail {
		return c.Say("503 5.5.1 need MAIL\r\n")
	}
	agreed, err := c.answer(Rcpt, "250 2.1.5 recipient ok")
	if agreed {
		c.to = append(c.to, path(rest, "TO:"))
	}
	return err
}

// path takes the mailbox out of a command; what is no path stays as it is.
func path(rest, name string) string {
	inner, _, ok := strings.Cut(strings.TrimPrefix(rest, name+"<"), ">")
	if !ok || !strings.HasPrefix(rest, name+"<") {
		return rest
	}
	return inner
}

func (c *Conn) data() error {
	if c.in.Buffered() > 0 {
		c.fault("octets after DATA before its reply")
	}
	if !c.mail || len(c.to) == 0 {
		return c.Say("503 5.5.1 need RCPT\r\n")
	}
	agreed, err := c.answer(Data, "354 go on")
	if err != nil || !agreed {
		return err
	}
	message, err := c.message()
	if err != nil {
		return err
	}
	c.mail = false
	return c.end(message)
}

// end is what becomes of a message. Without a script it is accepted.
func (c *Conn) end(message []byte) error {
	c.positive, c.answered = false, false
	queue := c.server.queue()
	c.usual = "250 2.0.0 Ok: queued as " + queue + "\r\n"
	if do := c.server.action(Dot); do != nil {
		return do(c)
	}
	c.accept(message, queue)
	if _, err := c.answer(Taken, strings.TrimSuffix(c.usual, "\r\n")); err != nil {
		return err
	}
	if do := c.server.action(Replied); do != nil {
		return do(c)
	}
	return nil
}

func (c *Conn) accept(message []byte, queue string) {
	sum := sha256.Sum256(message)
	t := Transaction{c.from, c.to, len(message), hex.EncodeToString(sum[:]), queue, c.encrypted, nil}
	if c.server.options.Keep {
		t.Message = message
	}
	c.server.Lock()
	defer c.server.Unlock()
	c.server.accepted = append(c.server.accepted, t)
}

// queue is the next id.
func (s *Server) queue() string {
	s.Lock()
	defer s.Unlock()
	s.queued++
	return fmt.Sprintf("Q%07d", s.queued)
}

// message reads a message up to its dot, and takes the stuffing off.
func (c *Conn) message() ([]byte, error) {
	var message []byte
	octets, lines := 0, 0
	defer func() {
		if !c.encrypted {
			c.server.note(func(s *Seen) { s.Clear += lines })
		}
	}()
	for {
		line, err := c.line(&octets)
		if err != nil {
			return nil, err
		}
		lines += len(line)
		if string(line) == ".\r\n" {
			return message, nil
		}
		if !bytes.HasSuffix(line, []byte("\r\n")) || bytes.IndexByte(line, '\r') != len(line)-2 {
			c.fault("a line of a message does not end with CR LF alone")
		}
		message = append(message, bytes.TrimPrefix(line, []byte("."))...)
	}
}

// line reads a line of a message, and lets the script interfere after so many octets.
func (c *Conn) line(octets *int) ([]byte, error) {
	var line []byte
	for {
		if *octets > c.server.options.After {
			rest, err := c.in.ReadBytes('\n')
			*octets += len(rest)
			return append(line, rest...), err
		}
		if *octets == c.server.options.After {
			if do := c.server.action(Content); do != nil {
				if err := do(c); err != nil {
					return nil, err
				}
			}
		}
		octet, err := c.in.ReadByte()
		if err != nil {
			return nil, err
		}
		*octets++
		if line = append(line, octet); octet == '\n' {
			return line, nil
		}
	}
}
