package verify

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	"clyra.dev/verify/internal/jcs"
	"clyra.dev/verify/internal/record"
	"clyra.dev/verify/internal/runs"
	"clyra.dev/verify/spec"
)

func (b *bundle) judgeClaims() {
	m := b.manifest
	for i := range b.records {
		if r := &b.records[i]; string(r.Stream) == m.runStream() {
			b.runRecords = append(b.runRecords, r)
		}
	}
	b.run = runs.Of(b.runRecords, m.profile)
	if profile := runs.ProfileOf(b.runRecords); profile != m.profile {
		b.add("claims", "PROFILE_MISMATCH", "the run is one of profile "+profile)
	}
	b.judgeClaimedStreams()
	last := CompleteAsOf{decimal(b.positions[len(b.positions)-1]), string(b.last().RecordedAt)}
	if m.completeAsOf != last {
		b.add("claims", "COMPLETE_AS_OF_MISMATCH", "manifest.json")
	}
	if m.completeness != b.run.Completeness || !slices.Equal(m.reasons, b.run.Reasons) {
		b.add("claims", "RUN_COMPLETENESS_MISMATCH", b.run.Completeness)
	}
	b.judgeStarted()
	b.redacted = b.isRedacted()
	b.judgeArtifacts()
	b.judgeOpenings()
}

// judgeClaimedStreams asks for exactly the streams that must be claimed: those of every bundle, the run, what it links.
func (b *bundle) judgeClaimedStreams() {
	links := runs.LinksOf(b.runRecords)
	b.linkedTooLate = links.TooLate
	for _, stream := range links.Missing {
		b.add("claims", "LINK_MISSING", stream)
	}
	required := append(slices.Clone(spec.Known.Claims.Always), b.manifest.runStream())
	required = append(required, links.Linked...)
	for _, stream := range required {
		if b.claimOf(stream) == nil {
			b.add("claims", "CLAIM_MISSING", stream)
		}
	}
	for _, claimed := range b.manifest.claims {
		if !slices.Contains(required, claimed.stream) {
			b.add("claims", "CLAIM_UNEXPECTED", claimed.stream)
		}
	}
}

// judgeStarted compares what the manifest says of the run's first record.
func (b *bundle) judgeStarted() {
	m := b.manifest
	demonstration, governance, policy, payout := false, jcs.Null, jcs.Null, jcs.Null
	if started := b.run.Started; started != nil {
		demonstration, _ = started.Member("demonstration").Bool()
		governance, policy = started.Member("governance"), started.Member("policy")
		if stated := started.Member("payout"); stated.IsObject() {
			payout = stated
		}
	}
	if m.demonstration != demonstration {
		b.add("claims", "DEMONSTRATION_MISMATCH", "manifest.json")
	}
	if !bytes.Equal(m.governance, governance) {
		b.add("claims", "GOVERNANCE_MISMATCH", "manifest.json")
	}
	if !bytes.Equal(m.policy, policy) {
		b.add("claims", "POLICY_MISMATCH", "manifest.json")
	}
	if m.payout != nil && !bytes.Equal(m.payout, payout) {
		b.add("claims", "PAYOUT_MISMATCH", "manifest.json")
	}
	if m.performance != nil && !bytes.Equal(m.performance, b.run.Performance) {
		b.add("claims", "PERFORMANCE_MISMATCH", "manifest.json")
	}
}

// isRedacted says whether a redaction names the subject of a start of the run.
func (b *bundle) isRedacted() bool {
	subjects := map[string]bool{}
	for _, r := range b.runRecords {
		if runs.IsStart(r) {
			subjects[string(r.Data.Member("subject"))] = true
		}
	}
	for i := range b.records {
		if r := &b.records[i]; string(r.Type) == record.Redacted && subjects[string(r.Data.Member("subject"))] {
			return true
		}
	}
	return false
}

