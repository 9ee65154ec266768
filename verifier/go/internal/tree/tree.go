// Package tree is the Merkle tree of RFC 6962 over the leaves of the log (log, section 5; bundle, section 4).
package tree

import (
	"crypto/sha256"
	"math/bits"

	"clyra.dev/verify/internal/jcs"
)

// Leaf is the hash of a record.
func Leaf(record []byte) jcs.Hash {
	h := sha256.New()
	h.Write([]byte{0})
	h.Write(record)
	return jcs.Hash(h.Sum(nil))
}

// Node is the hash of two parts of a tree.
func Node(left, right jcs.Hash) jcs.Hash {
	var preimage [65]byte
	preimage[0] = 1
	copy(preimage[1:], left[:])
	copy(preimage[33:], right[:])
	return sha256.Sum256(preimage[:])
}

// split is the size of the left part of a tree of size leaves, 2 or more: the largest power of two below it.
func split(size uint64) uint64 { return 1 << (bits.Len64(size-1) - 1) }

// Root is the root over leaves, of which there is at least one.
func Root(leaves []jcs.Hash) jcs.Hash {
	if len(leaves) == 1 {
		return leaves[0]
	}
	k := split(uint64(len(leaves)))
	return Node(Root(leaves[:k]), Root(leaves[k:]))
}

// RootOfProof is the root to which the leaves at positions, ascending and below size, lead with the hashes of a
// multiproof, which hashes gives one by one. ok is false where there are too few of them or some are left over.
func RootOfProof(size uint64, positions []uint64, leaf func(int) jcs.Hash, hashes func() (jcs.Hash, bool)) (root jcs.Hash, ok bool) {
	at, enough := 0, true
	var walk func(low, high uint64) jcs.Hash
	walk = func(low, high uint64) (hash jcs.Hash) {
		switch {
		case !enough:
			return hash
		case at == len(positions) || positions[at] >= high:
			hash, enough = hashes()
			return hash
		case high-low == 1:
			at++
			return leaf(at - 1)
		}
		k := split(high - low)
		left := walk(low, low+k)
		return Node(left, walk(low+k, high))
	}
	root = walk(0, size)
	_, left := hashes()
	return root, enough && !left
}
