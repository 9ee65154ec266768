package record

import (
	"bytes"
	"maps"
	"slices"
	"strconv"

	"clyra.dev/verify/internal/jcs"
	"clyra.dev/verify/internal/note"
	"clyra.dev/verify/internal/signature"
	"clyra.dev/verify/spec"
)

// isData says whether data are what a reader asks for of a type (log, sections 2 and 4); of other types they are any.
func isData(name string, data jcs.Value) bool {
	switch name {
	case Genesis:
		_, ok := ParseGenesis(data)
		return ok
	case KeyIntroduced:
		_, ok := parseIntroduced(data, keyVersion1)
		return ok
	case KeyIntroduced2:
		_, ok := ParseIntroduced(data)
		return ok
	case KeyRevoked:
		_, ok := ParseRevoked(data)
		return ok
	case Heads:
		_, ok := ParseHeads(data)
		return ok
	case Redacted:
		members, ok := data.Exactly("reason", "subject")
		return ok && isOneOf(members[0], "erasure-request", "retention", "mistake") && isSubject(members[1])
	case Adopted:
		members, ok := data.Exactly("had", "reason", "signedRoot", "signedSize")
		return ok && isDecimal(members[0]) && isOneOf(members[1], "copy", "set-back", "forked") &&
			(members[2].IsNull() || isHash(members[2])) && (members[3].IsNull() || isDecimal(members[3]))
	case Lost:
		members, ok := data.Exactly("signedRoot", "signedSize")
		return ok && isHash(members[0]) && isDecimal(members[1])
	case RunStarted:
		return isStart(data)
	case RunStarted2:
		payout, parent := data.Member("payout"), data.Member("parent")
		return isStart(data) && isTool(data.Member("tool")) && isTool(data.Member("capture")) &&
			(payout.IsNull() || payout.IsObject()) && (parent.IsNull() || isRunID(parent))
	case RunLinked:
		stream, _ := data.Member("stream").Plain()
		category, _, _ := bytes.Cut(stream, []byte("-"))
		return IsStream(stream) && data.Member("role").Is(string(category)) && slices.Contains(spec.Known.LinkRoles, string(category))
	case RunGap:
		return data.Member("reason").IsReason()
	case RunReread:
		voices := data.Member("voices")
		for voice := range voices.Items() {
			if !voice.IsReason() {
				return false
			}
		}
		return voices.IsList()
	case WindowClosed:
		return isDecimal(data.Member("records"))
	case Captured:
		return isHash(data.Member("sha256")) && isDecimal(data.Member("size"))
	}
	return true
}

// isStart says whether data have what both versions of a run's start have.
func isStart(data jcs.Value) bool {
	_, isBool := data.Member("demonstration").Bool()
	policy := data.Member("policy")
	return isSubject(data.Member("subject")) && isBool && data.Member("governance").IsObject() &&
		(policy.IsNull() || isHash(policy))
}

// isTool says whether v is a text [a-z][a-z0-9-]{0,30}.
func isTool(v jcs.Value) bool {
	plain, _ := v.Plain()
	return v.Within(1, 31, func(c byte) bool { return isLowerOrDigit(c) || c == '-' }) && isLower(plain[0])
}

func isRunID(v jcs.Value) bool {
	plain, ok := v.Plain()
	return ok && IsRunID(plain)
}

func isDecimal(v jcs.Value) bool { _, ok := v.Decimal(); return ok }
func isHash(v jcs.Value) bool    { _, ok := v.Hash(); return ok }

func isOneOf(v jcs.Value, texts ...string) bool {
	for _, text := range texts {
		if v.Is(text) {
			return true
		}
	}
	return false
}

// Key is a key as a record states it (log, section 8).
type Key struct {
	ID        jcs.Hash
	Purpose   string
	Algorithm *signature.Algorithm
	Public    []byte
}

// keyVersion is what a version of key records knows.
type keyVersion struct {
	purposes   []string
	algorithms []string
}

const ledgerPurpose = "ledger"

var (
	keyVersion1 = keyVersion{spec.Known.KeyPurposes.V1, []string{"ed25519"}}
	keyVersion2 = keyVersion{spec.Known.KeyPurposes.V2, slices.Collect(maps.Keys(spec.Known.Algorithms))}
)

