// Package dsse judges the signature over the manifest: a DSSE envelope of an in-toto statement (bundle, section 7).
package dsse

import (
	"crypto/sha256"
	"fmt"

	"clyra.dev/verify/internal/jcs"
	"clyra.dev/verify/internal/keys"
	"clyra.dev/verify/internal/note"
	"clyra.dev/verify/spec"
)

type signed struct {
	keyID jcs.Hash
	sig   string
}

// Envelope is a DSSE envelope of its schema.
type Envelope struct {
	payload, payloadType string
	signatures           []signed
}

// Parse reads an envelope; ok is false where the admitted document has another form.
func Parse(document jcs.Value) (e Envelope, ok bool) {
	members, ok := document.Exactly("payload", "payloadType", "signatures")
	if !ok || !members[2].IsList() {
		return e, false
	}
	var isPayload, isType bool
	e.payload, isPayload = members[0].Text()
	e.payloadType, isType = members[1].Text()
	if !isPayload || !isType {
		return e, false
	}
	for item := range members[2].Items() {
		fields, ok := item.Exactly("keyid", "sig")
		if !ok || len(e.signatures) == spec.Known.Limits.EnvelopeSignatures {
			return e, false
		}
		id, isID := fields[0].Hash()
		sig, isText := fields[1].Text()
		if !isID || !isText {
			return e, false
		}
		e.signatures = append(e.signatures, signed{id, sig})
	}
	return e, len(e.signatures) > 0
}

// Predicate is what a statement says of a manifest: genesis, origin, root, run, size, as texts in JSON.
type Predicate struct{ Genesis, Origin, Root, Run, Size string }

// Check judges the envelope by the keys of the ledger. position is that at which keys are judged, manifest the
// bytes of manifest.json and predicate what they say. code is that of the finding, or ""; good are the keys that
// signed and count.
func (e Envelope) Check(ledger *keys.Fold, position uint64, manifest []byte, predicate Predicate) (good []jcs.Hash, code string) {
	if e.payloadType != spec.Known.DSSE.PayloadType {
		return nil, "DSSE_PAYLOAD_TYPE"
	}
	payload, ok := note.Base64(e.payload)
	if !ok {
		return nil, "DSSE_BASE64"
	}
	signatures := make([][]byte, len(e.signatures))
	for i, each := range e.signatures {
		if signatures[i], ok = note.Base64(each.sig); !ok {
			return nil, "DSSE_BASE64"
		}
	}
	good, code = e.goodKeys(ledger, position, payload, signatures)
	if code != "" {
		return nil, code
	}
	if code := checkStatement(payload, manifest, predicate); code != "" {
		return nil, code
	}
	return good, ""
}

func (e Envelope) goodKeys(ledger *keys.Fold, position uint64, payload []byte, signatures [][]byte) (good []jcs.Hash, code string) {
	message := fmt.Appendf(nil, "DSSEv1 %d %s %d ", len(e.payloadType), e.payloadType, len(payload))
	message = append(message, payload...)
	lowest := "KEY_NOT_INTRODUCED"
	counted := map[jcs.Hash]bool{}
	for i, each := range e.signatures {
		key := ledger.Key(each.keyID)
		if key == nil {
			continue
		}
		if !key.Algorithm.Verify(key.Public, message, signatures[i]) {
			return nil, "DSSE_SIGNATURE_INVALID"
		}
		if refusal := refusalOf(key, position); refusal != "" {
			if spec.Known.Reason(refusal).Order < spec.Known.Reason(lowest).Order {
				lowest = refusal
			}
		} else if !counted[each.keyID] {
			counted[each.keyID] = true
			good = append(good, each.keyID)
		}
	}
	if len(good) == 0 {
		return nil, lowest
	}
	return good, ""
}

// refusalOf is why a signature of the key does not count, or "".
func refusalOf(key *keys.Key, position uint64) string {
	switch {
	case key.Purpose != "evidence":
		return "KEY_WRONG_PURPOSE"
	case key.Compromised:
		return "KEY_COMPROMISED"
	case !key.ValidAt(position):
		return "KEY_REVOKED"
	}
	return ""
}

func checkStatement(payload, manifest []byte, expected Predicate) string {
	if jcs.Admit(payload) != "" {
		return "DSSE_STATEMENT_INVALID"
	}
	names := spec.Known.DSSE
	statement, ok := jcs.Value(payload).Exactly("_type", "predicate", "predicateType", "subject")
	if !ok || !statement[0].Is(names.StatementType) || !statement[2].Is(names.PredicateType) || !isListOfObjects(statement[3]) {
		return "DSSE_STATEMENT_INVALID"
	}
	predicate, ok := statement[1].Exactly("genesis", "origin", "root", "run", "size")
	if !ok {
		return "DSSE_STATEMENT_INVALID"
	}
	var texts [5]string
	for i, member := range predicate {
		if texts[i], ok = member.Text(); !ok {
			return "DSSE_STATEMENT_INVALID"
		}
	}
	digest, ok := theSubject(statement[3])
	if !ok {
		return "DSSE_SUBJECT"
	}
	if digest != sha256.Sum256(manifest) {
		return "DSSE_DIGEST_MISMATCH"
	}
	if texts != [5]string{expected.Genesis, expected.Origin, expected.Root, expected.Run, expected.Size} {
		return "DSSE_PREDICATE_MISMATCH"
	}
	return ""
}

func isListOfObjects(v jcs.Value) bool {
	for item := range v.Items() {
		if !item.IsObject() {
			return false
		}
	}
	return v.IsList()
}

// theSubject is the digest of the one subject, manifest.json; ok is false where there is another, more or none.
func theSubject(subjects jcs.Value) (digest jcs.Hash, ok bool) {
	cursor := subjects.Cursor()
	subject, _ := cursor.Next()
	_, more := cursor.Next()
	members, ok := subject.Exactly("digest", "name")
	if more || !ok || !members[1].Is("manifest.json") {
		return digest, false
	}
	digests, ok := members[0].Exactly("sha256")
	if !ok {
		return digest, false
	}
	return digests[0].Hash()
}
