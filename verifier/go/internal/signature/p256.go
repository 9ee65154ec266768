package signature

import (
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"math/big"
)

const p256Bytes = 32

// isP256Key says whether the bytes are 04 x y of a point of the curve, both below the prime.
func isP256Key(public []byte) bool {
	_, err := ecdh.P256().NewPublicKey(public)
	return err == nil
}

// p256 says whether signature is the DER of r and a low s, and one of public over message.
func p256(public, message, signature []byte) bool {
	r, s, ok := parseECDSA(signature)
	if !ok || !isP256Key(public) {
		return false
	}
	order := elliptic.P256().Params().N
	if half := new(big.Int).Rsh(order, 1); r.Cmp(order) >= 0 || s.Cmp(half) > 0 {
		return false
	}
	key := ecdsa.PublicKey{
		Curve: elliptic.P256(),
		X:     new(big.Int).SetBytes(public[1 : 1+p256Bytes]),
		Y:     new(big.Int).SetBytes(public[1+p256Bytes:]),
	}
	digest := sha256.Sum256(message)
	return ecdsa.Verify(&key, digest[:], r, s)
}

const (
	tagInteger  = 0x02
	tagSequence = 0x30
)

// parseECDSA reads a sequence of two positive integers, in DER and with nothing behind them.
func parseECDSA(signature []byte) (r, s *big.Int, ok bool) {
	content, rest, ok := element(tagSequence, signature)
	if !ok || len(rest) > 0 {
		return nil, nil, false
	}
	first, content, isFirst := element(tagInteger, content)
	second, rest, isSecond := element(tagInteger, content)
	if !isFirst || !isSecond || len(rest) > 0 || !isPositive(first) || !isPositive(second) {
		return nil, nil, false
	}
	return new(big.Int).SetBytes(first), new(big.Int).SetBytes(second), true
}

// element is the content of an element with that tag and one byte of length, and what follows it.
func element(tag byte, from []byte) (content, rest []byte, ok bool) {
	if len(from) < 2 || from[0] != tag || from[1] >= 0x80 || len(from) < 2+int(from[1]) {
		return nil, nil, false
	}
	end := 2 + int(from[1])
	return from[2:end], from[end:], true
}

// isPositive says whether the content of an integer is a number above zero in as few bytes as there are.
func isPositive(content []byte) bool {
	if len(content) == 0 || content[0] >= 0x80 {
		return false
	}
	if content[0] > 0 {
		return true
	}
	return len(content) > 1 && content[1] >= 0x80
}
