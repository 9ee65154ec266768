package signature

import (
	"bytes"
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/binary"
	"math/big"
)

// Bytes of a modulus, all of them in use; of the salt; and what a key has beside its modulus.
const (
	leastModulus    = 384
	greatestModulus = 1024
	saltBytes       = 32
	besideModulus   = 38
)

// exponent is the one that keys have.
const exponent = 65537

// isRSAKey says whether the bytes are the SubjectPublicKeyInfo of an acceptable key.
func isRSAKey(public []byte) bool { return modulusOf(public) != nil }

// modulusOf is the modulus of an acceptable key, nil where it is none: of 3,072 to 8,192 bits in whole bytes, odd, with
// the exponent 65537, in the one DER form.
func modulusOf(public []byte) []byte {
	size := len(public) - besideModulus
	if size < leastModulus || size > greatestModulus {
		return nil
	}
	end := len(public) - len(exponentDER)
	modulus := public[end-size : end]
	if modulus[0] < 0x80 || modulus[size-1]&1 == 0 || !bytes.Equal(public, publicKeyInfo(modulus)) {
		return nil
	}
	return modulus
}

var (
	rsaEncryption = []byte{0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00}
	exponentDER   = []byte{0x02, 0x03, 0x01, 0x00, 0x01}
)

// publicKeyInfo is the one DER form of a key.
func publicKeyInfo(modulus []byte) []byte {
	integer := append(withLength([]byte{0x02, 0x82}, 1+len(modulus)), 0x00)
	integer = append(integer, modulus...)
	numbers := append(integer, exponentDER...)
	key := append(withLength([]byte{0x30, 0x82}, len(numbers)), numbers...)
	bits := append(withLength([]byte{0x03, 0x82}, 1+len(key)), 0x00)
	bits = append(bits, key...)
	info := withLength([]byte{0x30, 0x82}, len(rsaEncryption)+len(bits))
	return append(append(info, rsaEncryption...), bits...)
}

func withLength(tag []byte, length int) []byte {
	return binary.BigEndian.AppendUint16(tag, uint16(length))
}

// rsaPSS says whether signature is one of public over message: as long as the modulus, with SHA-256 in both places and
// a salt of 32 bytes.
func rsaPSS(public, message, signature []byte) bool {
	modulus := modulusOf(public)
	if modulus == nil || len(signature) != len(modulus) {
		return false
	}
	key := rsa.PublicKey{N: new(big.Int).SetBytes(modulus), E: exponent}
	digest := sha256.Sum256(message)
	return rsa.VerifyPSS(&key, crypto.SHA256, digest[:], signature, &rsa.PSSOptions{SaltLength: saltBytes}) == nil
}
