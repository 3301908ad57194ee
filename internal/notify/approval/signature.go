package approval

import (
	"bytes"
	"encoding/pem"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/hiddeco/sshsig"
	"golang.org/x/crypto/ssh"
)

// maxSignature is more than the largest key that OpenSSH makes, RSA of 16,384 bits, and
// its signature need.
const maxSignature = 16 << 10

// leastRSA is the fewest bits of an RSA key that still count.
const leastRSA = 2048

var errNoSignature = errors.New("this is no signature as ssh-keygen -Y sign writes it: -----BEGIN SSH SIGNATURE-----")

// Unarmored takes a signature out of the lines that ssh-keygen puts around it. There must
// be one, with nothing but white space before and after it.
func Unarmored(text []byte) ([]byte, error) {
	if len(text) > 2*maxSignature {
		return nil, errNoSignature
	}
	text = bytes.TrimSpace(text)
	block, rest := pem.Decode(text)
	begins := bytes.HasPrefix(text, []byte("-----BEGIN "+sshsig.PEMType+"-----"))
	if block == nil || !begins || block.Type != sshsig.PEMType || len(block.Headers) > 0 || len(bytes.TrimSpace(rest)) > 0 {
		return nil, errNoSignature
	}
	return block.Bytes, nil
}

// Armored puts the lines around a signature that ssh-keygen -Y verify wants.
func Armored(signature []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: sshsig.PEMType, Bytes: signature})
}

// Verified is the fingerprint of the key that a text was signed with, in our namespace. The
// error says which part of the signature is wrong. One that could be written in another
// way, with the same meaning, is refused: what is kept has one form.
func Verified(text, signature []byte) (fingerprint string, err error) {
	if len(signature) > maxSignature {
		return "", errNoSignature
	}
	s, err := sshsig.ParseSignature(signature)
	if err != nil {
		return "", fmt.Errorf("the signature cannot be read: %w", err)
	}
	if err := acceptable(s.PublicKey); err != nil {
		return "", err
	}
	switch {
	case !bytes.Equal(s.Marshal(), signature) || !inHardware(s.PublicKey) && len(s.Signature.Rest) > 0:
		return "", errors.New("the signature is not written as OpenSSH writes it")
	case s.Namespace != Namespace:
		return "", fmt.Errorf("it was signed for %q, not for %q: ssh-keygen -Y sign -n %s", s.Namespace, Namespace, Namespace)
	}
	if err := sshsig.Verify(bytes.NewReader(text), s, s.PublicKey, s.HashAlgorithm, Namespace); err != nil {
		return "", fmt.Errorf("the signature is not of this text: %w", err)
	}
	return ssh.FingerprintSHA256(s.PublicKey), nil
}

// inHardware reports whether a key is a security key's. Its signatures end in flags and a
// counter, which are signed as well; they must say that somebody touched it, which
// golang.org/x/crypto/ssh sees to. Other signatures end where they end.
func inHardware(key ssh.PublicKey) bool { return strings.HasPrefix(key.Type(), "sk-") }

// keyTypes are the kinds of keys that may approve.
var keyTypes = []string{
	ssh.KeyAlgoED25519, ssh.KeyAlgoSKED25519, ssh.KeyAlgoRSA,
	ssh.KeyAlgoECDSA256, ssh.KeyAlgoECDSA384, ssh.KeyAlgoECDSA521, ssh.KeyAlgoSKECDSA256,
}

// acceptable refuses keys that prove too little.
func acceptable(key ssh.PublicKey) error {
	if err := acceptableType(key.Type()); err != nil {
		return err
	}
	if bits := rsaBits(key); bits > 0 && bits < leastRSA {
		return fmt.Errorf("an RSA key of %d bits is too short: %d at least", bits, leastRSA)
	}
	return nil
}

func acceptableType(kind string) error {
	switch {
	case slices.Contains(keyTypes, kind):
		return nil
	case strings.Contains(kind, "-cert-"):
		return fmt.Errorf("%s is a certificate: name the key itself", kind)
	}
	return fmt.Errorf("keys of the type %q are not taken: use ed25519", kind)
}
