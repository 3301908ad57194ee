package dkim

import (
	"bytes"
	"errors"
	"fmt"
	"strings"

	"github.com/emersion/go-msgauth/dkim"
)

// Prove reads a signed letter as a receiver would whose DNS has the records of the
// signer's keys, and refuses one that does not bear one valid signature of each. It is
// another program's judgement: whoever is about to send many letters asks it about the first.
func (s Signer) Prove(signed []byte) error {
	verdicts, err := dkim.VerifyWithOptions(bytes.NewReader(signed), &dkim.VerifyOptions{LookupTXT: s.lookup, MaxVerifications: len(s.Keys)})
	if err != nil {
		return fmt.Errorf("its signatures cannot be read: %w", err)
	}
	if len(verdicts) != len(s.Keys) {
		return fmt.Errorf("%d signatures, where %d keys have signed", len(verdicts), len(s.Keys))
	}
	for _, v := range verdicts {
		if v.Err != nil {
			return fmt.Errorf("a signature does not hold: %w", v.Err)
		}
		if !strings.EqualFold(v.Domain, s.Domain) {
			return fmt.Errorf("a signature is of %q", v.Domain)
		}
	}
	return nil
}

// lookup answers as the DNS would if the signer's records, and no others, were published.
func (s Signer) lookup(host string) ([]string, error) {
	for _, k := range s.Keys {
		if strings.EqualFold(host, s.Host(k)) {
			text, err := k.Record()
			return []string{text}, err
		}
	}
	return nil, errors.New("there is no such record")
}
