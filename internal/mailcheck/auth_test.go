package mailcheck

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"tocsin/internal/notify/mailer"
)

// Dovecot knows who may send, by a password or by a token that another server is asked
// about (https://doc.dovecot.org/2.3/configuration_manual/howto/postfix_and_dovecot_sasl).
const dovecotConfig = `protocols =
base_dir = %[1]s/dovecot/run
state_dir = %[1]s/dovecot/state
log_path = %[1]s/log/dovecot.log
ssl = no
disable_plaintext_auth = no
auth_mechanisms = plain login xoauth2
auth_failure_delay = 0
passdb {
  driver = passwd-file
  mechanisms = plain login
  args = scheme=PLAIN %[1]s/dovecot/users
}
passdb {
  driver = oauth2
  mechanisms = xoauth2
  args = %[1]s/dovecot/oauth2
}
userdb {
  driver = static
  args = uid=65534 gid=65534 home=/nonexistent
}
service auth {
  unix_listener %[1]s/dovecot/auth {
    mode = 0666
  }
}
`

const (
	authUser     = "mailer@example.com"
	authPassword = "correct: horse battery"
	authToken    = "ya29.a-token-of-one-hour_~+/="
)

// TestPostfixAuthenticates: a real Postfix, which asks a real Dovecot, takes letters from
// who authenticates by PLAIN, LOGIN or XOAUTH2 over STARTTLS, each mechanism offered alone;
// and refuses a wrong password, a wrong token and who comes without, which is no letter's
// fault (F39, F53).
func TestPostfixAuthenticates(t *testing.T) {
	r, mx := startRelay(t)
	startDovecot(t, mx)
	password, token := mailer.Credentials{User: authUser, Password: authPassword}, mailer.Credentials{User: authUser, Token: authToken}
	for _, c := range []struct {
		name        string
		hidden      string // mechanisms that the relay does not offer
		credentials mailer.Credentials
		taken       bool
	}{
		{"PLAIN", "!login, !xoauth2", password, true},
		{"LOGIN", "!plain, !xoauth2", password, true},
		{"XOAUTH2", "!plain, !login", token, true},
		{"wrong password by PLAIN", "!login", mailer.Credentials{User: authUser, Password: "wrong"}, false},
		{"wrong password by LOGIN", "!plain", mailer.Credentials{User: authUser, Password: "wrong"}, false},
		{"outlived token", "!anonymous", mailer.Credentials{User: authUser, Token: "outlived"}, false},
		{"another's token", "!anonymous", mailer.Credentials{User: "somebody@example.com", Token: authToken}, false},
		{"without", "!anonymous", mailer.Credentials{}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			setting(t, mx, "smtpd_sasl_mechanism_filter = "+c.hidden+", static:rest")
			r.Credentials = c.credentials
			err := authenticated(t, r)
			if c.taken != (err == nil) || err != nil && mailer.ClassOf(err) != mailer.Refused {
				t.Errorf("%v (%v)\n%s\n%s", err, mailer.ClassOf(err), mx.log(), dovecotLog(mx))
			}
			for _, secret := range []string{authPassword, authToken, "AG1haWxlc"} {
				if err != nil && strings.Contains(err.Error(), secret) {
					t.Errorf("the error shows what is secret: %v", err)
				}
			}
		})
	}
}

// authenticated opens a session and begins a letter in it.
func authenticated(t *testing.T, r mailer.Relay) error {
	t.Helper()
	var s *mailer.Session
	var err error
	within(patience, func() bool {
		s, err = r.Dial(t.Context())
		var lost *mailer.ConnError
		startsAnew := errors.As(err, &lost) && lost.Phase <= mailer.Greeting
		return !startsAnew
	})
	if err == nil {
		defer s.Close()
		err = s.Begin(mailer.Envelope{From: "bounces@example.com", To: "jo@customer.example.com"})
	}
	return err
}

// setting changes one of Postfix's settings, and lets no process go on with the old one.
func setting(t *testing.T, mx postfix, line string) {
	t.Helper()
	conf := filepath.Join(mx.folder, "conf")
	postconf, err := administrators("postconf")
	if err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command(postconf, "-c", conf, line).CombinedOutput(); err != nil {
		t.Fatalf("postconf: %v\n%s", err, out)
	}
}

// startDovecot runs a Dovecot that says who may send, and has Postfix ask it.
func startDovecot(t *testing.T, mx postfix) {
	t.Helper()
	dovecot := dovecotProgram(t)
	asked := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("access_token") != authToken {
			http.Error(w, `{"error": "invalid_token"}`, http.StatusUnauthorized)
			return
		}
		_ = json.NewEncoder(w).Encode(map[string]any{"email": authUser, "expires_in": 3600})
	}))
	t.Cleanup(asked.Close)
	folder := filepath.Join(mx.folder, "dovecot")
	for _, name := range []string{"", "run", "state"} {
		if err := os.Mkdir(filepath.Join(folder, name), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for name, text := range map[string]string{
		"conf":   fmt.Sprintf(dovecotConfig, mx.folder),
		"users":  authUser + ":{PLAIN.b64}" + base64.StdEncoding.EncodeToString([]byte(authPassword)) + "\n",
		"oauth2": "tokeninfo_url = " + asked.URL + "/?access_token=\nusername_attribute = email\nforce_introspection = no\n",
	} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	startWatched(t, exec.Command("sh", "-c", `"$@" </dev/null &`+"\n"+whileWatched, "sh", dovecot, "-F", "-c", filepath.Join(folder, "conf")))
	more(t, filepath.Join(mx.folder, "conf", "main.cf"), fmt.Sprintf("smtpd_sasl_auth_enable = yes\nsmtpd_sasl_type = dovecot\nsmtpd_sasl_path = %s/auth\nsmtpd_delay_reject = no\nsmtpd_sender_restrictions = permit_sasl_authenticated, reject\nmax_use = 1\n", folder))
	if !within(patience, func() bool { _, err := os.Stat(filepath.Join(folder, "auth")); return err == nil }) {
		t.Fatalf("Dovecot does not answer; its log:\n%s", dovecotLog(mx))
	}
}

func dovecotProgram(t *testing.T) string {
	t.Helper()
	path, err := administrators("dovecot")
	if err != nil && os.Getenv("CI") == "true" {
		t.Fatalf("%v; .ci/prepare installs it", err)
	}
	if err != nil {
		t.Skipf("NOT CHECKED: %v; .ci/prepare installs it, or says how", err)
	}
	version, err := exec.Command(path, "--version").Output()
	if err != nil || !strings.HasPrefix(string(version), "2.3.") {
		t.Skipf("NOT CHECKED: Dovecot %s has settings of another form than 2.3", version)
	}
	return path
}

func dovecotLog(mx postfix) string {
	text, err := os.ReadFile(filepath.Join(mx.folder, "log", "dovecot.log"))
	if err != nil {
		return err.Error()
	}
	return string(text)
}