// parseKey reads a key of a version.
func parseKey(v jcs.Value, version keyVersion) (key Key, ok bool) {
	members, ok := v.Exactly("alg", "id", "public", "purpose", "type")
	if !ok || !isOneOf(members[0], version.algorithms...) || !isOneOf(members[3], version.purposes...) {
		return key, false
	}
	name, _ := members[0].Text()
	key.Algorithm = signature.Find(name)
	key.Purpose, _ = members[3].Text()
	if string(members[4]) != strconv.Itoa(key.Algorithm.Type) || key.Purpose == ledgerPurpose && !key.Algorithm.Ledger {
		return key, false
	}
	lengths := key.Algorithm.PublicKeyBytes
	var isID, isPublic bool
	key.ID, isID = members[1].Hash()
	key.Public, isPublic = members[2].Hex(lengths[0], lengths[1])
	return key, isID && isPublic
}

func parseKeys(v jcs.Value, min int) (keys []Key, ok bool) {
	if !v.IsList() {
		return nil, false
	}
	for item := range v.Items() {
		key, ok := parseKey(item, keyVersion1)
		if !ok || len(keys) == spec.Known.Limits.LedgerKeys {
			return nil, false
		}
		keys = append(keys, key)
	}
	return keys, len(keys) >= min
}

// GenesisData is what the genesis record states.
type GenesisData struct {
	Origin      string
	Keys, Roots []Key
}

// ParseGenesis reads the data of a genesis record; ok is false where they have another form.
func ParseGenesis(data jcs.Value) (g GenesisData, ok bool) {
	members, ok := data.Exactly("admission", "format", "hash", "keys", "nonce", "origin", "roots")
	known := spec.Known
	if !ok || !members[0].Is(known.Admission) || !members[1].Is(known.LedgerFormat) || !members[2].Is(known.HashSuite) {
		return g, false
	}
	var isKeys, isRoots bool
	g.Keys, isKeys = parseKeys(members[3], 1)
	g.Roots, isRoots = parseKeys(members[6], 0)
	origin, isText := members[5].Plain()
	if !isKeys || !isRoots || !isHash(members[4]) || !isText || !IsOrigin(origin) {
		return g, false
	}
	g.Origin = string(origin)
	// A signature line names one key of the ledger or none.
	hashes := map[[4]byte]struct{}{}
	for _, key := range g.Keys {
		hashes[note.Key{Name: g.Origin, Public: jcs.Hash(key.Public)}.Hash()] = struct{}{}
	}
	return g, len(hashes) == len(g.Keys)
}

// Introduced is the introduction of a key.
type Introduced struct {
	Key Key
	// Replaces is nil where the key takes over from none.
	Replaces *jcs.Hash
}

// ParseIntroduced reads the data of an introduction of either version; ok is false where they have another form.
func ParseIntroduced(data jcs.Value) (i Introduced, ok bool) {
	return parseIntroduced(data, keyVersion2)
}

func parseIntroduced(data jcs.Value, version keyVersion) (i Introduced, ok bool) {
	members, ok := data.Exactly("key", "replaces")
	if !ok {
		return i, false
	}
	if i.Key, ok = parseKey(members[0], version); !ok || members[1].IsNull() {
		return i, ok
	}
	replaces, ok := members[1].Hash()
	i.Replaces = &replaces
	return i, ok
}

// Revoked is the revocation of a key.
type Revoked struct {
	ID          jcs.Hash
	Compromised bool
	// Since is nil where no position is stated.
	Since *uint64
}

// ParseRevoked reads the data of a revocation; ok is false where they have another form.
func ParseRevoked(data jcs.Value) (r Revoked, ok bool) {
	members, ok := data.Exactly("compromisedSince", "id", "reason")
	if !ok || !isOneOf(members[2], "superseded", "compromised", "retired") {
		return r, false
	}
	r.Compromised = members[2].Is("compromised")
	r.ID, ok = members[1].Hash()
	if members[0].IsNull() {
		return r, ok
	}
	since, isSize := members[0].Decimal()
	r.Since = &since
	return r, ok && isSize
}

// HeadsData is what a heads record states.
type HeadsData struct {
	Size uint64
	Root jcs.Hash
}

// ParseHeads reads the data of a heads record; ok is false where they have another form.
func ParseHeads(data jcs.Value) (h HeadsData, ok bool) {
	members, ok := data.Exactly("root", "size")
	if !ok {
		return h, false
	}
	root, isRoot := members[0].Hash()
	size, isSize := members[1].Decimal()
	return HeadsData{Size: size, Root: root}, isRoot && isSize
}
