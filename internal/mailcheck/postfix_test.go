package mailcheck

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"net"
	"net/mail"
	"net/textproto"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// The test's own Postfix believes the test about where it was called from, so that the
// letters come from outside, as they will; it has every recipient, and one mailbox. But
// for three domains: what goes there is bounced, deferred, refused.
const mainConfig = `compatibility_level = 3.6
queue_directory = %[1]s/queue
data_directory = %[1]s/data
maillog_file = %[1]s/log/mail.log
maillog_file_prefixes = %[1]s/log
myhostname = mx.example.org
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks =
mydestination =
alias_maps =
disable_dns_lookups = yes
smtpd_peername_lookup = no
smtpd_authorized_xclient_hosts = 127.0.0.1
smtpd_relay_restrictions = reject_unauth_destination
virtual_mailbox_domains = static:all
virtual_mailbox_base = %[1]s/mail
virtual_mailbox_maps = static:box/
virtual_uid_maps = static:%[2]d
virtual_gid_maps = static:%[2]d
virtual_alias_maps = inline:{ {@bounced.example=jo@gone.example} {@deferred.example=jo@later.example} }
transport_maps = inline:{ {gone.example=error:5.1.1 nobody here} {later.example=retry:4.4.1 later} }
smtpd_recipient_restrictions = check_recipient_access inline:{ {refused.example=REJECT 5.7.1 not here} }
`

const masterConfig = `%s inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
proxymap unix - - n - - proxymap
error unix - - n - - error
retry unix - - n - - error
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
tlsmgr unix - - n 1000? 1 tlsmgr
`

// The queue belongs to Postfix's own users.
const master = `set -eu
cd "$1"
chown postfix data queue/*
chown root queue/pid
chgrp postdrop queue/public queue/maildrop
chown "$3" mail
MAIL_CONFIG="$1/conf" "$2/master" -c "$1/conf" </dev/null &
` + whileWatched + `rm -rf queue data
`

// postfix is a running mail server, of no one's but the test.
type postfix struct {
	folder  string
	address string // of its SMTP port, on this machine
}

// startPostfix runs a Postfix in a folder of its own until the test ends; the machine's
// own, if there is one, is neither asked nor touched. Postfix wants root to start; only
// in CI is that asked of sudo.
func startPostfix(t *testing.T, p programs) postfix {
	t.Helper()
	command := []string{"sh", "-c", master, "sh"}
	if os.Getuid() != 0 {
		if os.Getenv("CI") != "true" {
			t.Skip("NOT CHECKED: only root can start Postfix")
		}
		command = append([]string{"sudo", "-n"}, command...)
	}
	mx := postfix{openFolder(t), freePort(t)}
	mx.configure(t)
	daemons, err := exec.Command(p.postconf, "-c", filepath.Join(mx.folder, "conf"), "-h", "daemon_directory").Output()
	if err != nil {
		t.Fatal("postconf:", err)
	}
	startWatched(t, exec.Command(command[0], append(command[1:], mx.folder, strings.TrimSpace(string(daemons)), strconv.Itoa(mailUser()))...))
	return mx
}

// openFolder is a temporary folder that Postfix's users can reach too.
func openFolder(t *testing.T) string {
	t.Helper()
	folder, err := os.MkdirTemp("", "tocsin-postfix-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(folder); err != nil {
			t.Error(err)
		}
	})
	if err := os.Chmod(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	return folder
}

