package verify

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"clyra.dev/verify/internal/archive"
	"clyra.dev/verify/internal/chain"
	"clyra.dev/verify/internal/dsse"
	"clyra.dev/verify/internal/heads"
	"clyra.dev/verify/internal/jcs"
	"clyra.dev/verify/internal/keys"
	"clyra.dev/verify/internal/record"
	"clyra.dev/verify/internal/runs"
	"clyra.dev/verify/internal/tree"
	"clyra.dev/verify/spec"
)

// Bundle verifies an evidence bundle, an archive of size bytes. The error is an [OptionError] or one of reading; of
// what is read there is a verdict, whatever it is.
//
// The archive is held in memory once, and what is kept beside it is smaller than it.
func Bundle(r io.ReaderAt, size int64, o Options) (*Result, error) {
	c, err := o.read()
	if err != nil {
		return nil, err
	}
	b := newBundle(c)
	if size > spec.Known.Limits.ArchiveBytes {
		b.add("container", "CONTAINER_TOO_LARGE", fmt.Sprintf("%d bytes", size))
		return b.result(), nil
	}
	data := make([]byte, size)
	if n, err := r.ReadAt(data, 0); n < len(data) && err != nil {
		return nil, err
	}
	if err := b.verify(data); err != nil {
		return nil, err
	}
	return b.result(), nil
}

// bundle is a bundle that is being verified.
type bundle struct {
	evidence
	files     []archive.File
	byName    map[string][]byte
	manifest  *manifest
	envelope  dsse.Envelope
	proof     proof
	headsFile headsFile
	openings  jcs.Value
	records   []record.Record
	// positions are those of the records.
	positions []uint64
	chain     *chain.Chain
	// runRecords are those of the run's stream.
	runRecords []*record.Record
	run        runs.Run
	redacted   bool
	// manifestKeys are the evidence keys that signed the manifest and count.
	manifestKeys []jcs.Hash
	later        laterKeys
	// linkedTooLate are the streams that the run linked after it was closed, one for each such record.
	linkedTooLate []string
	// failure is a file at hand that could not be read.
	failure error
}

func newBundle(c *call) *bundle { return &bundle{evidence: newEvidence(c)} }

// verify reads as the specification: the stages, in their order.
func (b *bundle) verify(data []byte) error {
	b.runStages([]stage{
		{"container", func() { b.openContainer(data) }},
		{"json", b.readFiles},
		{"note", b.judgeNote},
		{"signature", func() { b.judgeSignature(&b.records[0]) }},
		{"root", b.judgeRoot},
		{"multiproof", b.judgeProof},
		{"chain", b.judgeChain},
		{"heads", b.judgeHeads},
		{"keys", b.judgeKeys},
		{"dsse", b.judgeEnvelope},
		{"claims", b.judgeClaims},
		{"demands", b.judgeDemands},
	})
	return b.failure
}

func (b *bundle) openContainer(data []byte) {
	files, code := archive.Open(data)
	if code != "" {
		b.add("container", code, "")
		return
	}
	b.files = files
	b.byName = make(map[string][]byte, len(files))
	for _, file := range files {
		b.byName[file.Name] = file.Data
	}
}

// readFiles judges the manifest first, then the files, then what stands in them.
func (b *bundle) readFiles() {
	b.readManifest()
	if b.refused() != nil {
		return
	}
	b.manifest.judgeFiles(b.files, b.byName, func(code, name string) { b.add("json", code, name) })
	if b.refused() != nil {
		return
	}
	for _, each := range b.documents() {
		b.readDocument(each)
	}
	b.readRecords()
}

func (b *bundle) judgeNote() {
	b.readNote(b.byName["checkpoint"])
	if b.refused() == nil && b.checkpoint.Origin != b.manifest.origin {
		b.add("note", "CHECKPOINT_ORIGIN_MISMATCH", b.checkpoint.Origin)
	}
}

func (b *bundle) judgeRoot() {
	m, c := b.manifest, b.checkpoint
	if m.size != c.Size || m.root != c.Root || b.proof.size != c.Size {
		b.add("root", "ROOT_NOT_CHECKPOINT", "manifest or proof")
	}
}

func (b *bundle) judgeProof() {
	if !b.readPositions() {
		b.add("multiproof", "PROOF_POSITIONS", "proof.json")
		return
	}
	cursor := b.proof.hashes.Cursor()
	next := func() (hash jcs.Hash, ok bool) {
		item, ok := cursor.Next()
		if ok {
			hash, _ = item.Hash()
		}
		return hash, ok
	}
	root, ok := tree.RootOfProof(b.checkpoint.Size, b.positions, func(i int) jcs.Hash { return b.records[i].Leaf }, next)
	if !ok {
		b.add("multiproof", "PROOF_HASHES", "proof.json")
	} else if root != b.checkpoint.Root {
		b.add("multiproof", "PROOF_ROOT", "proof.json")
	}
}

// readPositions reads the positions of the proof: ascending, below the size, one for each record.
func (b *bundle) readPositions() bool {
	b.positions = make([]uint64, 0, len(b.records))
	for item := range b.proof.positions.Items() {
		position, _ := item.Decimal()
		count := len(b.positions)
		if count == len(b.records) || position >= b.checkpoint.Size || count > 0 && position <= b.positions[count-1] {
			return false
		}
		b.positions = append(b.positions, position)
	}
	return len(b.positions) == len(b.records)
}

