package signature

import (
	"crypto/sha256"

	"clyra.dev/verify/spec"
)

// Algorithm is one of the registry of algorithms (log, section 8).
type Algorithm struct {
	spec.Algorithm
	Name string
	// IsKey says whether the bytes of a public key are acceptable: the one form of a key that may be used.
	IsKey func(public []byte) bool
	// Verify says whether signature is one of public over message; of a key that is not acceptable there is none.
	Verify func(public, message, signature []byte) bool
}

// Find is the algorithm of a name, nil where the registry has none.
func Find(name string) *Algorithm {
	registered, ok := spec.Known.Algorithms[name]
	if !ok {
		return nil
	}
	a := &Algorithm{Algorithm: registered, Name: name}
	switch name {
	case "ed25519":
		a.IsKey, a.Verify = IsEd25519Key, Ed25519
	case "ecdsa-p256-sha256":
		a.IsKey, a.Verify = isP256Key, p256
	case "rsa-pss-3072-sha256":
		a.IsKey, a.Verify = isRSAKey, rsaPSS
	default:
		panic("an algorithm that this program does not know: " + name)
	}
	return a
}

// typeNamed is the type of algorithms that are told by their name.
const typeNamed = 0xff

// ID is the id of a key: the hash of the bytes of its type and the public key.
func (a *Algorithm) ID(public []byte) [32]byte {
	preimage := []byte{byte(a.Type)}
	if a.Type == typeNamed {
		preimage = append(preimage, a.Name...)
	}
	return sha256.Sum256(append(preimage, public...))
}
