// Package signature verifies signatures so that every implementation agrees on every input (log, section 6).
package signature

import (
	"bytes"
	"crypto/ed25519"
	"encoding/hex"
	"math/big"
	"slices"
)

// The order of the base point, and the prime of the field, both little-endian.
var (
	order = littleEndian("1000000000000000000000000000000014def9dea2f79cd65812631a5cf5d3ed")
	prime = littleEndian("7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffed")
)

// smallOrder are the y of all points of small order, little-endian, without sign bit.
var smallOrder = [][]byte{
	littleEndian("00"),
	littleEndian("01"),
	littleEndian("7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffec"),
	littleEndian("7a03ac9277fdc74ec6cc392cfa53202a0f67100d760b3cba4fd84d3d706a17c7"),
	littleEndian("05fc536d880238b13933c6d305acdfd5f098eff289f4c345b027b2c28f95e826"),
}

func littleEndian(digits string) []byte {
	number, err := hex.DecodeString(digits)
	if err != nil {
		panic(err)
	}
	slices.Reverse(number)
	return append(number, make([]byte, 32-len(number))...)
}

// isBelow says whether number is less than limit, both little-endian and of one length.
func isBelow(number, limit []byte) bool {
	for i := len(limit) - 1; i >= 0; i-- {
		if number[i] != limit[i] {
			return number[i] < limit[i]
		}
	}
	return false
}

// isAllowedPoint says whether 32 bytes are the canonical encoding (y < p) of something not of small order. Whether
// it is a point of the curve at all is not asked.
func isAllowedPoint(encoded []byte) bool {
	y := bytes.Clone(encoded)
	y[31] &= 0x7f
	if !isBelow(y, prime) {
		return false
	}
	for _, small := range smallOrder {
		if bytes.Equal(y, small) {
			return false
		}
	}
	return true
}

// IsEd25519Key says whether 32 bytes are acceptable as a public key: the canonical encoding of a point of the curve
// that is not of small order.
func IsEd25519Key(public []byte) bool {
	return len(public) == ed25519.PublicKeySize && isAllowedPoint(public) && isOnCurve(public)
}

// isOnCurve says whether x^2 = (y^2 - 1) / (d y^2 + 1) has a solution: the product of both sides of the fraction is
// a square exactly where their quotient is, and the lower side is never zero.
func isOnCurve(encoded []byte) bool {
	reversed := bytes.Clone(encoded)
	reversed[31] &= 0x7f
	slices.Reverse(reversed)
	y := new(big.Int).SetBytes(reversed)
	p := new(big.Int).Lsh(big.NewInt(1), 255)
	p.Sub(p, big.NewInt(19))
	d := new(big.Int).ModInverse(big.NewInt(121666), p)
	d.Mul(d, big.NewInt(-121665)).Mod(d, p)
	square := new(big.Int).Mul(y, y)
	upper := new(big.Int).Sub(square, big.NewInt(1))
	lower := new(big.Int).Mul(d, square)
	lower.Add(lower, big.NewInt(1))
	product := upper.Mul(upper, lower)
	return big.Jacobi(product.Mod(product, p), p) >= 0
}

// Ed25519 says whether signature is one of public over message, strictly: S below the order, A and R canonical and
// not of small order, and the equation without cofactor.
func Ed25519(public, message, signature []byte) bool {
	if len(signature) != ed25519.SignatureSize || !IsEd25519Key(public) {
		return false
	}
	r, s := signature[:32], signature[32:]
	// crypto/ed25519 computes [S]B - [k]A and compares its encoding with R: the equation that is asked for.
	return isBelow(s, order) && isAllowedPoint(r) && ed25519.Verify(public, message, signature)
}
