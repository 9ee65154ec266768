// Package heads is the map of stream heads, a Jellyfish Merkle tree (log, section 7): paths in it, and the map itself.
package heads

import (
	"crypto/sha256"
	"encoding/binary"

	"clyra.dev/verify/internal/jcs"
	"clyra.dev/verify/spec"
)

// Head is the last revision of a stream and its leaf.
type Head struct {
	Revision uint64
	Leaf     jcs.Hash
}

// maxSiblings is the length of a key hash in bits.
const maxSiblings = 256

var empty = jcs.Hash([]byte(spec.Known.Preimages.HeadsEmpty))

func digest(parts ...[]byte) jcs.Hash {
	h := sha256.New()
	for _, part := range parts {
		h.Write(part)
	}
	return jcs.Hash(h.Sum(nil))
}

func keyHash(stream string) jcs.Hash {
	return digest([]byte(spec.Known.Preimages.HeadKey), []byte(stream))
}

func (h Head) valueHash() jcs.Hash {
	revision := binary.BigEndian.AppendUint64(nil, h.Revision)
	return digest([]byte(spec.Known.Preimages.Head), revision, h.Leaf[:])
}

func leafNode(key, value jcs.Hash) jcs.Hash {
	return digest([]byte(spec.Known.Preimages.HeadsLeaf), key[:], value[:])
}

func innerNode(left, right jcs.Hash) jcs.Hash {
	return digest([]byte(spec.Known.Preimages.HeadsInner), left[:], right[:])
}

// bit is the bit of a key hash that chooses at a depth: 1 is right.
func bit(key jcs.Hash, depth int) byte { return key[depth/8] >> (7 - depth%8) & 1 }

// Other is the leaf that stands in the place of a stream that is not there.
type Other struct{ Key, Value jcs.Hash }

// Path shows the head of a stream, or that there is none.
type Path struct {
	// Siblings from the leaf's level up to the root.
	Siblings []jcs.Hash
	// Other is nil for presence, and for an empty place.
	Other *Other
}

// LeadsTo says whether the path shows that head of stream, nil for its absence, under root.
func (p Path) LeadsTo(root jcs.Hash, stream string, head *Head) bool {
	key := keyHash(stream)
	node := empty
	depth := len(p.Siblings)
	if depth > maxSiblings || depth > 0 && p.Siblings[0] == empty {
		return false
	}
	switch {
	case head != nil && p.Other != nil:
		return false
	case head != nil:
		node = leafNode(key, head.valueHash())
	case p.Other != nil:
		if p.Other.Key == key || !sharePrefix(p.Other.Key, key, depth) {
			return false
		}
		node = leafNode(p.Other.Key, p.Other.Value)
	}
	for _, sibling := range p.Siblings {
		depth--
		if bit(key, depth) == 1 {
			node = innerNode(sibling, node)
		} else {
			node = innerNode(node, sibling)
		}
	}
	return node == root
}

func sharePrefix(a, b jcs.Hash, bits int) bool {
	for depth := range bits {
		if bit(a, depth) != bit(b, depth) {
			return false
		}
	}
	return true
}

// Map is the map itself, for who replays a log. The zero value is the empty map.
type Map struct{ root *node }

// node is a leaf (key and value) or an inner node (children). hash is valid where known is set.
type node struct {
	key, value jcs.Hash
	children   *[2]*node
	hash       jcs.Hash
	known      bool
}

// Set says what the head of a stream is from now on.
func (m *Map) Set(stream string, head Head) {
	m.root = m.root.set(0, keyHash(stream), head.valueHash())
}

func (n *node) set(depth int, key, value jcs.Hash) *node {
	switch {
	case n == nil || n.children == nil && n.key == key:
		return &node{key: key, value: value}
	case n.children == nil:
		// Two leaves part where their key hashes do.
		parted := &node{children: &[2]*node{}}
		parted.children[bit(n.key, depth)] = n
		n = parted
	}
	side := bit(key, depth)
	n.children[side] = n.children[side].set(depth+1, key, value)
	n.known = false
	return n
}

// Root is the root of the map as it is now.
func (m *Map) Root() jcs.Hash { return m.root.root() }

func (n *node) root() jcs.Hash {
	switch {
	case n == nil:
		return empty
	case n.known:
		return n.hash
	case n.children == nil:
		n.hash = leafNode(n.key, n.value)
	default:
		n.hash = innerNode(n.children[0].root(), n.children[1].root())
	}
	n.known = true
	return n.hash
}