// last is the last record, which has to be the heads record.
func (b *bundle) last() *record.Record { return &b.records[len(b.records)-1] }

func (b *bundle) judgeChain() {
	report := b.at("chain")
	if b.manifest.genesis != b.genesis {
		report("GENESIS_MISMATCH", 0)
	}
	b.chain = chain.New(b.checkpoint.Origin, len(b.records), report)
	lastIsHeads := string(b.last().Stream) == record.HeadsStream
	for i := range b.records {
		r := &b.records[i]
		isH := lastIsHeads && i == len(b.records)-1
		b.chain.Add(b.positions[i], r, !isH)
		if i > 0 && !isH && b.claimOf(string(r.Stream)) == nil {
			report("STREAM_NOT_CLAIMED", b.positions[i])
		}
	}
}

// claimOf is the claim for a stream, nil where there is none.
func (b *bundle) claimOf(stream string) *claim {
	claims := b.manifest.claims
	i, found := slices.BinarySearchFunc(claims, stream, func(c claim, stream string) int {
		return strings.Compare(c.stream, stream)
	})
	if !found {
		return nil
	}
	return &claims[i]
}

func (b *bundle) judgeHeads() {
	h := b.last()
	position := b.positions[len(b.positions)-1]
	data, ok := record.ParseHeads(h.Data)
	ok = ok && string(h.Type) == record.Heads && position == b.checkpoint.Size-1 && data.Size == position
	before := headBefore(h)
	if before == nil && h.Prev != chain.Start(b.genesis, record.HeadsStream) {
		ok = false
	}
	if !ok {
		b.add("heads", "HEADS_RECORD_INVALID", "")
		return
	}
	if b.headsFile.root != data.Root || b.headsFile.position != position {
		b.add("heads", "HEADS_FILE_MISMATCH", "heads.json")
	}
	b.judgePaths(data.Root, before)
}

// headBefore is the head of ledger-heads before the record h, nil where h is the first of it.
func headBefore(h *record.Record) *heads.Head {
	if h.Revision == 0 {
		return nil
	}
	return &heads.Head{Revision: h.Revision - 1, Leaf: h.Prev}
}

// judgePaths goes through claims and paths together: both are sorted by stream.
func (b *bundle) judgePaths(root jcs.Hash, ofHeads *heads.Head) {
	wanted := b.manifest.claims
	if b.claimOf(record.HeadsStream) == nil {
		wanted = append(wanted[:len(wanted):len(wanted)], claim{record.HeadsStream, ofHeads})
		slices.SortFunc(wanted, func(a, b claim) int { return strings.Compare(a.stream, b.stream) })
	}
	cursor := b.headsFile.paths.Cursor()
	next := func() *statedPath {
		item, ok := cursor.Next()
		if !ok {
			return nil
		}
		stated, _ := parsePath(item)
		return &stated
	}
	path := next()
	for _, claimed := range wanted {
		actual := b.chain.Last(claimed.stream)
		if claimed.stream == record.HeadsStream {
			actual = ofHeads
		}
		if !sameHead(claimed.head, actual) {
			b.add("heads", "HEADS_CLAIM_MISMATCH", claimed.stream)
		}
		for path != nil && path.stream < claimed.stream {
			b.add("heads", "HEADS_PATH_MISSING", path.stream)
			path = next()
		}
		if path == nil || path.stream != claimed.stream {
			b.add("heads", "HEADS_PATH_MISSING", claimed.stream)
			continue
		}
		if !sameHead(path.head, actual) {
			b.add("heads", "HEADS_CLAIM_MISMATCH", claimed.stream)
		}
		if !path.LeadsTo(root, claimed.stream, claimed.head) {
			b.add("heads", "HEADS_PATH_INVALID", claimed.stream)
		}
		path = next()
	}
	if path != nil {
		b.add("heads", "HEADS_PATH_MISSING", path.stream)
	}
}

func sameHead(a, b *heads.Head) bool {
	if a == nil || b == nil {
		return a == b
	}
	return *a == *b
}

// foldKeys is the fold of the keys that the bundle shows.
func (b *bundle) foldKeys() *keys.Fold {
	data, _ := record.ParseGenesis(b.records[0].Data)
	fold := keys.New(data, b.at("keys"))
	for i := range b.records {
		if r := &b.records[i]; string(r.Stream) == record.KeysStream {
			fold.Add(b.positions[i], r)
		}
	}
	return fold
}

func (b *bundle) judgeKeys() {
	b.fold = b.foldKeys()
	b.keysAsOf = b.checkpoint.Size
	if b.refused() != nil {
		return
	}
	b.learnLaterKeys()
	b.judgeSigners()
}

func (b *bundle) judgeEnvelope() {
	m := b.manifest
	predicate := dsse.Predicate{
		Genesis: m.genesis.String(), Origin: m.origin, Root: m.root.String(), Run: m.runID, Size: decimal(m.size),
	}
	good, code := b.envelope.Check(b.fold, b.checkpoint.Size-1, b.byName["manifest.json"], predicate)
	if code != "" {
		b.add("dsse", code, "manifest.dsse.json")
	}
	b.manifestKeys = good
}
