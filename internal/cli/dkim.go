package cli

import (
	"errors"
	"sync"

	"github.com/spf13/cobra"

	"tocsin/internal/notify/dkim"
)

func (p *program) dkim() *cobra.Command {
	return &cobra.Command{
		Use:   "dkim",
		Short: "Print the DNS records by which receivers verify the letters' signatures",
		Args:  exactly(),
		RunE:  func(*cobra.Command, []string) error { return p.runDKIM() },
	}
}

// runDKIM prints the records of the settings' keys, as lines of a zone file.
func (p *program) runDKIM() error {
	s, err := p.settings()
	if err != nil {
		return err
	}
	signer, err := s.signer()
	if err != nil {
		return err
	}
	if len(signer.Keys) == 0 {
		return refuse("tocsin explain mail.dkim", "letters are not signed here: the settings have no mail.dkim")
	}
	for _, key := range signer.Keys {
		line, err := signer.Zone(key)
		if err != nil {
			return err
		}
		p.print("%s", line)
	}
	p.say("once they are published, the letter to ourselves shows whether they are right: send begins with it")
	return nil
}

// signer signs letters by the settings; without keys where they are not signed.
func (s *site) signer() (dkim.Signer, error) {
	set := s.config.Mail.DKIM
	signer := dkim.Signer{Domain: set.Domain}
	if set.KeyFile == "" {
		return signer, nil
	}
	first, err := s.dkimKey(set.KeyFile, set.Selector)
	if err != nil {
		return signer, err
	}
	signer.Keys = []dkim.Key{first}
	if set.Ed25519.KeyFile != "" {
		second, err := s.dkimKey(set.Ed25519.KeyFile, set.Ed25519.Selector)
		switch {
		case err != nil:
			return signer, err
		case first.Algorithm() != "rsa" || second.Algorithm() != "ed25519":
			return signer, refuse("mend mail.dkim", "%s is a key of %s and %s one of %s: with two keys the first is RSA and the second Ed25519, so that every receiver can verify one",
				set.KeyFile, first.Algorithm(), set.Ed25519.KeyFile, second.Algorithm())
		}
		signer.Keys = append(signer.Keys, second)
	}
	if err := signer.Check(); err != nil {
		return signer, refuse("mend mail.dkim", "%v", err)
	}
	return signer, nil
}

func (s *site) dkimKey(name, selector string) (dkim.Key, error) {
	if err := s.closedFolder(name); err != nil {
		return dkim.Key{}, err
	}
	key, err := dkim.ReadKey(s.path(name), selector)
	if gone, statErr := missing(s.path(name)); gone && statErr == nil {
		return key, refuse("tocsin explain mail.dkim.key_file", "%s is missing, with which letters are signed", name)
	}
	return key, err
}

// seal signs letters, where there is a key. The first one is read back as a receiver would.
func (s *site) seal() (func([]byte) ([]byte, error), error) {
	signer, err := s.signer()
	if err != nil || len(signer.Keys) == 0 {
		return nil, err
	}
	var first sync.Once
	var proof error
	return func(letter []byte) ([]byte, error) {
		signed, err := signer.Sign(letter)
		if err == nil {
			first.Do(func() { proof = signer.Prove(signed) })
		}
		return signed, errors.Join(err, proof)
	}, nil
}
