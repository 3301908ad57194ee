package smtptest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"testing"
	"time"
)

// PEM makes an authority, and a certificate of it for 127.0.0.1 with its key, as the
// servers of others read them.
func PEM(t testing.TB) (certificate, key []byte, roots *x509.CertPool) {
	t.Helper()
	config, roots, err := certify(Good)
	if err != nil {
		t.Fatal(err)
	}
	made := config.Certificates[0]
	der, err := x509.MarshalPKCS8PrivateKey(made.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: made.Certificate[0]}), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), roots
}

// certify makes an authority and a certificate of a kind.
func certify(kind Certificate) (*tls.Config, *x509.CertPool, error) {
	authority, authorityKey, err := issue(template("test authority", true), nil, nil)
	if err != nil {
		return nil, nil, err
	}
	roots := x509.NewCertPool()
	roots.AddCert(authority)
	leaf := template("relay", false)
	leaf.IPAddresses = []net.IP{net.IPv4(127, 0, 0, 1)}
	switch kind {
	case Expired:
		leaf.NotAfter = leaf.NotBefore.AddDate(1, 0, 0)
	case WrongHost:
		leaf.IPAddresses, leaf.DNSNames = nil, []string{"other.example.com"}
	case SelfSigned:
		authority, authorityKey = nil, nil
	}
	certificate, key, err := issue(leaf, authority, authorityKey)
	if err != nil {
		return nil, nil, err
	}
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{certificate.Raw}, PrivateKey: key}}}, roots, nil
}

// template is valid for a century, so that no clock is needed.
func template(name string, authority bool) *x509.Certificate {
	return &x509.Certificate{
		SerialNumber:          big.NewInt(1),
		Subject:               pkix.Name{CommonName: name},
		NotBefore:             time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC),
		NotAfter:              time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC),
		IsCA:                  authority,
		BasicConstraintsValid: true,
		KeyUsage:              x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
}

// issue signs a certificate: by its own key where there is no authority.
func issue(c, by *x509.Certificate, byKey *ecdsa.PrivateKey) (*x509.Certificate, *ecdsa.PrivateKey, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, nil, err
	}
	if by == nil {
		by, byKey = c, key
	}
	der, err := x509.CreateCertificate(rand.Reader, c, by, &key.PublicKey, byKey)
	if err != nil {
		return nil, nil, err
	}
	made, err := x509.ParseCertificate(der)
	return made, key, err
}
