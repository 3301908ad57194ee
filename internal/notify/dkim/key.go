package dkim

import (
	"crypto"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"strings"

	"tocsin/internal/private"
)

// Bits that an RSA key has: fewer can be broken, more need not be understood by receivers
// (RFC 8301 §3.2).
const (
	leastBits = 2048
	mostBits  = 4096
)

// Key is a private key with the name under which the DNS knows its public half.
type Key struct {
	Selector string // s=
	private  crypto.PrivateKey
}

// ReadKey reads the private key of a file that only its owner can open.
func ReadKey(path, selector string) (Key, error) {
	data, err := private.Read(path)
	if err != nil {
		return Key{}, err
	}
	k, err := ParseKey(data, selector)
	if err != nil {
		return Key{}, fmt.Errorf("%s: %w", path, err)
	}
	return k, nil
}

// remedy makes a key that is right.
const remedy = `; "openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048" makes one`

// ParseKey reads one private key, RSA or Ed25519, in PEM as PKCS #1 (RFC 8017) or PKCS #8
// (RFC 5958). Errors name the kind of what was found and never show any of it.
func ParseKey(data []byte, selector string) (Key, error) {
	block, rest := pem.Decode(data)
	if block == nil {
		return Key{}, errors.New("not a private key in PEM" + remedy)
	}
	if next, _ := pem.Decode(rest); next != nil {
		return Key{}, errors.New("more than one key or certificate; leave only the private key in it")
	}
	parsed, err := parse(block)
	if err != nil {
		return Key{}, err
	}
	if err := fit(parsed); err != nil {
		return Key{}, err
	}
	return Key{selector, parsed}, nil
}

func parse(block *pem.Block) (key crypto.PrivateKey, err error) {
	switch block.Type {
	case "RSA PRIVATE KEY":
		if block.Headers["DEK-Info"] != "" {
			return nil, errLocked
		}
		key, err = x509.ParsePKCS1PrivateKey(block.Bytes)
	case "PRIVATE KEY":
		key, err = x509.ParsePKCS8PrivateKey(block.Bytes)
	case "ENCRYPTED PRIVATE KEY":
		return nil, errLocked
	case "OPENSSH PRIVATE KEY":
		return nil, errors.New(`a key of OpenSSH's own form; "ssh-keygen -p -m PKCS8 -f FILE" turns a copy of it into PEM`)
	default:
		return nil, fmt.Errorf("a %q, where a private key is wanted%s", block.Type, remedy)
	}
	if err != nil {
		return nil, errors.New("the private key in it is damaged" + remedy)
	}
	return key, nil
}

var errLocked = errors.New(`the private key in it is locked by a passphrase; "openssl pkey -in FILE" takes it off`)

// fit refuses a key that receivers do not take.
func fit(key crypto.PrivateKey) error {
	switch key := key.(type) {
	case ed25519.PrivateKey:
		return nil
	case *rsa.PrivateKey:
		if bits := key.N.BitLen(); bits < leastBits || bits > mostBits {
			return fmt.Errorf("an RSA key of %d bits; receivers take %d to %d%s", bits, leastBits, mostBits, remedy)
		}
		return nil
	}
	return fmt.Errorf("neither an RSA nor an Ed25519 key%s", remedy)
}

// Algorithm is the key's kind as signatures and records name it, rsa or ed25519 (RFC 8463 §2).
func (k Key) Algorithm() string {
	if _, ok := k.private.(ed25519.PrivateKey); ok {
		return "ed25519"
	}
	return "rsa"
}

// Record is the text of the DNS record that holds the key's public half (RFC 6376 §3.6.1;
// RFC 8463 §4.2: of Ed25519 the bare key).
func (k Key) Record() (string, error) {
	signer, ok := k.private.(crypto.Signer)
	if !ok {
		return "", errNoKey
	}
	public, bare := signer.Public().(ed25519.PublicKey)
	if !bare {
		der, err := x509.MarshalPKIXPublicKey(signer.Public())
		if err != nil {
			return "", err
		}
		public = der
	}
	return "v=DKIM1; k=" + k.Algorithm() + "; p=" + base64.StdEncoding.EncodeToString(public), nil
}

// Host is the name that the record stands under (RFC 6376 §3.6.2.1).
func (s Signer) Host(k Key) string { return k.Selector + "._domainkey." + s.Domain }

// stringOctets is how long one string of a TXT record may be (RFC 1035 §3.3).
const stringOctets = 255

// Zone is the record as a line of a zone file. Receivers join its strings as they are.
func (s Signer) Zone(k Key) (string, error) {
	text, err := k.Record()
	if err != nil {
		return "", err
	}
	var parts []string
	for len(text) > stringOctets {
		parts = append(parts, `"`+text[:stringOctets]+`"`)
		text = text[stringOctets:]
	}
	parts = append(parts, `"`+text+`"`)
	return s.Host(k) + ". IN TXT ( " + strings.Join(parts, " ") + " )", nil
}