// freePort is where nobody listens. It is not of those that whoever asks for any port gets: until
// Postfix listens there such a one may go to another test, of which thousands ask.
func freePort(t *testing.T) (address string) {
	t.Helper()
	var err error
	for range 100 {
		address = fmt.Sprintf("127.0.0.1:%d", 10_000+rand.IntN(20_000))
		var l net.Listener
		if l, err = net.Listen("tcp", address); err == nil {
			err = l.Close()
			break
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	return address
}

// mailUser owns the mailbox. Postfix delivers as nobody of the first hundred users.
func mailUser() int {
	const nobody = 65534
	if os.Getuid() == 0 {
		return nobody
	}
	return os.Getuid()
}

// configure lays out what Postfix wants to find.
func (mx postfix) configure(t *testing.T) {
	t.Helper()
	for _, f := range []struct {
		mode  os.FileMode
		names string
	}{
		{0o755, "conf log mail queue queue/pid"},
		{0o700, "data queue/active queue/bounce queue/corrupt queue/defer queue/deferred queue/flush queue/hold queue/incoming queue/private queue/saved queue/trace"},
		{0o710, "queue/public"},
		{0o730, "queue/maildrop"},
	} {
		for name := range strings.FieldsSeq(f.names) {
			if err := os.Mkdir(filepath.Join(mx.folder, name), f.mode); err != nil {
				t.Fatal(err)
			}
		}
	}
	for name, text := range map[string]string{
		"main.cf":   fmt.Sprintf(mainConfig, mx.folder, mailUser()),
		"master.cf": fmt.Sprintf(masterConfig, mx.address),
	} {
		if err := os.WriteFile(filepath.Join(mx.folder, "conf", name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// pass hands every letter to Postfix, in one session, and waits until all of them lie in
// the mailbox. Their stored then says where.
func (mx postfix) pass(t *testing.T, letters []letter) {
	t.Helper()
	s := mx.call(t)
	for _, l := range letters {
		s.want(t, 250, "MAIL FROM:<security@example.com>")
		s.want(t, 250, "RCPT TO:<%s>", l.to)
		s.want(t, 354, "DATA")
		w := s.DotWriter()
		if _, err := w.Write(l.frozen); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		s.hear(t, 250, l.shape)
	}
	s.want(t, 221, "QUIT")
	mx.collect(t, letters)
}

// session is one SMTP session.
type session struct{ *textproto.Conn }

// call waits until Postfix answers, and tells it that the call comes from elsewhere
// (https://www.postfix.org/XCLIENT_README.html).
func (mx postfix) call(t *testing.T) session {
	t.Helper()
	var conn net.Conn
	answers := func() (yes bool) {
		var err error
		conn, err = net.DialTimeout("tcp", mx.address, patience)
		return err == nil
	}
	if !within(patience, answers) {
		t.Fatalf("Postfix does not answer; its log:\n%s", mx.log())
	}
	t.Cleanup(func() { conn.Close() })
	if err := conn.SetDeadline(time.Now().Add(patience)); err != nil {
		t.Fatal(err)
	}
	s := session{textproto.NewConn(conn)}
	s.hear(t, 220, "connect")
	s.want(t, 250, "EHLO mail.example.com")
	s.want(t, 220, "XCLIENT NAME=mail.example.com ADDR=%s", outside)
	s.want(t, 250, "EHLO mail.example.com")
	return s
}

// outside is where Postfix is told that letters come from: an address that no host has
// (RFC 2544), but not a private one, which filters would trust, nor one of documentation,
// which costs points.
const outside = "198.18.0.25"

func (s session) want(t *testing.T, code int, format string, args ...any) {
	t.Helper()
	if err := s.PrintfLine(format, args...); err != nil {
		t.Fatal(err)
	}
	s.hear(t, code, fmt.Sprintf(format, args...))
}

func (s session) hear(t *testing.T, code int, after string) {
	t.Helper()
	if _, said, err := s.ReadResponse(code); err != nil {
		t.Fatalf("Postfix, after %s: %v %s", after, err, said)
	}
}

// collect waits for the letters, and finds each by its Message-ID.
func (mx postfix) collect(t *testing.T, letters []letter) {
	t.Helper()
	box := filepath.Join(mx.folder, "mail", "box", "new")
	var files []string
	within(patience, func() bool {
		files, _ = filepath.Glob(filepath.Join(box, "*"))
		return len(files) >= len(letters)
	})
	for _, file := range files {
		id := messageID(t, file)
		i := slices.IndexFunc(letters, func(l letter) bool { return l.id == id })
		if i < 0 || letters[i].stored != "" {
			t.Fatalf("a message that nobody sent, or one twice: %s", id)
		}
		letters[i].stored = file
	}
	if len(files) != len(letters) {
		t.Fatalf("%d of %d letters arrived; Postfix says:\n%s", len(files), len(letters), mx.log())
	}
}

func messageID(t *testing.T, file string) string {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	m, err := mail.ReadMessage(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	return m.Header.Get("Message-Id")
}

func (mx postfix) log() string {
	text, err := os.ReadFile(filepath.Join(mx.folder, "log", "mail.log"))
	if err != nil {
		return err.Error()
	}
	return string(text)
}
