package mailer

import (
	"bytes"
	"errors"
	"fmt"

	"tocsin/internal/tailnet"
)

var errHeader = errors.New("the message has no header that this package wrote")

// Readdressed is a message that was composed here, to another recipient and under another
// Message-ID. Nothing else of it changes.
func Readdressed(message []byte, to tailnet.Address, messageID string) ([]byte, error) {
	if err := bare("recipient", to); err != nil {
		return nil, err
	}
	header, body, found := bytes.Cut(message, []byte("\r\n\r\n"))
	if !found {
		return nil, errHeader
	}
	changed := 0
	lines := bytes.Split(header, []byte("\r\n"))
	for i, line := range lines {
		for name, value := range map[string]string{"To: ": "<" + string(to) + ">", "Message-ID: ": "<" + messageID + ">"} {
			if bytes.HasPrefix(line, []byte(name)) {
				lines[i], changed = []byte(name+value), changed+1
			}
		}
	}
	if changed != 2 {
		return nil, fmt.Errorf("%w: %d of its fields could be written anew", errHeader, changed)
	}
	out := append(bytes.Join(lines, []byte("\r\n")), "\r\n\r\n"...)
	out = append(out, body...)
	return out, proveRecipient(out, to)
}