// judgeArtifacts compares embedded and external artefacts with those that the run's records name.
func (b *bundle) judgeArtifacts() {
	named := map[jcs.Hash]uint64{}
	for _, r := range b.runRecords {
		if string(r.Type) == record.Captured {
			sha256, _ := r.Data.Member("sha256").Hash()
			named[sha256], _ = r.Data.Member("size").Decimal()
		}
	}
	outside := len(named)
	embedded := map[jcs.Hash]bool{}
	for _, file := range b.manifest.files {
		if !isArtifact(file.name) {
			continue
		}
		name, _ := jcs.ParseHash([]byte(path.Base(file.name)))
		embedded[name] = true
		if file.sha256 != name {
			b.add("claims", "ARTIFACT_NAME_MISMATCH", file.name)
		}
		size, isNamed := named[name]
		if isNamed {
			outside--
		}
		if !isNamed || size != file.size {
			b.add("claims", "ARTIFACT_NOT_NAMED", file.name)
		}
	}
	matches := len(b.manifest.external) == outside
	for _, each := range b.manifest.external {
		size, isNamed := named[each.sha256]
		matches = matches && isNamed && size == each.size && !embedded[each.sha256]
	}
	if !matches {
		b.add("claims", "EXTERNAL_MISMATCH", "manifest.json")
	}
}

// judgeOpenings asks of each opening whether it names a sealed value and gives its commitment. They are sorted by
// position, so that the sealed values of one record at a time are collected.
func (b *bundle) judgeOpenings() {
	line, collected := 0, -1
	var sealed map[string]jcs.Hash
	opened := 0
	for item := range b.openings.Items() {
		o, _ := parseOpening(item)
		for line < len(b.positions) && b.positions[line] < o.position {
			line++
		}
		place := fmt.Sprintf("openings.json, record at position %d: %s", o.position, o.pointer)
		if line == len(b.positions) || b.positions[line] != o.position {
			b.add("claims", "OPENING_TARGET_MISSING", place)
			return
		}
		if collected != line {
			collected = line
			sealed = sealedValues(&b.records[line])
		}
		commitment, isSealed := sealed[string(o.pointer)]
		switch {
		case !isSealed:
			b.add("claims", "OPENING_TARGET_MISSING", place)
			return
		case o.commitment(&b.records[line]) != commitment:
			b.add("claims", "OPENING_MISMATCH", place)
		}
		opened++
	}
	b.pass("openings", fmt.Sprintf("%d sealed values, %d opened", countSealed(b.byName["records.jsonl"]), opened))
}

// sealedMember is the one member of a sealed value.
const sealedMember = "clyra:sealed"

// countSealed counts the sealed values in admitted lines. No text has what they begin with: its quotes are escaped.
func countSealed(lines []byte) (count int) {
	const digits = 64
	beginning := []byte(`{"` + sealedMember + `":"`)
	for {
		at := bytes.Index(lines, beginning)
		if at < 0 {
			return count
		}
		lines = lines[at+len(beginning):]
		if end := bytes.IndexByte(lines, '"'); end == digits && lines[end+1] == '}' {
			if _, ok := jcs.ParseHash(lines[:end]); ok {
				count++
			}
		}
	}
}

// sealedValues are the commitments in a record by the pointers of their places.
func sealedValues(r *record.Record) map[string]jcs.Hash {
	sealed := map[string]jcs.Hash{}
	collectSealed(r.Line, "", sealed)
	return sealed
}

// collectSealed adds the sealed values of v by their pointers. There is one pointer to a place: no name has a tilde.
func collectSealed(v jcs.Value, pointer string, sealed map[string]jcs.Hash) {
	if values, ok := v.Exactly(sealedMember); ok {
		if commitment, ok := values[0].Hash(); ok {
			sealed[pointer] = commitment
			return
		}
	}
	for name, member := range v.Members() {
		if isContainer(member) {
			collectSealed(member, pointer+"/"+strings.ReplaceAll(string(name), "/", "~1"), sealed)
		}
	}
	index := 0
	for item := range v.Items() {
		if isContainer(item) {
			collectSealed(item, pointer+"/"+strconv.Itoa(index), sealed)
		}
		index++
	}
}

func isContainer(v jcs.Value) bool { return v.IsObject() || v.IsList() }

// commitment is what an opening's salt and value give for a place in a record (log, section 9).
func (o opening) commitment(r *record.Record) jcs.Hash {
	id, _ := jcs.Value(r.Line).Member("id").Plain()
	h := sha256.New()
	h.Write([]byte(spec.Known.Preimages.Seal))
	h.Write(binary.BigEndian.AppendUint16(nil, uint16(len(id))))
	h.Write(id)
	h.Write(binary.BigEndian.AppendUint16(nil, uint16(len(o.pointer))))
	h.Write(o.pointer)
	h.Write(o.salt[:])
	h.Write(binary.BigEndian.AppendUint64(nil, uint64(len(o.value))))
	h.Write(o.value)
	return jcs.Hash(h.Sum(nil))
}
