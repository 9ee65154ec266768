// Package note reads signed notes and checkpoints, and the vkeys that name their keys (log, section 5).
package note

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"strings"
	"unicode/utf8"

	"clyra.dev/verify/internal/jcs"
	"clyra.dev/verify/internal/signature"
	"clyra.dev/verify/spec"
)

// Line is one signature line.
type Line struct {
	Name      string
	KeyHash   [4]byte
	Signature []byte
}

// Note is a signed note: its text, which is the message that was signed, and its lines.
type Note struct {
	Text  []byte
	Lines []Line
}

// Parse reads a signed note; ok is false where it is none.
func Parse(file []byte) (n Note, ok bool) {
	limits := spec.Known.Limits
	if len(file) > limits.NoteBytes || !utf8.Valid(file) || bytes.HasPrefix(file, []byte("\uFEFF")) {
		return n, false
	}
	for _, c := range file {
		if c < 0x20 && c != '\n' {
			return n, false
		}
	}
	parting := bytes.LastIndex(file, []byte("\n\n"))
	if parting < 0 {
		return n, false
	}
	n.Text = file[:parting+1]
	lines, ended := bytes.CutSuffix(file[parting+2:], []byte("\n"))
	if !ended {
		return n, false
	}
	for text := range strings.SplitSeq(string(lines), "\n") {
		line, ok := parseLine(text)
		if !ok || len(n.Lines) == limits.NoteLines {
			return n, false
		}
		n.Lines = append(n.Lines, line)
	}
	return n, true
}

func parseLine(text string) (line Line, ok bool) {
	rest, dashed := strings.CutPrefix(text, "— ")
	name, encoded, parted := strings.Cut(rest, " ")
	blob, decoded := Base64(encoded)
	if !dashed || !parted || !isKeyName(name) || !decoded || len(blob) < 5 {
		return line, false
	}
	return Line{Name: name, KeyHash: [4]byte(blob), Signature: blob[4:]}, true
}

// Base64 decodes padded base64 (RFC 4648, section 4) in its one form: encoding the bytes again gives the same text.
func Base64(text string) (decoded []byte, ok bool) {
	decoded, err := base64.StdEncoding.DecodeString(text)
	return decoded, err == nil && base64.StdEncoding.EncodeToString(decoded) == text
}

// isKeyName is the grammar of key names. The list of what is white space is closed: no version of Unicode adds to it.
func isKeyName(name string) bool {
	for _, c := range name {
		switch {
		case c == '+', c <= 0x1F, c >= 0x7F && c <= 0x9F,
			c == 0x20, c == 0xA0, c == 0x1680, c >= 0x2000 && c <= 0x200A,
			c == 0x2028, c == 0x2029, c == 0x202F, c == 0x205F, c == 0x3000, c == 0xFEFF:
			return false
		}
	}
	return name != ""
}

// Checkpoint is what the text of a checkpoint says.
type Checkpoint struct {
	Origin string
	Size   uint64
	Root   jcs.Hash
}

// Checkpoint reads the text of the note; ok is false where it is no checkpoint.
func (n Note) Checkpoint() (c Checkpoint, ok bool) {
	lines := strings.Split(string(n.Text), "\n")
	if len(lines) != 4 {
		return c, false
	}
	size, isSize := jcs.ParseDecimal([]byte(lines[1]))
	root, isBase64 := Base64(lines[2])
	if !isKeyName(lines[0]) || !isSize || size == 0 || !isBase64 || len(root) != len(c.Root) {
		return c, false
	}
	return Checkpoint{Origin: lines[0], Size: size, Root: jcs.Hash(root)}, true
}

// ParseCheckpoint reads a note and its checkpoint; code is that of the first offence, or "".
func ParseCheckpoint(file []byte) (n Note, c Checkpoint, code string) {
	n, ok := Parse(file)
	if !ok {
		return n, c, "NOTE_MALFORMED"
	}
	c, ok = n.Checkpoint()
	if !ok {
		return n, c, "CHECKPOINT_MALFORMED"
	}
	return n, c, ""
}

const typeEd25519 = 1

// Key is an Ed25519 key under a name.
type Key struct {
	Name   string
	Public jcs.Hash
}

// Hash is the key hash by which a signature line names the key.
func (k Key) Hash() (hash [4]byte) {
	digest := sha256.Sum256(append([]byte(k.Name+"\n\x01"), k.Public[:]...))
	return [4]byte(digest[:4])
}

// String is the key as a vkey.
func (k Key) String() string {
	hash := k.Hash()
	public := base64.StdEncoding.EncodeToString(append([]byte{typeEd25519}, k.Public[:]...))
	return k.Name + "+" + hex.EncodeToString(hash[:]) + "+" + public
}

// ParseKey reads a vkey; ok is false where it is none in its one form, or its key is not acceptable.
func ParseKey(vkey string) (key Key, ok bool) {
	name, rest, _ := strings.Cut(vkey, "+")
	_, encoded, parted := strings.Cut(rest, "+")
	blob, decoded := Base64(encoded)
	if !parted || !decoded || !utf8.ValidString(name) || !isKeyName(name) ||
		len(blob) != 33 || blob[0] != typeEd25519 || !signature.IsEd25519Key(blob[1:]) {
		return key, false
	}
	key = Key{Name: name, Public: jcs.Hash(blob[1:])}
	return key, key.String() == vkey
}

// Verify judges the note's lines by the known keys: the keys that signed it, each once, in the order given. ok is
// false where a line of a known key does not verify.
func (n Note) Verify(known []Key) (signers []Key, ok bool) {
	signed := make([]bool, len(known))
	for _, line := range n.Lines {
		candidates, verified := 0, false
		for i, key := range known {
			if key.Name != line.Name || key.Hash() != line.KeyHash {
				continue
			}
			candidates++
			if !verified && signature.Ed25519(key.Public[:], n.Text, line.Signature) {
				signed[i], verified = true, true
			}
		}
		if candidates > 0 && !verified {
			return nil, false
		}
	}
	for i, key := range known {
		if signed[i] {
			signers = append(signers, key)
		}
	}
	return signers, true
}
