package verify

import (
	"bytes"
	"crypto/sha256"
	"fmt"

	"clyra.dev/verify/internal/dsse"
	"clyra.dev/verify/internal/heads"
	"clyra.dev/verify/internal/jcs"
	"clyra.dev/verify/internal/record"
	"clyra.dev/verify/spec"
)

func digestOf(data []byte) jcs.Hash { return sha256.Sum256(data) }

// readManifest judges size, admission and shape of manifest.json.
func (b *bundle) readManifest() {
	file, isThere := b.byName["manifest.json"]
	if !isThere {
		b.add("json", "FILE_MISSING", "manifest.json")
		return
	}
	code := "MANIFEST_MALFORMED"
	if len(file) <= spec.Known.Limits.ManifestBytes {
		if code = jcs.Admit(file); code == "" {
			b.manifest, code = parseManifest(file)
		}
	}
	if code != "" {
		b.add("json", code, "manifest.json")
	}
}

// document is a JSON document of a bundle: its limit with the code for more, and what reads its shape.
type document struct {
	name        string
	limit       int
	tooLarge    string
	malformed   string
	readMembers func(jcs.Value) bool
}

func (b *bundle) documents() []document {
	limits := spec.Known.Limits
	return []document{
		{"heads.json", limits.JSONBytes, "JSON_SYNTAX", "HEADS_MALFORMED", b.readHeads},
		{"manifest.dsse.json", limits.EnvelopeBytes, "DSSE_MALFORMED", "DSSE_MALFORMED", b.readEnvelope},
		{"openings.json", limits.JSONBytes, "JSON_SYNTAX", "OPENINGS_MALFORMED", b.readOpenings},
		{"proof.json", limits.JSONBytes, "JSON_SYNTAX", "PROOF_MALFORMED", b.readProof},
	}
}

// readDocument judges size, admission and shape of one document; what is not there is not judged.
func (b *bundle) readDocument(d document) {
	file, isThere := b.byName[d.name]
	if !isThere {
		return
	}
	code := d.tooLarge
	if len(file) <= d.limit {
		if code = jcs.Admit(file); code == "" && !d.readMembers(file) {
			code = d.malformed
		}
	}
	if code != "" {
		b.add("json", code, d.name)
	}
}

func (b *bundle) readEnvelope(v jcs.Value) (ok bool) {
	b.envelope, ok = dsse.Parse(v)
	return ok
}

// proof is proof.json, whose lists are read where they lie.
type proof struct {
	positions, hashes jcs.Value
	size              uint64
}

func (b *bundle) readProof(v jcs.Value) bool {
	values, ok := v.Exactly("hashes", "positions", "size")
	if !ok || !values[0].IsList() || !values[1].IsList() {
		return false
	}
	for hash := range values[0].Items() {
		if _, ok := hash.Hash(); !ok {
			return false
		}
	}
	for position := range values[1].Items() {
		if _, ok := position.Decimal(); !ok {
			return false
		}
	}
	size, ok := values[2].Decimal()
	b.proof = proof{positions: values[1], hashes: values[0], size: size}
	return ok
}

// headsFile is heads.json, whose paths are read where they lie.
type headsFile struct {
	position uint64
	root     jcs.Hash
	paths    jcs.Value
}

// statedPath is one path of heads.json, with the head that it states.
type statedPath struct {
	heads.Path
	stream string
	head   *heads.Head
}

func (b *bundle) readHeads(v jcs.Value) bool {
	values, ok := v.Exactly("paths", "position", "root")
	if !ok || !values[0].IsList() {
		return false
	}
	last := ""
	for item := range values[0].Items() {
		stated, ok := parsePath(item)
		if !ok || stated.stream <= last {
			return false
		}
		last = stated.stream
	}
	position, isPosition := values[1].Decimal()
	root, isRoot := values[2].Hash()
	b.headsFile = headsFile{position: position, root: root, paths: values[0]}
	return isPosition && isRoot
}

const maxSiblings = 256

func parsePath(v jcs.Value) (p statedPath, ok bool) {
	values, ok := v.Exactly("head", "other", "siblings", "stream")
	if !ok || !values[2].IsList() {
		return p, false
	}
	stream, isPlain := values[3].Plain()
	p.stream = string(stream)
	var isHead, isOther bool
	p.head, isHead = parseHead(values[0])
	p.Other, isOther = parseOther(values[1])
	if !isPlain || !record.IsStream(stream) || !isHead || !isOther {
		return p, false
	}
	for item := range values[2].Items() {
		sibling, ok := item.Hash()
		if !ok || len(p.Siblings) == maxSiblings {
			return p, false
		}
		p.Siblings = append(p.Siblings, sibling)
	}
	return p, true
}

func parseOther(v jcs.Value) (other *heads.Other, ok bool) {
	if v.IsNull() {
		return nil, true
	}
	values, ok := v.Exactly("key", "value")
	if !ok {
		return nil, false
	}
	key, isKey := values[0].Hash()
	value, isValue := values[1].Hash()
	return &heads.Other{Key: key, Value: value}, isKey && isValue
}

// opening is one opening of a sealed value.
type opening struct {
	position uint64
	pointer  []byte
	salt     jcs.Hash
	value    jcs.Value
}

func parseOpening(v jcs.Value) (o opening, ok bool) {
	values, ok := v.Exactly("pointer", "position", "salt", "value")
	if !ok {
		return o, false
	}
	pointer, isPlain := values[0].Plain()
	position, isPosition := values[1].Decimal()
	salt, isSalt := values[2].Hash()
	return opening{position, pointer, salt, values[3]}, isPlain && isPosition && isSalt && isPointer(pointer)
}

const maxPointer = 65_535

// isPointer says whether text is one or more times a slash and a token of what member names are made of.
func isPointer(text []byte) bool {
	if len(text) == 0 || len(text) > maxPointer || text[0] != '/' {
		return false
	}
	for i, c := range text {
		switch {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9':
		case c == '~':
			if i+1 == len(text) || text[i+1] != '0' && text[i+1] != '1' {
				return false
			}
		case bytes.IndexByte([]byte("/_.:$@-"), c) < 0:
			return false
		}
	}
	return true
}

func (b *bundle) readOpenings(v jcs.Value) bool {
	var last opening
	first := true
	for item := range v.Items() {
		o, ok := parseOpening(item)
		if !ok {
			return false
		}
		if !first && (o.position < last.position || o.position == last.position && bytes.Compare(o.pointer, last.pointer) <= 0) {
			return false
		}
		last, first = o, false
	}
	b.openings = v
	return v.IsList()
}

// readRecords judges records.jsonl: size and last line feed for the whole file, then line by line up to the first
// that is refused.
func (b *bundle) readRecords() {
	file := b.byName["records.jsonl"]
	if len(file) > spec.Known.Limits.RecordsBytes || !bytes.HasSuffix(file, []byte("\n")) {
		b.add("json", "RECORDS_MALFORMED", "records.jsonl")
		return
	}
	var offence *refusal
	if b.records, offence = parseLines(file); offence != nil {
		b.add("json", offence.code, fmt.Sprintf("records.jsonl, line %d", offence.line))
	}
}
