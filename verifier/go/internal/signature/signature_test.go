package signature

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"math/big"
	"testing"
)

var message = []byte("a message")

func newP256(t testing.TB) (key *ecdsa.PrivateKey, public []byte) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	exchanged, err := key.PublicKey.ECDH()
	if err != nil {
		t.Fatal(err)
	}
	return key, exchanged.Bytes()
}

// What is no signature in its one form, of a key in its one form, is none, whatever the equation says.
func FuzzP256(f *testing.F) {
	key, public := newP256(f)
	digest := sha256.Sum256(message)
	signed, err := ecdsa.SignASN1(rand.Reader, key, digest[:])
	if err != nil {
		f.Fatal(err)
	}
	f.Add(signed)
	f.Fuzz(func(t *testing.T, signature []byte) {
		strict := p256(public, message, signature)
		if r, s, ok := parseECDSA(signature); strict != (ok && isLow(s) && ecdsa.Verify(&key.PublicKey, digest[:], r, s)) {
			t.Fatal(strict)
		}
		if strict && !ecdsa.VerifyASN1(&key.PublicKey, digest[:], signature) {
			t.Fatal("taken here alone")
		}
	})
}

func isLow(s *big.Int) bool { return s.Cmp(new(big.Int).Rsh(elliptic.P256().Params().N, 1)) <= 0 }

// Of the two s that the equation takes one is a signature.
func TestLowS(t *testing.T) {
	key, public := newP256(t)
	digest := sha256.Sum256(message)
	for range 20 {
		signed, err := ecdsa.SignASN1(rand.Reader, key, digest[:])
		if err != nil {
			t.Fatal(err)
		}
		_, s, ok := parseECDSA(signed)
		if !ok || p256(public, message, signed) != isLow(s) {
			t.Fatalf("%x", signed)
		}
	}
}

// The DER of Go's own encoder is the one form of a key, and a salt has 32 bytes. Other sizes are golden vectors.
func TestRSA(t *testing.T) {
	key, err := rsa.GenerateKey(rand.Reader, 8*leastModulus)
	if err != nil {
		t.Fatal(err)
	}
	public, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	digest := sha256.Sum256(message)
	for salt := saltBytes - 1; salt <= saltBytes+1; salt++ {
		signed, err := rsa.SignPSS(rand.Reader, key, crypto.SHA256, digest[:], &rsa.PSSOptions{SaltLength: salt})
		if err != nil {
			t.Fatal(err)
		}
		if !isRSAKey(public) || rsaPSS(public, message, signed) != (salt == saltBytes) {
			t.Error(salt)
		}
	}
}
